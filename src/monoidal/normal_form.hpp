#pragma once
// The normal form of a diagram under the moves of its structure: boxes that nobody reads are dropped (markov,
// cartesian), equal deterministic boxes shared; in symmetric and comonoid theories there is nothing to do. Two
// diagrams are equal in the free category of the structure iff their normal forms are isomorphic.
#include "monoidal/move.hpp"

namespace skein::monoidal {

// Brings `d` into normal form and returns the moves made, in order. Linear, up to hashing.
std::vector<Move> normalise(OpenDiagram& d);

}  // namespace skein::monoidal
