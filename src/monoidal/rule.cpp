#include "monoidal/rule.hpp"

#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

// Finding out whether a side connects takes a pass for each input: not worth it for the sides of large theorems.
constexpr std::size_t largest_passes = 100'000;

// Whether every input reaches every output. One pass for each input, stopping at the first that does not.
bool connects_all(const OpenDiagram& d) {
  const std::vector<BoxId> order = topological_order(d);
  for (NodeId from : d.inputs()) {
    std::vector<bool> reached(d.node_bound(), false);
    reached[from.id] = true;
    for (BoxId b : order)
      for (NodeId n : d.sources(b))
        if (reached[n.id]) {
          for (NodeId t : d.targets(b)) reached[t.id] = true;
          break;
        }
    for (NodeId n : d.outputs())
      if (!reached[n.id]) return false;
  }
  return true;
}

RuleSide side(Symbol rule, const OpenDiagram& d) {
  try {
    return RuleSide(d);
  } catch (const IllTyped& e) {
    throw IllTyped("rule '" + rule.text() + "': " + e.what());
  }
}

}  // namespace

RuleSide::RuleSide(const OpenDiagram& d) : diagram_(renumbered(d)) {
  if (const std::string why = invalidity(diagram_); !why.empty()) throw IllTyped(why);
  std::vector<std::vector<std::uint32_t>> at(diagram_.node_bound());
  for (std::uint32_t k = 0; k < diagram_.outputs().size(); ++k) at[diagram_.outputs()[k].id].push_back(k);
  for (const auto& legs : at) {
    first_leg_.push_back(static_cast<std::uint32_t>(legs_.size()));
    legs_.insert(legs_.end(), legs.begin(), legs.end());
  }
  first_leg_.push_back(static_cast<std::uint32_t>(legs_.size()));
  connects_ = diagram_.inputs().size() * diagram_.boxes() <= largest_passes && connects_all(diagram_);
}

std::span<const std::uint32_t> RuleSide::legs(NodeId n) const {
  return {legs_.data() + first_leg_[n.id], first_leg_[n.id + 1] - first_leg_[n.id]};
}

Rule::Rule(Symbol name, const OpenDiagram& left, const OpenDiagram& right, bool two_way)
    : name_(name), left_(side(name, left)), right_(side(name, right)), two_way_(two_way) {
  if (left.shared_signature() != right.shared_signature())
    throw IllTyped("rule '" + name.text() + "': its sides belong to different theories.");
  const auto type = [](const OpenDiagram& d) {
    return to_string(d.signature(), d.input_sorts()) + " -> " + to_string(d.signature(), d.output_sorts());
  };
  if (left.input_sorts() != right.input_sorts() || left.output_sorts() != right.output_sorts())
    throw IllTyped("rule '" + name.text() + "': its sides must have the same type, but are " + type(left) + " and " +
                   type(right) + ".");
}

}  // namespace skein::monoidal
