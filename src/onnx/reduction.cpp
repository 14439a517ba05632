// Operators that reduce axes and broadcast back: reductions, softmax, normalisations.
#include <fmt/format.h>

#include <set>

#include "onnx/operators.hpp"

namespace skein::onnx_import {
namespace {

std::vector<std::size_t> axis_list(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::set<std::size_t> positions;
  for (std::int64_t a : axes)
    if (!positions.insert(axis_position(a, rank)).second) malformed(fmt::format("axis {} is listed twice", a));
  return {positions.begin(), positions.end()};
}

std::vector<Index> trailing(const Array& x, std::int64_t axis) {
  return {x.axes.begin() + static_cast<std::ptrdiff_t>(axis_position(axis, x.rank())), x.axes.end()};
}

using Reduction = Ref (*)(DiagramBuilder&, const Ref&, const std::vector<Index>&);

template <Op fold>
Ref folded(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over) {
  return b.reduce(fold, over, x);
}

Ref sum_of_squares(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over) {
  return b.reduce(Op::add, over, b.add(Op::mul, {x, x}));
}

Ref euclidean_norm(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over) {
  return b.add(Op::sqrt, {sum_of_squares(b, x, over)});
}

Ref absolute_sum(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over) {
  return b.reduce(Op::add, over, absolute(b, x));
}

// The result at the axes of x without the reduced ones, which stay as axes of size one if asked for.
Array without(Arrays& arrays, const Array& x, const std::vector<std::size_t>& reduced, const Ref& term, bool keep) {
  const std::set<std::size_t> gone(reduced.begin(), reduced.end());
  Array result{term, {}, x.kind};
  for (std::size_t k = 0; k < x.rank(); ++k)
    if (!gone.contains(k))
      result.axes.push_back(x.axes[k]);
    else if (keep)
      result.axes.push_back(arrays.fresh(size_constant(1)));
  return result;
}

enum class Integers : std::uint8_t { as_reals, refused };  // refused: the result would be truncated

template <Reduction reduction, Integers integers = Integers::as_reals>
void reduce(Call& call) {
  if (call.is_shape(0)) return shape_arithmetic(call);
  const Array x = call.array(0);
  if (integers == Integers::refused && x.kind == ElementKind::integer)
    unsupported("it would round its result: the data are integers");
  auto axes = call.attribute_or_input("axes", 1);
  if (!axes || axes->empty()) {
    if (call.integer("noop_with_empty_axes", 0) != 0) return call.output(x);
    axes.emplace();
    for (std::size_t k = 0; k < x.rank(); ++k) axes->push_back(static_cast<std::int64_t>(k));
  }
  const auto positions = axis_list(*axes, x.rank());
  std::vector<Index> over;
  for (std::size_t k : positions) over.push_back(x.axes[k]);
  const Ref term = over.empty() ? x.term : reduction(call.builder, x.term, over);
  call.output(without(call.arrays, x, positions, term, call.integer("keepdims", 1) != 0));
}

// Before version 13 the tensor is flattened to a matrix at the axis: all axes from there on are normalised together.
std::vector<Index> softmax_axes(Call& call, const Array& x) {
  if (call.opset < 13) return trailing(x, call.integer("axis", 1));
  return {x.axes[axis_position(call.integer("axis", -1), x.rank())]};
}

void softmax_over_axes(Call& call) {
  const Array x = call.array(0);
  call.output(Array{softmax(call.builder, x.term, softmax_axes(call, x)), x.axes, x.kind});
}

void log_softmax(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  if (b.dtype(x.term.wire) == DType::ext) unsupported("it takes the logarithm of a masked softmax");
  const std::vector<Index> over = softmax_axes(call, x);
  const Ref shifted = subtract(b, x.term, b.reduce(Op::max, over, x.term));
  const Ref total = b.add(Op::log, {b.reduce(Op::add, over, b.add(Op::exp, {shifted}))});
  call.output(Array{subtract(b, shifted, total), x.axes, x.kind});
}

// The input normalised over `over`, times a gain, plus a bias; inputs 'gain' and 'bias' broadcast.
Array affine(Call& call, const Array& x, const Ref& term, std::size_t gain, std::optional<std::size_t> bias) {
  Array y = call.arrays.elementwise(Op::mul, {{term, x.axes, x.kind}, call.array(gain)});
  if (bias && call.has(*bias)) y = call.arrays.elementwise(Op::add, {y, call.array(*bias)});
  return y;
}

void layer_normalization(Call& call) {
  const Array x = call.array(0);
  const std::int64_t axis = call.integer("axis", -1);
  const Normalised n = normalise(call.builder, x.term, trailing(x, axis), Rational(call.real("epsilon", 1e-5f)));
  call.output(0, affine(call, x, n.value, 1, 2));
  std::vector<std::size_t> reduced;
  for (std::size_t k = axis_position(axis, x.rank()); k < x.rank(); ++k) reduced.push_back(k);
  call.output(1, without(call.arrays, x, reduced, n.mean, true));
  call.output(2, without(call.arrays, x, reduced, n.inverse_deviation, true));
}

// Inputs: data, skipped data, gain, bias of the norm, bias of the sum.
void skip_layer_normalization(Call& call) {
  std::vector<Array> summands{call.array(0), call.array(1)};
  if (call.has(4)) summands.push_back(call.array(4));
  const Array x = call.arrays.elementwise(Op::add, summands);
  const Normalised n = normalise(call.builder, x.term, trailing(x, -1), Rational(call.real("epsilon", 1e-12f)));
  call.output(0, affine(call, x, n.value, 2, 3));
  call.output(3, x);
}

void rms_normalization(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  const Ref square = mean(b, b.add(Op::mul, {x.term, x.term}), trailing(x, call.integer("axis", -1)));
  const Ref scale = b.add(Op::sqrt, {b.add(Op::add, {square, b.literal(Rational(call.real("epsilon", 1e-5f)))})});
  call.output(affine(call, x, divide(b, x.term, scale), 1, std::nullopt));
}

// Over the spatial axes of each channel, with a gain and a bias per channel.
void instance_normalization(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  if (x.rank() < 3) malformed("its input has no spatial axes");
  const Normalised n = normalise(b, x.term, {x.axes.begin() + 2, x.axes.end()}, Rational(call.real("epsilon", 1e-5f)));
  const Ref gain = call.arrays.broadcast(call.array(1), {x.axes[1]}),
            bias = call.arrays.broadcast(call.array(2), {x.axes[1]});
  call.output(Array{b.add(Op::add, {b.add(Op::mul, {n.value, gain}), bias}), x.axes, x.kind});
}

// At inference: with the stored mean and variance, per channel (axis 1).
void batch_normalization(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  if (call.integer("training_mode", 0) != 0) unsupported("it is in training mode; export the model for inference");
  if (call.opset < 9 && call.integer("spatial", 1) == 0) unsupported("its statistics are not per channel");
  if (x.rank() < 2) malformed("its input has no channels");
  const auto channel = [&](std::size_t i) {
    const Array a = call.array(i);
    if (a.rank() != 1) malformed(fmt::format("its input {} is not of rank 1", i));
    return call.arrays.broadcast(a, {x.axes[1]});
  };
  const Ref variance = b.add(Op::add, {channel(4), b.literal(Rational(call.real("epsilon", 1e-5f)))});
  const Ref centred = subtract(b, x.term, channel(3));
  const Ref value = b.add(Op::mul, {centred, b.add(Op::inv, {b.add(Op::sqrt, {variance})}), channel(1)});
  call.output(Array{b.add(Op::add, {value, channel(2)}), x.axes, x.kind});
}

}  // namespace

std::vector<OperatorEntry> reduction_operators() {
  return {
      {"ReduceSum", reduce<folded<Op::add>>},
      {"ReduceProd", reduce<folded<Op::mul>>},
      {"ReduceMax", reduce<folded<Op::max>>},
      {"ReduceMin", reduce<folded<Op::min>>},
      {"ReduceMean", reduce<mean, Integers::refused>},
      {"ReduceSumSquare", reduce<sum_of_squares>},
      {"ReduceL1", reduce<absolute_sum>},
      {"ReduceL2", reduce<euclidean_norm, Integers::refused>},
      {"Softmax", softmax_over_axes},
      {"LogSoftmax", log_softmax},
      {"LayerNormalization", layer_normalization},
      {"SimplifiedLayerNormalization", rms_normalization},
      {"RMSNormalization", rms_normalization},
      {"BatchNormalization", batch_normalization},
      {"InstanceNormalization", instance_normalization},
      {"com.microsoft.SkipLayerNormalization", skip_layer_normalization},
  };
}

}  // namespace skein::onnx_import
