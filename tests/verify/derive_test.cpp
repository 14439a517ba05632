// The search for derivations: each tactic closes what it is for, and none closes what is false.
#include "verify/derive.hpp"

#include <catch2/catch.hpp>

#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

RuleReport verify(const std::string& claim, LeafOracle oracle = {}) {
  static Z3Oracle z3;
  ModuleOptions options;
  options.prelude = std::filesystem::path(SKEIN_SOURCE_DIR) / "rules/prelude";
  const Module m = parse_module(claim, "test.skn", options);
  // A stub of the solver starts from nothing: the ledger has leaves of its own.
  const std::filesystem::path ledger = std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs/ledger";
  RuleBook book(oracle ? oracle : z3.oracle(), oracle ? std::filesystem::path() : ledger);
  return book.verify(m.claims().back());
}

bool verified(const std::string& claim) { return verify(claim).status == RuleStatus::verified; }

}  // namespace

TEST_CASE("normal forms close linear claims without the solver") {
  const RuleReport r = verify("law r(x[n], y[n]): sum[n] (2*x[n] - y[n]) == 2 * (sum[n] x[n]) - (sum[n] y[n])");
  CHECK(r.status == RuleStatus::verified);
  CHECK(r.tactic == "normal form");
  CHECK(r.leaves == 0);
}

TEST_CASE("leaves close ordered claims") {
  CHECK(verify("rule r(a, b): max(a, b) - a == max(0, b - a)").leaves == 1);
  CHECK_FALSE(verified("rule r(a, b): max(a, b) - a == max(0, a - b)"));
}

TEST_CASE("a condition is needed where it is stated") {
  CHECK(verified("rule r(a, b): max(a, 0) * b == a * b when a >= 0"));
  CHECK_FALSE(verified("rule r(a, b): max(a, 0) * b == a * b"));
}

TEST_CASE("induction closes a maximum, and not a false one") {
  CHECK(verified("rule r(c, x[n]): max[n] (c + x[n]) == c + (max[n] x[n]) by { induction n }"));
  CHECK_FALSE(verified("rule r(c, x[n]): max[n] (c * x[n]) == c * (max[n] x[n]) by { induction n }"));
}

TEST_CASE("the mean of a constant needs a nonempty axis") {
  CHECK(verified("law r(c, x[n]): (sum[n] (c + 0 * x[n])) / |n| == c"));
  CHECK_FALSE(verified("law r(c, x[n?]): (sum[n] (c + 0 * x[n])) / |n| == c"));
}

TEST_CASE("sums in pieces meet whole sums") {
  CHECK(verified("rule r(x[10]): sum[k:10] exp(x[k]) == (sum[i:4] exp(x[i])) + (sum[j:6] exp(x[4 + j]))"));
  CHECK_FALSE(verified("rule r(x[10]): sum[k:10] exp(x[k]) == (sum[i:4] exp(x[i])) + (sum[j:6] exp(x[3 + j]))"));
}

TEST_CASE("a solver that knows nothing closes no leaf") {
  const LeafOracle no = [](const std::string&) { return false; };
  CHECK(verify("rule r(a, b): max(a, b) - a == max(0, b - a)", no).status == RuleStatus::unknown);
}

TEST_CASE("a solver that agrees to everything shows that the leaves matter") {
  const LeafOracle yes = [](const std::string&) { return true; };
  CHECK(verify("rule r(a, b): max(a, b) - a == max(0, a - b)", yes).status == RuleStatus::verified);
}

TEST_CASE("what the canonical form closes by itself is a law, and nothing else is") {
  const std::string linear = "r(x[n], y[n]): sum[n] (x[n] - y[n]) == (sum[n] x[n]) - (sum[n] y[n])";
  CHECK(verified("law " + linear));
  CHECK(verify("law " + linear).note.empty());
  CHECK(verified("rule " + linear));
  CHECK(verify("rule " + linear).note.find("write `law`") != std::string::npos);
  CHECK(verify("rule " + linear + " by { induction n }").note.find("write `law`") != std::string::npos);

  const std::string ordered = "r(a, b): max(a, b) - a == max(0, b - a)";
  CHECK(verify("rule " + ordered).note.empty());
  CHECK(verify("law " + ordered).note.find("write `rule`") != std::string::npos);
  // The canonical form uses inv_inv, so that it closes inv_inv is no reason to call it a law.
  CHECK(verify("rule inv_inv(a): inv(inv(a)) == a").note.empty());
}

