#pragma once
// Weights as views: where the numbers of one array lie in another. A view gives, for each axis of the array, a
// mixed-radix expansion of its index into digits with strides, so that slices, transposes, merged and split axes, and
// broadcasts are all found; every element is compared.
#include <memory>

#include "prove/statement.hpp"

namespace skein {

// The element at (i_0, i_1, ..) lies at offset + the sum over the digits of stride * ((i_axis div weight) mod extent).
struct ArrayView {
  struct Digit {
    std::size_t axis = 0, weight = 1, extent = 1;
    std::int64_t stride = 0;
  };
  std::int64_t offset = 0;
  std::vector<Digit> digits;

  // The flat positions, in row-major order of the shape.
  std::vector<std::size_t> positions(const std::vector<std::size_t>& shape) const;
};

// An array in which others are sought, with an index from numbers to positions.
class Haystack {
 public:
  explicit Haystack(const WeightArray& array);
  const WeightArray& array() const { return *array_; }

  // The view that reads `needle`, element by element, else empty. Where several fit, one that reads fewest elements of
  // `used` (flat positions; empty: none).
  std::optional<ArrayView> find(const WeightArray& needle, const std::vector<bool>& used) const;

 private:
  std::vector<std::size_t> positions_of(double x) const;
  std::optional<ArrayView> find_at(const WeightArray& needle, std::size_t offset) const;

  const WeightArray* array_;
  std::vector<std::pair<double, std::size_t>> sorted_;
};

// For each axis of the array in which the view lies, where it is read, over an index for each axis of the view.
std::vector<IndexExpression> view_expressions(const ArrayView& view, const std::vector<std::size_t>& array_shape,
                                              const std::vector<Index>& indices, const IndexRanges& ranges);

}  // namespace skein
