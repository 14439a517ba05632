#include "lang/theory_diagrams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace skein {

using namespace monoidal;

namespace {

// A text of moderate length can denote a diagram of astronomical size: m ^ 1000 ^ 1000.
constexpr std::size_t largest_diagram = 100'000;

class Elaborator {
 public:
  Elaborator(const SourceText& source, const SignaturePtr& s) : source_(source), s_(s) {}

  OpenDiagram operator()(const DiagramSyntax& d) {
    OpenDiagram out = [&] {
      try {
        return diagram(d);
      } catch (const IllTyped& e) {
        source_.fail(d.place, without_stop(e.what()));
      }
    }();
    if (out.boxes() + out.nodes() > largest_diagram)
      source_.fail(d.place, fmt::format("the diagram has more than {} boxes and wires", largest_diagram));
    return out;
  }

 private:
  static std::string without_stop(std::string text) {
    if (text.ends_with('.')) text.pop_back();
    return text;
  }

  OpenDiagram diagram(const DiagramSyntax& d) {
    using Kind = DiagramSyntax::Kind;
    switch (d.kind) {
      case Kind::compose: return composition(d);
      case Kind::tensor: {
        OpenDiagram out = (*this)(d.parts[0]);
        for (std::size_t i = 1; i < d.parts.size(); ++i)
          out = bounded(tensor(out, (*this)(d.parts[i])), d.operators[i - 1]);
        return out;
      }
      case Kind::power: {
        const OpenDiagram part = (*this)(d.parts[0]);
        OpenDiagram out = identity(s_, {});
        for (unsigned i = 0; i < d.number; ++i) out = bounded(tensor(out, part), d.place);
        return out;
      }
      case Kind::identity: return identity(s_, object(d, 0, "id"));
      case Kind::swap: return monoidal::swap(s_, object(d, 0, "swap"), object(d, 1, "swap"));
      case Kind::copy: return copy(s_, object(d, 0, "copy"));
      case Kind::drop: return discard(s_, object(d, 0, "drop"));
      case Kind::wires: return wires(d);
      case Kind::unit: return identity(s_, {});
      case Kind::name: return named(d);
    }
    return identity(s_, {});
  }

  OpenDiagram bounded(OpenDiagram d, Place at) const {
    if (d.boxes() + d.nodes() > largest_diagram)
      source_.fail(at, fmt::format("the diagram has more than {} boxes and wires", largest_diagram));
    return d;
  }

  OpenDiagram composition(const DiagramSyntax& d) {
    OpenDiagram out = (*this)(d.parts[0]);
    for (std::size_t i = 1; i < d.parts.size(); ++i) {
      const OpenDiagram next = (*this)(d.parts[i]);
      if (out.output_sorts() != next.input_sorts())
        source_.fail(d.operators[i - 1],
                     fmt::format("the diagram before ; ends in {}, the one behind it starts from {}",
                                 to_string(*s_, out.output_sorts()), to_string(*s_, next.input_sorts())),
                     fmt::format("a diagram that starts from {}", to_string(*s_, out.output_sorts())));
      out = bounded(compose(out, next), d.operators[i - 1]);
    }
    return out;
  }

  Word object(const DiagramSyntax& d, std::size_t which, const char* what) const {
    if (which < d.objects.size()) return elaborate(source_, *s_, d.objects[which]);
    if (s_->sorts() != 1)
      source_.fail(d.place, fmt::format("{} of what? The theory has {} objects", what, s_->sorts()),
                   fmt::format("{}[A{}]", what, std::string_view(what) == "swap" ? ", B" : ""));
    return {SortId{0}};
  }

  OpenDiagram wires(const DiagramSyntax& d) const {
    Word inputs;
    std::map<std::string, std::uint32_t> place_of;
    for (const DiagramSyntax::Wire& w : d.ins) {
      if (!w.object && s_->sorts() != 1)
        source_.fail(w.place, fmt::format("the wire {} has no object", w.name), fmt::format("{}: A", w.name));
      const Word object = w.object ? elaborate(source_, *s_, *w.object) : Word{SortId{0}};
      if (object.size() != 1)
        source_.fail(w.place, fmt::format("the wire {} is of {}", w.name, to_string(*s_, object)),
                     "one object of the theory for each wire");
      if (!place_of.emplace(w.name, static_cast<std::uint32_t>(inputs.size())).second)
        source_.fail(w.place, fmt::format("there are two wires {}", w.name));
      inputs.push_back(object[0]);
    }
    std::vector<std::uint32_t> sources;
    std::vector<std::string> names;
    for (const auto& [name, at] : place_of) names.push_back(name);
    for (const DiagramSyntax::Wire& w : d.outs) {
      const auto at = place_of.find(w.name);
      if (at == place_of.end())
        source_.fail(w.place, fmt::format("there is no wire {}", w.name), "a wire that comes in",
                     did_you_mean(w.name, names));
      sources.push_back(at->second);
    }
    return rewiring(s_, inputs, sources);
  }

  OpenDiagram named(const DiagramSyntax& d) const {
    if (const auto g = s_->find_generator(Symbol(d.name))) return generator(s_, *g);
    std::vector<std::string> names;
    for (std::uint32_t g = 0; g < s_->generators(); ++g) names.push_back(s_->generator({g}).name.text());
    source_.fail(
        d.place, fmt::format("there is no generator or def {}", d.name),
        s_->find_sort(Symbol(d.name)) ? fmt::format("id[{}], if the identity of the object is meant", d.name) : "",
        did_you_mean(d.name, names));
  }

  const SourceText& source_;
  const SignaturePtr& s_;
};

}  // namespace

Word elaborate(const SourceText& source, const Signature& s, const ObjectSyntax& o) {
  Word out;
  for (const auto& [place, name] : o.factors) {
    const auto sort = s.find_sort(Symbol(name));
    if (!sort) {
      std::vector<std::string> names;
      for (std::uint32_t i = 0; i < s.sorts(); ++i) names.push_back(s.sort({i}).text());
      source.fail(place, fmt::format("there is no object {}", name), "", did_you_mean(name, names));
    }
    out.push_back(*sort);
  }
  return out;
}

OpenDiagram elaborate(const SourceText& source, const SignaturePtr& s, const DiagramSyntax& d) {
  return Elaborator(source, s)(d);
}

std::optional<ObjectSyntax> as_object(const DiagramSyntax& d) {
  using Kind = DiagramSyntax::Kind;
  ObjectSyntax out{d.place, {}};
  if (d.kind == Kind::unit) return out;
  if (d.kind == Kind::name) {
    out.factors.emplace_back(d.place, d.name);
    return out;
  }
  if (d.kind != Kind::tensor && d.kind != Kind::power) return std::nullopt;
  const unsigned times = d.kind == Kind::power ? d.number : 1;
  for (unsigned i = 0; i < times; ++i)
    for (const DiagramSyntax& part : d.parts) {
      const auto factor = as_object(part);
      if (!factor || out.factors.size() > 1000) return std::nullopt;
      out.factors.insert(out.factors.end(), factor->factors.begin(), factor->factors.end());
    }
  return out;
}

}  // namespace skein
