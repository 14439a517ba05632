#pragma once
// Domains: D(A) is the conjunction of "no partial box of A that the outputs ask for is outside its domain" (inv of 0,
// log of x <= 0, sqrt of x < 0, maximum of nothing). A box asks for a branch of cases or where at the points at which
// it is taken, and for what a view reads. A condition is discharged by a sign that the kernel derives, or met by the
// same condition of the other side (the terms are equal, by a point of the proof or by normal forms); what is left is a
// hypothesis of the statement, in words.
#include "kernel/theorem.hpp"
#include "rewrite/normalise.hpp"
#include "verify/points.hpp"

namespace skein {

// left and right: the wires of a side; with folds, the recurrences of its states among them. `points`: wires of the two
// sides that the proof found equal; null if it looked for none. `simpler` gives another form of a term, equal by a
// proof in the kernel, whose sign may be plainer.
std::vector<std::string> domain_hypotheses(Kernel& k, const std::vector<WireId>& left, const std::vector<WireId>& right,
                                           Points* points,
                                           const std::function<std::optional<Rewrite>(const Ref&)>& simpler,
                                           std::chrono::steady_clock::time_point deadline);
// The conditions of D(left) and D(right) that no sign rule discharges, as conditions of a claim. Those below a branch
// hold only where it is taken and are left out; that an axis is not empty is none either.
std::vector<Condition> domain_conditions(const Diagram& left, const Diagram& right);
// "x is not 0"
std::string in_words(const Condition& c);
// A term as short text for reports: operators applied to inputs, cut off below some depth.
std::string sketch(const DiagramBuilder& b, WireId w, int depth = 4);

}  // namespace skein
