#include "verify/fold_case.hpp"

#include <algorithm>

#include "verify/parts.hpp"

namespace skein {

FoldCase::FoldCase(Kernel& k, std::uint32_t induction, bool step, const std::vector<FoldState>& states,
                   const std::vector<FoldLemma>& known, const DeriveOptions& options)
    : k_(k),
      b_(k.arena()),
      number_(induction),
      step_(step),
      induction_(k.inductions().at(induction)),
      states_(states),
      known_(known),
      recurrences_(options.recurrences),
      options_(options),
      n_(k, options.deadline, {.within = Within{induction, step}}),
      w_(n_.rewriter()),
      push_(w_) {
  options_.within = Within{induction, step};
  options_.hints.clear();
  options_.recurrences.clear();
  value_ =
      step ? size_variable(induction_.size) + size_constant(1) : size_constant(k.sizes().lower_bound(induction_.size));
}

std::optional<EquationId> FoldCase::derive_goal(std::size_t g, std::string& reason) {
  try {
    if (!prepared_) prepare();
    const Kernel::Goal goal = at_size(b_, induction_.goals[g], induction_.size, value_);
    const auto proof = derived(goal.lhs, goal.rhs, reason);
    return proof ? std::optional(proof->proof) : std::nullopt;
  } catch (const Rejected& error) {
    reason = error.what();
    return std::nullopt;
  }
}

std::optional<Rewrite> FoldCase::derived(const Ref& l, const Ref& r, std::string& reason) {
  const auto point = point_of(l);
  if (!point) return equal(l, r, reason);
  if (value_.is_zero()) return at_only_point(l, r, *point, reason);
  // Of the parts one is the last point, and in the base the other one the first.
  return equal_by_parts(w_, l, r, *point, value_,
                        [&](const Ref& x, const Ref& y) { return at_only_points(x, y, reason); });
}

// Where a goal is about a state after any number of steps, the index that counts them.
std::optional<Index> FoldCase::point_of(const Ref& l) {
  if (b_.box(l.wire).op != Op::input) return std::nullopt;
  for (const FoldState& s : states_)
    if (s.recurrence.state == b_.box(l.wire).name) return l.at.at(s.recurrence.counter);
  return std::nullopt;
}

std::optional<Rewrite> FoldCase::at_only_point(const Ref& l, const Ref& r, Index i, std::string& reason) {
  const bool left = std::count(l.at.begin(), l.at.end(), i), right = std::count(r.at.begin(), r.at.end(), i);
  const Rewrite a = left ? w_.only_point(l, i) : w_.same(l), b = right ? w_.only_point(r, i) : w_.same(r);
  const auto e = equal(a.to, b.to, reason);
  if (!e) return std::nullopt;
  return w_.chain(w_.chain(a, *e), w_.reverse(b));
}

// At the only point of an axis that has but one, if there is such an axis.
std::optional<Rewrite> FoldCase::at_only_points(const Ref& l, const Ref& r, std::string& reason) {
  for (Index i : l.at)
    if (b_.axis(i).size == size_constant(1))
      if (const auto p = at_only_point(l, r, i, reason)) return p;
  return equal(l, r, reason);
}

std::optional<Rewrite> FoldCase::equal(const Ref& l, const Ref& r, std::string& reason) {
  const Rewrite a = brought(l), b = brought(r);
  const Derivation d = derive(k_, a.to, b.to, options_);
  lemmas.insert(lemmas.end(), d.lemmas.begin(), d.lemmas.end());
  if (d.proof) return w_.chain(w_.chain(a, *d.proof), w_.reverse(b));
  reason = d.reason;
  return std::nullopt;
}

void FoldCase::prepare() {
  prepared_ = true;
  std::vector<ReadRule> now, before;
  for (const FoldState& s : states_) {
    const Recurrence& r = s.recurrence;
    const Rewrite first = assumed(r.first), next = assumed(r.next);
    const IndexExpression zero = index_constant(0);
    if (step_ || !value_.is_zero()) {
      const IndexExpression last = index_size(value_ - size_constant(1));
      now.push_back({r.state, r.counter, index_size(value_), step_at(w_, next, r.counter, last)});
    }
    before.push_back({r.state, r.counter, zero, first});
  }
  if (step_)
    for (std::uint32_t g = 0; g < induction_.goals.size(); ++g) {
      const Rewrite h = hypothesis(g);
      const Box from = b_.box(h.from.wire);
      const Symbol state = b_.box(from.op == Op::view ? from.inputs[0].wire : h.from.wire).name;
      const bool any = point_of(induction_.goals[g].lhs).has_value();
      for (const FoldState& s : states_)
        if (s.recurrence.state == state)
          before.push_back({state, s.recurrence.counter,
                            any ? std::optional<IndexExpression>() : index_size(size_variable(induction_.size)), h});
    }
  unfold_.emplace(w_, now);
  replace_.emplace(w_, before);
  use_lemmas();
}

void FoldCase::use_lemmas() {
  std::string reason;
  LemmaUse use{n_,
               {{induction_.size, value_}},
               [&](Symbol state, bool step) -> std::optional<Rewrite> {
                 for (const Recurrence& r : recurrences_)
                   if (r.state == state) return assumed(step ? r.next : r.first);
                 return std::nullopt;
               },
               [&](const Ref& l, const Ref& r) { return at_only_points(l, r, reason); }};
  std::vector<ReadRule> rules;
  for (const FoldLemma& lemma : known_)
    if (auto rule = instance_of(lemma, use)) {
      rules.push_back(std::move(*rule));
      by_lemmas_.emplace(w_, rules);
    }
}

// Last points cut off, states after this step unfolded, states before it replaced by what is known of them.
Rewrite FoldCase::brought(const Ref& r) {
  Rewrite a = push_(r);
  if (step_) a = w_.chain(a, cut_last(w_, a.to, size_variable(induction_.size)));
  auto then = [&](auto&& f) { a = w_.chain(a, f(a.to)); };
  auto then_normal = [&] { then([&](const Ref& x) { return n_.normal(x); }); };
  auto then_lemmas = [&] {
    if (!by_lemmas_) return;
    then(*by_lemmas_);
    then_normal();
  };
  then_normal();
  then(*unfold_);
  then_normal();
  then_lemmas();
  // An invariant may name another state.
  for (std::size_t k = 0; k <= states_.size(); ++k) {
    const Rewrite known = (*replace_)(a.to);
    if (known.trivial()) break;
    a = w_.chain(a, known);
    then_normal();
  }
  then_lemmas();
  return a;
}

Rewrite FoldCase::assumed(std::size_t condition) {
  const EquationId e = k_.prove(
      {.rule = Inference::assumed, .numbers = {static_cast<std::uint32_t>(condition), number_, step_ ? 1u : 0u}});
  return w_.read(e);
}

// The hypothesis for the first points of each array, with a proof of every condition for these.
Rewrite FoldCase::hypothesis(std::uint32_t goal) {
  Step h{.rule = Inference::hypothesis, .numbers = {number_, goal}};
  std::vector<WireId> roots;
  for (const Kernel::Goal& g : induction_.goals) roots.push_back(g.lhs.wire), roots.push_back(g.rhs.wire);
  for (std::uint32_t c : induction_.conditions) {
    roots.push_back(k_.assumptions()[c].value.wire);
    if (k_.assumptions()[c].equal_to) roots.push_back(k_.assumptions()[c].equal_to->wire);
  }
  const DiagramBuilder::Substitution map = leading_points(b_, roots, induction_.size, h);
  for (std::uint32_t c : induction_.conditions) {
    const Kernel::Assumption a = k_.assumptions()[c];
    const Ref value = b_.at(b_.substitute(a.value.wire, map), a.value.at);
    if (!a.equal_to) {
      const auto sign = n_.signs().find(value.wire, a.sign);
      if (!sign) throw Rejected("a condition of an induction was not derived for its hypothesis");
      h.signs.push_back(*sign);
      continue;
    }
    const Ref other = b_.at(b_.substitute(a.equal_to->wire, map), a.equal_to->at);
    const Rewrite e = assumed(c);
    IndexMap at;
    for (std::size_t k = 0; k < value.at.size(); ++k) at[e.from.at.at(k)] = index_variable(value.at[k]);
    const Ref whole = b_.read(e.from, at);
    // The equation at the points in question: views of its two sides.
    const Rewrite here = whole.wire == e.from.wire ? w_.read_at(e, whole.at) : w_.inside(whole, {{0, e}});
    const Rewrite l = push_(value), r = push_(whole);
    if (l.to != r.to) throw Rejected("a condition of an induction is not an instance of itself");
    const Rewrite there = w_.chain(w_.chain(l, w_.reverse(r)), here);
    const Rewrite x = w_.chain(there, push_(there.to)), y = push_(other);
    if (x.to != y.to) throw Rejected("an equation of an induction was not derived for its hypothesis");
    h.equations.push_back(w_.chain(x, w_.reverse(y)).proof);
  }
  const Rewrite made = w_.read(k_.prove(h));
  return w_.chain(w_.reverse(n_.normal(made.from)), made);
}

}  // namespace skein
