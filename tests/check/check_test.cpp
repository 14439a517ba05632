// Maps, layouts, constants, inference and localisation, on one-line diagrams and on the example models.
#include <catch2/catch.hpp>

#include "backend/sample.hpp"
#include "check/correspondence.hpp"
#include "check/infer.hpp"
#include "check/layouts.hpp"
#include "check/locate.hpp"
#include "check/values.hpp"
#include "lang/module.hpp"
#include "prove/difference.hpp"
#include "prove/rounding.hpp"

using namespace skein;

namespace {

std::string source(const std::string& file) { return std::string(SKEIN_SOURCE_DIR) + "/examples/" + file; }

Diagram def(const std::string& text, const std::string& name) {
  return parse_module(text, "test.skn").instantiate_def(name);
}
Diagram mha() { return load_module(source("check/mha.skn")).instantiate_def("mha"); }
Model model(const std::string& name) { return import_onnx(source("models/" + name + ".onnx")); }

const std::chrono::steady_clock::time_point never = std::chrono::steady_clock::time_point::max();

// A diagram, a "model" of another layout, and a map.
const char* const linear = "def f(X[b,m])[b,o] {\n  weight W[o,m], c[o]\n  return (sum[m] X[b,m] * W[o,m]) + c[o]\n}\n";
Diagram packed_model() {
  return def(
      "def g(y[i:32,k:4])[i:32,j:3] {\n  weight P[p:4,q:6], c[r:3]\n"
      "  return (sum[l:4] y[i,l] * P[l,3 + j]) + c[j]\n}\n",
      "g");
}

std::string error_of(const std::string& map, const Diagram& d, const Diagram& m) {
  try {
    read_map(SourceText("t.map", map), d, m);
  } catch (const SourceError& e) {
    return std::to_string(e.line) + ": " + e.message;
  } catch (const Unpaired& e) {
    return e.what();
  }
  return "";
}

double difference(const Diagram& a, const Diagram& b) {
  const Environment e = sample({&a, &b}, 3);
  return float_difference(evaluate(a, e), evaluate(b, e)).relative;
}

}  // namespace

TEST_CASE("a map reads weights out of packed ones; the rest pairs by position and name") {
  const Diagram d = def(linear, "f"), m = packed_model();
  const Correspondence right = read_map(SourceText("t.map", "# packed\nW[o,m] = P[m, 3 + o]\n"), d, m);
  CHECK(to_string(right.sizes.at(Symbol("o"))) == "3");
  CHECK(difference(in_terms_of_model(d, m, right), m) < 1e-12);
  const Correspondence wrong = read_map(SourceText("t.map", "W[o,m] = P[m, o]\n"), d, m);
  CHECK(difference(in_terms_of_model(d, m, wrong), m) > 1e-3);
  // What was read is a map that says the same.
  std::string lines;
  for (const std::string& line : right.lines) lines += line + "\n";
  const Correspondence again = read_map(SourceText("t.map", lines), d, m);
  CHECK(again.lines == right.lines);
  CHECK(difference(in_terms_of_model(d, m, again), m) < 1e-12);
}

TEST_CASE("errors of a map have their place in it") {
  const Diagram d = def(linear, "f"), m = packed_model();
  CHECK(error_of("\nV[o,m] = P[m, o]\n", d, m) == "2: the diagram f has no input, weight or size V");
  CHECK(error_of("W[o,m] = Q[m, o]", d, m) == "1: Q is not defined");
  CHECK(error_of("W[o] = P[0, o]", d, m) == "1: W has 2 axes in the diagram, and 1 here");
  CHECK(error_of("W[m,o] = P[m, o]", d, m) != "");
  CHECK(error_of("W[o,m] = P[m, 4 + o]", d, m).starts_with("1: axis 2 of P has size 6"));
  CHECK(error_of("W[o,m] = P[m, o]\nW[o,m] = P[m, o]", d, m) == "2: W has a line already");
  CHECK(error_of("W[o,i:5] = P[0, o]", d, m) == "1: axis 2 of W has size 4 in the diagram, and 5 here");
  CHECK(error_of("o = 4\nW[o,m] = P[m, o]", d, m).find("size o in the diagram and 3 in the model") !=
        std::string::npos);
  CHECK(error_of("o = 1/2", d, m) == "1: the size o is not given as a positive whole number");
  CHECK(error_of("W[o,m] = P[m,", d, m) == "1: the map ends in the middle of a line");
  CHECK(error_of("weight V[o]", d, m) == "1: this is not a line of a map");
  CHECK(error_of("", d, m).starts_with("the map says nothing of the diagram's weight W"));
  const std::string free = "def f[h:axis](X[b,m])[b,m] = X[b,m] * |h|";
  const Diagram one = def("def g(y[i:2,k:4])[i:2,k:4] = y[i,k]", "g");
  CHECK(error_of("", def(free, "f"), one).starts_with("the shapes do not tell the size h"));
  CHECK(error_of("h = 3", def(free, "f"), one) == "");
}

