#pragma once
// RandomRewrites: a term rewritten by random steps of the kernel at random places: planted instances of rules, rules
// matched anywhere, in both directions, single inferences, re-association, normal forms of parts, unrolling of folds.
// What comes out is an equation that the kernel accepted; a step that it refuses changes nothing.
#include "campaign/random_terms.hpp"
#include "rewrite/match.hpp"

namespace skein {

class RandomRewrites {
 public:
  RandomRewrites(Kernel& k, const RuleLibrary& rules, const RandomTerms& terms, std::mt19937_64& random,
                 std::chrono::steady_clock::time_point deadline);

  struct Result {
    Rewrite whole;
    std::vector<std::string> steps;  // the rules and inferences that were used, in order
    std::vector<Ref> forms;          // what each of them led to, for finding the one that was wrong
  };
  // At most `count` steps; fewer where no step was found.
  Result rewrite(const Ref& root, int count);
  // Attempted steps that the kernel refused, and signs that it derived on the way.
  const Counts& counts() const { return counts_; }

 private:
  struct Local {
    Rewrite rewrite;
    std::string name;
  };
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::optional<Local> step_at(WireId site);
  std::optional<Local> redex(const Ref& whole);
  std::optional<Local> matched(const Ref& whole);
  std::optional<Local> inference(const Ref& whole);
  std::optional<Local> split(const Ref& whole);
  std::optional<Local> reindexed(const Ref& whole);
  std::optional<Local> regrouped(const Ref& whole);
  std::optional<Local> distributed(const Ref& whole);
  std::optional<Local> introduced(const Ref& whole);
  std::optional<Local> unrolled(const Ref& whole);
  std::optional<Local> normalised(const Ref& whole);
  // The rewrite of `w` that comes from that of `site` below it: at all its occurrences, or along one path.
  std::optional<Rewrite> lifted(WireId w, WireId site, const Rewrite& r, bool everywhere);

  Kernel& k_;
  DiagramBuilder& b_;
  const RuleLibrary& rules_;
  const RandomTerms& terms_;
  std::mt19937_64& random_;
  Matcher matcher_;
  Normaliser normaliser_;
  Rewriter w_;
  std::map<WireId, std::optional<Rewrite>> memo_;
  Counts counts_;
};

}  // namespace skein
