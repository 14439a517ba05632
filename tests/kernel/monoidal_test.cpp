// Certificates of monoidal theories: true ones are accepted, forged ones rejected with the step and the reason, and
// what random mutations leave acceptable is true in models.
#include "kernel/monoidal_certificate.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

#include "kernel/digest.hpp"
#include "monoidal/model.hpp"
#include "monoidal/simplify.hpp"
#include "monoidal/support.hpp"

using skein::Rejected;
using skein::Symbol;
using namespace skein::monoidal;
using namespace skein::monoidal::testing;
using Catch::Contains;

namespace {

RulePtr rule(const char* name, const OpenDiagram& left, const OpenDiagram& right, bool two_way = true) {
  return std::make_shared<Rule>(Symbol(name), left, right, two_way);
}

// Proves the open claim by simplifying both sides, or fails the test.
void prove(Kernel& k, RulePtr claim, std::span<const OrientedRule> rules) {
  k.open(std::move(claim));
  for (Side side : {Side::left, Side::right}) {
    OpenDiagram d = k.side(side);
    for (const Step& s : simplify(d, rules, 1000).steps) k.step(side, s);
  }
  const auto i = find_isomorphism(k.side(Side::left), k.side(Side::right));
  REQUIRE(i.has_value());
  k.conclude(*i);
}

std::string reason(const std::string& certificate, const CertificateSource& source = {}) {
  try {
    replay_monoidal(certificate, source);
    return "";
  } catch (const Rejected& e) {
    return e.what();
  }
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Monoid {
  Language l{Structure::symmetric, {{"m", 2, 1}, {"u", 0, 1}}};
  RulePtr assoc = rule("assoc", (l("m") * l.id()) >> l("m"), (l.id() * l("m")) >> l("m"));
  RulePtr unit = rule("unit", (l("u") * l.id()) >> l("m"), l.id());
  Kernel kernel{{Symbol("Monoid"), l.signature(), {assoc, unit}}};

  Monoid() {
    prove(kernel,
          rule("assoc4", (l("m") * l.id(2)) >> (l("m") * l.id()) >> l("m"),
               (l.id(2) * l("m")) >> (l.id() * l("m")) >> l("m")),
          std::vector<OrientedRule>{{assoc}, {unit}});
    prove(kernel, rule("units", (l("u") * l("u") * l.id()) >> (l("m") * l.id()) >> l("m"), l.id()),
          std::vector<OrientedRule>{{assoc}, {unit}});
  }
};

}  // namespace

TEST_CASE("a derivation is written, replayed and written again the same") {
  const Monoid t;
  const std::string text = write_certificate(t.kernel);
  const MonoidalReplay r = replay_monoidal(text);
  CHECK(r.kernel.theorems().size() == 2);
  CHECK(r.steps == 2 + 3);
  CHECK(write_certificate(r.kernel) == text);
  CHECK(is_monoidal_certificate(text));
  CHECK_THROWS_WITH(write_certificate(t.kernel, {Symbol("none")}), Contains("no theorem 'none'"));
  CHECK(write_certificate(t.kernel, {Symbol("units")}).find("assoc4") == std::string::npos);
}

TEST_CASE("forged certificates are rejected with the step and the reason") {
  const std::string text = write_certificate(Monoid().kernel);
  INFO(text);
  CHECK_THAT(reason(replaced(text, "left assoc forward", "left nothing forward")),
             Contains("theorem assoc4, step 1") && Contains("no rule or earlier theorem 'nothing'"));
  CHECK_THAT(reason(replaced(text, "left assoc forward", "left assoc backward")), Contains("does not match"));
  CHECK_THAT(reason(replaced(text, "left assoc forward", "right assoc forward")), Contains("does not match"));
  CHECK_THAT(reason(replaced(text, "left assoc forward", "left assoc4 forward")),
             Contains("no rule or earlier theorem"));
  CHECK_THAT(reason(replaced(text, "left assoc forward", "left unit forward")), Contains("does not place every"));
  CHECK_THAT(reason(replaced(text, "assoc4 ==", "assoc ==")), Contains("already a rule or theorem"));
  CHECK(reason(replaced(text, "assoc4 ==", "assoc4 =>")).empty());  // claims less: equations serve one-way claims
  CHECK_THAT(reason(replaced(text, "theory Monoid symmetric", "theory Monoid braided")), Contains("forgets crossings"));
  CHECK_THAT(reason(text.substr(0, text.size() - 1)), Contains("not complete"));
  CHECK_THAT(reason(text.substr(0, text.rfind("iso"))), Contains("ends too early"));
  CHECK_THAT(reason(text + "rule late ==\nA | 0 > 0\nA | 0 > 0\n"), Contains("rules stand before"));
  CHECK_THAT(reason(text + "theorem free ==\nA A | 0 1 > 0 1\nA A | 0 1 > 1 0\niso 0 1 |\n"),
             Contains("not yet the same"));
  CHECK_THAT(reason(text + "theorem free ==\nA A | 0 1 > 0 1\nA A | 0 1 > 1 0\niso 1 0 |\n"),
             Contains("not yet the same"));
  CHECK_THAT(reason(text + "theorem free ==\nA A | 0 1 > 0 1\nA | 0 > 0\niso 0 |\n"), Contains("same type"));
  CHECK_THAT(reason(text + "theorem free ==\nA | 0 > 0 0\nA | 0 > 0 0\niso 0 |\n"), Contains("used exactly once"));
  CHECK_THAT(reason(text + "theorem loop ==\nA A | m 0 1 > 1 | 0 > \n"), Contains("malformed"));
  // Steps of other structures.
  CHECK_THAT(reason(text + "theorem free ==\nA | u > 0 | > 0\nA | u > 0 | > 0\nleft drop 0\niso |\n"),
             Contains("step 1") && Contains("only in markov and cartesian"));
  CHECK_THAT(
      reason(text + "theorem f ==\nA A | u > 0 | u > 1 | > 0 1\nA A | u > 0 | u > 1 | > 0 1\nleft share 0 1\niso |\n"),
      Contains("not deterministic"));
}

TEST_CASE("one-way rules prove one-way claims, from left to right only") {
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"g", 1, 1}});
  Kernel k({Symbol("T"), l.signature(), {rule("r", l("f"), l("g"), false), rule("s", l("f"), l("g"))}});
  const Placement at{{NodeId{0}, NodeId{1}}, {BoxId{0}}, {}};
  k.open(rule("a", l("f"), l("g")));
  CHECK_THROWS_WITH(k.rewrite(Side::left, Symbol("r"), Direction::forward, at), Contains("cannot prove an equation"));
  k.abandon();
  k.open(rule("a", l("g"), l("f"), false));
  CHECK_THROWS_WITH(k.rewrite(Side::left, Symbol("r"), Direction::backward, at), Contains("one-way"));
  CHECK_THROWS_WITH(k.rewrite(Side::right, Symbol("r"), Direction::forward, at), Contains("right side"));
  k.rewrite(Side::right, Symbol("s"), Direction::forward, at);
  k.conclude(*find_isomorphism(k.side(Side::left), k.side(Side::right)));
  k.open(rule("b", l("f"), l("g"), false));
  k.rewrite(Side::left, Symbol("r"), Direction::forward, at);
  const TheoremPtr b = k.conclude(*find_isomorphism(k.side(Side::left), k.side(Side::right)));
  CHECK_FALSE(b->statement()->two_way());
  k.open(rule("c", l("g"), l("f")));
  CHECK_THROWS_WITH(k.rewrite(Side::right, Symbol("b"), Direction::forward, at), Contains("cannot prove an equation"));
}

