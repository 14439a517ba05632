// The campaign of random tests: a small sample finds nothing, and planted errors are found.
#include "campaign/campaign.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

RuleBook& book() {
  static Z3Oracle z3;
  static RuleBook b(z3.oracle(), std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs" / "ledger");
  return b;
}

TheoremPtr rule(const char* name) { return book().ledger().find(Symbol(name)); }

// Some rules of each subject: to replay the whole ledger takes longer than the sample.
const RuleLibrary& rules() {
  static const RuleLibrary library = [] {
    std::vector<TheoremPtr> out = kernel_axioms();
    for (const char* name :
         {"max_plus_min",    "max_scale",   "inv_mul",    "inv_exp",           "mul_inv",       "sqrt_square",
          "softmax_shift",   "relu_scale",  "max_concat", "pad_sum",           "pick_position", "scatter_gather",
          "reverse_reverse", "mean_affine", "not_and",    "running_sum_carry", "mask_exp",      "masks_max",
          "less_negate",     "all_and",     "fubini",     "matmul_associative"})
      if (const TheoremPtr t = rule(name)) out.push_back(t);
    return RuleLibrary(out);
  }();
  return library;
}

struct Sum {
  Counts features, counts;
  std::vector<Finding> findings;
  void operator+=(CaseReport r) {
    add(features, r.features), add(counts, r.counts);
    findings.insert(findings.end(), r.findings.begin(), r.findings.end());
  }
  bool found(const std::string& kind) const {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.kind == kind; });
  }
};

Sum diagrams(const RuleLibrary& library, const CampaignOptions& options, std::uint64_t most, bool until_found = false) {
  Campaign campaign(library, book(), options);
  Sum out;
  for (std::uint64_t k = 0; k < most && !(until_found && !out.findings.empty()); ++k) out += campaign.diagram(k);
  return out;
}

// What a solver that says yes to everything lets through.
RuleLibrary with_false_rule(const std::string& text) {
  RuleBook gullible([](const std::string&) { return true; });
  const RuleReport r = gullible.verify(parse_module(text, "false.skn").claims().front());
  REQUIRE(r.theorem);
  return RuleLibrary({r.theorem});
}

}  // namespace

TEST_CASE("random diagrams, rewritten, have the values that they had") {
  const Sum sum = diagrams(rules(), {}, 400);
  for (const Finding& f : sum.findings) UNSCOPED_INFO(f.kind << ": " << f.text << "\n" << f.diagrams);
  CHECK(sum.findings.empty());
  // Each in a share that says something.
  for (const char* feature :
       {"ext", "axes that may be empty", "guards", "take", "folds", "repeat", "stochastic boxes", "views", "where",
        "opaque boxes", "booleans", "conditions on signs", "hypotheses on sizes", "reductions by max"}) {
    INFO(feature);
    CHECK(sum.features.count(feature));
    CHECK(sum.features.at(feature) >= 8);
  }
  CHECK(sum.counts.at("points with a size 0") >= 20);
  CHECK(sum.counts.at("points with -inf") >= 20);
  CHECK(sum.counts.at("steps") >= 400);
  CHECK(sum.counts.at("theorems") >= 200);
  CHECK(sum.counts.at("certificates replayed") >= 10);
}

TEST_CASE("unrolled folds have the values of their steps, whatever axes a step exchanges") {
  CampaignOptions options;
  options.shares.fold = 1, options.shares.stochastic = 0;
  const Sum sum = diagrams(rules(), options, 120);
  for (const Finding& f : sum.findings) UNSCOPED_INFO(f.kind << ": " << f.text << "\n" << f.diagrams);
  CHECK(sum.findings.empty());
  CHECK(sum.counts.at("unrolled folds compared with their steps") >= 200);
}

TEST_CASE("a case depends on the seed and its number alone") {
  CampaignOptions options;
  Campaign first(rules(), book(), options), second(rules(), book(), options);
  first.diagram(6);
  const CaseReport a = first.diagram(7), b = second.diagram(7);
  CHECK(a.features == b.features);
  CHECK(a.rules == b.rules);
  options.seed = 2;
  bool other = false;
  for (std::uint64_t k = 0; k < 5 && !other; ++k) {
    CampaignOptions own;
    other = Campaign(rules(), book(), own).diagram(k).rules != Campaign(rules(), book(), options).diagram(k).rules;
  }
  CHECK(other);
}

TEST_CASE("a false rule is found") {
  const char* text =
      GENERATE("rule wrong(x, y): max(x, y) == x\n", "rule wrong(x, y): where(x < y, x, y) == max(x, y)\n",
               "rule wrong(x): sqrt(x * x) == x\n", "rule wrong(x): x * inv(x) == 1\n");
  CAPTURE(text);
  const Sum sum = diagrams(with_false_rule(text), {}, 200, true);
  REQUIRE(sum.found("mismatch"));
  const Finding& f =
      *std::find_if(sum.findings.begin(), sum.findings.end(), [](const Finding& x) { return x.kind == "mismatch"; });
  CHECK(f.text.find("rule wrong") != std::string::npos);
}

TEST_CASE("a wrong value of floats is found, be it on one side or on both") {
  CampaignOptions options;
  options.points.floats = [](const Diagram& d, const Environment& e, Precision p) {
    auto out = evaluate(d, e, p);
    const bool affected = std::any_of(d.boxes().begin(), d.boxes().end(),
                                      [](const Box& x) { return x.op == Op::reduce && x.fold == Op::max; });
    if (affected)
      for (double& x : out[0].data) x += 1;
    return out;
  };
  CHECK(diagrams(rules(), options, 300, true).found("conflict"));
}

TEST_CASE("random pairs are given no wrong verdict") {
  CampaignOptions options;
  Campaign campaign(rules(), book(), options);
  Sum sum;
  for (std::uint64_t k = 0; k < 24; ++k) sum += campaign.pair(k);
  for (const Finding& f : sum.findings) UNSCOPED_INFO(f.kind << ": " << f.text << "\n" << f.diagrams);
  CHECK(sum.findings.empty());
  CHECK(sum.counts["equal: proved"] >= 6);
  CHECK(sum.counts["equal: refuted"] == 0);
  CHECK(sum.counts["edited and different: proved"] == 0);
  CHECK(sum.counts["edited and different: refuted"] >= 4);
}
