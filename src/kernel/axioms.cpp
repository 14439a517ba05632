// The axioms about real functions. rules/axioms.skn states the same in the language, with sources and numeric tests.
#include "kernel/theorem.hpp"

namespace skein {

std::vector<TheoremPtr> kernel_axioms() {
  std::vector<TheoremPtr> out;
  // Each axiom is about scalars: inputs without axes.
  auto axiom = [&](const char* name, const std::vector<std::pair<const char*, DType>>& inputs, auto left, auto right,
                   const std::vector<std::pair<Sign, const char*>>& when = {}) {
    DiagramBuilder b;
    std::vector<InputPort> ports;
    std::map<std::string, Ref> x;
    for (const auto& [n, t] : inputs) {
      ports.push_back({Symbol(n), {}, t, Role::input});
      x[n] = b.input(Symbol(n), {}, t);
    }
    auto diagram = [&](const Ref& r) { return freeze(b, Symbol(name), {}, ports, {{Symbol("out"), {}, r}}); };
    auto t = std::shared_ptr<Theorem>(new Theorem);
    t->name_ = Symbol(name);
    t->statement_.left = diagram(left(b, x));
    t->statement_.right = diagram(right(b, x));
    for (const auto& [sign, n] : when) t->statement_.when.push_back({sign, diagram(x.at(n))});
    t->axiom_ = true;
    out.push_back(std::move(t));
  };
  using Map = std::map<std::string, Ref>;
  using B = DiagramBuilder;
  // exp(a + b) = exp(a) exp(b), with exp(-inf) = 0
  axiom(
      "exp_add", {{"a", DType::ext}, {"b", DType::ext}},
      [](B& b, Map& x) {
        return b.add(Op::exp, {b.add(Op::add, {x["a"], x["b"]})});
      },
      [](B& b, Map& x) {
        return b.add(Op::mul, {b.add(Op::exp, {x["a"]}), b.add(Op::exp, {x["b"]})});
      });
  // exp(log a) = a for a > 0
  axiom(
      "exp_log", {{"a", DType::real}}, [](B& b, Map& x) { return b.add(Op::exp, {b.add(Op::log, {x["a"]})}); },
      [](B&, Map& x) { return x["a"]; }, {{Sign::positive, "a"}});
  // log(exp a) = a
  axiom(
      "log_exp", {{"a", DType::real}}, [](B& b, Map& x) { return b.add(Op::log, {b.add(Op::exp, {x["a"]})}); },
      [](B&, Map& x) { return x["a"]; });
  // erf(-a) = -erf(a)
  axiom(
      "erf_odd", {{"a", DType::real}},
      [](B& b, Map& x) {
        return b.add(Op::erf, {b.add(Op::mul, {b.literal(-1), x["a"]})});
      },
      [](B& b, Map& x) {
        return b.add(Op::mul, {b.literal(-1), b.add(Op::erf, {x["a"]})});
      });
  return out;
}

}  // namespace skein
