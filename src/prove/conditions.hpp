#pragma once
// Conditions: what is missing where a claim does not hold for all sizes. Candidates are equations between two sizes
// that the claim names, and sizes equal to 1; random instances at small sizes, at some of which the sides agree and at
// some of which they differ, leave few of them, and what is left must be proved.
#include "verify/rulebook.hpp"

namespace skein {

struct MissingCondition {
  std::string text;                 // "o1 == o2"
  RuleReport report;                // of the claim restricted to these sizes
  int agreeing = 0, differing = 0;  // instances: of those at which the sides agree,
  int agreeing_outside = 0;         // so many do not satisfy the condition; if 0, it separates the instances
};

// The condition that separates the instances best, of those under which the claim is verified; none that holds where
// the sides differ is considered. Empty if there is no such condition.
std::optional<MissingCondition> find_condition(RuleBook& book, const Claim& claim, std::uint64_t seed,
                                               const DeriveOptions& options);

}  // namespace skein
