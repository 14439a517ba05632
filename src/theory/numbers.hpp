#pragma once
// Two number systems: Floating, IEEE doubles (the reals up to rounding, overflow and NaN), and Exact, rationals with
// -inf, in which an operator that leaves the rationals throws NotExact. Booleans are 0 and 1 in both.
#include <cmath>
#include <limits>
#include <stdexcept>

#include "theory/meaning.hpp"

namespace skein {

struct Floating {
  using Value = double;

  double rational(const Rational& q) const { return q.get_d(); }
  double boolean(bool b) const { return b ? 1 : 0; }
  double neg_inf() const { return -std::numeric_limits<double>::infinity(); }
  double unknown(DType) const { return 0; }
  double add(double a, double b) const { return a + b; }
  double mul(double a, double b) const { return a * b; }
  double max(double a, double b) const { return a < b || std::isnan(b) ? b : a; }
  double min(double a, double b) const { return b < a || std::isnan(b) ? b : a; }
  double negate(double a) const { return 1 - a; }
  double inv(double a) const { return a == 0 ? 0 : 1 / a; }
  double exp(double a) const { return std::exp(a); }
  double log(double a) const { return a <= 0 ? 0 : std::log(a); }
  double sqrt(double a) const { return a < 0 ? 0 : std::sqrt(a); }
  double erf(double a) const { return std::erf(a); }
  double sin(double a) const { return std::sin(a); }
  double cos(double a) const { return std::cos(a); }
  double fin(double a) const { return a == neg_inf() ? 0 : a; }
  double less(double a, double b) const { return a < b; }
  double less_equal(double a, double b) const { return a <= b; }
  double equal(double a, double b) const { return a == b; }
  double where(double c, double x, double y) const { return c != 0 ? x : y; }
  Truth is_zero(double a) const { return std::isnan(a) ? Truth::unknown : truth(a == 0); }
  Truth is_positive(double a) const { return std::isnan(a) ? Truth::unknown : truth(a > 0); }
  Truth is_negative(double a) const { return std::isnan(a) ? Truth::unknown : truth(a < 0); }
};

class NotExact : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ExactValue {
  Rational value;  // 0 at -inf
  bool neg_inf = false;
  friend bool operator==(const ExactValue&, const ExactValue&) = default;
};

struct Exact {
  using Value = ExactValue;

  Value rational(const Rational& q) const { return {q, false}; }
  Value boolean(bool b) const { return {Rational(b ? 1 : 0), false}; }
  Value neg_inf() const { return {Rational(0), true}; }
  Value unknown(DType) const;  // throws
  Value add(const Value& a, const Value& b) const;
  Value mul(const Value& a, const Value& b) const { return rational(a.value * b.value); }
  Value max(const Value& a, const Value& b) const { return below(a, b) ? b : a; }
  Value min(const Value& a, const Value& b) const { return below(b, a) ? b : a; }
  Value negate(const Value& a) const { return boolean(a.value == 0); }
  Value inv(const Value& a) const { return rational(a.value == 0 ? Rational(0) : Rational(1 / a.value)); }
  Value exp(const Value& a) const;
  Value log(const Value& a) const;
  Value sqrt(const Value& a) const;
  Value erf(const Value& a) const;
  Value sin(const Value& a) const;
  Value cos(const Value& a) const;
  Value fin(const Value& a) const { return rational(a.value); }
  Value less(const Value& a, const Value& b) const { return boolean(below(a, b)); }
  Value less_equal(const Value& a, const Value& b) const { return boolean(!below(b, a)); }
  Value equal(const Value& a, const Value& b) const { return boolean(a == b); }
  Value where(const Value& c, const Value& x, const Value& y) const { return c.value != 0 ? x : y; }
  Truth is_zero(const Value& a) const { return truth(!a.neg_inf && a.value == 0); }
  Truth is_positive(const Value& a) const { return truth(!a.neg_inf && a.value > 0); }
  Truth is_negative(const Value& a) const { return truth(a.neg_inf || a.value < 0); }

 private:
  static bool below(const Value& a, const Value& b) { return a.neg_inf != b.neg_inf ? a.neg_inf : a.value < b.value; }
};

static_assert(NumberSystem<Floating> && NumberSystem<Exact>);

}  // namespace skein
