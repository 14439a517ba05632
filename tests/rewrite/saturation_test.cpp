// Saturation with egg's math rules: what it proves there is proved here, with explanations that hold up; limits, the
// schedulers, and the analyses.
#include <catch2/catch.hpp>

#include "rewrite/egraph/extract.hpp"
#include "rewrite/egraph/facts.hpp"
#include "rewrite/explanation_checker.hpp"
#include "rewrite/math_language.hpp"

using namespace skein;
using namespace skein::egraph;

namespace {

// What saturation with back-off says of the two, and whether it can say why.
std::string proved(const char* from, const char* to, std::size_t nodes = 10'000) {
  Math m(true);
  const Id a = m.add(from), b = m.add(to);
  SaturationLimits limits;
  limits.nodes = nodes, limits.iterations = 60;
  saturate(m.graph, m.rules, limits, [&] { return m.graph.find(a) == m.graph.find(b); });
  if (m.graph.find(a) != m.graph.find(b)) return "not proved";
  const auto x = explain(m.graph, m.rules, {a, {}}, {b, {}});
  if (!x) return "no explanation";
  return ExplanationChecker(m.language, m.rules).check(*x);
}

}  // namespace

TEST_CASE("egg's theorems of algebra, derivatives and integrals") {
  CHECK(proved("(+ x (+ x (+ x x)))", "(* 4 x)") == "");
  CHECK(proved("(* (pow 2 x) (pow 2 y))", "(pow 2 (+ x y))") == "");
  CHECK(proved("(+ 1 (- y (* (- 2 1) y)))", "1") == "");
  CHECK(proved("(* (+ x 3) (+ x 1))", "(+ (+ (* x x) (* 4 x)) 3)") == "");
  CHECK(proved("(d x x)", "1") == "");
  CHECK(proved("(d x y)", "0") == "");
  CHECK(proved("(d x (+ 1 (* 2 x)))", "2") == "");
  CHECK(proved("(d x (+ 1 (* y x)))", "y") == "");
  CHECK(proved("(d x (ln x))", "(/ 1 x)") == "");
  CHECK(proved("(d x (pow x 3))", "(* 3 (pow x 2))") == "");
  CHECK(proved("(i 1 x)", "x") == "");
  CHECK(proved("(i (cos x) x)", "(sin x)") == "");
  CHECK(proved("(i (pow x 1) x)", "(/ (pow x 2) 2)") == "");
  CHECK(proved("(i (* x (cos x)) x)", "(+ (* x (sin x)) (cos x))") == "");
  CHECK(proved("(i (ln x) x)", "(- (* x (ln x)) x)") == "");
  CHECK(proved("(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))", "(/ 1 (sqrt five))", 75'000) == "");
}

TEST_CASE("their false twins") {
  CHECK(proved("(+ x y)", "(/ x y)") == "not proved");
  CHECK(proved("(+ x (+ x (+ x x)))", "(* 3 x)") == "not proved");
  CHECK(proved("(d x (* x y))", "x") == "not proved");
  CHECK(proved("(i (cos x) x)", "(* -1 (sin x))") == "not proved");
}

TEST_CASE("associativity and commutativity of seven numbers have 127 classes") {
  Language language;
  EGraph g(language);
  std::vector<Rule> rules;
  rules.push_back(Rule::read(language, "commute", "(+ ?a ?b)", "(+ ?b ?a)"));
  rules.push_back(Rule::read(language, "associate", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"));
  PatternNames names;
  add_term(g, read_pattern(language, names, "(+ 1 (+ 2 (+ 3 (+ 4 (+ 5 (+ 6 7))))))"), names);
  SaturationLimits limits;
  limits.iterations = 7, limits.scheduler = Scheduler::simple, limits.nodes = 1'000'000;
  saturate(g, rules, limits);
  CHECK(g.class_count() == 127);
}

TEST_CASE("limits are met") {
  Math m;
  for (const char* t : Math::start_terms) m.add(t);
  SaturationLimits limits;
  SECTION("nodes") {
    limits.nodes = 2'000;
    CHECK(saturate(m.graph, m.rules, limits).stop == Stop::nodes);
    CHECK(m.graph.node_count() < 10'000);
  }
  SECTION("iterations") {
    limits.iterations = 2;
    CHECK(saturate(m.graph, m.rules, limits).iterations == 2);
  }
  SECTION("memory") {
    limits.nodes = 100'000'000, limits.bytes = 1 << 20;
    CHECK(saturate(m.graph, m.rules, limits).stop == Stop::memory);
    CHECK(m.graph.bytes() < std::size_t{8} << 20);
  }
  SECTION("time") {
    limits.deadline = std::chrono::steady_clock::now();
    CHECK(saturate(m.graph, m.rules, limits).stop == Stop::time);
  }
}

TEST_CASE("back-off lets a rule rest and still saturates") {
  Language language;
  EGraph g(language);
  std::vector<Rule> rules;
  rules.push_back(Rule::read(language, "commute", "(+ ?a ?b)", "(+ ?b ?a)"));
  rules.push_back(Rule::read(language, "associate", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"));
  PatternNames names;
  add_term(g, read_pattern(language, names, "(+ 1 (+ 2 (+ 3 (+ 4 5))))"), names);
  SaturationLimits limits;
  limits.ban_length = 2, limits.iterations = 200;
  SECTION("by the number of its matches") { limits.match_limit = 5; }
  SECTION("by the number of its steps") { limits.step_limit = 1; }
  CHECK(saturate(g, rules, limits).stop == Stop::saturated);
  CHECK(g.class_count() == 31);  // one for each nonempty set of summands
}

TEST_CASE("two numbers in one class are reported, with the nodes that say so") {
  Math m(true);
  const Id a = m.add("(+ x 1)"), b = m.add("(+ x 2)"), five = m.add("5"), six = m.add("6");
  m.graph.merge(a, five, {ReasonKind::given, 0});
  m.graph.merge(b, six, {ReasonKind::given, 1});
  m.graph.rebuild();
  CHECK(m.constants.conflicts().empty());
  m.graph.merge(a, b, {ReasonKind::given, 2});  // a wrong rule would do the same
  m.graph.rebuild();
  REQUIRE(m.constants.conflicts().size() == 1);
  const Constants::Conflict c = m.constants.conflicts()[0];
  CHECK(std::set<Rational>{c.left_value, c.right_value} == std::set<Rational>{5, 6});
  const auto why = explain(m.graph, m.rules, {c.left, {}}, {c.right, {}});
  REQUIRE(why);
  CHECK(ExplanationChecker(m.language, m.rules, [](std::uint32_t n, const std::string&, const std::string&) {
          return n < 3;
        }).check(*why) == "");
}

TEST_CASE("what is known of the numbers of one operator says nothing about another with fewer arguments") {
  // The first operator, the second one and the first number have the keys 0, 1 and 1.
  Language language;
  const OperatorId sum = language.op("+");
  language.op("f");
  const OperatorId three = language.op("3"), four = language.op("4");
  Constants constants({.literal = [&](OperatorId o) -> std::optional<Rational> {
                         if (o != three && o != four) return std::nullopt;
                         return Rational(o == three ? 3 : 4);
                       },
                       .operator_of = [&](const Rational& r) { return language.op(r.get_str()); },
                       .fold = [&](OperatorId o, std::span<const Rational> a) -> std::optional<Rational> {
                         if (o != sum) return std::nullopt;
                         return Rational(a[0] + a[1]);
                       }});
  EGraph g(language);
  g.attach(constants);
  PatternNames names;
  const Id seven = add_term(g, read_pattern(language, names, "(+ 3 4)"), names).id,
           other = add_term(g, read_pattern(language, names, "(f 4)"), names).id;
  g.rebuild();
  REQUIRE(constants.value(g, seven));
  CHECK(*constants.value(g, seven) == 7);
  CHECK_FALSE(constants.known(g, other));
}

TEST_CASE("numbers are exact") {
  Math m;
  const Id a = m.add("(/ (+ 1 1) 6)"), b = m.add("1/3"), c = m.add("(- (/ 2 3) (/ 1 3))");
  m.graph.rebuild();
  CHECK(m.graph.find(a) == m.graph.find(b));
  CHECK(m.graph.find(c) == m.graph.find(b));
  CHECK(m.constants.conflicts().empty());
}

TEST_CASE("facts follow from those of arguments, and contradictions are reported") {
  enum : std::uint32_t { positive = 1, zero = 2, random = 4 };
  Language language;
  Facts facts({.transfer = [&](OperatorId op, std::span<const std::uint32_t> in) -> std::uint32_t {
                 const std::string& name = language[op].name;
                 if (name == "exp") return positive | (in[0] & random);
                 if (name == "0") return zero;
                 if (name == "noise") return random;
                 if (name == "mul") return (in[0] & in[1] & positive) | ((in[0] | in[1]) & random);
                 return 0;
               },
               .contradiction = [](std::uint32_t f) { return (f & positive) && (f & zero); }});
  EGraph g(language, true);
  g.attach(facts);
  auto add = [&](const char* text) {
    PatternNames names;
    const Pattern p = read_pattern(language, names, text);
    return add_term(g, p, names).id;
  };
  const Id e = add("(mul (exp x) (exp y))"), n = add("(mul (exp noise) (exp y))"), y = add("(mul y y)"), z = add("0");
  g.rebuild();
  CHECK(facts.of(g, e) == positive);
  CHECK(facts.of(g, n) == (positive | random));
  CHECK(facts.of(g, y) == 0);
  // What is learned of an argument reaches what was built on it.
  g.merge(add("y"), add("(exp w)"), {});
  g.rebuild();
  CHECK(facts.of(g, y) == positive);
  CHECK(facts.conflicts().empty());
  g.merge(e, z, {});
  g.rebuild();
  CHECK_FALSE(facts.conflicts().empty());
}

TEST_CASE("the cheapest term of a class is extracted") {
  Math m;
  const Id a = m.add("(+ x (* -1 (+ x (- y 0))))");
  SaturationLimits limits;
  limits.nodes = 5'000;
  saturate(m.graph, m.rules, limits);
  const Extractor best(m.graph, [](OperatorId, std::span<const double> in) {
    double c = 1;
    for (double x : in) c += x;
    return c;
  });
  const auto cost = best.cost(m.graph.find(a));
  REQUIRE(cost);
  CHECK(*cost == 3);  // (* -1 y)
  CHECK(best.text(m.graph.find(a)) == "(* -1 y)");
}

TEST_CASE("extraction with slots") {
  Language language;
  language.op("sum", {.unordered_binders = true, .binders = 1});
  EGraph g(language);
  std::vector<Rule> rules;
  rules.push_back(Rule::read(language, "out", "(sum $i (* ?a ?f[$i]))", "(* ?a (sum $i ?f[$i]))"));
  PatternNames names;
  const Applied a = add_term(g, read_pattern(language, names, "(sum $i (* (c $k) (x $i $k)))"), names);
  saturate(g, rules, {});
  const Extractor best(g, [&](OperatorId op, std::span<const double> in) {
    double c = language[op].name == "*" && in.size() == 2 && in[1] > 1 && in[1] < 3 ? 1 : 2;
    for (double x : in) c += x;
    return c;
  });
  CHECK(best.cost(g.find(a).id));
}
