#include "onnx/arrays.hpp"

#include <fmt/format.h>

#include <cmath>

namespace skein::onnx_import {

void malformed(const std::string& what) { throw ImportError(ImportError::Kind::malformed, what); }
void unsupported(const std::string& what) { throw ImportError(ImportError::Kind::unsupported, what); }

std::size_t axis_position(std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) malformed(fmt::format("axis {} does not exist in a tensor of rank {}", axis, rank));
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

std::optional<std::int64_t> small_integer(const Size& s) {
  if (!s.is_constant() || !s.constant_term().fits_slong_p()) return std::nullopt;
  return s.constant_term().get_si();
}

std::string to_string(const std::vector<Size>& shape) {
  std::string text = "[";
  for (const Size& s : shape) text += (text.size() > 1 ? ", " : "") + skein::to_string(s);
  return text + "]";
}

namespace {

Size product(const std::vector<Size>& sizes, std::size_t from, std::size_t to) {
  Size p = size_constant(1);
  for (std::size_t i = from; i < to; ++i) p = p * sizes[i];
  return p;
}

}  // namespace

Index Arrays::fresh(const Size& size) {
  // People see where an axis comes from by its size.
  const Symbol* variable = size.as_atom();
  const auto value = small_integer(size);
  const Symbol name = variable != nullptr ? *variable : value ? Symbol(fmt::format("n{}", *value)) : Symbol("n");
  return builder_.fresh(Axis{size, name});
}

std::vector<Size> Arrays::shape(const Array& a) const {
  std::vector<Size> sizes;
  for (std::size_t k = 0; k < a.rank(); ++k) sizes.push_back(size(a, k));
  return sizes;
}

Ref Arrays::read(const Array& a, const std::vector<IndexExpression>& where) {
  const IndexRanges ranges(sizes_, builder_.size_of());
  IndexMap map;
  for (std::size_t k = 0; k < a.rank(); ++k)
    if (std::find(a.term.at.begin(), a.term.at.end(), a.axes[k]) != a.term.at.end())
      map[a.axes[k]] = ranges.simplify(where.at(k));
  return map.empty() ? a.term : builder_.read(a.term, map);
}

Ref Arrays::broadcast(const Array& a, const std::vector<Index>& axes) {
  if (a.rank() > axes.size())
    malformed(fmt::format("a tensor of rank {} does not broadcast to rank {}", a.rank(), axes.size()));
  std::vector<IndexExpression> where;
  const std::size_t skip = axes.size() - a.rank();
  for (std::size_t k = 0; k < a.rank(); ++k) {
    const Size& to = builder_.axis(axes[skip + k]).size;
    if (size(a, k) == to)
      where.push_back(index_variable(axes[skip + k]));
    else if (is_unit(size(a, k)))
      where.push_back(index_constant(0));
    else
      malformed(fmt::format("a dimension of size {} does not broadcast to {}", skein::to_string(size(a, k)),
                            skein::to_string(to)));
  }
  return read(a, where);
}

Size Arrays::common_size(const Size& a, const Size& b) const {
  if (a == b || is_unit(b)) return a;
  if (is_unit(a)) return b;
  if (a.is_constant() && b.is_constant())
    malformed(fmt::format("dimensions {} and {} do not fit together", skein::to_string(a), skein::to_string(b)));
  unsupported(
      fmt::format("the dimensions {} and {} would have to be equal, which does not hold for all sizes; name equal "
                  "dimensions alike, or fix them, when exporting",
                  skein::to_string(a), skein::to_string(b)));
}

std::vector<Index> Arrays::common_axes(const std::vector<Array>& arrays) {
  std::size_t rank = 0;
  for (const Array& a : arrays) rank = std::max(rank, a.rank());
  std::vector<Size> sizes(rank, size_constant(1));
  for (const Array& a : arrays)
    for (std::size_t k = 0; k < a.rank(); ++k) {
      Size& s = sizes[rank - a.rank() + k];
      s = common_size(s, size(a, k));
    }
  std::vector<Index> axes;
  for (const Size& s : sizes) axes.push_back(fresh(s));
  return axes;
}

Array Arrays::elementwise(Op op, const std::vector<Array>& arrays) {
  const std::vector<Index> axes = common_axes(arrays);
  std::vector<Ref> terms;
  for (const Array& a : arrays) terms.push_back(broadcast(a, axes));
  return {builder_.add(op, terms), axes, arrays.front().kind};
}

Ref Arrays::number(double value) {
  if (std::isinf(value) && value < 0) return builder_.neg_inf();
  if (!std::isfinite(value)) unsupported("a constant is NaN or plus infinity, which no real number is");
  return builder_.literal(Rational(value));
}

Ref Arrays::truth(bool value) {
  return builder_.add(value ? Op::less_equal : Op::less, {builder_.literal(0), builder_.literal(0)});
}

std::size_t flat_position(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& at) {
  std::int64_t flat = 0;
  for (std::size_t k = 0; k < shape.size(); ++k) flat = flat * shape[k] + at[k];
  return static_cast<std::size_t>(flat);
}

std::optional<IndexExpression> affine(const ShapeTensor& t, const std::vector<Index>& position) {
  std::vector<Size> slopes;
  std::vector<std::int64_t> unit(t.rank(), 0);
  for (std::size_t k = 0; k < t.rank(); ++k) {
    if (t.shape[k] < 2) {
      slopes.emplace_back();
      continue;
    }
    unit[k] = 1;
    slopes.push_back(t.entries[flat_position(t.shape, unit)] - t.entries.front());
    unit[k] = 0;
  }
  std::vector<std::int64_t> where(t.rank(), 0);
  for (const Size& entry : t.entries) {
    Size expected = t.entries.front();
    for (std::size_t k = 0; k < t.rank(); ++k) expected += slopes[k] * size_constant(static_cast<long>(where[k]));
    if (!(expected == entry)) return std::nullopt;
    for (std::size_t k = t.rank(); k-- > 0;) {
      if (++where[k] < t.shape[k]) break;
      where[k] = 0;
    }
  }
  IndexExpression e = index_size(t.entries.front());
  for (std::size_t k = 0; k < t.rank(); ++k) e += index_size(slopes[k]) * index_variable(position[k]);
  return e;
}

// The entries as one term: a constant, an affine function of the position, or one case for each run of equal entries.
Array Arrays::array(const ShapeTensor& t) {
  constexpr std::size_t most_runs = 512;
  if (t.entries.empty()) unsupported("an empty tensor is used as data");
  Array a;
  a.kind = t.kind;
  for (std::int64_t d : t.shape) a.axes.push_back(fresh(size_constant(static_cast<long>(d))));
  const auto entry = [&](const Size& e) {
    if (t.kind == ElementKind::boolean) return truth(!e.is_zero());
    return e.is_constant() ? builder_.literal(Rational(e.constant_term())) : builder_.size_value(e);
  };
  std::vector<std::size_t> runs;  // where each begins
  for (std::size_t n = 0; n < t.entries.size(); ++n)
    if (n == 0 || !(t.entries[n] == t.entries[n - 1])) runs.push_back(n);
  if (runs.size() > 1 && t.kind == ElementKind::integer)
    if (const auto e = affine(t, a.axes)) return a.term = builder_.index_value(*e), a;
  if (runs.size() > most_runs)
    unsupported(fmt::format("an integer or boolean constant with more than {} runs of equal entries is used as data",
                            most_runs));
  IndexExpression flat;
  Size stride = size_constant(1);
  for (std::size_t k = t.rank(); k-- > 0;) {
    flat += index_variable(a.axes[k]) * index_size(stride);
    stride = stride * size_constant(static_cast<long>(t.shape[k]));
  }
  a.term = entry(t.entries[runs.back()]);
  for (std::size_t r = runs.size() - 1; r-- > 0;)
    a.term =
        builder_.cases({index_constant(static_cast<long>(runs[r + 1]) - 1) - flat}, entry(t.entries[runs[r]]), a.term);
  return a;
}

Value Arrays::stored(const StoredTensor& t) {
  if (t.kind == ElementKind::real) {
    Array a{number(t.reals.at(0)), {}, ElementKind::real};
    for (std::int64_t d : t.shape) a.axes.push_back(fresh(size_constant(static_cast<long>(d))));
    return a;
  }
  ShapeTensor result{t.shape, {}, t.kind};
  for (std::int64_t n : t.integers) result.entries.push_back(size_constant(static_cast<long>(n)));
  return result;
}

std::optional<Rational> Arrays::constant(const Array& a) const {
  const Box& box = builder_.box(a.term.wire);
  if (box.op != Op::literal) return std::nullopt;
  return box.value;
}

std::vector<Size> Arrays::resolve_shape(const std::vector<Size>& from, const ShapeTensor& requested,
                                        bool allow_zero) const {
  if (requested.rank() != 1) malformed("a shape must be a tensor of rank 1");
  std::vector<Size> shape = requested.entries;
  std::optional<std::size_t> inferred;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (shape[k].is_zero() && !allow_zero) {
      if (k >= from.size())
        malformed(fmt::format("the shape copies dimension {} of a tensor of rank {}", k, from.size()));
      shape[k] = from[k];
    } else if (shape[k] == size_constant(-1)) {
      if (inferred) malformed("a shape has -1 twice");
      inferred = k;
    } else if (!sizes_.positive(shape[k])) {
      unsupported(
          fmt::format("a dimension would be {}, which is not positive for all sizes", skein::to_string(shape[k])));
    }
  }
  const Size total = product(from, 0, from.size());
  if (inferred) {
    shape[*inferred] = size_constant(1);
    const auto rest = divide_exactly(total, product(shape, 0, shape.size()));
    if (!rest)
      malformed(fmt::format("{} elements of shape {} cannot be divided into {}", skein::to_string(total),
                            to_string(from), to_string(requested.entries)));
    shape[*inferred] = *rest;
  }
  if (!(product(shape, 0, shape.size()) == total))
    malformed(fmt::format("a tensor of shape {} cannot be reshaped to {}", to_string(from), to_string(shape)));
  return shape;
}

