#pragma once
// Lifts: a statement about arrays holds for any terms in their place, with any further axes (the lift degree). A random
// lift replaces each array by a term: read with a further axis, repeated along an axis, strided, on a diagonal,
// computed from two arrays, or the same as that of another array. Both sides are then run at random sizes, 0 to 3 as
// far as they are allowed. A certified difference refutes the statement, or shows an error in what lifts it.
#include <random>

#include "prove/statement.hpp"

namespace skein {

struct LiftCounts {
  int instances = 0;  // run, with all conditions met
  int missed = 0;     // no sizes or arrays were found that meet the conditions
  int further = 0, repeated = 0, strided = 0, diagonal = 0, computed = 0, shared = 0;  // terms of each form
  int sizes[4] = {};                                                                   // size variables of each value

  LiftCounts& operator+=(const LiftCounts& o);
};

// One random lift: the statement about the terms; adds to the counts of forms.
Statement random_lift(const Statement& s, std::mt19937_64& random, LiftCounts& counts);

struct LiftReport {
  LiftCounts counts;
  std::string failure;  // sizes and place of a certified difference; empty if there is none
};
// Runs `count` instances, stops at the first certified difference.
LiftReport run_lifts(const Statement& s, int count, std::uint64_t seed);

}  // namespace skein
