#include "lang/parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lang/cursor.hpp"
#include "lang/theory_parser.hpp"

namespace skein {
namespace {

using Kind = Expression::Kind;

constexpr int deepest_nesting = 250;

class Parser : TokenCursor {
 public:
  explicit Parser(const SourceText& source) : TokenCursor(source, tokenize(source)) {}

  FileSyntax file() {
    FileSyntax out;
    while (peek().kind != TokenKind::end) {
      if (!peek().new_line) fail_here("a new line for the next declaration");
      item(out);
    }
    return out;
  }

 private:
  struct Depth {
    Depth(Parser& p, int& d) : depth(d) {
      if (++depth > deepest_nesting) p.source_.fail(p.peek().place, "the expression is nested too deeply");
    }
    ~Depth() { --depth; }
    int& depth;
  };

  // --- declarations
  void item(FileSyntax& out) {
    const Token first = peek();
    if (at("import")) {
      next();
      ImportSyntax import{first.place, "", peek().kind == TokenKind::string};
      import.path = import.quoted ? next().text : name("a file between quotes, or the name prelude").text;
      if (peek().kind != TokenKind::end && !peek().new_line) fail_here("a new line after the import");
      out.items.push_back({ItemSyntax::Kind::import_, out.imports.size()});
      out.imports.push_back(std::move(import));
    } else if (at("def")) {
      out.items.push_back({ItemSyntax::Kind::def, out.defs.size()});
      out.defs.push_back(def());
    } else if (at("axiom") || at("rule") || at("law") || at("theorem") || at("false")) {
      out.items.push_back({ItemSyntax::Kind::claim, out.claims.size()});
      out.claims.push_back(claim());
    } else if (at("theory")) {
      out.items.push_back({ItemSyntax::Kind::theory, out.theories.size()});
      out.theories.push_back(parse_theory(*this));
    } else {
      std::string hint =
          first.kind == TokenKind::name
              ? did_you_mean(first.text, {"def", "axiom", "rule", "law", "theorem", "false", "import", "theory"})
              : "";
      fail_here("a declaration: def, axiom, rule, law, theorem, false rule, theory, import", hint);
    }
  }

  DefSyntax def() {
    DefSyntax d;
    d.place = next().place;
    d.description = description_above(d.place.line);
    Token t = name("the name of the def");
    d.name = t.text;
    d.name_place = t.place;
    if (at(":")) unsupported(peek(), "a def by composition (NAME : A -> B) is");
    if (at("[")) d.sizes = axes();
    d.parameters = parameters();
    if (accept("->")) {
      do d.results.push_back(array("the name of an output"));
      while (accept(","));
    } else {
      d.results.push_back({peek().place, "out", {}, DType::real});
      if (at("[")) d.results.back().axes = axes();
    }
    if (accept("where")) conditions(d.conditions);
    if (at("=")) {
      StatementSyntax s;
      s.kind = StatementSyntax::Kind::result;
      s.place = next().place;
      s.values.push_back(expression());
      d.body.push_back(std::move(s));
    } else if (at("{")) {
      next();
      while (!at("}")) {
        if (peek().kind == TokenKind::end) fail_here("\"}\" at the end of the def");
        d.body.push_back(statement());
        if (!at("}") && !peek().new_line) fail_here("an operator, or a new line for the next statement");
      }
      next();
    } else {
      fail_here("\"=\" and the value of the def, or \"{\" and its statements");
    }
    return d;
  }

