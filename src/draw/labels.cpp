#include "draw/labels.hpp"

#include <fmt/format.h>

namespace skein {

namespace {

std::string bracketed(const IndexExpression& e, const IndexNames& name) {
  const std::string text = label(e, name);
  return e.terms().size() > 1 ? "(" + text + ")" : text;
}

std::string factor(const IndexAtom& a, const IndexNames& name) {
  if (const Index* i = a.index()) return name(*i);
  if (const Symbol* s = a.size()) return "|" + s->text() + "|";
  const Quotient& q = *a.quotient();
  return fmt::format("⌊{}/{}⌋", bracketed(q.numerator, name), bracketed(index_size(q.denominator), name));
}

// What is left of e without a remainder e' mod s that it has as a summand, and the text of the remainder.
bool split_remainder(const IndexExpression& e, const IndexNames& name, IndexExpression& rest, std::string& text) {
  for (const auto& [monomial, c] : e.terms())
    for (const IndexAtom& a : monomial) {
      const Quotient* q = a.quotient();
      if (!q) continue;
      const IndexExpression remainder = modulo(q->numerator, q->denominator);
      rest = e - remainder;
      if (rest.terms().size() + remainder.terms().size() != e.terms().size()) continue;
      text = fmt::format("{} mod {}", bracketed(q->numerator, name), bracketed(index_size(q->denominator), name));
      return true;
    }
  return false;
}

}  // namespace

std::string label(const Rational& r) {
  const Rational positive = abs(r);
  const std::string text = r.get_den() <= 1000 ? positive.get_str() : fmt::format("{:.4g}", positive.get_d());
  return r < 0 ? "−" + text : text;
}

const char* label(Op op) {
  switch (op) {
    case Op::inv: return "1/x";
    case Op::sqrt: return "√";
    case Op::conj: return "and";
    case Op::disj: return "or";
    case Op::negate: return "not";
    case Op::less: return "<";
    case Op::less_equal: return "≤";
    case Op::equal: return "=";
    case Op::add: return "+";
    case Op::mul: return "×";
    default: return info(op).name;
  }
}

const char* fold_label(Op fold) {
  switch (fold) {
    case Op::add: return "Σ";
    case Op::mul: return "Π";
    case Op::conj: return "all";
    case Op::disj: return "any";
    default: return info(fold).name;
  }
}

std::string label(const IndexExpression& e, const IndexNames& name) {
  if (e.is_zero()) return "0";
  IndexExpression rest;
  std::string remainder;
  if (split_remainder(e, name, rest, remainder))
    return rest.is_zero() ? remainder : label(rest, name) + " + " + remainder;
  std::string out;
  for (const auto& [monomial, c] : e.terms()) {
    if (!out.empty())
      out += c < 0 ? " − " : " + ";
    else if (c < 0)
      out += "−";
    std::string product;
    const Integer size = abs(c);
    if (size != 1 || monomial.empty()) product = size.get_str();
    for (const IndexAtom& a : monomial) product += (product.empty() ? "" : "·") + factor(a, name);
    out += product;
  }
  return out;
}

std::string guard_label(const IndexExpression& e, const IndexNames& name) {
  IndexExpression left, right;
  for (const auto& [m, c] : e.terms()) {
    if (c < 0)
      left -= IndexExpression::term(c, m);
    else
      right += IndexExpression::term(c, m);
  }
  // 1 <= x - y is the strict y < x
  const bool strict = left.constant_term() == 1;
  if (strict) left -= index_constant(1);
  return fmt::format("{} {} {}", label(left, name), strict ? "<" : "≤", label(right, name));
}

}  // namespace skein
