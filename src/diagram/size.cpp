#include "diagram/size.hpp"

namespace skein {

Size size_constant(long n) { return Size::constant(Integer(n)); }
Size size_variable(Symbol s) { return Size::atom(s); }

std::string to_string(const Size& s) {
  if (s.is_zero()) return "0";
  std::string out;
  for (const auto& [m, c] : s.terms()) {
    Integer a = abs(c);
    if (!out.empty())
      out += c < 0 ? " - " : " + ";
    else if (c < 0)
      out += "-";
    bool first = true;
    if (a != 1 || m.empty()) out += a.get_str(), first = false;
    for (Symbol v : m) {
      if (!first) out += "*";
      out += v.text();
      first = false;
    }
  }
  return out;
}

std::optional<Integer> evaluate(const Size& s, const std::map<Symbol, Integer>& values) {
  Integer sum = 0;
  for (const auto& [m, c] : s.terms()) {
    Integer product = c;
    for (Symbol v : m) {
      auto it = values.find(v);
      if (it == values.end()) return std::nullopt;
      product *= it->second;
    }
    sum += product;
  }
  return sum;
}

Size substitute(const Size& s, const std::map<Symbol, Size>& map) {
  if (map.empty()) return s;
  return s.map_to<Size>([&](Symbol v) {
    auto it = map.find(v);
    return it == map.end() ? size_variable(v) : it->second;
  });
}

std::optional<Size> divide_exactly(const Size& p, const Size& d) {
  // Long division by the leading term under the map's order, which is not a monomial order in general, so every step is
  // checked to shrink by bounding the number of steps, and the result is checked by multiplication.
  if (d.is_zero()) return std::nullopt;
  const auto& lead = d.terms().rbegin()->first;
  const Integer& leading = d.terms().rbegin()->second;
  Size rest = p, quotient;
  // The last term of the rest that the leading term divides, over it; empty if there is none.
  auto next = [&]() -> std::optional<Size> {
    for (auto it = rest.terms().rbegin(); it != rest.terms().rend(); ++it) {
      const auto& [m, c] = *it;
      if (c % leading != 0 || !std::includes(m.begin(), m.end(), lead.begin(), lead.end())) continue;
      Size::Monomial left;
      std::set_difference(m.begin(), m.end(), lead.begin(), lead.end(), std::back_inserter(left));
      return Size::term(Integer(c / leading), left);
    }
    return std::nullopt;
  };
  for (int step = 0; step < 64 && !rest.is_zero(); ++step) {
    const auto t = next();
    if (!t) return std::nullopt;
    rest -= *t * d;
    quotient += *t;
  }
  if (quotient * d == p) return quotient;
  return std::nullopt;
}

int SizeContext::lower_bound(Symbol s) const {
  auto it = lower.find(s);
  return it == lower.end() ? 1 : it->second;
}

bool SizeContext::nonnegative(const Size& s, const std::vector<Rational>& farkas) const {
  using RationalSize = Polynomial<Symbol, Rational>;
  auto shifted = [&](const Size& p) {
    RationalSize sum;
    for (const auto& [m, c] : p.terms()) {
      RationalSize product = RationalSize::constant(Rational(c));
      for (Symbol v : m) product = product * (RationalSize::atom(v) + RationalSize::constant(lower_bound(v)));
      sum += product;
    }
    return sum;
  };
  if (farkas.size() > hypotheses.size()) return false;
  RationalSize rest = shifted(s);
  for (std::size_t i = 0; i < farkas.size(); ++i) {
    if (farkas[i] < 0) return false;
    rest -= RationalSize::constant(farkas[i]) * shifted(hypotheses[i]);
  }
  for (const auto& [m, c] : rest.terms())
    if (c < 0) return false;
  return true;
}

bool SizeContext::positive(const Size& s, const std::vector<Rational>& farkas) const {
  return nonnegative(s - size_constant(1), farkas);
}

std::optional<std::vector<Rational>> SizeContext::find_farkas(const Size& s) const {
  std::vector<Rational> f;
  if (nonnegative(s, f)) return f;
  f.assign(hypotheses.size(), Rational(0));
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    f[i] = 1;
    if (nonnegative(s, f)) return f;
    for (std::size_t j = i + 1; j < hypotheses.size(); ++j) {
      f[j] = 1;
      if (nonnegative(s, f)) return f;
      f[j] = 0;
    }
    f[i] = 0;
  }
  return std::nullopt;
}

}  // namespace skein
