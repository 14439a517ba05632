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
        term.quotients.push_back(
            std::make_shared<const Quotient>(Quotient{IndexProgram(q.numerator, sizes), narrow(*d)}));
      }
    }
    term.coefficient = narrow(c);
    terms_.push_back(std::move(term));
  }
}

IndexProgram::IndexProgram(const IndexExpression& e, const std::map<Symbol, Integer>& sizes,
                           std::span<const std::size_t> extents)
    : IndexProgram(e, sizes) {
  tabulate(extents);
}

void IndexProgram::mentioned(std::vector<bool>& indices) const {
  for (const Term& t : terms_) {
    for (std::uint32_t i : t.indices) indices[i] = true;
    for (const auto& q : t.quotients) q->numerator.mentioned(indices);
  }
}

void IndexProgram::tabulate(std::span<const std::size_t> extents) {
  std::vector<bool> read(extents.size(), false);
  mentioned(read);
  std::size_t all = 1, own = 1;
  for (std::size_t i = extents.size(); i-- > 0;) {
    if (extents[i] == 0) return;  // there is no point
    all *= extents[i];
    if (!read[i]) continue;
    strides_.emplace_back(static_cast<std::uint32_t>(i), own);
    own *= extents[i];
  }
  if (2 * own > all) return;
  std::vector<std::size_t> point(extents.size(), 0);
  std::vector<std::int64_t> table(own);
  for (std::size_t place = 0; place < own; ++place) {
    for (const auto& [index, stride] : strides_) point[index] = place / stride % extents[index];
    table[place] = compute(point);
  }
  table_ = std::move(table);
}

std::int64_t IndexProgram::compute(std::span<const std::size_t> point) const {
  std::int64_t sum = 0;
  for (const Term& t : terms_) {
    std::int64_t product = t.coefficient;
    for (std::uint32_t i : t.indices) product = times(product, static_cast<std::int64_t>(point[i]));
    for (const auto& q : t.quotients) {
      const std::int64_t n = q->numerator.compute(point), d = q->denominator;
      product = times(product, n / d - (n % d < 0));
    }
    sum = plus(sum, product);
  }
  return sum;
}

}  // namespace skein::backend
