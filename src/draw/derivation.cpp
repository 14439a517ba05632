#include "draw/derivation.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>

namespace skein {

namespace {

using Walk = std::vector<DerivationLink>;

class Reader {
 public:
  Reader(Kernel& k, EquationId conclusion, std::size_t most) : k_(k), b_(k.arena()) {
    constexpr int deepest = 64;
    while (deep_ < deepest && length(conclusion, deep_ + 1, most + 1) <= most) ++deep_;
  }

  // The walk from l to r, which are the two sides of e at issued indices. `depth` counts the boxes around it.
  Walk walk(EquationId e, const Ref& l, const Ref& r, int depth) {
    const Step s = k_.step(e);
    const bool inside = s.rule == Inference::congruence && depth < deep_;
    if (s.rule != Inference::trans && s.rule != Inference::sym && s.rule != Inference::refl && !inside) {
      claim_all(e);
      return {link(e, r)};
    }
    claim(e);
    if (s.rule == Inference::refl) return {};
    if (s.rule == Inference::sym) return reversed(walk(s.equations[0], r, l, depth), r, depth);
    if (s.rule == Inference::trans) return joined(s, l, r, depth);
    return b_.box(l.wire).op == Op::view ? within_view(s, l, r, depth) : within_box(s, l, r, depth);
  }

  std::size_t claimed() const { return equations_.size() + signs_.size(); }

 private:
  // The links of e if `depth` congruences, one inside the other, are taken apart; at most `enough`.
  std::size_t length(EquationId e, int depth, std::size_t enough) {
    const Step& s = k_.step(e);
    if (s.rule == Inference::refl) return 0;
    const bool inner = s.rule == Inference::congruence;
    if ((inner && depth == 0) || (!inner && s.rule != Inference::trans && s.rule != Inference::sym)) return 1;
    const auto [known, fresh] = lengths_.try_emplace({e, depth}, 0);
    if (!fresh) return known->second;
    std::size_t sum = 0;
    for (const EquationId x : s.equations) sum = std::min(enough, sum + length(x, inner ? depth - 1 : depth, enough));
    return lengths_[{e, depth}] = sum;
  }

  DerivationLink link(EquationId e, const Ref& after) {
    const std::size_t fresh = claimed() - counted_;
    counted_ += fresh;
    return {after, e, false, 0, false, fresh};
  }

  // --- steps of the kernel, each counted where the walk first needs it
  void claim(EquationId e) { equations_.insert(e); }
  void claim_all(EquationId e) {
    if (!equations_.insert(e).second) return;
    claim_premises(k_.step(e));
  }
  void claim_all(SignId s) {
    if (signs_.insert(s).second) claim_premises(k_.step(s));
  }
  void claim_premises(const Step& s) {
    for (const EquationId e : s.equations) claim_all(e);
    for (const SignId x : s.signs) claim_all(x);
  }

  // --- indices
  // The right side of e where its left side is read at `at`; further indices are new.
  Ref right_side(EquationId e, const std::vector<Index>& at) { return k_.sides(e, at).second; }

  // What of `made`, which is the term `wanted` up to the names of new indices, is to be renamed.
  static std::map<Index, Index> new_names(const Ref& made, const Ref& wanted, const std::set<Index>& old) {
    if (made.wire != wanted.wire) throw std::logic_error("an equation does not lead to its right side");
    std::map<Index, Index> names;
    for (std::size_t k = 0; k < made.at.size(); ++k)
      if (!old.count(made.at[k])) names[made.at[k]] = wanted.at[k];
    return names;
  }

  Walk joined(const Step& s, const Ref& l, const Ref& r, int depth) {
    // As the kernel matches the indices of the two equations.
    const Equation first = k_.equation(s.equations[0]), second = k_.equation(s.equations[1]);
    std::vector<Index> context = l.at;
    for (const Size& x : first.extra) context.push_back(b_.fresh({x, Symbol()}));
    Ref middle{first.rhs, {}};
    for (const auto n : first.rhs_at) middle.at.push_back(context.at(n));
    std::vector<Index> further = middle.at;
    for (std::size_t k = 0; k < second.extra.size(); ++k)
      further.push_back(k < s.numbers.size() && s.numbers[k] < context.size() ? context[s.numbers[k]]
                                                                              : b_.fresh({second.extra[k], Symbol()}));
    Ref end{second.rhs, {}};
    for (const auto n : second.rhs_at) end.at.push_back(further.at(n));
    middle = b_.rename(middle, new_names(end, r, {l.at.begin(), l.at.end()}));
    Walk out = walk(s.equations[0], l, middle, depth);
    if (!out.empty()) out.back().level = 2 * depth;
    Walk rest = walk(s.equations[1], middle, r, depth);
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
  }

