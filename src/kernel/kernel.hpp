#pragma once
// Kernel: the only maker of judgements. It owns the arena (a DiagramBuilder to which boxes are only added), checks each
// Step and keeps it in a log; a certificate is the part of the log that a conclusion rests on, and replaying it is
// doing the same steps again in a new kernel. Nothing here searches.
#include <functional>
#include <optional>

#include "kernel/theorem.hpp"

namespace skein {

// Asked for each ground leaf with its SMT-LIB text: true only if the text is unsatisfiable.
using LeafOracle = std::function<bool(const std::string& smtlib)>;

class Kernel {
 public:
  explicit Kernel(SizeContext sizes, LeafOracle oracle = {});

  DiagramBuilder& arena() { return arena_; }
  const SizeContext& sizes() const { return sizes_; }
  IndexRanges ranges() const { return IndexRanges(sizes_, arena_.size_of()); }

  // --- what may be used
  void admit(TheoremPtr t);
  const Theorem* find_theorem(Symbol name) const;
  const std::map<Symbol, TheoremPtr>& theorems() const { return theorems_; }
  // Conditions of the claim to be proved: `value` has the given sign, or lhs equals rhs, at all indices.
  std::uint32_t assume_sign(const Ref& value, Sign sign);
  std::uint32_t assume_equal(const Ref& lhs, const Ref& rhs);
  // Starts a simultaneous induction for the goals on a size variable: for all arrays that satisfy these conditions of
  // the claim, all goals hold. Its hypotheses can be used by Inference::hypothesis.
  struct Goal {
    Ref lhs, rhs;
  };
  std::uint32_t open_induction(const std::vector<Goal>& goals, Symbol size,
                               const std::vector<std::uint32_t>& conditions = {});

  // --- inferences; throw Rejected (or IllTyped) if the step does not hold
  EquationId prove(const Step& s);
  SignId prove_sign(const Step& s);

  const Equation& equation(EquationId e) const { return equations_.at(e.number()); }
  const SignFact& fact(SignId s) const { return facts_.at(s.number()); }
  const Step& step(EquationId e) const { return equation_steps_.at(e.number()); }
  const Step& step(SignId s) const { return fact_steps_.at(s.number()); }
  // Both sides of an equation at given indices for lhs; extra indices are new unless `extra` gives them.
  std::pair<Ref, Ref> sides(EquationId e, const std::vector<Index>& at);

  // The theorem, from one equation for the outputs. The assumed conditions must be exactly `when` and then `given`, in
  // order.
  TheoremPtr conclude(Symbol name, const Statement& claim, EquationId e);
  std::size_t leaves() const { return leaves_; }

  struct Assumption {
    Ref value;
    Sign sign = Sign::positive;
    std::optional<Ref> equal_to = {};  // then it is an equation and has no sign
  };
  struct Induction {
    std::vector<Goal> goals;
    Symbol size;
    std::vector<std::uint32_t> conditions;
  };
  const std::vector<Assumption>& assumptions() const { return assumptions_; }
  const std::vector<Induction>& inductions() const { return inductions_; }
  // The SMT-LIB text of the leaf of an smt or sign_smt step.
  std::string leaf_text(const Step& s);

 private:
  friend class Inferences;
  // Throws unless `r` reads an existing wire at issued indices, one for each axis, of its size, pairwise different.
  void check(const Ref& r) const;
  // Throws unless every size that an index is divided by is >= 1: floor division has its laws there only.
  void check_divisions(const IndexExpression& e) const;
  void check_divisions(WireId w);
  Equation close(const Ref& lhs, const Ref& rhs, const std::vector<Index>& others, Uses uses) const;
  // Throws unless the value may stand in a condition, and unless no step was made yet.
  void admit_condition(const Ref& value);
  // Throws unless the assumptions are the conditions of the claim, in order.
  void check_conditions(const Statement& claim);

  SizeContext sizes_;
  LeafOracle oracle_;
  DiagramBuilder arena_;
  std::map<Symbol, TheoremPtr> theorems_;
  std::vector<Equation> equations_;
  std::vector<Step> equation_steps_;
  std::vector<SignFact> facts_;
  std::vector<Step> fact_steps_;
  std::vector<Assumption> assumptions_;
  std::vector<Induction> inductions_;
  std::vector<bool> divides_;          // by wire: it and all it depends on divide by sizes >= 1
  std::map<std::string, bool> asked_;  // leaves already answered in this kernel
  std::size_t leaves_ = 0;
};

}  // namespace skein
