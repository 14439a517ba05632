#pragma once
// Diagrams for the tests of the backend, built by hand.
#include "backend/evaluate.hpp"

namespace skein::testing {

inline Axis axis(const char* name) { return {size_variable(Symbol(name)), Symbol(name)}; }
inline Axis axis(long n) { return {size_constant(n), Symbol()}; }

// A builder with its inputs, to be frozen into a diagram with the given outputs.
struct Sketch {
  DiagramBuilder b;
  std::vector<InputPort> inputs;

  Ref input(const char* name, const std::vector<Axis>& axes, DType dtype = DType::real) {
    inputs.push_back({Symbol(name), axes, dtype, Role::input});
    return b.input(Symbol(name), axes, dtype);
  }
  // The input `name` at given indices.
  Ref input(const char* name, const std::vector<Index>& at, DType dtype = DType::real) {
    std::vector<Axis> axes;
    for (Index i : at) axes.push_back(b.axis(i));
    return {input(name, axes, dtype).wire, at};
  }
  Ref number(long n, long d = 1) { return b.literal(Rational(n, d)); }
  Ref minus(const Ref& x, const Ref& y) { return b.add(Op::add, {x, b.add(Op::mul, {number(-1), y})}); }

  // exp(x - max x) / sum exp(x - max x) over k; masked entries are -inf.
  Ref softmax(const Ref& x, Index k) {
    auto shifted = [&](Index i) {
      const Ref at = b.rename(x, {{k, i}});
      const Index j = b.fresh(Axis(b.axis(k)));
      return b.add(Op::exp, {minus(at, b.add(Op::fin, {b.reduce(Op::max, {j}, b.rename(x, {{k, j}}))}))});
    };
    const Index i = b.fresh(Axis(b.axis(k)));
    return b.add(Op::mul, {shifted(k), b.add(Op::inv, {b.reduce(Op::add, {i}, shifted(i))})});
  }

  Diagram freeze(const std::vector<std::pair<Ref, std::vector<Index>>>& values, SizeContext sizes = {}) {
    std::vector<Output> outputs;
    for (const auto& [value, axes] : values)
      outputs.push_back({Symbol("out" + std::to_string(outputs.size())), axes, value});
    return skein::freeze(b, Symbol("sketch"), sizes, inputs, outputs);
  }
  Diagram freeze(const Ref& value) { return freeze({{value, value.at}}); }
};

inline Environment environment(std::map<std::string, long> sizes, std::map<std::string, Array> inputs) {
  Environment e;
  for (const auto& [name, n] : sizes) e.sizes[Symbol(name)] = n;
  for (auto& [name, a] : inputs) e.inputs[Symbol(name)] = a;
  return e;
}

}  // namespace skein::testing
