#pragma once
// FoldLemma: what a fold computes, as a theorem of its own: for all arrays that satisfy the recurrences of its states,
// a state after all steps (or after any number of them) is a closed form, or equal to another state. It is used in the
// inductions on other folds, those around it and those that begin where it ends.
#include "verify/fold_groups.hpp"
#include "verify/state_reads.hpp"

namespace skein {

struct FoldLemma {
  TheoremPtr theorem;
  Symbol state;
  std::uint32_t counter;
  std::optional<Size> value;  // at which number of steps; at any if there is none
  std::string accumulator;
  // For each equation that the theorem assumes: the state whose recurrence it is, and whether it is that of a step.
  std::vector<std::pair<Symbol, bool>> given;
};

// States of the folds around that a lemma takes to be one: the second ones to be the first ones.
using OneState = std::map<Symbol, Symbol>;

// A kernel for lemmas about some folds of another one. It assumes their recurrences and the signs that are assumed
// there, and knows the theorems that are known there.
class FoldLemmas {
 public:
  FoldLemmas(Kernel& k, const std::vector<FoldState>& folds, const OneState& same);
  Kernel& kernel() { return own_; }
  // The recurrences as conditions of this kernel.
  const std::vector<Recurrence>& recurrences() const { return recurrences_; }
  // What an invariant says, which `equation` proves here. Its certificate is appended, and the other kernel knows it.
  FoldLemma conclude(const Invariant& invariant, const Rewrite& equation, std::vector<std::string>& certificates);

 private:
  Diagram diagram(const std::vector<Index>& axes, const Ref& value);

  Kernel& k_;
  Kernel own_;
  std::vector<InputPort> arrays_;
  std::vector<Recurrence> recurrences_;
  Statement claim_;  // its conditions
  std::vector<std::pair<Symbol, bool>> given_;
};

// Where a lemma is used: in the claim, or at the sizes of a case of an induction.
struct LemmaUse {
  Normaliser& n;
  std::map<Symbol, Size> sizes;
  std::function<std::optional<Rewrite>(Symbol state, bool step)> assumed;          // the equation of a recurrence
  std::function<std::optional<Rewrite>(const Ref& left, const Ref& right)> equal;  // at the same indices
};

// The state == what the lemma says of it; empty if a condition of the lemma was not derived here.
std::optional<ReadRule> instance_of(const FoldLemma& lemma, const LemmaUse& use);

}  // namespace skein
