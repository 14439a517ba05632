#pragma once
// Products: single steps on sums of products of normal terms. Each returns a rewrite that changes something, or
// nothing.
#include "rewrite/rewrite.hpp"

namespace skein {

class Products {
 public:
  Products(Rewriter& w, Signs& signs) : w_(w), b_(w.arena()), signs_(signs) {}

  // A sum of products in its normal form as a polynomial in contractions.
  std::optional<Rewrite> polynomial(const Ref& whole);
  // In a product: exp a * exp b, a * inv a, sqrt a * sqrt a, t * inv(t + r).
  std::optional<Rewrite> product(const Ref& whole);
  // inv of a product, inverse, exponential, literal, or of a sum with a common factor.
  std::optional<Rewrite> inverse(const Ref& whole, const std::function<Rewrite(const Ref&)>& normal);
  // log of an exponential, an inverse, a product of positive factors, or of a sum with a common one.
  std::optional<Rewrite> logarithm(const Ref& whole, const std::function<Rewrite(const Ref&)>& normal);
  // exp of an ext sum: its real part becomes a factor; of a sum with a logarithm: what that is of becomes one.
  std::optional<Rewrite> exponential(const Ref& whole);
  // A sum over k of exp(a + b) * ..., b free of k: exp b leaves the sum.
  std::optional<Rewrite> leave_reduction(const Ref& whole);
  // Nested max, min, and, or as one.
  std::optional<Rewrite> flatten(const Ref& whole);

 private:
  using Form = std::map<std::vector<Ref>, Polynomial<Symbol, Rational>>;
  Ref build(const Form& form);
  Ref times(std::vector<Ref> factors);
  Ref plus(std::vector<Ref> terms);
  bool known(const char* theorem) const { return w_.kernel().find_theorem(Symbol(theorem)) != nullptr; }
  bool is(const Ref& r, Op op) const { return b_.box(r.wire).op == op; }
  Ref argument(const Ref& r) { return b_.open(r).inputs[0]; }
  std::optional<Rewrite> replace(const Ref& product, const std::vector<std::size_t>& chosen, const Rewrite& r);
  std::optional<Rewrite> fraction(const Ref& whole, const std::vector<Ref>& factors, std::size_t at);
  // f(a * b), where the sum is a * b for a common factor a of its terms: what `split` makes of it.
  using Split = std::function<std::optional<Rewrite>(const Ref& a, const Ref& b)>;
  std::optional<Rewrite> common_factor(const Ref& whole, const Ref& sum,
                                       const std::function<Rewrite(const Ref&)>& normal, const Split& split);
  std::optional<Rewrite> log_of_product(const Ref& a, const Ref& b);
  std::optional<Rewrite> exp_of_log(const Ref& whole);
  // The rewrite of the input of `whole` at its only port, then of the result.
  Rewrite then(const Ref& whole, const Rewrite& input, const std::function<Rewrite(const Ref&)>& next);

  Rewriter& w_;
  DiagramBuilder& b_;
  Signs& signs_;
};

}  // namespace skein
