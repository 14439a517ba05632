#pragma once
// FoldLemma: what a fold computes, as a theorem of its own: for all arrays that satisfy the recurrences of its states,
// a state after all steps (or after any number of them) is a closed form, or equal to another state. It is used in the
// inductions on other folds, those around it and those that begin where it ends. What its steps say about the number of
// steps, as in x[|t|-1-t] or t/|t|, is an array of the theorem: an induction on |t| would change it.
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
  std::vector<Diagram> parts;  // terms for which arrays of their names stand
};

// Whether a first value or a step of these folds says something about this number of steps.
bool mention_steps(const DiagramBuilder& b, const std::vector<FoldState>& folds, Symbol steps);

// States of the folds around that a lemma takes to be one: the second ones to be the first ones.
using OneState = std::map<Symbol, Symbol>;

// A kernel for lemmas about some folds of another one. It assumes their recurrences and the signs that are assumed
// there, and knows the theorems that are known there.
class FoldLemmas {
 public:
  // Terms that say something about the number of steps, and depend on no state, become arrays.
  FoldLemmas(Kernel& k, const std::vector<FoldState>& folds, Symbol steps, const OneState& same,
             std::chrono::steady_clock::time_point deadline);
  Kernel& kernel() { return own_; }
  // The recurrences as conditions of this kernel.
  const std::vector<Recurrence>& recurrences() const { return recurrences_; }
  // What an invariant says, which `equation` proves here. Its certificate is appended, and the other kernel knows it.
  FoldLemma conclude(const Invariant& invariant, const Rewrite& equation, std::vector<std::string>& certificates);

 private:
  DiagramBuilder::Image array(Symbol name, const std::vector<Axis>& axes, DType dtype);
  DiagramBuilder::Image part(WireId w);
  Diagram diagram(const std::vector<Index>& axes, const Ref& value);

  Kernel& k_;
  Kernel own_;
  Normaliser n_;                 // of the other kernel
  std::map<Symbol, Ref> known_;  // arrays
  std::map<WireId, Symbol> part_of_;
  std::vector<std::pair<Sign, Ref>> signs_;
  std::vector<Diagram> parts_;
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
