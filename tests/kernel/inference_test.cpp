// Each inference: what it accepts, and the reason for which each wrong variation of it is refused.
#include "kernel/support.hpp"

using namespace skein;

namespace {

Step split(const Ref& whole, const Size& a, const Size& b) {
  Step s;
  s.rule = Inference::reduce_split;
  s.terms = {whole};
  s.numbers = {0};
  s.sizes = {a, b};
  return s;
}

IndexExpression variable(Index i) { return index_variable(i); }

}  // namespace

TEST_CASE("a nested fold is read in the time of its size, and refused beyond a size", "[inference]") {
  Prover p;
  const Ref x = p.array("x"), y = p.array("y");
  const Ref both = p.b.add(Op::max, {x, y});
  Ref doubled = both;
  for (int i = 0; i < 45; ++i) doubled = p.b.add(Op::max, {doubled, doubled});
  CHECK_NOTHROW(p.by(Inference::lattice, {doubled, both}));
  REJECTS(p.by(Inference::lattice, {doubled, p.b.add(Op::max, {x, x})}), "differ as folds");
  // Every reading of a part that is folded again has bound indices of its own.
  Ref folded = p.array("z", std::vector<Axis>(30, axis("n")));
  for (int i = 0; i < 30; ++i) {
    const Ref inner = p.b.at_fresh(folded.wire);
    const Ref first = p.b.reduce(Op::max, {inner.at.front()}, inner),
              last = p.b.reduce(Op::max, {inner.at.back()}, inner);
    std::map<Index, Index> same;
    for (std::size_t k = 0; k < last.at.size(); ++k) same[last.at[k]] = first.at[k];
    folded = p.b.add(Op::max, {first, p.b.rename(last, same)});
  }
  REJECTS(p.by(Inference::lattice, {folded, folded}), "too many parts");
}

TEST_CASE("-inf is the unit of max, and of nothing else", "[inference]") {
  Prover p;
  const Ref x = p.array("x"), y = p.array("y"), bottom = p.b.neg_inf();
  const Ref most = p.b.add(Op::max, {bottom, x});
  CHECK_NOTHROW(p.by(Inference::lattice, {most, x}));
  CHECK_NOTHROW(p.by(Inference::lattice, {p.b.add(Op::max, {most, y}), p.b.add(Op::max, {y, x})}));
  REJECTS(p.by(Inference::lattice, {most, y}), "differ as folds");
  REJECTS(p.by(Inference::lattice, {most, bottom}), "differ as folds");
  REJECTS(p.by(Inference::lattice, {p.b.add(Op::max, {bottom, bottom}), x}), "differ as folds");
  // Over an empty axis a maximum is 0, whatever stands under it.
  const Index n = p.b.fresh(axis("n"));
  REJECTS(p.by(Inference::lattice, {p.b.add(Op::max, {p.b.reduce(Op::max, {n}, bottom), x}), x}), "differ as folds");
}

TEST_CASE("a leaf that is nested deeply is refused", "[inference]") {
  Prover p;
  Ref x = p.array("x");
  for (int i = 0; i < 400; ++i) x = p.b.add(Op::exp, {x});
  CHECK_NOTHROW(p.by(Inference::smt, {x, x}));
  for (int i = 0; i < 100000; ++i) x = p.b.add(Op::exp, {x});
  REJECTS(p.by(Inference::smt, {x, x}), "a leaf is nested too deeply");
  REJECTS(p.sign(Inference::sign_smt, Sign::positive, {x}), "a leaf is nested too deeply");
}

