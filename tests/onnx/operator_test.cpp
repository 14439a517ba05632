// Single operators: what they compute, and the shape of what they become.
#include "build_model.hpp"
#include "recorded.hpp"

#include <catch2/catch.hpp>

using namespace skein;
using namespace skein::testing;

namespace {

std::string names(Index i) { return "i" + std::to_string(i.id); }

// The values of a one-output model at an input 0, 1, 2, ... of the given shape, for symbolic sizes too.
std::vector<double> values(ModelFile& m, const std::vector<std::size_t>& shape) {
  Array x{shape, {}};
  std::size_t count = 1;
  for (std::size_t d : shape) count *= d;
  for (std::size_t k = 0; k < count; ++k) x.data.push_back(static_cast<double>(k));
  const Model model = import_onnx(m.path());
  CHECK(validate(model.diagram) == "");
  return run(model, {x}).at(0).data;
}

// The boxes of an operator in a model.
std::vector<Box> boxes(const Model& m, Op op) {
  std::vector<Box> found;
  for (const Box& b : m.diagram.boxes())
    if (b.op == op) found.push_back(b);
  return found;
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("the boundary of a model is that of its file") {
  ModelFile m;
  m.input("x", {"B", "3"}).input("unused", {"7"}).output("z").output("y");
  m.tensor("w", {3}, {1, 2, 3});
  m.tensor("never", {3}, {1, 2, 3});
  m.tensor("half", {1}, {0.1f});
  m.node("Mul", {"x", "w"}, {"y"});
  m.node("Mul", {"y", "half"}, {"z"});
  const Model model = import_onnx(m.path());
  const auto& in = model.diagram.inputs();
  REQUIRE(in.size() == 3);
  CHECK((in[0].name == Symbol("x") && in[0].role == Role::input && in[0].axes[0].size == size_variable(Symbol("B"))));
  CHECK((in[1].name == Symbol("unused") && in[1].role == Role::input));
  CHECK((in[2].name == Symbol("w") && in[2].role == Role::weight));
  CHECK(model.weights.at(Symbol("w")).values == Values{1, 2, 3});
  CHECK(model.weights.size() == 1);
  REQUIRE(model.diagram.outputs().size() == 2);
  CHECK(model.diagram.outputs()[0].name == Symbol("z"));
  REQUIRE(boxes(model, Op::literal).size() == 1);
  CHECK(boxes(model, Op::literal)[0].value == Rational("13421773/134217728"));  // the float next to 0.1, exactly
}

TEST_CASE("boxes remember the node that made them") {
  ModelFile m;
  m.input("x", {"2"}).output("y");
  m.node("Exp", {"x"}, {"e"});
  m.node("Erf", {"e"}, {"y"});
  const Model model = import_onnx(m.path());
  REQUIRE(model.diagram.boxes().size() == 3);
  for (std::uint32_t w = 0; w < 3; ++w)
    if (const Op op = model.diagram.box(WireId{w}).op; op != Op::input)
      CHECK(model.node_of_wire.at(WireId{w}) == (op == Op::exp ? "the_Exp" : "the_Erf"));
}

TEST_CASE("a reshape touches only the axes that change") {
  ModelFile m;
  m.input("x", {"B", "T", "32"}).output("y");
  m.integers("s", {0, 0, 4, 8});
  m.node("Reshape", {"x", "s"}, {"y"});
  const Model model = import_onnx(m.path());
  const auto views = boxes(model, Op::view);
  REQUIRE(views.size() == 1);
  CHECK((to_string(views[0].index[0], names) == "i0" && to_string(views[0].index[1], names) == "i1"));
  CHECK(free_indices(views[0].index[2]).size() == 2);
}

TEST_CASE("a split that is merged again is the identity on entries") {
  ModelFile m;
  m.input("x", {"B", "6"}).output("y");
  m.integers("s", {0, 2, 3});
  m.integers("t", {0, -1});
  m.node("Reshape", {"x", "s"}, {"a"});
  m.node("Reshape", {"a", "t"}, {"y"});
  CHECK(values(m, {2, 6}) == Values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("a reshape across a transpose keeps the order of entries") {
  ModelFile m;
  m.input("x", {"2", "T", "2"}).output("y");
  m.integers("s", {2, -1});
  set(m.node("Transpose", {"x"}, {"t"}), "perm", std::vector<std::int64_t>{2, 1, 0});
  m.node("Reshape", {"t", "s"}, {"y"});
  CHECK(values(m, {2, 3, 2}) == Values{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11});
}

TEST_CASE("groups without a common stride are reshaped too") {
  ModelFile m;
  m.input("x", {"4", "6"}).output("y");
  m.integers("s", {6, 4});
  m.node("Reshape", {"x", "s"}, {"a"});
  m.node("Transpose", {"a"}, {"y"});
  const Values y = values(m, {4, 6});
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 6; ++j) CHECK(y[6 * i + j] == 4.0 * static_cast<double>(j) + static_cast<double>(i));
}

TEST_CASE("slices count from either end and step either way") {
  const auto slice = [](std::int64_t start, std::int64_t end, std::int64_t step) {
    ModelFile m;
    m.input("x", {"6"}).output("y");
    m.integers("s", {start});
    m.integers("e", {end});
    m.integers("a", {0});
    m.integers("d", {step});
    m.node("Slice", {"x", "s", "e", "a", "d"}, {"y"});
    return values(m, {6});
  };
  CHECK(slice(1, 3, 1) == Values{1, 2});
  CHECK(slice(-2, std::numeric_limits<std::int64_t>::max(), 1) == Values{4, 5});
  CHECK(slice(0, 100, 4) == Values{0, 4});
  CHECK(slice(-1, std::numeric_limits<std::int64_t>::min(), -2) == Values{5, 3, 1});
  CHECK(slice(4, 1, -1) == Values{4, 3, 2});
}

TEST_CASE("a concatenation of a split in another order exchanges the parts") {
  ModelFile m;
  m.input("x", {"5"}).output("y");
  m.integers("parts", {2, 2, 1});
  m.node("Split", {"x", "parts"}, {"a", "b", "c"});
  set(m.node("Concat", {"c", "a", "b"}, {"y"}), "axis", std::int64_t{0});
  CHECK(values(m, {5}) == Values{4, 0, 1, 2, 3});
}

TEST_CASE("a concatenation along a symbolic axis holds for all sizes") {
  ModelFile m;
  m.input("x", {"T"}).output("y");
  m.node("Neg", {"x"}, {"n"});
  set(m.node("Concat", {"x", "n"}, {"y"}), "axis", std::int64_t{-1});
  CHECK(values(m, {3}) == Values{0, 1, 2, 0, -1, -2});
  CHECK(values(m, {2}) == Values{0, 1, 0, -1});
}

TEST_CASE("gathering follows constants: affine, in runs, negative") {
  const auto gather = [](const std::vector<std::int64_t>& at) {
    ModelFile m;
    m.input("x", {"6"}).output("y");
    m.integers("i", at);
    m.node("Gather", {"x", "i"}, {"y"});
    return values(m, {6});
  };
  CHECK(gather({1, 3, 5}) == Values{1, 3, 5});
  CHECK(gather({5, 0, 1, 4}) == Values{5, 0, 1, 4});
  CHECK(gather({-1, -2}) == Values{5, 4});
}

TEST_CASE("the division of shapes is exact or refused") {
  const auto halves = [](const char* size) {
    ModelFile m;
    m.input("x", {size}).output("y");
    m.integers("two", {2});
    m.integers("zero", {0});
    m.node("Shape", {"x"}, {"s"});
    m.node("Div", {"s", "two"}, {"h"});
    m.node("Slice", {"x", "zero", "h"}, {"y"});
    return import_onnx(m.path()).diagram.outputs().at(0).axes.at(0).size;
  };
  CHECK(halves("7") == size_constant(3));
  CHECK_THROWS_AS(halves("T"), ImportError);
}

TEST_CASE("broadcasting repeats axes of size one and missing ones") {
  ModelFile m;
  m.input("x", {"2", "1", "2"}).output("y");
  m.tensor("w", {3, 1}, {10, 20, 30});
  m.node("Add", {"x", "w"}, {"y"});
  CHECK(values(m, {2, 1, 2}) == Values{10, 11, 20, 21, 30, 31, 12, 13, 22, 23, 32, 33});
}

TEST_CASE("an old softmax normalises all axes from its axis on") {
  const auto sums = [](int version) {
    ModelFile m;
    m.opset("", version).input("x", {"2", "2", "2"}).output("y");
    set(m.node("Softmax", {"x"}, {"y"}), "axis", std::int64_t{1});
    const Values y = values(m, {2, 2, 2});
    return std::pair(y[0] + y[1] + y[2] + y[3], y[0] + y[2]);
  };
  CHECK(sums(12).first == Approx(1));
  CHECK(sums(13).first == Approx(2));
  CHECK(sums(13).second == Approx(1));
}

TEST_CASE("a mean divides by the size of its axis") {
  ModelFile m;
  m.input("x", {"2", "N"}).output("y");
  set(m.node("ReduceMean", {"x"}, {"y"}), "axes", std::vector<std::int64_t>{-1});
  const Model model = import_onnx(m.path());
  REQUIRE(boxes(model, Op::size_value).size() == 1);
  CHECK(boxes(model, Op::size_value)[0].size == size_variable(Symbol("N")));
  CHECK(values(m, {2, 3}) == Values{1, 4});
}

TEST_CASE("powers are products, roots and inverses") {
  const auto power = [](float exponent) {
    ModelFile m;
    m.input("x", {"5"}).output("y");
    m.tensor("e", {}, {exponent});
    m.node("Pow", {"x", "e"}, {"y"});
    return values(m, {5}).at(4);
  };
  CHECK(power(2) == 16);
  CHECK(power(3) == 64);
  CHECK(power(0.5f) == 2);
  CHECK(power(-1) == 0.25);
  CHECK(power(-0.5f) == 0.5);
  CHECK(power(1.5f) == 8);
  CHECK(power(0) == 1);
  CHECK_THROWS_AS(power(0.3f), ImportError);
}

TEST_CASE("a product of matrices sums over the inner axis") {
  ModelFile m;
  m.input("x", {"B", "2", "2"}).output("y");
  m.node("MatMul", {"x", "x"}, {"y"});
  CHECK(values(m, {2, 2, 2}) == Values{2, 3, 6, 11, 46, 55, 66, 79});
}

TEST_CASE("Gemm scales and transposes as told") {
  ModelFile m;
  m.input("x", {"2", "2"}).output("y");
  m.tensor("c", {2}, {1, 2});
  auto& n = m.node("Gemm", {"x", "x", "c"}, {"y"});
  set(n, "alpha", 0.5f);
  set(n, "beta", 2.0f);
  set(n, "transB", std::int64_t{1});
  CHECK(values(m, {2, 2}) == Values{2.5, 5.5, 3.5, 10.5});
}

TEST_CASE("an einsum takes diagonals, sums and ellipses") {
  const auto einsum = [](const char* equation) {
    ModelFile m;
    m.input("x", {"2", "2"}).output("y");
    set(m.node("Einsum", {"x"}, {"y"}), "equation", equation);
    return values(m, {2, 2});
  };
  CHECK(einsum("ii->i") == Values{0, 3});
  CHECK(einsum("ij->") == Values{6});
  CHECK(einsum("ji") == Values{0, 2, 1, 3});
  CHECK(einsum("...i->...") == Values{1, 5});
}

TEST_CASE("a convolution reads zero outside of its input") {
  ModelFile m;
  m.input("x", {"1", "1", "2", "2"}).output("y");
  m.tensor("w", {1, 1, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  set(m.node("Conv", {"x", "w"}, {"y"}), "pads", std::vector<std::int64_t>{1, 1, 1, 1});
  CHECK(values(m, {1, 1, 2, 2}) == Values{6, 6, 6, 6});
}

TEST_CASE("padding does not take part in a maximum") {
  ModelFile m;
  m.input("x", {"1", "1", "2", "2"}).output("y");
  m.node("Neg", {"x"}, {"n"});
  auto& n = m.node("MaxPool", {"n"}, {"y"});
  set(n, "kernel_shape", std::vector<std::int64_t>{2, 2});
  set(n, "strides", std::vector<std::int64_t>{2, 2});
  set(n, "pads", std::vector<std::int64_t>{1, 1, 1, 1});
  CHECK(values(m, {1, 1, 2, 2}) == Values{0, -1, -2, -3});
}

TEST_CASE("a mask of minus infinity removes entries from a softmax") {
  ModelFile m;
  m.input("x", {"3"}).output("y");
  m.tensor("mask", {3}, {0, 0, -std::numeric_limits<float>::infinity()});
  m.node("Add", {"x", "mask"}, {"a"});
  m.node("Softmax", {"a"}, {"y"});
  const Values y = values(m, {3});
  CHECK(y[2] == 0);
  CHECK(y[1] / y[0] == Approx(std::exp(1.0)));
}

TEST_CASE("fused activations are the formulas that graphs spell out") {
  const auto at_one = [](const char* op, const char* domain) {
    ModelFile m;
    m.opset("com.microsoft", 1).input("x", {"2"}).output("y");
    m.node(op, {"x"}, {"y"}).set_domain(domain);
    return values(m, {2}).at(1);
  };
  CHECK(at_one("Gelu", "com.microsoft") == Approx(0.5 * (1 + std::erf(1 / std::sqrt(2.0)))));
  CHECK(at_one("QuickGelu", "com.microsoft") == Approx(1 / (1 + std::exp(-1.702))));
  CHECK(at_one("FastGelu", "com.microsoft") == Approx(0.841192).epsilon(1e-5));
  CHECK(at_one("Tanh", "") == Approx(std::tanh(1.0)));
  CHECK(at_one("Sigmoid", "") == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(at_one("Softplus", "") == Approx(std::log1p(std::exp(1.0))));
}

TEST_CASE("constants of several booleans are exact") {
  ModelFile m;
  m.input("x", {"4"}).output("y");
  auto& mask = m.integers("mask", {});
  mask.set_data_type(onnx::TensorProto::BOOL);
  mask.set_dims(0, 4);
  for (int bit : {1, 0, 0, 1}) mask.add_int32_data(bit);
  m.tensor("zero", {}, {0});
  m.node("Where", {"mask", "x", "zero"}, {"y"});
  CHECK(values(m, {4}) == Values{0, 0, 0, 3});
}
