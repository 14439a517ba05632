// Equality up to rounding: only the float32 nearest to the other side's constant counts as that constant, the verdict
// says so, and nothing is called proved that is not.
#include "evidence.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

constexpr const char* root_two = "1.41421353816986083984375";    // the float32 nearest to it
constexpr const char* next_to_it = "1.41421365737915039062500";  // the one after that
constexpr const char* half_root = "0.707106769084930419921875";  // nearest to 1 / sqrt(2)

Outcome decide(const std::string& left, const std::string& right, bool rounding = true) {
  auto def = [](const char* name, const std::string& body) {
    return std::string("def ") + name + "(x[n], y[n])[n] { return " + body + " }\n";
  };
  const std::string text = def("left", left) + def("right", right);
  ProveOptions options;
  options.name = Symbol("rounding");
  options.deadline = in_seconds(60);
  options.rounding = rounding;
  return prove(pair(skn(text, "left"), skn(text, "right")), rules().book, options);
}

std::string verdict(const std::string& left, const std::string& right, bool rounding = true) {
  return to_string(decide(left, right, rounding).verdict);
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

TEST_CASE("it is never called proved") { CHECK(verdict(exact_gelu(), gelu(half_root), false) == "unknown"); }

TEST_CASE("the next float32 is not the constant") {
  CHECK(verdict("sqrt(2) * x[n] + y[n]", std::string(root_two) + " * x[n] + y[n]") == "proved_up_to_rounding");
  CHECK(verdict("sqrt(2) * x[n] + y[n]", std::string(next_to_it) + " * x[n] + y[n]") != "proved_up_to_rounding");
  CHECK(verdict("sqrt(2) * x[n] + y[n]", "1.414 * x[n] + y[n]") == "refuted");
}

TEST_CASE("rounding excuses nothing else") {
  CHECK(verdict("sqrt(2) * x[n] + y[n]", std::string(root_two) + " * x[n] - y[n]") == "refuted");
  CHECK(verdict(exact_gelu(), gelu("0.70710678")) != "proved");
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
  options.deadline = in_seconds(60);
  CHECK(to_string(prove(pair(onnx(plain), onnx(fused)), rules().book, options).verdict) ==
        std::string("proved_up_to_rounding"));
  CHECK(to_string(prove(pair(onnx(plain), onnx(tanh)), rules().book, options).verdict) == std::string("refuted"));
}
