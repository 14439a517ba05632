#pragma once
// Patterns: terms with variables, to be matched against classes. A variable may be applied to slots that the pattern
// names, `?f[$i]`: it then stands for any term that may mention those slots, and no other one of the pattern (a pattern
// in the sense of Miller, 1991). So no side condition "not free in" is ever written: ?a in (sum $i (* ?a ?f[$i]))
// cannot mention $i.
//
// As text: (op $bound .. argument ..), operators with binders binding the first slots, others reading them; a slot's
// type is written where it occurs first, $i:n, with n a type and ?n a type variable.
#include <map>
#include <string>
#include <string_view>

#include "rewrite/egraph/node.hpp"

namespace skein::egraph {

// A type, or a variable for one.
struct PatternType {
  bool variable = false;
  std::uint32_t number = 0;
};

struct PatternNode {
  bool variable = false;
  std::uint32_t number = 0;  // of the variable, or the operator
  std::vector<std::uint32_t> children = {};
  Slots slots = {};  // of a variable: what it is applied to; of an operator: those it reads
  Slots bound = {};
  std::vector<PatternType> bound_types = {};
};

struct Pattern {
  std::vector<PatternNode> nodes;  // arguments before what they are arguments of; the last is the root
  const PatternNode& root() const { return nodes.back(); }
};

// The names that the two sides of a rule share.
struct PatternNames {
  std::map<std::string, std::uint32_t> variables, slots, types;
  std::vector<PatternType> slot_types;  // by slot
};

// Throws std::invalid_argument, with the place, where the text is no pattern.
Pattern read_pattern(Language& language, PatternNames& names, std::string_view text);

}  // namespace skein::egraph
