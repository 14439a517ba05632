#pragma once
// Syntax of theories: presentations of monoidal categories by objects, generators and equations of string diagrams,
// with theorems and their proofs, as written. What a name means is decided by theory_elaboration.hpp.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diagram/size.hpp"
#include "lang/source.hpp"

namespace skein {

// A * B ^ 2, an object: the names of its factors; none for the unit ().
struct ObjectSyntax {
  Place place;
  std::vector<std::pair<Place, std::string>> factors;
};

struct DiagramSyntax {
  enum class Kind {
    compose,  // parts[0] ; parts[1] ; ..., two or more
    tensor,   // parts[0] * parts[1] * ...
    power,    // parts[0] ^ number
    identity,
    swap,
    copy,
    drop,   // of objects, or of the only object
    wires,  // wire[a: A, b -> b, a, a]
    unit,   // ()
    name,   // a generator or def
  };
  Kind kind = Kind::unit;
  Place place;
  std::string name;
  unsigned number = 0;
  std::vector<DiagramSyntax> parts;
  std::vector<Place> operators;  // before each part but the first
  std::vector<ObjectSyntax> objects;
  struct Wire {
    Place place;
    std::string name;
    std::optional<ObjectSyntax> object;
  };
  std::vector<Wire> ins, outs;
};

// rule, or <- rule
struct RuleUseSyntax {
  Place place;
  std::string name;
  bool backward = false;
};

struct TacticSyntax {
  enum class Kind { rewrite, simp, refl, search, hole };
  Kind kind = Kind::hole;
  Place place;
  std::vector<RuleUseSyntax> rules;
  std::optional<bool> on_left;          // on left, on right
  unsigned depth = 0;                   // search N
  std::optional<DiagramSyntax> target;  // = d by ...
  bool asks = false;                    // = ? by ...
};

struct GeneratorSyntax {
  Place place;
  std::string name;
  bool deterministic = false;
  ObjectSyntax inputs, outputs;
  std::optional<DiagramSyntax> body;  // of a def
  std::string description;
};

struct EquationSyntax {
  Place place;
  std::string name;
  std::string description;
  bool theorem = false, negated = false, two_way = true;
  DiagramSyntax left, right;
  std::optional<std::vector<TacticSyntax>> proof;
};

// import Monoid as M with A = B, mul = add, assoc = add_assoc
struct TheoryImportSyntax {
  Place place;
  std::string theory;
  std::string prefix;  // empty: under their own names
  struct Binding {
    Place place;
    std::string name;
    DiagramSyntax value;  // read as an object, a diagram or the name of a rule, by what `name` is
  };
  std::vector<Binding> bindings;
};

// Arithmetic in the body of a function of a model: over the integers, or in a real model with rational numbers.
struct FormulaSyntax {
  enum class Kind { number, variable, sum, difference, product };
  Kind kind = Kind::number;
  Place place;
  std::string name;
  Rational number;
  std::vector<FormulaSyntax> parts;
};

// model Z2 { A = 2;  mul(x, y) = x + y;  mix = [1/2 0; 1/2 1] }
// real model Turns(c, s) where c*c + s*s == 1 { A = 2;  turn = [c -s; s c] }
struct ModelSyntax {
  Place place;
  std::string name;
  bool real = false, negated = false;
  std::vector<std::string> parameters;  // of a real model
  struct Condition {
    Place place;
    FormulaSyntax left;
    std::string relation;
    FormulaSyntax right;
  };
  std::vector<Condition> conditions;
  struct Value {
    Place place;
    std::string name;
    std::optional<Integer> dimension;
    std::vector<std::string> variables;
    std::optional<std::vector<FormulaSyntax>> function;  // one formula for each output
    std::vector<std::vector<FormulaSyntax>> matrix;      // rows
  };
  std::vector<Value> values;
};

struct TheoryItemSyntax {
  enum class Kind { object, generator, equation, import_, model };
  Kind kind = Kind::object;
  std::size_t number = 0;  // in the list of its kind
};

struct TheorySyntax {
  Place place, name_place;
  std::string name;
  std::string description;
  std::vector<std::pair<Place, std::string>> structures;
  std::vector<TheoryItemSyntax> items;  // in the order of the text
  std::vector<std::pair<Place, std::string>> objects;
  std::vector<GeneratorSyntax> generators;  // and defs
  std::vector<EquationSyntax> equations;    // rules and theorems
  std::vector<TheoryImportSyntax> imports;
  std::vector<ModelSyntax> models;
};

}  // namespace skein
