// Models: what is equal in a structure has equal matrices, what is not is told apart.
#include "monoidal/model.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

#include "monoidal/support.hpp"

using skein::IllTyped;
using skein::Symbol;
using namespace skein::monoidal;
using namespace skein::monoidal::testing;

namespace {

// Whether some of the first random models tells the two apart.
bool told_apart(const OpenDiagram& a, const OpenDiagram& b) {
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    const Model m = random_model(a.signature(), random, Flavour::dense);
    if (evaluate(a, m) != evaluate(b, m)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("matrices of diagrams are composed and tensored matrices") {
  const Language l(Structure::markov, {{"f", 1, 1}, {"m", 2, 1}, {"coin", 0, 1}});
  Model m;
  m.dimension = {2};
  const auto q = [](int a, int b) { return mpq_class(a, b); };
  m.boxes = {
      {2, 2, {q(1, 2), q(1, 3), q(1, 2), q(2, 3)}}, {2, 4, {1, 0, 0, 1, 0, 1, 1, 0}}, {2, 1, {q(1, 2), q(1, 2)}}};
  CHECK(evaluate(l("f") >> l("f"), m).entries == std::vector<mpq_class>{q(5, 12), q(7, 18), q(7, 12), q(11, 18)});
  CHECK(evaluate(l("coin") >> l.copy(), m).entries == std::vector<mpq_class>{q(1, 2), 0, 0, q(1, 2)});
  CHECK(evaluate(l("coin") * l("coin"), m).entries == std::vector<mpq_class>(4, q(1, 4)));
  CHECK(evaluate(l.copy() >> (l.id() * l("f")), m).at(1, 0) == q(1, 2));  // first wire most significant
  CHECK(evaluate(l.swap() >> l("m"), m) == evaluate(l("m"), m));
  CHECK(evaluate(l("f") >> l.drop(), m).entries == std::vector<mpq_class>{1, 1});
  m.boxes[0].rows = 1;
  CHECK_THROWS_AS(evaluate(l("f"), m), IllTyped);
}

// 256^8 and 2^64 are 0 in 64 bits, of which every two matrices would be equal.
TEST_CASE("what is too wide to be evaluated is so, also where the number of its basis elements overflows") {
  for (auto structure : {Structure::symmetric, Structure::cartesian}) {
    const Language l(structure, {{"f", 1, 1}, {"wide", 64, 1}});
    Model m;
    m.dimension = {256};
    CHECK_THROWS_AS(size_of(Word(8, l.object()), m), std::length_error);
    CHECK_THROWS_AS(size_of(Word(9, l.object()), m), std::length_error);
    CHECK(size_of(Word(7, l.object()), m) == std::size_t{1} << 56);
    m.dimension = {2};
    const Language f(structure, {{"f", 1, 1}});
    m.boxes = {{2, 2, {0, 1, 1, 0}}};
    for (std::size_t n : {21u, 64u, 65u, 128u}) {
      const Rule r(Symbol("r"), f("f") * f.id(n - 1), f.id(n), true);
      CHECK_THROWS_AS(holds(r, m), std::length_error);
    }
    CHECK_FALSE(holds(Rule(Symbol("r"), f("f") * f.id(3), f.id(4), true), m));
    m.dimension = {0};
    CHECK_THROWS_AS(evaluate(f("f"), m), IllTyped);
    Random random(1);
    CHECK_THROWS_AS(
        [&] {
          for (int i = 0; i < 50; ++i) random_model(*l.signature(), random, Flavour::dense);
        }(),
        std::length_error);
  }
}

TEST_CASE("fractions are residues where models are modular") {
  const Language l(Structure::symmetric, {{"f", 1, 1}});
  Model m;
  m.dimension = {1};
  m.boxes = {{1, 1, {mpq_class(1, 2)}}};
  CHECK(evaluate(l("f"), m).entries == std::vector<mpq_class>{mpq_class(1073741824)});
  CHECK(evaluate(l("f") >> l("f"), m).entries == std::vector<mpq_class>{mpq_class(536870912)});
  m.boxes = {{1, 1, {mpq_class(-1)}}};
  CHECK(evaluate(l("f"), m).entries == std::vector<mpq_class>{model_modulus - 1});
  m.boxes = {{1, 1, {mpq_class(1, model_modulus)}}};
  CHECK_THROWS_AS(evaluate(l("f"), m), IllTyped);
}

TEST_CASE("coin ; copy and coin * coin are refuted as equal, f ; copy likewise") {
  const Language markov(Structure::markov, {{"coin", 0, 1}, {"f", 1, 1}, {"d", 1, 1, true}});
  CHECK(told_apart(markov("coin") >> markov.copy(), markov("coin") * markov("coin")));
  CHECK(told_apart(markov("f") >> markov.copy(), markov.copy() >> (markov("f") * markov("f"))));
  CHECK_FALSE(told_apart(markov("d") >> markov.copy(), markov.copy() >> (markov("d") * markov("d"))));
  CHECK_FALSE(told_apart(markov("f") >> markov.drop(), markov.drop()));
  const Language comonoid(Structure::comonoid, {{"f", 1, 1}});
  CHECK(told_apart(comonoid("f") >> comonoid.copy(), comonoid.copy() >> (comonoid("f") * comonoid("f"))));
  CHECK(told_apart(comonoid("f") >> comonoid.drop(), comonoid.drop()));
}

TEST_CASE("random diagrams are equal in their structure iff all of some random models agree") {
  Random random(5);
  for (auto structure : {Structure::symmetric, Structure::comonoid, Structure::markov, Structure::cartesian}) {
    const Language l(structure, {{"f", 1, 1}, {"d", 1, 1, structure == Structure::markov}, {"m", 2, 1}, {"c", 1, 2}});
    std::size_t same = 0, different = 0;
    for (int round = 0; round < 600; ++round) {
      const OpenDiagram a = random_diagram(random, l, 4, 2);
      OpenDiagram b = random_diagram(random, l, 4, 2);
      if (round % 2 == 0) {
        b = shuffled(random, a);
        normalise(b);
      }
      if (a.outputs().size() != b.outputs().size() || a.outputs().size() > 4) continue;
      (equal(a, b) ? same : different) += 1;
      REQUIRE(equal(a, b) == !told_apart(a, b));
    }
    CHECK(same > 100);
    CHECK(different > 20);
  }
}

TEST_CASE("rewriting by a rule that holds in a model changes no matrix") {
  Random random(9);
  for (auto structure : {Structure::symmetric, Structure::comonoid, Structure::markov, Structure::cartesian}) {
    std::size_t rewrites = 0;
    for (int round = 0; round < 1500; ++round) {
      const Language small(structure,
                           {{"f", 1, 1}, {"d", 1, 1, structure == Structure::markov}, {"m", 2, 1}, {"c", 1, 2}});
      const OpenDiagram left0 = random_diagram(random, small, below(random, 4), 1 + below(random, 2));
      // `new` is by definition the left side: its matrix is that of the left side.
      const bool shareable = structure == Structure::cartesian;
      const Language l(structure, {{"f", 1, 1},
                                   {"d", 1, 1, structure == Structure::markov},
                                   {"m", 2, 1},
                                   {"c", 1, 2},
                                   {"new", left0.inputs().size(), left0.outputs().size(), shareable}});
      const auto moved = [&](const OpenDiagram& d) {
        OpenDiagram out(l.signature());
        for (std::uint32_t n = 0; n < d.node_bound(); ++n) out.add_node(l.object());
        const auto list = [](std::span<const NodeId> s) { return std::vector<NodeId>(s.begin(), s.end()); };
        for (std::uint32_t b = 0; b < d.box_bound(); ++b)
          out.add_box(d.generator({b}), list(d.sources({b})), list(d.targets({b})));
        out.set_inputs(list(d.inputs()));
        out.set_outputs(list(d.outputs()));
        return out;
      };
      const OpenDiagram left = moved(left0), host = random_diagram(random, l, 6, 2);
      if (host.outputs().size() > 5) continue;
      const Rule rule(Symbol("new"), left, l("new"), true);
      Model m = random_model(*l.signature(), random, Flavour::dense, 2);
      m.boxes.back() = evaluate(left, m);
      REQUIRE(holds(rule, m));
      const Matrix before = evaluate(host, m);
      std::size_t seen = 0;
      for (Direction d : {Direction::forward, Direction::backward})
        Matcher(rule, d).each(host, [&](const Redex& x) {
          OpenDiagram after = host;
          apply(after, rule, d, x);
          REQUIRE(invalidity(after) == "");
          REQUIRE(evaluate(after, m) == before);
          ++rewrites;
          return ++seen < 20;
        });
    }
    CHECK(rewrites > 1000);
  }
}
