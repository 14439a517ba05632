#include "theory/meaning.hpp"

#include <catch2/catch.hpp>

#include "theory/numbers.hpp"

using namespace skein;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

double at(Op op, std::vector<double> x) { return apply(Floating(), op, std::span<const double>(x)); }
Rational exactly(Op op, std::vector<Rational> x) {
  std::vector<ExactValue> values;
  for (const Rational& q : x) values.push_back({q, false});
  return apply(Exact(), op, std::span<const ExactValue>(values)).value;
}

}  // namespace

TEST_CASE("every operator has its closed form in floating point") {
  CHECK(at(Op::add, {1, 2, 4}) == 7);
  CHECK(at(Op::mul, {2, 3, 5}) == 30);
  CHECK(at(Op::max, {-3, -1, -2}) == -1);
  CHECK(at(Op::min, {3, 1, 2}) == 1);
  CHECK(at(Op::conj, {1, 0, 1}) == 0);
  CHECK(at(Op::disj, {0, 1, 0}) == 1);
  CHECK(at(Op::negate, {0}) == 1);
  CHECK(at(Op::inv, {4}) == 0.25);
  CHECK(at(Op::exp, {1}) == Approx(2.718281828459045));
  CHECK(at(Op::log, {10}) == Approx(2.302585092994046));
  CHECK(at(Op::sqrt, {2}) == Approx(1.4142135623730951));
  CHECK(at(Op::erf, {1}) == Approx(0.8427007929497149));
  CHECK(at(Op::sin, {1}) == Approx(0.8414709848078965));
  CHECK(at(Op::cos, {1}) == Approx(0.5403023058681398));
  CHECK(at(Op::less, {1, 1}) == 0);
  CHECK(at(Op::less_equal, {1, 1}) == 1);
  CHECK(at(Op::equal, {1, 2}) == 0);
  CHECK(at(Op::where, {1, 5, 7}) == 5);
  CHECK(at(Op::where, {0, 5, 7}) == 7);
  CHECK(at(Op::neg_inf, {}) == -infinity);
}

TEST_CASE("partial operators have their conventional value outside of their domain") {
  CHECK(at(Op::inv, {0}) == 0);
  CHECK(at(Op::inv, {-0.0}) == 0);
  CHECK(at(Op::log, {0}) == 0);
  CHECK(at(Op::log, {-1}) == 0);
  CHECK(at(Op::sqrt, {-4}) == 0);
  CHECK(exactly(Op::inv, {0}) == 0);
  CHECK(exactly(Op::log, {-3}) == 0);
  CHECK(exactly(Op::sqrt, {-3}) == 0);
}

TEST_CASE("minus infinity absorbs in sums, vanishes under exp and fin, and is least") {
  CHECK(at(Op::add, {-infinity, 3}) == -infinity);
  CHECK(at(Op::max, {-infinity, 3}) == 3);
  CHECK(at(Op::exp, {-infinity}) == 0);
  CHECK(at(Op::fin, {-infinity}) == 0);
  CHECK(at(Op::fin, {2}) == 2);
  CHECK(at(Op::less, {-infinity, -1e300}) == 1);
  CHECK(at(Op::equal, {-infinity, -infinity}) == 1);
  const Exact n;
  CHECK(n.add(n.neg_inf(), n.rational(3)) == n.neg_inf());
  CHECK(n.max(n.neg_inf(), n.rational(-3)) == n.rational(-3));
  CHECK(n.less(n.neg_inf(), n.rational(-3)) == n.boolean(true));
  CHECK(n.exp(n.neg_inf()) == n.rational(0));
}

TEST_CASE("exact values are exact or refused") {
  CHECK(exactly(Op::add, {Rational(1, 3), Rational(1, 6)}) == Rational(1, 2));
  CHECK(exactly(Op::sqrt, {Rational(4, 9)}) == Rational(2, 3));
  CHECK(exactly(Op::exp, {0}) == 1);
  CHECK(exactly(Op::cos, {0}) == 1);
  CHECK(exactly(Op::log, {1}) == 0);
  CHECK_THROWS_AS(exactly(Op::sqrt, {2}), NotExact);
  CHECK_THROWS_AS(exactly(Op::exp, {1}), NotExact);
  CHECK_THROWS_AS(exactly(Op::log, {2}), NotExact);
}

TEST_CASE("domains are those of the partial operators") {
  const Floating n;
  CHECK(satisfies(n, domain(Op::inv), 0) == Truth::no);
  CHECK(satisfies(n, domain(Op::inv), -1) == Truth::yes);
  CHECK(satisfies(n, domain(Op::log), 0) == Truth::no);
  CHECK(satisfies(n, domain(Op::sqrt), 0) == Truth::yes);
  CHECK(satisfies(n, domain(Op::sqrt), -1e-300) == Truth::no);
  CHECK(domain(Op::reduce, Op::max) == Requirement::nonempty);
  CHECK(domain(Op::reduce, Op::add) == Requirement::none);
  CHECK(domain(Op::exp) == Requirement::none);
}

TEST_CASE("an uninterpreted operator depends on its name, its draw and each argument") {
  const Floating n;
  auto f = [&](const char* name, std::vector<double> x, std::uint64_t draw) {
    return uninterpreted(n, Symbol(name), std::span<const double>(x), draw);
  };
  CHECK(f("f", {1, 2}, 0) == f("f", {1, 2}, 0));
  CHECK(f("f", {1, 2}, 0) != f("g", {1, 2}, 0));
  CHECK(f("f", {1, 2}, 0) != f("f", {1, 2}, 1));
  CHECK(f("f", {1, 2}, 0) != f("f", {2, 1}, 0));
}
