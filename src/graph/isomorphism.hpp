#pragma once
// Isomorphism of open hypergraphs with a fixed boundary. Everything a diagram keeps is reached from its ordered
// outputs, so a match spreads from there without choice, except where inputs are unordered, bound indices can be
// exchanged or a view reads a diagonal; there the search branches over what colour refinement leaves, and backtracks.
#include <optional>

#include "diagram/diagram.hpp"

namespace skein {

// An isomorphism left -> right, checked by is_isomorphism, or empty if there is none. Inputs match by position, weights
// by name, outputs by position.
std::optional<IsomorphismWitness> find_isomorphism(const Diagram& left, const Diagram& right);

}  // namespace skein
