#include "verify/folds.hpp"

#include <algorithm>

#include "verify/induction.hpp"
#include "verify/parts.hpp"

namespace skein {
namespace {

const Integer most_unrolled = 256;

// Replaces whole wires.
class WireRewriter {
 public:
  WireRewriter(Rewriter& w, const std::map<WireId, Rewrite>& rules) : w_(w), b_(w.arena()), rules_(rules) {}

  Rewrite operator()(const Ref& r) {
    auto known = memo_.find(r.wire);
    if (known == memo_.end()) known = memo_.emplace(r.wire, of_wire(r.wire)).first;
    return w_.read_at(known->second, r.at);
  }

 private:
  Rewrite of_wire(WireId wire) {
    const Ref base = b_.at_fresh(wire);
    if (const auto rule = rules_.find(wire); rule != rules_.end()) return w_.read_at(rule->second, base.at);
    if (b_.box(wire).op == Op::view) return w_.same(base);
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const auto in = b_.open(base).inputs;
    for (std::uint32_t p = 0; p < in.size(); ++p) inputs.emplace_back(p, (*this)(in[p]));
    return w_.inside(base, inputs);
  }

  Rewriter& w_;
  DiagramBuilder& b_;
  const std::map<WireId, Rewrite>& rules_;
  std::map<WireId, Rewrite> memo_;
};

// The base or the step of one induction.
class Case {
 public:
  Case(Kernel& k, std::uint32_t induction, bool step, const std::vector<FoldState>& states,
       const DeriveOptions& options)
      : k_(k),
        b_(k.arena()),
        number_(induction),
        step_(step),
        induction_(k.inductions().at(induction)),
        states_(states),
        options_(options),
        n_(k, options.deadline, {.within = Within{induction, step}}),
        w_(n_.rewriter()),
        push_(w_) {
    options_.within = Within{induction, step};
    options_.hints.clear();
    options_.recurrences.clear();
    value_ = step ? size_variable(induction_.size) + size_constant(1)
                  : size_constant(k.sizes().lower_bound(induction_.size));
  }

  std::vector<std::string> lemmas;  // certificates of those that were used

  // The goal at the sizes of this case, as the kernel will ask for it; empty if it was not derived.
  std::optional<EquationId> derive_goal(std::size_t g, std::string& reason) {
    if (!prepared_) prepare();
    const auto [l, r] = at_size(b_, induction_.goals[g], induction_.size, value_);
    auto prove = [&](const Ref& x, const Ref& y) { return equal(x, y, reason); };
    std::optional<Rewrite> e;
    const auto point = point_of(l);
    if (!point)
      e = prove(l, r);
    else if (value_.is_zero())
      e = at_only_point(l, r, *point, reason);
    else
      e = equal_by_parts(w_, l, r, *point, value_, [&](const Ref& x, const Ref& y) -> std::optional<Rewrite> {
        // The last point, and of the base the first one as well.
        for (Index i : x.at)
          if (b_.axis(i).size == size_constant(1))
            if (const auto p = at_only_point(x, y, i, reason)) return p;
        return prove(x, y);
      });
    return e ? std::optional(e->proof) : std::nullopt;
  }

 private:
  // Where a goal is about a state after any number of steps, the index that counts them.
  std::optional<Index> point_of(const Ref& l) {
    if (b_.box(l.wire).op != Op::input) return std::nullopt;
    for (const FoldState& s : states_)
      if (s.recurrence.state == b_.box(l.wire).name) return l.at.at(s.recurrence.counter);
    return std::nullopt;
  }

  std::optional<Rewrite> at_only_point(const Ref& l, const Ref& r, Index i, std::string& reason) {
    const bool left = std::count(l.at.begin(), l.at.end(), i), right = std::count(r.at.begin(), r.at.end(), i);
    const Rewrite a = left ? w_.only_point(l, i) : w_.same(l), b = right ? w_.only_point(r, i) : w_.same(r);
    const auto e = equal(a.to, b.to, reason);
    if (!e) return std::nullopt;
    return w_.chain(w_.chain(a, *e), w_.reverse(b));
  }

  std::optional<Rewrite> equal(const Ref& l, const Ref& r, std::string& reason) {
    const Rewrite a = brought(l), b = brought(r);
    const Derivation d = derive(k_, a.to, b.to, options_);
    lemmas.insert(lemmas.end(), d.lemmas.begin(), d.lemmas.end());
    if (d.proof) return w_.chain(w_.chain(a, *d.proof), w_.reverse(b));
    reason = d.reason;
    return std::nullopt;
  }

