#include "lang/theory_printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lang/lexer.hpp"
#include "monoidal/valid.hpp"

namespace skein {

using namespace monoidal;

namespace {

class Printer {
 public:
  explicit Printer(const OpenDiagram& d) : d_(d), s_(d.signature()), wires_(d.inputs().begin(), d.inputs().end()) {}

  std::string run() {
    for (const std::vector<BoxId>& layer : layers()) add(layer);
    rewire({d_.outputs().begin(), d_.outputs().end()});
    if (out_.empty()) out_.push_back(wires_.empty() ? "()" : identity(wires_));
    return fmt::format("{}", fmt::join(out_, " ; "));
  }

 private:
  // As late as possible: a box stands right before the first that needs it.
  std::vector<std::vector<BoxId>> layers() const {
    const std::vector<BoxId> order = topological_order(d_);
    std::vector<std::size_t> height(d_.box_bound(), 1);
    std::size_t most = 0;
    for (auto b = order.rbegin(); b != order.rend(); ++b) {
      for (NodeId n : d_.targets(*b))
        for (const auto p : d_.consumers(n))
          if (p.box != boundary) height[b->id] = std::max(height[b->id], height[p.box.id] + 1);
      most = std::max(most, height[b->id]);
    }
    std::vector<std::vector<BoxId>> out(most);
    for (BoxId b : order) out[most - height[b.id]].push_back(b);
    return out;
  }

  void add(const std::vector<BoxId>& layer) {
    std::map<NodeId, std::size_t> place;
    for (std::size_t i = 0; i < wires_.size(); ++i) place.emplace(wires_[i], i);
    for (BoxId b : layer)
      for (NodeId n : d_.sources(b)) ++read_[n];
    struct Item {
      double at;
      std::optional<BoxId> box;
      NodeId wire;
    };
    std::vector<Item> items;
    for (BoxId b : layer) {
      double sum = 0;
      for (NodeId n : d_.sources(b)) sum += static_cast<double>(place.at(n));
      const auto n = static_cast<double>(d_.sources(b).size());
      items.push_back({n > 0 ? sum / n : place_of_state(b, place), b, no_node});
    }
    for (std::size_t i = 0; i < wires_.size(); ++i)
      if (d_.consumer_count(wires_[i]) > read_[wires_[i]]) items.push_back({static_cast<double>(i), {}, wires_[i]});
    std::ranges::stable_sort(items, {}, &Item::at);
    std::vector<NodeId> wanted, after;
    std::vector<std::string> parts;
    std::vector<NodeId> passing;
    const auto flush = [&] {
      if (!passing.empty()) parts.push_back(identity(passing));
      passing.clear();
    };
    for (const Item& item : items) {
      if (!item.box) {
        wanted.push_back(item.wire), after.push_back(item.wire), passing.push_back(item.wire);
        continue;
      }
      flush();
      wanted.insert(wanted.end(), d_.sources(*item.box).begin(), d_.sources(*item.box).end());
      after.insert(after.end(), d_.targets(*item.box).begin(), d_.targets(*item.box).end());
      parts.push_back(quoted(s_.generator(d_.generator(*item.box)).name));
    }
    flush();
    rewire(wanted);
    out_.push_back(fmt::format("{}", fmt::join(parts, " * ")));
    wires_ = std::move(after);
  }

  // A box without inputs stands beside the wire that the box behind it reads next to its own.
  double place_of_state(BoxId b, const std::map<NodeId, std::size_t>& place) const {
    for (NodeId n : d_.targets(b))
      for (const auto p : d_.consumers(n)) {
        if (p.box == boundary) return static_cast<double>(p.index) - 0.5;
        const auto sources = d_.sources(p.box);
        for (std::size_t i = 0; i < sources.size(); ++i)
          if (const auto at = place.find(sources[i]); at != place.end())
            return static_cast<double>(at->second) + (i < p.index ? 0.5 : -0.5);
      }
    return static_cast<double>(wires_.size());
  }