TEST_CASE("what rests on a failed claim is tainted and never written") {
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"g", 1, 1}});
  Kernel k({Symbol("T"), l.signature(), {}});
  k.assume(rule("bad", l("f"), l("g")));
  prove(k, rule("use", l("f") >> l("f"), l("g") >> l("f")), std::vector<OrientedRule>{{k.find(Symbol("bad"))}});
  prove(k, rule("again", (l("f") >> l("f")) * l("g"), (l("g") >> l("f")) * l("g")),
        std::vector<OrientedRule>{{k.find(Symbol("use"))}});
  prove(k, rule("fine", l("f"), l("f")), {});
  CHECK(k.theorems()[0]->tainted());
  CHECK(k.theorems()[1]->tainted());
  CHECK_FALSE(k.theorems()[2]->tainted());
  const std::string text = write_certificate(k);
  CHECK(text.find("use") == std::string::npos);
  CHECK(replay_monoidal(text).kernel.theorems().size() == 1);
  CHECK_THROWS_WITH(write_certificate(k, {Symbol("again")}), Contains("not proved"));
}

TEST_CASE("theorems are imported from a certificate with the digest that is named, about a part of the theory") {
  const Monoid base;
  const std::string imported = write_certificate(base.kernel);
  const CertificateSource source = [&](std::string_view name) {
    if (name != skein::digest(imported)) throw Rejected("there is no such certificate.");
    return imported;
  };
  const Language l(Structure::symmetric, {{"k", 1, 1}, {"m", 2, 1}, {"u", 0, 1}});
  const RulePtr assoc = rule("assoc", (l("m") * l.id()) >> l("m"), (l.id() * l("m")) >> l("m"));
  const RulePtr unit = rule("unit", (l("u") * l.id()) >> l("m"), l.id());
  Kernel k({Symbol("Ring"), l.signature(), {unit, assoc}});
  k.import(replay_monoidal(imported).kernel, skein::digest(imported));
  prove(k, rule("ku", l("k") >> (l("u") * l("u") * l.id()) >> (l("m") * l.id()) >> l("m"), l("k")),
        std::vector<OrientedRule>{{k.find(Symbol("units"))}});
  const std::string text = write_certificate(k);
  CHECK(text.find("import ") != std::string::npos);
  CHECK(reason(text, source) == "");
  CHECK_THAT(reason(text), Contains("cannot be imported here"));
  CHECK_THAT(reason(text, [&](std::string_view) { return imported + "\n"; }), Contains("does not have the digest"));
  Kernel less({Symbol("Less"), l.signature(), {unit}});
  CHECK_THROWS_WITH(less.import(base.kernel, ""), Contains("the rule assoc is not one of this theory"));
  const Language other(Structure::symmetric, {{"m", 2, 2}, {"u", 0, 1}});
  Kernel different({Symbol("Other"), other.signature(), {}});
  CHECK_THROWS_WITH(different.import(base.kernel, ""), Contains("no generator m of that type"));
  const Language copying(Structure::comonoid, {{"m", 2, 1}, {"u", 0, 1}});
  Kernel stronger({Symbol("C"), copying.signature(), {}});
  CHECK_THROWS_WITH(stronger.import(base.kernel, ""), Contains("structure differs"));
}

