#pragma once
// Size: the size of an axis, a polynomial with integer coefficients in size variables (DESIGN D2). SizeContext: what is
// assumed of the variables, namely a lower bound for each (1 unless the axis is declared possibly empty) and any
// number of hypotheses p >= 0.
#include <gmpxx.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diagram/polynomial.hpp"
#include "diagram/symbol.hpp"

namespace skein {

using Integer = mpz_class;
using Rational = mpq_class;
using Size = Polynomial<Symbol, Integer>;

Size size_constant(long n);
Size size_variable(Symbol s);
std::string to_string(const Size& s);
// The value at given variables; empty if one is missing.
std::optional<Integer> evaluate(const Size& s, const std::map<Symbol, Integer>& values);
// The image under variables -> sizes; variables that are not in the map stay.
Size substitute(const Size& s, const std::map<Symbol, Size>& map);
// p / d when d divides p exactly as a polynomial, else empty. d is not zero.
std::optional<Size> divide_exactly(const Size& p, const Size& d);

struct SizeContext {
  std::map<Symbol, int> lower;   // 0 or 1; a variable that is not listed is >= 1
  std::vector<Size> hypotheses;  // each is >= 0

  int lower_bound(Symbol s) const;
  // True only if s >= 0 for all admissible values. Sufficient test: after v := lower(v) + v' every coefficient is >= 0;
  // `farkas` gives non-negative multipliers of the hypotheses to be subtracted first (missing ones are 0).
  bool nonnegative(const Size& s, const std::vector<Rational>& farkas = {}) const;
  bool positive(const Size& s, const std::vector<Rational>& farkas = {}) const;
  // Multipliers in {0, 1} of at most two hypotheses under which nonnegative() accepts s: a search, not trusted.
  std::optional<std::vector<Rational>> find_farkas(const Size& s) const;

  friend bool operator==(const SizeContext&, const SizeContext&) = default;
};

}  // namespace skein
