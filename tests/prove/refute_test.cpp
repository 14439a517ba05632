#include "prove/refute.hpp"

#include <catch2/catch.hpp>

#include "backend/enclosure.hpp"
#include "models.hpp"
#include "prove/instances.hpp"
#include "verify/rulebook.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

// The claims of a text as statements.
std::vector<std::pair<Claim, Statement>> claims(const std::string& text) {
  std::vector<std::pair<Claim, Statement>> out;
  const Module m = parse_module(text, "claims.skn");
  for (const Claim& c : m.claims()) {
    Statement s{c.left, c.right, {}};
    for (const SignCondition& w : c.when) s.when.push_back({static_cast<Sign>(w.kind), w.value});
    out.emplace_back(c, s);
  }
  return out;
}

// A witness is replayed from its folder, at higher precision than it was found.
void replay(const Witness& w, const Statement& s) {
  const auto folder = std::filesystem::temp_directory_path() / "skein_witness_test";
  write_witness(w, s, folder);
  const Witness back = read_witness(folder);
  std::filesystem::remove_all(folder);
  Environment e;
  for (const auto& [v, n] : back.sizes) e.sizes[v] = n;
  for (const auto& [name, a] : back.inputs) e.inputs[name] = to_array(a);
  CHECK(disjoint(evaluate_enclosures(s.left, e, 1024), evaluate_enclosures(s.right, e, 1024)));
  const auto left = evaluate(s.left, e);
  REQUIRE(left.size() == back.left.size());
  for (std::size_t k = 0; k < left.size(); ++k) CHECK(left[k].data == back.left[k].values);
  CHECK(back.where == w.where);
}

std::string verdict(const Architecture& left, const Architecture& right) {
  const Pairing p = pair(left, right);
  const auto w = refute(p.statement, p.pool, {});
  if (w) replay(*w, p.statement);
  return w ? "refuted" : "open";
}

}  // namespace

TEST_CASE("true claims are not refuted, and their false twins are") {
  const auto all = claims(R"(
theorem stable(x[n]): softmax[n](x[n]) == stable_softmax[n](x[n])
theorem distribute(a, x[n]): sum[n] a * x[n] == a * sum[n] x[n]
rule max_scale(a, x[n]): max[n] a * x[n] == a * max[n] x[n] when a >= 0
false rule max_scale_any(a, x[n]): max[n] a * x[n] == a * max[n] x[n]
rule cancel(a, b): a * b / a == b when a != 0
rule log_mul(a, b): log(a * b) == log(a) + log(b) when a > 0, b > 0
false rule exp_sum(x[n]): exp(sum[n] x[n]) == sum[n] exp(x[n])
false rule softmax_unshifted(x[n], c): exp(x[n] - c) / sum[j:n] exp(x[j]) == softmax[n](x[n])
false rule sum_of_products(x[n], y[n]): (sum[n] x[n]) * (sum[n] y[n]) == sum[n] x[n] * y[n]
false rule relu_linear(x, y): relu(x + y) == relu(x) + relu(y)
false rule sqrt_square(x): sqrt(x * x) == x
false rule transpose(A[n,m], B[m,n]): A[n,m] + B[m,n] == A[n,m] - B[m,n]
)");
  REQUIRE(all.size() == 12);
  for (const auto& [claim, s] : all) {
    INFO(claim.name.text());
    const auto w = refute(s, {}, {});
    CHECK(w.has_value() == claim.negated);
    if (w) replay(*w, s);
  }
}

TEST_CASE("a difference only outside of the domain counts for laws, not for architectures") {
  const auto all = claims("false rule cancel_any(a, b): a * b / a == b\n");
  CHECK_FALSE(refute(all[0].second, {}, {}));
  SearchLimits total;
  total.total = true;
  CHECK(refute(all[0].second, {}, total));
}

TEST_CASE("a difference only at an empty axis is found") {
  const auto all = claims("false rule split(x[n?], y): sum[n] (x[n] + y) / |n| == y + (sum[n] x[n]) / |n|\n");
  SearchLimits total;
  total.total = true;
  const auto w = refute(all[0].second, {}, total);
  REQUIRE(w);
  CHECK(w->sizes.at(Symbol("n")) == 0);
}

