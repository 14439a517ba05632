#include "backend/evaluate.hpp"
#include "backend/enclosure.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "backend/sample.hpp"
#include "build.hpp"
#include "theory/numbers.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

std::vector<double> value(const Diagram& d, const Environment& e) { return evaluate(d, e).at(0).data; }

}  // namespace

TEST_CASE("elementwise boxes broadcast over indices that an input does not mention") {
  Sketch s;
  const Index i = s.b.fresh(axis("n")), j = s.b.fresh(axis("m"));
  const Ref x = s.input("x", std::vector<Index>{i}), y = s.input("y", std::vector<Index>{j});
  const Diagram d = s.freeze({{s.b.add(Op::add, {x, y}), {i, j}}});
  const Environment e = environment({{"n", 2}, {"m", 3}}, {{"x", {{2}, {10, 20}}}, {"y", {{3}, {1, 2, 3}}}});
  CHECK(value(d, e) == std::vector<double>{11, 12, 13, 21, 22, 23});
}

TEST_CASE("a matrix product is the triple loop, in any order of axes") {
  for (long n : {1, 3, 40}) {
    Sketch s;
    const Index i = s.b.fresh(axis(n)), j = s.b.fresh(axis(n + 1)), k = s.b.fresh(axis(n + 2)), h = s.b.fresh(axis(2));
    const Ref x = s.input("x", std::vector<Index>{k, h, i}), y = s.input("y", std::vector<Index>{j, k, h});
    const Diagram d = s.freeze({{s.b.reduce(Op::add, {k}, s.b.add(Op::mul, {x, y, s.number(1, 2)})), {j, i, h}}});
    const Environment e = sample(d, 7);
    const auto& a = e.inputs.at(Symbol("x")).data;
    const auto& b = e.inputs.at(Symbol("y")).data;
    const Array out = evaluate(d, e).at(0);
    const auto I = static_cast<std::size_t>(n), J = I + 1, K = I + 2;
    REQUIRE(out.shape == std::vector<std::size_t>{J, I, 2});
    for (std::size_t q = 0; q < J; ++q)
      for (std::size_t p = 0; p < I; ++p)
        for (std::size_t g = 0; g < 2; ++g) {
          double sum = 0;
          for (std::size_t l = 0; l < K; ++l) sum += a[(l * 2 + g) * I + p] * b[(q * K + l) * 2 + g] / 2;
          CHECK(out.data[(q * I + p) * 2 + g] == Approx(sum).margin(1e-12));
        }
  }
}

TEST_CASE("a contraction of many factors is the sum of products") {
  // out[a,c] = sum b,d,z: x[a,b] y[b,c] u[d] v[c], with z mentioned nowhere.
  Sketch s;
  const Index a = s.b.fresh(axis(2)), b = s.b.fresh(axis(3)), c = s.b.fresh(axis(4)), d = s.b.fresh(axis(5)),
              z = s.b.fresh(axis(7));
  const Ref x = s.input("x", std::vector<Index>{a, b}), y = s.input("y", std::vector<Index>{b, c}),
            u = s.input("u", std::vector<Index>{d}), v = s.input("v", std::vector<Index>{c});
  const Ref inner = s.b.add(Op::mul, {y, u});
  const Diagram g = s.freeze({{s.b.reduce(Op::add, {b, d, z}, s.b.add(Op::mul, {x, inner, v})), {a, c}}});
  const Environment e = sample(g, 3);
  auto in = [&](const char* n) { return e.inputs.at(Symbol(n)).data; };
  const auto out = value(g, e);
  for (std::size_t p = 0; p < 2; ++p)
    for (std::size_t q = 0; q < 4; ++q) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t l = 0; l < 5; ++l)
          sum += 7 * in("x")[p * 3 + k] * in("y")[k * 4 + q] * in("u")[l] * in("v")[q];
      CHECK(out[p * 4 + q] == Approx(sum).margin(1e-12));
    }
}

TEST_CASE("a product that is also an output is still written out") {
  Sketch s;
  const Index i = s.b.fresh(axis(3));
  const Ref x = s.input("x", std::vector<Index>{i});
  const Ref square = s.b.add(Op::mul, {x, x});
  const Diagram d = s.freeze({{square, {i}}, {s.b.reduce(Op::add, {i}, square), {}}});
  const auto out = evaluate(d, environment({}, {{"x", {{3}, {1, 2, 3}}}}));
  CHECK(out[0].data == std::vector<double>{1, 4, 9});
  CHECK(out[1].data == std::vector<double>{14});
}

