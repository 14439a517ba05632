// Random lifts find what is false of terms, and pass what is true.
#include "prove/lifts.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"
#include "verify/rulebook.hpp"

using namespace skein;

namespace {

Statement statement(const std::string& text) { return to_statement(parse_module(text, "test.skn").claims().front()); }

LiftReport lifts(const std::string& text, std::uint64_t seed = 1) { return run_lifts(statement(text), 100, seed); }

}  // namespace

TEST_CASE("what is true holds at every lift, of every form and size") {
  const LiftReport r =
      lifts("law a(c, x[n?], y[n?]): sum[n] c * (x[n] - y[n]) == c * (sum[n] x[n]) - (sum[n] y[n]) * c\n");
  CHECK(r.failure.empty());
  CHECK(r.counts.instances == 100);
  for (int n : {r.counts.further, r.counts.repeated, r.counts.strided, r.counts.diagonal, r.counts.computed,
                r.counts.shared, r.counts.sizes[0], r.counts.sizes[1], r.counts.sizes[2], r.counts.sizes[3]})
    CHECK(n > 5);
}

TEST_CASE("a false statement injected is found, whatever the seed") {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    CHECK(lifts("law a(x[n], y[n]): sum[n] x[n] * y[n] == (sum[n] x[n]) * (sum[n] y[n])\n", seed)
              .failure.find("left in") != std::string::npos);
    // It differs where x is negative, and only there.
    CHECK_FALSE(lifts("rule a(x): sqrt(x * x) == x\n", seed).failure.empty());
    // It differs over the empty axis, and only there.
    CHECK_FALSE(lifts("law a(c, x[n?]): (sum[n] (c + 0 * x[n])) / |n| == c\n", seed).failure.empty());
    CHECK(lifts("law a(c, x[n]): (sum[n] (c + 0 * x[n])) / |n| == c\n", seed).failure.empty());
  }
}

TEST_CASE("conditions hold at every point of a lift") {
  CHECK(lifts("rule a(x): sqrt(x * x) == x when x >= 0\n").failure.empty());
  const LiftReport r = lifts("rule a(x, y): inv(x) * y * x == y when x != 0\n");
  CHECK(r.failure.empty());
  CHECK(r.counts.instances == 100);
  CHECK_FALSE(lifts("rule a(x, y): inv(x - y) * (x - y) == 1\n").failure.empty());
}

TEST_CASE("a difference too small for floats is no failure, one that enclosures tell is") {
  CHECK(lifts("law a(x): (x + 1) * (x - 1) == x * x - 1\n").failure.empty());
  CHECK_FALSE(lifts("law a(x): (x + 1) * (x - 1) == x * x - 1 + 1 / 1000000\n").failure.empty());
}
