#include "diagram/size.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace skein;

namespace {

const Symbol n("n"), m("m"), k("k");

Size random_size(std::mt19937& random, int terms) {
  Size s;
  for (int t = 0; t < terms; ++t) {
    Size product = size_constant(static_cast<long>(random() % 9) - 4);
    for (unsigned f = random() % 3; f > 0; --f)
      product = product * size_variable(random() % 2 ? n : random() % 2 ? m : k);
    s += product;
  }
  return s;
}

std::map<Symbol, Integer> random_values(std::mt19937& random, int from) {
  std::map<Symbol, Integer> values;
  for (Symbol v : {n, m, k}) values[v] = static_cast<int>(random() % 7) + from;
  return values;
}

}  // namespace

TEST_CASE("(n+m)*(n-m) is n*n - m*m, and sums do not remember their order") {
  const Size a = size_variable(n), b = size_variable(m);
  CHECK((a + b) * (a - b) == a * a - b * b);
  CHECK(a + b == b + a);
  CHECK((a - a).is_zero());
  CHECK(to_string(a + b) == to_string(b + a));
}

TEST_CASE("evaluation is a ring homomorphism, and commutes with substitution") {
  std::mt19937 random(21);
  for (int round = 0; round < 300; ++round) {
    const Size p = random_size(random, 4), q = random_size(random, 4);
    const auto at = random_values(random, 0);
    const Integer x = *evaluate(p, at), y = *evaluate(q, at);
    REQUIRE(*evaluate(p * q, at) == x * y);
    REQUIRE(*evaluate(p - q, at) == x - y);
    auto replaced = at;
    replaced[n] = y;
    REQUIRE(*evaluate(substitute(p, {{n, q}}), at) == *evaluate(p, replaced));
  }
  CHECK_FALSE(evaluate(size_variable(n), {}));
}

TEST_CASE("(p*q)/q is p; a division that is not exact is refused") {
  std::mt19937 random(22);
  for (int round = 0; round < 300; ++round) {
    const Size p = random_size(random, 3), q = random_size(random, 3);
    if (q.is_zero()) continue;
    const auto found = divide_exactly(p * q, q);
    INFO(to_string(p) << "   times   " << to_string(q));
    REQUIRE(found);
    REQUIRE(*found == p);
  }
  CHECK_FALSE(divide_exactly(size_variable(n) + size_constant(1), size_variable(n)));
  CHECK_FALSE(divide_exactly(size_constant(3), size_constant(2)));
  CHECK_FALSE(divide_exactly(size_variable(n), Size()));
}

TEST_CASE("what is accepted as nonnegative is nonnegative wherever the assumptions hold") {
  std::mt19937 random(23);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    SizeContext context;
    if (round % 2) context.lower[n] = 0;
    context.hypotheses = {random_size(random, 2), random_size(random, 2)};
    const Size s = random_size(random, 3);
    const auto farkas = context.find_farkas(s);
    if (!farkas) continue;
    ++accepted;
    for (int point = 0; point < 20; ++point) {
      auto at = random_values(random, 0);
      bool admissible = at[m] >= 1 && at[k] >= 1 && at[n] >= context.lower_bound(n);
      for (const Size& h : context.hypotheses) admissible = admissible && *evaluate(h, at) >= 0;
      if (admissible) REQUIRE(*evaluate(s, at) >= 0);
    }
  }
  CHECK(accepted > 300);
}

TEST_CASE("n - m >= 0 needs its hypothesis, a multiplier must not be negative, n - 1 >= 0 needs n nonempty") {
  const Size d = size_variable(n) - size_variable(m);
  SizeContext context;
  CHECK_FALSE(context.nonnegative(d));
  context.hypotheses = {d};
  CHECK(context.nonnegative(d, {Rational(1)}));
  CHECK(context.find_farkas(d));
  CHECK_FALSE(context.nonnegative(Size() - d, {Rational(-1)}));
  CHECK_FALSE(context.nonnegative(d, {Rational(1), Rational(0)}));
  CHECK(context.positive(size_variable(n)));
  context.lower[n] = 0;
  CHECK_FALSE(context.positive(size_variable(n)));
}
