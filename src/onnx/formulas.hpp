#pragma once
// Derived real functions as terms: the formulas that the prelude gives them. A plain ONNX graph that spells a function
// out and a fused operator for it meet here in the same primitive boxes.
#include "diagram/builder.hpp"

namespace skein::onnx_import {

Ref negative(DiagramBuilder& b, const Ref& x);
Ref subtract(DiagramBuilder& b, const Ref& x, const Ref& y);
Ref divide(DiagramBuilder& b, const Ref& x, const Ref& y);
Ref relu(DiagramBuilder& b, const Ref& x);
Ref absolute(DiagramBuilder& b, const Ref& x);
Ref sigmoid(DiagramBuilder& b, const Ref& x);  // 1/(1 + exp(-x))
Ref tanh(DiagramBuilder& b, const Ref& x);     // 1 - 2/(exp(2x) + 1)
Ref gelu(DiagramBuilder& b, const Ref& x);     // x/2 (1 + erf(x/sqrt 2))
Ref gelu_tanh(DiagramBuilder& b, const Ref& x);
Ref swish(DiagramBuilder& b, const Ref& x, const Rational& slope);  // x sigmoid(slope x)

Ref mean(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over);
Ref softmax(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over);

// (x - mean)/sqrt(variance + epsilon), and what it was made from.
struct Normalised {
  Ref value, mean, inverse_deviation;
};
Normalised normalise(DiagramBuilder& b, const Ref& x, const std::vector<Index>& over, const Rational& epsilon);

}  // namespace skein::onnx_import
