#include "verify/derive.hpp"

#include "kernel/certificate.hpp"
#include "rewrite/features.hpp"
#include "verify/folds.hpp"
#include "verify/hypotheses.hpp"
#include "verify/induction.hpp"
#include "verify/parts.hpp"
#include "verify/sweep.hpp"

namespace skein {
namespace {

constexpr std::size_t many_wires = 150;  // then a normal form of the whole may multiply out
constexpr int deepest_cut = 4;

class Search {
 public:
  Search(Kernel& k, const DeriveOptions& options)
      : k_(k), b_(k.arena()), options_(options), n_(k, options.deadline, with({})), w_(n_.rewriter()) {}

  Derivation run(const Ref& l, const Ref& r) {
    Derivation d;
    d.left = l, d.right = r;
    try {
      if (l == r) return d.proof = w_.same(l), d.tactic = "by definition", d;
      for (const std::string& hint : options_.hints)
        if (hint.rfind("induction ", 0) == 0) {
          if ((d.proof = by_induction(k_, l, r, Symbol(hint.substr(10)), options_, d.lemmas)))
            d.tactic = hint;
          else
            d.reason = "the induction on " + hint.substr(10) + " did not close";
          return d;
        }
      if (!options_.recurrences.empty()) return through_folds(l, r);
      std::optional<Rewrite> a, b;
      if (large(l, r)) {
        const Sweep s = sweep(k_, l, r, options_.stored, options_.deadline, options_.within);
        d.points = s.points;
        if ((d.proof = s.proof)) return d.lemmas = s.lemmas, d.tactic = "internal points", d;
        d.reason = std::to_string(s.proved) + " of " + std::to_string(s.candidates) + " internal points were proved; ";
      }
      if (!options_.hypotheses.empty() && (d.proof = under_hypotheses(l, r, d)))
        return d.tactic = "normal form under the hypotheses", d;
      if ((d.proof = normal_forms(l, r, a, b))) return d.tactic = "normal form", d;
      d.left = a->to, d.right = b->to;
      if ((d.proof = in_pieces(l, r))) return d.tactic = "normal form in pieces", d;
      auto parts = [&](bool with_leaves) {
        if (auto m = by_parts(a->to, b->to, with_leaves, 0)) d.proof = w_.chain(w_.chain(*a, *m), w_.reverse(*b));
        return d.proof.has_value();
      };
      if (parts(false)) return d.tactic = "by parts", d;
      if (options_.leaves) {
        if ((d.proof = leaf(l, r))) return d.tactic = "leaf", d;
        if (auto m = leaf(a->to, b->to)) {
          d.proof = w_.chain(w_.chain(*a, *m), w_.reverse(*b));
          return d.tactic = "normal form and leaf", d;
        }
      }
      if ((d.proof = clear_denominator(l, r, *a, *b))) return d.tactic = "cleared denominator", d;
      if ((d.proof = exponentials(l, r))) return d.tactic = "exponentials of both sides", d;
      if ((d.proof = indicators(l, r))) return d.tactic = "normal form with indicators", d;
      if (options_.leaves && parts(true)) return d.tactic = "by parts", d;
      d.reason += "the normal forms of the two sides differ";
    } catch (const OutOfTime& e) {
      d.reason += e.what();
    } catch (const Rejected& e) {
      d.reason += std::string("the kernel refused a step: ") + e.what();
    }
    return d;
  }

 private:
  NormaliserOptions with(NormaliserOptions o) const {
    o.within = options_.within;
    return o;
  }

  // States replaced by what they are after all steps, then the other tactics.
  Derivation through_folds(const Ref& l, const Ref& r) {
    const FoldProof folds = prove_folds(k_, l, r, options_);
    const Rewrite a = skein::without_states(k_, l, folds, options_), b = skein::without_states(k_, r, folds, options_);
    DeriveOptions rest = options_;
    rest.recurrences.clear();
    Derivation d = derive(k_, a.to, b.to, rest);
    d.invariants = folds.invariants;
    d.lemmas.insert(d.lemmas.end(), folds.lemmas.begin(), folds.lemmas.end());
    d.without_states = [&k = k_, folds, options = options_](const Ref& x) -> std::optional<Rewrite> {
      if (!reads_states(k.arena(), x, folds)) return std::nullopt;
      return skein::without_states(k, x, folds, options);
    };
    if (d.proof) d.proof = w_.chain(w_.chain(a, *d.proof), w_.reverse(b));
    if (!d.proof && !folds.reason.empty()) d.reason = folds.reason + "; then " + d.reason;
    return d;
  }

  std::optional<Rewrite> normal_forms(const Ref& l, const Ref& r, std::optional<Rewrite>& a,
                                      std::optional<Rewrite>& b) {
    a = n_.normal(l);
    b = n_.normal(r);
    if (a->to != b->to) return std::nullopt;
    return w_.chain(*a, w_.reverse(*b));
  }

