#pragma once
// Simplification: rewriting with oriented rules until none applies. An agenda of boxes keeps the search local: after a
// step only boxes at the wires it touched are looked at again, and the whole diagram once more at the end.
#include "monoidal/matcher.hpp"
#include "monoidal/step.hpp"

namespace skein::monoidal {

struct OrientedRule {
  RulePtr rule;
  Direction direction = Direction::forward;
};

struct Simplification {
  std::vector<Step> steps;
  std::size_t rewrites = 0;  // steps by rules
  bool finished = true;      // false: the limit was reached
};

// Rewrites `d` by the rules, earlier ones first, and by the normal form of the structure, with at most `limit` steps by
// rules.
Simplification simplify(OpenDiagram& d, std::span<const OrientedRule> rules, std::size_t limit);

}  // namespace skein::monoidal
