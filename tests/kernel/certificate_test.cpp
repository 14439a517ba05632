// What is written is read again as what it was.
#include "kernel/support.hpp"
#include "kernel/text.hpp"

using namespace skein;

namespace {

std::vector<InputPort> ports(std::initializer_list<std::pair<const char*, std::vector<Axis>>> arrays) {
  std::vector<InputPort> out;
  for (const auto& [name, axes] : arrays) out.push_back({Symbol(name), axes, DType::real, Role::input});
  return out;
}

// 0 * a * b == 0 * b
TheoremPtr nothing() {
  Prover p;
  const Ref a = p.array("a"), b = p.array("b"), zero = p.b.literal(0);
  const Ref l = p.b.add(Op::mul, {zero, a, b}), r = p.b.add(Op::mul, {zero, b});
  const auto inputs = ports({{"a", {}}, {"b", {}}});
  const std::string text =
      write_certificate(p.k, Symbol("nothing"), {p.diagram(inputs, {}, l), p.diagram(inputs, {}, r), {}},
                        p.by(Inference::contraction, {l, r}));
  return replay_certificate(text, {}, {}).theorem;
}

}  // namespace

TEST_CASE("numbers are read up to the limit of their digits", "[certificate]") {
  const std::string most(text::longest_number, '9');
  CHECK(text::read_rational("1/" + most) == Rational(Integer(1), Integer(most)));
  CHECK(text::read_size(most) == Size::constant(Integer(most)));
  REJECTS(text::read_rational(most + "9"), "malformed number");
  REJECTS(text::read_rational("1/" + most + "9"), "malformed number");
  REJECTS(text::read_size(most + "9"), "malformed number");
}

// x[i] * x[j] is one wire with two axes of which neither is the first; the order of issue of i and j decides.
TEST_CASE("a symmetric wire is read again with the same order of axes", "[certificate]") {
  const TheoremPtr lemma = nothing();
  for (const bool older : {true, false}) {
    Prover p;
    p.k.admit(lemma);
    const Ref at_i = p.array("x", {axis("n")}), at_j = p.b.at_fresh(at_i.wire);
    const Ref &a = older ? at_i : at_j, &b = older ? at_j : at_i;
    Step s;
    s.rule = Inference::instance;
    s.names = {lemma->name(), Symbol("b"), Symbol("a")};
    s.terms = {b, a};
    s.formals = {{}, {}};
    const EquationId e = p.k.prove(s);
    const Ref zero = p.b.literal(0), l = p.b.add(Op::mul, {zero, a, b}), r = p.b.add(Op::mul, {zero, b});
    const std::vector<Index> axes{at_i.at[0], at_j.at[0]};
    const auto x = ports({{"x", {axis("n")}}});
    const Statement claim{p.diagram(x, axes, l), p.diagram(x, axes, r), {}};
    const std::string text = write_certificate(p.k, Symbol("main"), claim, e);
    CAPTURE(text);
    CHECK(reason([&] { replay_certificate(text, [&](Symbol) { return lemma; }, {}); }) == "accepted");
  }
}
