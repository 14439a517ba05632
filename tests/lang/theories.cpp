// Theories: what is refused, with the place and the reason; what a diagram means; printing and reading back.
#include <catch2/catch.hpp>

#include "lang/theory.hpp"
#include "lang/theory_printer.hpp"
#include "monoidal/support.hpp"

using skein::parse_theories;
using skein::print_term;
using skein::SourceError;
using skein::Symbol;
using skein::TheoryClaim;
using skein::TheoryFile;
using namespace skein::monoidal;
using namespace skein::monoidal::testing;
using Catch::Contains;

namespace {

SourceError error_of(const std::string& text) {
  try {
    parse_theories(text, "test.skn");
  } catch (const SourceError& e) {
    return e;
  }
  FAIL("accepted: " + text);
  throw 0;
}

std::string symmetric(const std::string& items) {
  return "theory T : symmetric {\n  object A, B\n  gen f: A -> B\n  gen g: B -> A\n" + items + "\n}\n";
}

struct Refused {
  std::string text;
  int line, column;
  const char* message;
  const char* help = "";
};

const Refused table[] = {
    // Structures.
    {"theory T : braided { object A }", 1, 12, "forgets crossings"},
    {"theory T : traced { object A }", 1, 12, "cycles and bare loops"},
    {"theory T : compact { object A }", 1, 12, "declare cups and caps"},
    {"theory T : frobenius { object A }", 1, 12, "wires that merge"},
    {"theory T : planar { object A }", 1, 12, "'planar' is not supported"},
    {"theory T : markow { object A }", 1, 12, "there is no structure 'markow'", "did you mean \"markov\"?"},
    {"theory T : cartesian, compact { object A }", 1, 23, "every two diagrams of one type are equal"},
    {"theory T : markov, frobenius { object A }", 1, 20, "every two diagrams of one type are equal"},
    {"theory T : symmetric, comonoid { object A }", 1, 23, "a theory has one structure"},
    // Grammar.
    {"theory T { object A }", 1, 10, "unexpected \"{\"", "structure"},
    {"theory T : symmetric { object A", 1, 32, "the end of the file", "\"}\""},
    {"theory T : symmetric { object A object B }", 1, 33, "unexpected \"object\"", "new line"},
    {symmetric("  genn h: A -> B"), 5, 3, "unexpected \"genn\"", "did you mean \"gen\"?"},
    {symmetric("  gen id: A -> B"), 5, 7, "\"id\" is a word of the language", "`id`"},
    {symmetric("  rule r: f ; g"), 6, 1, "unexpected \"}\"", "\"==\""},
    {symmetric("  rule r: f == f by refl"), 5, 18, "unexpected \"by\"", "write theorem"},
    {symmetric("  theorem t: f == f by { rewrote r }"), 5, 26, "unexpected \"rewrote\"", "did you mean \"rewrite\"?"},
    {symmetric("  theorem t: f == f by { = f }"), 5, 30, "unexpected \"}\"", "\"by\""},
    {symmetric("  theorem t: f ^ 2000 == f"), 5, 18, "at most 1000"},
    {symmetric("  theorem t: (f ^ 1000) ^ 1000 == f"), 5, 25, "more than 100000 boxes"},
    // Names and types.
    {symmetric("  rule r: ff == f"), 5, 11, "there is no generator or def ff", "did you mean \"f\"?"},
    {symmetric("  rule r: A == f"), 5, 11, "there is no generator or def A", "id[A]"},
    {symmetric("  gen h: A -> C"), 5, 15, "there is no object C"},
    {symmetric("  gen f: A -> B"), 5, 7, "declared twice"},
    {symmetric("  rule r: f == f\n  rule r: g == g"), 6, 8, "r is declared twice", "line 5"},
    {symmetric("  rule r: f ; f == f"), 5, 13, "ends in B, the one behind it starts from A", "starts from B"},
    {symmetric("  rule r: f == g"), 5, 8, "its sides must have the same type, but are A -> B and B -> A"},
    {symmetric("  rule r: f ; id == f"), 5, 15, "id of what? The theory has 2 objects", "id[A]"},
    {symmetric("  rule r: copy[A] == id[A]"), 5, 11, "can neither copy nor discard"},
    {symmetric("  rule r: drop[A] == drop[A]"), 5, 11, "can neither copy nor discard"},
    {symmetric("  rule r: wire[a: A -> a, a] == id[A]"), 5, 11, "can neither copy nor discard"},
    {symmetric("  rule r: wire[a: A -> b] == id[A]"), 5, 24, "there is no wire b"},
    {symmetric("  det gen h: A -> B"), 5, 11, "cannot be deterministic in a symmetric theory"},
    {symmetric("  def h: A -> A = f"), 5, 7, "the body of h has the type A -> B", "A -> A"},
    // Proofs.
    {symmetric("  theorem t: f == f by rewrite r"), 5, 32, "there is no rule or theorem r before this one"},
    {symmetric("  theorem t: f == f by rewrite t"), 5, 32, "cannot be used in its own proof"},
    {symmetric("  false theorem u: f == f\n  theorem t: f == f by rewrite u"), 6, 32, "u is claimed to be false"},
    {symmetric("  rule r: f => f\n  theorem t: f == f by rewrite <- r"), 6, 35, "goes one way"},
    {symmetric("  theorem t: f == f by = g by refl"), 5, 26, "has the type B -> A", "A -> B"},
    // Imports.
    {symmetric("  import S"), 5, 10, "there is no theory S above"},
    {symmetric("") + "theory U : symmetric {\n  object C\n  import T with A = C, f = g\n}", 9, 28,
     "there is no generator"},
    {symmetric("") + "theory U : symmetric {\n  object C\n  gen k: C -> C\n  import T as T with A = C, f = k\n}", 10,
     33, "has the type C -> C", "C -> T.B for f"},
    {symmetric("") + "theory U : symmetric {\n  import T with C = A\n}", 8, 17, "T has no object, generator or rule C"},
    {"theory S : markov {\n  object A\n}\ntheory T : symmetric {\n  import S\n}", 5, 10,
     "S is markov, which is more than symmetric"},
    {"theory S : markov {\n  object A\n  det gen f: A -> A\n}\ntheory T : markov {\n  object B\n  gen k: B -> B\n"
     "  import S with A = B, f = k\n}",
     8, 28, "f is deterministic, but this diagram is not"},
    // Rules that collapse an object where discarding is natural.
    {"theory T : cartesian {\n  object A\n  gen cup: () -> A * A\n  gen cap: A * A -> ()\n"
     "  rule snake: cup * id ; id * cap == id\n}",
     5, 8, "makes A degenerate"},
    {"theory T : markov {\n  object A\n  rule r: drop * id == id * drop\n}", 3, 8, "makes A degenerate"},
    // Models.
    {symmetric("  model M {\n    A = 2\n  }"), 5, 9, "the object B has no value in the model M"},
    {symmetric("  model M {\n    A = 0\n    B = 1\n  }"), 6, 5, "A is an object", "at least 1"},
    {symmetric("  model M {\n    A = 2\n    B = 1\n    f = [1]\n    g = [1; 1]\n  }"), 8, 5,
     "does not have the size of its type", "1 rows of 2 entries"},
    {symmetric("  rule r: f ; g == id[A]\n  model M {\n    A = 2\n    B = 1\n    f(x) = 0\n    g(x) = 0\n  }"), 6, 9,
     "the rule r does not hold in the model M"},
    {symmetric("  model M {\n    A = 18446744073709551616\n    B = 1\n  }"), 6, 9, "at most 1000"},
    {"theory T : cartesian {\n  object A\n  gen f: A -> A\n  rule r: f * id ^ 7 == id ^ 8\n  model M {\n    A = 256\n"
     "    f(x) = x + 1\n  }\n}",
     5, 9, "too wide to be evaluated"},
    {"theory T : cartesian {\n  object A\n  def d: A ^ 8 -> A ^ 8 = id ^ 8\n  model M {\n    A = 256\n  }\n}", 4, 9,
     "too wide to be evaluated"},
    {"theory T : symmetric {\n  object A\n  gen f: A -> A\n  model M {\n    A = 1\n    f = [1/2147483647]\n  }\n}", 6,
     5, "has no residue"},
    // Real models.
    {symmetric("  real model M(p, p) {\n  }"), 5, 14, "two parameters p"},
    {symmetric("  real model M {\n    A = 1\n    B = 1\n    f(x) = p*x\n    g(x) = x\n  }"), 8, 12,
     "no variable or parameter p"},
    {symmetric("  real model M(p) where q > 0 {\n  }"), 5, 25, "no variable or parameter q"},
    {symmetric("  real model M(p) where p {\n  }"), 5, 27, "unexpected \"{\"", "a relation"},
    {symmetric("  real model M(p) {\n    A = 1\n    B = 2\n    f(x) = x\n    g(x, y) = x\n  }"), 8, 5,
     "takes 1 coordinates and has 2, here are 1 and 1"},
    {symmetric("  real model M(p) {\n    A = 1\n    B = 2\n    f = [p p]\n    g = [p p]\n  }"), 8, 5,
     "does not have the size of its type", "2 rows of 1 entries"},
    {symmetric("  real model M(p) {\n    A = 1\n    B = 1\n    f(p) = p\n    g(x) = x\n  }"), 8, 5,
     "p stands for two things"},
    {symmetric("  real model M {\n    A = 0\n    B = 1\n  }"), 6, 5, "A is an object", "from 1 to 64"},
    {symmetric("  real M {\n  }"), 5, 8, "unexpected \"M\"", "after real"},
    {symmetric("  model M {\n    A = 2\n    B = 1\n    f(x) = 1/2\n    g(x) = 0\n  }"), 8, 13, "unexpected \"/\""},
    {"theory T : markov {\n  object A\n  gen f: A -> A\n  model M {\n    A = 2\n    f = [1 1/2; 0 1/3]\n  }\n}", 4, 9,
     "not stochastic: its column 2"},
    {"theory T : markov {\n  object A\n  det gen f: A -> A\n  model M {\n    A = 2\n    f = [1/2 0; 1/2 1]\n  }\n}", 4,
     9, "not a function"},
};

}  // namespace

