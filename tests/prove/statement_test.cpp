#include "prove/statement.hpp"

#include <catch2/catch.hpp>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "models.hpp"
#include "prove/instances.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

std::string shape_text(const InputPort& p) {
  std::string s = p.name.text();
  for (const Axis& a : p.axes) s += " " + to_string(a.size);
  return s;
}

// Evaluating each side of the statement at the pool gives what the architecture itself gives at its own weights.
void check_pool(const Architecture& left, const Architecture& right) {
  const Pairing p = pair(left, right);
  Environment e{sample_sizes({&p.statement.left, &p.statement.right}, 3), {}};
  std::mt19937_64 random(5);
  for (const InputPort& port : p.statement.left.inputs())
    e.inputs[port.name] = p.pool.count(port.name) ? to_array(p.pool.at(port.name))
                                                  : sample_array(shape_of(port.axes, e.sizes), port.dtype, random, {});
  auto own = [&](const Architecture& a) {
    Environment mine;
    for (std::size_t k = 0; k < a.diagram.inputs().size(); ++k) {
      const InputPort& port = a.diagram.inputs()[k];
      if (port.role == Role::weight)
        mine.inputs[port.name] = to_array(a.weights.at(port.name));
      else
        mine.inputs[port.name] = e.inputs.at(p.statement.left.inputs()[k].name);
    }
    infer_sizes(a.diagram, mine);
    return evaluate(a.diagram, mine);
  };
  const auto close = [](const std::vector<Array>& a, const std::vector<Array>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      REQUIRE(a[k].shape == b[k].shape);
      for (std::size_t i = 0; i < a[k].data.size(); ++i)
        REQUIRE(a[k].data[i] == Approx(b[k].data[i]).epsilon(1e-12).margin(1e-13));
    }
  };
  close(evaluate(p.statement.left, e), own(left));
  close(evaluate(p.statement.right, e), own(right));
  CHECK(validate(p.statement.left) == "");
  CHECK(validate(p.statement.right) == "");
}

}  // namespace

TEST_CASE("inputs pair by position and take the left side's names and sizes") {
  const std::string text = "def f(x[n], y[m])[n,m] = x[n] * y[m]\ndef g(a[p], b[q])[p,q] = b[q] * a[p]\n";
  const Pairing p = pair(skn(text, "f"), skn(text, "g"));
  for (const Diagram* d : {&p.statement.left, &p.statement.right}) {
    REQUIRE(d->inputs().size() == 2);
    CHECK(shape_text(d->inputs()[0]) == "x n");
    CHECK(shape_text(d->inputs()[1]) == "y m");
    CHECK(to_string(d->outputs()[0].axes[1].size) == "m");
  }
  CHECK(p.statement.left.sizes() == p.statement.right.sizes());
}

TEST_CASE("boundaries that do not fit are unpaired, with the reason") {
  const std::string text = R"(
def one(x[n])[n] = x[n]
def two(x[n], y[n])[n] = x[n] + y[n]
def scalar(x[n]) = sum[n] x[n]
def masked(x[n]: ext)[n] = exp(x[n])
def four(x[n])[n, i:4] = x[n]
def five(x[n])[n, i:5] = x[n]
)";
  auto reason = [&](const char* a, const char* b) -> std::string {
    try {
      pair(skn(text, a), skn(text, b));
    } catch (const Unpaired& e) {
      return e.what();
    }
    return "paired";
  };
  CHECK_THAT(reason("one", "two"), Catch::Contains("1 inputs") && Catch::Contains("2"));
  CHECK_THAT(reason("one", "scalar"), Catch::Contains("1 axes on the left and 0 on the right"));
  CHECK_THAT(reason("one", "masked"), Catch::Contains("real on the left and ext on the right"));
  CHECK_THAT(reason("four", "five"), Catch::Contains("size 4 on the left and 5 on the right"));
}

TEST_CASE("a size variable against a constant becomes the constant, and says so") {
  const std::string text = "def f(x[n,m])[n,m] = x[n,m]\ndef g(x[n,i:3])[n,i:3] = x[n,i]\n";
  const Pairing p = pair(skn(text, "f"), skn(text, "g"));
  CHECK(shape_text(p.statement.left.inputs()[0]) == "x n 3");
  CHECK(shape_text(p.statement.right.inputs()[0]) == "x n 3");
  CHECK(std::count_if(p.notes.begin(), p.notes.end(), [](const auto& n) { return n.find("m = 3") != n.npos; }) == 1);
}

