// Operators that only move entries: views of arrays, and the same on integer tensors that are known at import.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "onnx/operators.hpp"

namespace skein::onnx_import {

std::vector<IndexExpression> at_own_axes(const Array& a) {
  std::vector<IndexExpression> where;
  for (Index i : a.axes) where.push_back(index_variable(i));
  return where;
}

namespace {

IndexExpression at(Index i) { return index_variable(i); }

// The same entries under another shape, for both kinds of value.
void reshape_to(Call& call, const Value& value, const ShapeTensor& requested, bool allow_zero) {
  if (const auto* a = std::get_if<Array>(&value)) {
    const auto shape = call.arrays.resolve_shape(call.arrays.shape(*a), requested, allow_zero);
    return call.output(call.arrays.reshape(*a, shape));
  }
  ShapeTensor t = std::get<ShapeTensor>(value);
  std::vector<Size> from;
  for (std::int64_t d : t.shape) from.push_back(size_constant(static_cast<long>(d)));
  t.shape.clear();
  for (const Size& s : call.arrays.resolve_shape(from, requested, allow_zero)) {
    const auto d = small_integer(s);
    if (!d) unsupported("an integer tensor would get a symbolic shape");
    t.shape.push_back(*d);
  }
  call.output(std::move(t));
}

void reshape(Call& call) {
  ShapeTensor requested;
  if (call.has(1)) {
    requested = call.shape(1);
  } else {
    const auto given = call.integers("shape");
    if (!given) malformed("the new shape is missing");
    for (std::int64_t d : *given) requested.entries.push_back(size_constant(static_cast<long>(d)));
    requested.shape = {static_cast<std::int64_t>(given->size())};
  }
  reshape_to(call, call.input(0), requested, call.integer("allowzero", 0) != 0);
}

void flatten(Call& call) {
  const Array x = call.array(0);
  const std::int64_t axis = call.integer("axis", 1);
  const std::size_t split = axis == static_cast<std::int64_t>(x.rank()) ? x.rank() : axis_position(axis, x.rank());
  Size rows = size_constant(1), columns = size_constant(1);
  for (std::size_t k = 0; k < x.rank(); ++k)
    (k < split ? rows : columns) = (k < split ? rows : columns) * call.arrays.size(x, k);
  call.output(call.arrays.reshape(x, {rows, columns}));
}

void squeeze(Call& call) {
  const auto axes = call.attribute_or_input("axes", 1);
  std::set<std::size_t> gone;
  const auto select = [&](std::size_t rank, const auto& is_unit) {
    if (axes) {
      for (std::int64_t a : *axes) gone.insert(axis_position(a, rank));
    } else {
      for (std::size_t k = 0; k < rank; ++k)
        if (is_unit(k)) gone.insert(k);
    }
    for (std::size_t k : gone)
      if (!is_unit(k)) malformed(fmt::format("axis {} is not of size 1 and cannot be removed", k));
  };
  if (call.is_shape(0)) {
    ShapeTensor t = call.shape(0);
    select(t.rank(), [&](std::size_t k) { return t.shape[k] == 1; });
    for (auto k = gone.rbegin(); k != gone.rend(); ++k)
      t.shape.erase(t.shape.begin() + static_cast<std::ptrdiff_t>(*k));
    return call.output(std::move(t));
  }
  const Array x = call.array(0);
  select(x.rank(), [&](std::size_t k) { return call.arrays.is_unit(call.arrays.size(x, k)); });
  Array result{{}, {}, x.kind};
  std::vector<IndexExpression> where;
  for (std::size_t k = 0; k < x.rank(); ++k) {
    where.push_back(gone.contains(k) ? index_constant(0) : at(x.axes[k]));
    if (!gone.contains(k)) result.axes.push_back(x.axes[k]);
  }
  result.term = call.arrays.read(x, where);
  call.output(std::move(result));
}

void unsqueeze(Call& call) {
  const auto axes = call.attribute_or_input("axes", 1);
  if (!axes) malformed("the new axes are missing");
  const bool shape = call.is_shape(0);
  const std::size_t rank = (shape ? call.shape(0).rank() : call.array(0).rank()) + axes->size();
  std::set<std::size_t> added;
  for (std::int64_t a : *axes)
    if (!added.insert(axis_position(a, rank)).second) malformed(fmt::format("axis {} is listed twice", a));
  if (shape) {
    ShapeTensor t = call.shape(0);
    for (std::size_t k : added) t.shape.insert(t.shape.begin() + static_cast<std::ptrdiff_t>(k), 1);
    return call.output(std::move(t));
  }
  Array x = call.array(0);
  for (std::size_t k : added)
    x.axes.insert(x.axes.begin() + static_cast<std::ptrdiff_t>(k), call.arrays.fresh(size_constant(1)));
  call.output(std::move(x));
}

void transpose(Call& call) {
  const bool shape = call.is_shape(0);
  const std::size_t rank = shape ? call.shape(0).rank() : call.array(0).rank();
  auto order = call.integers("perm");
  if (!order) {
    order.emplace();
    for (std::size_t k = rank; k-- > 0;) order->push_back(static_cast<std::int64_t>(k));
  }
  if (order->size() != rank) malformed(fmt::format("its permutation has {} entries for rank {}", order->size(), rank));
  std::set<std::size_t> seen;
  for (std::int64_t p : *order)
    if (p < 0 || !seen.insert(axis_position(p, rank)).second) malformed("its attribute 'perm' is not a permutation");
  if (shape) {
    const ShapeTensor& t = call.shape(0);
    std::vector<std::int64_t> to;
    for (std::int64_t p : *order) to.push_back(t.shape[static_cast<std::size_t>(p)]);
    return call.output(rearranged(t, to, [&](const std::vector<std::int64_t>& position) {
      std::vector<std::int64_t> from(rank);
      for (std::size_t k = 0; k < rank; ++k) from[static_cast<std::size_t>((*order)[k])] = position[k];
      return flat_position(t.shape, from);
    }));
  }
  const Array x = call.array(0);
  Array result{x.term, {}, x.kind};
  for (std::int64_t p : *order) result.axes.push_back(x.axes[static_cast<std::size_t>(p)]);
  call.output(std::move(result));
}

void expand(Call& call) {
  const ShapeTensor& requested = call.shape(1);
  if (requested.rank() != 1) malformed("a shape must be a tensor of rank 1");
  if (call.is_shape(0)) {
    bool constant = true;
    for (const Size& s : requested.entries) constant = constant && small_integer(s).has_value();
    if (constant) return call.output(stretched(call.shape(0), common_shape(call.shape(0).shape, call.integers(1))));
  }
  const Array x = call.array(0);
  Array target;  // carries the axes to broadcast with
  for (const Size& s : requested.entries) {
    if (!call.arrays.sizes().positive(s))
      unsupported(fmt::format("a dimension would be {}, which is not positive for all sizes", skein::to_string(s)));
    target.axes.push_back(call.arrays.fresh(s));
  }
  const auto axes = call.arrays.common_axes({x, target});
  call.output(Array{call.arrays.broadcast(x, axes), axes, x.kind});
}

// The upper or lower triangle of a matrix, shifted by k; zero elsewhere.
void triangle(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  if (x.rank() < 2) malformed("it takes the triangle of a tensor of rank less than 2");
  const std::int64_t shift = call.has(1) ? call.integers(1).at(0) : 0;
  if (shift > (1 << 30) || shift < -(1 << 30)) malformed(fmt::format("the triangle is shifted by {}", shift));
  const IndexExpression above =
      at(x.axes[x.rank() - 1]) - at(x.axes[x.rank() - 2]) - index_constant(static_cast<long>(shift));
  const Ref zero = x.kind == ElementKind::boolean ? call.arrays.truth(false) : b.literal(0);
  const bool upper = call.integer("upper", 1) != 0;
  call.output(Array{b.cases({upper ? above : IndexExpression() - above}, x.term, zero), x.axes, x.kind});
}

// Each axis repeated as a whole.
void tile(Call& call) {
  const Array x = call.array(0);
  const std::vector<Size> repeats = call.shape(1).entries;
  if (repeats.size() != x.rank()) malformed(fmt::format("it has {} repeats for rank {}", repeats.size(), x.rank()));
  Array result = x;
  auto where = at_own_axes(x);
  for (std::size_t k = 0; k < x.rank(); ++k) {
    const Size size = call.arrays.size(x, k);
    if (!call.arrays.sizes().positive(repeats[k]))
      unsupported(fmt::format("it repeats an axis {} times", skein::to_string(repeats[k])));
    if (repeats[k] == size_constant(1)) continue;
    result.axes[k] = call.arrays.fresh(size * repeats[k]);
    where[k] = modulo(at(result.axes[k]), size);
  }
  result.term = call.arrays.read(x, where);
  call.output(std::move(result));
}

// --- gathering at constant positions

void gather(Call& call) {
  Arrays& arrays = call.arrays;
  const ShapeTensor& given = call.shape(1);
  if (given.entries.empty()) unsupported("it gathers nothing");
  if (call.is_shape(0)) {
    const ShapeTensor& t = call.shape(0);
    const std::size_t axis = axis_position(call.integer("axis", 0), t.rank());
    auto positions = call.integers(1);
    for (std::int64_t& p : positions) {
      if (p < -t.shape[axis] || p >= t.shape[axis])
        malformed(fmt::format("it gathers entry {} of {}", p, t.shape[axis]));
      if (p < 0) p += t.shape[axis];
    }
    std::vector<std::int64_t> shape(t.shape.begin(), t.shape.begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(shape.end(), given.shape.begin(), given.shape.end());
    shape.insert(shape.end(), t.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, t.shape.end());
    return call.output(rearranged(t, shape, [&](const std::vector<std::int64_t>& position) {
      const auto inner = position.begin() + static_cast<std::ptrdiff_t>(axis);
      const auto rest = inner + static_cast<std::ptrdiff_t>(given.rank());
      std::vector<std::int64_t> from(position.begin(), inner);
      from.push_back(positions[flat_position(given.shape, {inner, rest})]);
      from.insert(from.end(), rest, position.end());
      return flat_position(t.shape, from);
    }));
  }

  const Array x = call.array(0);
  const std::size_t axis = axis_position(call.integer("axis", 0), x.rank());
  const Size size = arrays.size(x, axis);
  ShapeTensor positions = given;
  for (Size& p : positions.entries) {
    if (arrays.sizes().nonnegative(Size() - p - size_constant(1))) p += size;
    if (!arrays.sizes().nonnegative(p) || !arrays.sizes().nonnegative(size - size_constant(1) - p))
      unsupported(fmt::format("it gathers entry {} of an axis of size {}, which is not inside for all sizes",
                              skein::to_string(p), skein::to_string(size)));
  }
  std::vector<Index> gathered;
  for (std::int64_t d : positions.shape) gathered.push_back(arrays.fresh(size_constant(static_cast<long>(d))));
  Array result{{}, {x.axes.begin(), x.axes.begin() + static_cast<std::ptrdiff_t>(axis)}, x.kind};
  result.axes.insert(result.axes.end(), gathered.begin(), gathered.end());
  result.axes.insert(result.axes.end(), x.axes.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.axes.end());
  auto where = at_own_axes(x);
  if (const auto e = affine(positions, gathered)) {
    where[axis] = *e;
    result.term = arrays.read(x, where);
    return call.output(std::move(result));
  }
  if (positions.rank() != 1 || positions.entries.size() > 512)
    unsupported(
        "it gathers at positions that follow no pattern: neither affine in their index nor a list of at most 512");
  // One case for each run of consecutive positions.
  std::vector<std::size_t> runs;
  for (std::size_t n = 0; n < positions.entries.size(); ++n)
    if (n == 0 || !(positions.entries[n] == positions.entries[n - 1] + size_constant(1))) runs.push_back(n);
  for (std::size_t r = runs.size(); r-- > 0;) {
    const IndexExpression i = at(gathered.front());
    where[axis] = i + index_size(positions.entries[runs[r]]) - index_constant(static_cast<long>(runs[r]));
    const Ref here = arrays.read(x, where);
    result.term = r + 1 == runs.size()
                      ? here
                      : call.builder.cases({index_constant(static_cast<long>(runs[r + 1]) - 1) - i}, here, result.term);
  }
  call.output(std::move(result));
}

void identity(Call& call) { call.output(call.input(0)); }

void dropout(Call& call) {
  if (call.has(2) &&
      (!call.is_shape(2) || call.shape(2).entries.size() != 1 || !call.shape(2).entries.front().is_zero()))
    unsupported("it is in training mode; export the model for inference");
  call.output(call.input(0));
}

}  // namespace

std::vector<OperatorEntry> layout_operators() {
  return {
      {"Identity", identity}, {"Dropout", dropout},     {"Reshape", reshape},     {"Flatten", flatten},
      {"Squeeze", squeeze},   {"Unsqueeze", unsqueeze}, {"Transpose", transpose}, {"Expand", expand},
      {"Tile", tile},         {"Trilu", triangle},      {"Gather", gather},
  };
}

}  // namespace skein::onnx_import