  static Walk reversed(const Walk& w, const Ref& start, int depth) {
    Walk out;
    for (std::size_t k = w.size(); k-- > 0;) {
      DerivationLink x = w[k];
      x.after = k > 0 ? w[k - 1].after : start;
      x.level = k > 0 ? w[k - 1].level : 0;
      x.backwards = !x.backwards;
      if (depth == 0) x.returning = !x.returning;
      out.push_back(x);
    }
    return out;
  }

  Walk within_box(const Step& s, const Ref& l, const Ref& r, int depth) {
    DiagramBuilder::Opened o = b_.open(l);
    Box shape = b_.box(l.wire);
    shape.index = o.index;
    std::vector<Ref> targets, inputs = o.inputs;
    for (std::size_t k = 0; k < s.numbers.size(); ++k) {
      targets.push_back(right_side(s.equations[k], o.inputs.at(s.numbers[k]).at));
      inputs[s.numbers[k]] = targets.back();
    }
    std::set<Index> old(l.at.begin(), l.at.end());
    const auto names = new_names(b_.make(shape, inputs, o.bound), r, old);
    Walk out;
    inputs = o.inputs;
    for (std::size_t k = 0; k < s.numbers.size(); ++k) {
      Ref& input = inputs[s.numbers[k]];
      if (!out.empty()) out.back().level = 2 * depth + 3;  // only some of the box's inputs are rewritten
      for (DerivationLink x : walk(s.equations[k], input, b_.rename(targets[k], names), depth + 1)) {
        input = x.after;
        x.after = b_.make(shape, inputs, o.bound);
        out.push_back(std::move(x));
      }
    }
    return out;
  }

  Walk within_view(const Step& s, const Ref& l, const Ref& r, int depth) {
    const WireId inner = b_.box(l.wire).inputs.at(0).wire;
    const Ref from = b_.at_fresh(inner);
    const std::vector<IndexExpression> index = b_.open(l).index;
    IndexMap where;
    for (std::size_t k = 0; k < from.at.size(); ++k) where[from.at[k]] = index[k];
    const Ref target = right_side(s.equations[0], from.at);
    std::set<Index> old(l.at.begin(), l.at.end());
    const auto names = new_names(b_.read(target, where), r, old);
    Walk out = walk(s.equations[0], from, b_.rename(target, names), depth + 1);
    for (DerivationLink& x : out) x.after = b_.read(x.after, where);
    return out;
  }

  Kernel& k_;
  DiagramBuilder& b_;
  int deep_ = 0;
  std::map<std::pair<EquationId, int>, std::size_t> lengths_;
  std::size_t counted_ = 0;
  std::set<EquationId> equations_;
  std::set<SignId> signs_;
};

}  // namespace

DerivationChain read_derivation(Kernel& k, const Diagram& left, const Diagram& right, EquationId conclusion,
                                std::size_t most) {
  DiagramBuilder& b = k.arena();
  const Output l = thaw(b, left).at(0), r = thaw(b, right).at(0);
  std::map<Index, Index> same;
  for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
  Reader reader(k, conclusion, most);
  DerivationChain d{l.axes, l.value, reader.walk(conclusion, l.value, b.rename(r.value, same), 0), 0, {}};
  d.steps = reader.claimed();
  std::size_t counted = 0;
  for (const DerivationLink& x : d.links) counted += x.steps;
  if (!d.links.empty()) d.links.back().steps += d.steps - counted;  // reflexivity at the end
  for (std::size_t n = 1; n < d.links.size() && !d.middle; ++n)
    if (d.links[n].returning && !d.links[n - 1].returning) d.middle = n;
  return d;
}

std::vector<std::pair<EquationId, bool>> inferences_of(const Kernel& k, const DerivationLink& link) {
  std::vector<std::pair<EquationId, bool>> out;
  std::set<std::pair<EquationId, bool>> seen;
  std::function<void(EquationId, bool)> visit = [&](EquationId e, bool backwards) {
    if (!seen.insert({e, backwards}).second) return;
    const Step& s = k.step(e);
    if (s.rule == Inference::refl) return;
    if (s.rule != Inference::congruence && s.rule != Inference::trans && s.rule != Inference::sym)
      return void(out.emplace_back(e, backwards));
    for (const EquationId x : s.equations) visit(x, backwards != (s.rule == Inference::sym));
  };
  visit(link.inference, link.backwards);
  return out;
}

}  // namespace skein
