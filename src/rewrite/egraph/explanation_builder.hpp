#pragma once
// ExplanationBuilder: the terms and equations of an explanation while it is made. Equations are concluded over names,
// any slot numbers, and numbered in the order of their context.
#include "rewrite/egraph/explain.hpp"

namespace skein::egraph {

// One equation used, with the names of its two terms.
struct Hop {
  EquationNumber equation;
  bool reversed;
  Slots left, right;  // as the equation has them
};

struct Path {
  std::vector<Hop> hops;
  TermAt from, to;
};

class ExplanationBuilder {
 public:
  explicit ExplanationBuilder(EGraph& g) : g_(g) {}

  // --- terms

  // The term of a node at its own slots, as it was made.
  TermId term(Id node);
  TermAt term(const Applied& a) { return {term(a.id), a.args}; }
  // A term over any names, numbered as terms are. `bound` are the names that become bound.
  TermAt build(Term t, const Slots& bound);

  // --- equations

  // The equation left == right; the use of it that is meant. `names` are those in `why`: they are numbered in place.
  template <class Why>
  EquationUse conclude(const TermAt& left, const TermAt& right, const std::vector<Slots*>& names, Why& why) {
    const EquationUse use = conclude_numbered(left, right, names);
    out_.equations.back().why = why;
    return use;
  }
  template <class Why>
  EquationUse step(const TermAt& left, const TermAt& right, Why why) {
    return conclude(left, right, {}, why);
  }
  // The types of the names of a use, for the equation that is to be made of it.
  void note_types(const EquationUse& u);
  Hop hop(const EquationUse& u, bool reversed) const;
  // A path as one equation.
  EquationUse seal(const Path& p);

 protected:
  EGraph& g_;
  Explanation out_;
  std::map<Slot, TypeId> type_of_name_;
  Slot next_ = 0;  // names from here on are new

 private:
  TermId intern(Term t);
  EquationUse conclude_numbered(const TermAt& left, const TermAt& right, const std::vector<Slots*>& names);
  // Names for an equation's whole context, from those of its sides; the others are arbitrary.
  Slots context(const Hop& h);

  std::map<Words, TermId> interned_;
  std::map<Id, TermId> term_of_;
};

}  // namespace skein::egraph