  StatementSyntax statement() {
    StatementSyntax s;
    const Token first = peek();
    s.place = first.place;
    Depth guard(*this, depth_);
    if (at("take")) unsupported(first, "the statement \"take\" is");
    s.keeps_steps = at("scan");
    if (accept("weight")) {
      s.kind = StatementSyntax::Kind::weight;
      do s.arrays.push_back(array("the name of a weight"));
      while (accept(","));
    } else if (accept("use")) {
      s.kind = StatementSyntax::Kind::use;
      s.use.place = s.place;
      do {
        Token t = name("a name for the use");
        s.use.names.emplace_back(t.place, t.text);
      } while (accept(","));
      expect(":", "and the def that is used");
      Token def = name("the name of a def");
      s.use.def = def.text;
      s.use.def_place = def.place;
      if (at("[")) s.use.sizes = bracket();
    } else if (accept("fold") || accept("scan") || accept("repeat")) {
      fold(s);
    } else if (accept("return")) {
      s.kind = StatementSyntax::Kind::result;
      do s.values.push_back(expression());
      while (accept(","));
    } else {
      s.kind = StatementSyntax::Kind::equation;
      s.arrays.push_back(array("a statement: weight, use, return, or NAME[axes] = value"));
      expect("=", "and the value of the array");
      s.values.push_back(expression());
    }
    return s;
  }

  // fold b from m[q] = -inf, l[q] = 0 { ... m'[q] = ... l'[q] = ... }
  void fold(StatementSyntax& s) {
    s.kind = StatementSyntax::Kind::fold;
    s.counter = axis();
    expect("from", "and the states with their first values");
    do {
      s.arrays.push_back(array("the name of a state"));
      expect("=", "and the first value of the state");
      s.values.push_back(expression());
    } while (accept(","));
    expect("{", "and how a step changes the states: STATE'[axes] = value");
    while (!at("}")) {
      if (peek().kind == TokenKind::end) fail_here("\"}\" at the end of the fold");
      s.body.push_back(statement());
      if (!at("}") && !peek().new_line) fail_here("an operator, or a new line for the next statement");
    }
    next();
  }

  ClaimSyntax claim() {
    ClaimSyntax c;
    c.place = peek().place;
    c.description = description_above(c.place.line);
    c.negated = accept("false");
    if (!at("axiom") && !at("rule") && !at("law") && !at("theorem")) fail_here("axiom, rule, law or theorem");
    c.kind = next().text;
    Token t = name("the name of the claim");
    c.name = t.text;
    c.name_place = t.place;
    if (at("[")) c.sizes = axes();
    if (at("(")) {
      c.has_parameters = true;
      c.parameters = parameters();
    }
    expect(":", "before the equation");
    do {
      ClaimSyntax::Equation e;
      const std::size_t left_begin = at_;
      e.left = sum();
      const std::size_t left_end = at_;
      if (at(";") || at("^")) unsupported(peek(), "a side built by composition is");
      c.oriented = at("=>");
      if (!accept("=>")) expect("==", "between the two sides");
      const std::size_t right_begin = at_;
      e.right = sum();
      e.same_calls = calls(left_begin, left_end) == calls(right_begin, at_);
      c.equations.push_back(std::move(e));
    } while (accept("and"));
    while (true) {
      if (accept("when") || accept("where")) {
        if (accept("?")) {
          c.infer_conditions = true;
          if (!accept(",")) continue;
        }
        conditions(c.conditions);
      } else if (at("given")) {
        do {
          GivenSyntax g;
          g.place = next().place;
          if (at("[")) g.axes = axes();
          expect(":", "before the equation that is given");
          g.left = sum();
          expect("==", "between the two sides");
          g.right = sum();
          c.given.push_back(std::move(g));
        } while (at("given"));
      } else if (at("with"))
        unsupported(peek(), "\"with\" is");
      else
        break;
    }
    if (accept("by")) {
      expect("{", "before the hints");
      std::string words;
      Place first;
      auto flush = [&] {
        if (words.empty()) return;
        if (words.rfind("induction ", 0) != 0 || words.find(' ', 10) != std::string::npos)
          source_.fail(first, fmt::format("there is no hint `{}`", words),
                       "\"induction\" and a size, or \"invariant\", a state, \"=\" and a def");
        c.hints.push_back(std::exchange(words, ""));
      };
      while (!at("}")) {
        if (peek().kind == TokenKind::end) fail_here("\"}\" after the hints");
        if (peek().new_line) flush();
        if (words.empty() && at("invariant")) {
          c.invariants.push_back(invariant());
          continue;
        }
        Token word = next();
        if (words.empty()) first = word.place;
        if (is(word, ";"))
          flush();
        else
          words += (words.empty() ? "" : " ") + word.text;
      }
      flush();
      next();
    }
    return c;
  }

