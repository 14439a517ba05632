#pragma once
// Campaign: random tests of soundness. A diagram case draws a random diagram, rewrites it by random steps that the
// kernel accepts, and runs both forms; a pair case asks `prove` about two random diagrams that are equal by
// construction, or of which one was edited in one place. Each case is a function of the seed and its number, so that
// any of them can be looked at again. A finding is a defect of the kernel, the evaluator, the prover, or of the
// campaign.
#include "campaign/points.hpp"
#include "campaign/random_terms.hpp"
#include "verify/rulebook.hpp"

namespace skein {

struct Finding {
  std::string kind;      // mismatch, conflict, wrong verdict, rejected certificate, error
  std::string text;      // what was seen, and where
  std::string diagrams;  // the two forms as .skn, around the guilty step if it is known
};

struct CaseReport {
  Counts features;  // what the diagrams contain, "diagrams" of them in all
  Counts counts;    // what was done, and what came of it
  Counts rules;     // uses of each rule
  std::vector<Finding> findings;
};

struct CampaignOptions {
  std::uint64_t seed = 1;
  Shares shares;
  PointOptions points = default_point_options();
  double seconds = 3;  // for the verdict on a pair
};

class Campaign {
 public:
  // The rules are those that are planted and matched; the book has those that the normaliser and the prover use.
  Campaign(const RuleLibrary& rules, RuleBook& book, const CampaignOptions& options)
      : rules_(rules), book_(book), options_(options) {}

  CaseReport diagram(std::uint64_t number);
  CaseReport pair(std::uint64_t number);

 private:
  class DiagramCase;
  class PairCase;

  const RuleLibrary& rules_;
  RuleBook& book_;
  const CampaignOptions& options_;
};

// The axioms, and the theorems of the ledger whose certificates hold here.
std::vector<TheoremPtr> verified_rules(RuleBook& book);

}  // namespace skein
