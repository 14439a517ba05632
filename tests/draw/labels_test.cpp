// Labels say what they stand for in few signs.
#include <catch2/catch.hpp>

#include "draw/labels.hpp"

using namespace skein;

namespace {

const Index i{0}, j{1};
const Size r = size_variable(Symbol("r"));

std::string name(Index k) { return k == i ? "i" : "j"; }

IndexExpression var(Index k) { return index_variable(k); }

}  // namespace

TEST_CASE("remainders and quotients of indices are written as such") {
  CHECK(label(modulo(var(i), r), name) == "i mod |r|");
  CHECK(label(floor_divide(var(i), r), name) == "⌊i/|r|⌋");
  CHECK(label(modulo(var(i) + var(j), r), name) == "(i + j) mod |r|");
  CHECK(label(var(j) + modulo(var(i), r), name) == "j + i mod |r|");
  CHECK(label(modulo(var(i), size_constant(8)), name) == "i mod 8");
  CHECK(label(var(i) - floor_divide(var(i), r), name) == "i − ⌊i/|r|⌋");
  CHECK(label(index_size(r) * var(i) + var(j), name).find("mod") == std::string::npos);
}

TEST_CASE("signs of numbers are minus signs, and fractions stay exact") {
  CHECK(label(Rational(-1)) == "−1");
  CHECK(label(Rational(1, 3)) == "1/3");
  CHECK(label(Rational(-123456, 100001)) == "−1.235");
  CHECK(label(index_constant(0), name) == "0");
  CHECK(label(index_constant(2) * var(i) - index_constant(3), name).find("−") != std::string::npos);
}

TEST_CASE("a guard is a comparison without minus signs") {
  CHECK(guard_label(var(i) - var(j), name) == "j ≤ i");
  CHECK(guard_label(var(i) - var(j) - index_constant(1), name) == "j < i");
}