TEST_CASE("axes that may be empty on one side only are not empty in the statement") {
  const std::string text = "def f(x[n?]) = sum[n] x[n]\ndef g(x[n]) = sum[n] x[n]\n";
  CHECK(pair(skn(text, "f"), skn(text, "f")).statement.left.sizes().lower_bound(Symbol("n")) == 0);
  const Pairing p = pair(skn(text, "f"), skn(text, "g"));
  CHECK(p.statement.left.sizes().lower_bound(Symbol("n")) == 1);
  CHECK(p.notes.size() == 1);
}

TEST_CASE("weights without numbers pair by name, or else by position") {
  const std::string text = R"(
def f(x[n])[n] { weight a[n], b[n]
  return a[n] * x[n] + b[n] }
def g(x[n])[n] { weight b[n], a[n]
  return a[n] * x[n] + b[n] }
def h(x[n])[n] { weight c[n], d[n]
  return c[n] * x[n] + d[n] }
def one(x[n])[n] { weight c[n]
  return c[n] * x[n] }
)";
  const auto instance = [](const Statement& s) {
    Environment e = sample({&s.left, &s.right}, 1);
    return evaluate(s.left, e) == evaluate(s.right, e);
  };
  CHECK(instance(pair(skn(text, "f"), skn(text, "g")).statement));
  CHECK(instance(pair(skn(text, "f"), skn(text, "h")).statement));
  CHECK_FALSE(instance(pair(skn(text, "g"), skn(text, "h")).statement));
  CHECK_THROWS_AS(pair(skn(text, "f"), skn(text, "one")), Unpaired);
}

TEST_CASE("weights with numbers are views of a pool") {
  const std::string text = R"(
def packed(x[d:4])[e:6] { weight W[f:6, d:4]
  return sum[d:4] W[e, d] * x[d] }
def transposed(x[d:4])[e:6] { weight W[d:4, f:6]
  return sum[d:4] W[d, e] * x[d] }
)";
  Architecture a = skn(text, "packed"), b = skn(text, "transposed");
  WeightArray w{{6, 4}, {}}, t{{4, 6}, {}};
  for (int k = 0; k < 24; ++k) w.values.push_back(1.0 / (k + 3));
  for (int j = 0; j < 4; ++j)
    for (int i = 0; i < 6; ++i) t.values.push_back(w.values[static_cast<std::size_t>(4 * i + j)]);
  a.weights[Symbol("W")] = w;
  b.weights[Symbol("W")] = t;
  const Pairing p = pair(a, b);
  REQUIRE(p.statement.left.inputs().size() == 2);
  CHECK_THAT(p.text, Catch::Contains("right W[i0, i1] is W[i1, i0]"));
  check_pool(a, b);

  SECTION("one number that differs leaves two arrays") {
    b.weights[Symbol("W")].values[7] += 0x1p-40;
    const Pairing q = pair(a, b);
    CHECK(q.statement.left.inputs().size() == 3);
    CHECK(q.pool.count(Symbol("W_2")) == 1);
    check_pool(a, b);
  }
}

TEST_CASE("the text of a statement reads back as the statement") {
  const std::string text = R"(
def f(x[n]: ext)[n] = softmax[n](x[n])
def g(x[k]: ext)[k] = stable_softmax_ext[k](x[k])
)";
  const Pairing p = pair(skn(text, "f"), skn(text, "g"));
  const Module m = parse_module(p.text, "statement.skn");
  REQUIRE(m.claims().size() == 1);
  CHECK(m.claims()[0].left.boxes().size() == p.statement.left.boxes().size());
  CHECK(m.claims()[0].right.boxes().size() == p.statement.right.boxes().size());
}

TEST_CASE("weights of the attention models are views of the packed ones") {
  const Architecture nn = onnx(example("mha_s_nn"));
  for (const char* other : {"mha_s_four", "mha_s_einsum", "mha_s_stream2", "mha_s_nn_op17"}) {
    INFO(other);
    const Architecture right = onnx(example(other));
    const Pairing p = pair(nn, right);
    INFO(p.text);
    const auto own =
        std::count_if(nn.diagram.inputs().begin(), nn.diagram.inputs().end(), [](const InputPort&) { return true; });
    CHECK(static_cast<long>(p.statement.left.inputs().size()) == own);
    check_pool(nn, right);
  }
}

TEST_CASE("the shared pairs have one pool each") {
  const auto left = shared("enc_s_post_op14"), right = shared("enc_s_post_op17");
  if (left.empty() || right.empty()) return;
  const Architecture a = onnx(left), b = onnx(right);
  CHECK(pair(a, b).statement.left.inputs().size() == a.diagram.inputs().size());
  check_pool(a, b);
}
