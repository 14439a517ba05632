#include "verify/folds.hpp"

#include <algorithm>

#include "verify/fold_case.hpp"

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

}  // namespace

namespace {

// Proves the groups one after the other, in the order in which they are known. What others need of a group is a lemma.
class FoldProver {
 public:
  FoldProver(Kernel& k, const Ref& left, const Ref& right, const std::vector<FoldState>& states,
             const DeriveOptions& options)
      : k_(k), b_(k.arena()), left_(left), right_(right), states_(states), options_(options) {
    groups_ = fold_groups(b_, states);
    on_left_ = states_below(b_, {left}, states_), on_right_ = states_below(b_, {right}, states_);
  }

  bool nested() const {
    return std::any_of(groups_.begin(), groups_.end(), [](const FoldGroup& g) { return !g.around.empty(); });
  }

  // With `one`, lemmas take states of the folds around that may be equal to be one.
  FoldProof run(bool one) {
    FoldProof out;
    known_.assign(groups_.size(), {});
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const bool needed =
          std::any_of(groups_.begin(), groups_.end(), [&](const FoldGroup& other) { return other.reads.count(g) > 0; });
      if (needed || mention_steps(b_, groups_[g].states, groups_[g].steps))
        prove_lemmas(g, one, out);
      else
        prove_here(g, one, out);
    }
    if (one) use_in_claim(out);
    return out;
  }

 private:
  struct Plan {
    std::vector<FoldState> states, carried;
    std::vector<FoldLemma> known;
    Reach reach = Reach::last;
  };

  Plan plan(std::size_t g, bool one) {
    Plan p;
    p.states = p.carried = groups_[g].states;
    for (std::size_t x : groups_[g].reads) {
      p.carried.insert(p.carried.end(), groups_[x].states.begin(), groups_[x].states.end());
      p.known.insert(p.known.end(), known_[x].begin(), known_[x].end());
    }
    // Which reads there are in the claim and in the folds that are proved after this one.
    std::vector<WireId> roots{left_.wire, right_.wire};
    for (std::size_t x = 0; x < groups_.size(); ++x) {
      const bool inside = groups_[x].around.count(g) > 0;
      if (x != g && (inside ? one || known_[x].empty() : x > g))
        for (const FoldState& s : groups_[x].states) roots.push_back(s.first.wire), roots.push_back(s.next.wire);
    }
    if (reads_between(b_, roots, p.states)) p.reach = Reach::any;
    return p;
  }

  std::vector<Invariant> proposals(DiagramBuilder& b, const std::vector<FoldState>& states, Reach reach,
                                   std::string& reason) {
    auto of_side = [&](const std::set<Symbol>& names) {
      std::vector<FoldState> out;
      for (const FoldState& s : states)
        if (names.count(s.recurrence.state)) out.push_back(s);
      return out;
    };
    std::vector<Invariant> out = stated_invariants(b, states, options_.invariants, reason);
    for (Invariant& i :
         propose_equal_states(b, of_side(on_left_), of_side(on_right_), reach, options_.without_accumulators))
      out.push_back(std::move(i));
    for (Invariant& i : propose_closed_forms(b, states, reach, options_.without_accumulators))
      out.push_back(std::move(i));
    for (const FoldState& s : states)
      if (std::none_of(out.begin(), out.end(), [&](const Invariant& i) { return i.state == s.recurrence.state; }))
        reason += (reason.empty() ? "" : "; ") + std::string("no accumulator gives what ") + s.recurrence.state.text() +
                  " is after all steps";
    return out;
  }

  void prove_here(std::size_t g, bool one, FoldProof& out) {
    Plan p = plan(g, one);
    // Proposals are made of what the steps are once the folds that they read are known.
    std::vector<FoldState> simpler = p.states;
    if (!p.known.empty() && !out.last.empty())
      for (FoldState& s : simpler) s.first = without_folds(s.first, out), s.next = without_folds(s.next, out);
    prove_together(k_, proposals(b_, simpler, p.reach, out.reason), p.states, groups_[g].steps, p.carried, p.known,
                   options_, out);
  }

  void prove_lemmas(std::size_t g, bool one, FoldProof& out) {
    const Plan p = plan(g, one);
    FoldLemmas lemmas(k_, p.carried, groups_[g].steps, one ? one_state(g) : OneState(), options_.deadline);
    DeriveOptions inner = options_;
    inner.recurrences = lemmas.recurrences();
    std::vector<FoldState> states;
    for (FoldState& s : fold_states(lemmas.kernel(), inner.recurrences))
      if (std::any_of(p.states.begin(), p.states.end(),
                      [&](const FoldState& x) { return x.recurrence.state == s.recurrence.state; }))
        states.push_back(std::move(s));
    FoldProof proof;
    prove_together(lemmas.kernel(), proposals(lemmas.kernel().arena(), states, p.reach, proof.reason), states,
                   groups_[g].steps, fold_states(lemmas.kernel(), inner.recurrences), p.known, inner, proof);
    if (!proof.reason.empty()) out.reason += (out.reason.empty() ? "" : "; ") + proof.reason;
    out.lemmas.insert(out.lemmas.end(), proof.lemmas.begin(), proof.lemmas.end());
    for (std::size_t i = 0; i < proof.last.size(); ++i)
      known_[g].push_back(lemmas.conclude(proof.invariants[i], proof.last[i], out.lemmas));
    if (!one) put_in_claim(known_[g], out);
  }

