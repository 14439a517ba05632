// What once was accepted and is false: each test is the smallest derivation of it, and the reason it is refused now.
#include "kernel/support.hpp"

using namespace skein;

// exp(log x) == x when x > 0 for all i < n: with n = 0 nothing is assumed of x.
TEST_CASE("a condition over a possibly empty axis that it does not read is refused", "[soundness]") {
  for (int least : {0, 1}) {
    Prover p(with_lower({{"n", least}}));
    p.k.admit(axiom("exp_log"));
    const Ref x = p.array("x");
    const std::vector<InputPort> inputs{{Symbol("x"), {}, DType::real, Role::input}};
    p.k.assume_sign(x, Sign::positive);
    Step s;
    s.rule = Inference::instance;
    s.names = {Symbol("exp_log"), Symbol("a")};
    s.terms = {x};
    s.formals = {{}};
    s.signs = {p.sign(Inference::sign_assumed, Sign::positive, {}, {}, {0})};
    const EquationId e = p.k.prove(s);
    const Diagram left = p.diagram(inputs, {}, p.b.add(Op::exp, {p.b.add(Op::log, {x})})),
                  right = p.diagram(inputs, {}, x);
    const Condition when{Sign::positive, p.diagram(inputs, {p.b.fresh(axis("n"))}, x)};
    if (least == 1)
      CHECK(p.k.conclude(Symbol("claim"), {left, right, {when}}, e));
    else
      REJECTS(p.k.conclude(Symbol("claim"), {left, right, {when}}, e),
              "axis that it does not read and that may be empty");
  }
}

// With d = m - n, which the hypotheses make 0: R[j] = sum[k:1] X[j div d]; R[d*i] is R[0] for the solver, and X[i] by
// polynomial normal form: X would be constant.
TEST_CASE("an index is divided only by a size that is at least 1", "[soundness]") {
  const Size d = size_named("m") - size_named("n");
  Prover p(with_lower({}, {d, Size() - d}));
  const Index i = p.b.fresh(axis("m")), j = p.b.fresh(axis("m")), k = p.b.fresh({size_constant(1), {}});
  const Ref x = p.array("X", {axis("m")});
  const Ref quotient = p.b.view(x.wire, {floor_divide(index_variable(j), d)});
  const Ref r = p.b.reduce(Op::add, {k}, quotient);
  const Ref at_multiple = p.b.view(r.wire, {index_size(d) * index_variable(i)});
  const Ref at_zero = p.b.view(r.wire, {index_constant(0)});
  REJECTS(p.by(Inference::smt, {at_multiple, at_zero}), "divided by a size that may be 0");
  REJECTS(p.by(Inference::push_view, {at_multiple}), "divided by a size that may be 0");
  REJECTS(p.by(Inference::push_view, {p.b.view(quotient.wire, {index_size(d) * index_variable(i)})}), "may be 0");
  REJECTS(p.by(Inference::refl, {quotient}), "may be 0");
}

TEST_CASE("division by a size that hypotheses keep from 0 is allowed", "[soundness]") {
  const Size d = size_named("m") - size_named("n");
  Prover p(with_lower({}, {d - size_constant(1)}));
  const Ref x = p.array("X", {axis("m")});
  CHECK_NOTHROW(p.by(Inference::refl, {p.b.view(x.wire, {floor_divide(index_variable(p.b.fresh(axis("m"))), d)})}));
}

// sum[k:1-n] 1 is a sum of ones, so >= 0; it is not 1 - n, which would make every n at most 1.
TEST_CASE("a sum over an axis of negative size is not a multiple", "[soundness]") {
  const Size s = size_constant(1) - size_named("n");
  Prover p;
  const Ref sum = p.b.reduce(Op::add, {p.b.fresh({s, {}})}, p.b.literal(1));
  REJECTS(p.by(Inference::contraction, {sum, p.b.size_value(s)}), "may have a negative size");
  const Ref ones = p.b.reduce(Op::add, {p.b.fresh(axis("n"))}, p.b.literal(1));
  CHECK_NOTHROW(p.by(Inference::contraction, {ones, p.b.size_value(size_named("n"))}));
}

// The variable that stands for index 0 in a bound must not be the size variable of that name.
TEST_CASE("a size variable cannot pass for an index", "[soundness]") {
  Prover p;
  const Index i = p.b.fresh(axis("n"));
  const Size s = size_named(("#" + std::to_string(i.id)).c_str());
  const Ref c = p.b.cases({index_variable(i) - index_size(s)}, p.b.literal(1), p.b.literal(0));
  REJECTS(p.by(Inference::cases_then, {Ref{c.wire, {i}}}), "does not hold");
  Prover q(with_lower({}, {s - size_constant(10)}));
  const Index j = q.b.fresh(axis("n"));
  REQUIRE(j == i);
  const Ref d = q.b.cases({index_variable(j) - index_constant(10)}, q.b.literal(1), q.b.literal(0));
  REJECTS(q.by(Inference::cases_then, {Ref{d.wire, {j}}}), "does not hold");
}

