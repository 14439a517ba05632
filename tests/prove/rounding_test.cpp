// Equality up to rounding: only the float32 nearest to the other side's constant counts as that constant, the verdict
// says so, and nothing is called proved that is not.
#include "evidence.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

constexpr const char* root_two = "1.41421353816986083984375";    // the float32 nearest to it
constexpr const char* next_to_it = "1.41421365737915039062500";  // the one after that
constexpr const char* half_root = "0.707106769084930419921875";  // nearest to 1 / sqrt(2)

// What is never found is looked for until time is up.
Outcome decide(const std::string& left, const std::string& right, bool rounding = true, int seconds = 60) {
  auto def = [](const char* name, const std::string& body) {
    return std::string("def ") + name + "(x[n], y[n])[n] { return " + body + " }\n";
  };
  const std::string text = def("left", left) + def("right", right);
  ProveOptions options;
  options.name = Symbol("rounding");
  options.deadline = in_seconds(seconds);
  options.rounding = rounding;
  return prove(pair(skn(text, "left"), skn(text, "right")), rules().book, options);
}

std::string verdict(const std::string& left, const std::string& right, int seconds = 60) {
  return to_string(decide(left, right, true, seconds).verdict);
}

std::string exact_gelu() { return "x[n] * (1 + erf(x[n] / sqrt(2))) / 2"; }
std::string gelu(const std::string& half) { return "x[n] * (1 + erf(" + half + " * x[n])) / 2"; }

}  // namespace

TEST_CASE("the float32 of a constant stands for it, on either side") {
  CHECK(verdict(exact_gelu(), gelu(half_root)) == "proved_up_to_rounding");
  CHECK(verdict(gelu(half_root), exact_gelu()) == "proved_up_to_rounding");
}

TEST_CASE("the proof is about the exact statement, which lists the constant") {
  const Outcome o = decide(exact_gelu(), gelu(half_root));
  const Proof& proof = std::get<Proof>(o.verdict);
  REQUIRE(proof.rounding());
  check_proof(proof, proof.rounding()->exact);
  REQUIRE(proof.rounding()->constants.size() == 1);
  CHECK(proof.rounding()->constants[0].ulps <= 0.5);
  CHECK(proof.rounding()->error > 0);
  CHECK(proof.rounding()->error < 1e-6);
}

TEST_CASE("it is never called proved") {
  CHECK(std::holds_alternative<Unknown>(decide(exact_gelu(), gelu(half_root), false, 10).verdict));
}

TEST_CASE("the next float32 is not the constant") {
  CHECK(verdict("sqrt(2) * x[n] + y[n]", std::string(root_two) + " * x[n] + y[n]") == "proved_up_to_rounding");
  CHECK(verdict("sqrt(2) * x[n] + y[n]", std::string(next_to_it) + " * x[n] + y[n]") != "proved_up_to_rounding");
  CHECK(verdict("sqrt(2) * x[n] + y[n]", "1.414 * x[n] + y[n]") == "refuted");
}

TEST_CASE("rounding excuses nothing else") {
  CHECK(verdict("sqrt(2) * x[n] + y[n]", std::string(root_two) + " * x[n] - y[n]") == "refuted");
  CHECK(verdict(exact_gelu(), gelu("0.70710678"), 10) != "proved");
}

TEST_CASE("a constant on which a comparison depends is not excused, however the comparison comes by it") {
  const std::string root = root_two;
  CHECK(verdict("if sqrt(2) * x[n] <= y[n] then x[n] else -x[n]",
                "if " + root + " * x[n] <= y[n] then x[n] else -x[n]") != "proved_up_to_rounding");
  CHECK(verdict("if sqrt(2) * sqrt(2) < 2 then x[n] else -x[n]",
                "if " + root + " * " + root + " < 2 then x[n] else -x[n]") != "proved_up_to_rounding");
}

TEST_CASE("what enlarges the rounding is not excused by it") {
  const std::string root = root_two;
  CHECK(verdict("x[n] * (sqrt(2) - sqrt(2))", "x[n] * (sqrt(2) - " + root + ")") == "refuted");
  CHECK(verdict("x[n] * (sqrt(2) * sqrt(2) - 2) * 33554432", "x[n] * (" + root + " * " + root + " - 2) * 33554432") ==
        "refuted");
}

