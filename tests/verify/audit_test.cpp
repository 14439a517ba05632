// What the audit of a library says of small libraries: which statements are the same, which are one step with another.
#include "verify/audit.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::vector<Statement> statements(const std::string& text) {
  std::vector<Statement> out;
  const Module m = parse_module(text, "test.skn");
  for (const Claim& c : m.claims()) out.push_back(to_statement(c));
  return out;
}

// Derived in order, each with the help of those before it.
std::vector<TheoremPtr> theorems(const std::string& text) {
  static Z3Oracle z3;
  RuleBook book(z3.oracle());
  std::vector<TheoremPtr> out;
  const Module m = parse_module(text, "test.skn");
  for (const Claim& c : m.claims()) {
    DeriveOptions options;
    options.hints = c.hints;
    const RuleReport r = book.derive_statement(c.name, to_statement(c), options);
    INFO(c.name.text() << ": " << r.reason);
    REQUIRE(r.theorem);
    out.push_back(r.theorem);
  }
  return out;
}

}  // namespace

TEST_CASE("statements are the same up to the names and the order of arrays, the names of sizes and the sides") {
  const char* distributive =
      "law a(x[n], y[n], c): sum[n] c * (x[n] + y[n]) == c * (sum[n] x[n]) + c * (sum[n] y[n])\n";
  auto same = [&](const std::string& other) { return same_statements(statements(distributive + other)); };
  CHECK(same("law b(u[k], v[k], w): sum[k] w * (u[k] + v[k]) == w * (sum[k] u[k]) + w * (sum[k] v[k])\n") ==
        Pairs{{0, 1}});
  CHECK(same("law b(w, v[k], u[k]): w * (sum[k] u[k]) + w * (sum[k] v[k]) == sum[k] (v[k] + u[k]) * w\n") ==
        Pairs{{0, 1}});
  CHECK(same("law b(u[k], v[k], w[k]): sum[k] w[k] * (u[k] + v[k]) == (sum[k] w[k] * u[k]) + (sum[k] w[k] * v[k])\n")
            .empty());
  CHECK(same("law b(u[k], v[k], w): sum[k] w * (u[k] - v[k]) == w * (sum[k] u[k]) - w * (sum[k] v[k])\n").empty());
}

TEST_CASE("conditions and transposed outputs tell statements apart") {
  CHECK(same_statements(statements("rule a(x, y): max(x * y, 0) == x * max(y, 0) when x >= 0\n"
                                   "rule b(x, y): max(x * y, 0) == y * max(x, 0) when y >= 0\n"
                                   "rule c(x, y): max(x * y, 0) == x * max(y, 0) when x > 0\n")) == Pairs{{0, 1}});
  CHECK(same_statements(
            statements("law a(x[i,j], y[i,j]): (x[i,j] + y[i,j]) * x[i,j] == x[i,j] * x[i,j] + y[i,j] * x[i,j]\n"
                       "law b(x[i,j:i], y[i,j:i]): (x[i,j] + y[j,i]) * x[i,j] == x[i,j] * x[i,j] + y[j,i] * x[i,j]\n"))
            .empty());
}

TEST_CASE("an instance is one step with the statement that it is an instance of") {
  const auto general = "law general(c, x[n]): sum[n] (x[n] * c) == c * (sum[n] x[n])\n";
  CHECK(one_step_instances(
            theorems(std::string(general) +
                     "law instance(a, x[n]): sum[n] (exp(x[n]) * (a * a)) == a * a * (sum[n] exp(x[n]))\n")) ==
        std::vector<OneStep>{{1, 0}});
  CHECK(one_step_instances(theorems(std::string(general) +
                                    "law lifted(c[i], x[i,n]): sum[n] (x[i,n] * c[i]) == c[i] * (sum[n] x[i,n])\n")) ==
        std::vector<OneStep>{{1, 0}});
  // Two steps are not one.
  CHECK(one_step_instances(
            theorems(std::string(general) +
                     "law twice(a, b, x[n]): (sum[n] x[n] * a) + (sum[n] x[n] * b) == (a + b) * (sum[n] x[n])\n"))
            .empty());
}

TEST_CASE("the size of a side is its operators, not its arrays and numbers") {
  const Statement s = statements("law a(x[n], c): (sum[n] (2 * x[n] + c)) == 2 * (sum[n] x[n]) + |n| * c\n").front();
  CHECK(operator_count(s.left) == 3);
  CHECK(operator_count(s.right) == 4);
}
