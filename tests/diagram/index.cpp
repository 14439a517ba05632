#include "diagram/index.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace skein;

namespace {

const Symbol a("a"), b("b");
const Index i{0}, j{1}, k{2};

// i ranges over a*b, j over b, k over the constant 6.
Size size_of(Index x) {
  return x == i ? size_variable(a) * size_variable(b) : x == j ? size_variable(b) : size_constant(6);
}

IndexExpression random_expression(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 3)) {
    case 0: return index_variable(Index{static_cast<std::uint32_t>(random() % 3)});
    case 1: return index_constant(static_cast<long>(random() % 7) - 2);
    case 2: return index_size(size_variable(random() % 2 ? a : b));
    case 3: return random_expression(random, depth - 1) + random_expression(random, depth - 1);
    case 4:
      return random_expression(random, depth - 1) * index_constant(static_cast<long>(random() % 5) - 2) -
             random_expression(random, depth - 1);
    case 5: return modulo(random_expression(random, depth - 1), size_variable(random() % 2 ? a : b));
    case 6:  // what a merge of axes leaves behind, split again
      return floor_divide(index_size(size_variable(b)) * random_expression(random, depth - 1) + index_variable(j),
                          size_variable(b));
    default: {
      const Size by[] = {size_constant(2), size_constant(3), size_variable(a), size_variable(b),
                         size_variable(a) * size_variable(b)};
      return floor_divide(random_expression(random, depth - 1), by[random() % 5]);
    }
  }
}

// Calls f(index values, sizes) at every index in range for small sizes.
template <class F>
void everywhere(F&& f) {
  for (int na = 1; na <= 3; ++na)
    for (int nb = 1; nb <= 3; ++nb)
      for (int vi = 0; vi < na * nb; ++vi)
        for (int vj = 0; vj < nb; ++vj)
          for (int vk = 0; vk < 6; ++vk)
            f([=](Index x) { return Integer(x == i   ? vi
                                            : x == j ? vj
                                                     : vk); },
              std::map<Symbol, Integer>{{a, na}, {b, nb}});
}

}  // namespace

TEST_CASE("simplify keeps the value at every index in range") {
  std::mt19937 random(31);
  const SizeContext sizes;
  const IndexRanges ranges(sizes, size_of);
  int changed = 0;
  for (int round = 0; round < 400; ++round) {
    const IndexExpression e = random_expression(random, 3), s = ranges.simplify(e);
    changed += !(s == e);
    everywhere([&](auto index, auto at) { REQUIRE(evaluate(s, index, at) == evaluate(e, index, at)); });
  }
  CHECK(changed > 20);
}

TEST_CASE("what is accepted as nonnegative or within is so at every index in range") {
  std::mt19937 random(32);
  const SizeContext sizes;
  const IndexRanges ranges(sizes, size_of);
  int accepted = 0, guarded = 0;
  for (int round = 0; round < 1500; ++round) {
    const IndexExpression e = random_expression(random, 3), guard = random_expression(random, 2);
    const bool alone = ranges.nonnegative(e), under = ranges.nonnegative(e, {guard});
    const bool within = ranges.within(e, size_variable(b));
    accepted += alone;
    guarded += under && !alone;
    if (!alone && !under && !within) continue;
    everywhere([&](auto index, auto at) {
      const Integer v = evaluate(e, index, at);
      if (alone) REQUIRE(v >= 0);
      if (under && evaluate(guard, index, at) >= 0) REQUIRE(v >= 0);
      if (within) REQUIRE((v >= 0 && v < at[b]));
    });
  }
  CHECK(accepted > 100);
  CHECK(guarded > 3);
}

TEST_CASE("the bounds of two different quotients are kept apart") {
  // x div 2 - 50*((y div 2 + x) div 5) is negative at x = 99; a confusion of the quotients once made it look
  // nonnegative.
  const SizeContext sizes;
  const IndexRanges ranges(sizes, [](Index x) { return size_constant(x == i ? 100 : 4); });
  const IndexExpression x = index_variable(i), y = index_variable(j);
  const IndexExpression inner = floor_divide(floor_divide(y, size_constant(2)) + x, size_constant(5));
  CHECK_FALSE(ranges.nonnegative(floor_divide(x, size_constant(2)) - index_constant(50) * inner));
}

TEST_CASE("a remainder is in range, whatever it is the remainder of") {
  const SizeContext sizes;
  const IndexRanges ranges(sizes, size_of);
  const Size n = size_variable(a), m = size_variable(b);
  for (const IndexExpression& e :
       {index_variable(i) + index_constant(1), index_variable(i) - index_variable(j), index_constant(-3),
        index_size(m) * index_variable(i) + index_variable(j) - index_constant(7)}) {
    CHECK(ranges.within(modulo(e, n), n));
    CHECK(ranges.nonnegative(index_size(n) - index_constant(1) - modulo(e, n)));
    CHECK_FALSE(ranges.nonnegative(modulo(e, n) - index_constant(1)));
    CHECK_FALSE(ranges.nonnegative(index_size(n) - index_constant(2) - modulo(e, n)));
    CHECK_FALSE(ranges.nonnegative(index_size(m) - index_constant(1) - modulo(e, n)));
  }
}

TEST_CASE("split and merge are inverse") {
  const SizeContext sizes;
  const IndexRanges ranges(sizes, size_of);
  const IndexExpression whole = index_variable(i);
  const IndexExpression group = floor_divide(whole, size_variable(b)), rest = modulo(whole, size_variable(b));
  CHECK(index_size(size_variable(b)) * group + rest == whole);
  const IndexExpression g = index_variable(k), r = index_variable(j);
  const IndexExpression merged = index_size(size_variable(b)) * g + r;
  CHECK(ranges.simplify(floor_divide(merged, size_variable(b))) == g);
  CHECK(ranges.simplify(modulo(merged, size_variable(b))) == r);
  CHECK(ranges.within(group, size_variable(a)));
  CHECK(ranges.within(rest, size_variable(b)));
  CHECK_FALSE(ranges.within(whole, size_variable(b)));
}

TEST_CASE("division rounds towards minus infinity, and by nothing it is refused") {
  const auto at = [](Index) { return Integer(0); };
  CHECK(evaluate(floor_divide(index_constant(-1), size_constant(2)), at, {}) == -1);
  CHECK(evaluate(floor_divide(index_variable(i) - index_constant(3), size_constant(2)), at, {}) == -2);
  CHECK(evaluate(modulo(index_constant(-1), size_constant(4)), at, {}) == 3);
  CHECK_THROWS_AS(floor_divide(index_variable(i), size_constant(0)), std::invalid_argument);
  CHECK_THROWS_AS(evaluate(index_size(size_variable(a)), at, {}), std::invalid_argument);
}

TEST_CASE("an index under a quotient over a possibly empty size is left alone") {
  SizeContext sizes;
  sizes.lower[b] = 0;
  const IndexRanges ranges(sizes, size_of);
  const IndexExpression q = floor_divide(index_variable(j), size_variable(b));
  CHECK(ranges.simplify(q) == q);
}

TEST_CASE("substitution commutes with evaluation") {
  std::mt19937 random(33);
  for (int round = 0; round < 200; ++round) {
    const IndexExpression e = random_expression(random, 3), f = random_expression(random, 2);
    const IndexExpression s = substitute(e, [&](Index x) { return x == i ? f : index_variable(x); });
    everywhere([&](auto index, auto at) {
      const Integer inner = evaluate(f, index, at);
      REQUIRE(evaluate(s, index, at) == evaluate(
                                            e, [&](Index x) { return x == i ? inner : index(x); }, at));
    });
  }
}
