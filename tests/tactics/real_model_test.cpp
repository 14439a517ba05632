// Real models: rules that hold for all values of the parameters, their false twins with a point, and what is not
// decided.
#include "tactics/real_model.hpp"

#include <catch2/catch.hpp>

#include "verify/z3_oracle.hpp"

using skein::parse_theories;
using skein::Rational;
using skein::Symbol;
using namespace skein::monoidal;
using Catch::Contains;
using Kind = RealVerdict::Kind;

namespace {

RealAnswer z3(const std::string& text) {
  static const skein::Z3Oracle oracle;
  const skein::Z3Oracle::Answer a = oracle.solve(text);
  return {a.none, a.point};
}
RealAnswer nothing(const std::string&) { return {}; }
// What a broken solver says.
RealAnswer origin(const std::string&) { return {false, std::map<std::string, Rational>{}}; }

RealVerdict verdict(const std::string& structure, const std::string& items, const RealSolver& solver = z3) {
  const auto file = parse_theories("theory T : " + structure + " {\n  object A\n" + items + "\n}\n", "t.skn");
  return check(*file.own[0], file.own[0]->real_models.at(0), solver);
}

const std::string monoid =
    "  gen m: A * A -> A\n  gen u: () -> A\n  rule assoc: m * id ; m == id * m ; m\n"
    "  rule left: u * id ; m == id\n  rule right: id * u ; m == id\n";

}  // namespace

TEST_CASE("rules hold in a real model for all parameters, and a false twin has a point") {
  const RealVerdict sum =
      verdict("symmetric", monoid + "  real model M(p) { A = 1; m(x, y) = x + y + p*x*y; u() = 0 }");
  CHECK(sum.kind == Kind::holds);
  CHECK(sum.rules == 3);
  const RealVerdict twin =
      verdict("symmetric", monoid + "  real model M(p) { A = 1; m(x, y) = x + y + p*x*x*y; u() = 0 }");
  CHECK(twin.kind == Kind::fails);
  CHECK(twin.rule == Symbol("assoc"));
  REQUIRE(twin.where.size() == 4);
  CHECK(twin.where.count("p") == 1);
  // m(m(x, y), z) against m(x, m(y, z)), at the point.
  const auto m = [&](const Rational& x, const Rational& y) { return Rational(x + y + twin.where.at("p") * x * x * y); };
  const Rational &x = twin.where.at("x1"), &y = twin.where.at("x2"), &z = twin.where.at("x3");
  CHECK(m(m(x, y), z).get_str() == twin.left);
  CHECK(m(x, m(y, z)).get_str() == twin.right);
}

TEST_CASE("conditions on parameters count, matrices act on coordinates, defs have the value of their body") {
  const std::string turn = "  gen t, b: A -> A\n  def twice: A -> A = t ; t\n  rule r: twice ; b ; b == id\n";
  const std::string values = " {\n    A = 2\n    t = [c -s; s c]\n    b = [c s; (0 - s) c]\n  }";
  CHECK(verdict("symmetric", turn + "  real model M(c, s) where c*c + s*s == 1" + values).kind == Kind::holds);
  CHECK(verdict("symmetric", turn + "  real model M(c, s)" + values).kind == Kind::fails);
  CHECK(verdict("symmetric", turn + "  real model M(c, s) where c*c + s*s <= 1" + values).kind == Kind::fails);
  const RealVerdict none = verdict("symmetric", turn + "  real model M(c, s) where c*c < 0" + values);
  CHECK(none.kind == Kind::unknown);
  CHECK_THAT(none.reason, Contains("no values of its parameters"));
  // The only parameter is a root: the rule fails, but at no rational point.
  const RealVerdict root = verdict("symmetric",
                                   "  gen f: A -> A\n  rule r: f == id\n"
                                   "  real model M(p) where p*p == 2 { A = 1; f(x) = p*x }");
  CHECK(root.kind == Kind::unknown);
  CHECK_THAT(root.reason, Contains("r: the solver found neither"));
  CHECK(verdict("symmetric",
                "  gen f: A -> A\n  rule r: f == id\n"
                "  real model M(p) where 2*p == 1, p > 0 { A = 1; f(x) = p*x + 1/2*x }")
            .kind == Kind::holds);
}

TEST_CASE("a real model copies and discards as every structure does") {
  for (const char* structure : {"comonoid", "markov", "cartesian"}) {
    const std::string det = std::string(structure) == "markov" ? "  det gen" : "  gen";
    const std::string items =
        det + " f: A -> A\n  rule copies: f ; copy == copy ; f * f\n  rule drops: f ; drop == drop\n";
    CHECK(verdict(structure, items + "  real model M(p) { A = 2; f(x, y) = p*x*y, x + p }").kind == Kind::holds);
  }
}

TEST_CASE("what the solver says without a reason proves and refutes nothing") {
  const std::string good = monoid + "  real model M { A = 1; m(x, y) = x + y; u() = 0 }";
  CHECK(verdict("symmetric", good, nothing).kind == Kind::unknown);
  CHECK(verdict("symmetric", good, origin).kind == Kind::unknown);
  const std::string bad = monoid + "  real model M { A = 1; m(x, y) = x - y; u() = 0 }";
  CHECK(verdict("symmetric", bad, nothing).kind == Kind::fails);  // small numbers tell
  // Too large to be written out: 2^k copies in k defs.
  std::string items = "  gen f: A * A -> A\n  def d0: A -> A = copy ; f\n";
  for (int k = 1; k < 40; ++k)
    items +=
        "  def d" + std::to_string(k) + ": A -> A = d" + std::to_string(k - 1) + " ; d" + std::to_string(k - 1) + "\n";
  const RealVerdict large =
      verdict("comonoid", items + "  rule r: d39 == id\n  real model M { A = 1; f(x, y) = x + y }");
  CHECK(large.kind == Kind::unknown);
  CHECK_THAT(large.reason, Contains("too large"));
  items.replace(items.find("copy ; f"), 8, "copy ; id * drop");
  const RealVerdict wires =
      verdict("comonoid", items + "  rule r: d39 == id\n  real model M { A = 1; f(x, y) = x + y }");
  CHECK_THAT(wires.reason, Contains("unfold to too many"));
}
