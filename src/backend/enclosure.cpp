#include "backend/enclosure.hpp"

#include <arb.h>
#include <arb_hypgeom.h>

#include <cmath>
#include <utility>

#include "backend/evaluator.hpp"

namespace skein {

using namespace backend;

namespace {

// Balls: the number system of real balls (midpoint and radius) with a possible -inf. A value encloses every result that
// its arguments could have; a comparison that they leave open is the ball [0,1] of both truth values.
class Ball {
 public:
  enum Infinite : std::uint8_t { never, maybe, always };  // is it -inf?

  Ball() { arb_init(x_); }
  Ball(const Ball& o) : infinite(o.infinite) {
    arb_init(x_);
    arb_set(x_, o.x_);
  }
  Ball(Ball&& o) noexcept : infinite(o.infinite) {
    arb_init(x_);
    arb_swap(x_, o.x_);
  }
  Ball& operator=(const Ball& o) {
    arb_set(x_, o.x_);
    infinite = o.infinite;
    return *this;
  }
  Ball& operator=(Ball&& o) noexcept {
    arb_swap(x_, o.x_);
    infinite = o.infinite;
    return *this;
  }
  ~Ball() { arb_clear(x_); }

  arb_ptr real() { return x_; }  // encloses the value if it is finite; meaningless if always infinite
  arb_srcptr real() const { return x_; }

  Infinite infinite = never;

 private:
  arb_t x_;
};

struct Balls {
  using Value = Ball;
  slong precision = 64;

  Ball value(double x, DType dtype) const;
  Ball rational(const Rational& q) const;
  Ball boolean(bool b) const;
  Ball neg_inf() const;
  Ball unknown(DType dtype) const;
  Ball add(const Ball& a, const Ball& b) const;
  Ball mul(const Ball& a, const Ball& b) const;
  Ball max(const Ball& a, const Ball& b) const;
  Ball min(const Ball& a, const Ball& b) const;
  Ball negate(const Ball& a) const;
  Ball inv(const Ball& a) const;
  Ball exp(const Ball& a) const;
  Ball log(const Ball& a) const;
  Ball sqrt(const Ball& a) const;
  Ball erf(const Ball& a) const;
  Ball sin(const Ball& a) const;
  Ball cos(const Ball& a) const;
  Ball fin(const Ball& a) const;
  Ball less(const Ball& a, const Ball& b) const;
  Ball less_equal(const Ball& a, const Ball& b) const;
  Ball equal(const Ball& a, const Ball& b) const;
  Ball where(const Ball& c, const Ball& x, const Ball& y) const;
  Truth is_zero(const Ball& a) const;
  Truth is_positive(const Ball& a) const;
  Truth is_negative(const Ball& a) const;

  void matrix_product(std::size_t m, std::size_t n, std::size_t k, const Ball* a, const Ball* b, Ball* c) const;
  void finish(std::vector<Ball>&) const {}

