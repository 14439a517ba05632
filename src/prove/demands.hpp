#pragma once
// Demands: what a diagram needs for each of its partial boxes to be inside its domain (a divisor is not 0, the range of
// a maximum is not empty), as terms that must have a sign. A term says where it is asked for: below a branch of cases
// or where it is 1 wherever the branch is not taken, and below a view it is read where the view reads. So two sides
// with the same terms ask for the same, and what is asked of one element is not taken for a condition on all.
#include <functional>
#include <optional>

#include "kernel/judgement.hpp"

namespace skein {

struct Demand {
  WireId value;  // has the sign at every point at which the diagram is defined
  Sign sign;
  WireId about;                   // of which it is made: the argument of the partial box
  bool guarded = false;           // value is 1 where nobody asks
  std::optional<Size> axis = {};  // it is about an axis that is not to be empty; value is its size
};

// The demands of everything below the roots, at all points of the roots' axes, but those of arguments that have their
// sign anyway. Empty if there are too many to be told apart.
std::optional<std::vector<Demand>> demands_below(DiagramBuilder& b, const SizeContext& sizes,
                                                 const std::vector<WireId>& roots,
                                                 const std::function<bool(WireId, Sign)>& discharged);

}  // namespace skein
