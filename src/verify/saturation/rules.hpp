#pragma once
// Theorems as rules of an e-graph: a side is a pattern, arrays are variables applied to slots, sizes are type
// variables. An instance becomes a union only if the kernel makes the same instance of the theorem, so the conditions
// of a theorem are the kernel's business here as everywhere.
#include <set>

#include "rewrite/match.hpp"
#include "verify/saturation/terms.hpp"

namespace skein {

// A theorem in one direction.
struct DirectedTheorem {
  Symbol name;
  Direction direction = Direction::forward;
  std::vector<Symbol> arrays;          // by variable
  std::vector<Symbol> sizes;           // by type variable
  std::vector<egraph::Slot> outputs;   // the rule's slot for each axis of the theorem's output
  std::vector<egraph::Slots> formals;  // by variable: the slots that stand for the array's axes
};

class TheoremRules {
 public:
  // `admit` makes a theorem known to the kernel, if it holds.
  TheoremRules(Kernel& k, egraph::Language& language, DiagramTerms& terms, Normaliser& n,
               std::function<bool(Symbol)> admit)
      : k_(k), language_(language), terms_(terms), n_(n), admit_(std::move(admit)) {}
  TheoremRules(const TheoremRules&) = delete;  // the rules refer to it
  TheoremRules& operator=(const TheoremRules&) = delete;

  // Adds the theorem's directions that can be rules: a side with index expressions, or with sizes that are no
  // variables, cannot.
  void add(Symbol name, const Statement& s);
  // That up to four arguments of an unordered operator may be grouped in any way; after the theorems.
  void add_grouping(const std::string& op);
  bool is_grouping(std::uint32_t rule) const { return rule >= theorems_.size(); }
  const std::vector<egraph::Rule>& rules() const { return rules_; }

  // The instance: `body` gives each variable's term with its slots at the indices that `index` has for names. Empty if
  // a condition is not met; throws Rejected or IllTyped if the kernel does.
  std::optional<Rewrite> instance(std::uint32_t rule, const std::function<Ref(std::size_t variable)>& body,
                                  const egraph::Slots& slots, const std::vector<egraph::TypeId>& types,
                                  const std::function<Index(egraph::Slot)>& index);

 private:
  bool holds(std::uint32_t rule, egraph::EGraph& g, const egraph::Bindings& m);

  Kernel& k_;
  egraph::Language& language_;
  DiagramTerms& terms_;
  Normaliser& n_;
  std::function<bool(Symbol)> admit_;
  std::vector<egraph::Rule> rules_;
  std::vector<DirectedTheorem> theorems_;
  std::map<std::pair<std::uint32_t, egraph::Words>, bool> asked_;
};

}  // namespace skein