TEST_CASE("trans needs a common middle and does not identify indices", "[inference]") {
  Prover p;
  const Ref x = p.array("x"), y = p.array("y");
  const EquationId a = p.by(Inference::refl, {x}), c = p.by(Inference::refl, {y});
  CHECK_NOTHROW(p.by(Inference::trans, {}, {a, a}));
  REJECTS(p.by(Inference::trans, {}, {a, c}), "do not meet in the middle");
  REJECTS(p.by(Inference::trans, {}, {a}), "an equation is missing");

  const Ref z = p.array("Z", {axis("n"), axis("n")});
  const EquationId zero = p.by(Inference::contraction, {p.b.literal(0), p.b.add(Op::mul, {p.b.literal(0), z})});
  CHECK_NOTHROW(p.by(Inference::trans, {}, {p.by(Inference::refl, {p.b.literal(0)}), zero}));
  REJECTS(p.by(Inference::trans, {},
               {p.by(Inference::contraction,
                     {p.b.add(Op::mul, {p.b.literal(0), p.array("v", {axis("n")})}), p.b.literal(0)}),
                zero},
               {0, 0}),
          "matched with one");
  REJECTS(p.by(Inference::trans, {},
               {p.by(Inference::contraction,
                     {p.b.add(Op::mul, {p.b.literal(0), p.array("v", {axis("m")})}), p.b.literal(0)}),
                zero},
               {0}),
          "matched with one of another size");
}

TEST_CASE("congruence rewrites the input that it names, in deterministic boxes", "[inference]") {
  Prover p;
  const Ref x = p.array("x"), y = p.array("y"), sum = p.b.add(Op::add, {x, y}), less = p.b.add(Op::less, {x, y});
  const EquationId e = p.by(Inference::contraction, {x, p.b.add(Op::mul, {p.b.literal(1), x})});
  const std::uint32_t port = p.b.box(sum.wire).inputs[0].wire == x.wire ? 0 : 1;
  CHECK_NOTHROW(p.by(Inference::congruence, {sum}, {e}, {port}));
  REJECTS(p.by(Inference::congruence, {sum}, {e}, {1 - port}), "not about the input of the box");
  REJECTS(p.by(Inference::congruence, {sum}, {e}, {2}), "an input that does not exist");
  REJECTS(p.by(Inference::congruence, {sum}, {e}, {}), "one input for each equation");
  CHECK_NOTHROW(p.by(Inference::congruence, {less}, {e}, {0}));
  REJECTS(p.by(Inference::congruence, {less}, {e}, {1}), "not about the input of the box");
  REJECTS(p.by(Inference::congruence, {p.b.opaque(Symbol("dropout"), {x}, false)}, {e}, {0}),
          "inside a stochastic box");
}

TEST_CASE("an equation is not used where a view may leave its range", "[inference]") {
  Prover p;
  const Ref x = p.array("X", {axis("n")});
  const EquationId e = p.by(Inference::contraction, {x, p.b.add(Op::mul, {p.b.literal(1), x})});
  const Index i = p.b.fresh(axis("n"));
  const Ref reversed = p.b.view(x.wire, {index_size(size_named("n")) - index_constant(1) - variable(i)});
  const Ref shifted = p.b.view(x.wire, {variable(i) + index_constant(1)});
  CHECK_NOTHROW(p.by(Inference::congruence, {reversed}, {e}, {0}));
  REJECTS(p.by(Inference::congruence, {shifted}, {e}, {0}), "may leave the range");
}

