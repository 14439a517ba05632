// The search: which forms it reaches, and that each is certified and confirmed.
#include "search/search.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "lang/module.hpp"
#include "lang/printer.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

Architecture def(const std::string& name, const std::string& file = "examples/search.skn") {
  const Module m = load_module(std::filesystem::path(SKEIN_SOURCE_DIR) / file);
  return {m.find_def(name)->diagram, {}, name};
}
Architecture text(const std::string& source) {
  const Module m = parse_module(source, "search.skn");
  return {m.defs().back()->diagram, {}, "text"};
}

RuleBook no_rules() { return RuleBook({}); }
RuleBook all_rules() {
  static Z3Oracle z3;
  return RuleBook(z3.oracle(), std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs/ledger");
}

std::map<Symbol, Integer> sizes(const std::vector<std::pair<const char*, long>>& list) {
  std::map<Symbol, Integer> out;
  for (const auto& [v, n] : list) out[Symbol(v)] = n;
  return out;
}

// Each certificate ends in the original and the form, and a fresh kernel accepts it.
void check_certificates(const Architecture& a, const SearchResult& r, RuleBook& rules) {
  for (const Form& f : r.forms) {
    REQUIRE(f.certificates().size() == a.diagram.outputs().size());
    CHECK(f.confirmation().instances >= 20);
    for (std::size_t n = 0; n < f.certificates().size(); ++n) {
      const Replay replay = replay_certificate(f.certificates()[n], rules.ledger().source(), rules.oracle());
      DiagramBuilder b;
      auto same = [&](const Diagram& x, const Diagram& y) {
        return thaw(b, x).front().value.wire == thaw(b, y).front().value.wire;
      };
      CHECK(same(replay.theorem->statement().left, only_output(a.diagram, n)));
      CHECK(same(replay.theorem->statement().right, only_output(f.diagram(), n)));
    }
  }
}

bool mentions(const Form& f, const std::string& move) {
  return std::find(f.moves().begin(), f.moves().end(), move) != f.moves().end();
}

}  // namespace

TEST_CASE("chains of four, five and six matrices have 5, 14 and 42 forms, with all rules loaded") {
  RuleBook rules = all_rules();
  for (const auto& [name, forms] : {std::pair("chain4", 5), {"chain5", 14}, {"chain6", 42}}) {
    SearchOptions o;
    o.report = 2;
    const Architecture a = def(name);
    const SearchResult r = search(a, rules, o);
    INFO(name);
    CHECK(r.reached == static_cast<std::size_t>(forms));
    CHECK(r.complete);
    check_certificates(a, r, rules);
  }
}

TEST_CASE("the cheapest form of a chain costs what the textbook's dynamic program says, on 100 random size vectors") {
  RuleBook rules = no_rules();
  std::mt19937 random(3);
  const Architecture a = def("chain5");
  for (int round = 0; round < 100; ++round) {
    std::vector<double> p;
    SearchOptions o;
    o.report = 1;
    for (const char* v : {"a", "b", "c", "d", "e", "f"}) {
      p.push_back(1 + random() % 200);
      o.sizes[Symbol(v)] = static_cast<long>(p.back());
    }
    double m[5][5] = {};
    for (std::size_t length = 2; length <= 5; ++length)
      for (std::size_t i = 0; i + length <= 5; ++i) {
        const std::size_t j = i + length - 1;
        m[i][j] = 1e300;
        for (std::size_t k = i; k < j; ++k)
          m[i][j] = std::min(m[i][j], m[i][k] + m[k + 1][j] + p[i] * p[k + 1] * p[j + 1]);
      }
    CHECK(search(a, rules, o).forms.front().value().operations == 2 * m[0][4]);
  }
}

TEST_CASE("linear attention is re-associated: Q (K^T V)") {
  RuleBook rules = all_rules();
  const Architecture a = def("linear_attention");
  SearchOptions o;
  o.sizes = sizes({{"q", 4096}, {"k", 4096}});
  const SearchResult r = search(a, rules, o);
  REQUIRE(r.forms.size() == 2);
  CHECK(print_diagram(r.forms[0].diagram(), "f") ==
        "def f(Q[q, d], K[k, d], V[k, v])[q, v] = sum[d] (sum[k] K[k, d] * V[k, v]) * Q[q, d]\n");
  CHECK(formula(r.forms[0].cost(), Measure::operations) == "2*d*k*v + 2*d*q*v");
  CHECK(r.forms[1].original());
  check_certificates(a, r, rules);
  o.sizes = sizes({{"q", 4}, {"k", 4}});
  CHECK(search(a, rules, o).forms[0].original());
}

