// Proofs by saturation: what they prove the kernel has accepted, and a wrong rule gets nothing past it.
#include "verify/saturation/saturation.hpp"

#include <catch2/catch.hpp>

#include "rewrite/egraph/saturate.hpp"
#include "verify/saturation/replay.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

RuleBook& book() {
  static Z3Oracle z3;
  static RuleBook b(z3.oracle(), std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs/ledger");
  return b;
}

struct Goal {
  Statement statement;
  Kernel k;
  Ref left, right;

  explicit Goal(const std::string& text)
      : Goal(to_statement(parse_module("theorem t" + text, "t.skn").claims().back())) {}
  explicit Goal(Statement s) : statement(std::move(s)), k(statement.left.sizes(), book().oracle()) {
    book().equip(k);
    const Sides both = sides(k.arena(), statement.left, statement.right);
    left = both.left, right = both.right;
  }
  bool canonical_form_closes() { return derive(k, left, right).proof.has_value(); }
  SaturationProof saturate(SaturationOptions o = {}) { return prove_by_saturation(k, book(), left, right, o); }
};

// Empty, or what went wrong: not decided by the canonical form, proved by saturation with this rule, and a fresh kernel
// agrees.
std::string proved_with(const std::string& rule, const std::string& text) {
  Goal g(text);
  if (g.canonical_form_closes()) return "the canonical form closes it";
  const SaturationProof p = g.saturate();
  if (!p.proof) return p.reason;
  if (std::none_of(p.rules.begin(), p.rules.end(), [&](const std::string& r) { return r.rfind(rule, 0) == 0; }))
    return "it was proved without " + rule;
  if (p.proof->from != g.left || p.proof->to != g.right) return "it proves something else";
  const std::string text_of = write_certificate(g.k, Symbol("t"), g.statement, p.proof->proof);
  replay_certificate(text_of, book().ledger().source(), book().oracle());
  return "";
}

std::string why_not(const std::string& text) {
  Goal g(text);
  const SaturationProof p = g.saturate();
  return p.proof ? "proved" : p.reason;
}

}  // namespace

TEST_CASE("a rule at the root, in both directions") {
  CHECK(proved_with("max_reduce_shift", "(c, x[n]): max[n] (x[n] + c) == (max[n] x[n]) + c") == "");
  CHECK(proved_with("max_reduce_shift", "(c, x[n]): (max[n] x[n]) + c == max[n] (x[n] + c)") == "");
  CHECK(proved_with("prod_exp", "(x[n]): exp(sum[n] x[n]) == prod[n] exp(x[n])") == "");
}

TEST_CASE("a rule below binders, lifted over their axes") {
  CHECK(proved_with(
            "max_reduce_shift",
            "(x[m,n], c[m], V[m]): sum[m] V[m] * (max[n] (x[m,n] + c[m])) == sum[m] V[m] * ((max[n] x[m,n]) + c[m])") ==
        "");
  CHECK(proved_with("prod_exp",
                    "(x[m,n], V[m]): sum[m] V[m] * (prod[n] exp(x[m,n])) == sum[m] V[m] * exp(sum[n] x[m,n])") == "");
}

TEST_CASE("arguments of a sum are grouped as a rule needs them") {
  CHECK(proved_with("max_reduce_shift",
                    "(a[m], b[m], x[m,n]): max[n] (x[m,n] + a[m] + b[m]) == (max[n] x[m,n]) + a[m] + b[m]") == "");
  CHECK(proved_with("max_reduce_shift", "(c, x[n], y[n]): max[n] (x[n] + c + y[n]) == (max[n] (y[n] + x[n])) + c") ==
        "");
}

TEST_CASE("rules, and then the canonical form of the cheapest term") {
  CHECK(proved_with("max_reduce_shift",
                    "(x[n], c): exp(x[n] + c - max[j:n] (x[j] + c)) == exp(x[n] - max[j:n] x[j])") == "");
}

TEST_CASE("no proof of what is false") {
  CHECK(why_not("(c[n], x[n]): max[n] (x[n] + c[n]) == (max[n] x[n]) + max[n] c[n]") != "proved");
  CHECK(why_not("(x[n]): prod[n] exp(x[n]) == exp(prod[n] x[n])") != "proved");
  CHECK(why_not("(s, x[n]): max[n] leaky_relu(x[n], s) == leaky_relu(max[n] x[n], s)") != "proved");
}

TEST_CASE("an axis that may be empty keeps a rule about nonempty ones away") {
  CHECK(why_not("(c, x[n?]): max[n] (x[n] + c) == (max[n] x[n]) + c") != "proved");
  CHECK(proved_with(
            "max_reduce_shift",
            "(c[m], x[m,n], V[m]): sum[m] V[m] * (max[n] (x[m,n] + c[m])) == sum[m] V[m] * ((max[n] x[m,n]) + c[m])") ==
        "");
}