  // For the folds around a group: the second of two states that may be equal is taken to be the first.
  OneState one_state(std::size_t g) {
    OneState out;
    for (std::size_t x : groups_[g].around) {
      std::vector<FoldState> l, r;
      for (const FoldState& s : groups_[x].states) {
        if (on_left_.count(s.recurrence.state)) l.push_back(s);
        if (on_right_.count(s.recurrence.state)) r.push_back(s);
      }
      for (const Invariant& i : propose_equal_states(b_, l, r, Reach::any, options_.without_accumulators))
        out[b_.box(i.closed.wire).name] = i.state;
    }
    return out;
  }

  // What lemmas say, in the claim.
  void put_in_claim(const std::vector<FoldLemma>& lemmas, FoldProof& out) {
    Normaliser n(k_, options_.deadline);
    Rewriter& w = n.rewriter();
    const LemmaUse use{
        n,
        {},
        [&](Symbol state, bool step) -> std::optional<Rewrite> {
          for (const Recurrence& r : options_.recurrences)
            if (r.state == state)
              return w.read(k_.prove(
                  {.rule = Inference::assumed, .numbers = {static_cast<std::uint32_t>(step ? r.next : r.first)}}));
          return std::nullopt;
        },
        [&](const Ref& l, const Ref& r) -> std::optional<Rewrite> {
          const Rewrite x = without_states(k_, l, out, options_), y = without_states(k_, r, out, options_);
          const Rewrite a = w.chain(x, n.normal(x.to)), c = w.chain(y, n.normal(y.to));
          if (a.to != c.to) return std::nullopt;
          return w.chain(a, w.reverse(c));
        }};
    for (const FoldLemma& lemma : lemmas)
      if (auto rule = instance_of(lemma, use)) {
        out.invariants.push_back({lemma.state, rule->equation.from, rule->equation.to, lemma.accumulator});
        out.last.push_back(std::move(rule->equation));
      }
  }

  // Once the folds around are known to be equal, what was proved with that in mind holds in the claim.
  void use_in_claim(FoldProof& out) {
    for (const auto& lemmas : known_) put_in_claim(lemmas, out);
  }

  Ref without_folds(const Ref& r, const FoldProof& folds) {
    Rewriter w(k_);
    ViewPusher push(w);
    return push(without_states(k_, push(r).to, folds, options_).to).to;
  }

  Kernel& k_;
  DiagramBuilder& b_;
  const Ref left_, right_;
  const std::vector<FoldState>& states_;
  const DeriveOptions& options_;
  std::vector<FoldGroup> groups_;
  std::set<Symbol> on_left_, on_right_;
  std::vector<std::vector<FoldLemma>> known_;  // by group
};

}  // namespace

FoldProof prove_folds(Kernel& k, const Ref& left, const Ref& right, const DeriveOptions& options) {
  std::string reason;
  std::vector<FoldState> counted;
  std::vector<Recurrence> unrolled;
  for (FoldState& s : fold_states(k, options.recurrences)) {
    const Size& steps = s.recurrence.steps;
    if (steps.as_atom())
      counted.push_back(std::move(s));
    else if (steps.is_constant() && steps.constant_term() <= most_unrolled)
      unrolled.push_back(s.recurrence);
    else
      reason += (reason.empty() ? "the fold of " : "; the fold of ") + s.recurrence.state.text() + " has " +
                to_string(steps) + " steps, which is " +
                (steps.is_constant() ? "too many to be unrolled" : "not one size variable");
  }
  FoldProver prover(k, left, right, counted, options);
  FoldProof out = prover.run(false);
  if (out.invariants.size() < counted.size() && prover.nested()) {
    FoldProof other = prover.run(true);
    if (other.invariants.size() > out.invariants.size()) out = std::move(other);
  }
  out.reason = reason + (reason.empty() || out.reason.empty() ? "" : "; ") + out.reason;
  if (!unrolled.empty()) {
    Normaliser n(k, options.deadline);
    out.steps = unrolled_states(k, n, unrolled);
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
  Rewrite a = w.chain(read, n.normal(read.to));
  // A closed form may read the states of a fold before it.
  ReadRewriter known(w, std::move(rules));
  for (std::size_t k = 0; k <= folds.last.size(); ++k) {
    const Rewrite b = known(a.to);
    if (b.trivial()) break;
    a = w.chain(a, b);
    if (k < folds.last.size()) a = w.chain(a, n.normal(a.to));
  }
  return a;
}

}  // namespace skein
