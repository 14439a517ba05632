#include "verify/state_reads.hpp"

#include <algorithm>

namespace skein {

Rewrite ReadRewriter::of_wire(WireId w) {
  if (auto it = memo_.find(w); it != memo_.end()) return it->second;
  const Ref base = b_.at_fresh(w);
  const Rewrite out = made(base);
  memo_.emplace(w, out);
  return out;
}

Rewrite ReadRewriter::made(const Ref& base) {
  const Box x = b_.box(base.wire);
  if (x.op == Op::view || x.op == Op::input) {
    const WireId state = x.op == Op::view ? x.inputs[0].wire : base.wire;
    const auto index = reads(base);
    if (b_.box(state).op == Op::input)
      for (const ReadRule& rule : rules_)
        if (fits(rule, state, index)) return read(rule, base, index);
    return w_.same(base);
  }
  std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
  const auto in = b_.open(base).inputs;
  for (std::uint32_t p = 0; p < in.size(); ++p) inputs.emplace_back(p, (*this)(in[p]));
  return w_.inside(base, inputs);
}

// Where a state, or a view of one, reads the state.
std::vector<IndexExpression> ReadRewriter::reads(const Ref& r) {
  if (b_.box(r.wire).op == Op::view) return b_.open(r).index;
  std::vector<IndexExpression> out;
  for (Index i : r.at) out.push_back(index_variable(i));
  return out;
}

bool ReadRewriter::fits(const ReadRule& rule, WireId state, const std::vector<IndexExpression>& index) {
  const Box& from = b_.box(rule.equation.from.wire);
  if (b_.box(state).name != rule.state) return false;
  if ((from.op == Op::view ? from.inputs[0].wire : rule.equation.from.wire) != state) return false;
  if (rule.value) return index.at(rule.counter) == *rule.value;
  // Any point of the counter of the equation.
  const IndexExpression own = reads(rule.equation.from).at(rule.counter);
  const std::vector<Index> point = free_indices(own);
  return point.size() == 1 && own == index_variable(point[0]) &&
         w_.kernel().ranges().within(index.at(rule.counter), b_.axis(point[0]).size);
}

// The rule at the indices at which the state is read here: a view of the rule's view is this view.
Rewrite ReadRewriter::read(const ReadRule& rule, const Ref& base, const std::vector<IndexExpression>& index) {
  const Rewrite& e = rule.equation;
  const auto own = reads(e.from);
  IndexMap at;
  for (std::size_t k = 0; k < own.size(); ++k)
    for (Index i : free_indices(own[k])) at[i] = index[k];
  const Ref whole = b_.read(e.from, at);
  if (whole.wire == e.from.wire) return w_.read_at(e, base.at);
  if (whole.wire == base.wire) return w_.read_at(w_.inside(whole, {{0, e}}), base.at);
  const Rewrite flat = w_.apply(Inference::push_view, whole);
  if (flat.to.wire != base.wire) throw Rejected("a read of a state is not a view of its equation");
  return w_.read_at(w_.chain(w_.reverse(flat), w_.inside(whole, {{0, e}})), base.at);
}

Rewrite step_at(Rewriter& w, const Rewrite& next, std::uint32_t counter, const IndexExpression& t) {
  const auto index = w.arena().open(next.from).index;
  const Index step = free_indices(index.at(counter)).at(0);
  const Ref whole = w.arena().read(next.from, {{step, t}});
  const Rewrite flat = w.apply(Inference::push_view, whole);
  return w.chain(w.reverse(flat), w.inside(whole, {{0, next}}));
}

std::vector<ReadRule> unrolled_states(Kernel& k, Normaliser& n, const std::vector<Recurrence>& folds) {
  Rewriter& w = n.rewriter();
  auto assumed = [&](std::size_t c) {
    return w.read(k.prove({.rule = Inference::assumed, .numbers = {static_cast<std::uint32_t>(c)}}));
  };
  std::vector<ReadRule> out;
  long most = 0;
  for (const Recurrence& r : folds) {
    const Rewrite first = assumed(r.first);
    out.push_back({r.state, r.counter, index_constant(0), w.chain(first, n.normal(first.to))});
    most = std::max(most, r.steps.constant_term().get_si());
  }
  for (long t = 0; t < most; ++t) {
    ReadRewriter before(w, out);
    for (const Recurrence& r : folds) {
      if (t >= r.steps.constant_term()) continue;
      Rewrite value = step_at(w, assumed(r.next), r.counter, index_constant(t));
      auto then = [&](auto&& f) { value = w.chain(value, f(value.to)); };
      then([&](const Ref& x) { return n.normal(x); });
      then(before);
      then([&](const Ref& x) { return n.normal(x); });
      out.push_back({r.state, r.counter, index_constant(t + 1), value});
    }
  }
  return out;
}

}  // namespace skein
