#include "graph/isomorphism.hpp"

#include <catch2/catch.hpp>

#include "graph/canonical_form.hpp"
#include "graph/random_diagram.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

std::string text(const Diagram& d) { return canonical_form(d).text; }

// n draws from one input, combined in a ring: every draw looks like every other.
Diagram ring_of_draws(std::size_t n, std::size_t rings) {
  DiagramBuilder b;
  const Axis axis{size_variable(Symbol("n")), {}};
  const Ref x = b.input(Symbol("x"), {axis});
  std::vector<Ref> edges;
  for (std::size_t ring = 0; ring < rings; ++ring) {
    std::vector<Ref> draws;
    for (std::size_t k = 0; k < n; ++k) draws.push_back(b.opaque(Symbol("draw"), {x}, false));
    for (std::size_t k = 0; k < n; ++k) edges.push_back(b.add(Op::mul, {draws[k], draws[(k + 1) % n]}));
  }
  return freeze(b, Symbol("ring"), {}, {{Symbol("x"), {axis}}}, {{Symbol("y"), x.at, b.add(Op::add, edges)}});
}

}  // namespace

TEST_CASE("the search finds an isomorphism to every shuffled copy, and the canonical text does not change") {
  Random random(1);
  for (int round = 0; round < 600; ++round) {
    const Diagram d = random_diagram(random, 1 + below(random, 14));
    const Diagram copy = shuffled(random, d);
    INFO(text(d) << "---\n" << text(copy));
    REQUIRE(find_isomorphism(d, copy).has_value());
    REQUIRE(text(d) == text(copy));
  }
}

TEST_CASE("search and canonical text agree with the trial of all bijections on one-place mutants") {
  Random random(2);
  int equal = 0, different = 0;
  for (int round = 0; round < 6000 && different < 250; ++round) {
    const Diagram d = random_diagram(random, 1 + below(random, 5));
    if (!small(d)) continue;
    const std::optional<Diagram> m = mutant(random, d);
    if (!m) continue;
    const Diagram copy = shuffled(random, *m);
    const bool expected = isomorphic_by_trial(d, copy);
    ++(expected ? equal : different);
    INFO(text(d) << "---\n" << text(copy));
    REQUIRE(find_isomorphism(d, copy).has_value() == expected);
    REQUIRE((text(d) == text(copy)) == expected);
  }
  CHECK(equal > 20);
  CHECK(different > 200);
}

TEST_CASE("search and canonical text agree with the trial of all bijections on pairs of a population") {
  Random random(3);
  std::vector<Diagram> population;
  while (population.size() < 60)
    if (Diagram d = random_diagram(random, 1 + below(random, 3)); small(d)) population.push_back(shuffled(random, d));
  int equal = 0;
  for (const Diagram& a : population)
    for (const Diagram& b : population) {
      const bool expected = isomorphic_by_trial(a, b);
      equal += expected && &a != &b;
      INFO(text(a) << "---\n" << text(b));
      REQUIRE(find_isomorphism(a, b).has_value() == expected);
      REQUIRE((text(a) == text(b)) == expected);
    }
  CHECK(equal > 10);
}

TEST_CASE("colour refinement cannot tell a ring of six draws from two rings of three, the search can") {
  const Diagram six = ring_of_draws(6, 1), threes = ring_of_draws(3, 2);
  CHECK_FALSE(find_isomorphism(six, threes));
  CHECK(text(six) != text(threes));
  Random random(4);
  CHECK(find_isomorphism(six, shuffled(random, six)));
  CHECK(text(threes) == text(shuffled(random, threes)));
}

TEST_CASE("interchangeable draws are matched without trying their permutations") {
  Random random(5);
  DiagramBuilder b;
  const Axis axis{size_variable(Symbol("n")), {}};
  const Ref x = b.input(Symbol("x"), {axis});
  std::vector<Ref> draws;
  for (int k = 0; k < 30; ++k) draws.push_back(b.opaque(Symbol("draw"), {x}, false));
  const Diagram d = freeze(b, Symbol("d"), {}, {{Symbol("x"), {axis}}}, {{Symbol("y"), x.at, b.add(Op::add, draws)}});
  const Diagram copy = shuffled(random, d);
  CHECK(find_isomorphism(d, copy));
  CHECK(text(d) == text(copy));
}

TEST_CASE("a witness that is wrong in one place is refused") {
  Random random(6);
  int refused = 0;
  for (int round = 0; round < 200; ++round) {
    const Diagram d = random_diagram(random, 6), copy = shuffled(random, d);
    const auto w = find_isomorphism(d, copy);
    REQUIRE(w);
    const std::uint32_t k = below(random, d.boxes().size());
    IsomorphismWitness wrong = *w;
    wrong.wire[k].id = (wrong.wire[k].id + 1) % static_cast<std::uint32_t>(d.boxes().size());
    CHECK((d.boxes().size() == 1 || !is_isomorphism(d, copy, wrong)));  // not a bijection
    wrong = *w;
    if (wrong.local[k].size() > 1 && d.boxes()[k].op == Op::input) {
      std::swap(wrong.local[k][0], wrong.local[k][1]);
      CHECK_FALSE(is_isomorphism(d, copy, wrong));
      ++refused;
    }
    wrong = *w;
    wrong.local[k].push_back(Index{99});
    CHECK_FALSE(is_isomorphism(d, copy, wrong));
    wrong = *w;
    wrong.inputs.pop_back();
    CHECK_FALSE(is_isomorphism(d, copy, wrong));
  }
  CHECK(refused > 5);
}

TEST_CASE("x[i] - y[j] and y[j] - x[i] differ at the boundary, not inside") {
  auto difference = [](const char* first, const char* second) {
    DiagramBuilder b;
    const Axis axis{size_variable(Symbol("n")), {}};
    const Ref x = b.input(Symbol("x"), {axis}), y = b.rename(b.input(Symbol("y"), {axis}), {});
    const Ref minus = b.add(Op::mul, {b.literal(-1), first == std::string("x") ? y : x});
    const Ref out = b.add(Op::add, {first == std::string("x") ? x : y, minus});
    return freeze(b, Symbol("d"), {}, {{Symbol(first), {axis}}, {Symbol(second), {axis}}},
                  {{Symbol("o"), {x.at[0], y.at[0]}, out}});
  };
  // The axes of the output keep x apart from y: only the names of inputs are no matter.
  CHECK(find_isomorphism(difference("x", "y"), difference("x", "y")));
  CHECK_FALSE(find_isomorphism(difference("x", "y"), difference("y", "x")));
}

TEST_CASE("a chain of forty thousand boxes is matched and numbered without recursion") {
  Random random(7);
  DiagramBuilder b;
  const Axis axis{size_variable(Symbol("n")), {}};
  const Ref x = b.input(Symbol("x"), {axis});
  Ref last = x;
  for (int k = 0; k < 20000; ++k) last = b.add(Op::exp, {b.add(Op::add, {last, x})});
  const Diagram d = freeze(b, Symbol("d"), {}, {{Symbol("x"), {axis}}}, {{Symbol("y"), x.at, last}});
  CHECK(find_isomorphism(d, d));
  CHECK(canonical_form(d).order.size() == 40001);
}
