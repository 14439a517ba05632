// Elementwise operators: arithmetic, comparisons, activations.
#include <fmt/format.h>

#include "onnx/operators.hpp"

namespace skein::onnx_import {
namespace {

using Formula = Ref (*)(DiagramBuilder&, const Ref&);

Array with(const Array& x, const Ref& term) { return {term, x.axes, x.kind}; }

void boolean_result(Call& call, Array a) {
  a.kind = ElementKind::boolean;
  call.output(std::move(a));
}

template <Op op>
void primitive(Call& call) {
  if (call.all_shapes() && (op == Op::add || op == Op::mul || op == Op::max || op == Op::min))
    return shape_arithmetic(call);
  const auto inputs = call.all_arrays();
  call.output(inputs.size() == 1 && info(op).arity < 0 ? inputs.front() : call.arrays.elementwise(op, inputs));
}

// One input, a formula of it.
template <Formula formula>
void unary(Call& call) {
  const Array x = call.array(0);
  call.output(with(x, formula(call.builder, x.term)));
}

template <Op op>
Ref apply(DiagramBuilder& b, const Ref& x) {
  return b.add(op, {x});
}

void subtraction(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  const Array x = call.array(0), y = call.array(1);
  call.output(call.arrays.elementwise(Op::add, {x, with(y, negative(call.builder, y.term))}));
}

void division(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  const Array x = call.array(0), y = call.array(1);
  if (x.kind == ElementKind::integer) unsupported("it divides integers that are data; only shape arithmetic may do so");
  call.output(call.arrays.elementwise(Op::mul, {x, with(y, call.builder.add(Op::inv, {y.term}))}));
}

void negation(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  unary<negative>(call);
}

// Exponents that are small integers or halves of integers, which real laws know how to treat.
void power(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0), y = call.array(1);
  const auto exponent = call.arrays.constant(y);
  if (!exponent) unsupported("its exponent is not a constant");
  Rational twice = *exponent * 2;
  twice.canonicalize();
  if (twice.get_den() != 1 || abs(twice) > 32)
    unsupported(
        fmt::format("its exponent {} is not an integer or half of one of size at most 16", exponent->get_str()));
  if (x.kind == ElementKind::integer && (twice < 0 || exponent->get_den() != 1))
    unsupported("it would round its result: the base is an integer");
  const long n = twice.get_num().get_si(), magnitude = n < 0 ? -n : n;
  std::vector<Ref> factors(static_cast<std::size_t>(magnitude / 2), x.term);
  if (magnitude % 2 == 1) factors.push_back(b.add(Op::sqrt, {x.term}));
  Ref result = factors.empty() ? b.literal(1) : factors.size() == 1 ? factors.front() : b.add(Op::mul, factors);
  if (n < 0) result = b.add(Op::inv, {result});
  // The exponent's own axes, all of size one, may raise the rank.
  const std::vector<Index> axes = call.arrays.common_axes({x, y});
  call.output(Array{call.arrays.broadcast(with(x, result), axes), axes, x.kind});
}

template <Op op>
void comparison(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  if (call.array(0).kind == ElementKind::boolean) unsupported("it compares booleans");
  boolean_result(call, call.arrays.elementwise(op, {call.array(0), call.array(1)}));
}

template <Op op>
void reversed_comparison(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  boolean_result(call, call.arrays.elementwise(op, {call.array(1), call.array(0)}));
}

void logical_not(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  unary<apply<Op::negate>>(call);
}

template <Op op>
void logical(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  boolean_result(call, call.arrays.elementwise(op, {call.array(0), call.array(1)}));
}

void choice(Call& call) {
  if (call.all_shapes()) return shape_arithmetic(call);
  Array result = call.arrays.elementwise(Op::where, {call.array(0), call.array(1), call.array(2)});
  result.kind = call.array(1).kind;
  call.output(std::move(result));
}

void clip(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  Ref term = x.term;
  // Before version 11 the bounds are attributes.
  const auto bound = [&](std::size_t i, const char* name) -> std::optional<Ref> {
    if (call.has(i)) {
      const Array a = call.array(i);
      if (!a.term.at.empty()) malformed("a bound is not a scalar");
      return a.term;
    }
    if (call.attribute(name, Attribute::Type::real) == nullptr) return std::nullopt;
    return b.literal(Rational(call.real(name, 0)));
  };
  if (const auto low = bound(1, "min")) term = b.add(Op::max, {term, *low});
  if (const auto high = bound(2, "max")) term = b.add(Op::min, {term, *high});
  call.output(with(x, term));
}

void leaky_relu(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  const Ref low = b.add(Op::min, {x.term, b.literal(0)});
  const Ref slope = b.literal(Rational(call.real("alpha", 0.01f)));
  call.output(with(x, b.add(Op::add, {relu(b, x.term), b.add(Op::mul, {slope, low})})));
}

// x below zero becomes slope*(exp x - 1).
void elu(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  const Ref below = b.add(Op::add, {b.add(Op::exp, {b.add(Op::min, {x.term, b.literal(0)})}), b.literal(-1)});
  const Ref slope = b.literal(Rational(call.real("alpha", 1)));
  call.output(with(x, b.add(Op::add, {relu(b, x.term), b.add(Op::mul, {slope, below})})));
}

void parametric_relu(Call& call) {
  DiagramBuilder& b = call.builder;
  const Array x = call.array(0);
  const Array low = call.arrays.elementwise(Op::mul, {with(x, b.add(Op::min, {x.term, b.literal(0)})), call.array(1)});
  call.output(call.arrays.elementwise(Op::add, {with(x, relu(b, x.term)), low}));
}

// max(0, min(1, alpha*x + beta))
Ref hard_sigmoid(DiagramBuilder& b, const Ref& x, const Rational& alpha, const Rational& beta) {
  const Ref line = b.add(Op::add, {b.add(Op::mul, {b.literal(alpha), x}), b.literal(beta)});
  return b.add(Op::max, {b.literal(0), b.add(Op::min, {b.literal(1), line})});
}

void hard_sigmoid_operator(Call& call) {
  const Array x = call.array(0);
  const Rational alpha(call.real("alpha", 0.2f)), beta(call.real("beta", 0.5f));
  call.output(with(x, hard_sigmoid(call.builder, x.term, alpha, beta)));
}

Ref hard_swish(DiagramBuilder& b, const Ref& x) {
  return b.add(Op::mul, {x, hard_sigmoid(b, x, Rational(1, 6), Rational(1, 2))});
}

void mean_of_inputs(Call& call) {
  const auto inputs = call.all_arrays();
  for (const Array& x : inputs)
    if (x.kind == ElementKind::integer) unsupported("it would round its result: the data are integers");
  const Array sum = call.arrays.elementwise(Op::add, inputs);
  call.output(with(sum, divide(call.builder, sum.term, call.builder.literal(static_cast<long>(inputs.size())))));
}

Ref softplus(DiagramBuilder& b, const Ref& x) {
  return b.add(Op::log, {b.add(Op::add, {b.literal(1), b.add(Op::exp, {x})})});
}

void standard_gelu(Call& call) {
  const std::string form = call.text("approximate", "none");
  if (form != "none" && form != "tanh") malformed(fmt::format("the approximation '{}' is not known", form));
  form == "tanh" ? unary<gelu_tanh>(call) : unary<gelu>(call);
}

void fast_gelu(Call& call) {
  Array x = call.array(0);
  if (call.has(1)) x = call.arrays.elementwise(Op::add, {x, call.array(1)});
  call.output(with(x, gelu_tanh(call.builder, x.term)));
}

void bias_gelu(Call& call) {
  const Array x = call.arrays.elementwise(Op::add, {call.array(0), call.array(1)});
  call.output(with(x, gelu(call.builder, x.term)));
}

void quick_gelu(Call& call) {
  const Array x = call.array(0);
  call.output(with(x, swish(call.builder, x.term, Rational(call.real("alpha", 1.702f)))));
}

}  // namespace

