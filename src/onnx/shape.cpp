// Integer tensors that are known at import: where they come from and the arithmetic on them. Entries are size
// polynomials, so that a quotient or a comparison that has no answer for all sizes is refused, not guessed.
#include <fmt/format.h>

#include <algorithm>

#include "onnx/operators.hpp"

namespace skein::onnx_import {

constexpr std::int64_t largest_shape_tensor = 1 << 16;

ShapeTensor rearranged(const ShapeTensor& source, const std::vector<std::int64_t>& shape,
                       const std::function<std::size_t(const std::vector<std::int64_t>&)>& f) {
  ShapeTensor result{shape, {}, source.kind};
  std::int64_t count = 1;
  for (std::int64_t d : shape) {
    if (d < 0) malformed(fmt::format("an integer tensor has the dimension {}", d));
    if (d > largest_shape_tensor || (count *= d) > largest_shape_tensor)
      unsupported(fmt::format("an integer tensor has more than {} entries", largest_shape_tensor));
  }
  std::vector<std::int64_t> position(shape.size(), 0);
  for (std::int64_t n = 0; n < count; ++n) {
    result.entries.push_back(source.entries.at(f(position)));
    for (std::size_t k = shape.size(); k-- > 0;) {
      if (++position[k] < shape[k]) break;
      position[k] = 0;
    }
  }
  return result;
}

std::vector<std::int64_t> common_shape(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  std::vector<std::int64_t> shape(std::max(a.size(), b.size()), 1);
  for (const auto* s : {&a, &b})
    for (std::size_t k = 0; k < s->size(); ++k) {
      std::int64_t& d = shape[shape.size() - s->size() + k];
      if (d != 1 && (*s)[k] != 1 && d != (*s)[k])
        malformed(fmt::format("dimensions {} and {} do not fit together", d, (*s)[k]));
      if ((*s)[k] != 1) d = (*s)[k];
    }
  return shape;
}

ShapeTensor stretched(const ShapeTensor& t, const std::vector<std::int64_t>& shape) {
  return rearranged(t, shape, [&](const std::vector<std::int64_t>& position) {
    std::vector<std::int64_t> from(t.rank());
    for (std::size_t k = 0; k < t.rank(); ++k) from[k] = t.shape[k] == 1 ? 0 : position[position.size() - t.rank() + k];
    return flat_position(t.shape, from);
  });
}

namespace {

// ONNX rounds integer quotients towards zero.
Size quotient(const Size& a, const Size& b) {
  if (b.is_zero()) malformed("it divides by zero");
  if (a.is_constant() && b.is_constant()) return Size::constant(Integer(a.constant_term() / b.constant_term()));
  if (auto q = divide_exactly(a, b)) return *q;
  unsupported(fmt::format("{} is not divisible by {} as a polynomial", skein::to_string(a), skein::to_string(b)));
}

Size truth(bool b) { return size_constant(b ? 1 : 0); }

// a < b, when that does not depend on sizes.
bool less(const SizeContext& sizes, const Size& a, const Size& b) {
  if (sizes.positive(b - a)) return true;
  if (sizes.nonnegative(a - b)) return false;
  unsupported(fmt::format("whether {} < {} depends on the sizes", skein::to_string(a), skein::to_string(b)));
}

bool equal(const SizeContext& sizes, const Size& a, const Size& b) {
  if (a == b) return true;
  if (sizes.positive(a - b) || sizes.positive(b - a)) return false;
  unsupported(fmt::format("whether {} = {} depends on the sizes", skein::to_string(a), skein::to_string(b)));
}

using Scalar = std::function<Size(const std::vector<Size>&)>;

Scalar scalar_function(const SizeContext& sizes, const std::string& op, bool& boolean) {
  using List = const std::vector<Size>&;
  boolean = false;
  if (op == "Add" || op == "Sum")
    return [](List x) {
      Size s;
      for (const Size& e : x) s += e;
      return s;
    };
  if (op == "Mul") return [](List x) { return x.at(0) * x.at(1); };
  if (op == "Sub") return [](List x) { return x.at(0) - x.at(1); };
  if (op == "Neg") return [](List x) { return Size() - x.at(0); };
  if (op == "Div") return [](List x) { return quotient(x.at(0), x.at(1)); };
  if (op == "Mod")
    return [](List x) {
      if (!x.at(0).is_constant() || !x.at(1).is_constant() || x[1].is_zero())
        unsupported("a remainder depends on the sizes");
      Integer r;
      const Integer n = x[0].constant_term(), d = x[1].constant_term();
      mpz_fdiv_r(r.get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
      return Size::constant(r);
    };
  if (op == "Max" || op == "Min")
    return [&sizes, maximum = op == "Max"](List x) {
      Size best = x.at(0);
      for (const Size& e : x)
        if (less(sizes, maximum ? best : e, maximum ? e : best)) best = e;
      return best;
    };
  if (op == "Where") return [](List x) { return x.at(0).is_zero() ? x.at(2) : x.at(1); };
  boolean = true;
  if (op == "Equal") return [&sizes](List x) { return truth(equal(sizes, x.at(0), x.at(1))); };
  if (op == "Less") return [&sizes](List x) { return truth(less(sizes, x.at(0), x.at(1))); };
  if (op == "LessOrEqual") return [&sizes](List x) { return truth(!less(sizes, x.at(1), x.at(0))); };
  if (op == "Greater") return [&sizes](List x) { return truth(less(sizes, x.at(1), x.at(0))); };
  if (op == "GreaterOrEqual") return [&sizes](List x) { return truth(!less(sizes, x.at(0), x.at(1))); };
  if (op == "And") return [](List x) { return truth(!x.at(0).is_zero() && !x.at(1).is_zero()); };
  if (op == "Or") return [](List x) { return truth(!x.at(0).is_zero() || !x.at(1).is_zero()); };
  if (op == "Not") return [](List x) { return truth(x.at(0).is_zero()); };
  unsupported("it has no translation on integers");
}

// A reduction of an integer tensor of rank 1 to one entry.
void reduction(Call& call, const ShapeTensor& t) {
  const auto axes = call.attribute_or_input("axes", 1);
  if (t.rank() != 1 || (axes && *axes != std::vector<std::int64_t>{0} && *axes != std::vector<std::int64_t>{-1}) ||
      t.entries.empty())
    unsupported("it reduces an integer tensor of a rank other than 1");
  const std::string& op = call.node.op;
  if (op != "ReduceSum" && op != "ReduceProd" && op != "ReduceMax" && op != "ReduceMin")
    unsupported("it has no translation on integers");
  const SizeContext& sizes = call.arrays.sizes();
  Size result = t.entries.front();
  for (std::size_t k = 1; k < t.entries.size(); ++k) {
    const Size& e = t.entries[k];
    if (op == "ReduceSum")
      result += e;
    else if (op == "ReduceProd")
      result = result * e;
    else if (op == "ReduceMax")
      result = less(sizes, result, e) ? e : result;
    else
      result = less(sizes, e, result) ? e : result;
  }
  std::vector<std::int64_t> shape;
  if (call.integer("keepdims", 1) != 0) shape.push_back(1);
  call.output(ShapeTensor{shape, {result}, ElementKind::integer});
}

// --- sources

std::vector<Size> sizes_of_input(Call& call) {
  if (!call.is_shape(0)) return call.arrays.shape(call.array(0));
  std::vector<Size> sizes;
  for (std::int64_t d : call.shape(0).shape) sizes.push_back(size_constant(static_cast<long>(d)));
  return sizes;
}

void shape(Call& call) {
  const std::vector<Size> sizes = sizes_of_input(call);
  const auto rank = static_cast<std::int64_t>(sizes.size());
  const auto bound = [&](std::int64_t n) { return std::clamp<std::int64_t>(n < 0 ? n + rank : n, 0, rank); };
  const std::int64_t start = bound(call.integer("start", 0)), end = std::max(start, bound(call.integer("end", rank)));
  call.output(ShapeTensor{{end - start}, {sizes.begin() + start, sizes.begin() + end}, ElementKind::integer});
}

void size(Call& call) {
  Size product = size_constant(1);
  for (const Size& s : sizes_of_input(call)) product = product * s;
  call.output(ShapeTensor{{}, {product}, ElementKind::integer});
}

void constant_of_shape(Call& call) {
  StoredTensor zero{{1}, ElementKind::real, {0}, {}};
  const Attribute* given = call.attribute("value", Attribute::Type::tensor);
  const StoredTensor& value = given != nullptr ? *given->tensor : zero;
  if (value.count() != 1) malformed("its value is not a single number");
  const ShapeTensor& requested = call.shape(0);
  if (requested.rank() != 1) malformed("a shape must be a tensor of rank 1");
  bool constant = true;
  Size count = size_constant(1);
  for (const Size& s : requested.entries) {
    constant = constant && s.is_constant();
    count = count * s;
  }
  if (value.kind != ElementKind::real && constant && count.constant_term() <= largest_shape_tensor &&
      sgn(count.constant_term()) >= 0) {
    ShapeTensor single = std::get<ShapeTensor>(call.arrays.stored(value));
    single.shape.clear();
    return call.output(stretched(single, call.integers(0)));
  }
  const Value single = call.arrays.stored(value);
  Array a = std::holds_alternative<Array>(single) ? std::get<Array>(single)
                                                  : call.arrays.array(std::get<ShapeTensor>(single));
  a.axes.clear();
  for (const Size& s : requested.entries) {
    if (!call.arrays.sizes().positive(s))
      unsupported(fmt::format("a dimension would be {}, which is not positive for all sizes", skein::to_string(s)));
    a.axes.push_back(call.arrays.fresh(s));
  }
  call.output(std::move(a));
}

// start, start + delta, ... up to but without the limit. With a symbolic limit it is an array of the index's values.
void range(Call& call) {
  if (!call.all_shapes()) unsupported("its bounds are not integers known from sizes and constants");
  for (std::size_t i = 0; i < 3; ++i)
    if (call.shape(i).entries.size() != 1) malformed("a bound is not a scalar");
  const Size start = call.shape(0).entries.front(), limit = call.shape(1).entries.front(),
             delta = call.shape(2).entries.front();
  const auto step = small_integer(delta);
  if (!step || *step == 0) unsupported(fmt::format("its step is {}", skein::to_string(delta)));
  const Size length = limit - start;
  if (length.is_constant()) {
    const Integer d(static_cast<long>(*step));
    Integer count;
    const Integer n = length.constant_term();
    mpz_cdiv_q(count.get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
    if (count > largest_shape_tensor) unsupported(fmt::format("it has {} entries", count.get_str()));
    ShapeTensor result{{count > 0 ? count.get_si() : 0}, {}, ElementKind::integer};
    for (std::int64_t k = 0; k < result.shape[0]; ++k)
      result.entries.push_back(start + size_constant(static_cast<long>(k * *step)));
    return call.output(std::move(result));
  }
  if (*step != 1 || !call.arrays.sizes().positive(length))
    unsupported(fmt::format("its length {} is not positive for all sizes", skein::to_string(length)));
  const Index i = call.arrays.fresh(length);
  call.output(Array{call.builder.index_value(index_size(start) + index_variable(i)), {i}, ElementKind::integer});
}

void cast(Call& call) {
  constexpr std::int64_t float32 = 1, int32 = 6, int64 = 7, boolean = 9, float16 = 10, float64 = 11, bfloat16 = 16;
  const std::int64_t to = call.integer("to", 0);
  const bool to_real = to == float32 || to == float16 || to == float64 || to == bfloat16;
  const bool to_integer = to == int32 || to == int64;  // the others wrap around at numbers that models meet
  if (!to_real && !to_integer && to != boolean) unsupported(fmt::format("it converts to element type {}", to));
  DiagramBuilder& b = call.builder;
  if (call.is_shape(0)) {
    ShapeTensor t = call.shape(0);
    t.kind = to == boolean ? ElementKind::boolean : ElementKind::integer;
    if (to == boolean)
      for (Size& e : t.entries) e = truth(!equal(call.arrays.sizes(), e, Size()));
    if (!to_real) return call.output(std::move(t));
    Array a = call.arrays.array(t);
    a.kind = ElementKind::real;
    return call.output(std::move(a));
  }
  Array x = call.array(0);
  if (x.kind == ElementKind::boolean && to != boolean) {
    x.term = b.add(Op::where, {x.term, b.literal(1), b.literal(0)});
  } else if (x.kind != ElementKind::boolean && to == boolean) {
    x.term = b.add(Op::negate, {b.add(Op::equal, {x.term, b.literal(0)})});
  } else if (x.kind == ElementKind::real && to_integer) {
    unsupported("it rounds data to integers");
  } else if (x.kind == ElementKind::real && (to == float16 || to == bfloat16)) {
    call.note(
        fmt::format("{} converts to a shorter float type, which is the identity on real numbers", describe(call.node)));
  }
  x.kind = to_real ? ElementKind::real : to_integer ? ElementKind::integer : ElementKind::boolean;
  call.output(std::move(x));
}

void mod(Call& call) {
  if (!call.all_shapes()) unsupported("it takes remainders of data; only shape arithmetic may do so");
  if (call.integer("fmod", 0) != 0) unsupported("it takes remainders with the sign of the dividend");
  shape_arithmetic(call);
}

}  // namespace

void shape_arithmetic(Call& call) {
  if (call.node.op.starts_with("Reduce")) return reduction(call, call.shape(0));
  bool boolean = false;
  const Scalar f = scalar_function(call.arrays.sizes(), call.node.op, boolean);
  std::vector<std::int64_t> shape;
  for (std::size_t i = 0; i < call.input_count(); ++i) shape = common_shape(shape, call.shape(i).shape);
  std::vector<ShapeTensor> operands;
  for (std::size_t i = 0; i < call.input_count(); ++i) operands.push_back(stretched(call.shape(i), shape));
  const std::size_t arity = call.node.op == "Where" ? 3 : call.node.op == "Not" || call.node.op == "Neg" ? 1 : 2;
  if (operands.size() < arity && call.node.op != "Max" && call.node.op != "Min" && call.node.op != "Sum")
    malformed("an input is missing");
  ShapeTensor result{shape, {}, boolean ? ElementKind::boolean : operands.back().kind};
  for (std::size_t n = 0; n < operands.front().entries.size(); ++n) {
    std::vector<Size> entries;
    for (const ShapeTensor& t : operands) entries.push_back(t.entries[n]);
    result.entries.push_back(f(entries));
  }
  call.output(std::move(result));
}

std::vector<OperatorEntry> shape_operators() {
  return {
      {"Shape", shape}, {"Size", size}, {"ConstantOfShape", constant_of_shape},
      {"Range", range}, {"Cast", cast}, {"Mod", mod},
  };
}

}  // namespace skein::onnx_import
