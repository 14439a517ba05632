#pragma once
// Drawn: a random diagram in a kernel of its own, with the means to rewrite it and to state what came of it.
#include "campaign/random_rewrites.hpp"
#include "verify/rulebook.hpp"

namespace skein {

// Seeds of neighbouring cases have nothing to do with one another.
std::uint64_t case_seed(std::uint64_t seed, std::uint64_t number);

class Drawn {
 public:
  Drawn(const RuleLibrary& rules, RuleBook& book, const Shares& shares, std::mt19937_64& random);

  Kernel& kernel() { return kernel_; }
  const RandomTerms& terms() const { return terms_; }
  const Ref& root() const { return root_; }
  RandomRewrites::Result rewrite(int steps) { return rewrites_.rewrite(root_, steps); }
  RandomRewrites::Result rewrite(const Ref& r, int steps) { return rewrites_.rewrite(r, steps); }
  const Counts& refused() const { return rewrites_.counts(); }
  // left == right at all indices that either reads, under the conditions of the diagram.
  Statement statement(const Ref& left, const Ref& right) const;
  Statement statement(const Rewrite& r) const { return statement(r.from, r.to); }
  TheoremSource source() const;
  static std::string text(const Statement& s);

 private:
  const RuleLibrary& rules_;
  RuleBook& book_;
  FeatureSet features_;
  Kernel kernel_;
  RandomTerms terms_;
  Ref root_;
  RandomRewrites rewrites_;
};

}  // namespace skein
