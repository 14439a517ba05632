// Theorems under equations: arrays are found that satisfy them, proofs use them, and nothing is proved of none.
#include "evidence.hpp"
#include "lang/module.hpp"
#include "prove/satisfy.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

Pairing pairing(const std::string& text) {
  const Module m = parse_module(text, "test.skn");
  const Claim& c = m.claims().front();
  Pairing p = pair({c.left, {}, "left"}, {c.right, {}, "right"});
  p.statement = to_statement(c);
  return p;
}

// Proofs are replayed, and witnesses looked at again.
std::string verdict(const std::string& text) {
  const Pairing p = pairing(text);
  const Outcome o = decide(p, "t");
  check_evidence(o, p.statement);
  return to_string(o.verdict);
}

constexpr const char* orthogonal = " given [i, k:i]: sum[j] Q[i,j] * Q[k,j] == delta(i,k)";
constexpr const char* turned_back = "theorem t(x[i], Q[i,j:i]): sum[j] (sum[k:i] x[k] * Q[k,j]) * Q[i,j] == ";

}  // namespace

TEST_CASE("an equation that is assumed is used, and listed", "[hypotheses]") {
  const Pairing p = pairing(std::string(turned_back) + "x[i]" + orthogonal);
  const Outcome o = decide(p, "t");
  check_evidence(o, p.statement);
  REQUIRE(std::string(to_string(o.verdict)) == "proved");
  REQUIRE(o.hypotheses.size() == 1);
  CHECK(o.hypotheses[0].starts_with("given [i, k:i]: sum[j:i] Q[i, j] * Q[k, j] == "));
}

TEST_CASE("without it, or with another one, the claim is refuted", "[hypotheses]") {
  CHECK(verdict(std::string(turned_back) + "x[i]") == "refuted");
  CHECK(verdict(std::string(turned_back) + "2 * x[i]" + orthogonal) == "refuted");
  CHECK(verdict(std::string(turned_back) + "x[i] given [i, k:i]: sum[j] Q[i,j] * Q[k,j] == 4 * delta(i,k)") ==
        "refuted");
}

TEST_CASE("of equations that no arrays satisfy nothing is proved", "[hypotheses]") {
  for (const char* impossible :
       {" given: a == a + 1", " given [i]: x[i] * x[i] == -1", " given: a == 1 given: a == 2"}) {
    INFO(impossible);
    CHECK(verdict(std::string("theorem t(x[i], a): x[i] == x[i] + a * (a - 1) * (a - 2)") + impossible) == "unknown");
  }
}

TEST_CASE("a witness satisfies the equations exactly", "[hypotheses]") {
  const Pairing p = pairing(std::string(turned_back) + "2 * x[i]" + orthogonal);
  const Outcome o = decide(p, "t");
  const auto* w = std::get_if<Witness>(&o.verdict);
  REQUIRE(w);
  Environment e;
  for (const auto& [name, n] : w->sizes) e.sizes[name] = n;
  for (const auto& [name, array] : w->inputs) e.inputs[name] = {array.shape, array.values};
  CHECK(equations_hold(p.statement, e));
  e.inputs.at(Symbol("Q")).data[0] += 0.25;
  CHECK_FALSE(equations_hold(p.statement, e));
}

TEST_CASE("arrays are found for the equations that are usual", "[hypotheses]") {
  std::mt19937_64 random(1);
  const char* equations[] = {"given [i, k:i]: sum[j] Q[i,j] * Q[k,j] == delta(i,k)",
                             "given [i]: sum[j] Q[i,j] == 1",
                             "given [j]: sum[i] Q[i,j] == 1",
                             "given [i]: sum[j] Q[i,j] == 0",
                             "given [i, j]: Q[i,j] == x[i] * x[j]",
                             "given [i, k:i]: sum[j] Q[i,j] * Q[j,k] == Q[i,k]",
                             "given [i, j]: Q[i,j] * Q[i,j] == Q[i,j]"};
  for (const char* text : equations) {
    INFO(text);
    const Pairing p = pairing(std::string("theorem t(x[i], Q[i,j:i]): x[i] == x[i] + 0 * sum[j] Q[i,j] ") + text);
    for (long n : {1, 2, 5}) {
      Environment e{{{Symbol("i"), n}}, {}};
      const auto size = static_cast<std::size_t>(n);
      e.inputs[Symbol("x")] = {{size}, std::vector<double>(size, 0.5)};
      e.inputs[Symbol("Q")] = {{size, size}, std::vector<double>(size * size, 0.3)};
      CHECK(satisfy(p.statement, {}, e, random));
      CHECK(equations_hold(p.statement, e));
    }
  }
}

TEST_CASE("an equation about one entry says nothing of the others", "[hypotheses]") {
  CHECK(verdict("theorem t(x[n]): x[n] == 1 given: x[0] == 1") == "refuted");
  CHECK(verdict("theorem t(x[n]): x[0] * x[n] == x[n] given: x[0] == 1") == "proved");
}

TEST_CASE("what is assumed is used in a part of a contraction, and not where a sum does not close", "[hypotheses]") {
  // The index of the sum is read by a third factor: the equation says nothing of it.
  CHECK(verdict(std::string("theorem t(x[i], c[i], Q[i,j:i]): sum[j] (sum[k:i] x[k] * Q[k,j]) * "
                            "Q[i,j] * c[j] == x[i] * c[i]") +
                orthogonal) == "refuted");
  CHECK(verdict(std::string("theorem t(x[i], y[i], Q[i,j:i]): exp(sum[j] (sum[k:i] x[k] * Q[k,j]) "
                            "* (sum[k:i] y[k] * Q[k,j])) == exp(sum[i] x[i] * y[i])") +
                orthogonal) == "proved");
}
