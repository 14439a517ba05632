// Operators that cut axes into pieces, join them, or pad them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "onnx/operators.hpp"

namespace skein::onnx_import {
namespace {

IndexExpression at(Index i) { return index_variable(i); }

// Entries start, start+1, ... of an axis, `size` of them.
Array piece(Arrays& arrays, const Array& x, std::size_t axis, const Size& start, const Size& size, long step = 1) {
  Array result = x;
  result.axes[axis] = arrays.fresh(size);
  auto where = at_own_axes(x);
  where[axis] = index_size(start) + index_constant(step) * at(result.axes[axis]);
  result.term = arrays.read(x, where);
  return result;
}

// Where a slice starts or ends: an entry of ONNX's, which may be negative or far outside, brought into [low, size +
// high].
Size clamped(const SizeContext& sizes, const Size& given, const Size& size, long low, long high) {
  Size s = given;
  const auto n = small_integer(given);
  if (n && *n >= std::numeric_limits<std::int32_t>::max()) return size + size_constant(high);
  if (n && *n <= std::numeric_limits<std::int32_t>::min()) return size_constant(low);
  if (n ? *n < 0 : sizes.nonnegative(Size() - given - size_constant(1)))
    s = given + size;
  else if (!sizes.nonnegative(given))
    unsupported(fmt::format("a slice at {} has no known sign", skein::to_string(given)));
  const Size least = size_constant(low), most = size + size_constant(high);
  if (sizes.nonnegative(s - most)) return most;
  if (sizes.nonnegative(least - s)) return least;
  if (!sizes.nonnegative(s - least) || !sizes.nonnegative(most - s))
    unsupported(fmt::format("a slice at {} of an axis of size {} is not inside of it for all sizes",
                            skein::to_string(given), skein::to_string(size)));
  return s;
}

struct Span {
  Size start, size;
  long step;
};

Span span(const SizeContext& sizes, const Size& size, const Size& start, const Size& end, std::int64_t step) {
  if (step == 0 || step > (1 << 30) || step < -(1 << 30)) malformed(fmt::format("a slice has the step {}", step));
  const long s = static_cast<long>(step);
  // Backwards, the first entry is at most size - 1 and the end at least "before entry 0".
  const Size first = step > 0 ? clamped(sizes, start, size, 0, 0) : clamped(sizes, start, size, 0, -1);
  const Size last = step > 0 ? clamped(sizes, end, size, 0, 0) : clamped(sizes, end, size, -1, -1);
  const Size length = step > 0 ? last - first : first - last;
  const long magnitude = s > 0 ? s : -s;
  const Size rounded = length + size_constant(magnitude - 1);
  Size count = length;
  if (magnitude > 1) {
    if (rounded.is_constant()) {
      Integer q;
      mpz_fdiv_q_ui(q.get_mpz_t(), rounded.constant_term().get_mpz_t(), static_cast<unsigned long>(magnitude));
      count = Size::constant(q);
    } else if (const auto q = divide_exactly(length, size_constant(magnitude))) {
      count = *q;
    } else {
      unsupported(
          fmt::format("a slice of {} entries with the step {} has no polynomial size", skein::to_string(length), step));
    }
  }
  return {first, count, s};
}

void slice(Call& call) {
  const SizeContext& sizes = call.arrays.sizes();
  const auto entries = [&](const char* name, std::size_t i) {
    if (call.has(i)) return call.shape(i).entries;
    std::vector<Size> result;
    const auto given = call.integers(name);
    if (!given) malformed(fmt::format("'{}' of the slice is missing", name));
    for (std::int64_t n : *given) result.push_back(size_constant(static_cast<long>(n)));
    return result;
  };
  const std::vector<Size> starts = entries("starts", 1), ends = entries("ends", 2);
  auto axes = call.attribute_or_input("axes", 3);
  if (!axes) {
    axes.emplace();
    for (std::size_t k = 0; k < starts.size(); ++k) axes->push_back(static_cast<std::int64_t>(k));
  }
  const std::vector<std::int64_t> steps = call.has(4) ? call.integers(4) : std::vector<std::int64_t>(starts.size(), 1);
  if (ends.size() != starts.size() || axes->size() != starts.size() || steps.size() != starts.size())
    malformed("the lists that describe the slice differ in length");

  if (call.is_shape(0)) {
    ShapeTensor t = call.shape(0);
    for (std::size_t n = 0; n < starts.size(); ++n) {
      const std::size_t k = axis_position((*axes)[n], t.rank());
      const Span s = span(sizes, size_constant(static_cast<long>(t.shape[k])), starts[n], ends[n], steps[n]);
      const auto first = small_integer(s.start), count = small_integer(s.size);
      if (!first || !count) unsupported("an integer tensor is sliced at a symbolic position");
      auto shape = t.shape;
      shape[k] = std::max<std::int64_t>(*count, 0);
      t = rearranged(t, shape, [&](std::vector<std::int64_t> position) {
        position[k] = *first + s.step * position[k];
        return flat_position(t.shape, position);
      });
    }
    return call.output(std::move(t));
  }
  Array x = call.array(0);
  std::set<std::size_t> sliced;
  for (std::size_t n = 0; n < starts.size(); ++n) {
    const std::size_t k = axis_position((*axes)[n], x.rank());
    if (!sliced.insert(k).second) malformed(fmt::format("axis {} is sliced twice", k));
    const Span s = span(sizes, call.arrays.size(x, k), starts[n], ends[n], steps[n]);
    if (s.start.is_zero() && s.step == 1 && s.size == call.arrays.size(x, k)) continue;
    if (!sizes.positive(s.size))
      unsupported(fmt::format("a slice has {} entries, which is not positive for all sizes", skein::to_string(s.size)));
    x = piece(call.arrays, x, k, s.start, s.size, s.step);
  }
  call.output(std::move(x));
}

void split(Call& call) {
  const Array x = call.array(0);
  const std::size_t axis = axis_position(call.integer("axis", 0), x.rank()), parts = call.output_count();
  const Size size = call.arrays.size(x, axis);
  std::vector<Size> lengths;
  if (call.has(1)) {
    lengths = call.shape(1).entries;
  } else if (const auto given = call.integers("split")) {
    for (std::int64_t n : *given) lengths.push_back(size_constant(static_cast<long>(n)));
  } else if (const auto n = small_integer(size)) {  // equal parts, the last one smaller if need be
    const auto count = static_cast<std::int64_t>(parts);
    const std::int64_t length = (*n + count - 1) / count;
    for (std::int64_t k = 0; k < count; ++k)
      lengths.push_back(size_constant(static_cast<long>(std::min(length, *n - k * length))));
  } else {
    const auto length = divide_exactly(size, size_constant(static_cast<long>(parts)));
    if (!length)
      unsupported(fmt::format("{} does not split into {} equal parts for all sizes", skein::to_string(size), parts));
    lengths.assign(parts, *length);
  }
  if (lengths.size() != parts) malformed(fmt::format("it has {} parts and {} outputs", lengths.size(), parts));
  Size start;
  std::vector<Array> pieces;
  for (const Size& length : lengths) {
    if (!call.arrays.sizes().positive(length))
      unsupported(fmt::format("a part has {} entries", skein::to_string(length)));
    pieces.push_back(piece(call.arrays, x, axis, start, length));
    start += length;
  }
  if (!(start == size))
    malformed(fmt::format("its parts have {} entries in all, the axis has {}", skein::to_string(start),
                          skein::to_string(size)));
  for (std::size_t n = 0; n < parts; ++n) call.output(n, std::move(pieces[n]));
}

void concat(Call& call) {
  Arrays& arrays = call.arrays;
  if (call.all_shapes()) {
    ShapeTensor result = call.shape(0);
    if (result.rank() != 1 || axis_position(call.integer("axis", 0), 1) != 0)
      unsupported("it joins integer tensors of a rank other than 1");
    for (std::size_t n = 1; n < call.input_count(); ++n) {
      const ShapeTensor& t = call.shape(n);
      if (t.rank() != 1) malformed("the ranks of its inputs differ");
      result.entries.insert(result.entries.end(), t.entries.begin(), t.entries.end());
      result.shape[0] += t.shape[0];
    }
    return call.output(std::move(result));
  }
  const std::vector<Array> parts = call.all_arrays();
  const std::size_t rank = parts.front().rank(), axis = axis_position(call.integer("axis", 0), rank);
  Size total;
  std::vector<Size> starts;
  for (const Array& p : parts) {
    if (p.rank() != rank) malformed("the ranks of its inputs differ");
    for (std::size_t k = 0; k < rank; ++k)
      if (k != axis && !(arrays.size(p, k) == arrays.size(parts.front(), k)))
        malformed(fmt::format("its inputs have shapes {} and {}", to_string(arrays.shape(parts.front())),
                              to_string(arrays.shape(p))));
    starts.push_back(total);
    total += arrays.size(p, axis);
  }
  Array result{{}, {}, parts.front().kind};
  for (std::size_t k = 0; k < rank; ++k)
    result.axes.push_back(arrays.fresh(k == axis ? total : arrays.size(parts.front(), k)));
  // From the last part to the first: "if o < end of this part, this part at o - start, else the later ones".
  for (std::size_t n = parts.size(); n-- > 0;) {
    std::vector<IndexExpression> where;
    for (Index i : result.axes) where.push_back(at(i));
    where[axis] -= index_size(starts[n]);
    const Ref here = arrays.read(parts[n], where);
    if (n + 1 == parts.size())
      result.term = here;
    else
      result.term = call.builder.cases({index_size(starts[n + 1]) - index_constant(1) - at(result.axes[axis])}, here,
                                       result.term);
  }
  call.output(std::move(result));
}

void pad(Call& call) {
  Arrays& arrays = call.arrays;
  const Array x = call.array(0);
  if (const std::string mode = call.text("mode", "constant"); mode != "constant")
    unsupported(fmt::format("it pads in the mode '{}'", mode));
  const auto pads = call.attribute_or_input("pads", 1);
  if (!pads) malformed("the padding is missing");
  std::vector<std::int64_t> axes;
  if (call.has(3))
    axes = call.integers(3);
  else
    for (std::size_t k = 0; k < x.rank(); ++k) axes.push_back(static_cast<std::int64_t>(k));
  if (pads->size() != 2 * axes.size())
    malformed(fmt::format("it has {} paddings for {} axes", pads->size(), axes.size()));
  const Ref outside = call.has(2) ? call.array(2).term : arrays.number(call.real("value", 0));
  if (!call.builder.axes(outside.wire).empty()) malformed("the padding value is not a scalar");
  Array result = x;
  auto where = at_own_axes(x);
  std::vector<IndexExpression> inside;
  for (std::size_t n = 0; n < axes.size(); ++n) {
    const std::int64_t before = (*pads)[n], after = (*pads)[axes.size() + n];
    if (before == 0 && after == 0) continue;
    if (std::max(std::abs(before), std::abs(after)) > (1 << 30)) malformed("a padding is larger than 2^30");
    const std::size_t k = axis_position(axes[n], x.rank());
    const Size size = arrays.size(x, k) + size_constant(static_cast<long>(before + after));
    if (!arrays.sizes().positive(size)) unsupported(fmt::format("a padded axis has size {}", skein::to_string(size)));
    result.axes[k] = arrays.fresh(size);
    where[k] = at(result.axes[k]) - index_constant(static_cast<long>(before));
    if (before > 0) inside.push_back(where[k]);
    if (after > 0) inside.push_back(index_size(arrays.size(x, k)) - index_constant(1) - where[k]);
  }
  result.term = arrays.read(x, where);
  if (!inside.empty()) result.term = call.builder.cases(inside, result.term, outside);
  call.output(std::move(result));
}

}  // namespace

std::vector<OperatorEntry> piece_operators() {
  return {
      {"Slice", slice},
      {"Split", split},
      {"Concat", concat},
      {"Pad", pad},
  };
}

}  // namespace skein::onnx_import
