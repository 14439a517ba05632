// Certificates and ledgers that a forger would write, instances and inductions that prove too much: each with the
// reason for which it is refused.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "kernel/support.hpp"

using namespace skein;
namespace fs = std::filesystem;

namespace {

const fs::path certificates = fs::path(SKEIN_SOURCE_DIR) / "tests/kernel/certificates";

std::string sample(const char* name) { return read_text(certificates / (std::string(name) + ".cert")); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string replay(const std::string& text) {
  Ledger ledger(certificates, z3());
  return reason([&] { replay_certificate(text, ledger.source(), z3()); });
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("skein-forged-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  void write(const char* name, const std::string& text) { std::ofstream(path / (std::string(name) + ".cert")) << text; }
};

// left == right in the arrays that they read, all scalars; the oracle believes every leaf.
std::string forged(const char* name, Ref (*left)(Prover&), Ref (*right)(Prover&)) {
  Prover p({}, [](const std::string&) { return true; });
  const Ref l = left(p), r = right(p);
  const std::vector<InputPort> inputs{{Symbol("x"), {}, DType::real, Role::input}};
  const Statement st{p.diagram(inputs, {}, l), p.diagram(inputs, {}, r), {}};
  return write_certificate(p.k, Symbol(name), st, p.by(Inference::smt, {l, r}));
}

Step instance(const char* theorem, const char* array, const Ref& value, const std::vector<Index>& formals) {
  Step s;
  s.rule = Inference::instance;
  s.names = {Symbol(theorem), Symbol(array)};
  s.terms = {value};
  s.formals = {formals};
  return s;
}

// sum[n] X == sum[n] 1*X, for all n >= m and n, m >= 1.
TheoremPtr sum_of(const char* name) {
  Prover p(with_lower({}, {size_named("n") - size_named("m")}));
  const Ref x = p.array("X", {axis("n")});
  const Ref l = p.b.reduce(Op::add, x.at, x), r = p.b.reduce(Op::add, x.at, p.b.add(Op::mul, {p.b.literal(1), x}));
  const std::vector<InputPort> inputs{{Symbol("X"), {axis("n")}, DType::real, Role::input}};
  return p.k.conclude(Symbol(name), {p.diagram(inputs, {}, l), p.diagram(inputs, {}, r)},
                      p.by(Inference::contraction, {l, r}));
}

}  // namespace

TEST_CASE("a false rule with consistent digests: the solver says no", "[forged]") {
  const std::string text = forged(
      "double", [](Prover& p) { return p.array("x"); },
      [](Prover& p) {
        return p.b.add(Op::add, {p.array("x"), p.array("x")});
      });
  CHECK_THAT(replay(text), Catch::Contains("the solver did not confirm a leaf"));
  CHECK_THAT(reason([&] { replay_certificate(text, {}, {}); }), Catch::Contains("the solver did not confirm a leaf"));
}

TEST_CASE("a leaf is named by its digest", "[forged]") {
  const std::string text = sample("abs_relu");
  REQUIRE(replay(text) == "accepted");
  const std::size_t at = text.find("leaf=") + 5;
  std::string other = text;
  other[at] = other[at] == '0' ? '1' : '0';
  CHECK_THAT(replay(other), Catch::Contains("the leaf is not the one that the certificate names"));
}

TEST_CASE("the sides of a claim are those of its derivation", "[forged]") {
  const std::string text = sample("linear_bias");
  REQUIRE(replay(text) == "accepted");
  std::string swapped = replaced(replaced(text, "\nright out", "\n@ out"), "\nleft out", "\nright out");
  swapped = replaced(swapped, "\n@ out", "\nleft out");
  CHECK_THAT(replay(swapped), Catch::Contains("the derivation ends in another equation than the claim"));
  CHECK_THAT(replay(replaced(text, "right out i=i:i t=10(0)", "right out i=i:i t=9(0)")),
             Catch::Contains("another equation"));
  CHECK_THAT(replay(replaced(text, "array b real", "array c real")), Catch::Contains("not an input of the diagram"));
  CHECK_THAT(replay(text.substr(0, text.find("conclude"))), Catch::Contains("ends without a conclusion"));
  CHECK_THAT(replay(text + "conclude e3\n"), Catch::Contains("a line after the conclusion"));
  CHECK_THAT(replay(replaced(text, "array x", "array A real input [j:j]\narray x")), Catch::Contains("declared twice"));
  CHECK_THAT(replay(replaced(text, "e=2,0", "e=2,9")), Catch::Contains("names nothing"));
}

TEST_CASE("ports of ordered boxes are not permuted", "[forged]") {
  for (const char* box : {"less in=0();1()", "where in=4();0();1()", "cases in=0();1() x=0"}) {
    std::string b(box), other = b;
    const std::size_t first = b.find("0()");
    other[first] = '1', other[first + 4] = '0';
    const std::string head =
        "skein-certificate 1\nclaim permuted\narray x real input []\narray y real input []\narray c bool input []\n"
        "box 0 input type=real name=x\nbox 1 input type=real name=y\nbox 2 literal value=0\nbox 3 literal value=1\n"
        "box 4 input type=bool name=c\n";
    auto text = [&](const std::string& right) {
      return head + "box 5 " + b + "\nbox 6 " + right +
             "\nleft out t=5()\nright out t=6()\ne0 refl t=5() => 5 5()\nconclude e0\n";
    };
    CHECK(replay(text(b)) == "accepted");
    CHECK_THAT(replay(text(other)), Catch::Contains("another equation"));
  }
}

TEST_CASE("a ledger is content-addressed and acyclic", "[forged]") {
  Folder f;
  for (const char* n : {"mul_inv", "inv_exp", "inv_mul"}) f.write(n, sample(n));
  auto find = [&](const char* name) { return reason([&] { Ledger(f.path, z3()).find(Symbol(name)); }); };
  f.write("softmax_shift", sample("softmax_shift"));
  CHECK(find("softmax_shift") == "accepted");
  // One lemma is replaced by another true one of the same name.
  f.write("inv_mul", replaced(sample("mul_inv"), "claim mul_inv", "claim inv_mul"));
  CHECK_THAT(find("softmax_shift"), Catch::Contains("the ledger has another theorem of the name inv_mul"));
  f.write("inv_mul", sample("mul_inv"));
  CHECK_THAT(find("softmax_shift"), Catch::Contains("it claims the name mul_inv"));
  fs::remove(f.path / "inv_mul.cert");
  CHECK_THAT(find("softmax_shift"), Catch::Contains("is not in the ledger"));

  const std::string none(64, '0');
  f.write("a", "skein-certificate 1\nclaim a\nuse b " + none + "\n");
  f.write("b", "skein-certificate 1\nclaim b\nuse a " + none + "\n");
  CHECK_THAT(find("a"), Catch::Contains("a cycle of lemmas"));
  f.write("c", "skein-certificate 1\nclaim c\nuse c " + none + "\n");
  CHECK_THAT(find("c"), Catch::Contains("cannot use itself"));
  // An axiom is not overridden by a certificate of its name.
  f.write("exp_log", forged(
                         "exp_log", [](Prover& p) { return p.array("x"); }, [](Prover& p) { return p.b.literal(0); }));
  CHECK(Ledger(f.path, z3()).find(Symbol("exp_log"))->axiom());
}

TEST_CASE("an instance meets the conditions of its theorem", "[forged]") {
  const Size p_ = size_named("p"), q = size_named("q");
  Prover p(with_lower({{"e", 0}}, {p_ - q}));
  p.k.admit(sum_of("sum"));
  const Ref x = p.array("V", {axis("p")}), w = p.array("W", {axis("q")}), s = p.array("s");
  auto at = [&](const Ref& value, const std::vector<Index>& formals, const Size& n, const Size& m,
                std::vector<std::vector<Rational>> farkas) {
    Step step = instance("sum", "X", value, formals);
    step.names.insert(step.names.end(), {Symbol("m"), Symbol("n")});
    step.sizes = {m, n};
    step.farkas = std::move(farkas);
    return p.k.prove(step);
  };
  CHECK_NOTHROW(at(x, x.at, p_, q, {{}, {}, {1}}));
  REJECTS(at(x, x.at, p_, q, {{}, {}, {-1}}), "size condition of the theorem is not met");
  REJECTS(at(x, x.at, p_, q, {}), "size condition of the theorem is not met");
  REJECTS(at(x, x.at, p_, q, {{}, {}, {1, 1}}), "size condition of the theorem is not met");
  REJECTS(at(w, w.at, q, p_, {{}, {}, {1}}), "size condition of the theorem is not met");
  const Ref maybe = p.array("E", {axis("e")});
  REJECTS(at(maybe, maybe.at, size_named("e"), size_constant(1), {}), "size condition of the theorem is not met");
  REJECTS(at(w, w.at, p_, q, {{}, {}, {1}}), "replaced by an array with size");
  REJECTS(at(s, {}, p_, q, {{}, {}, {1}}), "array of another rank");
  REJECTS(at(p.b.opaque(Symbol("dropout"), {x}, false), x.at, p_, q, {{}, {}, {1}}), "depends on a stochastic box");
  REJECTS(at(p.array("B", {axis("p")}, DType::boolean), {p.b.fresh(axis("p"))}, p_, q, {{}, {}, {1}}), "another type");
  REJECTS(at(p.array("M", {axis("p")}, DType::ext), {p.b.fresh(axis("p"))}, p_, q, {{}, {}, {1}}), "another type");
  Step missing = instance("sum", "X", x, x.at);
  missing.names.push_back(Symbol("n"));
  missing.sizes = {p_};
  REJECTS(p.k.prove(missing), "leaves out the size m");
  REJECTS(p.k.prove(instance("none", "X", x, x.at)), "is not known here");

  p.k.admit(axiom("exp_log"));
  p.k.admit(axiom("exp_add"));
  Step log = instance("exp_log", "a", s, {});
  REJECTS(p.k.prove(log), "one sign for each condition");
  log.signs = {p.sign(Inference::sign_rule, Sign::positive, {p.b.literal(1)})};
  REJECTS(p.k.prove(log), "about another wire than the condition");
  Step square = instance("exp_log", "a", p.b.add(Op::mul, {s, s}), {});
  square.signs = {p.sign(Inference::sign_rule, Sign::nonnegative, square.terms)};
  REJECTS(p.k.prove(square), "stronger than the sign given");
  Step sum = instance("exp_add", "a", x, {});
  sum.names.push_back(Symbol("b"));
  sum.terms.push_back(s);
  sum.formals.push_back({x.at[0]});
  REJECTS(p.k.prove(sum), "captures an index");
  sum.names[2] = Symbol("a");
  sum.formals.back().clear();
  REJECTS(p.k.prove(sum), "gives an array twice");
}

TEST_CASE("an induction proves its goal from base and step", "[forged]") {
  Prover p;
  const Size n = size_named("n"), one = size_constant(1);
  auto sides = [&](const Size& size) {
    const Ref x = p.array("X", {{size, {}}});
    return std::pair(p.b.reduce(Op::add, x.at, x), p.b.reduce(Op::add, x.at, p.b.add(Op::mul, {p.b.literal(1), x})));
  };
  auto equation = [&](const Size& size) {
    auto [l, r] = sides(size);
    return p.by(Inference::contraction, {l, r});
  };
  const auto [l, r] = sides(n);
  const std::uint32_t id = p.k.open_induction({{l, r}}, Symbol("n"));
  CHECK_NOTHROW(p.by(Inference::induction, {}, {equation(one), equation(n + one)}, {id, 0}));
  REJECTS(p.by(Inference::induction, {}, {equation(size_constant(2)), equation(n + one)}, {id, 0}),
          "base of the induction is not its goal");
  REJECTS(p.by(Inference::induction, {}, {equation(one), equation(n)}, {id, 0}),
          "step of the induction is not its goal");
  REJECTS(p.by(Inference::induction, {}, {equation(one), equation(n + one + one)}, {id, 0}),
          "step of the induction is not its goal");
  REJECTS(p.by(Inference::induction, {}, {equation(one), equation(n + one)}, {id + 1, 0}), "no such induction");

  // The hypothesis is about arrays of size n, not n + 1.
  Step use;
  use.rule = Inference::hypothesis;
  use.numbers = {id, 0};
  use.names = {Symbol("X")};
  const Ref longer = p.array("Y", {{n + one, {}}}), fitting = p.array("Z", {axis("n")});
  use.terms = {fitting};
  use.formals = {fitting.at};
  CHECK_NOTHROW(p.k.prove(use));
  use.terms = {longer};
  use.formals = {longer.at};
  REJECTS(p.k.prove(use), "is replaced by an array with size 1 + n");
  use.names.clear(), use.terms.clear(), use.formals.clear();
  const EquationId hypothesis = p.k.prove(use);
  const std::vector<InputPort> inputs{{Symbol("X"), {axis("n")}, DType::real, Role::input}};
  REJECTS(p.k.conclude(Symbol("claim"), {p.diagram(inputs, {}, l), p.diagram(inputs, {}, r)}, hypothesis),
          "never discharged");
}

TEST_CASE("an induction rests on its own hypothesis only, and in the step only", "[forged]") {
  Prover p;
  const Ref a = p.array("a"), c = p.array("c");  // a == c, at every n
  const std::uint32_t outer = p.k.open_induction({{a, c}}, Symbol("n")),
                      inner = p.k.open_induction({{a, c}}, Symbol("m"));
  auto hypothesis = [&](std::uint32_t id) { return p.by(Inference::hypothesis, {}, {}, {id, 0}); };
  REJECTS(p.by(Inference::induction, {}, {hypothesis(outer), hypothesis(outer)}, {outer, 0}),
          "base of an induction rests on an assumption");
  REJECTS(p.by(Inference::induction, {}, {hypothesis(inner), hypothesis(outer)}, {outer, 0}),
          "base of an induction rests on an assumption");
  const Ref same = p.b.add(Op::mul, {p.b.literal(1), a});
  const std::uint32_t third = p.k.open_induction({{a, same}}, Symbol("n"));
  const EquationId base = p.by(Inference::contraction, {a, same});
  const EquationId there =
      p.by(Inference::trans, {}, {hypothesis(outer), p.by(Inference::sym, {}, {hypothesis(inner)})});
  const EquationId step = p.by(Inference::trans, {}, {there, base});
  REJECTS(p.by(Inference::induction, {}, {base, step}, {third, 0}),
          "step of an induction rests on an assumption that is not its own");
  REJECTS(p.k.open_induction({{p.b.opaque(Symbol("dropout"), {a}, false), c}}, Symbol("n")), "stochastic box");
  Prover q(with_lower({}, {size_named("n") - size_constant(5)}));
  REJECTS(q.k.open_induction({{q.b.literal(0), q.b.literal(1)}}, Symbol("n")), "occurs in a size hypothesis");
}

TEST_CASE("digests are SHA-256", "[digest]") {
  CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(digest(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
