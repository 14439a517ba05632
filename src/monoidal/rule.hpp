#pragma once
// Rule: an equation  left == right  or a one-way rule  left => right  between diagrams with the same inputs and
// outputs. Either side can be the pattern of a match; what matching asks of it is prepared once.
#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

enum class Direction : std::uint8_t { forward, backward };  // from the left side to the right one, or back

// One side of a rule, numbered from 0 without gaps.
class RuleSide {
 public:
  explicit RuleSide(const OpenDiagram& d);  // throws IllTyped unless valid

  const OpenDiagram& diagram() const { return diagram_; }
  bool is_input(NodeId n) const { return diagram_.producer(n).box == boundary; }
  // The output legs at a node, ascending: several where the side ends in a copy, none in its interior.
  std::span<const std::uint32_t> legs(NodeId n) const;
  // Every input reaches every output, so in an acyclic host every match is convex: a path from an output back to an
  // input would close a cycle. Also true without inputs or outputs, where no path can re-enter. Not found out of very
  // large sides.
  bool connects() const { return connects_; }

 private:
  OpenDiagram diagram_;
  std::vector<std::uint32_t> legs_, first_leg_;
  bool connects_ = true;
};

class Rule {
 public:
  // Throws IllTyped, naming the rule: sides of different signatures or types, or not diagrams of the structure.
  Rule(Symbol name, const OpenDiagram& left, const OpenDiagram& right, bool two_way);

  Symbol name() const { return name_; }
  bool two_way() const { return two_way_; }
  const OpenDiagram& left() const { return left_.diagram(); }
  const OpenDiagram& right() const { return right_.diagram(); }
  const RuleSide& source(Direction d) const { return d == Direction::forward ? left_ : right_; }
  const RuleSide& target(Direction d) const { return d == Direction::forward ? right_ : left_; }

 private:
  Symbol name_;
  RuleSide left_, right_;
  bool two_way_;
};

using RulePtr = std::shared_ptr<const Rule>;

}  // namespace skein::monoidal
