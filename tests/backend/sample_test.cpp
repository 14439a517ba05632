#include "backend/sample.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "build.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

Diagram plain() {
  Sketch s;
  s.input("x", {axis("a"), axis("b"), axis("c"), axis("d")});
  return s.freeze(s.number(1));
}

}  // namespace

TEST_CASE("sampled sizes are different and at least 2, and equal seeds give equal environments") {
  const Diagram d = plain();
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Environment e = sample(d, seed), again = sample(d, seed);
    std::set<Integer> sizes;
    for (const auto& [name, n] : e.sizes) {
      CHECK(n >= 2);
      sizes.insert(n);
    }
    CHECK(sizes.size() == 4);
    CHECK(e.sizes == again.sizes);
    CHECK(e.inputs == again.inputs);
  }
  CHECK(sample(d, 1).inputs != sample(d, 2).inputs);
}

TEST_CASE("sampled sizes satisfy hypotheses and leave no axis negative") {
  Sketch s;
  const Size x = size_variable(Symbol("x")), w = size_variable(Symbol("w"));
  s.input("v", std::vector<Axis>{{x - size_constant(3) * w + size_constant(1), Symbol()}});
  SizeContext context;
  context.hypotheses = {x - size_constant(3) * w, size_constant(4) - w};
  const Diagram d = s.freeze({{s.number(1), {}}}, context);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto sizes = sample(d, seed).sizes;
    CHECK(sizes.at(Symbol("x")) >= 3 * sizes.at(Symbol("w")));
    CHECK(sizes.at(Symbol("w")) <= 4);
  }
  context.hypotheses = {size_constant(-1)};
  CHECK_THROWS_AS(sample(s.freeze({{s.number(1), {}}}, context), 0), EvaluationError);
}

TEST_CASE("a size that must be at least a product of others is raised to it") {
  Sketch s;
  const Size x = size_variable(Symbol("x")), w = size_variable(Symbol("w")), y = size_variable(Symbol("y"));
  s.input("v", std::vector<Axis>{{x, Symbol()}, {w, Symbol()}, {y, Symbol()}});
  SizeContext context;
  context.hypotheses = {x - w * y * y - size_constant(5)};
  const Diagram d = s.freeze({{s.number(1), {}}}, context);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto sizes = sample(d, seed).sizes;
    CHECK(sizes.at(Symbol("w")) >= 2);
    CHECK(sizes.at(Symbol("y")) >= 2);
    CHECK(sizes.at(Symbol("x")) >= 13);
  }
}

TEST_CASE("normal values have mean 0, the given scale, and are float32") {
  std::mt19937_64 random(1);
  SampleOptions options;
  options.scale = 3;
  const Array a = sample_array({20000}, DType::real, random, options);
  double sum = 0, squares = 0;
  bool single = true;
  for (double x : a.data) {
    sum += x, squares += x * x;
    single = single && static_cast<double>(static_cast<float>(x)) == x;
  }
  CHECK(sum / 20000 == Approx(0).margin(0.1));
  CHECK(std::sqrt(squares / 20000) == Approx(3).epsilon(0.03));
  CHECK(single);
}

TEST_CASE("samples are the same on every machine") {
  std::mt19937_64 random(42);
  CHECK(sample_array({1}, DType::real, random, {}).data[0] == -0x1.c3834e0000000p-5);
}

TEST_CASE("special values are what they say, and given sizes are kept") {
  const Diagram d = plain();
  SampleOptions options;
  options.sizes = {{Symbol("a"), 9}};
  options.values = Values::zeros;
  const Environment zeros = sample(d, 0, options);
  CHECK(zeros.sizes.at(Symbol("a")) == 9);
  for (double x : zeros.inputs.at(Symbol("x")).data) CHECK(x == 0);
  options.values = Values::huge;
  const Environment huge = sample(d, 0, options);
  for (double x : huge.inputs.at(Symbol("x")).data) CHECK(std::abs(x) > 500);
  options.values = Values::tiny;
  const Environment tiny = sample(d, 0, options);
  for (double x : tiny.inputs.at(Symbol("x")).data) CHECK((x != 0 && std::abs(x) < 1e-5));
}
