// Where one cost is less than another.
#include "search/region.hpp"

#include <catch2/catch.hpp>

using namespace skein;

namespace {

Size v(const char* name) { return size_variable(Symbol(name)); }
Size n(long k) { return size_constant(k); }

}  // namespace

TEST_CASE("equal costs are told apart nowhere") {
  CHECK(where_less(v("a") * v("b"), v("b") * v("a"), {}).kind == Region::Kind::equal);
}
TEST_CASE("sizes are at least 1: n < 2n always") {
  CHECK(where_less(v("n"), n(2) * v("n"), {}).kind == Region::Kind::always);
}
TEST_CASE("where a size may be 0, n < 2n is not always") {
  SizeContext empty;
  empty.lower[Symbol("n")] = 0;
  CHECK(where_less(v("n"), n(2) * v("n"), empty).kind != Region::Kind::always);
}
TEST_CASE("nothing is cheaper than itself plus something") {
  CHECK(where_less(v("a") + v("b"), v("a"), {}).kind == Region::Kind::never);
}
TEST_CASE("common factors are taken out of the condition, and the examples are on their sides of it") {
  const Size products = n(2) * v("k") * v("d") * v("v") + n(2) * v("q") * v("d") * v("v"),
             scores = n(2) * v("q") * v("k") * v("d") + n(2) * v("q") * v("k") * v("v");
  const Region r = where_less(products, scores, {});
  CHECK(r.kind == Region::Kind::where);
  CHECK(r.condition == "d*k*v + d*q*v < d*k*q + k*q*v");
  CHECK(*evaluate(products, *r.inside) < *evaluate(scores, *r.inside));
  CHECK(*evaluate(products, *r.outside) >= *evaluate(scores, *r.outside));
  CHECK(where_less(n(6) * v("a") * v("c"), n(4) * v("b") * v("c"), {}).condition == "3*a < 2*b");
}
TEST_CASE("examples satisfy the hypotheses of the context") {
  SizeContext wide;
  wide.hypotheses.push_back(v("a") - v("b"));  // a >= b
  const Region r = where_less(v("b") * n(2), v("a"), wide);
  REQUIRE(r.inside);
  REQUIRE(r.outside);
  CHECK(r.inside->at(Symbol("a")) >= r.inside->at(Symbol("b")));
  CHECK(r.outside->at(Symbol("a")) >= r.outside->at(Symbol("b")));
}