TEST_CASE("a claim with one side twice is refused") {
  CHECK(verify("rule r(a, b): a + b == b + a").status == RuleStatus::error);
}

TEST_CASE("the axioms of the language are those of the kernel") {
  CHECK(verified("axiom exp_add(a: ext, b: ext): exp(a + b) == exp(a) * exp(b)"));
  CHECK_FALSE(verified("axiom exp_add(a, b): exp(a + b) == exp(a) * exp(b)"));
  CHECK_FALSE(verified("axiom exp_more(a): exp(a) == a"));
}

TEST_CASE("a border of zeros is linear") {
  const std::string window =
      "def window(x[n], k[3])[n] = sum[i:3] (x[n+i-1] else 0) * k[i]\ndef plus(x[n], y[n])[n] = x[n] + y[n]\n";
  const RuleReport r =
      verify(window + "rule r(x[n], y[n], k[3]): window(plus(x, y), k) == plus(window(x, k), window(y, k))");
  CHECK(r.status == RuleStatus::verified);
  CHECK(r.tactic == "normal form with indicators");
  CHECK(r.leaves == 0);
  const std::string padded = "def padded(x[n], k[3])[n] = sum[i:3] (x[n+i-1] else 1) * k[i]\n";
  CHECK_FALSE(verified(window + padded +
                       "rule r(x[n], y[n], k[3]): padded(plus(x, y), k) == plus(padded(x, k), padded(y, k))"));
  CHECK_FALSE(verified(window + "rule r(x[n], y[n], k[3]): window(plus(x, y), k) == plus(window(x, k), y)"));
}

TEST_CASE("what agrees on both parts of an axis agrees on the whole") {
  const std::string defs =
      "def concat(x[a], y[b])[i:|a|+|b|] = if i < |a| then x[i] else y[i-|a|]\n"
      "def scaled(x[n], k[m])[n] = sum[m] x[n] * k[m]\n"
      "def curved(x[n], k[m])[n] = exp(sum[m] x[n] * k[m])\n";
  const LeafOracle no = [](const std::string&) { return false; };
  const RuleReport r =
      verify(defs + "rule r(x[a], y[b], k[m]): concat(curved(x, k), curved(y, k)) == curved(concat(x, y), k)", no);
  CHECK(r.status == RuleStatus::verified);
  CHECK(r.tactic == "by parts");
  CHECK(verified(defs + "rule r(x[a], y[b], z[c], k[m]): concat(concat(curved(x, k), curved(y, k)), curved(z, k)) == "
                        "curved(concat(x, concat(y, z)), k)"));
  // One part alone is not enough, whichever it is.
  CHECK_FALSE(
      verified(defs + "rule r(x[a], y[a], k[m]): concat(curved(x, k), curved(y, k)) == curved(concat(x, x), k)"));
  CHECK_FALSE(
      verified(defs + "rule r(x[a], y[a], k[m]): concat(curved(x, k), curved(y, k)) == curved(concat(y, y), k)"));
  CHECK_FALSE(verified(
      defs + "rule r(x[a], y[b], k[m]): concat(curved(x, k), curved(y, k)) == curved(concat(y, x), k) when ?"));
}

TEST_CASE("one diagram from different defs holds by definition") {
  const std::string defs = "def twice(x[n])[n] = 2 * x[n]\ndef doubled(x[n])[n] = 2 * x[n]\n";
  CHECK(verify(defs + "rule r(x[n]): twice(x) == doubled(x)").tactic == "by definition");
  CHECK(verify(defs + "rule r(x[n]): twice(x) == twice(x)").status == RuleStatus::error);
}
