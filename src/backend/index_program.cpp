#include "backend/index_program.hpp"

#include "backend/evaluate.hpp"

namespace skein::backend {

namespace {

std::int64_t narrow(const Integer& n) {
  if (!n.fits_slong_p()) throw EvaluationError("an index expression has a coefficient beyond 64 bits");
  return n.get_si();
}

std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t c;
  if (__builtin_mul_overflow(a, b, &c)) throw EvaluationError("an index expression overflows 64 bits");
  return c;
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t c;
  if (__builtin_add_overflow(a, b, &c)) throw EvaluationError("an index expression overflows 64 bits");
  return c;
}

}  // namespace

struct IndexProgram::Quotient {
  IndexProgram numerator;
  std::int64_t denominator;
};

IndexProgram::IndexProgram(const IndexExpression& e, const std::map<Symbol, Integer>& sizes) {
  for (const auto& [monomial, coefficient] : e.terms()) {
    Term term;
    Integer c = coefficient;
    for (const IndexAtom& a : monomial) {
      if (const Index* i = a.index()) {
        term.indices.push_back(i->id);
      } else if (const Symbol* s = a.size()) {
        auto it = sizes.find(*s);
        if (it == sizes.end()) throw EvaluationError("no value is given for the size |" + s->text() + "|");
        c *= it->second;
      } else {
        const skein::Quotient& q = *a.quotient();
        auto d = evaluate(q.denominator, sizes);
        if (!d) throw EvaluationError("no value is given for a size in " + to_string(q.denominator));
        if (*d <= 0)
          throw EvaluationError("an index is divided by " + to_string(q.denominator) + ", which is not positive");
        term.quotients.push_back(std::make_shared<const Quotient>(Quotient{{q.numerator, sizes}, narrow(*d)}));
      }
    }
    term.coefficient = narrow(c);
    terms_.push_back(std::move(term));
  }
}

std::int64_t IndexProgram::operator()(std::span<const std::size_t> point) const {
  std::int64_t sum = 0;
  for (const Term& t : terms_) {
    std::int64_t product = t.coefficient;
    for (std::uint32_t i : t.indices) product = times(product, static_cast<std::int64_t>(point[i]));
    for (const auto& q : t.quotients) {
      const std::int64_t n = q->numerator(point), d = q->denominator;
      product = times(product, n / d - (n % d < 0));
    }
    sum = plus(sum, product);
  }
  return sum;
}

}  // namespace skein::backend
