// Metamorphic tests of the normaliser: a random diagram and its normal form have one value, and the certificate of
// their equality replays in a fresh kernel.
#include "rewrite/normalise.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "kernel/certificate.hpp"
#include "kernel/ledger.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

Symbol name(const char* s) { return Symbol(s); }

// Random well-behaved real terms over axes n, m and n*m: no poles, no growth beyond small exponentials.
struct RandomTerm {
  std::mt19937 random;
  DiagramBuilder b;
  Size n = size_variable(name("n")), m = size_variable(name("m"));
  Index i = b.fresh({n, name("n")}), i2 = b.fresh({n, name("n")}), j = b.fresh({m, name("m")});
  Index k = b.fresh({n * m, name("k")}), c = b.fresh({n + m, name("c")});
  std::vector<InputPort> ports{{name("x"), {{n, name("n")}}},
                               {name("A"), {{n, name("n")}, {m, name("m")}}},
                               {name("w"), {{n * m, name("k")}}},
                               {name("v"), {{n + m, name("c")}}},
                               {name("s"), {}}};

  explicit RandomTerm(unsigned seed) : random(seed) {}
  unsigned below(unsigned limit) { return random() % limit; }

  Ref array(const char* which) {
    for (const InputPort& p : ports)
      if (p.name == name(which)) return b.input(p.name, p.axes);
    throw std::logic_error("no such input");
  }
  Ref at(const char* which, const std::vector<IndexExpression>& where) {
    const Ref r = array(which);
    IndexMap map;
    for (std::size_t s = 0; s < where.size(); ++s) map[r.at[s]] = where[s];
    return b.read(r, map);
  }
  Ref leaf() {
    const Index row = below(2) ? i : i2;
    switch (below(9)) {
      case 0: return at("x", {index_variable(row)});
      case 1: return at("A", {index_variable(row), index_variable(j)});
      case 2: return at("w", {index_size(m) * index_variable(row) + index_variable(j)});
      case 3: return at("A", {floor_divide(index_variable(k), m), modulo(index_variable(k), m)});
      case 4: return at("v", {index_variable(row)});
      case 5: return at("v", {index_size(n) + index_variable(j)});
      case 6:
        return b.cases({index_size(n) - index_constant(1) - index_variable(c)}, at("x", {index_variable(c)}),
                       at("v", {index_variable(c)}));
      case 7: return b.literal(Rational(static_cast<int>(below(7)) - 3, 2));
      default: return below(2) ? array("s") : b.size_value(m);
    }
  }
  Ref squash(const Ref& r) {  // into (0, 1)
    return b.add(Op::inv, {b.add(Op::add, {b.literal(1), b.add(Op::exp, {r})})});
  }
  Ref small(const Ref& r) { return b.add(Op::mul, {b.literal(Rational(1, 8)), squash(r)}); }
  Ref term(int depth) {
    if (depth == 0) return leaf();
    const Ref r = term(depth - 1);
    switch (below(11)) {
      case 0: return b.add(Op::add, {r, term(depth - 1)});
      case 1: return b.add(Op::mul, {r, squash(term(depth - 1))});
      case 2: return b.add(Op::exp, {b.add(Op::add, {small(r), small(term(depth - 1))})});
      case 3: return b.add(Op::max, {r, term(depth - 1)});
      case 4: return b.add(Op::sqrt, {b.add(Op::add, {b.literal(1), b.add(Op::mul, {r, r})})});
      case 5: return b.add(Op::mul, {b.literal(-1), r});
      case 6: return b.add(Op::mul, {r, b.add(Op::inv, {b.add(Op::exp, {small(term(depth - 1))})})});
      case 7: return squash(r);
      default: {
        std::vector<Index> bound;
        for (Index t : r.at)
          if (below(2)) bound.push_back(t);
        if (bound.empty()) return r;
        return b.reduce(below(4) ? Op::add : Op::max, bound, r);
      }
    }
  }
};

LeafOracle oracle() {
  static Z3Oracle z3;
  return z3.oracle();
}

RuleBook& book() {
  static RuleBook rules(oracle(), std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs/ledger");
  return rules;
}

}  // namespace

TEST_CASE("normal forms have the value of what they came from, and the kernel agrees") {
  int changed = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    RandomTerm t(seed);
    const Ref r = t.term(4);
    const Diagram left = freeze(t.b, name("random"), {}, t.ports, {{name("out"), r.at, r}});

    Kernel k({}, oracle());
    book().equip(k);
    const Output o = thaw(k.arena(), left).front();
    Normaliser normaliser(k);
    const Rewrite w = normaliser.normal(o.value);
    changed += w.to.wire != w.from.wire;
    const Diagram right = freeze(k.arena(), name("normal"), {}, t.ports, {{name("out"), o.axes, w.to}});

    for (unsigned instance = 1; instance <= 2; ++instance) {
      const Environment e = sample({&left, &right}, seed * 10 + instance);
      const Array a = evaluate(left, e).front(), c = evaluate(right, e).front();
      REQUIRE(a.shape == c.shape);
      double scale = 1e-3, difference = 0;
      for (std::size_t p = 0; p < a.data.size(); ++p) {
        scale = std::max(scale, std::abs(a.data[p]));
        difference = std::max(difference, std::abs(a.data[p] - c.data[p]));
      }
      INFO("seed " << seed);
      CHECK(difference <= 1e-8 * scale);
    }
    const std::string certificate = write_certificate(k, name("random"), {left, right, {}}, w.proof);
    const Replay replay = replay_certificate(certificate, book().ledger().source(), oracle());
    CHECK(replay.theorem->name() == name("random"));
  }
  CHECK(changed > 100);
}

TEST_CASE("a normal form is normal") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    RandomTerm t(seed);
    const Ref r = t.term(3);
    const Diagram d = freeze(t.b, name("random"), {}, t.ports, {{name("out"), r.at, r}});
    Kernel k({}, oracle());
    book().equip(k);
    const Rewrite once = Normaliser(k).normal(thaw(k.arena(), d).front().value);
    const Rewrite twice = Normaliser(k).normal(once.to);
    INFO("seed " << seed);
    CHECK(twice.to.wire == once.to.wire);
  }
}

TEST_CASE("a sum is not exchanged with a function") {
  Kernel k({}, oracle());
  book().equip(k);
  DiagramBuilder& b = k.arena();
  const Ref x = b.input(name("x"), {{size_variable(name("n")), name("n")}});
  const Ref exp_of_sum = b.add(Op::exp, {b.reduce(Op::add, x.at, x)});
  const Ref sum_of_exp = b.reduce(Op::add, x.at, b.add(Op::exp, {x}));
  Normaliser n(k);
  CHECK(n.normal(exp_of_sum).to != n.normal(sum_of_exp).to);
}
