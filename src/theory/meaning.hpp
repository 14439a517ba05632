#pragma once
// Meaning: the scalar function that every primitive operator denotes (DESIGN D3-D5), over any number system: an
// interpretation of real, ext and boolean scalars, exact or enclosing. The conventions that make operators total (inv 0
// = 0, log x = 0 for x <= 0, ...) are kept by the number system's own functions; here are the folds with their units,
// the dispatch from operators to functions, and the domain of each partial operator: where its value is not a
// convention. In sums -inf absorbs; products are of reals only.
#include <array>
#include <concepts>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "diagram/box.hpp"

namespace skein {

// What is known of a proposition about enclosed values.
enum class Truth : std::uint8_t { no, yes, unknown };
constexpr Truth operator!(Truth t) { return t == Truth::unknown ? t : t == Truth::yes ? Truth::no : Truth::yes; }
constexpr Truth truth(bool b) { return b ? Truth::yes : Truth::no; }

template <class N>
concept NumberSystem = requires(const N n, const typename N::Value x, const Rational q, bool b) {
  { n.rational(q) } -> std::same_as<typename N::Value>;
  { n.boolean(b) } -> std::same_as<typename N::Value>;
  { n.neg_inf() } -> std::same_as<typename N::Value>;
  { n.unknown(DType::real) } -> std::same_as<typename N::Value>;  // of a read outside of an array
  { n.add(x, x) } -> std::same_as<typename N::Value>;
  { n.mul(x, x) } -> std::same_as<typename N::Value>;
  { n.max(x, x) } -> std::same_as<typename N::Value>;
  { n.min(x, x) } -> std::same_as<typename N::Value>;
  { n.negate(x) } -> std::same_as<typename N::Value>;  // of booleans, which are 0 and 1; conj is min, disj is max
  { n.inv(x) } -> std::same_as<typename N::Value>;
  { n.exp(x) } -> std::same_as<typename N::Value>;
  { n.log(x) } -> std::same_as<typename N::Value>;
  { n.sqrt(x) } -> std::same_as<typename N::Value>;
  { n.erf(x) } -> std::same_as<typename N::Value>;
  { n.sin(x) } -> std::same_as<typename N::Value>;
  { n.cos(x) } -> std::same_as<typename N::Value>;
  { n.fin(x) } -> std::same_as<typename N::Value>;
  { n.less(x, x) } -> std::same_as<typename N::Value>;
  { n.less_equal(x, x) } -> std::same_as<typename N::Value>;
  { n.equal(x, x) } -> std::same_as<typename N::Value>;
  { n.where(x, x, x) } -> std::same_as<typename N::Value>;
  { n.is_zero(x) } -> std::same_as<Truth>;
  { n.is_positive(x) } -> std::same_as<Truth>;
  { n.is_negative(x) } -> std::same_as<Truth>;
};

// The fold of nothing; for max and min it is a convention.
int fold_unit(Op fold);
bool is_fold(Op op);
bool is_idempotent_fold(Op op);

// What must hold where a box is used, for its value not to be a convention.
enum class Requirement : std::uint8_t { none, nonzero, positive, nonnegative, nonempty, in_range };
// The condition on the argument of an operator (nonempty: on the range of the reduction; in_range: on the read of a
// view).
Requirement domain(Op op, Op fold = Op::add);
// A clause to be read after "the argument" (or the range, or the read).
std::string_view describe(Requirement c);

template <NumberSystem N>
Truth satisfies(const N& n, Requirement c, const typename N::Value& x) {
  switch (c) {
    case Requirement::nonzero: return !n.is_zero(x);
    case Requirement::positive: return n.is_positive(x);
    case Requirement::nonnegative: return !n.is_negative(x);
    default: return Truth::yes;
  }
}

// Calls body(f) with the binary function f of a fold, chosen once for a whole loop.
template <NumberSystem N, class Body>
void with_fold(const N& n, Op fold, Body&& body) {
  using V = typename N::Value;
  switch (fold) {
    case Op::add: return body([&n](const V& a, const V& b) { return n.add(a, b); });
    case Op::mul: return body([&n](const V& a, const V& b) { return n.mul(a, b); });
    case Op::max:
    case Op::disj: return body([&n](const V& a, const V& b) { return n.max(a, b); });
    case Op::min:
    case Op::conj: return body([&n](const V& a, const V& b) { return n.min(a, b); });
    default: throw std::invalid_argument("not an operator that folds");
  }
}

// The interpretation of an uninterpreted operator: a fixed smooth function drawn by its name, generic enough that
// different names, and different inputs, give different values. `draw` tells the draws of a stochastic operator apart.
std::vector<Rational> uninterpreted_coefficients(Symbol name, std::uint64_t draw, std::size_t count);

template <NumberSystem N>
typename N::Value uninterpreted(const N& n, Symbol name, std::span<const typename N::Value> x, std::uint64_t draw) {
  const auto c = uninterpreted_coefficients(name, draw, 2 * x.size() + 2);
  auto linear = n.rational(c[0]), phase = n.rational(c[1]);
  for (std::size_t i = 0; i < x.size(); ++i) {
    linear = n.add(linear, n.mul(n.rational(c[2 * i + 2]), x[i]));
    phase = n.add(phase, n.mul(n.rational(c[2 * i + 3]), x[i]));
  }
  return n.add(linear, n.sin(phase));
}

// The value of a pointwise operator without payload at its arguments.
template <NumberSystem N>
typename N::Value apply(const N& n, Op op, std::span<const typename N::Value> x) {
  using V = typename N::Value;
  switch (op) {
    case Op::negate: return n.negate(x[0]);
    case Op::inv: return n.inv(x[0]);
    case Op::exp: return n.exp(x[0]);
    case Op::log: return n.log(x[0]);
    case Op::sqrt: return n.sqrt(x[0]);
    case Op::erf: return n.erf(x[0]);
    case Op::sin: return n.sin(x[0]);
    case Op::cos: return n.cos(x[0]);
    case Op::fin: return n.fin(x[0]);
    case Op::less: return n.less(x[0], x[1]);
    case Op::less_equal: return n.less_equal(x[0], x[1]);
    case Op::equal: return n.equal(x[0], x[1]);
    case Op::where: return n.where(x[0], x[1], x[2]);
    default: break;
  }
  if (op == Op::neg_inf) return n.neg_inf();
  V result = n.rational(fold_unit(op));
  with_fold(n, op, [&](auto f) {
    if (x.empty()) return;
    result = x[0];
    for (const V& v : x.subspan(1)) result = f(result, v);
  });
  return result;
}

}  // namespace skein