TEST_CASE("layouts are permutations, merged axes and pieces") {
  const InputPort w{Symbol("W"),
                    {{size_variable(Symbol("m")), Symbol("m")},
                     {size_variable(Symbol("h")), Symbol("h")},
                     {size_variable(Symbol("e")), Symbol("e")}}};
  auto texts = [&](const std::vector<std::size_t>& stored) {
    std::vector<std::string> out;
    for (const Layout& l : layouts(w, {6, 2, 3}, stored)) out.push_back(l.right);
    return out;
  };
  CHECK(texts({6, 6}) == std::vector<std::string>{"[m, (h,e)]", "[m, (e,h)]", "[(h,e), m]", "[(e,h), m]"});
  CHECK(texts({6, 18}).size() == 18);
  CHECK(texts({6, 18})[1] == "[m, 6 + (h,e)]");
  CHECK(texts({2, 6, 3}) == std::vector<std::string>{"[h, m, e]"});
  CHECK(texts({2, 1, 6, 3}) == std::vector<std::string>{"[h, 0, m, e]"});
  CHECK(texts({5, 7}).empty());
  CHECK(layouts(w, {6, 2, 3}, {6, 18})[1].positions[0] == 6);
}

TEST_CASE("only roundings of the diagram's own constants are taken for them") {
  auto roundings = [](const std::string& diagram, const std::string& literal) {
    const Diagram d = def("def f(x[n:2])[n:2] = x[n] * " + diagram, "f");
    const Diagram m = def("def f(x[n:2])[n:2] = " + literal, "f");
    const RoundedConstants c(d, m);
    if (!c.list().empty()) CHECK(difference(c.exact(m), d) < 1e-15);
    return c.list().size();
  };
  CHECK(roundings("sqrt(8)", "x[n] * (11863283/4194304)") == 1);
  CHECK(roundings("sqrt(8)", "x[n] * (11863284/4194304)") == 0);  // the neighbour
  CHECK(roundings("sqrt(8)", "x[n] * 2.8284271247461903") == 0);  // no float32
  CHECK(roundings("1e-5", "x[n] * (2748779/274877906944)") == 1);
  CHECK(roundings("1e-6", "x[n] * (2748779/274877906944)") == 0);
  CHECK(roundings("(2748779/274877906944)", "x[n] * (2748779/274877906944)") == 0);  // equal already
  CHECK(roundings("sqrt(16 + 1e-20)", "x[n] * 4") == 0);                             // a whole number
  CHECK(roundings("sqrt(8)", "if x[n] < (11863283/4194304) then x[n] else 0") == 0);
}

TEST_CASE("values are recognised in any order, as parts and as multiples") {
  const ValueSet all({3, 1, 2, -5}), part({2, 1}), other({2, 1.001});
  CHECK(all.contains(part));
  CHECK_FALSE(part.contains(all));
  CHECK_FALSE(all.contains(other));
  CHECK(all.ratio(all.scaled(-4)).value() == Approx(-4));
  CHECK_FALSE(all.ratio(part));
}

TEST_CASE("the correspondence of multi-head attention is found in every layout") {
  for (const char* name : {"mha_s_four", "mha_s_nn", "mha_s_einsum", "mha_s_four_dyn", "mha_m_nn"}) {
    INFO(name);
    const Model m = model(name);
    const InferredMap found = infer_map(mha(), m, 1, never);
    CHECK(found.agrees);
    const Correspondence c = read_map(SourceText("found", found.map), mha(), m.diagram);
    CHECK(difference(in_terms_of_model(mha(), m.diagram, c), at_common_sizes(m.diagram, c)) < 1e-6);
  }
}

TEST_CASE("no correspondence is found where there is none") {
  const InferredMap found = infer_map(mha(), model("false/mha_s_nn.softmax_axis"), 1, never);
  CHECK_FALSE(found.agrees);
  CHECK(found.complete);
  CHECK(found.missing != "");
  CHECK_THROWS_AS(infer_map(mha(), model("gelu_erf"), 1, never), Unpaired);
}

TEST_CASE("the first node without a counterpart is the one that was changed") {
  struct Case {
    const char *right, *wrong, *op, *node;
  };
  for (const Case& k : {Case{"mha_s_nn", "mha_s_nn.softmax_axis", "Softmax", "/m/Softmax"},
                        Case{"mha_s_nn", "mha_s_nn.slices_swapped", "MatMul", "/m/MatMul_1"},
                        Case{"mha_s_four", "mha_s_four.scale_by_d", "Div", "/Div"},
                        Case{"mha_s_einsum", "mha_s_einsum.attention_transposed", "Einsum", "/Einsum_4"}}) {
    INFO(k.wrong);
    const Model right = model(k.right), wrong = model(std::string("false/") + k.wrong);
    const Correspondence c = read_map(SourceText("found", infer_map(mha(), right, 1, never).map), mha(), wrong.diagram);
    auto locate = [&](const Model& m) {
      const Diagram l = in_terms_of_model(mha(), m.diagram, c), r = at_common_sizes(m.diagram, c);
      const RoundedConstants constants(l, r);
      Architecture model_side{constants.exact(r), {}, "m.onnx"};
      for (const auto& [name, t] : m.weights) model_side.weights[name] = {{t.shape.begin(), t.shape.end()}, t.values};
      const Pairing p = pair({l, {}, "d.skn"}, model_side);
      return first_difference(p.statement, p.pool, m, constants.exact(at_common_sizes(m.trace, c)), nullptr);
    };
    const auto found = locate(wrong);
    REQUIRE(found);
    CHECK(found->node == k.node);
    CHECK(found->op == k.op);
    CHECK_FALSE(locate(right));
  }
}
