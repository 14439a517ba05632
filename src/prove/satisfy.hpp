#pragma once
// Satisfying arrays: values of inputs at which the equations that a statement assumes hold exactly, so that a theorem
// under hypotheses is tried where it says something. They are looked for among arrays that such equations are usually
// about (signed permutations and halves of Hadamard matrices, which are orthogonal; rows or columns that add up to 1 or
// 0; one-hot rows; zeros, ones, small integers), and an input that an equation defines is computed.
#include <random>

#include "backend/evaluate.hpp"
#include "kernel/theorem.hpp"

namespace skein {

// Whether every equation that the statement assumes (recurrences aside) holds at this point, in exact arithmetic; false
// where a value is not rational.
bool equations_hold(const Statement& s, const Environment& e);

// Replaces the inputs that the equations read, `kept` aside, by such values; false, and e is changed, if none are
// found.
bool satisfy(const Statement& s, const std::set<Symbol>& kept, Environment& e, std::mt19937_64& random);

}  // namespace skein
