#include "onnx/formulas.hpp"

namespace skein::onnx_import {

Ref negative(DiagramBuilder& b, const Ref& x) { return b.add(Op::mul, {b.literal(-1), x}); }

Ref subtract(DiagramBuilder& b, const Ref& x, const Ref& y) { return b.add(Op::add, {x, negative(b, y)}); }

Ref divide(DiagramBuilder& b, const Ref& x, const Ref& y) { return b.add(Op::mul, {x, b.add(Op::inv, {y})}); }

Ref relu(DiagramBuilder& b, const Ref& x) { return b.add(Op::max, {x, b.literal(0)}); }

Ref absolute(DiagramBuilder& b, const Ref& x) { return b.add(Op::max, {x, negative(b, x)}); }

Ref sigmoid(DiagramBuilder& b, const Ref& x) {
  return b.add(Op::inv, {b.add(Op::add, {b.literal(1), b.add(Op::exp, {negative(b, x)})})});
}

Ref tanh(DiagramBuilder& b, const Ref& x) {
  const Ref e = b.add(Op::exp, {b.add(Op::mul, {b.literal(2), x})});
  const Ref inverse = b.add(Op::inv, {b.add(Op::add, {e, b.literal(1)})});
  return subtract(b, b.literal(1), b.add(Op::mul, {b.literal(2), inverse}));
}

Ref gelu(DiagramBuilder& b, const Ref& x) {
  const Ref e = b.add(Op::erf, {divide(b, x, b.add(Op::sqrt, {b.literal(2)}))});
  return b.add(Op::mul, {b.literal(Rational(1, 2)), x, b.add(Op::add, {b.literal(1), e})});
}

// The constants are the float32 numbers nearest to sqrt(2/pi) and 0.044715, which implementations use.
Ref gelu_tanh(DiagramBuilder& b, const Ref& x) {
  const Ref cubic = b.add(Op::mul, {b.literal(Rational(0.044715f)), x, x, x});
  const Ref inner = b.add(Op::mul, {b.literal(Rational(0.7978845608028654f)), b.add(Op::add, {x, cubic})});
  return b.add(Op::mul, {b.literal(Rational(1, 2)), x, b.add(Op::add, {b.literal(1), tanh(b, inner)})});
}

Ref swish(DiagramBuilder& b, const Ref& x, const Rational& slope) {
  const Ref scaled = slope == 1 ? x : b.add(Op::mul, {b.literal(slope), x});
  return b.add(Op::mul, {x, sigmoid(b, scaled)});
}

Ref mean(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over) {
  Size count = size_constant(1);
  for (Index i : over) count = count * b.axis(i).size;
  return divide(b, b.reduce(Op::add, over, x), b.size_value(count));
}

// The maximum is subtracted for the sake of floats. Of extended scores the finite part of it: a row of masked entries
// only has no maximum to subtract.
Ref softmax(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over) {
  Ref top = b.reduce(Op::max, over, x);
  if (b.dtype(top.wire) == DType::ext) top = b.add(Op::fin, {top});
  const Ref e = b.add(Op::exp, {subtract(b, x, top)});
  return divide(b, e, b.reduce(Op::add, over, e));
}

Normalised normalise(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over, const Rational& epsilon) {
  const Ref m = mean(b, x, over);
  const Ref centred = subtract(b, x, m);
  const Ref variance = mean(b, b.add(Op::mul, {centred, centred}), over);
  const Ref deviation = b.add(Op::sqrt, {b.add(Op::add, {variance, b.literal(epsilon)})});
  const Ref inverse = b.add(Op::inv, {deviation});
  return {b.add(Op::mul, {centred, inverse}), m, inverse};
}

}  // namespace skein::onnx_import
