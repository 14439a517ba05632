#pragma once
// Inferences: what each Step concludes, given the judgements that the kernel already has. One function for each
// inference; none of them searches, and each either returns a conclusion that holds or throws Rejected.
#include "kernel/kernel.hpp"

namespace skein {

class Inferences {
 public:
  explicit Inferences(Kernel& k) : k_(k), b_(k.arena_) {}
  Equation equation(const Step& s);
  SignFact sign(const Step& s);
  Equation close(const Ref& l, const Ref& r, const std::vector<Index>& others = {}, Uses uses = {}) {
    return k_.close(l, r, others, std::move(uses));
  }

 private:
  // inferences.cpp
  Equation sym(const Step& s);
  Equation trans(const Step& s);
  Equation congruence(const Step& s);
  Equation contraction(const Step& s);
  Equation lattice(const Step& s);
  Equation evaluate(const Step& s);
  Equation push_view(const Step& s);
  Equation simplify_view(const Step& s);
  Equation smt(const Step& s);
  // reduction.cpp
  Equation reduce_empty(const Step& s);
  Equation reduce_single(const Step& s);
  Equation reduce_unused(const Step& s);
  Equation reduce_split(const Step& s);
  Equation reindex(const Step& s);
  Equation delta(const Step& s);
  Equation cases_then(const Step& s);
  Equation cases_else(const Step& s);
  Equation cases_same(const Step& s);
  Equation cases_nested(const Step& s);
  Equation cases_hoist(const Step& s);
  // instance.cpp
  Equation instance(const Step& s);
  Equation assumed(const Step& s);
  Equation hypothesis(const Step& s);
  Equation induction(const Step& s);
  // sign.cpp
  SignFact sign_rule(const Step& s);
  SignFact sign_transport(const Step& s);
  SignFact sign_smt(const Step& s);

  const Equation& eq(const Step& s, std::size_t i) const;
  const SignFact& fact(const Step& s, std::size_t i) const;
  const Ref& term(const Step& s, std::size_t i) const;  // checked: axes and indices agree
  const Box& box(const Step& s, Op op) const;           // of term 0, which must have this operator
  std::vector<std::pair<Ref, Sign>> premises(const Step& s, std::size_t from, Uses& uses,
                                             std::vector<Index>& indices) const;
  bool ask(const std::string& text);
  Equation instantiate(const Statement& st, const Step& s, const std::map<Symbol, Size>& sizes);
  // Where a condition is used: at the sizes of the claim, or at those of the base or the step of an induction.
  struct Place {
    Use use;
    DiagramBuilder::Substitution sizes;
  };
  Place place(const Step& s) const;
  // An equation at other sizes: the same indices, over axes of the new sizes.
  Equation moved(const Ref& lhs, const Ref& rhs, const DiagramBuilder::Substitution& sizes, Uses uses);
  Size value_in(const Kernel::Induction& i, Use::Kind kind) const;
  // Throws unless the fact or the equation is the condition that is wanted; puts what it rests on into `uses`.
  void premise(const SignFact& have, WireId want, Sign sign, Uses& uses) const;
  void premise(const Equation& have, const Equation& want, Uses& uses) const;

  Kernel& k_;
  DiagramBuilder& b_;
};

[[noreturn]] void reject(const std::string& why);

}  // namespace skein