TEST_CASE("conditions of a rule are the kernel's") {
  const char* scaled =
      "(s, x[n], W[n]): sum[n] W[n] * leaky_relu(leaky_relu(x[n], s * s), s * s) == "
      "sum[n] W[n] * leaky_relu(x[n], s * s * s * s)";
  CHECK(proved_with("leaky_relu_twice", scaled) == "");
  // Without a sign of the slope the rule does not apply, and the equation is false.
  CHECK(why_not("(s, x[n], W[n]): sum[n] W[n] * leaky_relu(leaky_relu(x[n], s), s) == "
                "sum[n] W[n] * leaky_relu(x[n], s * s)") != "proved");
}

TEST_CASE("limits are respected and said") {
  Goal g("(c, x[n]): max[n] (x[n] + c) == (max[n] x[n]) + c");
  CHECK(g.saturate({.boxes = 3}).reason.find("too large") != std::string::npos);
  CHECK(g.saturate({.rounds = 0}).reason == "saturation ended: iterations");
  CHECK(g.saturate({.deadline = std::chrono::steady_clock::now() - std::chrono::hours(1)}).reason != "");
}

TEST_CASE("the kernel does not follow a wrong rule") {
  // The e-graph believes this statement, which goes by the name of a theorem of the ledger.
  const Statement wrong =
      to_statement(parse_module("theorem w(c, x[n]): max[n] (x[n] + c) == max[n] x[n]", "w.skn").claims().back());
  Goal g("(c, x[n]): max[n] (x[n] + c) == max[n] x[n]");
  using namespace skein::egraph;
  Language language;
  DiagramTerms terms(g.k, language);
  Normaliser n(g.k);
  const std::vector<Rewrite> given;
  EGraph graph(language, true);
  const Applied l = terms.add(graph, g.left), r = terms.add(graph, g.right);

  TheoremRules checked(g.k, language, terms, n, [&](Symbol name) { return book().admit(g.k, name); });
  checked.add(Symbol("max_reduce_shift"), wrong);
  REQUIRE(checked.rules().size() == 1);
  saturate(graph, checked.rules(), {.iterations = 2});
  REQUIRE(graph.equal(l, r));  // instances are made, only their sides are not looked at
  const auto why = explain(graph, checked.rules(), l, r);
  REQUIRE(why);
  CHECK_THROWS_AS(ExplanationReplay(g.k, terms, checked, n.rewriter(), given).run(*why), Rejected);
}

TEST_CASE("the kernel does not follow a forged explanation") {
  Goal g("(c, x[n], d): exp((max[n] (x[n] + c)) * d) == exp(((max[n] x[n]) + c) * d)");
  using namespace skein::egraph;
  Language language;
  DiagramTerms terms(g.k, language);
  Normaliser n(g.k);
  const std::vector<Rewrite> given;
  EGraph graph(language, true);
  const Applied l = terms.add(graph, g.left), r = terms.add(graph, g.right);
  TheoremRules rules(g.k, language, terms, n, [&](Symbol name) { return book().admit(g.k, name); });
  rules.add(Symbol("max_reduce_shift"), book().ledger().find(Symbol("max_reduce_shift"))->statement());
  saturate(graph, rules.rules(), {.iterations = 4});
  REQUIRE(graph.equal(l, r));
  const auto honest = explain(graph, rules.rules(), l, r);
  REQUIRE(honest);
  const Rewrite proof = ExplanationReplay(g.k, terms, rules, n.rewriter(), given).run(*honest);
  CHECK(proof.from == g.left);
  CHECK(proof.to == g.right);

  int forged = 0, rejected = 0;
  auto refused = [&](const Explanation& x) {
    // Refused, or nothing but the honest equation comes out.
    ++forged;
    try {
      const Rewrite made = ExplanationReplay(g.k, terms, rules, n.rewriter(), given).run(x);
      CHECK(made.from == g.left);
      CHECK(made.to == g.right);
    } catch (const Rejected&) {
      ++rejected;
    } catch (const IllTyped&) {
      ++rejected;
    } catch (const std::out_of_range&) {
      ++rejected;
    }
  };
  for (std::size_t e = 0; e < honest->equations.size(); ++e) {
    Explanation x = *honest;
    x.equations[e].why = ChainStep{};
    refused(x);
    x = *honest, std::swap(x.equations[e].left, x.equations[e].right);
    refused(x);
    x = *honest;
    if (auto* step = std::get_if<RuleStep>(&x.equations[e].why)) {
      std::swap(step->variables[0], step->variables[1]);
      refused(x);
    }
  }
  CHECK(forged > 4);
  CHECK(rejected > 4);
}