namespace {

// A certificate of a random chain of steps in a theory with two defined boxes; the claim is where the chain leads.
std::string random_certificate(Random& random, Structure structure) {
  while (true) {
    const bool markov = structure == Structure::markov;
    const Language l(
        structure, {{"f", 1, 1}, {"d", 1, 1, markov}, {"m", 2, 1}, {"c", 1, 2}, {"s", 0, 1}, {"p", 1, 1}, {"q", 1, 2}});
    const auto side = [&](std::size_t outputs) {
      while (true) {
        OpenDiagram d = random_diagram(random, l, below(random, 4), 1);
        bool defined = true;
        for (GeneratorId g : {GeneratorId{5}, GeneratorId{6}}) defined = defined && d.occurrence_count(g) == 0;
        if (defined && d.outputs().size() == outputs) return d;
      }
    };
    const std::vector<RulePtr> rules = {rule("def_p", l("p"), side(1)), rule("def_q", l("q"), side(2))};
    Kernel k({Symbol("T"), l.signature(), rules});
    const OpenDiagram start = random_diagram(random, l, 6, 2);
    if (start.outputs().size() > 4) continue;
    OpenDiagram d = RuleSide(start).diagram();
    std::vector<Step> steps;
    for (int i = 0; i < 4; ++i) {
      const RulePtr r = rules[below(random, 2)];
      const Direction direction = below(random, 2) ? Direction::forward : Direction::backward;
      std::vector<Redex> all;
      Matcher(*r, direction).each(d, [&](const Redex& x) {
        all.push_back(x);
        return all.size() < 50;
      });
      if (!all.empty()) {
        const Redex& x = all[below(random, all.size())];
        apply(d, *r, direction, x);
        steps.insert(steps.end(), x.moves.begin(), x.moves.end());
        steps.emplace_back(RuleStep{r->name(), direction, x.placement});
      }
      if (i == 2)
        for (const Move& m : normalise(d)) steps.emplace_back(m);
    }
    if (steps.size() < 2 || d.boxes() > 12) continue;
    k.open(std::make_shared<Rule>(Symbol("t"), start, d, true));
    for (const Step& s : steps) k.step(Side::left, s);
    k.conclude(*find_isomorphism(k.side(Side::left), k.side(Side::right)));
    return write_certificate(k);
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string mutated(Random& random, const std::string& text) {
  std::vector<std::string> lines = lines_of(text);
  const std::size_t at = 1 + below(random, lines.size() - 1);
  std::vector<std::string> tokens;
  std::istringstream in(lines[at]);
  for (std::string t; in >> t;) tokens.push_back(t);
  if (tokens.empty()) tokens.push_back("|");
  const std::size_t k = below(random, tokens.size());
  const auto another_line = [&] { return lines[1 + below(random, lines.size() - 1)]; };
  switch (below(random, 9)) {
    case 0: lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 1: lines[at] = another_line(); break;
    case 2: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), another_line()); break;
    default: {
      std::string& t = tokens[k];
      const std::vector<std::string> words = {"forward",
                                              "backward",
                                              "left",
                                              "right",
                                              "==",
                                              "=>",
                                              "f",
                                              "d",
                                              "m",
                                              "p",
                                              "q",
                                              "s",
                                              "def_p",
                                              "def_q",
                                              "|",
                                              ">",
                                              "0",
                                              "1",
                                              "2",
                                              "3",
                                              "out.0",
                                              "out.1:-",
                                              "0.0:1",
                                              "drop",
                                              "share",
                                              "split",
                                              "insert",
                                              "generator",
                                              "deterministic",
                                              "markov",
                                              "comonoid",
                                              "cartesian",
                                              "symmetric"};
      const std::size_t kind = below(random, 5);
      const bool number = !t.empty() && std::ranges::all_of(t, [](unsigned char c) { return std::isdigit(c); });
      if (number && kind < 3)
        t = std::to_string((std::stoul(t) + (below(random, 2) ? 1 : 2)) % 12);
      else if (kind == 3)
        tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(k));
      else if (kind == 4)
        std::swap(t, tokens[below(random, tokens.size())]);
      else
        t = words[below(random, words.size())];
      std::string line;
      for (const std::string& word : tokens) line += (line.empty() ? "" : " ") + word;
      lines[at] = line;
    }
  }
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

// Models of the rules: random ones, and those in which defined boxes are what they are defined to be.
std::vector<Model> models_of(const Theory& t, Random& random) {
  const Signature& s = *t.signature;
  std::vector<Model> out;
  for (int i = 0; i < 12; ++i) {
    const Flavour flavour = i % 3 == 0 ? Flavour::functions : i % 3 == 1 ? Flavour::small : Flavour::dense;
    Model m = random_model(s, random, flavour, 2);
    // Definitions are unfolded in the order of the rules: one pass for each is enough if they are not recursive.
    for (std::size_t pass = 0; pass < t.rules.size(); ++pass)
      for (const RulePtr& r : t.rules)
        for (Direction d : {Direction::forward, Direction::backward}) {
          const OpenDiagram& side = r->source(d).diagram();
          if (side.boxes() != 1 || !std::ranges::equal(side.sources({0}), side.inputs()) ||
              !std::ranges::equal(side.targets({0}), side.outputs()) || side.outputs().empty())
            continue;
          const GeneratorId g = side.generator({0});
          if (r->target(d).diagram().occurrence_count(g) != 0) continue;
          Matrix matrix = evaluate(r->target(d).diagram(), m);
          const bool exact = s.structure() == Structure::markov && s.generator(g).deterministic;
          const bool function =
              std::ranges::all_of(matrix.entries, [](const mpq_class& q) { return q == 0 || q == 1; });
          if (!exact || function) m.boxes[g.id] = std::move(matrix);
        }
    if (std::ranges::all_of(t.rules, [&](const RulePtr& r) { return holds(*r, m); })) out.push_back(std::move(m));
  }
  return out;
}

}  // namespace