TEST_CASE("a huge broadcast product under a sum is never written out") {
  Sketch s;
  const Index i = s.b.fresh(axis(2000)), j = s.b.fresh(axis(2000)), k = s.b.fresh(axis(100000));
  const Ref x = s.input("x", std::vector<Index>{i}), y = s.input("y", std::vector<Index>{j}),
            z = s.input("z", std::vector<Index>{k});
  const Diagram d = s.freeze(s.b.reduce(Op::add, {i, j, k}, s.b.add(Op::mul, {x, y, z})));
  auto ones = [](std::size_t n) { return Array{{n}, std::vector<double>(n, 1)}; };
  CHECK(value(d, environment({}, {{"x", ones(2000)}, {"y", ones(2000)}, {"z", ones(100000)}})) ==
        std::vector<double>{4e11});
  const Diagram written = s.freeze({{s.b.add(Op::mul, {x, y, z}), {i, j, k}}});
  CHECK_THROWS_AS(evaluate(written, environment({}, {{"x", ones(2000)}, {"y", ones(2000)}, {"z", ones(100000)}})),
                  EvaluationError);
}

TEST_CASE("reductions fold, and a fold of nothing is its unit") {
  struct Case {
    Op fold;
    double full, empty;
  };
  for (const Case& c : {Case{Op::add, -6, 0}, Case{Op::mul, -6, 1}, Case{Op::max, -1, 0}, Case{Op::min, -3, 0}}) {
    Sketch s;
    const Index i = s.b.fresh(axis("n")), j = s.b.fresh(axis(2));
    const Ref x = s.input("x", std::vector<Index>{i, j});
    const Diagram d = s.freeze({{s.b.reduce(c.fold, {i}, x), {j}}});
    CHECK(value(d, environment({{"n", 3}}, {{"x", {{3, 2}, {-1, -1, -2, -2, -3, -3}}}})) ==
          std::vector<double>(2, c.full));
    CHECK(value(d, environment({{"n", 0}}, {{"x", {{0, 2}, {}}}})) == std::vector<double>(2, c.empty));
  }
  for (Op fold : {Op::conj, Op::disj}) {
    Sketch s;
    const Index i = s.b.fresh(axis("n"));
    const Diagram d = s.freeze(s.b.reduce(fold, {i}, s.input("x", std::vector<Index>{i}, DType::boolean)));
    CHECK(value(d, environment({{"n", 2}}, {{"x", {{2}, {1, 0}}}}))[0] == (fold == Op::disj));
    CHECK(value(d, environment({{"n", 0}}, {{"x", {{0}, {}}}}))[0] == (fold == Op::conj));
  }
}

