#pragma once
// Unification of sizes: the boundaries of two diagrams speak of one family of arrays if their axes have equal sizes,
// pair by pair. Solving these equations replaces size variables of either side by sizes, the right side's first; the
// contexts of the two sides, so replaced, are met: what either side assumes, the statement assumes.
#include <string>

#include "diagram/variables.hpp"

namespace skein {

class SizeUnifier {
 public:
  SizeUnifier(const Diagram& left, const Diagram& right);

  // left == right, for a size of the left diagram and one of the right; `what` names the axis in messages. False if it
  // can never hold.
  bool equate(const Size& left, const Size& right, const std::string& what);
  // Ends the unification: equations that were too hard when they were made are tried again, and variables of the right
  // side that no equation mentions get names of their own. Throws Unpaired.
  void finish();

  // --- after finish()
  const std::map<Symbol, Size>& left() const { return left_; }    // variables of the left side -> common sizes
  const std::map<Symbol, Size>& right() const { return right_; }  // variables of the right side -> common sizes
  const SizeContext& context() const { return context_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Equation {
    Size left, right;
    std::string what;
  };
  Size solved(const Size& s) const { return substitute(s, bindings_); }
  bool solve(const Equation& e);
  bool equal_by_names(const Equation& e);
  void bind(Symbol v, const Size& s);
  void name_leftovers();
  void meet_contexts();
  std::string show(const Size& s) const;

  const Diagram& left_diagram_;
  const Diagram& right_diagram_;
  std::set<Symbol> left_variables_, right_variables_;
  std::map<Symbol, Symbol> apart_;   // variables of the right side under names that the left side cannot have
  std::map<Symbol, Size> bindings_;  // idempotent
  std::vector<Equation> postponed_;
  std::map<Symbol, Size> left_, right_;
  SizeContext context_;
  std::vector<std::string> notes_;
};

}  // namespace skein
