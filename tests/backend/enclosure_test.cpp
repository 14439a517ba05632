#include "backend/enclosure.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "backend/sample.hpp"
#include "build.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

Interval enclose(const Diagram& d, const Environment& e, long bits = 64) {
  return evaluate_enclosures(d, e, bits).at(0).data.at(0);
}

double width(const Interval& i) { return i.lower && i.upper ? Rational(*i.upper - *i.lower).get_d() : infinity; }

// A random diagram of one output: operators applied to what is there, by the seed.
Diagram random_diagram(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Sketch s;
  const Index i = s.b.fresh(axis("n")), j = s.b.fresh(axis("m"));
  std::vector<Ref> pool{s.input("x", std::vector<Index>{i, j}), s.input("y", std::vector<Index>{j}), s.number(1, 3),
                        s.b.index_value(index_variable(i))};
  auto pick = [&] { return pool[random() % pool.size()]; };
  for (int step = 0; step < 12; ++step) {
    static constexpr Op unary[] = {Op::inv, Op::exp, Op::log, Op::sqrt, Op::erf, Op::sin, Op::cos};
    static constexpr Op binary[] = {Op::add, Op::mul, Op::max, Op::min};
    switch (random() % 4) {
      case 0: {
        const Op op = unary[random() % 7];
        // The argument of exp is bounded, lest doubles overflow.
        pool.push_back(s.b.add(op, {op == Op::exp ? s.b.add(Op::sin, {pick()}) : pick()}));
        break;
      }
      case 1: pool.push_back(s.b.add(binary[random() % 4], {pick(), pick()})); break;
      case 2: pool.push_back(s.b.add(Op::where, {s.b.add(Op::less, {pick(), pick()}), pick(), pick()})); break;
      default: {
        const Ref body = s.b.add(Op::mul, {pick(), pick()});
        pool.push_back(s.b.reduce(random() % 2 ? Op::add : Op::max, {j}, body));
      }
    }
  }
  return s.freeze({{s.b.add(Op::add, {pool.back(), pool[pool.size() - 2]}), {i, j}}});
}

}  // namespace

TEST_CASE("enclosures contain the floating-point value up to its rounding, and are tight") {
  int tight = 0, count = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Diagram d = random_diagram(seed);
    const Environment e = sample(d, seed);
    const auto enclosures = evaluate_enclosures(d, e, 200);
    const auto values = evaluate(d, e);
    for (std::size_t k = 0; k < values[0].data.size(); ++k, ++count) {
      const Interval& i = enclosures[0].data[k];
      if (width(i) > 1e-30) continue;
      ++tight;
      const double middle = Rational((*i.lower + *i.upper) / 2).get_d();
      CHECK(values[0].data[k] == Approx(middle).epsilon(1e-6).margin(1e-9));
    }
  }
  CHECK(tight > 0.8 * count);
}

TEST_CASE("more precision gives a narrower enclosure inside of the wider one") {
  Sketch s;
  const Diagram d = s.freeze(s.b.add(Op::exp, {s.b.add(Op::sqrt, {s.number(2)})}));
  const Interval coarse = enclose(d, {}, 40), fine = enclose(d, {}, 160);
  CHECK(coarse.contains(4.1132503787829275));
  CHECK(width(fine) < 1e-40);
  CHECK(width(coarse) > 1e-15);
  CHECK((*coarse.lower <= *fine.lower && *fine.upper <= *coarse.upper));
}

TEST_CASE("a difference below double precision is certified, and equal values are not told apart") {
  Sketch s;
  Rational tiny(1);
  tiny >>= 90;
  const Ref one = s.number(1), more = s.b.add(Op::add, {one, s.b.literal(tiny)});
  const auto at = [&](const Ref& x, long bits) {
    return evaluate_enclosures(s.freeze(s.b.add(Op::exp, {x})), {}, bits);
  };
  CHECK_FALSE(disjoint(at(one, 64), at(more, 64)));
  CHECK(disjoint(at(one, 128), at(more, 128)));
  CHECK_FALSE(disjoint(at(one, 128), at(one, 256)));
}