TEST_CASE("conditions come before inductions", "[soundness]") {
  Prover p;
  const Ref one = p.b.literal(1);
  p.k.open_induction({{one, one}}, Symbol("n"));
  REJECTS(p.k.assume_sign(one, Sign::positive), "come before its derivation");
  REJECTS(p.k.assume_equal(one, one), "come before its derivation");
}

TEST_CASE("an induction is opened on terms that are read at all their indices", "[soundness]") {
  Prover p;
  const Ref a = p.array("A", {axis("n"), axis("m")}), c = p.array("C", {axis("m")});
  REJECTS(p.k.open_induction({{Ref{a.wire, {a.at[0]}}, c}}, Symbol("n")), "wrong number of indices");
  REJECTS(p.k.open_induction({{Ref{a.wire, {a.at[0], a.at[0]}}, c}}, Symbol("n")), "twice at one index");
  REJECTS(p.k.open_induction({{a, Ref{c.wire, {a.at[0]}}}}, Symbol("n")), "index of another size");
}

// A hypothesis about X[i], used for an array that already reads the index of the goal: the two must not become one.
TEST_CASE("an induction hypothesis does not identify indices of its goal", "[soundness]") {
  Prover p;
  const Ref x = p.array("X", {axis("m")}), y = p.array("Y", {axis("m"), axis("m")});
  const Index goal = x.at[0], formal = p.b.fresh(axis("m"));
  const std::uint32_t id = p.k.open_induction({{x, x}}, Symbol("n"));
  Step s;
  s.rule = Inference::hypothesis;
  s.numbers = {id, 0};
  s.names = {Symbol("X")};
  s.terms = {Ref{y.wire, {formal, goal}}};
  s.formals = {{formal}};
  REJECTS(p.k.prove(s), "twice at one index");
}

TEST_CASE("a certificate states its claim once", "[soundness]") {
  const std::string head = "skein-certificate 1\nclaim c\nbox 0 literal value=1\nbox 1 literal value=2\n";
  auto replay = [&](const std::string& tail) { return replay_certificate(head + tail, {}, {}); };
  CHECK_NOTHROW(replay("left out t=0()\nright out t=0()\ne0 refl t=0() => 0 0()\nconclude e0\n"));
  REJECTS(replay("left out t=1()\nleft out t=0()\nright out t=0()\ne0 refl t=0() => 0 0()\nconclude e0\n"),
          "given twice");
  REJECTS(replay("claim d\nleft out t=0()\n"), "named twice");
}

// w[n*i] > 0 for all i < m says nothing where m is 0; at n = 0 it would be w[0] > 0.
TEST_CASE("a condition at other sizes does not lose an axis that may be empty", "[soundness]") {
  for (int lower : {0, 1}) {
    Prover p(with_lower({{"n", 0}, {"m", lower}}));
    const Ref w = p.array("w", {{size_constant(1), {}}});
    const Index i = p.b.fresh(axis("m"));
    const Ref at = p.b.read(w, {{w.at[0], index_size(size_named("n")) * index_variable(i)}});
    const std::uint32_t positive = p.k.assume_sign(at, Sign::positive);
    const std::uint32_t id = p.k.open_induction({{at, at}}, Symbol("n"), {positive});
    if (lower)
      CHECK_NOTHROW(p.sign(Inference::sign_assumed, Sign::positive, {}, {}, {positive, id, 0}));
    else
      REJECTS(p.sign(Inference::sign_assumed, Sign::positive, {}, {}, {positive, id, 0}),
              "no longer reads an axis that may be empty");
  }
}

TEST_CASE("a claim that assumes what it says is vacuous, and its theorem says so", "[soundness]") {
  const Replay r = replay_certificate(
      "skein-certificate 1\nclaim bad\narray X real input [n:n]\nbox 0 input type=real name=X degree=n:n\n"
      "box 1 reduce fold=add bound=n:n in=0(0)\nleft out t=1()\nbox 2 literal value=1\nbox 3 add in=2();1()\n"
      "right out t=3()\ngiven out t=1();3()\ne0 assumed n=0 => 1 3()\nconclude e0\n",
      {}, {});
  CHECK(r.theorem->statement().given.size() == 1);
}
