#pragma once
// The audit of a library of statements: what keeps it free of repetition. Two statements are the same if an isomorphism
// takes the sides of one to those of the other, up to the names and the order of arrays and sizes and the exchange of
// the sides. A statement says nothing new if one step with another one, instantiated and lifted, turns one of its sides
// into the other.
#include "kernel/theorem.hpp"

namespace skein {

// The boxes of a side that compute something: all but arrays and numbers.
std::size_t operator_count(const Diagram& side);

// The pairs (i, j), i < j, of statements that are the same. The conditions count, the bounds of sizes do not.
std::vector<std::pair<std::size_t, std::size_t>> same_statements(const std::vector<Statement>& statements);

struct OneStep {
  std::size_t instance, of;
  friend auto operator<=>(const OneStep&, const OneStep&) = default;
};
// Which theorems are one step with another, at the root. Null entries are left out.
std::vector<OneStep> one_step_instances(const std::vector<TheoremPtr>& theorems);

}  // namespace skein
