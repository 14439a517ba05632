// Conditions that are missing: found where one equation of sizes is enough, and only if the claim is verified under it.
#include "prove/conditions.hpp"

#include <catch2/catch.hpp>

using namespace skein;

namespace {

std::optional<MissingCondition> missing(const std::string& claim) {
  const Module m = parse_module(claim, "test.skn");
  RuleBook book([](const std::string&) { return false; });  // no leaves
  return find_condition(book, m.claims().back(), 1, {});
}

}  // namespace

TEST_CASE("two sizes must be equal") {
  const auto found = missing("rule r(x[n], y[m]): |n| * (sum[n] x[n]) == |m| * (sum[n] x[n])");
  REQUIRE(found);
  CHECK(found->text == "m == n");
  CHECK(found->agreeing_outside == 0);
  CHECK(found->agreeing > 0);
  CHECK(found->differing > 0);
  CHECK(found->report.status == RuleStatus::verified);
}

TEST_CASE("a size must be 1") {
  const auto found = missing("rule r(x[n]): (sum[n] x[n]) * (sum[j:n] x[j]) == sum[n] x[n] * x[n]");
  REQUIRE(found);
  CHECK(found->text == "n == 1");
}

TEST_CASE("no size helps") { CHECK_FALSE(missing("rule r(x[n], y[n]): sum[n] x[n] == sum[n] y[n]")); }

TEST_CASE("a condition that cannot be proved is not reported") {
  // True for n = 1, but not by normal forms.
  CHECK_FALSE(
      missing("rule r(x[n]): sum[n] max(x[n], 0) == max(sum[n] x[n], 0) + 0 * |n| * (sum[n] x[n]) "
              "+ (sum[n] min(x[n], 0)) - min(sum[n] x[n], x[0])"));
}
