// Simplification: it ends where no rule applies, its steps replay, and it changes no meaning.
#include "monoidal/simplify.hpp"

#include <catch2/catch.hpp>

#include "monoidal/model.hpp"
#include "monoidal/support.hpp"

using skein::Symbol;
using namespace skein::monoidal;
using namespace skein::monoidal::testing;

namespace {

RulePtr rule(const char* name, const OpenDiagram& left, const OpenDiagram& right, bool two_way = true) {
  return std::make_shared<Rule>(Symbol(name), left, right, two_way);
}

// The diagram that the steps lead to from `d`, each checked anew.
OpenDiagram replayed(OpenDiagram d, const std::vector<Step>& steps, std::span<const OrientedRule> rules) {
  for (const Step& s : steps) {
    if (const auto* m = std::get_if<Move>(&s)) {
      apply(d, *m);
      continue;
    }
    const RuleStep& step = std::get<RuleStep>(s);
    for (const OrientedRule& r : rules)
      if (r.rule->name() == step.rule) {
        std::string why;
        const auto match = Match::make(d, *r.rule, step.direction, step.placement, &why);
        INFO(why);
        REQUIRE(match.has_value());
        rewrite(d, *match);
        break;
      }
  }
  return d;
}

}  // namespace

TEST_CASE("the left comb of multiplications becomes the right comb, with a rewrite for each but one") {
  const Language l(Structure::symmetric, {{"m", 2, 1}});
  const std::vector<OrientedRule> rules = {{rule("assoc", (l("m") * l.id()) >> l("m"), (l.id() * l("m")) >> l("m"))}};
  for (std::size_t n : {1, 2, 3, 10, 60}) {
    OpenDiagram left = l("m"), right = l("m");
    for (std::size_t i = 1; i < n; ++i) {
      left = (left * l.id()) >> l("m");
      right = (l.id() * right) >> l("m");
    }
    OpenDiagram d = left;
    const Simplification s = simplify(d, rules, 1000);
    CHECK(s.finished);
    CHECK(s.rewrites == n - 1);
    CHECK(isomorphic(d, right));
    CHECK(isomorphic(replayed(left, s.steps, rules), right));
  }
}

TEST_CASE("all ways through a bialgebra simplify to one diagram") {
  const Language l(Structure::symmetric, {{"m", 2, 1}, {"u", 0, 1}, {"c", 1, 2}, {"e", 1, 0}});
  const OpenDiagram m = l("m"), u = l("u"), c = l("c"), e = l("e"), id = l.id();
  const std::vector<OrientedRule> rules = {
      {rule("bialgebra", m >> c, (c * c) >> (id * l.swap() * id) >> (m * m))},
      {rule("unit_copied", u >> c, u * u)},
      {rule("counit", m >> e, e * e)},
      {rule("scalar", u >> e, l.id(0))},
      {rule("assoc", (m * id) >> m, (id * m) >> m)},
      {rule("coassoc", c >> (c * id), c >> (id * c))},
      {rule("unit_left", (u * id) >> m, id)},
      {rule("unit_right", (id * u) >> m, id)},
      {rule("counit_left", c >> (e * id), id)},
      {rule("counit_right", c >> (id * e), id)},
  };
  const auto simplified = [&](OpenDiagram d) {
    const Simplification s = simplify(d, rules, 10'000);
    REQUIRE(s.finished);
    for (const OrientedRule& r : rules) REQUIRE(redexes(d, *r.rule, r.direction).empty());
    return d;
  };
  const OpenDiagram m3 = (m * id) >> m, other_m3 = (id * m) >> m, c3 = c >> (c * id), other_c3 = c >> (id * c);
  CHECK(isomorphic(simplified(m3 >> c3), simplified(other_m3 >> other_c3)));
  CHECK_FALSE(isomorphic(simplified(m3 >> c3), simplified(other_m3 >> other_c3 >> (l.swap() * id))));
  CHECK(isomorphic(simplified((u * id) >> m >> c >> (id * e)), id));
  CHECK(isomorphic(simplified((m * u) >> (id * c) >> (m * e)), m));
}

TEST_CASE("unfolding definitions ends, replays and changes no matrix, in every structure") {
  Random random(21);
  for (auto structure : {Structure::symmetric, Structure::comonoid, Structure::markov, Structure::cartesian}) {
    std::size_t rewrites = 0;
    for (int round = 0; round < 200; ++round) {
      const Language l(
          structure, {{"f", 1, 1}, {"d", 1, 1, structure == Structure::markov}, {"m", 2, 1}, {"p", 1, 1}, {"q", 2, 2}});
      const auto side = [&](std::size_t inputs, std::size_t outputs) {
        while (true) {
          OpenDiagram d = random_diagram(random, l, below(random, 4), inputs);
          if (d.occurrence_count({3}) + d.occurrence_count({4}) == 0 && d.outputs().size() == outputs) return d;
        }
      };
      const std::vector<OrientedRule> rules = {{rule("p", l("p"), side(1, 1))}, {rule("q", l("q"), side(2, 2))}};
      Model model = random_model(*l.signature(), random, Flavour::dense, 2);
      model.boxes[3] = evaluate(rules[0].rule->right(), model);
      model.boxes[4] = evaluate(rules[1].rule->right(), model);
      const OpenDiagram start = random_diagram(random, l, 8, 2);
      if (start.outputs().size() > 5) continue;
      OpenDiagram d = start;
      const Simplification s = simplify(d, rules, 10'000);
      REQUIRE(s.finished);
      rewrites += s.rewrites;
      CHECK(d.occurrence_count({3}) + d.occurrence_count({4}) == 0);
      CHECK(evaluate(d, model) == evaluate(start, model));
      CHECK(isomorphic(replayed(start, s.steps, rules), d));
    }
    CHECK(rewrites > 200);
  }
}

TEST_CASE("simplification stops at its limit and says so") {
  const Language l(Structure::symmetric, {{"f", 1, 1}});
  OpenDiagram d = l("f");
  const std::vector<OrientedRule> grow = {{rule("grow", l("f"), l("f") >> l("f"))}};
  const Simplification s = simplify(d, grow, 50);
  CHECK_FALSE(s.finished);
  CHECK(s.rewrites == 50);
  CHECK(d.boxes() == 51);
}