  // Normal forms in which no left side of an equation that is assumed occurs, then the other tactics.
  std::optional<Rewrite> under_hypotheses(const Ref& l, const Ref& r, Derivation& d) {
    Hypotheses hypotheses(k_, n_, options_.hypotheses);
    const Rewrite a = hypotheses.normal(l), b = hypotheses.normal(r);
    d.left = a.to, d.right = b.to;
    if (a.to == b.to) return w_.chain(a, w_.reverse(b));
    DeriveOptions rest = options_;
    rest.hypotheses.clear();
    const Derivation inner = derive(k_, a.to, b.to, rest);
    if (!inner.proof) return std::nullopt;
    d.lemmas = inner.lemmas;
    return w_.chain(w_.chain(a, *inner.proof), w_.reverse(b));
  }

  bool large(const Ref& l, const Ref& r) const { return wires_below(b_, {l.wire, r.wire}).size() > many_wires; }

  // Reductions of one side cut where the other side reads its parts.
  std::optional<Rewrite> in_pieces(const Ref& l, const Ref& r) {
    const Cuts cuts = suggested_cuts(b_, {l.wire, r.wire});
    if (cuts.empty()) return std::nullopt;
    Normaliser n(k_, options_.deadline, with({.cuts = cuts}));
    const Rewrite a = n.normal(l), b = n.normal(r);
    if (a.to != b.to) return std::nullopt;
    return w_.chain(a, w_.reverse(b));
  }

  // l == log(exp l) == log(exp r) == r, where the sides have logarithms at their roots.
  std::optional<Rewrite> exponentials(const Ref& l, const Ref& r) {
    const Symbol log_exp("log_exp"), a("a");
    if (!k_.find_theorem(log_exp) || b_.dtype(l.wire) != DType::real || b_.dtype(r.wire) != DType::real)
      return std::nullopt;
    const std::vector<WireId> below = wires_below(b_, {l.wire, r.wire});
    if (std::none_of(below.begin(), below.end(), [&](WireId w) { return b_.box(w).op == Op::log; }))
      return std::nullopt;
    const Rewrite x = n_.normal(b_.add(Op::exp, {l})), y = n_.normal(b_.add(Op::exp, {r}));
    if (x.to != y.to) return std::nullopt;
    const Rewrite left = w_.reverse(w_.instance(log_exp, {{a, l}})), right = w_.instance(log_exp, {{a, r}});
    return w_.chain(w_.chain(left, w_.inside(left.to, {{0, w_.chain(x, w_.reverse(y))}})), right);
  }

  // `if g then x else 0` as a product, where a case is in the way of linearity.
  std::optional<Rewrite> indicators(const Ref& l, const Ref& r) {
    if (!with_indicators_) with_indicators_.emplace(k_, options_.deadline, with({.zero_cases = ZeroCases::indicators}));
    const Rewrite a = with_indicators_->normal(l), b = with_indicators_->normal(r);
    if (a.to != b.to) return std::nullopt;
    return w_.chain(a, w_.reverse(b));
  }

  // Normal terms cut along the first index at which a guard of one of them changes. A cut loses nothing, so no other
  // one is tried where its parts are not proved.
  std::optional<Rewrite> by_parts(const Ref& l, const Ref& r, bool with_leaves, int depth) {
    if (depth > deepest_cut) return std::nullopt;
    FeatureFinder features(b_);
    for (const Ref& side : {l, r})
      for (std::uint32_t s = 0; s < side.at.size(); ++s)
        for (const Size& border : features.of(side.wire, s).borders) {
          const Size rest = b_.axis(side.at[s]).size - border;
          if (k_.sizes().find_farkas(border - size_constant(1)) && k_.sizes().find_farkas(rest - size_constant(1)))
            return equal_by_parts(w_, l, r, side.at[s], border,
                                  [&](const Ref& x, const Ref& y) { return part_goal(x, y, with_leaves, depth + 1); });
        }
    return std::nullopt;
  }

  std::optional<Rewrite> part_goal(const Ref& l, const Ref& r, bool with_leaves, int depth) {
    std::optional<Rewrite> a, b;
    if (auto p = normal_forms(l, r, a, b)) return p;
    if (auto p = indicators(l, r)) return p;
    std::optional<Rewrite> middle = by_parts(a->to, b->to, with_leaves, depth);
    if (!middle && with_leaves) middle = leaf(a->to, b->to);
    if (!middle) return std::nullopt;
    return w_.chain(w_.chain(*a, *middle), w_.reverse(*b));
  }

  // The terms at which a wire is read in r, outside of binders.
  void occurrences(const Ref& r, WireId w, std::set<Ref>& out, int depth = 0) {
    if (r.wire == w) out.insert(r);
    if (depth > 30) return;
    if (b_.box(r.wire).op == Op::reduce) return;
    for (const Ref& in : b_.open(r).inputs) occurrences(in, w, out, depth + 1);
  }

