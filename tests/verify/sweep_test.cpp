// Internal points: deep stacks are proved layer by layer, and one changed layer is enough that they are not.
#include "verify/sweep.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"
#include "prove/statement.hpp"

using namespace skein;

namespace {

constexpr int layers = 12;

// A stack of residual layers with a gate each; `layer` spells one layer of x into the next.
std::string stack(const std::string& name, const std::function<std::string(int)>& layer) {
  std::string text = "def " + name + "(x0[n], U[m, n], W[n, m])[n] {\n";
  for (int l = 1; l <= layers; ++l) text += "  x" + std::to_string(l) + "[n] = " + layer(l) + "\n";
  return text + "  return x" + std::to_string(layers) + "[n]\n}\n";
}

std::string gated(int l) {
  const std::string x = "x" + std::to_string(l - 1);
  return x + "[n] + sum[m] W[n, m] * max(0, sum[k:n] U[m, k] * " + x + "[k])";
}

// Halves the layer and doubles it again.
std::string halved(int l) {
  const std::string x = "x" + std::to_string(l - 1);
  return "2 * (sum[m] (max(sum[k:n] " + x + "[k] * U[m, k], 0) / 2) * W[n, m]) + " + x + "[n]";
}

struct Swept {
  Kernel kernel;
  Ref left, right;
  Sweep result;

  explicit Swept(const std::string& text, const std::string& l = "left", const std::string& r = "right")
      : kernel(sizes(text)), left{}, right{} {
    const Module m = parse_module(text, "test.skn");
    left = thaw(kernel.arena(), m.instantiate_def(l)).front().value;
    right = thaw(kernel.arena(), m.instantiate_def(r)).front().value;
    right.at = left.at;
    result = sweep(kernel, left, right, {}, std::chrono::steady_clock::now() + std::chrono::minutes(2));
  }
  static SizeContext sizes(const std::string& text) {
    return parse_module(text, "test.skn").instantiate_def("left").sizes();
  }
};

}  // namespace

TEST_CASE("a stack in two spellings is proved through every layer") {
  Swept s(stack("left", gated) + stack("right", halved));
  REQUIRE(s.result.proof);
  CHECK(s.result.proof->from == s.left);
  CHECK(s.result.proof->to == s.right);
  CHECK(s.result.proved >= layers - 1);
}

TEST_CASE("one changed layer is not proved, and the layers below it are") {
  const int changed = 8;
  Swept s(stack("left", gated) + stack("right", [&](int l) {
            const std::string same = halved(l);
            return l == changed ? "0.999 * (" + same + ")" : same;
          }));
  CHECK_FALSE(s.result.proof);
  CHECK(s.result.proved >= changed - 1);
}

TEST_CASE("points are found in whatever order their axes are") {
  Swept s(
      "def left(A[i, j], x[i])[i] {\n  p[j, i] = exp(A[i, j]) + x[i]\n  y[i] = sum[j] p[j, i] * p[j, i]\n  return "
      "y[i]\n}\n"
      "def right(A[i, j], x[i])[i] {\n  q[i, j] = x[i] + exp(2 * A[i, j] / 2)\n  y[i] = sum[j] q[i, j] * q[i, j]\n  "
      "return y[i]\n}\n");
  CHECK(s.result.proof);
}

TEST_CASE("a stack that reads a boolean mask, and one that ends in booleans, are proved through every layer") {
  const std::string result = GENERATE("@[n]", "@[n] > 0", "if @[n] > 0 then @[n] else -inf");
  auto at_layer = [](std::string text, int l) {
    for (std::size_t at; (at = text.find('@')) != std::string::npos;) text.replace(at, 1, "x" + std::to_string(l));
    return text;
  };
  auto masked = [&](const std::string& name, const char* step) {
    std::string text = "def " + name + "(x0[n], keep[n]: bool, W[n, m:n])[i:1, n] {\n";
    for (int l = 1; l <= layers; ++l) text += "  x" + std::to_string(l) + "[n] = " + at_layer(step, l - 1) + "\n";
    return text + "  return " + at_layer(result, layers) + "\n}\n";
  };
  Swept s(masked("left", "@[n] + (if keep[n] then sum[m:n] W[n, m] * max(0, @[m]) else 1)") +
          masked("right", "(if keep[n] then 2 * (sum[m:n] max(@[m], 0) * (W[n, m] / 2)) else 1) + @[n]"));
  CHECK(s.result.proof);
}
