// Models in the text of a theory: values of its objects and generators, in numbers or in formulas.
#include <fmt/format.h>

#include "lang/theory_parser.hpp"

namespace skein {
namespace {

constexpr int deepest_nesting = 250;

class ModelParser {
 public:
  explicit ModelParser(TokenCursor& cursor) : c_(cursor) {}

  ModelSyntax model() {
    ModelSyntax m;
    m.negated = c_.accept("false");
    m.real = real_ = c_.accept("real");
    c_.expect("model", "after real");
    const Token n = name("the name of the model");
    m.place = n.place, m.name = n.text;
    if (real_ && c_.accept("(")) {
      do m.parameters.push_back(name("a parameter").text);
      while (c_.accept(","));
      c_.expect(")", "or \",\" after a parameter");
    }
    if (real_ && c_.accept("where")) do
        m.conditions.push_back(condition());
      while (c_.accept(","));
    c_.expect("{", "and the values of objects and generators");
    while (!c_.at("}")) {
      if (c_.at_end()) c_.fail_here("\"}\" at the end of the model");
      m.values.push_back(value());
      if (!c_.at("}") && !c_.accept(";") && !c_.peek().new_line) c_.fail_here("a new line for the next value");
    }
    c_.next();
    return m;
  }

 private:
  Token name(const std::string& what) { return theory_name(c_, what); }
  unsigned number(const std::string& what) { return theory_number(c_, what); }

  struct Depth {
    explicit Depth(ModelParser& p) : depth(p.depth_) {
      if (++depth > deepest_nesting) p.c_.source().fail(p.c_.peek().place, "the formula is nested too deeply");
    }
    ~Depth() { --depth; }
    int& depth;
  };

  ModelSyntax::Condition condition() {
    ModelSyntax::Condition c{c_.peek().place, sum(), "", {}};
    for (const char* relation : {"==", "<=", ">=", "<", ">"})
      if (c.relation.empty() && c_.accept(relation)) c.relation = relation;
    if (c.relation.empty()) c_.fail_here("a relation: ==, <, <=, > or >=");
    c.right = sum();
    return c;
  }

  ModelSyntax::Value value() {
    ModelSyntax::Value v;
    const Token n = name("an object or generator");
    v.place = n.place, v.name = n.text;
    const bool function = c_.accept("(");
    if (function) {
      if (!c_.at(")")) do
          v.variables.push_back(name("a variable").text);
        while (c_.accept(","));
      c_.expect(")", "or \",\" after a variable");
    }
    c_.expect("=", "and a dimension, a matrix, or the value of the function");
    if (function) {
      v.function.emplace();
      if (c_.at("(") && TokenCursor::is(c_.peek(1), ")")) {
        c_.next(), c_.next();
      } else {
        do v.function->push_back(sum());
        while (c_.accept(","));
      }
    } else if (c_.accept("[")) {
      v.matrix.emplace_back();
      while (!c_.at("]")) {
        if (c_.accept(";")) {
          v.matrix.emplace_back();
          continue;
        }
        v.matrix.back().push_back(entry());
      }
      c_.next();
    } else {
      v.dimension = number(real_ ? "the dimension of the space" : "the number of basis elements");
    }
    return v;
  }

  // In a real model an entry is a product, so that [p -q] has two of them; a sum stands in parentheses.
  FormulaSyntax entry() {
    if (real_) return term();
    FormulaSyntax f;
    f.place = c_.peek().place;
    f.number = number_entry();
    return f;
  }
  Rational number_entry() {
    const bool minus = c_.accept("-");
    if (c_.peek().kind != TokenKind::number) c_.fail_here("an entry of the matrix, \";\" before a row, or \"]\"");
    Rational q = c_.next().value;
    if (c_.accept("/")) {
      if (c_.peek().kind != TokenKind::number || c_.peek().value == 0) c_.fail_here("a denominator");
      q /= c_.next().value;
    }
    return minus ? Rational(-q) : q;
  }

  FormulaSyntax sum() {
    const Depth guard(*this);
    FormulaSyntax f = term();
    for (int terms = 1; c_.at("+") || c_.at("-"); ++terms) {
      if (terms == deepest_nesting) c_.fail_here("a shorter formula");
      const Token op = c_.next();
      FormulaSyntax both{
          op.text == "+" ? FormulaSyntax::Kind::sum : FormulaSyntax::Kind::difference, op.place, "", 0, {}};
      both.parts.push_back(std::move(f));
      both.parts.push_back(term());
      f = std::move(both);
    }
    return f;
  }
  FormulaSyntax term() {
    FormulaSyntax f = factor();
    for (int factors = 1; c_.at("*"); ++factors) {
      if (factors == deepest_nesting) c_.fail_here("a shorter formula");
      FormulaSyntax both{FormulaSyntax::Kind::product, c_.next().place, "", 0, {}};
      both.parts.push_back(std::move(f));
      both.parts.push_back(factor());
      f = std::move(both);
    }
    return f;
  }
  FormulaSyntax factor() {
    const Depth guard(*this);
    FormulaSyntax f;
    f.place = c_.peek().place;
    if (c_.accept("(")) {
      f = sum();
      c_.expect(")", "after the formula");
    } else if (c_.accept("-")) {
      f.kind = FormulaSyntax::Kind::difference;
      f.parts.resize(1);
      f.parts.push_back(factor());
    } else if (c_.peek().kind == TokenKind::number && (real_ || c_.peek().value.get_den() == 1)) {
      f.number = c_.next().value;
      if (real_ && c_.accept("/")) {
        if (c_.peek().kind != TokenKind::number || c_.peek().value == 0) c_.fail_here("a denominator");
        f.number /= c_.next().value;
      }
    } else {
      f.kind = FormulaSyntax::Kind::variable;
      f.name = name("a number, a variable or a formula in parentheses").text;
    }
    return f;
  }

  TokenCursor& c_;
  bool real_ = false;
  int depth_ = 0;
};

}  // namespace

ModelSyntax parse_model(TokenCursor& cursor) { return ModelParser(cursor).model(); }

}  // namespace skein
