#pragma once
// The rules and start terms of egg's test `math` (egg, tests/math.rs): symbolic algebra, derivatives and integrals,
// with the analysis of constants. egg folds in doubles; here numbers are exact.
#include "rewrite/egraph/constants.hpp"
#include "rewrite/egraph/saturate.hpp"

namespace skein::egraph {

class Math {
 public:
  explicit Math(bool proofs = false)
      : constants({[this](OperatorId o) { return literal(o); },
                   [this](const Rational& r) { return language.op(r.get_str()); },
                   [this](OperatorId o, std::span<const Rational> a) { return fold(o, a); }}),
        graph(language, proofs) {
    graph.attach(constants);
    // `not zero`: not known to be 0. `number`, `symbol`: what the class holds. `other`: a number or another symbol.
    struct Line {
      const char *name, *left, *right, *condition = "";
    };
    const Line lines[] = {
        {"comm-add", "(+ ?a ?b)", "(+ ?b ?a)"},
        {"comm-mul", "(* ?a ?b)", "(* ?b ?a)"},
        {"assoc-add", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"},
        {"assoc-mul", "(* ?a (* ?b ?c))", "(* (* ?a ?b) ?c)"},
        {"sub-canon", "(- ?a ?b)", "(+ ?a (* -1 ?b))"},
        {"div-canon", "(/ ?a ?b)", "(* ?a (pow ?b -1))", "nonzero ?b"},
        {"zero-add", "(+ ?a 0)", "?a"},
        {"zero-mul", "(* ?a 0)", "0"},
        {"one-mul", "(* ?a 1)", "?a"},
        {"add-zero", "?a", "(+ ?a 0)"},
        {"mul-one", "?a", "(* ?a 1)"},
        {"cancel-sub", "(- ?a ?a)", "0"},
        {"cancel-div", "(/ ?a ?a)", "1", "nonzero ?a"},
        {"distribute", "(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"},
        {"factor", "(+ (* ?a ?b) (* ?a ?c))", "(* ?a (+ ?b ?c))"},
        {"pow-mul", "(* (pow ?a ?b) (pow ?a ?c))", "(pow ?a (+ ?b ?c))"},
        {"pow0", "(pow ?x 0)", "1", "nonzero ?x"},
        {"pow1", "(pow ?x 1)", "?x"},
        {"pow2", "(pow ?x 2)", "(* ?x ?x)"},
        {"pow-recip", "(pow ?x -1)", "(/ 1 ?x)", "nonzero ?x"},
        {"recip-mul-div", "(* ?x (/ 1 ?x))", "1", "nonzero ?x"},
        {"d-variable", "(d ?x ?x)", "1", "symbol ?x"},
        {"d-constant", "(d ?x ?c)", "0", "symbol ?x, other ?c ?x"},
        {"d-add", "(d ?x (+ ?a ?b))", "(+ (d ?x ?a) (d ?x ?b))"},
        {"d-mul", "(d ?x (* ?a ?b))", "(+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"},
        {"d-sin", "(d ?x (sin ?x))", "(cos ?x)"},
        {"d-cos", "(d ?x (cos ?x))", "(* -1 (sin ?x))"},
        {"d-ln", "(d ?x (ln ?x))", "(/ 1 ?x)", "nonzero ?x"},
        {"d-power", "(d ?x (pow ?f ?g))", "(* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))",
         "nonzero ?f, nonzero ?g"},
        {"i-one", "(i 1 ?x)", "?x"},
        {"i-power-const", "(i (pow ?x ?c) ?x)", "(/ (pow ?x (+ ?c 1)) (+ ?c 1))", "number ?c"},
        {"i-cos", "(i (cos ?x) ?x)", "(sin ?x)"},
        {"i-sin", "(i (sin ?x) ?x)", "(* -1 (cos ?x))"},
        {"i-sum", "(i (+ ?f ?g) ?x)", "(+ (i ?f ?x) (i ?g ?x))"},
        {"i-dif", "(i (- ?f ?g) ?x)", "(- (i ?f ?x) (i ?g ?x))"},
        {"i-parts", "(i (* ?a ?b) ?x)", "(- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"},
    };
    for (const char* name : {"x", "y", "five"}) symbols_.push_back(language.op(name));
    for (const Line& l : lines)
      rules.push_back(Rule::read(language, l.name, l.left, l.right,
                                 [&](const PatternNames& names) { return condition(names, l.condition); }));
  }

  // The start terms of egg's benchmark of matching.
  static constexpr const char* start_terms[] = {
      "(i (ln x) x)",
      "(i (+ x (cos x)) x)",
      "(i (* (cos x) x) x)",
      "(d x (+ 1 (* 2 x)))",
      "(d x (- (pow x 3) (* 7 (pow x 2))))",
      "(+ (* y (+ x y)) (- (+ x 2) (+ x x)))",
      "(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))",
  };

  Id add(std::string_view text) {
    PatternNames names;
    const Pattern p = read_pattern(language, names, text);
    return add_term(graph, p, names).id;
  }

  Language language;
  Constants constants;
  EGraph graph;
  std::vector<Rule> rules;

 private:
  std::optional<Rational> literal(OperatorId o) const {
    const std::string& name = language[o].name;
    const std::size_t first = name[0] == '-' ? 1 : 0;
    if (first == name.size() || name[first] < '0' || name[first] > '9') return std::nullopt;
    return Rational(name);
  }

  std::optional<Rational> fold(OperatorId o, std::span<const Rational> a) const {
    const std::string& name = language[o].name;
    if (a.size() != 2 || name.size() != 1) return std::nullopt;
    switch (name[0]) {
      case '+': return Rational(a[0] + a[1]);
      case '-': return Rational(a[0] - a[1]);
      case '*': return Rational(a[0] * a[1]);
      case '/': return a[1] == 0 ? std::nullopt : std::optional<Rational>(a[0] / a[1]);
      default: return std::nullopt;
    }
  }

  bool is_symbol(EGraph& g, Id id) const {
    for (Id n : g.nodes(g.find(id)))
      if (std::find(symbols_.begin(), symbols_.end(), g.op(n)) != symbols_.end()) return true;
    return false;
  }

  Condition condition(const PatternNames& names, std::string text) {
    if (text.empty()) return {};
    if (const std::size_t comma = text.find(','); comma != std::string::npos)
      return [a = condition(names, text.substr(0, comma)), b = condition(names, text.substr(comma + 2))](
                 EGraph& g, const Bindings& m) { return a(g, m) && b(g, m); };
    const std::size_t space = text.find(' '), second = text.find(' ', space + 1);
    const std::string kind = text.substr(0, space);
    const std::uint32_t v = names.variables.at(text.substr(space + 1, second - space - 1));
    if (kind == "nonzero")
      return [this, v](EGraph& g, const Bindings& m) {
        const Rational* r = constants.value(g, m[v].id);
        return !r || *r != 0;
      };
    if (kind == "number") return [this, v](EGraph& g, const Bindings& m) { return constants.known(g, m[v].id); };
    if (kind == "symbol") return [this, v](EGraph& g, const Bindings& m) { return is_symbol(g, m[v].id); };
    const std::uint32_t w = names.variables.at(text.substr(second + 1));
    return [this, v, w](EGraph& g, const Bindings& m) {
      return g.find(m[v].id) != g.find(m[w].id) && (constants.known(g, m[v].id) || is_symbol(g, m[v].id));
    };
  }

  std::vector<OperatorId> symbols_;
};

}  // namespace skein::egraph
