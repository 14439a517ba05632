#pragma once
// Derivations read as chains. The kernel's derivation of left == right is a graph of equations; here it is one walk
// t0 == t1 == ... == tn of whole terms, each obtained from the one before by a single inference at some place inside:
// transitivity concatenates walks, symmetry reverses them, congruence runs a walk inside a box, one input after the
// other. Every term of the walk is a value of the claim's output, so every one can be drawn.
#include <optional>
#include <vector>

#include "kernel/kernel.hpp"

namespace skein {

struct DerivationLink {
  Ref after;               // the whole term that this link leads to
  EquationId inference;    // the equation used; a congruence where it was not taken apart
  bool backwards = false;  // from its right side to its left
  int level = 0;           // how deep inside the term the boundary after this link lies: 0 between two whole equations
  bool returning = false;  // part of the second half, in which the walk leaves the normal form again
  std::size_t steps = 0;   // steps of the kernel that are first needed here
};

struct DerivationChain {
  std::vector<Index> axes;  // of the claim's output: the free indices of the ends
  Ref first;
  std::vector<DerivationLink> links;
  std::size_t steps = 0;              // of the kernel: equations and signs that the conclusion rests on
  std::optional<std::size_t> middle;  // the number of links before the normal form of both sides, if there is one
};

// Reads the derivation of `conclusion`, which proves that the outputs of `left` and `right` are equal. Congruences are
// taken apart as deep inside the term as gives at most `most` links (but for those between whole terms).
DerivationChain read_derivation(Kernel& k, const Diagram& left, const Diagram& right, EquationId conclusion,
                                std::size_t most = 1500);

// The inferences other than congruence, transitivity, symmetry and reflexivity that a link stands for, each once, and
// whether it is used from right to left.
std::vector<std::pair<EquationId, bool>> inferences_of(const Kernel& k, const DerivationLink& link);

}  // namespace skein
