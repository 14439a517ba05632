#include "lang/theory_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace skein {
namespace {

constexpr int deepest_nesting = 250;
constexpr unsigned largest_power = 1000;

// Words that begin an item of a theory, and words with a meaning inside diagrams and proofs: no names of boxes.
constexpr std::array<std::string_view, 18> theory_words{"object", "gen",    "det",   "def",  "rule",    "theorem",
                                                        "false",  "import", "model", "id",   "swap",    "copy",
                                                        "drop",   "wire",   "by",    "with", "rewrite", "theory"};

class TheoryParser {
 public:
  explicit TheoryParser(TokenCursor& cursor) : c_(cursor) {}

  TheorySyntax theory() {
    TheorySyntax t;
    t.place = c_.next().place;
    t.description = c_.description_above(t.place.line);
    const Token name = c_.name("the name of the theory");
    t.name = name.text, t.name_place = name.place;
    c_.expect(":", "and the structure of the theory");
    do {
      Token word = c_.peek();
      if (word.kind != TokenKind::name) c_.fail_here("the structure: symmetric, comonoid, markov or cartesian");
      c_.next();
      t.structures.emplace_back(word.place, word.text);
    } while (c_.accept(","));
    c_.expect("{", "and the items of the theory");
    while (!c_.at("}")) {
      if (c_.at_end()) c_.fail_here("\"}\" at the end of the theory");
      if (!t.items.empty() && !c_.peek().new_line) c_.fail_here("an operator, or a new line for the next item");
      item(t);
    }
    c_.next();
    return t;
  }

 private:
  Token name(const std::string& what) { return theory_name(c_, what); }
  unsigned number(const std::string& what) { return theory_number(c_, what); }

  struct Depth {
    Depth(TheoryParser& p) : depth(p.depth_) {
      if (++depth > deepest_nesting) p.c_.source().fail(p.c_.peek().place, "the diagram is nested too deeply");
    }
    ~Depth() { --depth; }
    int& depth;
  };

  void item(TheorySyntax& t) {
    const Token first = c_.peek();
    const auto add = [&](TheoryItemSyntax::Kind kind, std::size_t number) { t.items.push_back({kind, number}); };
    if (c_.accept("object")) {
      do {
        const Token n = name("the name of an object");
        add(TheoryItemSyntax::Kind::object, t.objects.size());
        t.objects.emplace_back(n.place, n.text);
      } while (c_.accept(","));
    } else if (c_.at("gen") || c_.at("det")) {
      const bool deterministic = c_.accept("det");
      if (!c_.accept("gen")) c_.fail_here("\"gen\" after det");
      std::vector<GeneratorSyntax> all;
      do {
        const Token n = name("the name of a generator");
        all.push_back({n.place, n.text, deterministic, {}, {}, {}, c_.description_above(first.place.line)});
      } while (c_.accept(","));
      type(all.back());
      for (GeneratorSyntax& g : all) {
        g.inputs = all.back().inputs, g.outputs = all.back().outputs;
        add(TheoryItemSyntax::Kind::generator, t.generators.size());
        t.generators.push_back(g);
      }
    } else if (c_.accept("def")) {
      const Token n = name("the name of the def");
      GeneratorSyntax g{n.place, n.text, false, {}, {}, {}, c_.description_above(first.place.line)};
      type(g);
      c_.expect("=", "and the diagram that is defined");
      g.body = diagram();
      add(TheoryItemSyntax::Kind::generator, t.generators.size());
      t.generators.push_back(std::move(g));
    } else if (at_model()) {
      add(TheoryItemSyntax::Kind::model, t.models.size());
      t.models.push_back(parse_model(c_));
    } else if (c_.at("rule") || c_.at("theorem") || c_.at("false")) {
      add(TheoryItemSyntax::Kind::equation, t.equations.size());
      t.equations.push_back(equation());
    } else if (c_.accept("import")) {
      add(TheoryItemSyntax::Kind::import_, t.imports.size());
      t.imports.push_back(import());
    } else {
      const std::vector<std::string> words{"object",  "gen",   "det",    "def",   "rule",
                                           "theorem", "false", "import", "model", "real"};
      c_.fail_here("an item of a theory: object, gen, det gen, def, rule, theorem, false theorem, import, model",
                   first.kind == TokenKind::name ? did_you_mean(first.text, words) : "");
    }
  }

  // model, real model, false real model
  bool at_model() const {
    const std::size_t first = c_.at("false") ? 1 : 0;
    return TokenCursor::is(c_.peek(first), "real") || (first == 0 && c_.at("model"));
  }