TEST_CASE("what a guarded view reads is rewritten in range of the guards of its branch", "[inference]") {
  Prover p;
  const Size n = size_named("n");
  const Ref x = p.array("X", {axis("n")}), zero = p.b.literal(0);
  const EquationId e = p.by(Inference::contraction, {x, p.b.add(Op::mul, {p.b.literal(1), x})});
  const Index i = p.b.fresh({n + n, Symbol()});
  const IndexExpression first = index_size(n) - index_constant(1) - variable(i);  // >= 0 in the first half
  const Ref head = p.b.view(x.wire, {variable(i)}), tail = p.b.view(x.wire, {variable(i) - index_size(n)});
  auto rewritten = [&](const std::vector<IndexExpression>& guards, const Ref& a, const Ref& b, std::uint32_t port) {
    return p.by(Inference::congruence, {p.b.cases(guards, a, b)}, {e}, {port});
  };
  CHECK_NOTHROW(rewritten({first}, head, tail, 0));
  CHECK_NOTHROW(rewritten({first}, head, tail, 1));
  CHECK_NOTHROW(rewritten({first, variable(i) - index_constant(3)}, head, zero, 0));
  REJECTS(rewritten({first + index_constant(1)}, head, zero, 0), "may leave the range");  // one too far
  REJECTS(rewritten({first - index_constant(1)}, zero, tail, 1), "may leave the range");  // one too early
  REJECTS(rewritten({first}, tail, head, 0), "may leave the range");                      // the wrong branches
  REJECTS(rewritten({first}, tail, head, 1), "may leave the range");
  REJECTS(rewritten({first, variable(i) - index_constant(3)}, zero, tail, 1), "may leave the range");  // either failed
  REJECTS(p.by(Inference::congruence, {p.b.add(Op::add, {p.b.literal(1), head})}, {e}, {1}), "not about the input");
  const EquationId other = p.by(Inference::refl, {p.array("Y", {axis("n")})});
  REJECTS(p.by(Inference::congruence, {p.b.cases({first}, head, tail)}, {other}, {0}), "not about the input");
}

TEST_CASE("ring laws", "[inference]") {
  Prover p;
  const Ref x = p.array("X", {axis("n")}), y = p.array("y"), m = p.array("M", {}, DType::ext);
  const Ref total = p.b.reduce(Op::add, x.at, x);
  CHECK_NOTHROW(p.by(Inference::contraction,
                     {p.b.reduce(Op::add, x.at, p.b.add(Op::mul, {x, y})), p.b.add(Op::mul, {total, y})}));
  REJECTS(
      p.by(Inference::contraction, {p.b.reduce(Op::add, x.at, p.b.add(Op::add, {x, y})), p.b.add(Op::add, {total, y})}),
      "differ as sums");
  REJECTS(p.by(Inference::contraction,
               {p.b.reduce(Op::add, x.at, p.b.add(Op::mul, {x, x})), p.b.add(Op::mul, {total, total})}),
          "differ as sums");
  REJECTS(p.by(Inference::contraction, {p.b.add(Op::exp, {p.b.add(Op::add, {y, y})}),
                                        p.b.add(Op::add, {p.b.add(Op::exp, {y}), p.b.add(Op::exp, {y})})}),
          "differ as sums");
  REJECTS(p.by(Inference::contraction, {p.b.add(Op::add, {m, y}), p.b.add(Op::add, {y, m})}), "for reals only");
}

TEST_CASE("an equation over a possibly empty axis keeps its slot", "[inference]") {
  // 0*v[i] == 0 and 0*w[i] == 1*0: from c == d for all i < n nothing follows about c and d alone when n may be 0.
  for (int least : {0, 1}) {
    Prover p(with_lower({{"n", least}}));
    const Ref v = p.array("v", {axis("n")}), zero = p.b.literal(0);
    const EquationId down = p.by(Inference::contraction, {p.b.add(Op::mul, {zero, v}), zero});
    const EquationId up = p.by(Inference::sym, {}, {down});
    const EquationId round = p.by(Inference::trans, {}, {up, down});
    CHECK(p.k.equation(round).extra.size() == (least ? 0 : 1));
    const Diagram d = p.diagram({}, {}, zero);
    if (least)
      CHECK(p.k.conclude(Symbol("claim"), {d, d}, round));
    else
      REJECTS(p.k.conclude(Symbol("claim"), {d, d}, round), "holds only if an axis of size n is not empty");
  }
}