TEST_CASE("an exact proof stays exact") {
  CHECK(verdict("sqrt(2) * x[n] * sqrt(2)", "2 * x[n]") == "proved");
  CHECK(verdict("1.41421353816986083984375 * x[n]", "x[n] * 1.41421353816986083984375") == "proved");
}

TEST_CASE("models: the optimiser's alpha is a rounding, a wrong constant is not") {
  const auto plain = shared("gelu_erf"), fused = shared("optimised/gelu_erf.extended"), tanh = shared("gelu_tanh");
  if (plain.empty() || fused.empty() || tanh.empty()) return;
  ProveOptions options;
  options.name = Symbol("models");
  options.rounding = true;
  options.deadline = in_seconds(600);
  CHECK(to_string(prove(pair(onnx(plain), onnx(fused)), rules().book, options).verdict) ==
        std::string("proved_up_to_rounding"));
  CHECK(to_string(prove(pair(onnx(plain), onnx(tanh)), rules().book, options).verdict) == std::string("refuted"));
}

// --- folded weights

namespace {

// Rounds to float32, as files store.
double stored(double x) { return static_cast<double>(static_cast<float>(x)); }

struct Layer {
  Architecture plain, folded;

  // A linear map of 3 to 2 with a normalisation behind it, and the same with the normalisation folded in; `error` is
  // added to one folded weight.
  explicit Layer(double error = 0, const std::string& before = "", const std::string& behind = "") {
    const std::vector<double> w{0.3, -0.7, 1.1, 0.9, 0.2, -0.4}, mean{0.1, -0.3}, variance{0.5, 2.3}, gain{1.3, 0.7},
        bias{-0.2, 0.6};
    plain = skn("def plain(x[i:3])[o:2] {\n  weight W[o:2, i:3], m[o:2], v[o:2], g[o:2], b[o:2]\n  return " + before +
                    "(((sum[i:3] W[o, i] * "
                    "x[i]) - m[o]) * g[o] / sqrt(v[o] + 0.001) + b[o])" +
                    behind + "\n}\n",
                "plain");
    folded = skn("def folded(x[i:3])[o:2] {\n  weight F[o:2, i:3], c[o:2]\n  return " + before +
                     "((sum[i:3] F[o, i] * x[i]) + c[o])" + behind + "\n}\n",
                 "folded");
    plain.weights = {{Symbol("W"), {{2, 3}, w}},
                     {Symbol("m"), {{2}, mean}},
                     {Symbol("v"), {{2}, variance}},
                     {Symbol("g"), {{2}, gain}},
                     {Symbol("b"), {{2}, bias}}};
    std::vector<double> f, c;
    for (std::size_t o = 0; o < 2; ++o) {
      const double scale = gain[o] / std::sqrt(variance[o] + 0.001);
      for (std::size_t i = 0; i < 3; ++i) f.push_back(stored(w[3 * o + i] * scale));
      c.push_back(stored(bias[o] - mean[o] * scale));
    }
    f[4] += error;
    folded.weights = {{Symbol("F"), {{2, 3}, f}}, {Symbol("c"), {{2}, c}}};
  }

  Outcome decide(bool swapped = false, int seconds = 60) const {
    ProveOptions options;
    options.name = Symbol("folding");
    options.deadline = in_seconds(seconds);
    options.rounding = true;
    return prove(swapped ? pair(folded, plain) : pair(plain, folded), rules().book, options);
  }
};

}  // namespace

TEST_CASE("a normalisation folded into the weights before it is equal up to rounding, and says what was folded") {
  for (bool swapped : {false, true}) {
    const Outcome o = Layer().decide(swapped);
    REQUIRE(to_string(o.verdict) == std::string("proved_up_to_rounding"));
    const Rounding& r = *std::get<Proof>(o.verdict).rounding();
    check_proof(std::get<Proof>(o.verdict), r.exact);
    CHECK(r.weights.size() == 2);
    CHECK(r.error < 1e-6);
    for (const FoldedWeight& w : r.weights) CHECK(w.difference < 1e-6);
  }
}

TEST_CASE("a folded weight that is more than rounding off is none") {
  CHECK(to_string(Layer(1e-3).decide(false, 600).verdict) == std::string("refuted"));
  CHECK(to_string(Layer(1e-5).decide().verdict) != std::string("proved_up_to_rounding"));
}

TEST_CASE("a folded weight on which a comparison depends is none") {
  const std::string verdict = to_string(Layer(0, "if ", " <= 0 then x[0] else x[1]").decide().verdict);
  CHECK(verdict == "unknown");
}