  InvariantSyntax invariant() {
    InvariantSyntax out;
    out.place = next().place;
    out.state = name("the name of a state").text;
    expect("=", "before what the state is");
    out.def_place = peek().place;
    out.def = name("the name of a def").text;
    return out;
  }

  // The names before a parenthesis, between two tokens.
  std::vector<std::string> calls(std::size_t begin, std::size_t end) const {
    std::vector<std::string> out;
    for (std::size_t k = begin; k + 1 < end; ++k)
      if (tokens_.tokens[k].kind == TokenKind::name && is(tokens_.tokens[k + 1], "("))
        out.push_back(tokens_.tokens[k].text);
    return out;
  }

  void conditions(std::vector<ConditionSyntax>& out) {
    do {
      ConditionSyntax c;
      c.place = peek().place;
      c.left = sum();
      static const std::vector<std::string> relations{"=", "==", "!=", ">=", "<=", ">", "<"};
      if (std::none_of(relations.begin(), relations.end(), [&](const auto& r) { return at(r); }))
        fail_here("one of = != >= <= > < in the condition");
      c.relation = next().text;
      c.right = sum();
      out.push_back(std::move(c));
    } while (accept(",") || accept("and"));
  }

  std::vector<ArraySyntax> parameters() {
    expect("(", "before the parameters");
    std::vector<ArraySyntax> out;
    if (!at(")")) do
        out.push_back(array("the name of a parameter"));
      while (accept(","));
    expect(")", "or \",\" after a parameter");
    return out;
  }

  ArraySyntax array(const std::string& what) {
    ArraySyntax a;
    Token t = name(what);
    a.place = t.place;
    a.name = t.text;
    if (at("[")) a.axes = axes();
    if (accept(":")) {
      const Token type = peek();
      if (accept("real"))
        a.dtype = DType::real;
      else if (accept("ext"))
        a.dtype = DType::ext;
      else if (accept("bool"))
        a.dtype = DType::boolean;
      else
        fail_here("a type of scalars: real, ext or bool", did_you_mean(type.text, {"real", "ext", "bool"}));
    }
    return a;
  }

  std::vector<AxisSyntax> axes() {
    expect("[", "before the axes");
    std::vector<AxisSyntax> out;
    if (!at("]")) do
        out.push_back(axis());
      while (accept(","));
    expect("]", "or \",\" after an axis");
    return out;
  }

  AxisSyntax axis() {
    Depth guard(*this, depth_);
    AxisSyntax a;
    a.place = peek().place;
    if (at("..")) unsupported(peek(), "a group of axes (..NAME) is");
    if (peek().kind == TokenKind::number) {
      a.size = primary();
      a.maybe_empty = accept("?");
    } else if (accept("(")) {
      do a.parts.push_back(axis());
      while (accept(","));
      expect(")", "or \",\" in a merged axis");
      a.maybe_empty = accept("?");
    } else {
      a.name = name("an axis: NAME, NAME:SIZE, a number, or (AXIS, ...)").text;
      a.maybe_empty = accept("?");
      if (accept(":")) a.size = kind_or_size();
    }
    return a;
  }

  ExpressionPtr kind_or_size() {
    if (!at("nat") && !at("axis")) return sum();
    auto e = make(Kind::apply, peek().place);
    e->name = next().text;
    return e;
  }