  void prepare() {
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
  }

  // Last points cut off, states after this step unfolded, states before it replaced by what is known of them.
  Rewrite brought(const Ref& r) {
    Rewrite a = push_(r);
    if (step_) a = w_.chain(a, cut_last(w_, a.to, size_variable(induction_.size)));
    auto then = [&](auto&& f) { a = w_.chain(a, f(a.to)); };
    then([&](const Ref& x) { return n_.normal(x); });
    then(*unfold_);
    then([&](const Ref& x) { return n_.normal(x); });
    then(*replace_);
    then([&](const Ref& x) { return n_.normal(x); });
    return a;
  }

  Rewrite assumed(std::size_t condition) {
    const EquationId e = k_.prove(
        {.rule = Inference::assumed, .numbers = {static_cast<std::uint32_t>(condition), number_, step_ ? 1u : 0u}});
    return w_.read(e);
  }

  // The hypothesis for the first points of each array, with a proof of every condition for these.
  Rewrite hypothesis(std::uint32_t goal) {
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

  Kernel& k_;
  DiagramBuilder& b_;
  const std::uint32_t number_;
  const bool step_;
  const Kernel::Induction induction_;
  const std::vector<FoldState>& states_;
  DeriveOptions options_;
  Normaliser n_;
  Rewriter& w_;
  ViewPusher push_;
  Size value_;
  bool prepared_ = false;
  std::optional<ReadRewriter> unfold_, replace_;
};

std::vector<FoldState> fold_states(Kernel& k, const DeriveOptions& options) {
  DiagramBuilder& b = k.arena();
  std::vector<FoldState> out;
  std::map<Size, Index> points;
  for (const Recurrence& r : options.recurrences) {
    const Kernel::Assumption first = k.assumptions().at(r.first), next = k.assumptions().at(r.next);
    FoldState s;
    s.recurrence = r;
    const auto index = b.open(next.value).index;
    s.step = free_indices(index.at(r.counter)).at(0);
    s.next = *next.equal_to;
    const Ref all = b.at_fresh(b.box(next.value.wire).inputs[0].wire);
    const auto [point, fresh] = points.emplace(r.steps, Index{});
    if (fresh) point->second = b.fresh(b.axis(all.at[r.counter]));
    s.point = point->second;
    auto at = [&](const IndexExpression& counter) {
      IndexMap map;
      for (std::uint32_t i = 0; i < index.size(); ++i) map[all.at[i]] = i == r.counter ? counter : index[i];
      return b.read(all, map);
    };
    s.before = at(index_variable(s.step));
    s.last = at(index_size(r.steps));
    s.any = at(index_variable(s.point));
    // The first value at the indices of the others.
    const auto first_index = b.open(first.value).index;
    std::map<Index, Index> same;
    for (std::uint32_t i = 0; i < index.size(); ++i)
      if (i != r.counter) same[free_indices(first_index[i]).at(0)] = free_indices(index[i]).at(0);
    s.first = b.rename(*first.equal_to, same);
    out.push_back(std::move(s));
  }
  return out;
}

// Whether a term reads one of the states elsewhere than after all steps.
bool reads_between(const DiagramBuilder& b, const std::vector<WireId>& roots, const std::vector<FoldState>& states) {
  for (WireId w : wires_below(b, roots)) {
    const Box& x = b.box(w);
    auto between = [&](const Port& p) {
      const Box& state = b.box(p.wire);
      return std::any_of(states.begin(), states.end(), [&](const FoldState& s) {
        if (state.op != Op::input || state.name != s.recurrence.state) return false;
        return x.op != Op::view || !(x.index.at(s.recurrence.counter) == index_size(s.recurrence.steps));
      });
    };
    if (std::any_of(x.inputs.begin(), x.inputs.end(), between)) return true;
  }
  return false;
}

// What the user says of these states; `reason` tells what does not fit.
std::vector<Invariant> stated(DiagramBuilder& b, const std::vector<FoldState>& states,
                              const std::vector<StatedInvariant>& invariants, std::string& reason) {
  std::vector<Invariant> out;
  for (const StatedInvariant& i : invariants)
    for (const FoldState& s : states) {
      const std::string name = s.recurrence.state.text();
      if (name.substr(0, name.find('@')) != i.state) continue;
      const Output closed = thaw(b, i.closed).front();
      std::vector<Index> axes = s.any.at;
      axes.erase(axes.begin() + s.recurrence.counter);
      const bool any = closed.axes.size() == axes.size() + 1;
      if (any) axes.insert(axes.begin(), s.point);
      std::map<Index, Index> same;
      bool fits = closed.axes.size() == axes.size();
      for (std::size_t k = 0; k < axes.size() && fits; ++k) {
        fits = b.axis(closed.axes[k]).size == b.axis(axes[k]).size;
        same[closed.axes[k]] = axes[k];
      }
      if (fits)
        out.push_back({s.recurrence.state, any ? s.any : s.last, b.rename(closed.value, same), "stated"});
      else
        reason += (reason.empty() ? "" : "; ") + std::string("the stated invariant of ") + i.state +
                  " does not have the axes of " + name;
    }
  return out;
}

// The conditions of the kernel that an induction on these states carries: their recurrences, and all that is no
// recurrence of another fold.
std::vector<std::uint32_t> conditions_of(const Kernel& k, const std::vector<FoldState>& states,
                                         const DeriveOptions& options) {
  std::vector<std::uint32_t> out;
  auto defines = [](const Recurrence& r, std::uint32_t c) { return r.first == c || r.next == c; };
  for (std::uint32_t c = 0; c < k.assumptions().size(); ++c) {
    const bool own =
        std::any_of(states.begin(), states.end(), [&](const FoldState& s) { return defines(s.recurrence, c); });
    const bool recurrence = std::any_of(options.recurrences.begin(), options.recurrences.end(),
                                        [&](const Recurrence& r) { return defines(r, c); });
    if (own || !recurrence) out.push_back(c);
  }
  return out;
}

// Tries the proposals by induction on this size, for each state one at a time: all that are tried together hold
// together or not at all, so one whose base or step is not derived gives way to the next proposal for its state.
void prove_together(Kernel& k, const std::vector<Invariant>& proposals, const std::vector<FoldState>& states,
                    Symbol size, const DeriveOptions& options, FoldProof& out) {
  const std::vector<std::uint32_t> conditions = conditions_of(k, states, options);
  std::map<Symbol, std::vector<Invariant>> waiting;  // by state, the next one last
  for (auto p = proposals.rbegin(); p != proposals.rend(); ++p) waiting[p->state].push_back(*p);
  for (;;) {
    std::vector<Invariant> tried;
    for (const FoldState& s : states)
      if (const auto w = waiting.find(s.recurrence.state); w != waiting.end() && !w->second.empty())
        tried.push_back(w->second.back());
    if (tried.empty()) return;
    std::vector<Kernel::Goal> goals;
    for (const Invariant& i : tried) goals.push_back({i.value, i.closed});
    const std::uint32_t number = k.open_induction(goals, size, conditions);
    std::vector<EquationId> premises;
    std::optional<std::size_t> failed;
    for (bool step : {false, true}) {
      if (failed) break;
      Case part(k, number, step, states, options);
      for (std::size_t g = 0; g < goals.size() && !failed; ++g) {
        std::string reason;
        std::optional<EquationId> e;
        try {
          e = part.derive_goal(g, reason);
        } catch (const Rejected& error) {
          reason = error.what();
        }
        if (e) {
          premises.push_back(*e);
          continue;
        }
        failed = g;
        out.reason += (out.reason.empty() ? "" : "; ") + std::string("the invariant of ") + tried[g].state.text() +
                      " (" + tried[g].accumulator + ") failed in the " + (step ? "step: " : "base: ") + reason;
      }
      out.lemmas.insert(out.lemmas.end(), part.lemmas.begin(), part.lemmas.end());
    }
    if (failed) {
      waiting[tried[*failed].state].pop_back();
      continue;
    }
    Rewriter w(k);
    for (std::uint32_t g = 0; g < goals.size(); ++g) {
      const EquationId e = k.prove({.rule = Inference::induction, .equations = premises, .numbers = {number, g}});
      out.last.push_back(w.read_at(w.read(e), goals[g].lhs.at));
      out.invariants.push_back(tried[g]);
    }
    return;
  }
}

}  // namespace

FoldProof prove_folds(Kernel& k, const Ref& left, const Ref& right, const DeriveOptions& options) {
  DiagramBuilder& b = k.arena();
  FoldProof out;
  std::map<Symbol, std::vector<FoldState>> by_steps;
  std::vector<Recurrence> unrolled;
  for (FoldState& s : fold_states(k, options)) {
    const Size& steps = s.recurrence.steps;
    if (const Symbol* n = steps.as_atom())
      by_steps[*n].push_back(std::move(s));
    else if (steps.is_constant() && steps.constant_term() <= most_unrolled)
      unrolled.push_back(s.recurrence);
    else
      out.reason += (out.reason.empty() ? "the fold of " : "; the fold of ") + s.recurrence.state.text() + " has " +
                    to_string(steps) + " steps, which is " +
                    (steps.is_constant() ? "too many to be unrolled" : "not one size variable");
  }
  if (!unrolled.empty()) {
    Normaliser n(k, options.deadline);
    out.steps = unrolled_states(k, n, unrolled);
  }
  // Which states a side depends on, through other states as well.
  auto states_below = [&](const Ref& side, const std::vector<FoldState>& states) {
    std::set<WireId> seen;
    std::vector<WireId> stack{side.wire};
    std::set<Symbol> names;
    while (!stack.empty()) {
      const WireId w = stack.back();
      stack.pop_back();
      if (!seen.insert(w).second) continue;
      const Box& x = b.box(w);
      for (const Port& p : x.inputs) stack.push_back(p.wire);
      if (x.op != Op::input) continue;
      for (const FoldState& s : states)
        if (s.recurrence.state == x.name && names.insert(x.name).second) stack.push_back(s.next.wire);
    }
    std::vector<FoldState> result;
    for (const FoldState& s : states)
      if (names.count(s.recurrence.state)) result.push_back(s);
    return result;
  };
  for (const auto& [n, states] : by_steps) {
    const auto l = states_below(left, states), r = states_below(right, states);
    const Reach reach = reads_between(b, {left.wire, right.wire}, states) ? Reach::any : Reach::last;
    std::vector<Invariant> proposals = stated(b, states, options.invariants, out.reason);
    for (Invariant& i : propose_equal_states(b, l, r, reach, options.without_accumulators))
      proposals.push_back(std::move(i));
    for (Invariant& i : propose_closed_forms(b, states, reach, options.without_accumulators))
      proposals.push_back(std::move(i));
    for (const FoldState& s : states)
      if (std::none_of(proposals.begin(), proposals.end(),
                       [&](const Invariant& i) { return i.state == s.recurrence.state; }))
        out.reason += (out.reason.empty() ? "" : "; ") + std::string("no accumulator gives what ") +
                      s.recurrence.state.text() + " is after all steps";
    prove_together(k, proposals, states, n, options, out);
  }
  return out;
}

bool reads_states(const DiagramBuilder& b, const Ref& r, const FoldProof& folds) {
  const std::vector<WireId> below = wires_below(b, {r.wire});
  auto known = [&](const Rewrite& e) { return std::find(below.begin(), below.end(), e.from.wire) != below.end(); };
  return std::any_of(folds.last.begin(), folds.last.end(), known) ||
         std::any_of(folds.steps.begin(), folds.steps.end(), [&](const ReadRule& r) { return known(r.equation); });
}

Rewrite without_states(Kernel& k, const Ref& r, const FoldProof& folds, const DeriveOptions& options) {
  std::vector<ReadRule> rules = folds.steps;
  for (std::size_t i = 0; i < folds.last.size(); ++i)
    for (const Recurrence& x : options.recurrences)
      if (x.state == folds.invariants[i].state)
        rules.push_back({x.state, x.counter,
                         k.arena().box(folds.last[i].from.wire).op == Op::input ? std::optional<IndexExpression>()
                                                                                : index_size(x.steps),
                         folds.last[i]});
  Normaliser n(k, options.deadline);
  Rewriter& w = n.rewriter();
  // What is known after any number of steps is known after step t+1: the value after a step is read there.
  std::map<WireId, Rewrite> after_step;
  if (std::any_of(rules.begin(), rules.end(), [](const ReadRule& rule) { return !rule.value; }))
    for (const Recurrence& x : options.recurrences) {
      const Rewrite next =
          w.read(k.prove({.rule = Inference::assumed, .numbers = {static_cast<std::uint32_t>(x.next)}}));
      after_step.emplace(next.to.wire, w.reverse(next));
    }
  const Rewrite read = after_step.empty() ? w.same(r) : WireRewriter(w, after_step)(r);
  const Rewrite a = w.chain(read, n.normal(read.to));
  return w.chain(a, ReadRewriter(w, std::move(rules))(a.to));
}

}  // namespace skein
