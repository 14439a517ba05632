// The theorems and models of examples/ get the verdicts that their authors claim, on evidence that holds up.
#include <set>

#include "evidence.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

Outcome decide_models(const std::string& left, const std::string& right, std::size_t* steps = nullptr) {
  const Pairing p = pair(onnx(example(left)), onnx(example(right)));
  const Outcome o = decide(p, "models");
  const std::size_t n = check_evidence(o, p.statement);
  if (steps) *steps = n;
  return o;
}

void check_all_pairs(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t j = i + 1; j < names.size(); ++j) {
      INFO(names[i] << " and " << names[j]);
      CHECK(to_string(decide_models(names[i], names[j]).verdict) == std::string("proved"));
    }
}

std::size_t steps_of(const std::string& left, const std::string& right) {
  INFO(left << " and " << right);
  std::size_t steps = 0;
  CHECK(to_string(decide_models(left, right, &steps).verdict) == std::string("proved"));
  return steps;
}

}  // namespace

TEST_CASE("every theorem of the examples is proved, every false one refuted") {
  const std::set<std::string> constant{"weights_total", "centred"};  // no input moves the output of these
  int proved = 0, refuted = 0;
  for (const auto& file : skn_files("examples")) {
    const Module m = load_module(file);
    for (const Claim& c : m.claims()) {
      if (c.kind != ClaimKind::theorem) continue;
      INFO(file.filename() << ": " << c.name.text());
      const Pairing p{to_statement(c), {}, "", {}};
      const Outcome o = decide(p, c.name.text(), c.hints);
      check_evidence(o, p.statement);
      CHECK(to_string(o.verdict) == std::string(c.negated ? "refuted" : "proved"));
      if (const auto* proof = std::get_if<Proof>(&o.verdict))
        CHECK(proof->confirmation().problem.empty() == !constant.count(c.name.text()));
      ++(c.negated ? refuted : proved);
    }
  }
  CHECK(proved >= 30);
  CHECK(refuted >= 15);
}

TEST_CASE("layer norm: four spellings are one function") {
  check_all_pairs({"ln_nn_op14", "ln_nn_op17", "ln_hand", "ln_moment"});
}

TEST_CASE("gelu by tanh: three spellings are one function") {
  check_all_pairs({"gelu_tanh", "gelu_tanhhand", "gelu_tanhhand2"});
}

TEST_CASE("attention: four layouts are one function") {
  check_all_pairs({"mha_s_nn", "mha_s_einsum", "mha_s_four", "mha_s_nn_op17"});
}

TEST_CASE("attention with symbolic batch and length: two layouts are one function") {
  check_all_pairs({"mha_s_nn_dyn", "mha_s_four_dyn"});
}

TEST_CASE("every mutated model is refuted against its original") {
  int models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_tree() / "examples/models/false")) {
    if (entry.path().extension() != ".onnx") continue;
    const std::string mutated = entry.path().stem().string(), original = mutated.substr(0, mutated.find('.'));
    INFO(mutated);
    CHECK(to_string(decide_models(original, "false/" + mutated).verdict) == std::string("refuted"));
    ++models;
  }
  CHECK(models >= 11);
}

TEST_CASE("the length of a certificate does not depend on the sizes") {
  const std::vector<std::pair<std::string, std::string>> attention{
      {"nn", "einsum"}, {"nn", "four"}, {"einsum", "four"}};
  for (const auto& [a, b] : attention)
    CHECK(steps_of("mha_s_" + a, "mha_s_" + b) == steps_of("mha_m_" + a, "mha_m_" + b));
  const std::vector<std::pair<std::string, std::string>> norms{
      {"nn_op14", "nn_op17"}, {"nn_op17", "hand"}, {"hand", "moment"}};
  for (const auto& [a, b] : norms) CHECK(steps_of("ln_" + a, "ln_" + b) == steps_of("ln_m_" + a, "ln_m_" + b));
}
