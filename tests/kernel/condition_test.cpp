// Equations as conditions, and inductions under conditions: what each may rest on.
#include "kernel/support.hpp"

using namespace skein;

namespace {

const Size n = size_named("n"), one = size_constant(1);

// M[0] == 0 and M[t+1] == M[t] + x[t], over n steps; the claim that M[n] is the sum of x.
struct Sum : Prover {
  Ref x = array("x", {axis("n")}), m = array("M", {{n + one, {}}});
  Index t = x.at[0];
  Ref first = at(m, index_constant(0)), last = at(m, index_size(n));
  Ref after = at(m, index_variable(t) + index_constant(1)), before = at(m, index_variable(t));
  Ref total = b.reduce(Op::add, {t}, x);
  std::uint32_t zero = k.assume_equal(first, b.literal(0));
  std::uint32_t next = k.assume_equal(after, b.add(Op::add, {before, x}));

  Ref at(const Ref& r, const IndexExpression& e) { return b.read(r, {{r.at[0], e}}); }
  EquationId assumed(const std::vector<std::uint32_t>& numbers) { return by(Inference::assumed, {}, {}, numbers); }
  // The hypothesis for arrays over n+1 points, with these premises.
  EquationId hypothesis(std::uint32_t induction, const std::vector<EquationId>& premises) {
    const Ref longer = array("x", {{n + one, {}}}), states = array("M", {{n + one + one, {}}});
    const Index i = b.fresh(axis("n")), j = b.fresh({n + one, {}});
    Step s{.rule = Inference::hypothesis, .equations = premises, .numbers = {induction, 0}};
    s.names = {Symbol("x"), Symbol("M")};
    s.formals = {{i}, {j}};
    s.terms = {at(longer, index_variable(i)), at(states, index_variable(j))};
    return k.prove(s);
  }
};

}  // namespace

TEST_CASE("a condition that is an equation can be used, and is part of the claim", "[condition]") {
  Sum p;
  const EquationId e = p.assumed({p.zero});
  const std::vector<InputPort> inputs{{Symbol("x"), {axis("n")}, DType::real, Role::input},
                                      {Symbol("M"), {{n + one, {}}}, DType::real, Role::state}};
  const Diagram l = p.diagram(inputs, {}, p.first), r = p.diagram(inputs, {}, p.b.literal(0));
  const Given zero{l, r},
      next{p.diagram(inputs, {p.t}, p.after), p.diagram(inputs, {p.t}, p.b.add(Op::add, {p.before, p.x}))};
  CHECK_NOTHROW(p.k.conclude(Symbol("c"), {l, r, {}, {zero, next}}, e));
  REJECTS(p.k.conclude(Symbol("c"), {l, r}, e), "conditions of the claim are not those");
  REJECTS(p.k.conclude(Symbol("c"), {l, r, {}, {zero}}, e), "conditions of the claim are not those");
  REJECTS(p.k.conclude(Symbol("c"), {l, r, {}, {next, zero}}, e), "conditions of the claim are not those");
  REJECTS(p.k.conclude(Symbol("c"), {l, r, {}, {next, next}}, e), "conditions of the claim are not those");
}

TEST_CASE("signs and equations are not each other", "[condition]") {
  Prover p;
  const Ref a = p.array("a"), c = p.array("c");
  const std::uint32_t sign = p.k.assume_sign(a, Sign::positive), equal = p.k.assume_equal(a, c);
  CHECK_NOTHROW(p.by(Inference::assumed, {}, {}, {equal}));
  REJECTS(p.by(Inference::assumed, {}, {}, {sign}), "is a sign, not an equation");
  REJECTS(p.sign(Inference::sign_assumed, Sign::positive, {}, {}, {equal}), "is an equation, not a sign");
  REJECTS(p.by(Inference::assumed, {}, {}, {2}), "no such condition");
  REJECTS(p.by(Inference::assumed, {}, {}, {equal, 0}), "by its number, or by that and a place");
  REJECTS(p.by(Inference::assumed, {}, {}, {equal, 0, 1}), "no such induction");
}

TEST_CASE("an equation over an axis that may be empty and that it does not read assumes too much", "[condition]") {
  for (int lower : {0, 1}) {
    Prover p(with_lower({{"n", lower}}));
    const Ref a = p.array("a"), c = p.array("c");
    p.k.assume_equal(a, c);
    const EquationId e = p.by(Inference::assumed, {}, {}, {0});
    const std::vector<InputPort> inputs{{Symbol("a"), {}, DType::real, Role::input},
                                        {Symbol("c"), {}, DType::real, Role::input}};
    const std::vector<Index> over{p.b.fresh(axis("n"))};
    const Given vacuous{p.diagram(inputs, over, a), p.diagram(inputs, over, c)};
    const Statement claim{p.diagram(inputs, {}, a), p.diagram(inputs, {}, c), {}, {vacuous}};
    if (lower)
      CHECK_NOTHROW(p.k.conclude(Symbol("c"), claim, e));
    else
      REJECTS(p.k.conclude(Symbol("c"), claim, e), "does not read and that may be empty");
  }
}

