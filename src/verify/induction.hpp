#pragma once
// Induction on a size: the goal at the least size, and at size n+1 from the goal at size n, which is used for the first
// n points of each array. What inductions on goals and on folds share.
#include "verify/derive.hpp"

namespace skein {

// A goal at another value of its induction variable: the same indices, over axes of the new sizes.
Kernel::Goal at_size(DiagramBuilder& b, const Kernel::Goal& goal, Symbol size, const Size& value);

// Views pushed to the inputs, nothing else: substituting in a term and reading it through views then give one term.
class ViewPusher {
 public:
  explicit ViewPusher(Rewriter& w) : w_(w) {}
  Rewrite operator()(const Ref& r) { return w_.read_at(of_wire(r.wire), r.at); }

 private:
  Rewrite of_wire(WireId w);

  Rewriter& w_;
  std::map<WireId, Rewrite> memo_;
};

// Cuts off the last point of every reduction over an axis of size n+1.
Rewrite cut_last(Rewriter& w, const Ref& r, const Size& n);

// The arguments of a hypothesis about the first n points of every array that n grows to n+1 points, for the arrays
// below these wires; they are written into the step as well.
DiagramBuilder::Substitution leading_points(DiagramBuilder& b, const std::vector<WireId>& roots, Symbol size, Step& h);

// left == right by induction on this size, under all conditions of the claim; empty if base or step are not derived.
// The certificates of lemmas that it uses are put into `lemmas`.
std::optional<Rewrite> by_induction(Kernel& k, const Ref& left, const Ref& right, Symbol size,
                                    const DeriveOptions& options, std::vector<std::string>& lemmas);

}  // namespace skein
