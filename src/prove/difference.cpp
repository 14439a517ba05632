#include "prove/difference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "prove/satisfy.hpp"

namespace skein {

namespace {

using Clock = std::chrono::steady_clock;

constexpr long largest_precision = 512;
const Rational invisible(1, 1'000'000'000'000);

double relative_gap(const Separation& s) {
  const Interval &a = s.left, &b = s.right;
  if (!a.finite || !b.finite) return 1;
  const bool above = a.lower && b.upper && *b.upper < *a.lower;
  const Rational distance = above ? Rational(*a.lower - *b.upper) : Rational(*b.lower - *a.upper);
  Rational scale = 0;
  for (const auto* end : {&a.lower, &a.upper, &b.lower, &b.upper})
    if (*end && abs(**end) > scale) scale = abs(**end);
  return scale == 0 ? 0 : Rational(distance / scale).get_d();
}

// The union of two overlapping intervals is so small, against the largest value of the output, that nothing can differ
// visibly.
bool tight(const std::vector<EnclosureArray>& left, const std::vector<EnclosureArray>& right) {
  for (std::size_t k = 0; k < left.size(); ++k) {
    Rational scale = 0, widest = 0;
    for (std::size_t i = 0; i < left[k].data.size(); ++i) {
      const Interval &a = left[k].data[i], &b = right[k].data[i];
      if (!a.finite && !b.finite) continue;
      if (!a.lower || !a.upper || !b.lower || !b.upper || a.neg_inf || b.neg_inf) return false;
      const Rational low = std::min(*a.lower, *b.lower), high = std::max(*a.upper, *b.upper);
      scale = std::max({scale, Rational(abs(low)), Rational(abs(high))});
      widest = std::max(widest, Rational(high - low));
    }
    if (widest > invisible * scale) return false;
  }
  return true;
}

Truth holds(Sign sign, const Interval& x) {
  if (x.neg_inf || !x.finite) return x.finite ? Truth::unknown : sign == Sign::nonzero ? Truth::yes : Truth::no;
  const bool above = x.lower && *x.lower > 0, below = x.upper && *x.upper < 0;
  const bool zero = x.lower && x.upper && *x.lower == 0 && *x.upper == 0;
  switch (sign) {
    case Sign::positive: return above ? Truth::yes : below || zero ? Truth::no : Truth::unknown;
    case Sign::nonnegative: return x.lower && *x.lower >= 0 ? Truth::yes : below ? Truth::no : Truth::unknown;
    default: return above || below ? Truth::yes : zero ? Truth::no : Truth::unknown;
  }
}

// Do the conditions hold, and is the point in the domain of both sides?
Truth speaks_here(const Statement& s, const Environment& e, bool total, long precision) {
  if (!equations_hold(s, e)) return Truth::no;
  Truth result = Truth::yes;
  auto meet = [&](Truth t) {
    if (t == Truth::no || (t == Truth::unknown && result == Truth::yes)) result = t;
  };
  for (const Condition& c : s.when) {
    for (const EnclosureArray& a : evaluate_enclosures(c.value, e, precision))
      for (const Interval& x : a.data) meet(holds(c.sign, x));
    if (result == Truth::no) return result;
  }
  if (!total)
    for (const Diagram* d : {&s.left, &s.right}) meet(in_domain_certified(*d, e, precision).inside);
  return result;
}

}  // namespace

FloatDifference float_difference(const std::vector<Array>& left, const std::vector<Array>& right) {
  FloatDifference d;
  for (std::size_t k = 0; k < left.size(); ++k) {
    double scale = 0, absolute = 0;
    for (std::size_t i = 0; i < left[k].data.size(); ++i) {
      const double a = left[k].data[i], b = right[k].data[i];
      if (a == b) {
        if (std::isfinite(a)) scale = std::max(scale, std::fabs(a));
        continue;
      }
      if (!std::isfinite(a) || !std::isfinite(b)) {
        d.finite = false;
        continue;
      }
      const double larger = std::max(std::fabs(a), std::fabs(b));
      scale = std::max(scale, larger);
      absolute = std::max(absolute, std::fabs(a - b));
      if (larger > 1e-290) d.by_element = std::max(d.by_element, std::fabs(a - b) / larger);
    }
    d.absolute = std::max(d.absolute, absolute);
    if (scale > 0) d.relative = std::max(d.relative, absolute / scale);
  }
  return d;
}

CertifiedDifference certify(const Statement& s, const Environment& e, bool total,
                            std::chrono::steady_clock::time_point deadline, long first_precision) {
  CertifiedDifference result;
  for (long precision = first_precision; precision <= largest_precision; precision *= 2) {
    const auto start = Clock::now();
    if (start >= deadline) break;
    result.precision = precision;
    const auto left = evaluate_enclosures(s.left, e, precision);
    // What remains takes at least as long once more, and each certified domain too.
    const auto one_side = Clock::now() - start;
    if (deadline - Clock::now() < one_side * (total ? 1 : 3)) break;
    const auto right = evaluate_enclosures(s.right, e, precision);
    const auto separation = disjoint(left, right);
    if (!separation) {
      if (!tight(left, right)) continue;
      result.verdict = Comparison::same;
      return result;
    }
    const Truth here = speaks_here(s, e, total, precision);
    if (here == Truth::unknown) continue;
    result.verdict = here == Truth::yes ? Comparison::different : Comparison::same;
    if (here == Truth::yes) {
      result.gap = relative_gap(*separation);
      result.separation = separation;
    }
    return result;
  }
  return result;
}

}  // namespace skein
