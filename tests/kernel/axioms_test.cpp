// The axioms of the kernel at 10,000 random points, -inf included, in extended precision: the two sides are enclosed
// in balls of 128 bits with outward rounding, and the balls must meet and be small.
#include <limits>

#include "backend/enclosure.hpp"
#include "backend/sample.hpp"
#include "kernel/support.hpp"

using namespace skein;

namespace {

constexpr long precision_bits = 128;
constexpr int wanted_points = 10000;

Environment point(const Diagram& d, std::uint64_t seed) {
  constexpr double scales[] = {1, 5, 50, 1e-3};
  SampleOptions options;
  options.scale = scales[seed % std::size(scales)];
  if (seed % 7 == 0) options.values = Values::mixed, options.scale = 1;
  Environment e = sample(d, seed, options);
  if (seed % 5 == 0)
    for (const InputPort& p : d.inputs())
      if (p.dtype == DType::ext) e.inputs.at(p.name).data[0] = -std::numeric_limits<double>::infinity();
  return e;
}

bool holds(const Condition& c, const Environment& e) {
  const Interval value = evaluate_enclosures(c.value, e, precision_bits).front().data.front();
  switch (c.sign) {
    case Sign::positive: return value.lower && *value.lower > 0;
    case Sign::nonnegative: return value.lower && *value.lower >= 0;
    case Sign::nonzero: return (value.lower && *value.lower > 0) || (value.upper && *value.upper < 0);
  }
  return false;
}

// So narrow that what lies elsewhere is told apart: 2^-80 of its size, or of 1.
bool narrow(const Interval& i) {
  if (!i.lower || !i.upper) return false;
  const Rational size = std::max<Rational>(1, std::max<Rational>(abs(*i.lower), abs(*i.upper)));
  return (*i.upper - *i.lower) * Rational(mpz_class(1) << 80) <= size;
}

struct Sides {
  Interval left, right;
};
Sides enclose(const Diagram& left, const Diagram& right, const Environment& e) {
  return {evaluate_enclosures(left, e, precision_bits).front().data.front(),
          evaluate_enclosures(right, e, precision_bits).front().data.front()};
}

}  // namespace

TEST_CASE("the axioms hold at 10,000 random points in extended precision", "[axioms]") {
  const std::vector<TheoremPtr> axioms = kernel_axioms();
  REQUIRE(axioms.size() < 40);
  for (const TheoremPtr& t : axioms) {
    INFO(t->name().text());
    const Statement& st = t->statement();
    int points = 0, apart = 0, wide = 0, nonzero = 0;
    for (std::uint64_t seed = 0; points < wanted_points && seed < 10 * wanted_points; ++seed) {
      const Environment e = point(st.left, seed);
      if (!std::all_of(st.when.begin(), st.when.end(), [&](const Condition& c) { return holds(c, e); })) continue;
      ++points;
      const auto [l, r] = enclose(st.left, st.right, e);
      apart += disjoint(l, r);
      wide += !narrow(l) || !narrow(r);
      nonzero += l.lower && l.upper && (*l.lower > 0 || *l.upper < 0);
    }
    CHECK(points == wanted_points);
    CHECK(apart == 0);
    CHECK(wide < wanted_points / 50);  // exponentials of huge numbers
    CHECK(nonzero > wanted_points / 2);
  }
}

TEST_CASE("no axiom is about reductions") {
  for (const TheoremPtr& t : kernel_axioms())
    for (const Diagram* d : {&t->statement().left, &t->statement().right})
      for (const Box& b : d->boxes()) CHECK(b.op != Op::reduce);
}

TEST_CASE("balls of 128 bits tell an axiom from one that is off by 2^-70") {
  const TheoremPtr odd = kernel_axioms().back();
  REQUIRE(odd->name() == Symbol("erf_odd"));
  DiagramBuilder b;
  const Output right = thaw(b, odd->statement().right).front();
  const Ref off = b.add(Op::add, {right.value, b.literal(Rational(1) / Rational(mpz_class(1) << 70))});
  const Diagram wrong = freeze(b, Symbol("wrong"), {}, odd->statement().right.inputs(), {{right.name, {}, off}});
  const auto [l, r] = enclose(odd->statement().left, wrong, point(wrong, 1));
  CHECK(disjoint(l, r));
}
