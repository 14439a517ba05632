#pragma once
// Hypotheses: equations between arrays that a claim assumes (an orthogonal matrix, rows that add up to 1), as rewrite
// rules from left to right. In a normal form the left side stands as a wire of its own, or as a part of a contraction:
// of sum[j] X[n,j] * Q[i,j] * Q[k,j] the factors Q[i,j] * Q[k,j], summed over j, which nothing else reads.
#include "rewrite/normalise.hpp"

namespace skein {

class Hypotheses {
 public:
  // `conditions` are the positions of the equations among the assumptions of the kernel.
  Hypotheses(Kernel& k, Normaliser& n, const std::vector<std::size_t>& conditions);

  // The normal form in which no left side occurs, or what is reached after many uses: hypotheses may lead in circles.
  Rewrite normal(const Ref& r);  // throws OutOfTime

 private:
  struct Hypothesis {
    Rewrite equation;          // normal forms of both sides
    std::vector<Ref> factors;  // of the left side as a contraction; one if it is none
    std::vector<Index> bound;
  };
  Rewrite everywhere(WireId root);
  std::optional<Rewrite> here(const Ref& r);
  std::optional<Rewrite> in_contraction(const Hypothesis& h, const Ref& r);
  Rewrite through(const Ref& whole, const Ref& part, const Rewrite& r);

  Kernel& k_;
  DiagramBuilder& b_;
  Normaliser& n_;
  Rewriter& w_;
  std::vector<Hypothesis> hypotheses_;
  std::map<WireId, Rewrite> memo_;
};

}  // namespace skein