TEST_CASE("mutated certificates are rejected with a reason, or prove what is true in models") {
  Random random(17);
  std::size_t accepted = 0, changed = 0, tested = 0, mutations = 0, named_steps = 0;
  for (int round = 0; round < 120; ++round) {
    const Structure structure = static_cast<Structure>(round % 4);
    const std::string text = random_certificate(random, structure);
    REQUIRE(reason(text) == "");
    for (int i = 0; i < 100; ++i) {
      const std::string other = mutated(random, text);
      if (other == text) continue;
      ++mutations;
      std::optional<MonoidalReplay> replay;
      try {
        replay.emplace(replay_monoidal(other));
      } catch (const Rejected& e) {
        const std::string why = e.what();
        REQUIRE_THAT(why, Contains("line "));
        REQUIRE(why.size() > 20);
        named_steps += why.find(", step ") != std::string::npos;
        continue;
      }
      ++accepted;
      const Kernel& k = replay->kernel;
      if (k.theorems().empty()) continue;
      ++changed;
      const std::vector<Model> models = models_of(k.theory(), random);
      tested += !models.empty();
      for (const Model& m : models)
        for (const TheoremPtr& t : k.theorems()) {
          INFO(other << to_string(*k.theory().signature, m));
          REQUIRE(holds(*t->statement(), m));
        }
    }
  }
  INFO(mutations << " mutations, " << accepted << " accepted, " << changed << " with a theorem, " << tested
                 << " of them tested in models, " << named_steps << " rejections named a step");
  CHECK(mutations > 10000);
  CHECK(tested > 300);
  CHECK(tested * 10 >= changed * 9);
  CHECK(named_steps > 1000);
}