  // --- expressions
  static ExpressionPtr make(Kind kind, Place place) {
    auto e = std::make_unique<Expression>();
    e->kind = kind;
    e->place = place;
    return e;
  }

  ExpressionPtr expression() {
    Depth guard(*this, depth_);
    if (at("if")) return conditional();
    return connective("or", Kind::disjunction,
                      [&] { return connective("and", Kind::conjunction, [&] { return negation(); }); });
  }

  ExpressionPtr conditional() {
    auto e = make(Kind::conditional, next().place);
    e->operands.push_back(inner());
    expect("then", "after the condition");
    {
      bool outer = std::exchange(then_branch_, true);
      e->operands.push_back(expression());
      then_branch_ = outer;
    }
    expect("else", "and the other branch");
    e->operands.push_back(expression());
    return e;
  }

  template <class Next>
  ExpressionPtr connective(const char* word, Kind kind, Next&& operand) {
    ExpressionPtr first = operand();
    if (!at(word)) return first;
    auto e = make(kind, first->place);
    e->operands.push_back(std::move(first));
    while (accept(word)) e->operands.push_back(operand());
    return e;
  }

  ExpressionPtr negation() {
    Depth guard(*this, depth_);
    if (!at("not")) return comparison();
    auto e = make(Kind::negation, next().place);
    e->operands.push_back(negation());
    return e;
  }

  ExpressionPtr comparison() {
    ExpressionPtr first = sum();
    auto relation = [&]() -> bool {
      for (const char* r : {"==", "!=", "<=", ">=", "<", ">"})
        if (at(r)) return true;
      return false;
    };
    if (!relation()) return first;
    auto e = make(Kind::comparison, first->place);
    e->operands.push_back(std::move(first));
    while (relation()) {
      e->relations.push_back(next().text);
      e->operands.push_back(sum());
    }
    return e;
  }

  bool at_literal_after_minus() const { return at("-") && (peek(1).kind == TokenKind::number || is(peek(1), "inf")); }

  ExpressionPtr sum() {
    Depth guard(*this, depth_);
    auto e = make(Kind::sum, peek().place);
    char sign = '+';
    if (!at_literal_after_minus() && accept("-")) sign = '-';
    do {
      e->operators += sign;
      e->operands.push_back(product());
      if (!at("+") && !at("-")) break;
      sign = next().text[0];
    } while (true);
    if (e->operands.size() == 1 && e->operators[0] == '+') return std::move(e->operands[0]);
    return e;
  }

  ExpressionPtr product() {
    Depth guard(*this, depth_);
    auto e = make(Kind::product, peek().place);
    char op = '*';
    do {
      e->operators += op;
      e->operands.push_back(factor());
      if (!at("*") && !at("/") && !at("%")) break;
      op = next().text[0];
    } while (true);
    if (at("^")) unsupported(peek(), "the power \"^\" is");
    if (e->operands.size() == 1) return std::move(e->operands[0]);
    return e;
  }

  ExpressionPtr factor() {
    if (!at("-")) return primary();
    Place place = next().place;
    if (peek().kind == TokenKind::number) {
      auto e = primary();
      e->value = -e->value;
      e->place = place;
      return e;
    }
    if (accept("inf")) return make(Kind::infinity, place);
    Depth guard(*this, depth_);
    auto e = make(Kind::minus, place);
    e->operands.push_back(factor());
    return e;
  }

  // An expression between brackets of some kind, where `else` belongs to the reads again.
  ExpressionPtr inner() {
    bool outer = std::exchange(then_branch_, false);
    auto e = expression();
    then_branch_ = outer;
    return e;
  }

