#pragma once
// Reads of states: a state of a fold at one value of its counter, or at any, replaced by what an equation says of it.
#include <optional>

#include "rewrite/normalise.hpp"
#include "verify/recurrence.hpp"

namespace skein {

// state[.., value, ..] == something, for reads of a state at one value of its counter, or at any that are in range.
struct ReadRule {
  Symbol state;
  std::uint32_t counter;
  std::optional<IndexExpression> value;
  Rewrite equation;  // from the state, or a view of it
};

// Replaces reads of states in terms whose views are at the leaves.
class ReadRewriter {
 public:
  ReadRewriter(Rewriter& w, std::vector<ReadRule> rules) : w_(w), b_(w.arena()), rules_(std::move(rules)) {}

  Rewrite operator()(const Ref& r) { return w_.read_at(of_wire(r.wire), r.at); }

 private:
  Rewrite of_wire(WireId w);
  Rewrite made(const Ref& base);
  std::vector<IndexExpression> reads(const Ref& r);
  bool fits(const ReadRule& rule, WireId state, const std::vector<IndexExpression>& index);
  Rewrite read(const ReadRule& rule, const Ref& base, const std::vector<IndexExpression>& index);

  Rewriter& w_;
  DiagramBuilder& b_;
  std::vector<ReadRule> rules_;
  std::map<WireId, Rewrite> memo_;
};

// The equation state[t+1] == next[t] of a recurrence, at this t.
Rewrite step_at(Rewriter& w, const Rewrite& next, std::uint32_t counter, const IndexExpression& t);

// The states of folds whose numbers of steps are numerals, after each of their steps: in terms without states, one
// step after the other. Throws OutOfTime.
std::vector<ReadRule> unrolled_states(Kernel& k, Normaliser& n, const std::vector<Recurrence>& folds);

}  // namespace skein