TEST_CASE("a certificate that is imported twice at every level is replayed once") {
  std::map<std::string, std::string, std::less<>> texts;
  std::size_t read = 0;
  const auto source = [&](std::string_view name) {
    ++read;
    return texts.find(name)->second;
  };
  std::string text = "skein monoidal certificate 1\ntheory T symmetric\nobject A\n";
  const std::string head = text;
  for (int i = 0; i < 31; ++i) {
    const std::string name = skein::digest(text);
    texts[name] = text;
    text = head + "import " + name + "\nimport " + name + "\n";
  }
  CHECK(reason(text, source) == "");
  CHECK(read == 31);
}

TEST_CASE("a mutated certificate, named anew, gives no more by import than by itself") {
  Random random(19);
  const Monoid t;
  const std::string base = write_certificate(t.kernel);
  Kernel k({Symbol("Monoid"), t.l.signature(), {t.assoc, t.unit}});
  k.import(t.kernel, skein::digest(base));
  const std::string head = replaced(write_certificate(k), "import " + skein::digest(base) + "\n", "");
  prove(k, rule("again", (t.l("u") * t.l("u") * t.l.id()) >> (t.l("m") * t.l.id()) >> t.l("m"), t.l.id()),
        std::vector<OrientedRule>{{k.find(Symbol("units"))}});
  const std::string all = write_certificate(k), use = all.substr(all.find("theorem "));
  REQUIRE(reason(head + "import " + skein::digest(base) + "\n" + use, [&](std::string_view) { return base; }) == "");
  std::size_t rejected = 0, imported = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string other = mutated(random, base);
    const CertificateSource source = [&](std::string_view) { return other; };
    const bool holds_alone = reason(other) == "";
    const std::string importing = head + "import " + skein::digest(other) + "\n";
    const std::string why = reason(importing, source);
    if (!holds_alone) REQUIRE_FALSE(why.empty());
    (why.empty() ? imported : rejected) += 1;
    if (!why.empty()) REQUIRE_FALSE(reason(importing + use, source).empty());
  }
  CHECK(rejected > 500);
  CHECK(imported > 5);
}
