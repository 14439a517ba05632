#pragma once
// Syntax: the abstract syntax of .skn, close to the concrete one; what a name means is decided by the elaborator.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diagram/box.hpp"
#include "lang/source.hpp"
#include "lang/theory_syntax.hpp"

namespace skein {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

// An entry of a bracket after a name: an index expression, or the binding of an index `j`, `j:SIZE`, `k -> EXPRESSION`.
struct BracketItem {
  ExpressionPtr expression;
  ExpressionPtr size;
  ExpressionPtr target;
};
using Bracket = std::vector<BracketItem>;

struct Expression {
  enum class Kind {
    number,      // value
    infinity,    // minus infinity
    size,        // |operands[0]|
    apply,       // name [first] (arguments) [second] else otherwise
    reduction,   // name [first] operands[0]
    sum,         // operators '+', '-' before each operand
    product,     // operators '*', '/', '%' before each operand
    minus,       // -operands[0], within a product
    comparison,  // operands, and relations between them
    conjunction,
    disjunction,
    negation,
    conditional,  // if operands[0] then operands[1] else operands[2]
    tuple,        // (e1, ..., en): the merged index
  };
  Kind kind = Kind::number;
  Place place;
  Rational value;
  std::string name;
  bool quoted = false;
  bool unproved = false;  // X![e]: a read that need not be in bounds
  std::optional<Bracket> first;
  std::optional<std::vector<ExpressionPtr>> arguments;
  std::optional<Bracket> second;
  ExpressionPtr otherwise;
  std::vector<ExpressionPtr> operands;
  std::string operators;
  std::vector<std::string> relations;

  bool plain_name() const { return kind == Kind::apply && !first && !arguments && !otherwise && !unproved; }
};

// An axis in a header, a result or the left side of a statement: `n`, `n?`, `j:SIZE`, `32`, `(g,r)`.
struct AxisSyntax {
  Place place;
  std::string name;  // empty for a bare numeral and for a merged axis
  bool maybe_empty = false;
  ExpressionPtr size;
  std::vector<AxisSyntax> parts;
};

struct ArraySyntax {
  Place place;
  std::string name;
  std::vector<AxisSyntax> axes;
  DType dtype = DType::real;
};

struct ConditionSyntax {
  Place place;
  ExpressionPtr left;
  std::string relation;
  ExpressionPtr right;
};

struct UseSyntax {
  Place place;
  std::vector<std::pair<Place, std::string>> names;
  std::string def;
  Place def_place;
  Bracket sizes;
};

struct StatementSyntax {
  enum class Kind { weight, use, equation, fold, result };
  Kind kind = Kind::equation;
  Place place;
  std::vector<ArraySyntax> arrays;  // weight: its arrays; equation: the left side; fold: its states
  UseSyntax use;
  std::vector<ExpressionPtr> values;  // equation: one; result: one for each output; fold: one for each state
  AxisSyntax counter;                 // of a fold
  bool keeps_steps = false;           // scan: the arrays of the body stay, with the axis of the steps first
  std::vector<StatementSyntax> body;  // of a fold
};

struct DefSyntax {
  Place place;
  Place name_place;
  std::string name;
  std::string description;
  std::vector<AxisSyntax> sizes;  // [s:nat, m:axis]
  std::vector<ArraySyntax> parameters;
  std::vector<ArraySyntax> results;  // one named "out" unless written after ->
  std::vector<ConditionSyntax> conditions;
  std::vector<StatementSyntax> body;  // `= e` is one result statement
};

// given [j, k:j]: sum[i] Q[i,j] * Q[i,k] == delta(j, k)
struct GivenSyntax {
  Place place;
  std::vector<AxisSyntax> axes;  // indices that no parameter names
  ExpressionPtr left, right;
};

// by { invariant STATE = DEF }
struct InvariantSyntax {
  Place place, def_place;
  std::string state, def;
};

struct ClaimSyntax {
  Place place;
  Place name_place;
  std::string kind;
  bool negated = false;
  bool oriented = false;
  std::string name;
  std::string description;
  std::vector<AxisSyntax> sizes;
  bool has_parameters = false;
  std::vector<ArraySyntax> parameters;
  struct Equation {
    ExpressionPtr left, right;
    bool same_calls = false;  // both sides call the same names in the same order
  };
  std::vector<Equation> equations;  // one or more, joined by `and`
  bool infer_conditions = false;    // when ?
  std::vector<ConditionSyntax> conditions;
  std::vector<GivenSyntax> given;
  std::vector<std::string> hints;
  std::vector<InvariantSyntax> invariants;
};

struct ImportSyntax {
  Place place;
  std::string path;  // a bare name `prelude` names a folder of the search path
  bool quoted = false;
};

struct ItemSyntax {
  enum class Kind { import_, def, claim, theory };
  Kind kind = Kind::def;
  std::size_t number = 0;  // in the list of its kind
};

struct FileSyntax {
  std::vector<ItemSyntax> items;  // in the order of the text
  std::vector<ImportSyntax> imports;
  std::vector<DefSyntax> defs;
  std::vector<ClaimSyntax> claims;
  std::vector<TheorySyntax> theories;
};

}  // namespace skein
