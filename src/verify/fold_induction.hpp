#pragma once
// One induction on the number of steps of some folds: for a set of proposed invariants the base and the step are
// derived; an invariant whose base or step is not derived is dropped and the others are tried again. The kernel checks
// each induction, so a wrong proposal costs time only.
#include "verify/fold_lemmas.hpp"

namespace skein {

struct FoldProof {
  std::vector<Rewrite> last;          // for each invariant that was proved: its value == its closed form
  std::vector<Invariant> invariants;  // these invariants
  std::vector<ReadRule> steps;        // the states of unrolled folds after each step
  std::string reason;                 // where something was dropped
  std::vector<std::string> lemmas;    // certificates that the proofs use
};

// What the user says of these states; `reason` tells what does not fit.
std::vector<Invariant> stated_invariants(DiagramBuilder& b, const std::vector<FoldState>& states,
                                         const std::vector<StatedInvariant>& invariants, std::string& reason);

// Tries the proposals by induction on this size, for each state one at a time: all that are tried together hold
// together or not at all, so one whose base or step is not derived gives way to the next proposal for its state. The
// induction carries the recurrences of `carried`: these states and those of folds that `known` is about.
void prove_together(Kernel& k, const std::vector<Invariant>& proposals, const std::vector<FoldState>& states,
                    Symbol size, const std::vector<FoldState>& carried, const std::vector<FoldLemma>& known,
                    const DeriveOptions& options, FoldProof& out);

}  // namespace skein