TEST_CASE("mean of a constant over a possibly empty axis is not derivable", "[inference]") {
  // mean[n] c = sum[n] c * inv |n|: c * (|n| * inv |n|), and |n| is not known to be nonzero.
  for (int least : {0, 1}) {
    Prover p(with_lower({{"n", least}}));
    const Ref size = p.b.size_value(size_named("n"));
    if (least)
      CHECK_NOTHROW(p.sign(Inference::sign_rule, Sign::nonzero, {size}));
    else
      REJECTS(p.sign(Inference::sign_rule, Sign::nonzero, {size}), "does not follow");
    const Ref c = p.array("c"),
              mean = p.b.add(Op::mul, {p.b.reduce(Op::add, {p.b.fresh(axis("n"))}, c), p.b.add(Op::inv, {size})});
    REJECTS(p.by(Inference::contraction, {mean, c}), "differ as sums");
    const Ref n_c = p.b.add(Op::mul, {size, c, p.b.add(Op::inv, {size})});
    if (least)
      CHECK_NOTHROW(p.by(Inference::smt, {n_c, c}));
    else
      REJECTS(p.by(Inference::smt, {n_c, c}), "did not confirm");
  }
}

TEST_CASE("an unused axis is left out of idempotent folds over something", "[inference]") {
  for (int least : {0, 1}) {
    Prover p(with_lower({{"n", least}}));
    const Ref y = p.array("y");
    const Index k = p.b.fresh(axis("n"));
    const Ref folded = p.b.reduce(Op::max, {k}, y);
    if (least)
      CHECK_NOTHROW(p.by(Inference::reduce_unused, {folded}));
    else
      REJECTS(p.by(Inference::reduce_unused, {folded}), "may be empty cannot be left out");
    REJECTS(p.by(Inference::reduce_unused, {p.b.reduce(Op::add, {k}, y)}), "idempotent fold only");
  }
}

TEST_CASE("a reduction is split into parts that add up, inhabited ones for max and min", "[inference]") {
  Prover p(with_lower({{"a", 0}, {"b", 1}}));
  const Size a = size_named("a"), b = size_named("b");
  const Ref x = p.array("X", {{a + b, {}}});
  for (Op fold : {Op::add, Op::mul}) {
    CHECK_NOTHROW(p.k.prove(split(p.b.reduce(fold, x.at, x), a, b)));
    REJECTS(p.k.prove(split(p.b.reduce(fold, x.at, x), a + b + size_constant(1), size_constant(-1))),
            "may be negative");
    REJECTS(p.k.prove(split(p.b.reduce(fold, x.at, x), a, a)), "do not add up");
  }
  for (Op fold : {Op::max, Op::min}) REJECTS(p.k.prove(split(p.b.reduce(fold, x.at, x), a, b)), "may be empty");
}

TEST_CASE("a re-indexing is a bijection of ranges", "[inference]") {
  Prover p;
  const Size n = size_named("n"), m = size_named("m");
  const Ref x = p.array("X", {{n * m, {}}});
  const Ref whole = p.b.reduce(Op::add, x.at, x);
  auto step = [&](const std::vector<Index>& fresh, const std::vector<IndexExpression>& e) {
    Step s;
    s.rule = Inference::reindex;
    s.terms = {whole, x};
    s.indices = fresh;
    s.index = e;
    return s;
  };
  const Index k = x.at[0], i = p.b.fresh(axis("n")), j = p.b.fresh(axis("m")), l = p.b.fresh({n * m, {}});
  const IndexExpression merged = index_size(m) * variable(i) + variable(j);
  CHECK_NOTHROW(p.k.prove(step({i, j}, {merged, floor_divide(variable(k), m), modulo(variable(k), m)})));
  const IndexExpression back = index_size(n * m) - index_constant(1) - variable(l);
  CHECK_NOTHROW(p.k.prove(step({l}, {back, index_size(n * m) - index_constant(1) - variable(k)})));
  REJECTS(p.k.prove(step({i, j}, {index_size(n) * variable(i) + variable(j), floor_divide(variable(k), m),
                                  modulo(variable(k), m)})),
          "a reindexing");
  REJECTS(p.k.prove(step({l}, {index_constant(0), variable(k)})), "not a bijection");
  REJECTS(p.k.prove(step({l}, {variable(l) + index_constant(1), variable(k) - index_constant(1)})), "leaves the range");
  REJECTS(p.k.prove(step({i}, {variable(i), variable(k)})), "leaves the range");
  REJECTS(p.k.prove(step({k}, {variable(k), variable(k)})), "in use");
  REJECTS(p.k.prove(step({l}, {variable(i), variable(k)})), "out of scope");
  REJECTS(p.k.prove(step({l}, {variable(l)})), "both ways");
}

