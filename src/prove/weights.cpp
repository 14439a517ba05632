#include "prove/weights.hpp"

#include <algorithm>
#include <numeric>

namespace skein {

namespace {

// Repeated numbers leave several places where an array might begin; this many are tried.
constexpr std::size_t candidates = 64;

std::vector<std::size_t> row_major(const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> strides(shape.size(), 1);
  for (std::size_t k = shape.size(); k-- > 1;) strides[k - 1] = strides[k] * shape[k];
  return strides;
}

bool all_equal(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double x) { return x == values.front(); });
}

// The view of a contiguous run of the array.
ArrayView contiguous(const std::vector<std::size_t>& shape, std::size_t offset) {
  ArrayView view{static_cast<std::int64_t>(offset), {}};
  const std::vector<std::size_t> strides = row_major(shape);
  for (std::size_t k = 0; k < shape.size(); ++k)
    if (shape[k] > 1) view.digits.push_back({k, 1, shape[k], static_cast<std::int64_t>(strides[k])});
  return view;
}

}  // namespace

std::vector<std::size_t> ArrayView::positions(const std::vector<std::size_t>& shape) const {
  std::vector<std::size_t> out;
  const std::size_t count = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  out.reserve(count);
  std::vector<std::size_t> at(shape.size(), 0);
  for (std::size_t n = 0; n < count; ++n) {
    std::int64_t p = offset;
    for (const Digit& d : digits) p += d.stride * static_cast<std::int64_t>(at[d.axis] / d.weight % d.extent);
    out.push_back(static_cast<std::size_t>(p));
    for (std::size_t k = shape.size(); k-- > 0;) {
      if (++at[k] < shape[k]) break;
      at[k] = 0;
    }
  }
  return out;
}

Haystack::Haystack(const WeightArray& array) : array_(&array) {
  sorted_.reserve(array.values.size());
  for (std::size_t p = 0; p < array.values.size(); ++p) sorted_.emplace_back(array.values[p], p);
  std::sort(sorted_.begin(), sorted_.end());
}

// Numbers are compared as reals: the two zeros are one.
std::vector<std::size_t> Haystack::positions_of(double x) const {
  std::vector<std::size_t> out;
  auto it = std::lower_bound(sorted_.begin(), sorted_.end(), x, [](const auto& a, double b) { return a.first < b; });
  for (; it != sorted_.end() && it->first == x && out.size() < candidates; ++it) out.push_back(it->second);
  return out;
}

std::optional<ArrayView> Haystack::find(const WeightArray& needle, const std::vector<bool>& used) const {
  const std::vector<double>&values = array_->values, &sought = needle.values;
  if (sought.empty() || sought.size() > values.size()) return {};
  auto overlap = [&](std::size_t begin) {
    std::size_t n = 0;
    for (std::size_t p = begin; p < begin + sought.size() && p < used.size(); ++p) n += used[p];
    return n;
  };
  if (sought.size() == values.size() && sought == values) return contiguous(needle.shape, 0);

  if (all_equal(sought)) {
    // Such an array is everywhere, and its strides say nothing: only a run that nobody reads yet is meant.
    for (std::size_t begin = 0; begin + sought.size() <= values.size(); begin += sought.size())
      if (overlap(begin) == 0 &&
          std::equal(sought.begin(), sought.end(), values.begin() + static_cast<std::ptrdiff_t>(begin)))
        return contiguous(needle.shape, begin);
    return {};
  }

  std::optional<ArrayView> best;
  std::size_t least = 0;
  for (std::size_t offset : positions_of(sought.front()))
    if (auto view = find_at(needle, offset)) {
      std::size_t reads = 0;
      if (!used.empty())
        for (std::size_t p : view->positions(needle.shape)) reads += used[p];
      if (!best || reads < least) best = std::move(view), least = reads;
      if (least == 0) break;
    }
  return best;
}

// Along each axis the positions of the elements, from the one at the origin, are an expansion into digits: a run with
// one stride, runs of such runs, and so on.
std::optional<ArrayView> Haystack::find_at(const WeightArray& needle, std::size_t offset) const {
  const std::vector<double>&values = array_->values, &sought = needle.values;
  const auto size = static_cast<std::int64_t>(values.size());
  const std::vector<std::size_t> strides = row_major(needle.shape);
  ArrayView view{static_cast<std::int64_t>(offset), {}};
  auto holds = [&](std::int64_t position, double x) {
    return position >= 0 && position < size && values[static_cast<std::size_t>(position)] == x;
  };
  for (std::size_t k = 0; k < needle.shape.size(); ++k) {
    const std::size_t extent = needle.shape[k];
    for (std::size_t weight = 1; weight < extent;) {
      // The longest run of multiples of `weight` with one stride.
      std::size_t longest = 1;
      std::int64_t stride = 0;
      for (std::size_t p : positions_of(sought[weight * strides[k]])) {
        const std::int64_t step = static_cast<std::int64_t>(p) - view.offset;
        std::size_t run = 1;
        while (run * weight < extent &&
               holds(view.offset + static_cast<std::int64_t>(run) * step, sought[run * weight * strides[k]]))
          ++run;
        if (run > longest) longest = run, stride = step;
      }
      if (longest == 1 || extent % (weight * longest) != 0) return {};
      view.digits.push_back({k, weight, longest, stride});
      weight *= longest;
    }
  }
  std::int64_t first = view.offset, last = view.offset;  // the extremes: no position lies outside of the array
  for (const ArrayView::Digit& d : view.digits) {
    const std::int64_t reach = d.stride * static_cast<std::int64_t>(d.extent - 1);
    (reach < 0 ? first : last) += reach;
  }
  if (first < 0 || last >= size) return {};
  const std::vector<std::size_t> positions = view.positions(needle.shape);
  for (std::size_t n = 0; n < positions.size(); ++n)
    if (values[positions[n]] != sought[n]) return {};
  return view;
}

std::vector<IndexExpression> view_expressions(const ArrayView& view, const std::vector<std::size_t>& array_shape,
                                              const std::vector<Index>& indices, const IndexRanges& ranges) {
  auto size = [](std::size_t n) { return size_constant(static_cast<long>(n)); };
  IndexExpression flat = index_constant(view.offset);
  for (const ArrayView::Digit& d : view.digits) {
    const IndexExpression shifted = floor_divide(index_variable(indices[d.axis]), size(d.weight));
    flat += index_constant(d.stride) * modulo(shifted, size(d.extent));
  }
  flat = ranges.simplify(flat);
  std::vector<IndexExpression> out;
  const std::vector<std::size_t> strides = row_major(array_shape);
  for (std::size_t k = 0; k < array_shape.size(); ++k) {
    const IndexExpression quotient = ranges.simplify(floor_divide(flat, size(strides[k])));
    out.push_back(array_shape[k] == 1 ? index_constant(0) : ranges.simplify(modulo(quotient, size(array_shape[k]))));
  }
  return out;
}

}  // namespace skein
