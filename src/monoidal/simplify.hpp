#pragma once
// Simplification: rewriting with oriented rules until none applies. An agenda of boxes keeps the search local: after a
// step only the neighbourhood of the new boxes is looked at again.
#include <variant>

#include "monoidal/matcher.hpp"

namespace skein::monoidal {

struct OrientedRule {
  RulePtr rule;
  Direction direction = Direction::forward;
};

// One step of a derivation.
struct RuleStep {
  Symbol rule;
  Direction direction = Direction::forward;
  Placement placement;
};
using Step = std::variant<RuleStep, Move>;

struct Simplification {
  std::vector<Step> steps;
  bool finished = true;  // false: the limit was reached
};

// Rewrites `d` by the rules, earlier ones first, and by the normal form of the structure, at most `limit` rule steps.
Simplification simplify(OpenDiagram& d, std::span<const OrientedRule> rules, std::size_t limit);

}  // namespace skein::monoidal
