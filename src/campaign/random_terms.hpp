#pragma once
// RandomTerms: random small well-typed terms over every primitive box, built in the arena of a kernel. Terms are drawn
// from the top: a scalar type and the indices that may be free are given, a production is chosen, its parts are drawn
// in the same way. Every unguarded read is in range. A production may be a side of a verified rule with random terms
// for its arrays; the instance, an equation of the kernel, is kept as a place where the rule applies.
#include <random>

#include "campaign/features.hpp"
#include "rewrite/rewrite.hpp"

namespace skein {

// The rules that are planted and matched; theorems with hypotheses that are equations are left out.
class RuleLibrary {
 public:
  explicit RuleLibrary(const std::vector<TheoremPtr>& theorems);
  const std::vector<TheoremPtr>& all() const { return all_; }
  // Those of which a side has this type of scalars.
  const std::vector<TheoremPtr>& of_type(DType t) const { return by_type_.at(t); }
  TheoremPtr find(Symbol name) const;  // null if it is not among them

 private:
  std::vector<TheoremPtr> all_;
  std::map<DType, std::vector<TheoremPtr>> by_type_;
};

SizeContext random_sizes(const FeatureSet& f, std::mt19937_64& random);

// A place where a rule applies, with its name.
struct Redex {
  Rewrite rewrite;
  std::string rule;
};

class RandomTerms {
 public:
  // Draws the conditions of the claim, which the kernel must know before anything else: a positive input, a fold.
  RandomTerms(Kernel& k, const FeatureSet& f, const RuleLibrary& rules, std::mt19937_64& random);

  // A term with every feature that was asked for, and with places where rules apply.
  Ref root(DType type, const std::vector<Index>& over, int depth);
  // Any term. The free indices of the result are among `over`.
  Ref term(DType type, const std::vector<Index>& over, int depth);
  // An index over one of the sizes in use.
  Index fresh_index();

  const std::vector<InputPort>& inputs() const { return inputs_; }
  const std::multimap<WireId, Redex>& redexes() const { return redexes_; }
  // Conditions of the claim that a diagram states: signs and the equations of a fold.
  std::vector<Condition> when() const;
  std::vector<Given> given() const;
  // The fold's equations as terms, first and next, and the axes at which they are stated. Empty without a fold.
  struct StateEquation {
    std::vector<Index> axes;
    Ref left, right;
  };
  const std::vector<StateEquation>& state_equations() const { return state_equations_; }
  // A condition or an equation of the claim, its inputs being all that were drawn.
  Diagram frozen(const std::vector<Index>& axes, const Ref& value, const char* name = "random") const;

 private:
  using Indices = std::vector<Index>;
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(unsigned n) { return random_() % n == 0; }  // one in n
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  void add_positive();
  void add_fold();
  Ref production(DType type, const Indices& over, int depth);
  Ref real(const Indices& over, int depth);
  Ref ext(const Indices& over, int depth);
  Ref boolean(const Indices& over, int depth);
  Ref leaf(DType type, const Indices& over);
  Ref array(DType type, const Indices& over);
  Ref new_array(DType type, const Indices& over);
  Ref reduction(Op fold, DType type, const Indices& over, int depth);
  Ref viewed(DType type, const Indices& over, int depth);
  Ref guarded(DType type, const Indices& over, int depth);
  Ref guarded_read(DType type, const Indices& over, int depth);
  Ref taken(const Indices& over, int depth);
  std::optional<Ref> shared(DType type, const Indices& over);
  std::optional<Ref> planted(DType type, const Indices& over, int depth);
  std::map<Symbol, Size> sizes_for(const Statement& s, const Indices& over);
  std::optional<Ref> state(const Indices& over);
  Indices with(Indices over, Index i);
  std::vector<IndexExpression> random_guard(const Indices& over);
  // Where an axis of this size may be read without a guard.
  std::optional<IndexExpression> place(const Size& size, const Indices& over);

  Kernel& k_;
  DiagramBuilder& b_;
  FeatureSet f_;
  const RuleLibrary& rules_;
  std::mt19937_64& random_;
  Rewriter w_;
  Signs signs_;
  std::vector<Size> sizes_;
  std::vector<InputPort> inputs_;
  std::vector<Ref> positive_;
  std::vector<StateEquation> state_equations_;
  std::optional<Ref> state_;  // all of its values, the step first
  std::optional<Size> steps_;
  bool planting_ = false;
  std::multimap<WireId, Redex> redexes_;
  std::vector<Ref> made_;
};

}  // namespace skein
