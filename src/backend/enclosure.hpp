#pragma once
// Certified enclosures: the evaluator over real balls with outward rounding (Arb), at inputs that are exactly the given
// doubles. Every output value lies in its interval; two diagrams whose intervals at some index are disjoint denote
// different functions. Where a conversion to a rational would be astronomically long, the interval is widened.
#include <optional>

#include "backend/evaluate.hpp"

namespace skein {

// A set of ext values: the closed interval [lower, upper] of reals (an absent end is infinite) if `finite`, and -inf if
// `neg_inf`. Booleans are 0 and 1.
struct Interval {
  std::optional<Rational> lower, upper;
  bool finite = true;
  bool neg_inf = false;

  bool contains(double x) const;
  bool contains(const Rational& x) const;
};

bool disjoint(const Interval& a, const Interval& b);
std::string to_string(const Interval& i);  // decimal, rounded outwards

struct EnclosureArray {
  std::vector<std::size_t> shape;
  std::vector<Interval> data;
};

std::vector<EnclosureArray> evaluate_enclosures(const Diagram& d, const Environment& e, long precision_bits);

// The certified domain: `yes` and `no` are proofs, `unknown` asks for more precision.
DomainReport in_domain_certified(const Diagram& d, const Environment& e, long precision_bits);

struct Separation {
  std::size_t output = 0;
  std::vector<std::size_t> index;
  Interval left, right;
};
// Where the outputs are certainly different: the point whose intervals lie farthest apart. The shapes must agree.
std::optional<Separation> disjoint(const std::vector<EnclosureArray>& a, const std::vector<EnclosureArray>& b);

}  // namespace skein
