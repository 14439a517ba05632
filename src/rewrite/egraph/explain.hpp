#pragma once
// Explanations: why two terms of an e-graph are equal, as a DAG of equations between terms, each with its reason, that
// can be checked, or replayed elsewhere, without the e-graph. Every union that plays a part is explained once, so the
// size is linear in the number of these (proof forests: Nieuwenhuis and Oliveras, RTA 2005; Flatt et al., FMCAD 2022);
// equations have free slots and are used at any names.
#include <map>
#include <variant>

#include "rewrite/egraph/rule.hpp"

namespace skein::egraph {

using TermId = std::uint32_t;
using EquationNumber = std::uint32_t;

struct TermAt {
  TermId term = 0;
  Slots args = {};
  friend bool operator==(const TermAt&, const TermAt&) = default;
};

// A term over its own slots 0, 1, .., numbered as they occur: first `direct`, then the arguments'. Arguments may
// mention bound slots first_bound, ...
struct Term {
  OperatorId op = 0;
  std::vector<TermAt> children = {};
  Slots direct = {};
  std::vector<TypeId> direct_types = {}, bound = {}, slot_types = {};
};

// An equation at names: `at` names the slots of its context. Two may have one name where no side reads both.
struct EquationUse {
  EquationNumber equation = 0;
  bool reversed = false;
  Slots at = {};
};

// What the caller has given, by its number (Reason::number of a merge with ReasonKind::given).
struct GivenStep {
  std::uint32_t number;
};
// The instance of a rule. Variables are terms at names, in which the slot names of the formals are to be replaced where
// the variable occurs elsewhere.
struct RuleStep {
  std::uint32_t rule;
  std::vector<TermAt> variables;
  Slots slots;  // a name for each slot of the rule
  std::vector<TypeId> types;
};
// Both sides have one operator; argument k of the left side becomes argument to[k] of the right one. Bound slot k of
// the left side is bound slot bound[k] of the right one; where an argument's proof mentions it, it is first_bound + k.
struct CongruenceStep {
  std::vector<EquationUse> arguments;
  std::vector<std::uint32_t> to;
  Slots bound;
};
struct ChainStep {
  std::vector<EquationUse> uses;
};
// The left side's arguments are numbers, and it is the number on the right.
struct FoldStep {};

// For all values of the context: left(0, 1, ..) == right(right_at). The context is the slots of the left term, then
// further ones with types `extra`.
struct ExplainedEquation {
  TermId left = 0, right = 0;
  Slots right_at = {};
  std::vector<TypeId> extra = {};
  std::variant<GivenStep, RuleStep, CongruenceStep, ChainStep, FoldStep> why;
};

// Equations come after those that they use; `use` proves from == to.
struct Explanation {
  std::vector<Term> terms;
  std::vector<ExplainedEquation> equations;
  TermAt from, to;
  EquationUse use;
};

// Why node a at names is node b at names, which must be in one class, of a graph with proofs. The terms are those that
// the nodes were made as. Empty if no explanation was found (an arrangement of slots beyond what is looked for).
std::optional<Explanation> explain(EGraph& g, const std::vector<Rule>& rules, const Applied& a, const Applied& b);

}  // namespace skein::egraph
