#pragma once
// Sums of contractions: the normal form of a real wire under the laws of a commutative ring with finite sums
// (associativity, commutativity, distributivity, linearity of sums, Fubini, scalars past sums, sums of constants). A
// contraction is a reduce+ of an n-ary *, connected through its bound indices; a wire is a polynomial in contractions
// whose coefficients are polynomials in sizes. All else (exp, inv, max, reads, views) is an opaque atom.
#include "diagram/builder.hpp"

namespace skein {

using Coefficient = Polynomial<Symbol, Rational>;

struct ContractionTerm {
  std::vector<Ref> contractions;  // sorted
  Coefficient coefficient;
};

// Terms by their contractions. Throws std::length_error past `limit` terms. Holds for all integer indices where the
// sizes of the axes that a sum binds and its body does not read are >= 0: `multiple` is told each of them.
std::map<std::vector<Ref>, Coefficient> contraction_form(DiagramBuilder& b, const Ref& r, std::size_t limit = 20000,
                                                         const std::function<void(const Size&)>& multiple = {});

}  // namespace skein
