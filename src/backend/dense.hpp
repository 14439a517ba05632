#pragma once
// Dense arrays over any scalar, and the strided walks over them from which all box evaluation is made.
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "diagram/box.hpp"

namespace skein::backend {

using Extents = std::vector<std::size_t>;

// The number of points; throws EvaluationError beyond the limit of one intermediate array.
std::size_t element_count(const Extents& shape);
Extents row_major(const Extents& shape);

template <class V>
struct Dense {
  Extents shape;
  std::vector<V> data;
};

// The strides, along each of `locals` local indices, of a wire of the given shape that is read through `map`.
inline Extents port_strides(const std::vector<Index>& map, const Extents& shape, std::size_t locals) {
  const Extents axis = row_major(shape);
  Extents strides(locals, 0);
  for (std::size_t s = 0; s < map.size(); ++s) strides[map[s].id] += axis[s];
  return strides;
}

// Calls f(offsets) at each point of a box of extents, last index fastest; offsets[k] is the sum of index * strides[k].
template <std::size_t K, class F>
void walk(const Extents& extents, const std::array<Extents, K>& strides, F&& f) {
  const std::size_t rank = extents.size();
  for (std::size_t e : extents)
    if (e == 0) return;
  std::array<std::size_t, K> offset{};
  if (rank == 0) {
    f(offset);
    return;
  }
  Extents at(rank, 0);
  const std::size_t inner = extents[rank - 1];
  std::array<std::size_t, K> step;
  for (std::size_t k = 0; k < K; ++k) step[k] = strides[k][rank - 1];
  for (;;) {
    std::array<std::size_t, K> o = offset;
    for (std::size_t i = 0; i < inner; ++i) {
      f(o);
      for (std::size_t k = 0; k < K; ++k) o[k] += step[k];
    }
    std::size_t r = rank - 1;
    for (;;) {
      if (r == 0) return;
      --r;
      for (std::size_t k = 0; k < K; ++k) offset[k] += strides[k][r];
      if (++at[r] < extents[r]) break;
      for (std::size_t k = 0; k < K; ++k) offset[k] -= strides[k][r] * extents[r];
      at[r] = 0;
    }
  }
}

// Calls f(point, position) at each point of the extents, in row-major order.
template <class F>
void walk_points(const Extents& extents, F&& f) {
  for (std::size_t e : extents)
    if (e == 0) return;
  Extents at(extents.size(), 0);
  for (std::size_t position = 0;; ++position) {
    f(std::span<const std::size_t>(at), position);
    std::size_t r = extents.size();
    for (;;) {
      if (r == 0) return;
      --r;
      if (++at[r] < extents[r]) break;
      at[r] = 0;
    }
  }
}

inline std::size_t offset_of(std::span<const std::size_t> point, const Extents& strides) {
  std::size_t o = 0;
  for (std::size_t i = 0; i < point.size(); ++i) o += point[i] * strides[i];
  return o;
}

}  // namespace skein::backend