  void type(GeneratorSyntax& g) {
    c_.expect(":", "and the type, as in A * A -> A");
    g.inputs = object();
    c_.expect("->", "between the two objects of the type");
    g.outputs = object();
  }

  // --- objects
  ObjectSyntax object() {
    const Depth guard(*this);
    ObjectSyntax o{c_.peek().place, {}};
    do {
      ObjectSyntax factor{c_.peek().place, {}};
      if (c_.accept("(")) {
        if (!c_.at(")")) factor = object();
        c_.expect(")", "after the object");
      } else {
        const Token n = name("an object: a name, A * B, A ^ 2, or () for the unit");
        factor.factors.emplace_back(n.place, n.text);
      }
      const unsigned times = c_.accept("^") ? number("the exponent") : 1;
      for (unsigned i = 0; i < times; ++i) {
        o.factors.insert(o.factors.end(), factor.factors.begin(), factor.factors.end());
        if (o.factors.size() > largest_power) c_.source().fail(o.place, "the object has more than 1000 factors");
      }
    } while (c_.accept("*"));
    return o;
  }

  // --- diagrams
  DiagramSyntax diagram() {
    const Depth guard(*this);
    return chain(DiagramSyntax::Kind::compose, ";", [&] { return product(); });
  }
  DiagramSyntax product() {
    return chain(DiagramSyntax::Kind::tensor, "*", [&] { return power(); });
  }
  // One list, however long: nesting would exhaust the stack.
  template <class F>
  DiagramSyntax chain(DiagramSyntax::Kind kind, std::string_view op, const F& part) {
    DiagramSyntax first = part();
    if (!c_.at(op)) return first;
    DiagramSyntax d;
    d.kind = kind;
    d.place = first.place;
    d.parts.push_back(std::move(first));
    while (c_.at(op)) {
      d.operators.push_back(c_.next().place);
      d.parts.push_back(part());
    }
    return d;
  }
  DiagramSyntax power() {
    DiagramSyntax d = primary();
    if (!c_.at("^")) return d;
    DiagramSyntax p;
    p.kind = DiagramSyntax::Kind::power;
    p.place = c_.next().place;
    p.number = number("the exponent");
    p.parts.push_back(std::move(d));
    return p;
  }

  DiagramSyntax primary() {
    DiagramSyntax d;
    d.place = c_.peek().place;
    if (c_.accept("(")) {
      if (c_.accept(")")) return d;
      d = diagram();
      c_.expect(")", "or an operator ; or * in the diagram");
      return d;
    }
    using Kind = DiagramSyntax::Kind;
    for (const auto& [word, kind] : {std::pair{"id", Kind::identity}, std::pair{"swap", Kind::swap},
                                     std::pair{"copy", Kind::copy}, std::pair{"drop", Kind::drop}})
      if (c_.accept(word)) {
        d.kind = kind;
        if (!c_.accept("[")) return d;
        d.objects.push_back(object());
        if (kind == Kind::swap) {
          c_.expect(",", "between the objects that are swapped");
          d.objects.push_back(object());
        }
        c_.expect("]", "after the object");
        return d;
      }
    if (c_.accept("wire")) return wires(std::move(d));
    d.kind = Kind::name;
    d.name = name("a diagram: a generator, id, swap, copy, drop, wire[...], () or parentheses").text;
    return d;
  }

  DiagramSyntax wires(DiagramSyntax d) {
    d.kind = DiagramSyntax::Kind::wires;
    c_.expect("[", "and the wires, as in wire[a, b -> b, a]");
    if (!c_.at("->")) do {
        const Token n = name("the name of a wire");
        d.ins.push_back({n.place, n.text, {}});
        if (c_.accept(":")) d.ins.back().object = object();
      } while (c_.accept(","));
    c_.expect("->", "between the wires that come and those that go");
    if (!c_.at("]")) do {
        const Token n = name("the name of a wire");
        d.outs.push_back({n.place, n.text, {}});
      } while (c_.accept(","));
    c_.expect("]", "after the wires");
    return d;
  }

  // --- rules, theorems, proofs
  EquationSyntax equation() {
    EquationSyntax e;
    e.place = c_.peek().place;
    e.description = c_.description_above(e.place.line);
    e.negated = c_.accept("false");
    if (e.negated && !c_.at("theorem")) c_.fail_here("\"theorem\" after false");
    e.theorem = c_.next().text == "theorem";
    const Token n = name("the name of the rule or theorem");
    e.name = n.text, e.place = n.place;
    c_.expect(":", "before the equation");
    e.left = diagram();
    e.two_way = !c_.at("=>");
    if (!c_.accept("=>")) c_.expect("==", "or \"=>\" between the two sides");
    e.right = diagram();
    if (c_.at("by")) {
      if (!e.theorem) c_.fail_here("a new line: a rule needs no proof", "write theorem instead of rule to prove it");
      c_.next();
      e.proof = proof();
    }
    return e;
  }

