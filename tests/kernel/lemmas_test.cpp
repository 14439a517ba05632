// Certificates that bring their lemmas: what is claimed is the last claim, a lemma is used by name and digest, and
// every one is replayed.
#include "kernel/support.hpp"

using namespace skein;

namespace {

const std::vector<InputPort> x_n{{Symbol("x"), {axis("n")}, DType::real, Role::input}};

// x[n] + x[n] == factor * x[n]; true for 2, by a leaf that the oracle believes otherwise.
std::string twice(const char* name, int factor = 2) {
  Prover p({}, [](const std::string&) { return true; });
  const Ref x = p.array("x", {axis("n")});
  const Ref l = p.b.add(Op::add, {x, x}), r = p.b.add(Op::mul, {p.b.literal(factor), x});
  const EquationId e = p.by(factor == 2 ? Inference::contraction : Inference::smt, {l, r});
  return write_certificate(p.k, Symbol(name), {p.diagram(x_n, x.at, l), p.diagram(x_n, x.at, r), {}}, e);
}

TheoremPtr theorem(const std::string& text) {
  return replay_certificate(text, {}, [](const std::string&) { return true; }).theorem;
}

// exp(x[n] + x[n]) == exp(factor * x[n]) by the lemma.
std::string exp_twice(const TheoremPtr& lemma, int factor = 2) {
  Prover p;
  p.k.admit(lemma);
  const Ref x = p.array("x", {axis("n")});
  const Ref sum = p.b.add(Op::add, {x, x}), l = p.b.add(Op::exp, {sum});
  const Ref r = p.b.add(Op::exp, {p.b.add(Op::mul, {p.b.literal(factor), x})});
  Step s;
  s.rule = Inference::instance;
  s.names = {lemma->name(), Symbol("x"), Symbol("n")};
  s.terms = {x};
  s.formals = {x.at};
  s.sizes = {size_named("n")};
  const EquationId e = p.by(Inference::congruence, {l}, {p.k.prove(s)}, {0});
  return write_certificate(p.k, Symbol("main"), {p.diagram(x_n, x.at, l), p.diagram(x_n, x.at, r), {}}, e);
}

std::string refused(const std::string& text) {
  return reason([&] { replay_certificate(text, {}, z3()); });
}

}  // namespace

TEST_CASE("a certificate is replayed with its lemmas", "[lemmas]") {
  const std::string lemma = twice("twice"), text = lemma + exp_twice(theorem(lemma));
  const Replay r = replay_certificate(text, {}, {});
  CHECK(r.theorem->name() == Symbol("main"));
  CHECK(r.lemmas == 1);
  CHECK(r.steps == replay_certificate(lemma, {}, {}).steps + 2);
  const Statement claim = read_claim(text);
  CHECK(claim.left.boxes().back().op == Op::exp);
  const CertificateHead head = read_head(text);
  CHECK(head.name == Symbol("main"));
  CHECK(head.uses.empty());
}

TEST_CASE("a lemma must be there, and be the one that is meant", "[lemmas]") {
  const std::string lemma = twice("twice"), main = exp_twice(theorem(lemma));
  CHECK_THAT(refused(main), Catch::Contains("twice is not in the ledger"));
  CHECK_THAT(refused(main + lemma), Catch::Contains("twice is not in the ledger"));
  CHECK_THAT(refused(twice("thrice") + main), Catch::Contains("twice is not in the ledger"));
  // The same claim by another derivation has another digest.
  std::string other = lemma;
  other.replace(other.find("[n:n]"), 5, "[k:n]");
  CHECK_THAT(refused(other + main), Catch::Contains("another theorem of the name twice"));
  CHECK_THAT(refused(lemma + lemma + main), Catch::Contains("two lemmas are called twice"));
}

TEST_CASE("a false lemma is refused although nobody asks for its claim", "[lemmas]") {
  const std::string lemma = twice("twice", 3), main = exp_twice(theorem(lemma), 3);
  CHECK_THAT(refused(lemma + main), Catch::Contains("twice, line") && Catch::Contains("did not confirm a leaf"));
}

TEST_CASE("a lemma without its conclusion proves nothing", "[lemmas]") {
  const std::string lemma = twice("twice"), main = exp_twice(theorem(lemma));
  const std::string cut = lemma.substr(0, lemma.find("conclude"));
  CHECK_THAT(refused(cut + main), Catch::Contains("ends without a conclusion"));
  CHECK_THAT(refused(cut + main.substr(main.find('\n') + 1)), Catch::Contains("a claim is named twice"));
}

TEST_CASE("a lemma with the name of an axiom is not the axiom", "[lemmas]") {
  const std::string lemma = twice("exp_add");
  std::string main = exp_twice(theorem(lemma));
  CHECK(refused(lemma + main) == "accepted");
  const std::size_t at = main.find("use exp_add ") + 12;
  main.replace(at, main.find('\n', at) - at, "axiom");
  CHECK_THAT(refused(lemma + main), Catch::Contains("another theorem of the name exp_add"));
}
