// Domains: under which hypotheses two sides are said to be equal. What a branch, or one entry of an array, asks for is
// no condition on everything.
#include "prove/domain.hpp"

#include "evidence.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

Outcome decide(const std::string& header, const std::string& left, const std::string& right) {
  static Z3Oracle z3;
  static RuleBook book(z3.oracle(), source_tree() / "proofs/ledger");
  const std::string text = "def left" + header + " {\n" + left + "\n}\ndef right" + header + " {\n" + right + "\n}\n";
  ProveOptions options;
  options.name = Symbol("domains");
  options.deadline = in_seconds(20);
  return prove(pair(skn(text, "left"), skn(text, "right")), book, options);
}

std::string verdict(const std::string& header, const std::string& left, const std::string& right) {
  return to_string(decide(header, left, right).verdict);
}

using Hypotheses = std::vector<std::string>;

// Of two sides that are proved equal.
Hypotheses hypotheses(const std::string& header, const std::string& left, const std::string& right) {
  const Outcome o = decide(header, left, right);
  INFO(left << "\n" << right);
  CHECK(std::string(to_string(o.verdict)) == "proved");
  return o.hypotheses;
}

}  // namespace

TEST_CASE("what a branch asks for is no hypothesis, and the other branch counts", "[domain]") {
  CHECK(verdict("(x[n])[n]", "return if x[n] >= 0 then sqrt(x[n]) * sqrt(x[n]) else -x[n]", "return x[n]") ==
        "refuted");
  CHECK(verdict("(x[n])[n]", "return if x[n] == 0 then 5 else x[n] / x[n]", "return 1 + 0 * x[n]") == "refuted");
  CHECK(hypotheses("(x[n])[n]", "return x[n] / x[n]", "return 1 + 0 * x[n]") ==
        Hypotheses{"where both sides are defined: x is not 0"});
  // Where the other side asks for it in any case, the branch does not matter.
  CHECK(hypotheses("(x[n])[n]", "return if x[n] == 0 then 5 else 1 / x[n]", "return 1 / x[n]") ==
        Hypotheses{"where both sides are defined: x is not 0"});
  CHECK(hypotheses("(x[n])[n]", "return if x[n] > 1 then 1 / x[n] else 0", "return if x[n] > 1 then 1 / x[n] else 0")
            .empty());
  CHECK(hypotheses("(x[n], c)[n]", "return 0 * (if c > 0 then 1 / x[n] else 0)", "return 0 * x[n] * c") ==
        Hypotheses{"in the left side, wherever it is asked for, x is not 0"});
}

TEST_CASE("what one entry asks for is no hypothesis on all entries", "[domain]") {
  CHECK(verdict("(x[3], c)[]", "y[i:3] = sqrt(x[i])\nreturn y[0] + (if c == 17 then sum[i:3] sqrt(x[i] * x[i]) else 0)",
                "y[i:3] = sqrt(x[i])\nreturn y[0] + (if c == 17 then sum[i:3] x[i] else 0)") != "proved");
  CHECK(verdict("(x[3])[]", "y[i:3] = 1 / x[i]\nreturn y[0] + x[1] / x[1]", "y[i:3] = 1 / x[i]\nreturn y[0] + 1") ==
        "proved");
  CHECK(hypotheses("(x[3])[]", "y[i:3] = 1 / x[i]\nreturn y[0] + 0 * y[1]", "y[i:3] = 1 / x[i]\nreturn y[0]") ==
        Hypotheses{"in the left side, x[1] is not 0"});
  CHECK(hypotheses("(x[3])[]", "y[i:3] = 1 / x[i]\nreturn y[0]", "return 1 / x[0]").empty());
  // A view that reaches every entry asks for all.
  CHECK(hypotheses("(x[n])[i:n]", "y[i:n] = 1 / x[i]\nreturn 0 * y[|n| - 1 - i]", "return 0 / x[i]").empty());
  CHECK(hypotheses("(x[n, m])[k:n * m]", "y[n, m] = 1 / x[n, m]\nreturn y[k / |m|, k % |m|]",
                   "return 1 / x[k / |m|, k % |m|]")
            .empty());
}

TEST_CASE("nothing is asked for along an axis that is empty", "[domain]") {
  CHECK(hypotheses("(x, z[n?])[]", "return 0 * (sum[n] z[n] / x)", "return 0 / x") ==
        Hypotheses{"in the left side, wherever it is asked for, x is not 0", "in the right side, x is not 0"});
  CHECK(hypotheses("(x, z[n])[]", "return 0 * (sum[n] z[n] / x)", "return 0 / x").empty());
}