TEST_CASE("the division of attention moves behind the product with the values") {
  RuleBook rules = all_rules();
  const Architecture a{
      load_module(default_prelude() / "attention.skn").find_def("attention")->diagram, {}, "attention"};
  SearchOptions o;
  o.by = Measure::bytes;
  const SearchResult r = search(a, rules, o);
  CHECK(formula(r.forms.front().cost(), Measure::bytes) == "4*k*q + 4*q");
  check_certificates(a, r, rules);
}

TEST_CASE("a bias of the keys is dropped by the shift of softmax, and one of the values is not") {
  RuleBook rules = all_rules();
  const Architecture a = text(
      "def f(Q[q,d], K[k,d], b[d], V[k,v])[q,v] = "
      "sum[k] softmax[k]((sum[d] Q[q,d] * K[k,d]) + (sum[d] Q[q,d] * b[d])) * V[k,v]");
  const SearchResult r = search(a, rules, {});
  CHECK(mentions(r.forms.front(), "softmax_shift"));
  const std::string form = print_diagram(r.forms.front().diagram(), "f");
  CHECK(form.find("b[", form.find("[q, v]")) == std::string::npos);
  check_certificates(a, r, rules);
  const Architecture values = text("def f(S[q,k], b[v], V[k,v])[q,v] = sum[k] softmax[k](S[q,k]) * (V[k,v] + b[v])");
  for (const Form& f : search(values, rules, {}).forms) {
    const std::string kept = print_diagram(f.diagram(), "f");
    CHECK(kept.find("b[", kept.find("[q, v]")) != std::string::npos);
  }
}

TEST_CASE("a low-rank update is applied to the input where the rank is small, unless weights are constants") {
  RuleBook rules = all_rules();
  const Architecture a = def("low_rank");
  SearchOptions o;
  o.sizes = sizes({{"r", 8}, {"t", 1}, {"m", 512}, {"o", 512}});
  SearchResult r = search(a, rules, o);
  CHECK(formula(r.forms.front().cost(), Measure::operations) == "2*m*o*t + 2*m*r*t + 2*o*r*t");
  check_certificates(a, r, rules);
  o.constant_weights = true;
  CHECK(search(a, rules, o).forms.front().original());
}

TEST_CASE("every output is rewritten where a shared part is") {
  RuleBook rules = no_rules();
  DiagramBuilder b;
  const Size n = size_variable(Symbol("n")), one = size_constant(1);
  const Axis axis{n, Symbol("n")};
  std::vector<InputPort> ports;
  std::vector<Index> at;
  for (int i = 0; i < 4; ++i) at.push_back(b.fresh({i == 3 ? one : n, Symbol("n")}));
  auto matrix = [&](const char* name, Index i, Index j) {
    ports.push_back({Symbol(name), {b.axis(i), b.axis(j)}});
    const Ref m = b.input(Symbol(name), ports.back().axes);
    return b.rename(m, {{m.at[0], i}, {m.at[1], j}});
  };
  const Ref A = matrix("A", at[0], at[1]), B = matrix("B", at[1], at[2]), x = matrix("x", at[2], at[3]);
  const Ref AB = b.reduce(Op::add, {at[1]}, b.add(Op::mul, {A, B}));
  const Ref ABx = b.reduce(Op::add, {at[2]}, b.add(Op::mul, {AB, x}));
  const Ref y = b.add(Op::exp, {ABx});
  Architecture a{
      freeze(b, Symbol("two"), {}, ports, {{Symbol("y"), {at[0], at[3]}, ABx}, {Symbol("e"), {at[0], at[3]}, y}}),
      {},
      "two"};
  const SearchResult r = search(a, rules, {});
  CHECK(r.reached == 2);
  CHECK(formula(r.forms.front().cost(), Measure::operations) == "4*n + 4*n*n");
  check_certificates(a, r, rules);
}

TEST_CASE("sizes that the diagram does not have, or does not admit, are refused") {
  RuleBook rules = no_rules();
  SearchOptions o;
  o.sizes = sizes({{"zebra", 3}});
  CHECK_THROWS_AS(search(def("chain4"), rules, o), std::invalid_argument);
  o.sizes = sizes({{"a", 0}});
  CHECK_THROWS_AS(search(def("chain4"), rules, o), std::invalid_argument);
}

TEST_CASE("a search that is cut short says so and keeps what it has") {
  RuleBook rules = no_rules();
  SearchOptions o;
  o.most_forms = 3;
  const SearchResult r = search(def("chain6"), rules, o);
  CHECK_FALSE(r.complete);
  CHECK(r.reached == 3);
  CHECK(r.forms.size() == 3);
}
