#pragma once
// FoldCase: the base or the step of one induction on the states of folds. Its goals are derived by unfolding the states
// after the step, by what the hypotheses say of those before it, and by lemmas about the folds that these read.
#include "verify/fold_lemmas.hpp"
#include "verify/induction.hpp"
#include "verify/state_reads.hpp"

namespace skein {

class FoldCase {
 public:
  // `induction` is open in the kernel, on the number of steps of these states.
  FoldCase(Kernel& k, std::uint32_t induction, bool step, const std::vector<FoldState>& states,
           const std::vector<FoldLemma>& known, const DeriveOptions& options);

  std::vector<std::string> lemmas;  // certificates of those that were used

  // The goal at the sizes of this case, as the kernel will ask for it; empty if it was not derived.
  std::optional<EquationId> derive_goal(std::size_t goal, std::string& reason);

 private:
  std::optional<Rewrite> derived(const Ref& l, const Ref& r, std::string& reason);
  std::optional<Index> point_of(const Ref& l);
  std::optional<Rewrite> at_only_point(const Ref& l, const Ref& r, Index i, std::string& reason);
  std::optional<Rewrite> at_only_points(const Ref& l, const Ref& r, std::string& reason);
  std::optional<Rewrite> equal(const Ref& l, const Ref& r, std::string& reason);
  void prepare();
  void use_lemmas();
  Rewrite brought(const Ref& r);
  Rewrite assumed(std::size_t condition);
  Rewrite hypothesis(std::uint32_t goal);

  Kernel& k_;
  DiagramBuilder& b_;
  const std::uint32_t number_;
  const bool step_;
  const Kernel::Induction induction_;
  const std::vector<FoldState>& states_;
  const std::vector<FoldLemma>& known_;
  const std::vector<Recurrence> recurrences_;
  DeriveOptions options_;
  Normaliser n_;
  Rewriter& w_;
  ViewPusher push_;
  Size value_;
  bool prepared_ = false;
  std::optional<ReadRewriter> unfold_, replace_, by_lemmas_;
};

}  // namespace skein