std::vector<OperatorEntry> pointwise_operators() {
  return {
      {"Add", primitive<Op::add>},
      {"Sum", primitive<Op::add>},
      {"Mul", primitive<Op::mul>},
      {"Max", primitive<Op::max>},
      {"Min", primitive<Op::min>},
      {"Sub", subtraction},
      {"Div", division},
      {"Neg", negation},
      {"Pow", power},
      {"Sqrt", unary<apply<Op::sqrt>>},
      {"Reciprocal", unary<apply<Op::inv>>},
      {"Exp", unary<apply<Op::exp>>},
      {"Log", unary<apply<Op::log>>},
      {"Erf", unary<apply<Op::erf>>},
      {"Sin", unary<apply<Op::sin>>},
      {"Cos", unary<apply<Op::cos>>},
      {"Abs", unary<absolute>},
      {"Tanh", unary<tanh>},
      {"Sigmoid", unary<sigmoid>},
      {"Relu", unary<relu>},
      {"LeakyRelu", leaky_relu},
      {"PRelu", parametric_relu},
      {"Elu", elu},
      {"HardSigmoid", hard_sigmoid_operator},
      {"HardSwish", unary<hard_swish>},
      {"Mean", mean_of_inputs},
      {"Softplus", unary<softplus>},
      {"Gelu", standard_gelu},
      {"Clip", clip},
      {"Equal", comparison<Op::equal>},
      {"Less", comparison<Op::less>},
      {"LessOrEqual", comparison<Op::less_equal>},
      {"Greater", reversed_comparison<Op::less>},
      {"GreaterOrEqual", reversed_comparison<Op::less_equal>},
      {"And", logical<Op::conj>},
      {"Or", logical<Op::disj>},
      {"Not", logical_not},
      {"Where", choice},
      {"com.microsoft.Gelu", unary<gelu>},
      {"com.microsoft.BiasGelu", bias_gelu},
      {"com.microsoft.FastGelu", fast_gelu},
      {"com.microsoft.QuickGelu", quick_gelu},
  };
}

}  // namespace skein::onnx_import
