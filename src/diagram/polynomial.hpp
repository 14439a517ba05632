#pragma once
// Polynomial<Atom, Coefficient>: the free commutative ring on a set of atoms, in its normal form: a finite map from
// monomials (sorted lists of atoms, repeated for powers) to non-zero coefficients. Equality of normal forms is equality
// in the ring. Sizes, index expressions and the kernel's sums of contractions are polynomials.
#include <algorithm>
#include <compare>
#include <map>
#include <utility>
#include <vector>

namespace skein {

template <class Atom, class Coefficient>
class Polynomial {
 public:
  using Monomial = std::vector<Atom>;
  using Terms = std::map<Monomial, Coefficient>;

  Polynomial() = default;
  static Polynomial constant(const Coefficient& c) { return term(c, {}); }
  static Polynomial atom(Atom a) { return term(Coefficient(1), {std::move(a)}); }
  static Polynomial term(const Coefficient& c, Monomial m) {
    Polynomial p;
    std::sort(m.begin(), m.end());
    p.add(c, std::move(m));
    return p;
  }

  const Terms& terms() const { return terms_; }
  bool is_zero() const { return terms_.empty(); }
  bool is_constant() const { return terms_.empty() || (terms_.size() == 1 && terms_.begin()->first.empty()); }
  Coefficient constant_term() const {
    auto it = terms_.find(Monomial{});
    return it == terms_.end() ? Coefficient(0) : it->second;
  }
  // The atom a when the polynomial is 1*a, else null.
  const Atom* as_atom() const {
    if (terms_.size() != 1) return nullptr;
    const auto& [m, c] = *terms_.begin();
    return m.size() == 1 && c == 1 ? &m.front() : nullptr;
  }

  Polynomial& operator+=(const Polynomial& o) {
    for (const auto& [m, c] : o.terms_) add(c, m);
    return *this;
  }
  Polynomial& operator-=(const Polynomial& o) {
    for (const auto& [m, c] : o.terms_) add(Coefficient(-c), m);
    return *this;
  }
  friend Polynomial operator+(Polynomial a, const Polynomial& b) { return a += b; }
  friend Polynomial operator-(Polynomial a, const Polynomial& b) { return a -= b; }
  friend Polynomial operator-(const Polynomial& a) { return Polynomial() - a; }
  friend Polynomial operator*(const Polynomial& a, const Polynomial& b) {
    Polynomial p;
    for (const auto& [ma, ca] : a.terms_)
      for (const auto& [mb, cb] : b.terms_) {
        Monomial m;
        m.reserve(ma.size() + mb.size());
        std::merge(ma.begin(), ma.end(), mb.begin(), mb.end(), std::back_inserter(m));
        p.add(Coefficient(ca * cb), std::move(m));
      }
    return p;
  }

  // The image under the ring homomorphism that sends each atom to f(atom), a polynomial of type To.
  template <class To, class F>
  To map_to(F&& f) const {
    To sum;
    for (const auto& [m, c] : terms_) {
      To product = To::constant(c);
      for (const Atom& a : m) product = product * f(a);
      sum += product;
    }
    return sum;
  }

  friend bool operator==(const Polynomial& a, const Polynomial& b) { return a.terms_ == b.terms_; }
  friend std::strong_ordering operator<=>(const Polynomial& a, const Polynomial& b) {
    auto i = a.terms_.begin(), j = b.terms_.begin();
    for (; i != a.terms_.end() && j != b.terms_.end(); ++i, ++j) {
      if (auto c = std::lexicographical_compare_three_way(i->first.begin(), i->first.end(), j->first.begin(),
                                                          j->first.end());
          c != 0)
        return c;
      if (i->second != j->second)
        return i->second < j->second ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return (i != a.terms_.end()) <=> (j != b.terms_.end());
  }

 private:
  void add(const Coefficient& c, Monomial m) {
    if (c == 0) return;
    auto [it, fresh] = terms_.try_emplace(std::move(m), c);
    if (fresh) return;
    it->second += c;
    if (it->second == 0) terms_.erase(it);
  }

  Terms terms_;
};

}  // namespace skein
