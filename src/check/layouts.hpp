#pragma once
// Layouts: in which ways an array of the diagram may be stored in an array of the model. The axes of the stored array
// are ordered groups of the axes of the diagram's, each merged row-major; along one of them the diagram's array may be
// one of several pieces of equal length, as in a packed projection.
#include "diagram/diagram.hpp"

namespace skein {

struct Layout {
  std::vector<std::size_t> positions;  // of the elements, in row-major order of the diagram's array, in the stored one
  std::string right;                   // the indices of the stored array as text: "[m, 32 + (h,e)]"
  std::size_t piece = 0;
};

// How an array's axes are written on the left of a line: "[m,h,e]"; axes without a name of their own get one.
std::vector<std::string> index_names(const InputPort& port);
std::string left_side(const InputPort& port, const std::vector<std::size_t>& shape);

// All layouts in which the positions differ, plain ones first.
std::vector<Layout> layouts(const InputPort& port, const std::vector<std::size_t>& shape,
                            const std::vector<std::size_t>& stored);

}  // namespace skein
