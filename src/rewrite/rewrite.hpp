#pragma once
// Rewrite: an equation of the kernel read at indices, from == to. Rewriter: the kernel's inferences as operations on
// rewrites, with the bookkeeping of indices done. It can only say what the kernel accepts.
#include "kernel/kernel.hpp"

namespace skein {

struct Rewrite {
  Ref from, to;
  EquationId proof;
  std::vector<Index> context;  // the index for each number of the equation's context

  bool trivial() const { return from == to; }
};

class Rewriter {
 public:
  explicit Rewriter(Kernel& k) : k_(k), b_(k.arena()) {}
  Kernel& kernel() { return k_; }
  DiagramBuilder& arena() { return b_; }

  // All of these throw Rejected if the kernel does.
  Rewrite apply(const Step& s, const Ref& from);  // the conclusion must be about from.wire
  Rewrite apply(Inference rule, const Ref& term) { return apply(Step{.rule = rule, .terms = {term}}, term); }
  Rewrite read(EquationId e) { return made(e, b_.at_fresh(k_.equation(e).lhs)); }  // at new indices
  Rewrite same(const Ref& r) { return apply(Inference::refl, r); }
  Rewrite reverse(const Rewrite& a);
  Rewrite chain(const Rewrite& a, const Rewrite& b);  // b is read at the indices of a.to, whose wire it must start from
  Rewrite read_at(const Rewrite& a, const std::vector<Index>& at);
  Rewrite contraction(const Ref& from, const Ref& to);
  Rewrite lattice(const Ref& from, const Ref& to);
  // Rewrites inputs of a box; each rewrite starts from the input's wire, at any indices.
  Rewrite inside(const Ref& whole, const std::vector<std::pair<std::uint32_t, Rewrite>>& inputs);
  // An instance of a theorem about scalars: each array is a term, lifted over its indices.
  Rewrite instance(Symbol theorem, const std::map<Symbol, Ref>& arrays, const std::vector<SignId>& signs = {});
  // An instance of any theorem, its outputs read at `at`; empty if a sign that it needs is not found, or an equation
  // that it assumes, given by its number and its two sides here.
  using GivenHere = std::function<std::optional<Rewrite>(std::size_t number, const Ref& left, const Ref& right)>;
  std::optional<Rewrite> instance(const Theorem& t, const DiagramBuilder::Substitution& assignment,
                                  const std::vector<Index>& at, class Signs& signs, const GivenHere& given = {});
  // r read at 0 in place of an index over an axis of size 1. Of real wires.
  Rewrite only_point(const Ref& r, Index i);
  // from == to at every point, from the given signs: asks the solver.
  Rewrite smt(const Ref& from, const Ref& to, const std::vector<std::pair<Ref, SignId>>& premises = {});

 private:
  Rewrite made(EquationId e, const Ref& from);

  Kernel& k_;
  DiagramBuilder& b_;
};

// Every wire that some root depends on, the roots themselves among them, each once.
std::vector<WireId> wires_below(const DiagramBuilder& b, const std::vector<WireId>& roots);

// A derivation stands in the claim, or in the base or the step of an induction: the conditions hold at the sizes there.
struct Within {
  std::uint32_t induction;
  bool step;
};

// Signs: looks for derivations of signs by the kernel's sign rules, from the conditions of the claim. Untrusted search
// with memory.
class Signs {
 public:
  explicit Signs(Kernel& k, std::optional<Within> within = {}) : k_(k), within_(within) {}
  std::optional<SignId> find(WireId w, Sign sign, int depth = 0);
  // The conditions of the claim that are signs, each with the term that it is about.
  std::vector<std::pair<Ref, SignId>> assumed();

 private:
  std::vector<std::uint32_t> numbers_of(std::uint32_t condition) const;
  const std::vector<WireId>& condition_wires();

  Kernel& k_;
  std::optional<Within> within_;
  std::vector<WireId> condition_wires_;
  std::map<std::pair<WireId, Sign>, std::optional<SignId>> memo_;
};

}  // namespace skein