  std::optional<Rewrite> leaf(const Ref& l, const Ref& r) {
    std::vector<std::pair<Ref, SignId>> premises;
    for (const auto& [value, sign] : n_.signs().assumed()) {
      std::set<Ref> at;
      if (value.at.empty()) at.insert(value);
      occurrences(l, value.wire, at);
      occurrences(r, value.wire, at);
      for (const Ref& t : at) premises.emplace_back(t, sign);
    }
    try {
      return w_.smt(l, r, premises);
    } catch (const Rejected&) {
      return std::nullopt;
    }
  }

  // l == inv(D) * (D*l) for an inverse inv(D) that occurs in a normal form, where D != 0 by its sign.
  std::optional<Rewrite> clear_denominator(const Ref& l, const Ref& r, const Rewrite& a, const Rewrite& b) {
    if (!k_.find_theorem(Symbol("mul_inv")) || b_.dtype(l.wire) != DType::real || b_.dtype(r.wire) != DType::real)
      return std::nullopt;
    std::set<Ref> inverses;
    for (const Ref& side : {a.to, b.to}) find_inverses(side, inverses, 0);
    for (const Ref& inverse : inverses) {
      const Ref d = b_.open(inverse).inputs[0];
      auto nonzero = n_.signs().find(d.wire, Sign::nonzero);
      if (!nonzero) continue;
      auto reads_all = [&](const Ref& side) {
        return std::all_of(d.at.begin(), d.at.end(),
                           [&](Index i) { return std::find(side.at.begin(), side.at.end(), i) != side.at.end(); });
      };
      if (!reads_all(a.to) || !reads_all(b.to)) continue;
      auto cleared = [&](const Rewrite& side) {  // side.to == (d * inv(d)) * side.to
        const Rewrite unit = w_.instance(Symbol("mul_inv"), {{Symbol("a"), d}}, {*nonzero});
        const Ref whole = b_.add(Op::mul, {side.to, unit.from});
        const auto ports = b_.open(whole).inputs;
        const auto at =
            std::find_if(ports.begin(), ports.end(), [&](const Ref& p) { return p.wire == unit.from.wire; });
        if (at == ports.end()) throw Rejected("a product lost a factor");
        const Rewrite one = w_.inside(whole, {{static_cast<std::uint32_t>(at - ports.begin()), unit}});
        const Rewrite back = w_.chain(one, w_.contraction(one.to, side.to));
        return std::pair(w_.chain(side, w_.reverse(back)), b_.add(Op::mul, {d, side.to}));
      };
      auto [xl, il] = cleared(a);
      auto [xr, ir] = cleared(b);
      const Ref gl = b_.add(Op::mul, {inverse, il}), gr = b_.add(Op::mul, {inverse, ir});
      auto finish = [&](const Rewrite& x, const Ref& grouped, const Ref& inner) {
        const Rewrite g = w_.contraction(x.to, grouped);
        const auto ports = b_.open(grouped).inputs;
        for (std::uint32_t p = 0; p < ports.size(); ++p)
          if (ports[p] == inner) return w_.chain(w_.chain(x, g), w_.inside(grouped, {{p, n_.normal(inner)}}));
        throw Rejected("a product lost a factor");
      };
      const Rewrite yl = finish(xl, gl, il), yr = finish(xr, gr, ir);
      if (yl.to == yr.to) return w_.chain(yl, w_.reverse(yr));
    }
    return std::nullopt;
  }

  void find_inverses(const Ref& r, std::set<Ref>& out, int depth) {
    if (depth > 8) return;
    const Op op = b_.box(r.wire).op;
    if (op == Op::inv) out.insert(r);
    if (op == Op::exp) {  // exp(-x) is an inverse in disguise: of exp(x)
      const Ref x = b_.open(r).inputs[0];
      if (b_.dtype(x.wire) == DType::real)
        out.insert(b_.add(Op::inv, {b_.add(Op::exp, {n_.normal(b_.add(Op::mul, {b_.literal(-1), x})).to})}));
    }
    if (op != Op::add && op != Op::mul && op != Op::inv) return;
    for (const Ref& in : b_.open(r).inputs) find_inverses(in, out, depth + 1);
  }

  Kernel& k_;
  DiagramBuilder& b_;
  const DeriveOptions& options_;
  Normaliser n_;
  Rewriter& w_;
  std::optional<Normaliser> with_indicators_;  // made where it is needed
};

}  // namespace

std::string Derivation::certificate(Kernel& k, Symbol name, const Statement& statement) const {
  std::string text;
  for (const std::string& lemma : lemmas) text += lemma;
  return text + write_certificate(k, name, statement, proof->proof);
}

Derivation derive(Kernel& k, const Ref& left, const Ref& right, const DeriveOptions& options) {
  return Search(k, options).run(left, right);
}

}  // namespace skein
