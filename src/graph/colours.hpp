#pragma once
// Colours: an isomorphism-invariant hash for each wire and each local index of a Diagram: one pass of colour refinement
// from the inputs up (what a wire is) and one from the outputs down (where it is used). Equal colours prove nothing;
// different colours prove that no isomorphism relates the two. Names of indices, the order of unordered inputs and of
// bound indices and the numbers of noise sources have no influence.
#include <cstdint>
#include <vector>

#include "diagram/diagram.hpp"

namespace skein {

struct Colours {
  std::vector<std::uint64_t> wire;
  std::vector<std::vector<std::uint64_t>> local;  // per box: free indices, then bound ones
};

Colours refine_colours(const Diagram& d);

}  // namespace skein