  ExpressionPtr primary() {
    Depth guard(*this, depth_);
    const Token t = peek();
    if (t.kind == TokenKind::number) {
      next();
      auto e = make(Kind::number, t.place);
      e->value = t.value;
      return e;
    }
    if (accept("(")) {
      auto e = inner();
      if (at(",")) {
        auto tuple = make(Kind::tuple, t.place);
        tuple->operands.push_back(std::move(e));
        while (accept(",")) tuple->operands.push_back(inner());
        e = std::move(tuple);
      }
      expect(")", "to close the parenthesis");
      return e;
    }
    if (accept("|")) {
      auto e = make(Kind::size, t.place);
      e->operands.push_back(inner());
      expect("|", "after the size");
      return e;
    }
    if (t.kind != TokenKind::name) fail_here("an expression");
    return application();
  }

  ExpressionPtr application() {
    const Token t = peek();
    static const std::vector<std::string> functions{"exp",   "log",   "sqrt", "erf", "sin", "cos",   "inv",
                                                    "fin",   "max",   "min",  "add", "mul", "index", "view",
                                                    "delta", "where", "and",  "or",  "not"};
    static const std::vector<std::string> reductions{"sum", "prod", "max", "min", "any", "all"};
    auto one_of = [&](const std::vector<std::string>& words) {
      return !t.quoted && std::find(words.begin(), words.end(), t.text) != words.end();
    };
    auto e = make(Kind::apply, t.place);
    e->name = t.text;
    e->quoted = t.quoted;
    if (one_of(reductions) && is(peek(1), "[")) {
      next();
      e->kind = Kind::reduction;
      e->first = bracket();
      e->operands.push_back(product());
      return e;
    }
    if (one_of(functions) && is(peek(1), "(")) {
      next();
      e->arguments = arguments();
      return e;
    }
    if (one_of(reductions)) {
      next();
      fail_here("\"[\" and the indices of the reduction");
    }
    if (one_of(functions)) {
      next();
      fail_here(fmt::format("\"(\" and the arguments of {}", t.text));
    }
    if (at("inf"))
      source_.fail(t.place, "there is no plus infinity", "an expression", "the scalar minus infinity is written -inf");
    Depth guard(*this, depth_);
    for (const char* word : {"scan", "take"})
      if (at(word)) unsupported(t, fmt::format("\"{}\" is", word));
    if (at("opaque") || at("random")) return opaque();
    if (at("if")) return conditional();
    name("an expression");
    if (at("!") && is(peek(1), "[")) {
      next();
      e->unproved = true;
    }
    if (at("[")) e->first = bracket();
    if (at("(")) {
      e->arguments = arguments();
      if (at("[")) e->second = bracket();
    }
    if (!then_branch_ && at("else")) {
      next();
      e->otherwise = primary_or_minus();
    }
    return e;
  }

  ExpressionPtr primary_or_minus() { return factor(); }

  // `opaque f(x, ...)`, and `random[3] f(x, ...)` where 3 tells this draw from others.
  ExpressionPtr opaque() {
    const Token word = next();
    auto e = make(Kind::apply, word.place);
    e->name = word.text;
    if (at("[")) e->first = bracket();
    auto target = make(Kind::apply, peek().place);
    target->name = name("the name of the operator").text;
    target->arguments = arguments();
    e->operands.push_back(std::move(target));
    return e;
  }

  std::vector<ExpressionPtr> arguments() {
    expect("(", "before the arguments");
    std::vector<ExpressionPtr> out;
    if (!at(")")) do
        out.push_back(inner());
      while (accept(","));
    expect(")", "or \",\" after an argument");
    return out;
  }

  Bracket bracket() {
    expect("[", "before the indices");
    Bracket out;
    if (!at("]")) do {
        BracketItem item;
        item.expression = inner();
        if (accept(":"))
          item.size = inner();
        else if (accept("->"))
          item.target = inner();
        out.push_back(std::move(item));
      } while (accept(","));
    expect("]", "or \",\" after an index");
    return out;
  }

  int depth_ = 0;
  bool then_branch_ = false;
};

}  // namespace

FileSyntax parse_syntax(const SourceText& source) { return Parser(source).file(); }

}  // namespace skein