TEST_CASE("a delta in a sum picks one summand, if it is in range", "[inference]") {
  Prover p;
  const Ref x = p.array("X", {axis("n")});
  const Index k = x.at[0], i = p.b.fresh(axis("n"));
  auto sum = [&](const IndexExpression& a, const IndexExpression& b, const Rational& otherwise, Op fold) {
    return p.b.reduce(fold, {k}, p.b.cases({a, b}, x, p.b.literal(otherwise)));
  };
  const IndexExpression d = variable(k) - variable(i), zero;
  CHECK_NOTHROW(p.by(Inference::delta, {sum(d, zero - d, 0, Op::add)}));
  REJECTS(p.by(Inference::delta, {sum(d, zero - d, 1, Op::add)}), "needs 0 in the other case");
  REJECTS(p.by(Inference::delta, {sum(d, zero - d + index_constant(1), 0, Op::add)}), "needs the guard k == e");
  REJECTS(p.by(Inference::delta, {sum(d + d, zero - d - d, 0, Op::add)}), "needs the guard k == e");
  REJECTS(p.by(Inference::delta, {sum(d, zero - d, 0, Op::max)}), "about sums");
}

TEST_CASE("cases are decided by what holds in range", "[inference]") {
  Prover p;
  const Ref a = p.array("a"), b = p.array("b");
  const Index i = p.b.fresh(axis("n"));
  auto cases = [&](const IndexExpression& g) { return p.b.cases({g}, a, b); };
  CHECK_NOTHROW(p.by(Inference::cases_then, {cases(variable(i))}));
  REJECTS(p.by(Inference::cases_then, {cases(variable(i) - index_constant(1))}), "does not hold for all");
  CHECK_NOTHROW(p.by(Inference::cases_else, {cases(index_constant(-1) - variable(i))}));
  REJECTS(p.by(Inference::cases_else, {cases(IndexExpression() - variable(i))}), "does not fail for all");
  REJECTS(p.by(Inference::cases_same, {cases(variable(i))}), "branches differ");
  const Ref inner = cases(variable(i) - index_constant(1));
  CHECK_NOTHROW(p.by(Inference::cases_nested, {p.b.cases({variable(i) - index_constant(2)}, inner, b)}, {}, {0}));
  REJECTS(p.by(Inference::cases_nested, {p.b.cases({variable(i)}, inner, b)}, {}, {0}), "does not decide");
  REJECTS(p.by(Inference::cases_nested, {p.b.cases({variable(i), variable(i)}, b, inner)}, {}, {1}),
          "conjunction says nothing");
  const Ref x = p.array("X", {axis("n")});
  const Ref masked = p.b.cases({variable(x.at[0]) - index_constant(1)}, x, b);
  CHECK_NOTHROW(p.by(Inference::cases_hoist, {p.b.add(Op::exp, {masked})}, {}, {0}));
  REJECTS(p.by(Inference::cases_hoist, {p.b.reduce(Op::add, x.at, masked)}, {}, {0}), "guard reads a bound index");
}

TEST_CASE("views slide past deterministic boxes only", "[inference]") {
  Prover p;
  const Ref x = p.array("X", {axis("n")});
  const IndexExpression first = index_constant(0);
  CHECK_NOTHROW(p.by(Inference::push_view, {p.b.view(p.b.add(Op::exp, {x}).wire, {first})}));
  REJECTS(p.by(Inference::push_view, {p.b.view(p.b.opaque(Symbol("dropout"), {x}, false).wire, {first})}),
          "deterministic boxes only");
  REJECTS(p.by(Inference::push_view, {p.b.view(x.wire, {first})}), "of an input");
}