  std::vector<TacticSyntax> proof() {
    std::vector<TacticSyntax> out;
    if (!c_.accept("{")) {
      out.push_back(tactic());
      return out;
    }
    while (!c_.at("}")) {
      if (c_.at_end()) c_.fail_here("\"}\" at the end of the proof");
      out.push_back(tactic());
      if (!c_.at("}") && !c_.accept(";") && !c_.peek().new_line)
        c_.fail_here("\";\" or a new line before the next step");
    }
    c_.next();
    return out;
  }

  TacticSyntax tactic() {
    const Place place = c_.peek().place;
    std::optional<DiagramSyntax> target;
    bool asks = false;
    if (c_.accept("=")) {
      if (c_.accept("?"))
        asks = true;
      else
        target = diagram();
      c_.expect("by", "and how the next diagram is reached, as in = d by rewrite r");
    }
    TacticSyntax t = plain_tactic();
    t.place = place;
    t.target = std::move(target);
    t.asks = asks;
    if (c_.accept("on")) {
      t.on_left = c_.at("left");
      if (!c_.accept("left") && !c_.accept("right")) c_.fail_here("\"left\" or \"right\"");
    }
    return t;
  }

  TacticSyntax plain_tactic() {
    TacticSyntax t;
    if (c_.accept("rewrite")) {
      t.kind = TacticSyntax::Kind::rewrite;
      t.rules.push_back(rule_use());
    } else if (c_.accept("simp")) {
      t.kind = TacticSyntax::Kind::simp;
      if (c_.accept("(")) {
        do t.rules.push_back(rule_use());
        while (c_.accept(","));
        c_.expect(")", "or \",\" after a rule");
      }
    } else if (c_.accept("refl")) {
      t.kind = TacticSyntax::Kind::refl;
    } else if (c_.accept("search")) {
      t.kind = TacticSyntax::Kind::search;
      t.depth = number("the number of rewrites");
    } else if (!c_.accept("?")) {
      const std::vector<std::string> words{"rewrite", "simp", "refl", "search"};
      c_.fail_here(
          "a step of a proof: rewrite RULE, rewrite <- RULE, simp(RULES), refl, search N, ?, or = DIAGRAM by ...",
          c_.peek().kind == TokenKind::name ? did_you_mean(c_.peek().text, words) : "");
    }
    return t;
  }

  RuleUseSyntax rule_use() {
    RuleUseSyntax r;
    if (c_.accept("<")) {
      c_.expect("-", "in <-, which uses a rule from right to left");
      r.backward = true;
    }
    const Token n = name("the name of a rule or theorem");
    r.place = n.place, r.name = n.text;
    return r;
  }

  TheoryImportSyntax import() {
    TheoryImportSyntax i;
    const Token n = name("the name of a theory");
    i.place = n.place, i.theory = n.text;
    if (c_.accept("as")) i.prefix = name("a prefix for the names of the theory").text;
    if (c_.accept("with")) do {
        const Token what = name("an object, generator or rule of the theory");
        c_.expect("=", "and what stands for it");
        i.bindings.push_back({what.place, what.text, diagram()});
      } while (c_.accept(","));
    return i;
  }

  TokenCursor& c_;
  int depth_ = 0;
};

}  // namespace

Token theory_name(TokenCursor& c, const std::string& what) {
  const Token& t = c.peek();
  if (t.kind != TokenKind::name) c.fail_here(what);
  if (!t.quoted && std::ranges::find(theory_words, t.text) != theory_words.end())
    c.source().fail(t.place, fmt::format("\"{}\" is a word of the language", t.text), what,
                    fmt::format("write it between backquotes to use it as a name: `{}`", t.text));
  return c.next();
}

unsigned theory_number(TokenCursor& c, const std::string& what) {
  const Token t = c.peek();
  if (t.kind != TokenKind::number || t.value.get_den() != 1) c.fail_here(what + ", a natural number");
  if (t.value > largest_power) c.source().fail(t.place, fmt::format("{} is at most {}", what, largest_power));
  c.next();
  return static_cast<unsigned>(t.value.get_num().get_ui());
}

TheorySyntax parse_theory(TokenCursor& cursor) { return TheoryParser(cursor).theory(); }

}  // namespace skein
