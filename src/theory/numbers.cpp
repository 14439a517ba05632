#include "theory/numbers.hpp"

namespace skein {

namespace {

[[noreturn]] void not_exact(const char* op, const Rational& at) {
  throw NotExact(std::string(op) + " of " + at.get_str() + " is not rational");
}

}  // namespace

ExactValue Exact::unknown(DType) const {
  throw NotExact("an array is read outside of its range, where it has no value");
}

ExactValue Exact::add(const Value& a, const Value& b) const {
  return a.neg_inf || b.neg_inf ? neg_inf() : rational(a.value + b.value);
}

// By Lindemann-Weierstrass, exp, sin and cos of a non-zero rational, and log of a rational other than 1, are
// transcendental, so the only rational values are those below.
ExactValue Exact::exp(const Value& a) const {
  if (a.neg_inf) return rational(0);
  if (a.value != 0) not_exact("exp", a.value);
  return rational(1);
}

ExactValue Exact::log(const Value& a) const {
  if (!a.neg_inf && a.value > 0 && a.value != 1) not_exact("log", a.value);
  return rational(0);
}

ExactValue Exact::sqrt(const Value& a) const {
  if (a.neg_inf || a.value <= 0) return rational(0);
  if (!mpz_perfect_square_p(a.value.get_num_mpz_t()) || !mpz_perfect_square_p(a.value.get_den_mpz_t()))
    not_exact("sqrt", a.value);
  return rational(Rational(Integer(::sqrt(a.value.get_num())), Integer(::sqrt(a.value.get_den()))));
}

ExactValue Exact::erf(const Value& a) const {
  if (a.value != 0) not_exact("erf", a.value);
  return rational(0);
}

ExactValue Exact::sin(const Value& a) const {
  if (a.value != 0) not_exact("sin", a.value);
  return rational(0);
}

ExactValue Exact::cos(const Value& a) const {
  if (a.value != 0) not_exact("cos", a.value);
  return rational(1);
}

}  // namespace skein
