// The fates of mutants.
#include "prove/mutants.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

MutantFate fate(const std::string& text, LeafOracle oracle) {
  RuleBook book(std::move(oracle), std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs" / "ledger");
  const Mutant m{MutationKind::term, "", to_statement(parse_module(text, "test.skn").claims().front())};
  return decide(m, book, {});
}

MutantFate fate(const std::string& text) {
  static Z3Oracle z3;
  return fate(text, z3.oracle());
}

}  // namespace

TEST_CASE("what is false is refuted, what is true is proved and run") {
  CHECK(fate("law a(x, y): x * (y + 1) == x * y + 1\n").fate == Fate::refuted);
  const MutantFate proved = fate("law a(x, y): x * (y + 1) == x * y + x\n");
  CHECK(proved.fate == Fate::proved);
  CHECK(proved.detail == "normal form");
  CHECK(proved.runs == 200);
  CHECK(fate("rule a(x, y): max(x, y) + min(x, y) == x + y\n").fate == Fate::proved);
  CHECK(fate("law a(x, y): x + y == y + x\n").fate == Fate::proved);  // one diagram twice
}

TEST_CASE("what is true and beyond the prover is unknown") {
  const MutantFate f = fate("rule a(x): sin(x) * sin(x) + cos(x) * cos(x) == 1\n");
  CHECK(f.fate == Fate::unknown);
  CHECK(f.runs == 0);
}

TEST_CASE("what reads outside of its arrays, or has conditions that nothing meets, says nothing") {
  CHECK(fate("law a(x): sqrt(x * x) == x when x > 0, -x > 0\n").fate == Fate::ill_formed);
}

TEST_CASE("a witness is looked for first, so that a solver that says yes to everything lets nothing false through") {
  CHECK(fate("rule a(x, y): max(x, y) == x\n", [](const std::string&) { return true; }).fate == Fate::refuted);
}
