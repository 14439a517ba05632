// Mutants: that each is an edit away, that the kinds occur, and that none is the statement itself.
#include "verify/mutate.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "lang/module.hpp"
#include "verify/rulebook.hpp"

using namespace skein;

namespace {

Statement statement(const std::string& text) { return to_statement(parse_module(text, "test.skn").claims().front()); }

std::set<MutationKind> kinds(const std::string& text) {
  std::set<MutationKind> out;
  for (const Mutant& m : mutants(statement(text))) out.insert(m.kind);
  return out;
}

int count(const std::vector<Mutant>& all, const std::string& words) {
  return static_cast<int>(
      std::count_if(all.begin(), all.end(), [&](const Mutant& m) { return m.edit.find(words) != std::string::npos; }));
}

bool same(const Statement& a, const Statement& b) {
  DiagramBuilder builder;
  const Sides x = sides(builder, a.left, a.right), y = sides(builder, b.left, b.right);
  return x.left.wire == y.left.wire && x.right.wire == y.right.wire && a.when.size() == b.when.size() &&
         a.left.sizes() == b.left.sizes();
}

constexpr const char* difference = "law a(x, y, c): (x - y) * c == x * c - y * c when c > 0\n";

}  // namespace

TEST_CASE("every kind of mutation occurs where there is something to edit") {
  CHECK(kinds(difference) == std::set{MutationKind::operands, MutationKind::condition, MutationKind::constant,
                                      MutationKind::neighbour, MutationKind::term});
  CHECK(kinds("law a(x[m]): sum[k:|m|+1] (if k < |m| then x[k] else 0) == sum[m] x[m]\n").count(MutationKind::axis));
  CHECK(kinds("law a(x[g,r]): sum[k:|g|*|r|] x[k / |r|, k % |r|] == sum[g,r] x[g,r]\n").count(MutationKind::stride));
  CHECK(kinds("law a(x[i,j:i], y[i,j:i]): (x[i,j] + y[j,i]) * x[j,i] == x[i,j] * x[j,i] + y[j,i] * x[j,i]\n")
            .count(MutationKind::indices));
}

TEST_CASE("no mutant is the statement, and none occurs twice") {
  for (const char* text :
       {difference, "rule a(p: bool): (not (not p)) == p\n", "rule a(x[n]): min[n] x[n] == -(max[n] -x[n])\n"}) {
    const Statement s = statement(text);
    const std::vector<Mutant> all = mutants(s);
    CHECK(all.size() >= 5);
    for (std::size_t k = 0; k < all.size(); ++k) {
      INFO(text << all[k].edit);
      CHECK_FALSE(same(all[k].statement, s));
      for (std::size_t n = 0; n < k; ++n) CHECK_FALSE(same(all[k].statement, all[n].statement));
    }
  }
}

TEST_CASE("conditions are dropped one at a time, and axes may become empty") {
  const std::vector<Mutant> all = mutants(statement(
      "law a(x[m,n], c, d): c * d * (max[m,n] x[m,n]) == d * c * (max[m,n] x[m,n]) + 0 * c when c > 0, d > 0\n"));
  CHECK(count(all, "a condition is dropped") == 2);
  CHECK(count(all, "may be empty") == 2);
  for (const Mutant& m : all)
    if (m.edit == "a condition is dropped") CHECK(m.statement.when.size() == 1);
}

TEST_CASE("a sample is all mutants in an order of the seed, in which the kinds take turns") {
  const Statement s = statement(difference);
  const std::vector<Mutant> all = mutants(s), one = sample_mutants(s, 1), again = sample_mutants(s, 1);
  REQUIRE(one.size() == all.size());
  std::multiset<std::string> x, y;
  for (const Mutant& m : all) x.insert(m.edit);
  for (const Mutant& m : one) y.insert(m.edit);
  CHECK(x == y);
  for (std::size_t k = 0; k < one.size(); ++k) CHECK(one[k].edit == again[k].edit);
  std::set<MutationKind> first;
  for (std::size_t k = 0; k < kinds(difference).size(); ++k) first.insert(one[k].kind);
  CHECK(first == kinds(difference));
}