TEST_CASE("signs of boxes", "[inference]") {
  Prover p(with_lower({{"e", 0}}));
  const Ref x = p.array("x"), m = p.array("m", {}, DType::ext);
  const SignId exp = p.sign(Inference::sign_rule, Sign::positive, {p.b.add(Op::exp, {x})});
  REJECTS(p.sign(Inference::sign_rule, Sign::positive, {p.b.add(Op::exp, {m})}), "does not follow");
  REJECTS(p.sign(Inference::sign_rule, Sign::nonnegative, {x}), "does not follow");
  const Ref positive{p.k.fact(exp).wire, {}};
  CHECK_NOTHROW(
      p.sign(Inference::sign_rule, Sign::positive, {p.b.reduce(Op::add, {p.b.fresh(axis("n"))}, positive)}, {exp}));
  CHECK_NOTHROW(
      p.sign(Inference::sign_rule, Sign::nonnegative, {p.b.reduce(Op::add, {p.b.fresh(axis("e"))}, positive)}, {exp}));
  REJECTS(p.sign(Inference::sign_rule, Sign::positive, {p.b.reduce(Op::add, {p.b.fresh(axis("e"))}, positive)}, {exp}),
          "does not follow");
  REJECTS(p.sign(Inference::sign_rule, Sign::nonzero, {p.b.reduce(Op::max, {p.b.fresh(axis("e"))}, positive)}, {exp}),
          "does not follow");
  CHECK_NOTHROW(p.sign(Inference::sign_rule, Sign::nonnegative, {p.b.add(Op::mul, {x, x})}));

  // The value of an index is that of a place in range.
  const Index k = p.b.fresh(axis("n"));
  const IndexExpression last = index_size(p.b.axis(k).size) - index_constant(1);
  auto value = [&](const IndexExpression& e) { return std::vector<Ref>{p.b.index_value(e)}; };
  CHECK_NOTHROW(p.sign(Inference::sign_rule, Sign::nonnegative, value(variable(k))));
  CHECK_NOTHROW(p.sign(Inference::sign_rule, Sign::nonnegative, value(last - variable(k))));
  CHECK_NOTHROW(p.sign(Inference::sign_rule, Sign::nonzero, value(variable(k) + index_constant(1))));
  CHECK_NOTHROW(p.sign(Inference::sign_rule, Sign::positive, value(last - variable(k) + index_constant(1))));
  for (const Sign sign : {Sign::positive, Sign::nonzero}) {
    REJECTS(p.sign(Inference::sign_rule, sign, value(variable(k))), "does not follow");
    REJECTS(p.sign(Inference::sign_rule, sign, value(last - variable(k))), "does not follow");
  }
  REJECTS(p.sign(Inference::sign_rule, Sign::nonnegative, value(variable(k) - index_constant(1))), "does not follow");
  REJECTS(p.sign(Inference::sign_rule, Sign::nonnegative, value(last - index_constant(1) - variable(k))),
          "does not follow");
  REJECTS(p.sign(Inference::sign_rule, Sign::positive, {p.b.add(Op::mul, {x, x})}), "does not follow");
  REJECTS(p.sign(Inference::sign_rule, Sign::nonnegative, {p.b.add(Op::mul, {x, x, p.array("y")})}), "does not follow");
  REJECTS(p.sign(Inference::sign_rule, Sign::nonzero, {p.b.add(Op::add, {positive, x})}, {exp}), "does not follow");
  REJECTS(p.sign(Inference::sign_assumed, Sign::positive, {}, {}, {0}), "no such condition");
}