TEST_CASE("a view reads at its index expressions: stride, diagonal, split") {
  Sketch s;
  const Index y = s.b.fresh(axis(3)), g = s.b.fresh(axis(2)), r = s.b.fresh(axis(3));
  const Ref x = s.input("x", std::vector<Axis>{axis(6)}), m = s.input("m", std::vector<Axis>{axis(3), axis(3)});
  const auto two_y = index_constant(2) * index_variable(y);
  const auto merged = index_constant(3) * index_variable(g) + index_variable(r);
  const auto odd_div = floor_divide(two_y + index_constant(1), size_constant(3)) * index_constant(3);
  const Diagram d = s.freeze({{s.b.view(x.wire, {two_y + index_constant(1)}), {y}},
                              {s.b.view(m.wire, {index_variable(y), index_variable(y)}), {y}},
                              {s.b.view(x.wire, {merged}), {g, r}},
                              {s.b.view(x.wire, {odd_div}), {y}}});
  const auto out =
      evaluate(d, environment({}, {{"x", {{6}, {0, 1, 2, 3, 4, 5}}}, {"m", {{3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}}}));
  CHECK(out[0].data == std::vector<double>{1, 3, 5});
  CHECK(out[1].data == std::vector<double>{1, 5, 9});
  CHECK(out[2] == Array{{2, 3}, {0, 1, 2, 3, 4, 5}});
  CHECK(out[3].data == std::vector<double>{0, 3, 3});
}

TEST_CASE("a guard chooses the branch, and the other one is outside of the domain without harm") {
  Sketch s;  // x shifted right by one, padded with 9
  const Index i = s.b.fresh(axis(4));
  const Ref x = s.input("x", std::vector<Axis>{axis(4)});
  const auto before = index_variable(i) - index_constant(1);
  const Ref shifted = s.b.view(x.wire, {before});
  const Environment e = environment({}, {{"x", {{4}, {1, 2, 3, 4}}}});
  const Diagram guarded = s.freeze({{s.b.cases({before}, shifted, s.number(9)), {i}}});
  CHECK(value(guarded, e) == std::vector<double>{9, 1, 2, 3});
  CHECK(in_domain(guarded, e));
  const DomainReport bare = in_domain(s.freeze(shifted), e);
  CHECK(bare.inside == Truth::no);
  CHECK(bare.condition == Requirement::in_range);
  CHECK(bare.point == std::vector<std::size_t>{0});
}

TEST_CASE("the branch of where that is not chosen makes no demand on the domain") {
  Sketch s;  // if x >= 0 then sqrt(x) else 1 / (x + 3), at two entries
  const Index i = s.b.fresh(axis(2));
  const Ref x = s.input("x", std::vector<Index>{i});
  const Ref holds = s.b.add(Op::less_equal, {s.number(0), x});
  const Ref root = s.b.add(Op::sqrt, {x}), other = s.b.add(Op::inv, {s.b.add(Op::add, {x, s.number(3)})});
  const Diagram d = s.freeze(s.b.add(Op::where, {holds, root, other}));
  auto at = [](double a, double b) { return environment({}, {{"x", {{2}, {a, b}}}}); };
  CHECK(in_domain(d, at(-1, 4)));
  CHECK(in_domain_certified(d, at(-1, 4), 64));
  CHECK(in_domain(d, at(-3, 4)).point == std::vector<std::size_t>{0});
  CHECK(in_domain_certified(d, at(4, -3), 64).inside == Truth::no);
  // Both branches ask where they are read besides.
  const Diagram both = s.freeze(s.b.add(Op::add, {root, s.b.add(Op::where, {holds, root, other})}));
  CHECK_FALSE(in_domain(both, at(-1, 4)));
  // A condition on data does not excuse a read outside of an array.
  const Ref outside = s.b.view(s.input("z", std::vector<Axis>{axis(2)}).wire, {index_constant(2)});
  const Environment e = environment({}, {{"x", {{2}, {-1, -1}}}, {"z", {{2}, {1, 1}}}});
  CHECK(in_domain(s.freeze(s.b.add(Op::where, {holds, outside, x})), e).condition == Requirement::in_range);
}

TEST_CASE("index values, sizes and literals are numbers") {
  Sketch s;
  const Index i = s.b.fresh(axis("n"));
  const auto e = index_size(size_variable(Symbol("n"))) - index_constant(1) - index_variable(i);
  const Diagram d = s.freeze(
      {{s.b.add(Op::add, {s.b.index_value(e), s.b.size_value(size_variable(Symbol("n"))), s.number(1, 2)}), {i}}});
  CHECK(value(d, environment({{"n", 3}}, {})) == std::vector<double>{5.5, 4.5, 3.5});
}

TEST_CASE("rows of softmax sum to 1, and a masked entry gets 0") {
  Sketch s;
  const Index q = s.b.fresh(axis("q")), k = s.b.fresh(axis("k"));
  const Ref x = s.input("x", std::vector<Index>{q, k}, DType::ext);
  const Diagram d = s.freeze({{s.softmax(x, k), {q, k}}});
  const auto out = value(d, environment({{"q", 2}, {"k", 3}}, {{"x", {{2, 3}, {1, 2, 3, -infinity, 0, 1000}}}}));
  CHECK(out[0] + out[1] + out[2] == Approx(1));
  CHECK(out[2] / out[1] == Approx(std::exp(1)));
  CHECK(out[3] == 0);
  CHECK(out[5] == 1);
}

TEST_CASE("a fully masked row of softmax lies outside of the domain") {
  Sketch s;
  const Index q = s.b.fresh(axis("q")), k = s.b.fresh(axis("k"));
  const Diagram d = s.freeze({{s.softmax(s.input("x", std::vector<Index>{q, k}, DType::ext), k), {q, k}}});
  const auto at = [](std::vector<double> x) {
    return environment({{"q", 2}, {"k", 2}}, {{"x", {{2, 2}, std::move(x)}}});
  };
  CHECK(in_domain(d, at({1, -infinity, 2, 3})));
  const DomainReport masked = in_domain(d, at({1, 2, -infinity, -infinity}));
  CHECK(masked.inside == Truth::no);
  CHECK(d.box(masked.box).op == Op::inv);
  CHECK(masked.point == std::vector<std::size_t>{1});
  CHECK(masked.message.find("inv") != std::string::npos);
}

TEST_CASE("the maximum of an empty range is outside of the domain only if somebody asks for it") {
  Sketch s;
  const Index i = s.b.fresh(axis("n")), j = s.b.fresh(axis("m"));
  const Diagram d = s.freeze({{s.b.reduce(Op::max, {i}, s.input("x", std::vector<Index>{i, j})), {j}}});
  CHECK(in_domain(d, environment({{"n", 0}, {"m", 2}}, {{"x", {{0, 2}, {}}}})).condition == Requirement::nonempty);
  CHECK(in_domain(d, environment({{"n", 0}, {"m", 0}}, {{"x", {{0, 0}, {}}}})));
  CHECK(in_domain(d, environment({{"n", 1}, {"m", 2}}, {{"x", {{1, 2}, {0, 0}}}})));
}

TEST_CASE("the branch of cases that is not chosen makes no demand on the domain") {
  Sketch s;  // 1/x at all but the first index, under a sum
  const Index i = s.b.fresh(axis(3));
  const Ref x = s.input("x", std::vector<Index>{i});
  const Ref guarded = s.b.cases({index_variable(i) - index_constant(1)}, s.b.add(Op::inv, {x}), s.number(0));
  const Diagram d = s.freeze(s.b.reduce(Op::add, {i}, s.b.add(Op::mul, {guarded, s.number(3)})));
  CHECK(in_domain(d, environment({}, {{"x", {{3}, {0, 1, 2}}}})));
  CHECK(in_domain(d, environment({}, {{"x", {{3}, {1, 1, 0}}}})).point == std::vector<std::size_t>{2});
}

TEST_CASE("float32 evaluation rounds the result of each box") {
  Sketch s;
  const Diagram d = s.freeze(s.b.add(Op::inv, {s.number(3)}));
  CHECK(evaluate(d, {}, Precision::float32)[0].data[0] == static_cast<double>(1.0f / 3.0f));
  CHECK(evaluate(d, {})[0].data[0] == 1.0 / 3.0);
}

TEST_CASE("exact evaluation agrees with rational arithmetic and refuses what is not rational") {
  Sketch s;
  const Index i = s.b.fresh(axis(3));
  const Ref x = s.input("x", std::vector<Index>{i});
  const Ref mean = s.b.reduce(Op::add, {i}, s.b.add(Op::mul, {x, s.number(1, 3), s.b.add(Op::inv, {s.number(7)})}));
  const Environment e = environment({}, {{"x", {{3}, {0.5, 1, 2}}}});
  CHECK(evaluate_exact(s.freeze(mean), e)[0].data[0] == Rational(1, 6));
  CHECK_THROWS_AS(evaluate_exact(s.freeze(s.b.add(Op::exp, {mean})), e), NotExact);
}

TEST_CASE("an environment that does not fit is refused with a sentence") {
  Sketch s;
  const Index i = s.b.fresh(axis("n"));
  const Diagram d = s.freeze(s.input("x", std::vector<Index>{i}));
  CHECK_THROWS_WITH(evaluate(d, environment({{"n", 2}}, {})), Catch::Contains("no array is given for the input x"));
  CHECK_THROWS_WITH(evaluate(d, environment({{"n", 2}}, {{"x", {{3}, {1, 2, 3}}}})), Catch::Contains("shape [3]"));
  CHECK_THROWS_WITH(evaluate(d, environment({}, {{"x", {{3}, {1, 2, 3}}}})), Catch::Contains("no value is given"));
  CHECK_THROWS_WITH(evaluate(d, environment({{"n", -1}}, {})), Catch::Contains("negative"));
}

TEST_CASE("sizes are inferred from shapes, through linear expressions") {
  Sketch s;
  const Size n = size_variable(Symbol("n")), h = size_variable(Symbol("h"));
  s.input("x", std::vector<Axis>{{n * h + size_constant(1), Symbol()}});
  s.input("y", std::vector<Axis>{{h, Symbol()}});
  const Diagram d = s.freeze(s.number(1));
  Environment e = environment({}, {{"x", {{13}, {}}}, {"y", {{4}, {}}}});
  infer_sizes(d, e);
  CHECK(e.sizes.at(Symbol("n")) == 3);
  Environment wrong = environment({}, {{"x", {{12}, {}}}, {"y", {{4}, {}}}});
  CHECK_THROWS_AS(infer_sizes(d, wrong), EvaluationError);
}
