#include "check/locate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "check/values.hpp"
#include "prove/difference.hpp"
#include "prove/domain.hpp"
#include "prove/instances.hpp"

namespace skein {

namespace {

constexpr int ordinary_points = 6;
constexpr double plain_difference = 1e-6;  // relative: far above the noise of floats
constexpr double same = 1e-7;              // of a ratio to 1
constexpr std::size_t most_parts = 4;      // inputs of a fold whose parts are formed

// What the diagram computes inside, as sets of numbers.
class Reference {
 public:
  Reference(const Diagram& d, const Environment& point) {
    add_wires(d, point);
    add_multiples(d, point);
    for (const Entry& e : entries_) all_.insert(e.values);
  }

  bool explains(const ValueSet& v) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.values.contains(v); }) ||
           all_.contains(v);
  }
  std::string nearest(const ValueSet& v) const {
    for (const Entry& e : entries_)
      if (const auto c = e.values.ratio(v))
        return std::fabs(*c - 1) < same ? "its values are those of " + e.text
                                        : fmt::format("its values are {:.6g} times those of {}", *c, e.text);
    return "";
  }

 private:
  struct Entry {
    ValueSet values;
    std::string text;
    WireId wire;  // of the diagram, that it is or is a part of
  };

  // Wires that depend on an input, and parts of unordered folds: a*c where the diagram has a*b*c.
  void add_wires(const Diagram& d, const Environment& point) {
    const auto below = inputs_below(d);
    std::vector<WireId> wires = value_wires(d, point.sizes);
    std::erase_if(wires, [&](WireId w) {
      return std::none_of(below[w.id].begin(), below[w.id].end(),
                          [&](Symbol s) { return d.find_input(s)->role == Role::input; });
    });
    DiagramBuilder b;
    std::vector<Output> outputs = thaw(b, with_outputs(d, wires));
    const std::size_t whole = outputs.size();
    for (std::size_t k = 0; k < whole; ++k) {
      const Ref r = outputs[k].value;
      const Op op = b.box(r.wire).op;
      if (op != Op::add && op != Op::mul) continue;
      const std::vector<Ref> in = b.open(r).inputs;
      if (in.size() > most_parts) continue;
      for (unsigned mask = 1; mask + 1 < 1u << in.size(); ++mask) {
        std::vector<Ref> part;
        for (std::size_t n = 0; n < in.size(); ++n)
          if (mask >> n & 1) part.push_back(in[n]);
        if (part.size() < 2) continue;
        const Ref sub = b.add(op, part);
        outputs.push_back({Symbol("part"), sub.at, sub});
        wires.push_back(wires[k]);
      }
    }
    const std::vector<Array> values = evaluate(freeze(b, d.name, d.sizes(), d.inputs(), outputs), point);
    for (std::size_t k = 0; k < values.size(); ++k)
      entries_.push_back({ValueSet(values[k].data), sketch(b, outputs[k].value.wire), wires[k]});
  }

  // A constant that the diagram multiplies with may be applied earlier, to what enters the product, or later.
  void add_multiples(const Diagram& d, const Environment& point) {
    const auto below = inputs_below(d);
    std::vector<std::set<WireId>> ancestors(d.boxes().size());
    for (std::uint32_t w = 0; w < d.boxes().size(); ++w) {
      ancestors[w].insert({w});
      for (const Port& p : d.boxes()[w].inputs)
        ancestors[w].insert(ancestors[p.wire.id].begin(), ancestors[p.wire.id].end());
    }
    std::set<std::pair<std::size_t, double>> multiples;  // of an entry by a factor
    const std::size_t plain = entries_.size();
    for (std::uint32_t m = 0; m < d.boxes().size(); ++m) {
      if (d.boxes()[m].op != Op::mul) continue;
      for (const Port& p : d.boxes()[m].inputs) {
        if (!below[p.wire.id].empty() || !d.box(p.wire).degree.empty()) continue;
        const double c = evaluate(with_outputs(d, {p.wire}), point).at(0).data.at(0);
        if (!std::isfinite(c) || c == 0 || c == 1) continue;
        for (std::size_t k = 0; k < plain; ++k) {
          if (ancestors[m].count(entries_[k].wire)) multiples.emplace(k, c);
          if (ancestors[entries_[k].wire.id].count({m})) multiples.emplace(k, 1 / c);
        }
      }
    }
    for (const auto& [k, c] : multiples)
      entries_.push_back(
          {entries_[k].values.scaled(c), fmt::format("{:.6g} * {}", c, entries_[k].text), entries_[k].wire});
  }

  std::vector<Entry> entries_;
  ValueSet all_;
};

