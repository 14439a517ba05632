#pragma once
// Helpers of the kernel's tests: a solver, rejections with their reason, certificates as text.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "kernel/certificate.hpp"
#include "kernel/digest.hpp"
#include "kernel/ledger.hpp"
#include "kernel/solver.hpp"

namespace skein {

// The reason for which `f` is refused; "accepted" if it is not.
template <class F>
std::string reason(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "accepted";
}

#define REJECTS(expression, why) CHECK_THAT(reason([&] { (void)(expression); }), Catch::Contains(why))

inline Size size_named(const char* n) { return size_variable(Symbol(n)); }
inline Axis axis(const char* n) { return {size_named(n), Symbol(n)}; }
inline SizeContext with_lower(std::initializer_list<std::pair<const char*, int>> lower,
                              std::vector<Size> hypotheses = {}) {
  SizeContext c{{}, std::move(hypotheses)};
  for (auto [n, l] : lower) c.lower[Symbol(n)] = l;
  return c;
}

// Keeps its answers for the life of the program: the mutation test asks the same leaf many times.
inline LeafOracle z3() {
  static SolverProcess process("z3 -in", 5);
  static std::map<std::string, bool> known;
  return [](const std::string& text) {
    auto it = known.find(text);
    if (it == known.end()) it = known.emplace(text, process.ask(text) == SolverAnswer::unsat).first;
    return it->second;
  };
}

inline TheoremPtr axiom(const char* name) {
  for (TheoremPtr t : kernel_axioms())
    if (t->name() == Symbol(name)) return t;
  return nullptr;
}

// A kernel with shorthands for steps.
struct Prover {
  Kernel k;
  DiagramBuilder& b;
  explicit Prover(SizeContext sizes = {}, LeafOracle oracle = z3())
      : k(std::move(sizes), std::move(oracle)), b(k.arena()) {}

  Ref array(const char* name, const std::vector<Axis>& axes = {}, DType t = DType::real) {
    return b.input(Symbol(name), axes, t);
  }
  Ref neg(const Ref& x) { return b.add(Op::mul, {b.literal(-1), x}); }
  EquationId by(Inference rule, const std::vector<Ref>& terms, const std::vector<EquationId>& equations = {},
                const std::vector<std::uint32_t>& numbers = {}, const std::vector<SignId>& signs = {}) {
    Step s;
    s.rule = rule;
    s.terms = terms;
    s.equations = equations;
    s.numbers = numbers;
    s.signs = signs;
    return k.prove(s);
  }
  SignId sign(Inference rule, Sign sign, const std::vector<Ref>& terms, const std::vector<SignId>& signs = {},
              const std::vector<std::uint32_t>& numbers = {}, const std::vector<EquationId>& equations = {}) {
    Step s;
    s.rule = rule;
    s.sign = sign;
    s.terms = terms;
    s.signs = signs;
    s.numbers = numbers;
    s.equations = equations;
    return k.prove_sign(s);
  }
  Diagram diagram(const std::vector<InputPort>& inputs, const std::vector<Index>& axes, const Ref& value) {
    return freeze(b, Symbol("claim"), k.sizes(), inputs, {{Symbol("out"), axes, value}});
  }
};

}  // namespace skein
