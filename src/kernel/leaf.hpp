#pragma once
// Leaves: the ground, quantifier-free SMT-LIB text of a pointwise goal. Indices in range and sizes are integers;
// arrays, reductions and transcendental functions are uninterpreted; inv, sqrt, exp and floor division come with the
// instances of their defining properties for just the terms that occur. Unsatisfiable means that the goal holds at
// every point.
#include "kernel/judgement.hpp"

namespace skein {

struct LeafGoal {
  // Either an equation lhs == rhs or a sign of lhs.
  Ref lhs;
  std::optional<Ref> rhs;
  Sign sign = Sign::positive;
  std::vector<std::pair<Ref, Sign>> premises;
};

// Throws Rejected where a term has no meaning in the solver (division by a size that may be 0, noise).
std::string leaf_text(DiagramBuilder& b, const SizeContext& sizes, const LeafGoal& goal);

}  // namespace skein
