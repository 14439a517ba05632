#pragma once
// Folds: what the states of folds are after all steps, by induction on the number of steps, one fold after the other:
// first those that others begin with, and those in the bodies of others. A fold whose number of steps is a numeral is
// unrolled.
#include "verify/fold_induction.hpp"

namespace skein {

// The states on which left or right depend, one fold after the other.
FoldProof prove_folds(Kernel& k, const Ref& left, const Ref& right, const DeriveOptions& options);

// Whether r reads a state where something is known of it.
bool reads_states(const DiagramBuilder& b, const Ref& r, const FoldProof& folds);

// r with the states replaced by their closed forms.
Rewrite without_states(Kernel& k, const Ref& r, const FoldProof& folds, const DeriveOptions& options);

}  // namespace skein
