#pragma once
// Step: what a derivation consists of, as data: the use of a rule or earlier theorem at a placement, or a move of the
// structure. It claims nothing; the kernel checks it when it is made and again when it is replayed.
#include <variant>

#include "monoidal/match.hpp"
#include "monoidal/move.hpp"

namespace skein::monoidal {

struct RuleStep {
  Symbol rule;
  Direction direction = Direction::forward;
  Placement placement;
};
using Step = std::variant<RuleStep, Move>;

}  // namespace skein::monoidal
