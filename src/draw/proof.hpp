#pragma once
// Proofs as a few pictures: the walk of a derivation (derivation.hpp) cut into phases at natural boundaries, where the
// kind of inference changes and as far outside in the term as possible, so that the diagrams between two phases are
// drawn differently from their neighbours. Only a certificate that the kernel has replayed is read.
#include <optional>
#include <string>
#include <vector>

#include "draw/sketch.hpp"
#include "kernel/certificate.hpp"

namespace skein {

struct ProofPhase {
  std::vector<std::string> reasons;  // in words; a theorem by its name and, on a line of its own, its equation
  std::size_t steps = 0;             // of the kernel that no earlier phase rests on
};

struct ProofPhases {
  Symbol theorem;
  std::size_t steps = 0;                   // of the kernel, in all phases
  std::size_t leaves = 0;                  // asked of the solver
  std::vector<Diagram> diagrams;           // the left side, those between, the right side
  std::vector<ProofPhase> phases;          // phases[k] leads from diagrams[k] to diagrams[k + 1]
  std::optional<std::size_t> normal_form;  // the diagram to which both sides were brought
};

// At least the two ends, at most `most` diagrams (>= 3). Neighbours differ as drawn, except for the two ends of a proof
// that nothing drawn changes in.
ProofPhases read_phases(const Replay& replay, std::size_t most = 8);

// What of a sketch is seen, names of axes aside: equal for pictures that look the same.
std::string appearance(const Sketch& s);

// None if a reader could not follow its picture: too many glyphs, or too many boxes to look for glyphs.
std::optional<Sketch> legible_sketch(const Diagram& d);

// Axes with names that no array of the boundary has are named as where they come from: terms that a prover made carry
// the names of the theorems that it used.
void name_axes_after_boundary(Sketch& s);

}  // namespace skein