TEST_CASE("a sign is not carried over an equation that may hold of nothing", "[inference]") {
  for (int least : {0, 1}) {
    Prover p(with_lower({{"n", least}}));
    const Ref v = p.array("v", {axis("n")}), one = p.b.literal(1);
    const Ref left = p.b.add(Op::add, {one, p.b.add(Op::mul, {p.b.literal(0), p.b.add(Op::exp, {v})})});
    const EquationId e = p.by(Inference::contraction, {left, one});
    const SignId s = p.sign(Inference::sign_smt, Sign::positive, {left});
    if (least)
      CHECK_NOTHROW(p.sign(Inference::sign_transport, Sign::positive, {}, {s}, {}, {e}));
    else
      REJECTS(p.sign(Inference::sign_transport, Sign::positive, {}, {s}, {}, {e}), "may hold of no index at all");
  }
}

TEST_CASE("leaves: the solver decides, premises need their index", "[inference]") {
  Prover p(with_lower({{"n", 0}}));
  const Ref x = p.array("X", {axis("n")}), y = p.array("y"), m = p.array("m", {}, DType::ext);
  CHECK_NOTHROW(p.by(Inference::smt, {p.b.add(Op::max, {x, x}), x}));
  REJECTS(p.by(Inference::smt, {p.b.add(Op::inv, {p.b.add(Op::inv, {y})}), p.b.literal(1)}), "did not confirm");
  REJECTS(p.by(Inference::smt, {p.b.add(Op::mul, {y, p.b.add(Op::inv, {y})}), p.b.literal(1)}), "did not confirm");
  REJECTS(p.by(Inference::smt, {p.b.add(Op::fin, {m}), m}), "did not confirm");
  REJECTS(p.by(Inference::smt, {p.b.add(Op::max, {m, p.b.neg_inf()}), p.b.neg_inf()}), "did not confirm");
  CHECK_NOTHROW(p.by(Inference::smt, {p.b.add(Op::max, {m, p.b.neg_inf()}), m}));
  CHECK_NOTHROW(p.by(Inference::smt, {p.b.add(Op::add, {m, p.b.neg_inf()}), p.b.neg_inf()}));
  REJECTS(p.by(Inference::smt, {p.b.opaque(Symbol("dropout"), {y}, false), y}), "stochastic box");
  REJECTS(p.by(Inference::smt, {p.b.add(Op::less, {y, y}), y}), "a boolean and a number");
  // A premise over a possibly empty axis stays as a slot of the conclusion.
  const SignId positive = p.sign(Inference::sign_rule, Sign::positive, {p.b.add(Op::exp, {x})});
  const Ref exp{p.k.fact(positive).wire, x.at};
  const EquationId e = p.by(Inference::smt, {y, p.b.add(Op::max, {y, y}), exp}, {}, {}, {positive});
  CHECK(p.k.equation(e).extra == std::vector<Size>{size_named("n")});
  REJECTS(p.sign(Inference::sign_smt, Sign::positive, {p.b.literal(1), exp}, {positive}),
          "premise over an axis that may be empty");
  REJECTS(p.by(Inference::smt, {y, y, y}, {}, {}, {positive}), "about another wire");
}

TEST_CASE("evaluation knows rational values only", "[inference]") {
  Prover p;
  auto of = [&](Op op, const Rational& q) { return p.by(Inference::evaluate, {p.b.add(op, {p.b.literal(q)})}); };
  auto value = [&](EquationId e) { return p.b.box(p.k.equation(e).rhs).value; };
  CHECK(value(of(Op::inv, 0)) == 0);
  CHECK(value(of(Op::inv, Rational(-2, 3))) == Rational(-3, 2));
  CHECK(value(of(Op::sqrt, Rational(4, 9))) == Rational(2, 3));
  CHECK(value(of(Op::sqrt, -4)) == 0);
  CHECK(value(of(Op::log, -1)) == 0);
  REJECTS(of(Op::sqrt, 2), "not a rational number");
  REJECTS(of(Op::exp, 1), "not a rational number");
  REJECTS(p.by(Inference::evaluate, {p.b.add(Op::inv, {p.array("x")})}), "only a box of literals");
}