TEST_CASE("a hypothesis asks for a proof of every condition", "[condition]") {
  Sum p;
  const std::uint32_t id = p.k.open_induction({{p.last, p.total}}, Symbol("n"), {p.zero, p.next});
  REJECTS(p.hypothesis(id, {}), "an equation is missing");
  const EquationId zero = p.assumed({p.zero, id, 1}), next = p.assumed({p.next, id, 1});
  REJECTS(p.hypothesis(id, {next, zero}), "another one than the condition");
  // The step's equation is about n+1 values of t, the condition about n.
  REJECTS(p.hypothesis(id, {zero, next}), "another one than the condition");
  REJECTS(p.hypothesis(id, {zero, next, zero}), "another one than the condition");
  const std::uint32_t free = p.k.open_induction({{p.last, p.total}}, Symbol("n"));
  CHECK_NOTHROW(p.hypothesis(free, {}));
  REJECTS(p.hypothesis(free, {zero}), "more premises than its induction has conditions");
}

TEST_CASE("base and step rest on conditions at their own sizes only", "[condition]") {
  Prover p;
  // a == c is assumed; the goal is the condition itself, at every n.
  const Ref a = p.array("a"), c = p.array("c");
  const std::uint32_t equal = p.k.assume_equal(a, c);
  const std::uint32_t id = p.k.open_induction({{a, c}}, Symbol("n"), {equal});
  const std::uint32_t bare = p.k.open_induction({{a, c}}, Symbol("n"));
  auto assumed = [&](const std::vector<std::uint32_t>& numbers) { return p.by(Inference::assumed, {}, {}, numbers); };
  auto induction = [&](std::uint32_t i, EquationId base, EquationId step) {
    return p.by(Inference::induction, {}, {base, step}, {i, 0});
  };
  const EquationId claim = assumed({equal}), base = assumed({equal, id, 0}), step = assumed({equal, id, 1});
  CHECK_NOTHROW(induction(id, base, step));
  CHECK(p.k.equation(induction(id, base, step)).uses == Uses{{Use::Kind::condition, 0, equal}});
  REJECTS(induction(id, claim, step), "base of an induction rests on an assumption that is not its own");
  REJECTS(induction(id, step, step), "base of an induction rests on an assumption that is not its own");
  REJECTS(induction(id, base, claim), "step of an induction rests on an assumption that is not its own");
  REJECTS(induction(id, base, base), "step of an induction rests on an assumption that is not its own");
  REJECTS(induction(bare, base, step), "rests on an assumption that is not its own");
  REJECTS(induction(bare, assumed({equal, bare, 0}), assumed({equal, bare, 1})),
          "rests on an assumption that is not its own");
  REJECTS(p.by(Inference::induction, {}, {base}, {id, 0}), "a base and a step for each");
  REJECTS(p.by(Inference::induction, {}, {base, step}, {id, 1}), "no such goal");
  REJECTS(p.k.open_induction({}, Symbol("n")), "without a goal");
  REJECTS(p.k.open_induction({{a, c}}, Symbol("n"), {7}), "a condition that the claim does not have");
  // What rests on the sizes of a step says nothing of the claim.
  const std::vector<InputPort> inputs{{Symbol("a"), {}, DType::real, Role::input},
                                      {Symbol("c"), {}, DType::real, Role::input}};
  const Diagram l = p.diagram(inputs, {}, a), r = p.diagram(inputs, {}, c);
  REJECTS(p.k.conclude(Symbol("c"), {l, r, {}, {{l, r}}}, step), "never discharged");
  CHECK_NOTHROW(p.k.conclude(Symbol("c"), {l, r, {}, {{l, r}}}, induction(id, base, step)));
}

TEST_CASE("goals that are proved together have all bases and all steps", "[condition]") {
  Prover p;
  const Ref a = p.array("a"), c = p.array("c"), d = p.array("d");
  const std::uint32_t ac = p.k.assume_equal(a, c), cd = p.k.assume_equal(c, d);
  const std::uint32_t id = p.k.open_induction({{a, c}, {c, d}}, Symbol("n"), {ac, cd});
  auto assumed = [&](std::uint32_t condition, std::uint32_t step) {
    return p.by(Inference::assumed, {}, {}, {condition, id, step});
  };
  const std::vector<EquationId> right{assumed(ac, 0), assumed(cd, 0), assumed(ac, 1), assumed(cd, 1)};
  CHECK_NOTHROW(p.by(Inference::induction, {}, right, {id, 1}));
  for (std::size_t i = 0; i < right.size(); ++i)
    for (std::size_t j = i + 1; j < right.size(); ++j) {
      std::vector<EquationId> swapped = right;
      std::swap(swapped[i], swapped[j]);
      REJECTS(p.by(Inference::induction, {}, swapped, {id, 0}), "induction");
    }
}

TEST_CASE("a product of ones is one, a product of something else is not", "[condition]") {
  Prover p(with_lower({{"n", 0}}));
  const Index i = p.b.fresh(axis("n"));
  CHECK_NOTHROW(p.by(Inference::reduce_unused, {p.b.reduce(Op::mul, {i}, p.b.literal(1))}));
  REJECTS(p.by(Inference::reduce_unused, {p.b.reduce(Op::mul, {i}, p.b.literal(2))}), "idempotent");
  REJECTS(p.by(Inference::reduce_unused, {p.b.reduce(Op::add, {i}, p.b.literal(1))}), "idempotent");
  const Ref real = p.array("x"), ext = p.array("y", {}, DType::ext);
  CHECK_NOTHROW(p.by(Inference::evaluate, {p.b.add(Op::fin, {real})}));
  REJECTS(p.by(Inference::evaluate, {p.b.add(Op::fin, {ext})}), "only a box of literals");
}