TEST_CASE("where no sizes meet the conditions nothing is refuted") {
  for (const auto& [claim, s] : claims("false rule never(x[n]): sum[n] x[n] == 0 where |n| >= 1000000\n"))
    CHECK_FALSE(refute(s, {}, {}));
}

TEST_CASE("a fold that is too long at some sizes is refuted at others") {
  std::string steps = "|n|";
  for (int k = 1; k < 17; ++k) steps += "*|n|";  // 131072 steps at n = 2, one at n = 1
  auto fold = [&](const std::string& name, const std::string& next) {
    return "def " + name + "[n:axis](x)[] {\n  fold t:" + steps + " from m = x { m' = " + next + " }\n  return m\n}\n";
  };
  const Module m = parse_module(fold("f", "2 * m") + fold("g", "3 * m") + "false theorem t: f == g\n", "folds.skn");
  const auto w = refute(to_statement(m.claims().back()), {}, {});
  REQUIRE(w);
  CHECK(w->sizes.at(Symbol("n")) == 1);
}

TEST_CASE("witnesses are shrunk") {
  const auto all = claims("false rule f(x[n,m], y[n]): y[n] * sum[m] x[n,m] == sum[m] x[n,m]\n");
  const auto w = refute(all[0].second, {}, {});
  REQUIRE(w);
  CHECK(w->sizes.at(Symbol("n")) == 1);
  CHECK(w->sizes.at(Symbol("m")) == 1);
}

TEST_CASE("an epsilon and another gelu are told apart by enclosures") {
  CHECK(verdict(onnx(example("ln_nn_op17")), onnx(example("false/ln_nn_op17.eps"))) == "refuted");
  CHECK(verdict(onnx(example("ln_nn_op14")), onnx(example("false/ln_nn_op14.eps"))) == "refuted");
  CHECK(verdict(onnx(example("ln_hand")), onnx(example("false/ln_hand.eps_outside"))) == "refuted");
  CHECK(verdict(onnx(example("gelu_tanh")), onnx(example("gelu_erf"))) == "refuted");
}

TEST_CASE("example models: equal ones stay open, mutated ones are refuted") {
  CHECK(verdict(onnx(example("ln_nn_op14")), onnx(example("ln_moment"))) == "open");
  CHECK(verdict(onnx(example("mha_s_nn")), onnx(example("mha_s_four"))) == "open");
  CHECK(verdict(onnx(example("mha_s_nn")), onnx(example("false/mha_s_nn.no_scale"))) == "refuted");
  CHECK(verdict(onnx(example("mha_s_four")), onnx(example("false/mha_s_four.scale_by_d"))) == "refuted");
  CHECK(verdict(onnx(example("mha_s_four_dyn")), onnx(example("false/mha_s_four_dyn.heads_not_merged"))) == "refuted");
  CHECK(verdict(onnx(example("mha_s_stream2")), onnx(example("false/mha_s_stream2.sum_not_rescaled"))) == "refuted");
}

TEST_CASE("confirmation runs equal sides and throws on unequal ones") {
  const auto all = claims(R"(
theorem stable(x[n], y): softmax[n](x[n]) == stable_softmax[n](x[n])
false rule shifted(x[n]): sum[n] x[n] == 1 + sum[n] x[n]
theorem nothing(x[n]): 0 * sum[n] x[n] == 0
theorem outside(x): log(0 * x - 1) == log(0 * x - 2)
)");
  const Confirmation good = confirm(all[0].second, {}, {});
  CHECK(good.instances >= 20);
  CHECK(good.problem == "");
  CHECK(good.max_rel_error > 0);
  CHECK(good.max_rel_error < 1e-5);
  CHECK(good.dead_inputs == std::vector<std::string>{"y"});
  CHECK_THROWS_AS(confirm(all[1].second, {}, {}), std::logic_error);
  CHECK_THAT(confirm(all[2].second, {}, {}).problem, Catch::Contains("same value at all points"));
  CHECK_THAT(confirm(all[3].second, {}, {}).problem, Catch::Contains("outside of its domain"));
}

TEST_CASE("confirmation of models with numbers") {
  const Pairing p = pair(onnx(example("mha_s_nn")), onnx(example("mha_s_four")));
  const Confirmation c = confirm(p.statement, p.pool, {});
  CHECK(c.problem == "");
  CHECK(c.instances >= 20);
}
