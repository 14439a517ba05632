#include "search/region.hpp"

#include <algorithm>
#include <random>
#include <set>

namespace skein {
namespace {

// Divides by the greatest common divisor of the coefficients and by the variables that every term has: all positive
// where the sizes are.
Size without_common_factors(const Size& p, const SizeContext& sizes) {
  if (p.is_zero()) return p;
  std::vector<Symbol> common = p.terms().begin()->first;
  Integer divisor = 0;
  for (const auto& [m, c] : p.terms()) {
    std::vector<Symbol> both;
    std::set_intersection(common.begin(), common.end(), m.begin(), m.end(), std::back_inserter(both));
    common = both;
    divisor = gcd(divisor, c);
  }
  std::erase_if(common, [&](Symbol v) { return sizes.lower_bound(v) < 1; });
  const auto quotient = divide_exactly(p, Size::term(divisor, common));
  return quotient ? *quotient : p;
}

bool admissible(const SizeContext& sizes, const std::map<Symbol, Integer>& at) {
  return std::all_of(sizes.hypotheses.begin(), sizes.hypotheses.end(), [&](const Size& h) {
    const auto v = evaluate(h, at);
    return v && *v >= 0;
  });
}

}  // namespace

const char* to_string(Region::Kind k) {
  switch (k) {
    case Region::Kind::equal: return "equal";
    case Region::Kind::always: return "always";
    case Region::Kind::never: return "never";
    case Region::Kind::where: return "where";
    case Region::Kind::undecided: return "undecided";
  }
  return "";
}

Region where_less(const Size& a, const Size& b, const SizeContext& sizes) {
  const Size difference = without_common_factors(b - a, sizes);
  if (difference.is_zero()) return {};
  if (sizes.nonnegative(difference - size_constant(1))) return {Region::Kind::always, "", {}, {}};
  if (sizes.nonnegative(-difference)) return {Region::Kind::never, "", {}, {}};
  Region r{Region::Kind::undecided, "", {}, {}};
  Size less, more;
  std::set<Symbol> variables;
  for (const auto& [m, c] : difference.terms()) {
    (c > 0 ? more : less) += Size::term(abs(c), m);
    variables.insert(m.begin(), m.end());
  }
  for (const Size& h : sizes.hypotheses)
    for (const auto& [m, c] : h.terms()) variables.insert(m.begin(), m.end());
  r.condition = to_string(less) + " < " + to_string(more);
  auto look = [&](const std::map<Symbol, Integer>& at) {
    if (!admissible(sizes, at)) return;
    auto& place = *evaluate(difference, at) > 0 ? r.inside : r.outside;
    if (!place) place = at;
  };
  // Points where one size stands out are told before others.
  std::map<Symbol, Integer> usual;
  for (Symbol v : variables) usual[v] = 64;
  for (unsigned long factor : {2, 4, 16, 64})
    for (Symbol v : variables) {
      std::map<Symbol, Integer> at = usual;
      at[v] = 64 * factor;
      look(at);
      at[v] = 64 / factor;
      look(at);
    }
  std::mt19937_64 random(1);
  for (int round = 0; round < 4000 && !(r.inside && r.outside); ++round) {
    std::map<Symbol, Integer> at;
    for (Symbol v : variables) at[v] = Integer(1) << static_cast<unsigned>(random() % 13);
    look(at);
  }
  if (r.inside && r.outside) r.kind = Region::Kind::where;
  return r;
}

}  // namespace skein