TEST_CASE("what is wrong with a theory is said, with the place") {
  for (const Refused& r : table) {
    INFO(r.text);
    const SourceError e = error_of(r.text);
    INFO(e.render());
    CHECK_THAT(e.message, Contains(r.message));
    CHECK_THAT(e.expectation + " " + e.suggestion, Contains(r.help));
    CHECK(e.line == r.line);
    CHECK(e.column == r.column);
    CHECK(e.file == "test.skn");
  }
}

TEST_CASE("hostile nesting and length are refused or read, not followed into the stack") {
  CHECK_THAT(error_of(symmetric("  rule r: " + std::string(100'000, '('))).message, Contains("nested too deeply"));
  CHECK_THAT(error_of(symmetric("  gen h: " + std::string(100'000, '('))).message, Contains("nested too deeply"));
  std::string chain = "f";
  for (int i = 0; i < 2'000; ++i) chain += " ; g ; f";
  CHECK(parse_theories(symmetric("  theorem t: " + chain + " == f"), "t.skn")
            .own[0]
            ->claims[0]
            .statement->left()
            .boxes() == 4'001);
}

TEST_CASE("composition binds weaker than products, powers strongest") {
  const TheoryFile file = parse_theories(
      "theory T : comonoid {\n  object A\n  gen m: A * A -> A\n  gen u: () -> A\n"
      "  theorem a: u * id ; m == (u * id) ; m\n"
      "  theorem b: u ^ 2 ; m == (u * u) ; m\n"
      "  theorem c: wire[a, b -> b, a, a] == swap ; id * copy\n"
      "  theorem d: copy[A ^ 2] == copy * copy ; id * swap * id\n"
      "  theorem e: () * u == u * id[()]\n"
      "  theorem f: swap[A * A, A] == id * swap ; swap * id\n"
      "}",
      "t.skn");
  for (const TheoryClaim& c : file.own[0]->claims) {
    INFO(c.name().text());
    CHECK(isomorphic(c.statement->left(), c.statement->right()));
  }
}

TEST_CASE("a def is a box, as deterministic as its body") {
  const TheoryFile file = parse_theories(
      "theory T : markov {\n  object A\n  gen f: A -> A\n  det gen d: A -> A\n"
      "  def dd: A -> A = d ; d\n  def fd: A -> A = f ; d\n}",
      "t.skn");
  const Signature& s = *file.own[0]->signature;
  CHECK(s.generator(*s.find_generator(Symbol("dd"))).deterministic);
  CHECK_FALSE(s.generator(*s.find_generator(Symbol("fd"))).deterministic);
  CHECK(file.own[0]->claims[0].kind == TheoryClaim::Kind::definition);
}

TEST_CASE("a printed diagram is read back the same") {
  Random random(5);
  for (int round = 0; round < 400; ++round) {
    const Structure structure = static_cast<Structure>(round % 4);
    const Language l(structure, {{"f", 1, 1}, {"m", 2, 1}, {"c", 1, 2}, {"s", 0, 1}, {"e", 1, 0}, {"mul", 2, 2}});
    const OpenDiagram d = random_diagram(random, l, 1 + below(random, 12), 1 + below(random, 3));
    const std::string text = print_term(d);
    INFO(text);
    const std::string theory =
        "theory T : " + std::string(name_of(structure)) +
        " {\n  object A\n  gen f: A -> A\n  gen m: A * A -> A\n  gen c: A -> A * A\n  gen s: () -> A\n"
        "  gen e: A -> ()\n  gen mul: A * A -> A * A\n  theorem t: " +
        text + " == " + text + "\n}";
    const TheoryFile file = parse_theories(theory, "t.skn");
    // The same names of generators in another signature.
    const OpenDiagram& read = file.own[0]->claims[0].statement->left();
    std::vector<OpenDiagram> boxes;
    for (std::uint32_t g = 0; g < read.signature().generators(); ++g)
      boxes.push_back(l(read.signature().generator({g}).name.text().c_str()));
    const std::vector<Word> objects{{l.object()}};
    CHECK(isomorphic(substitute(read, l.signature(), objects, boxes), d));
  }
}

TEST_CASE("an import interprets objects as words, generators as diagrams, and takes rules as given") {
  const TheoryFile file = parse_theories(
      "theory S : symmetric {\n  object X\n  gen p: X -> X\n  rule twice: p ; p == id\n}\n"
      "theory T : symmetric {\n  object A\n  gen f: A -> A\n  rule ff: f ; f == id\n"
      "  theorem pairs: f * f ; f * f == id * id by simp(ff)\n"
      "  import S as P with X = A * A, p = f * f, twice = pairs\n"
      "  import S as N with X = A\n}",
      "t.skn");
  const auto& t = *file.own[1];
  const TheoryClaim* p = t.find(Symbol("P.twice"));
  REQUIRE(p);
  CHECK(p->kind == TheoryClaim::Kind::theorem);
  CHECK(isomorphic(p->statement->left(), t.find(Symbol("pairs"))->statement->left()));
  CHECK(t.find(Symbol("N.twice"))->kind == TheoryClaim::Kind::rule);
  CHECK(t.signature->find_generator(Symbol("N.p")).has_value());
  CHECK_FALSE(t.signature->find_generator(Symbol("P.p")).has_value());
}
