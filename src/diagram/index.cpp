#include "diagram/index.hpp"

#include <set>
#include <stdexcept>

namespace skein {

IndexAtom::IndexAtom(Quotient q) : value_(std::make_shared<const Quotient>(std::move(q))) {}

const Quotient* IndexAtom::quotient() const {
  auto* p = std::get_if<std::shared_ptr<const Quotient>>(&value_);
  return p ? p->get() : nullptr;
}

std::strong_ordering operator<=>(const IndexAtom& a, const IndexAtom& b) {
  if (auto c = a.value_.index() <=> b.value_.index(); c != 0) return c;
  if (auto* i = a.index()) return *i <=> *b.index();
  if (auto* s = a.size()) return *s <=> *b.size();
  const Quotient &p = *a.quotient(), &q = *b.quotient();
  if (auto c = p.numerator <=> q.numerator; c != 0) return c;
  return p.denominator <=> q.denominator;
}

IndexExpression index_constant(long n) { return IndexExpression::constant(Integer(n)); }
IndexExpression index_variable(Index i) { return IndexExpression::atom(IndexAtom(i)); }
IndexExpression index_size(const Size& s) {
  return s.map_to<IndexExpression>([](Symbol v) { return IndexExpression::atom(IndexAtom(v)); });
}

namespace {

std::optional<Integer> constant_of(const Size& s) {
  if (!s.is_constant()) return std::nullopt;
  return s.constant_term();
}

Integer floor_div(const Integer& a, const Integer& b) {
  Integer q;
  mpz_fdiv_q(q.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
  return q;
}

// e = quotient * s + rest, where every term of e that s divides as a polynomial has gone to the quotient.
std::pair<IndexExpression, IndexExpression> split_multiples(const IndexExpression& e, const Size& s) {
  IndexExpression quotient, rest;
  if (auto c = constant_of(s)) {
    for (const auto& [m, k] : e.terms()) {
      Integer q = floor_div(k, *c);
      quotient += IndexExpression::term(q, m);
      rest += IndexExpression::term(Integer(k - q * *c), m);
    }
    return {quotient, rest};
  }
  // Group the terms by their part without size variables; each group's cofactor is a Size to be divided.
  std::map<IndexExpression::Monomial, Size> groups;
  for (const auto& [m, k] : e.terms()) {
    IndexExpression::Monomial indices;
    Size::Monomial sizes;
    for (const IndexAtom& a : m)
      if (a.size())
        sizes.push_back(*a.size());
      else
        indices.push_back(a);
    groups[indices] += Size::term(k, sizes);
  }
  for (const auto& [m, cofactor] : groups) {
    IndexExpression mono = IndexExpression::term(Integer(1), m);
    if (auto q = divide_exactly(cofactor, s))
      quotient += mono * index_size(*q);
    else
      rest += mono * index_size(cofactor);
  }
  return {quotient, rest};
}

}  // namespace

IndexExpression floor_divide(const IndexExpression& e, const Size& s) {
  if (auto c = constant_of(s)) {
    if (*c == 1) return e;
    if (*c == 0) throw std::invalid_argument("division of an index by the size 0");
  }
  auto [quotient, rest] = split_multiples(e, s);
  if (rest.is_zero()) return quotient;
  if (auto c = constant_of(s); c && rest.is_constant())
    return quotient + IndexExpression::constant(floor_div(rest.constant_term(), *c));
  // (x div m) div k = x div (m*k)
  if (const IndexAtom* a = rest.as_atom())
    if (const Quotient* q = a->quotient()) return quotient + floor_divide(q->numerator, q->denominator * s);
  return quotient + IndexExpression::atom(IndexAtom(Quotient{rest, s}));
}

IndexExpression modulo(const IndexExpression& e, const Size& s) { return e - index_size(s) * floor_divide(e, s); }

namespace {
void collect(const IndexExpression& e, std::vector<Index>& out, std::set<Index>& seen) {
  for (const auto& [m, c] : e.terms())
    for (const IndexAtom& a : m) {
      if (const Index* i = a.index(); i && seen.insert(*i).second) out.push_back(*i);
      if (const Quotient* q = a.quotient()) collect(q->numerator, out, seen);
    }
}
}  // namespace

std::vector<Index> free_indices(const IndexExpression& e) {
  std::vector<Index> out;
  std::set<Index> seen;
  collect(e, out, seen);
  return out;
}

IndexExpression substitute(const IndexExpression& e, const std::function<IndexExpression(Index)>& f) {
  return e.map_to<IndexExpression>([&](const IndexAtom& a) {
    if (const Index* i = a.index()) return f(*i);
    if (const Quotient* q = a.quotient()) return floor_divide(substitute(q->numerator, f), q->denominator);
    return IndexExpression::atom(a);
  });
}

IndexExpression substitute_sizes(const IndexExpression& e, const std::map<Symbol, Size>& map) {
  return e.map_to<IndexExpression>([&](const IndexAtom& a) {
    if (const Symbol* s = a.size()) return index_size(substitute(size_variable(*s), map));
    if (const Quotient* q = a.quotient())
      return floor_divide(substitute_sizes(q->numerator, map), substitute(q->denominator, map));
    return IndexExpression::atom(a);
  });
}

std::string to_string(const IndexExpression& e, const std::function<std::string(Index)>& name) {
  if (e.is_zero()) return "0";
  std::string out;
  for (const auto& [m, c] : e.terms()) {
    Integer a = abs(c);
    if (!out.empty())
      out += c < 0 ? " - " : " + ";
    else if (c < 0)
      out += "-";
    bool first = true;
    if (a != 1 || m.empty()) out += a.get_str(), first = false;
    for (const IndexAtom& atom : m) {
      if (!first) out += "*";
      first = false;
      if (const Index* i = atom.index())
        out += name(*i);
      else if (const Symbol* s = atom.size())
        out += "|" + s->text() + "|";
      else
        out += "((" + to_string(atom.quotient()->numerator, name) + ") / (" +
               to_string(index_size(atom.quotient()->denominator), name) + "))";
    }
  }
  return out;
}

Integer evaluate(const IndexExpression& e, const std::function<Integer(Index)>& index,
                 const std::map<Symbol, Integer>& sizes) {
  Integer sum = 0;
  for (const auto& [m, c] : e.terms()) {
    Integer product = c;
    for (const IndexAtom& a : m) {
      if (const Index* i = a.index())
        product *= index(*i);
      else if (const Symbol* s = a.size()) {
        auto it = sizes.find(*s);
        if (it == sizes.end()) throw std::invalid_argument("no value for the size |" + s->text() + "|");
        product *= it->second;
      } else {
        auto d = evaluate(a.quotient()->denominator, sizes);
        if (!d || *d <= 0) throw std::invalid_argument("division of an index by a size that is not positive");
        product *= floor_div(evaluate(a.quotient()->numerator, index, sizes), *d);
      }
    }
    sum += product;
  }
  return sum;
}

IndexRanges::IndexRanges(const SizeContext& sizes, std::function<Size(Index)> size_of)
    : sizes_(sizes), size_of_(std::move(size_of)) {}

// Bounds by substitution of non-negative variables: an index i becomes i' or size-1-i', whichever makes its terms
// non-negative; a quotient q = (i div s) of a bare index gives i := s*q + r with 0 <= r < s. What remains is a
// polynomial that is >= 0 if all coefficients are, after sizes became lower bound + v'.
bool IndexRanges::nonnegative_at(const IndexExpression& e, int depth) const {
  // 1. Replace a bare index that occurs under a quotient.
  for (const auto& [m, c] : e.terms())
    for (const IndexAtom& a : m)
      if (const Quotient* q = a.quotient()) {
        if (depth > 4) return false;
        const IndexAtom* under = q->numerator.as_atom();
        if (!under || !under->index()) return nonnegative_as_rest(e, a, depth);
        const Index i = *under->index();
        const Size n = size_of_(i), s = q->denominator;
        if (!sizes_.positive(s)) return false;
        auto k = divide_exactly(n, s);
        if (!k) return false;
        // Two new indices, with ids beyond all that occur in e (calls nest, so a fixed pair would be captured); their
        // ranges are known to this call only.
        Index qi{0xF0000000u};
        for (Index used : free_indices(e)) qi.id = std::max(qi.id, used.id + 1);
        const Index ri{qi.id + 1};
        auto outer = size_of_;
        IndexRanges inner(sizes_, [outer, qi, ri, k, s](Index j) { return j == qi ? *k : j == ri ? s : outer(j); });
        IndexExpression image = index_size(s) * index_variable(qi) + index_variable(ri);
        IndexExpression replaced = skein::substitute(e, [&](Index j) { return j == i ? image : index_variable(j); });
        return inner.nonnegative_at(inner.simplify(replaced), depth + 1);
      }
  // 2. Flip the indices that occur in negative terms.
  std::vector<Index> indices = free_indices(e);
  IndexExpression flipped = e;
  for (Index i : indices) {
    bool negative = false;
    for (const auto& [m, c] : flipped.terms())
      for (const IndexAtom& a : m)
        if (a.index() && *a.index() == i && c < 0) negative = true;
    if (negative) {
      IndexExpression image = index_size(size_of_(i)) - index_constant(1) - index_variable(i);
      flipped = skein::substitute(flipped, [&](Index j) { return j == i ? image : index_variable(j); });
    }
  }
  // 3. As sizes: an index is a variable with lower bound 0.
  SizeContext context = sizes_;
  Size as_size;
  std::set<Symbol> taken;  // the names of these variables must not be those of sizes
  for (const auto& [v, bound] : context.lower) taken.insert(v);
  for (const Size& h : context.hypotheses)
    for (const auto& [m, c] : h.terms()) taken.insert(m.begin(), m.end());
  for (const auto& [m, c] : flipped.terms())
    for (const IndexAtom& a : m)
      if (a.size()) taken.insert(*a.size());
  for (const auto& [m, c] : flipped.terms()) {
    Size::Monomial mono;
    for (const IndexAtom& a : m) {
      if (a.quotient()) return false;
      if (a.size())
        mono.push_back(*a.size());
      else {
        Symbol v("#" + std::to_string(a.index()->id));
        if (taken.count(v)) return false;
        context.lower[v] = 0;
        mono.push_back(v);
      }
    }
    as_size += Size::term(c, mono);
  }
  return context.find_farkas(as_size).has_value();
}

// s*q occurs, times an integer, for a quotient q = (u div s): it is u - r, where 0 <= r < s is the remainder.
bool IndexRanges::nonnegative_as_rest(const IndexExpression& e, const IndexAtom& quotient, int depth) const {
  const Quotient& q = *quotient.quotient();
  if (!sizes_.positive(q.denominator)) return false;
  IndexExpression factor, without;  // e = factor * q + without
  for (const auto& [m, c] : e.terms()) {
    const auto times = std::count(m.begin(), m.end(), quotient);
    if (times > 1) return false;
    IndexExpression term = index_constant(1);
    for (const IndexAtom& a : m)
      if (!(a == quotient)) term = term * IndexExpression::atom(a);
    (times ? factor : without) += IndexExpression::constant(c) * term;
  }
  for (long k : {-1, 1, -2, 2}) {
    if (!(factor == index_constant(k) * index_size(q.denominator))) continue;
    Index r{0xF0000000u};
    for (Index used : free_indices(e)) r.id = std::max(r.id, used.id + 1);
    for (Index used : free_indices(q.numerator)) r.id = std::max(r.id, used.id + 1);
    auto outer = size_of_;
    const Size s = q.denominator;
    IndexRanges inner(sizes_, [outer, r, s](Index j) { return j == r ? s : outer(j); });
    return inner.nonnegative_at(inner.simplify(without + index_constant(k) * (q.numerator - index_variable(r))),
                                depth + 1);
  }
  return false;
}

bool IndexRanges::nonnegative(const IndexExpression& e, const std::vector<IndexExpression>& guards) const {
  IndexExpression s = simplify(e);
  if (nonnegative_at(s, 0)) return true;
  for (std::size_t i = 0; i < guards.size(); ++i) {
    IndexExpression less = simplify(s - guards[i]);
    if (nonnegative_at(less, 0)) return true;
    for (std::size_t j = i + 1; j < guards.size(); ++j)
      if (nonnegative_at(simplify(less - guards[j]), 0)) return true;
  }
  return false;
}

bool IndexRanges::within(const IndexExpression& e, const Size& size, const std::vector<IndexExpression>& guards) const {
  return nonnegative(e, guards) && nonnegative(index_size(size) - index_constant(1) - e, guards);
}

IndexExpression IndexRanges::resolve(const IndexExpression& numerator, const Size& denominator) const {
  if (!sizes_.positive(denominator)) return IndexExpression::atom(IndexAtom(Quotient{numerator, denominator}));
  auto [quotient, rest] = split_multiples(numerator, denominator);
  if (rest.is_zero()) return quotient;
  if (nonnegative_at(rest, 0) && nonnegative_at(index_size(denominator) - index_constant(1) - rest, 0))
    return quotient;  // 0 <= rest < denominator
  return floor_divide(numerator, denominator);
}

IndexExpression IndexRanges::simplify(const IndexExpression& e) const {
  return e.map_to<IndexExpression>([&](const IndexAtom& a) {
    if (const Quotient* q = a.quotient()) return resolve(simplify(q->numerator), q->denominator);
    return IndexExpression::atom(a);
  });
}

}  // namespace skein
