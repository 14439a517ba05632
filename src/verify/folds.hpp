#pragma once
// Folds: what the states of folds are after all steps, by simultaneous induction on the number of steps. For a set of
// proposed invariants the base and the step are derived; an invariant whose base or step is not derived is dropped and
// the others are tried again. The kernel checks each induction, so a wrong proposal costs time only. A fold whose
// number of steps is a numeral is unrolled.
#include "verify/accumulators.hpp"
#include "verify/derive.hpp"
#include "verify/state_reads.hpp"

namespace skein {

struct FoldProof {
  std::vector<Rewrite> last;          // for each invariant that was proved: its value == its closed form
  std::vector<Invariant> invariants;  // these invariants
  std::vector<ReadRule> steps;        // the states of unrolled folds after each step
  std::string reason;                 // where something was dropped
  std::vector<std::string> lemmas;    // certificates that the proofs use
};

// The states on which left or right depend, one fold after the other.
FoldProof prove_folds(Kernel& k, const Ref& left, const Ref& right, const DeriveOptions& options);

// Whether r reads a state where something is known of it.
bool reads_states(const DiagramBuilder& b, const Ref& r, const FoldProof& folds);

// r with the states replaced by their closed forms.
Rewrite without_states(Kernel& k, const Ref& r, const FoldProof& folds, const DeriveOptions& options);

}  // namespace skein