 private:
  Ball truth_value(bool can_hold, bool can_fail) const;
  Ball with_zero(Ball finite, const Ball& argument) const;
  template <class Compare>
  Ball compare(const Ball& a, const Ball& b, Compare finite, bool left_infinite, bool right_infinite, bool both) const;
};

Ball whole_line() {
  Ball z;
  arb_zero_pm_inf(z.real());
  return z;
}

Ball Balls::value(double x, DType dtype) const {
  if (dtype == DType::ext && std::isinf(x) && x < 0) return neg_inf();
  if (!std::isfinite(x)) throw EvaluationError("an input that is not finite has no enclosure");
  Ball z;
  arb_set_d(z.real(), x);
  return z;
}

Ball Balls::rational(const Rational& q) const {
  Ball z;
  fmpq_t f;
  fmpq_init(f);
  fmpq_set_mpq(f, q.get_mpq_t());
  arb_set_fmpq(z.real(), f, precision);
  fmpq_clear(f);
  return z;
}

Ball Balls::boolean(bool b) const {
  Ball z;
  arb_set_si(z.real(), b);
  return z;
}

Ball Balls::neg_inf() const {
  Ball z;
  z.infinite = Ball::always;
  return z;
}

Ball Balls::unknown(DType dtype) const {
  if (dtype == DType::boolean) return truth_value(true, true);
  Ball z = whole_line();
  if (dtype == DType::ext) z.infinite = Ball::maybe;
  return z;
}

Ball Balls::truth_value(bool can_hold, bool can_fail) const {
  Ball z;
  if (can_hold && can_fail)
    arb_unit_interval(z.real());
  else
    arb_set_si(z.real(), can_hold);
  return z;
}

Ball Balls::add(const Ball& a, const Ball& b) const {
  if (a.infinite == Ball::always || b.infinite == Ball::always) return neg_inf();
  Ball z;
  arb_add(z.real(), a.real(), b.real(), precision);
  z.infinite = std::max(a.infinite, b.infinite);
  return z;
}

Ball Balls::mul(const Ball& a, const Ball& b) const {
  Ball z;
  arb_mul(z.real(), a.real(), b.real(), precision);
  return z;
}

Ball Balls::max(const Ball& a, const Ball& b) const {
  if (a.infinite == Ball::always) return b;
  if (b.infinite == Ball::always) return a;
  Ball z;
  arb_max(z.real(), a.real(), b.real(), precision);
  // If one of them may be -inf, the other may be the maximum whatever it is.
  if (a.infinite == Ball::maybe) arb_union(z.real(), z.real(), b.real(), precision);
  if (b.infinite == Ball::maybe) arb_union(z.real(), z.real(), a.real(), precision);
  z.infinite = std::min(a.infinite, b.infinite);
  return z;
}

Ball Balls::min(const Ball& a, const Ball& b) const {
  if (a.infinite == Ball::always || b.infinite == Ball::always) return neg_inf();
  Ball z;
  arb_min(z.real(), a.real(), b.real(), precision);
  z.infinite = std::max(a.infinite, b.infinite);
  return z;
}

Ball Balls::negate(const Ball& a) const {
  Ball z;
  arb_sub_si(z.real(), a.real(), 1, precision);
  arb_neg(z.real(), z.real());
  return z;
}

Ball Balls::inv(const Ball& a) const {
  Ball z;
  if (arb_is_zero(a.real())) return z;
  if (arb_contains_zero(a.real())) return whole_line();
  arb_inv(z.real(), a.real(), precision);
  return z;
}

// The value is 0 where the argument is -inf.
Ball Balls::with_zero(Ball finite, const Ball& argument) const {
  if (argument.infinite == Ball::always) return Ball();
  if (argument.infinite == Ball::maybe) arb_union(finite.real(), finite.real(), Ball().real(), precision);
  finite.infinite = Ball::never;
  return finite;
}

Ball Balls::exp(const Ball& a) const {
  Ball z;
  if (a.infinite != Ball::always) arb_exp(z.real(), a.real(), precision);
  return with_zero(std::move(z), a);
}

Ball Balls::fin(const Ball& a) const { return with_zero(a, a); }

Ball Balls::log(const Ball& a) const {
  Ball z;
  if (arb_is_nonpositive(a.real())) return z;
  if (!arb_is_positive(a.real())) return whole_line();
  arb_log(z.real(), a.real(), precision);
  return z;
}

Ball Balls::sqrt(const Ball& a) const {
  Ball z;
  if (arb_is_nonpositive(a.real())) return z;
  if (arb_is_nonnegative(a.real())) {
    arb_sqrt(z.real(), a.real(), precision);
    return z;
  }
  if (!arb_is_finite(a.real())) return whole_line();
  // From 0, where the argument is not positive, to the root of its upper end.
  arb_get_ubound_arf(arb_midref(z.real()), a.real(), precision);
  arb_sqrt(z.real(), z.real(), precision);
  arb_union(z.real(), z.real(), Ball().real(), precision);
  return z;
}

Ball Balls::erf(const Ball& a) const {
  Ball z;
  if (arb_is_finite(a.real())) {
    arb_hypgeom_erf(z.real(), a.real(), precision);
    if (arb_is_finite(z.real())) return z;
  }
  arb_zero(z.real());
  arb_add_error_2exp_si(z.real(), 0);
  return z;
}

Ball Balls::sin(const Ball& a) const {
  Ball z;
  arb_sin(z.real(), a.real(), precision);
  return z;
}

Ball Balls::cos(const Ball& a) const {
  Ball z;
  arb_cos(z.real(), a.real(), precision);
  return z;
}

template <class Compare>
Ball Balls::compare(const Ball& a, const Ball& b, Compare finite, bool left_infinite, bool right_infinite,
                    bool both) const {
  bool holds = false, fails = false;
  auto outcome = [&](bool possible, bool value) {
    if (possible) (value ? holds : fails) = true;
  };
  const bool a_finite = a.infinite != Ball::always, b_finite = b.infinite != Ball::always;
  const bool a_infinite = a.infinite != Ball::never, b_infinite = b.infinite != Ball::never;
  if (a_finite && b_finite) {
    const Truth t = finite(a.real(), b.real());
    outcome(t != Truth::no, true);
    outcome(t != Truth::yes, false);
  }
  outcome(a_infinite && b_finite, left_infinite);
  outcome(a_finite && b_infinite, right_infinite);
  outcome(a_infinite && b_infinite, both);
  return truth_value(holds, fails);
}

Ball Balls::less(const Ball& a, const Ball& b) const {
  auto finite = [](arb_srcptr x, arb_srcptr y) {
    return arb_lt(x, y) ? Truth::yes : arb_ge(x, y) ? Truth::no : Truth::unknown;
  };
  return compare(a, b, finite, true, false, false);
}

Ball Balls::less_equal(const Ball& a, const Ball& b) const {
  auto finite = [](arb_srcptr x, arb_srcptr y) {
    return arb_le(x, y) ? Truth::yes : arb_gt(x, y) ? Truth::no : Truth::unknown;
  };
  return compare(a, b, finite, true, false, true);
}

Ball Balls::equal(const Ball& a, const Ball& b) const {
  auto finite = [](arb_srcptr x, arb_srcptr y) {
    return arb_eq(x, y) ? Truth::yes : arb_ne(x, y) ? Truth::no : Truth::unknown;
  };
  return compare(a, b, finite, false, false, true);
}

Ball Balls::where(const Ball& c, const Ball& x, const Ball& y) const {
  if (arb_is_one(c.real())) return x;
  if (arb_is_zero(c.real())) return y;
  if (x.infinite == Ball::always && y.infinite == Ball::always) return x;
  Ball z;
  if (x.infinite == Ball::always)
    z = y;
  else if (y.infinite == Ball::always)
    z = x;
  else
    arb_union(z.real(), x.real(), y.real(), precision);
  z.infinite = x.infinite == Ball::never && y.infinite == Ball::never ? Ball::never : Ball::maybe;
  return z;
}

Truth Balls::is_zero(const Ball& a) const {
  return arb_is_zero(a.real()) ? Truth::yes : arb_contains_zero(a.real()) ? Truth::unknown : Truth::no;
}

Truth Balls::is_positive(const Ball& a) const {
  return arb_is_positive(a.real()) ? Truth::yes : arb_is_nonpositive(a.real()) ? Truth::no : Truth::unknown;
}

Truth Balls::is_negative(const Ball& a) const {
  return arb_is_negative(a.real()) ? Truth::yes : arb_is_nonnegative(a.real()) ? Truth::no : Truth::unknown;
}

void Balls::matrix_product(std::size_t m, std::size_t n, std::size_t k, const Ball* a, const Ball* b, Ball* c) const {
  // Rows as arrays of arb, shallow copies that own nothing, for arb_dot.
  auto shallow = [](const Ball* x, std::size_t count) {
    std::vector<arb_struct> v;
    v.reserve(count);
    for (std::size_t i = 0; i < count; ++i) v.push_back(*x[i].real());
    return v;
  };
  const std::vector<arb_struct> rows = shallow(a, m * k), columns = shallow(b, n * k);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      arb_dot(c[i * n + j].real(), nullptr, 0, rows.data() + i * k, 1, columns.data() + j * k, 1, static_cast<slong>(k),
              precision);
}

static_assert(NumberSystem<Balls>);

// --- From balls to intervals

constexpr slong exponent_limit = 1 << 16;

Rational exact(const arf_t x) {
  fmpq_t f;
  fmpq_init(f);
  arf_get_fmpq(f, x);
  Rational q;
  fmpq_get_mpq(q.get_mpq_t(), f);
  fmpq_clear(f);
  return q;
}

// The end of an interval as a rational, moved outwards (`sign` -1: down, +1: up) when its exponent is out of bounds.
std::optional<Rational> end(const arf_t x, int sign) {
  if (!arf_is_finite(x)) return {};
  if (arf_is_zero(x)) return Rational(0);
  if (arf_cmpabs_2exp_si(x, exponent_limit) > 0) {
    if (arf_sgn(x) == sign) return {};
    Integer huge = 1;
    huge <<= exponent_limit;
    return Rational(-sign * huge);
  }
  if (arf_cmpabs_2exp_si(x, -exponent_limit) < 0) {
    if (arf_sgn(x) != sign) return Rational(0);
    Integer huge = 1;
    huge <<= exponent_limit;
    return Rational(Integer(sign), huge);
  }
  return exact(x);
}

Interval interval(const Ball& b, slong precision) {
  Interval result;
  result.neg_inf = b.infinite != Ball::never;
  result.finite = b.infinite != Ball::always;
  if (!result.finite || !arb_is_finite(b.real())) return result;
  arf_t lower, upper;
  arf_init(lower);
  arf_init(upper);
  arb_get_interval_arf(lower, upper, b.real(), precision);
  result.lower = end(lower, -1);
  result.upper = end(upper, 1);
  arf_clear(lower);
  arf_clear(upper);
  return result;
}

// The distance of disjoint intervals, to rank them; 1e300 where one is -inf and the other is not.
double gap(const Interval& a, const Interval& b) {
  if (!a.finite || !b.finite) return 1e300;
  const bool above = a.lower && b.upper && *b.upper < *a.lower;
  const Rational d = above ? Rational(*a.lower - *b.upper) : Rational(*b.lower - *a.upper);
  return d > 1e300 ? 1e300 : d.get_d();
}

// In 17 digits, moved outwards by two units in the last place: the conversion to a double and the printing cost one
// each.
std::string decimal(const Rational& q, int sign) {
  if (q == 0) return "0";
  const double outward = sign * std::numeric_limits<double>::infinity();
  const double limit = std::numeric_limits<double>::max();
  if (abs(q) > limit) return sgn(q) == sign ? (sign < 0 ? "-oo" : "oo") : fmt::format("{:.17g}", sgn(q) * 0x1p1023);
  return fmt::format("{:.17g}", std::nextafter(std::nextafter(q.get_d(), outward), outward));
}

}  // namespace

bool Interval::contains(const Rational& x) const {
  return finite && (!lower || *lower <= x) && (!upper || x <= *upper);
}

bool Interval::contains(double x) const {
  if (std::isinf(x)) return x < 0 && neg_inf;
  return std::isfinite(x) && contains(Rational(x));
}

bool disjoint(const Interval& a, const Interval& b) {
  if (a.neg_inf && b.neg_inf) return false;
  if (!a.finite || !b.finite) return true;
  return (a.lower && b.upper && *b.upper < *a.lower) || (b.lower && a.upper && *a.upper < *b.lower);
}

std::string to_string(const Interval& i) {
  if (!i.finite) return "-inf";
  const std::string range =
      "[" + (i.lower ? decimal(*i.lower, -1) : "-oo") + ", " + (i.upper ? decimal(*i.upper, 1) : "oo") + "]";
  return i.neg_inf ? range + " or -inf" : range;
}

std::vector<EnclosureArray> evaluate_enclosures(const Diagram& d, const Environment& e, long precision_bits) {
  const Balls n{.precision = precision_bits};
  std::vector<EnclosureArray> result;
  const Plan plan(d, e.sizes);
  for (Dense<Ball>& t : Evaluator<Balls>(n, plan, e).outputs()) {
    EnclosureArray a{std::move(t.shape), {}};
    a.data.reserve(t.data.size());
    for (const Ball& b : t.data) a.data.push_back(interval(b, precision_bits));
    result.push_back(std::move(a));
  }
  return result;
}

DomainReport in_domain_certified(const Diagram& d, const Environment& e, long precision_bits) {
  const Balls n{.precision = precision_bits};
  const Plan plan(d, e.sizes);
  return Evaluator<Balls>(n, plan, e).domain_report(DemandAnalysis(plan));
}

std::optional<Separation> disjoint(const std::vector<EnclosureArray>& a, const std::vector<EnclosureArray>& b) {
  if (a.size() != b.size()) throw EvaluationError("the diagrams have different numbers of outputs");
  std::optional<Separation> best;
  double widest = -1;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k].shape != b[k].shape) throw EvaluationError(fmt::format("output {} has different shapes", k));
    walk_points(a[k].shape, [&](auto point, std::size_t i) {
      const Interval &x = a[k].data[i], &y = b[k].data[i];
      if (!disjoint(x, y)) return;
      if (const double width = gap(x, y); width > widest)
        widest = width, best = Separation{k, {point.begin(), point.end()}, x, y};
    });
  }
  return best;
}

}  // namespace skein