  // From wires_ to `wanted`: the finest tensor product of identities, swaps, copies, discards and wire[...].
  void rewire(const std::vector<NodeId>& wanted) {
    std::map<NodeId, std::size_t> place;
    for (std::size_t i = 0; i < wires_.size(); ++i) place.emplace(wires_[i], i);
    std::vector<std::size_t> source;
    for (NodeId n : wanted) source.push_back(place.at(n));
    std::vector<std::string> parts;
    std::vector<NodeId> passing;
    const auto flush = [&] {
      if (!passing.empty()) parts.push_back(identity(passing));
      passing.clear();
    };
    bool trivial = true;
    for (std::size_t from = 0, out = 0; from < wires_.size();) {
      std::size_t to = from, end = out;
      do {  // the shortest block that nothing enters or leaves
        ++to;
        while (end < source.size() && source[end] < to) ++end;
      } while (to < wires_.size() && std::any_of(source.begin() + static_cast<std::ptrdiff_t>(end), source.end(),
                                                 [&](std::size_t s) { return s < to; }));
      if (to == wires_.size()) end = source.size();
      const std::size_t ins = to - from, outs = end - out;
      if (ins == 1 && outs == 1) {
        passing.push_back(wires_[from]);
      } else {
        trivial = false;
        flush();
        parts.push_back(block(from, to, std::span(source).subspan(out, outs)));
      }
      from = to, out = end;
    }
    flush();
    if (!trivial) out_.push_back(fmt::format("{}", fmt::join(parts, " * ")));
    wires_ = wanted;
  }

  std::string block(std::size_t from, std::size_t to, std::span<const std::size_t> source) const {
    const auto of = [&](std::initializer_list<std::size_t> at) {
      if (s_.sorts() == 1) return std::string();
      std::vector<std::string> names;
      for (std::size_t i : at) names.push_back(object(wires_[i]));
      return fmt::format("[{}]", fmt::join(names, ", "));
    };
    if (to - from == 1 && source.empty()) return "drop" + of({from});
    if (to - from == 1 && source.size() == 2) return "copy" + of({from});
    if (to - from == 2 && source.size() == 2 && source[0] == from + 1 && source[1] == from)
      return "swap" + of({from, from + 1});
    std::string out = "wire[";
    for (std::size_t i = from; i < to; ++i) {
      out += fmt::format("{}x{}", i == from ? "" : ", ", i - from + 1);
      if (s_.sorts() != 1) out += ": " + object(wires_[i]);
    }
    out += " ->";
    for (std::size_t k = 0; k < source.size(); ++k) out += fmt::format("{} x{}", k ? "," : "", source[k] - from + 1);
    return out + "]";
  }

  std::string identity(const std::vector<NodeId>& wires) const {
    if (s_.sorts() == 1) return wires.size() == 1 ? "id" : fmt::format("id ^ {}", wires.size());
    std::vector<std::string> names;
    for (NodeId n : wires) names.push_back(object(n));
    return fmt::format("id[{}]", fmt::join(names, " * "));
  }
  std::string object(NodeId n) const { return quoted(s_.sort(d_.sort(n))); }

  static std::string quoted(Symbol name) {
    static const std::vector<std::string> words{"id", "swap", "copy", "drop", "wire", "by", "with", "object", "gen"};
    const std::string& text = name.text();
    if (std::ranges::find(words, text) != words.end()) return "`" + text + "`";
    return is_reserved(text) ? text : quote_name(text);
  }

  const OpenDiagram& d_;
  const Signature& s_;
  std::vector<NodeId> wires_;
  std::map<NodeId, std::uint32_t> read_;  // consumers that have been served
  std::vector<std::string> out_;
};

}  // namespace

std::string print_term(const OpenDiagram& d) { return Printer(d).run(); }

}  // namespace skein