TEST_CASE("the separation names the point that differs most") {
  Sketch s;
  const Index i = s.b.fresh(axis(3));
  const Ref x = s.input("x", std::vector<Index>{i}), cube = s.b.add(Op::mul, {x, x, x});
  const Environment e = environment({}, {{"x", {{3}, {1, 2, 3}}}});
  const auto a = evaluate_enclosures(s.freeze(x), e, 64), b = evaluate_enclosures(s.freeze(cube), e, 64);
  const auto separation = disjoint(a, b);
  REQUIRE(separation);
  CHECK(separation->index == std::vector<std::size_t>{2});
  CHECK(separation->left.contains(3.0));
  CHECK(separation->right.contains(27.0));
}

TEST_CASE("the conventions hold exactly, and a ball around the edge of a domain covers both sides") {
  Sketch s;
  const Ref root = s.b.add(Op::sqrt, {s.number(2)});
  const Ref zero = s.minus(s.b.add(Op::mul, {root, root}), s.number(2));  // 0, but only up to the radius
  auto of = [&](Op op, const Ref& x) { return enclose(s.freeze(s.b.add(op, {x})), {}, 64); };
  for (Op op : {Op::inv, Op::log, Op::sqrt}) {
    CHECK(width(of(op, s.number(0))) == 0);
    CHECK(of(op, s.number(0)).contains(0.0));
    CHECK(of(op, zero).contains(0.0));
  }
  CHECK(of(Op::log, s.number(-2)).contains(0.0));
  CHECK(width(of(Op::inv, zero)) == infinity);
  CHECK(of(Op::sqrt, zero).lower);
  CHECK(width(of(Op::sqrt, zero)) < 1e-8);
  const Ref either = s.b.add(Op::where, {s.b.add(Op::less, {zero, s.number(0)}), s.number(5), s.number(7)});
  const Interval both = enclose(s.freeze(either), {}, 64);
  CHECK((both.contains(5.0) && both.contains(7.0)));
}

TEST_CASE("minus infinity is told from every real, and the masked softmax is enclosed") {
  Sketch s;
  const Index q = s.b.fresh(axis(1)), k = s.b.fresh(axis(2));
  const Ref x = s.input("x", std::vector<Index>{q, k}, DType::ext);
  const Environment e = environment({}, {{"x", {{1, 2}, {-infinity, 1}}}});
  const auto out = evaluate_enclosures(s.freeze({{s.softmax(x, k), {q, k}}, {x, {q, k}}}), e, 64);
  CHECK(out[0].data[0].contains(0.0));
  CHECK(out[0].data[1].contains(1.0));
  CHECK(width(out[0].data[1]) < 1e-15);
  CHECK(disjoint(out[1].data[0], out[1].data[1]));
  CHECK_FALSE(disjoint(out[1].data[0], out[1].data[0]));
  CHECK(to_string(out[1].data[0]) == "-inf");
}

TEST_CASE("a read out of range encloses everything, so it refutes nothing") {
  Sketch s;
  const Index i = s.b.fresh(axis(2));
  const Ref x = s.input("x", std::vector<Axis>{axis(2)});
  const Diagram d = s.freeze(s.b.view(x.wire, {index_variable(i) + index_constant(1)}));
  const auto out = evaluate_enclosures(d, environment({}, {{"x", {{2}, {1, 2}}}}), 64)[0].data;
  CHECK(width(out[0]) == 0);
  CHECK(out[1].contains(1e300));
}

TEST_CASE("the certified domain is proved, refuted or left open") {
  Sketch s;
  const Ref x = s.input("x", std::vector<Axis>{}), root = s.b.add(Op::sqrt, {x});
  const Diagram d = s.freeze(s.b.add(Op::inv, {s.minus(s.b.add(Op::mul, {root, root}), x)}));
  auto at = [&](double v) { return in_domain_certified(d, environment({}, {{"x", {{}, {v}}}}), 64).inside; };
  CHECK(at(4) == Truth::no);
  CHECK(at(2) == Truth::unknown);
  CHECK(at(-1) == Truth::no);  // the root
  CHECK(in_domain_certified(s.freeze(root), environment({}, {{"x", {{}, {2}}}}), 64));
}

TEST_CASE("enormous values are widened, not expanded") {
  Sketch s;
  const Ref big = s.b.add(Op::exp, {s.b.add(Op::exp, {s.number(30)})});
  const Interval i = enclose(s.freeze(big), {}, 64);
  CHECK_FALSE(i.upper);
  REQUIRE(i.lower);
  CHECK(*i.lower > 1e300);
  const Interval small = enclose(s.freeze(s.b.add(Op::inv, {big})), {}, 64);
  REQUIRE(small.upper);
  CHECK((*small.upper > 0 && *small.upper < 1e-300));
}