// The walk back from the outputs.
class Walk {
 public:
  Walk(const Model& model, const Diagram& trace, const Reference& reference, const Environment& point)
      : model_(model), reference_(reference) {
    for (std::size_t k = 0; k < model.nodes.size(); ++k)
      for (const std::string& t : model.nodes[k].outputs) producer_[t] = k;
    const auto below = inputs_below(trace);
    const std::vector<Array> values = evaluate(trace, point);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const OutputPort& o = trace.outputs()[k];
      const auto& names = below[o.wire.id];
      const bool given =
          std::none_of(names.begin(), names.end(), [&](Symbol s) { return trace.find_input(s)->role == Role::input; });
      if (!given) tensors_.emplace(o.name.text(), ValueSet(values[k].data));
    }
  }

  void from(const std::string& tensor) {
    const auto it = producer_.find(tensor);
    if (it == producer_.end() || !visited_.insert(it->second).second) return;
    bool begins_here = true;
    for (const std::string& input : model_.nodes[it->second].inputs) {
      const auto value = tensors_.find(input);
      if (value == tensors_.end() || !producer_.count(input) || reference_.explains(value->second)) continue;
      begins_here = false;
      from(input);
    }
    if (begins_here) culprits_.insert(past_layout(tensor));
  }

  std::optional<NodeDifference> first() const {
    if (culprits_.empty()) return {};
    const auto& [k, tensor] = *culprits_.begin();
    NodeDifference d{model_.nodes[k].name, model_.nodes[k].op, tensor, ""};
    if (const auto value = tensors_.find(tensor); value != tensors_.end())
      d.nearest = reference_.nearest(value->second);
    return d;
  }

 private:
  // A transpose or reshape is not to blame for the numbers that it is given.
  std::pair<std::size_t, std::string> past_layout(std::string tensor) const {
    for (;;) {
      const std::size_t k = producer_.at(tensor);
      const auto own = tensors_.find(tensor);
      const auto& inputs = model_.nodes[k].inputs;
      const auto same = std::find_if(inputs.begin(), inputs.end(), [&](const std::string& input) {
        const auto other = tensors_.find(input);
        return own != tensors_.end() && other != tensors_.end() && producer_.count(input) &&
               own->second.contains(other->second) && other->second.contains(own->second);
      });
      if (same == inputs.end()) return {k, tensor};
      tensor = *same;
    }
  }

  const Model& model_;
  const Reference& reference_;
  std::map<std::string, std::size_t> producer_;
  std::map<std::string, ValueSet> tensors_;  // those that depend on an input
  std::set<std::size_t> visited_;
  std::map<std::size_t, std::string> culprits_;  // by position in the model
};

}  // namespace

std::optional<NodeDifference> first_difference(const Statement& statement, const std::map<Symbol, WeightArray>& numbers,
                                               const Model& model, const Diagram& trace, const Witness* witness) {
  std::vector<Environment> points;
  const Instances instances(statement, numbers, 1);
  for (int k = 0; k < ordinary_points; ++k)
    for (const Instances::Sizes& s : instances.regular_sizes()) {
      if (auto e = instances.draw(s, Instances::style(k), static_cast<std::uint64_t>(k) + 1)) points.push_back(*e);
      break;
    }
  if (witness) {
    Environment e;
    for (const auto& [v, n] : witness->sizes) e.sizes[v] = n;
    for (const auto& [name, a] : witness->inputs) e.inputs[name] = to_array(a);
    points.push_back(std::move(e));
  }
  for (const Environment& e : points) {
    const std::vector<Array> left = evaluate(statement.left, e), right = evaluate(statement.right, e);
    if (float_difference(left, right).relative < plain_difference) continue;
    const Reference reference(statement.left, e);
    Walk walk(model, trace, reference, e);
    for (std::size_t k = 0; k < left.size(); ++k)
      if (float_difference({left[k]}, {right[k]}).relative >= plain_difference)
        walk.from(model.diagram.outputs()[k].name.text());
    return walk.first();
  }
  return {};
}

}  // namespace skein