// Axes that both shapes begin or end with stay as they are. In between, axes of size one come and go, and wherever a
// product of leading dimensions is the same on both sides the problem falls apart, so every index expression speaks of
// the smallest possible group of axes: a split reads i*|r|+r, a merge reads the quotient and the remainder.
Array Arrays::reshape(const Array& a, const std::vector<Size>& to) {
  const std::vector<Size> from = shape(a);
  std::vector<Index> axes(to.size());
  std::vector<IndexExpression> where(from.size(), index_constant(0));
  std::size_t front = 0, back = 0;
  while (front < from.size() && front < to.size() && from[front] == to[front]) ++front;
  while (front + back < from.size() && front + back < to.size() &&
         from[from.size() - 1 - back] == to[to.size() - 1 - back])
    ++back;
  for (std::size_t k = 0; k < to.size(); ++k) {
    axes[k] = fresh(to[k]);
    if (k < front) where[k] = index_variable(axes[k]);
    if (k + back >= to.size()) where[k + from.size() - to.size()] = index_variable(axes[k]);
  }

  std::vector<std::size_t> in, out;  // the axes in between that are larger than one
  for (std::size_t k = front; k + back < from.size(); ++k)
    if (!is_unit(from[k])) in.push_back(k);
  for (std::size_t k = front; k + back < to.size(); ++k)
    if (!is_unit(to[k])) out.push_back(k);
  std::size_t i = 0, o = 0;
  while (i < in.size() || o < out.size()) {
    // The end of the next group: the first equal pair of products.
    std::size_t i_end = in.size(), o_end = out.size();
    Size p = size_constant(1);
    bool found = false;
    for (std::size_t x = i; x < in.size() && !found; ++x) {
      p = p * from[in[x]];
      Size q = size_constant(1);
      for (std::size_t y = o; y < out.size() && !found; ++y) {
        q = q * to[out[y]];
        if (p == q) i_end = x + 1, o_end = y + 1, found = true;
      }
    }
    IndexExpression flat;
    Size stride = size_constant(1);
    for (std::size_t y = o_end; y-- > o;) {
      flat += index_variable(axes[out[y]]) * index_size(stride);
      stride = stride * to[out[y]];
    }
    stride = size_constant(1);
    for (std::size_t x = i_end; x-- > i;) {
      IndexExpression e = floor_divide(flat, stride);
      where[in[x]] = x == i ? e : modulo(e, from[in[x]]);
      stride = stride * from[in[x]];
    }
    i = i_end;
    o = o_end;
  }
  return {read(a, where), axes, a.kind};
}

}  // namespace skein::onnx_import
