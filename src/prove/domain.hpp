#pragma once
// Domains: D(A) is the conjunction of "no partial box of A is outside its domain" (inv of 0, log of x <= 0, sqrt of x < 0,
// maximum of nothing). A condition is discharged by a sign that the kernel derives, or met by the same condition of the
// other side (equal normal forms of what it is about); what is left is a hypothesis of the statement, in words.
#include "rewrite/normalise.hpp"

namespace skein {

std::vector<std::string> domain_hypotheses(Kernel& k, WireId left, WireId right,
                                           std::chrono::steady_clock::time_point deadline);
// A term as short text for reports: operators applied to inputs, cut off below some depth.
std::string sketch(const DiagramBuilder& b, WireId w, int depth = 4);

}  // namespace skein
