#include "verify/sweep.hpp"

#include <cmath>
#include <numeric>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "verify/lemmas.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_array = 1u << 18;
constexpr std::size_t most_axes = 6;
constexpr std::size_t large_block = 60;  // wires
constexpr double agreement = 1e-9;       // relative to the largest value

// Wires that may become atoms: those whose operator no law of the normaliser wants to see (exp and inv cancel).
bool may_be_atom(const DiagramBuilder& b, WireId w) {
  const Box& box = b.box(w);
  if (!b.deterministic(w) || box.dtype != DType::real || box.degree.empty() || box.degree.size() > most_axes)
    return false;
  return box.op == Op::add || box.op == Op::mul || box.op == Op::reduce || box.op == Op::max || box.op == Op::min ||
         box.op == Op::erf || box.op == Op::where;
}

struct Candidate {
  WireId wire;
  Array values;
  double largest = 0, sum = 0;
};

// A wire of either side, with values at one random point.
class Values {
 public:
  Values(DiagramBuilder& b, const SizeContext& sizes, const std::vector<WireId>& wires,
         const std::map<Symbol, Array>& stored) {
    std::vector<InputPort> ports;
    std::set<Symbol> named;
    for (WireId w : wires)
      if (const Box& box = b.box(w); box.op == Op::input && named.insert(box.name).second)
        ports.push_back({box.name, box.degree, box.dtype, Role::input});
    std::vector<WireId> chosen;
    std::set<WireId> products;  // under a sum: the evaluator never writes them out
    for (WireId w : wires)
      if (b.box(w).op == Op::reduce)
        for (const Port& p : b.box(w).inputs) products.insert(p.wire);
    for (WireId w : wires)
      if (may_be_atom(b, w) && !(b.box(w).op == Op::mul && products.count(w))) chosen.push_back(w);
    auto diagram_of = [&](const std::vector<WireId>& roots) {
      std::vector<Output> outputs;
      for (WireId w : roots) {
        const Ref r = b.at_fresh(w);
        outputs.push_back({Symbol("w" + std::to_string(w.id)), r.at, r});
      }
      return freeze(b, Symbol("sweep"), sizes, ports, outputs);
    };
    try {
      Environment e = draw(diagram_of(chosen), stored);
      std::erase_if(chosen, [&](WireId w) {
        const auto shape = shape_of(b.axes(w), e.sizes);
        return std::accumulate(shape.begin(), shape.end(), std::size_t(1), std::multiplies<>()) > largest_array;
      });
      std::vector<Array> arrays = evaluate(diagram_of(chosen), e);
      for (std::size_t n = 0; n < chosen.size(); ++n) add(chosen[n], std::move(arrays[n]));
    } catch (const EvaluationError&) {  // too large to be run: then there is nothing to go by
    }
  }
  const std::vector<Candidate>& candidates() const { return candidates_; }

 private:
  void add(WireId w, Array a) {
    Candidate c{w, std::move(a)};
    double least = INFINITY, most = -INFINITY;
    for (double x : c.values.data) {
      if (!std::isfinite(x)) return;
      c.largest = std::max(c.largest, std::abs(x));
      c.sum += x;
      least = std::min(least, x), most = std::max(most, x);
    }
    if (c.values.data.size() > 1 && most > least) candidates_.push_back(std::move(c));  // a constant says nothing
  }

  // Weights small enough that rounding is not magnified from layer to layer; or, since a variance should be positive
  // and not every unit dead, near the stored ones, but without zeros among them.
  static Environment draw(const Diagram& d, const std::map<Symbol, Array>& stored) {
    SampleOptions small;
    small.scale = 0.25;
    Environment known;
    for (const auto& [name, array] : stored)
      if (d.find_input(name)) known.inputs.emplace(name, array);
    infer_sizes(d, known);
    small.sizes = known.sizes;
    Environment e = sample(d, 1, small);
    for (const auto& [name, array] : known.inputs) {
      Array& near = e.inputs.at(name);  // so far factors
      for (std::size_t k = 0; k < near.data.size(); ++k)
        near.data[k] = array.data[k] == 0 ? near.data[k] / 4 : array.data[k] * (1 + near.data[k] / 2);
    }
    return e;
  }

  std::vector<Candidate> candidates_;
};

// The axes that are not of size 1.
std::vector<std::size_t> proper_axes(const DiagramBuilder& b, WireId w) {
  std::vector<std::size_t> out;
  for (std::size_t s = 0; s < b.axes(w).size(); ++s)
    if (!(b.axes(w)[s].size == size_constant(1))) out.push_back(s);
  return out;
}

// For each proper axis of x, that of y along which it has the same values.
using AxisMap = std::vector<std::size_t>;

class AxisSearch {
 public:
  AxisSearch(const DiagramBuilder& b, const Candidate& x, const Candidate& y) : x_(x), y_(y) {
    for (auto [c, axes, shape] : {std::tuple(&x, &x_axes_, &x_shape_), std::tuple(&y, &y_axes_, &y_shape_)})
      for (std::size_t s : proper_axes(b, c->wire)) {
        axes->push_back(b.axes(c->wire)[s].size);
        shape->push_back(c->values.shape[s]);
      }
  }

  std::optional<AxisMap> run() {
    if (x_.values.data.size() != y_.values.data.size() || x_axes_.size() != y_axes_.size()) return std::nullopt;
    const double largest = std::max(x_.largest, y_.largest);
    if (std::abs(x_.sum - y_.sum) > agreement * largest * static_cast<double>(x_.values.data.size()))
      return std::nullopt;
    return extend(AxisMap(), std::vector<bool>(y_axes_.size(), false)) ? std::optional(found_) : std::nullopt;
  }

 private:
  bool extend(AxisMap map, std::vector<bool> used) {
    const std::size_t s = map.size();
    if (s == x_axes_.size()) {
      if (!same_values(map)) return false;
      found_ = map;
      return true;
    }
    map.push_back(0);
    for (std::size_t t = 0; t < y_axes_.size(); ++t) {
      if (used[t] || !(x_axes_[s] == y_axes_[t])) continue;
      map.back() = t;
      used[t] = true;
      if (extend(map, used)) return true;
      used[t] = false;
    }
    return false;
  }

  bool same_values(const AxisMap& map) const {
    std::vector<std::size_t> stride(y_axes_.size(), 1);
    for (std::size_t t = y_axes_.size(); t-- > 1;) stride[t - 1] = stride[t] * y_shape_[t];
    std::vector<std::size_t> at(map.size(), 0);
    const double most = agreement * std::max(x_.largest, y_.largest);
    for (double x : x_.values.data) {
      std::size_t place = 0;
      for (std::size_t s = 0; s < map.size(); ++s) place += at[s] * stride[map[s]];
      if (!(std::abs(x - y_.values.data[place]) <= most)) return false;
      for (std::size_t s = map.size(); s-- > 0;) {
        if (++at[s] < x_shape_[s]) break;
        at[s] = 0;
      }
    }
    return true;
  }

  const Candidate &x_, &y_;
  std::vector<Size> x_axes_, y_axes_;
  std::vector<std::size_t> x_shape_, y_shape_;
  AxisMap found_;
};

class Sweeper {
 public:
  Sweeper(Kernel& k, Clock::time_point deadline, std::optional<Within> within)
      : k_(k), b_(k.arena()), w_(k), lemmas_(k, within), deadline_(deadline), points_(std::make_shared<Points>(k)) {}

  Sweep run(const Ref& l, const Ref& r, const std::map<Symbol, Array>& stored) {
    Sweep out;
    const std::vector<WireId> left = wires_below(b_, {l.wire}), right = wires_below(b_, {r.wire});
    std::set<WireId> all(left.begin(), left.end());
    const std::set<WireId> in_left = all, in_right(right.begin(), right.end());
    all.insert(right.begin(), right.end());
    for (WireId w : left)
      if (in_right.count(w) && may_be_atom(b_, w)) shared_.insert(w);
    const Values values(b_, k_.sizes(), std::vector<WireId>(all.begin(), all.end()), stored);
    for (const auto& [x, y] : pairs(values.candidates(), in_left)) {
      if (x->wire == l.wire || y->wire == l.wire || x->wire == r.wire || y->wire == r.wire) continue;
      ++out.candidates;
      out.proved += settle(*x, *y);
      if (Clock::now() > deadline_) break;
    }
    const Rewrite a = at_only_points(l), b = at_only_points(r);
    if (Clock::now() < deadline_)
      if (const auto proof = prove(a.to, b.to, deadline_)) out.proof = w_.chain(w_.chain(a, *proof), w_.reverse(b));
    out.lemmas = lemmas_.certificates();
    out.points = points_;
    return out;
  }

 private:
  using Pair = std::pair<const Candidate*, const Candidate*>;

  // A wire of the right side and the first of the left one with its values, by the order of the right ones.
  std::vector<Pair> pairs(const std::vector<Candidate>& all, const std::set<WireId>& in_left) const {
    std::multimap<double, const Candidate*> by_sum;
    double largest = 0;
    for (const Candidate& y : all) {
      if (!in_left.count(y.wire)) continue;
      by_sum.emplace(y.sum, &y);
      largest = std::max(largest, y.largest);
    }
    std::vector<Pair> out;
    for (const Candidate& x : all) {
      if (in_left.count(x.wire)) continue;
      const double near = agreement * std::max(x.largest, largest) * static_cast<double>(x.values.data.size());
      const Candidate* first = nullptr;
      for (auto it = by_sum.lower_bound(x.sum - near); it != by_sum.end() && it->first <= x.sum + near; ++it)
        if ((!first || it->second->wire < first->wire) && AxisSearch(b_, x, *it->second).run()) first = it->second;
      if (first) out.emplace_back(&x, first);
    }
    return out;
  }

  // Proves the pair; from then on what y is where its axes of size 1 are read at 0 stands for both.
  bool settle(const Candidate& x, const Candidate& y) {
    const AxisMap map = *AxisSearch(b_, x, y).run();
    const Ref from = b_.at_fresh(x.wire);
    Ref to = b_.at_fresh(y.wire);
    const auto x_axes = proper_axes(b_, x.wire), y_axes = proper_axes(b_, y.wire);
    for (std::size_t s = 0; s < map.size(); ++s) to.at[y_axes[map[s]]] = from.at[x_axes[s]];
    const auto slice =
        std::max(std::chrono::duration_cast<Clock::duration>(std::chrono::milliseconds(500)),
                 deadline_ == Clock::time_point::max() ? Clock::duration(0) : (deadline_ - Clock::now()) / 10);
    const Rewrite a = at_only_points(from), b = at_only_points(to);
    const auto proof = prove(a.to, b.to, std::min(deadline_, Clock::now() + slice));
    if (!proof) return false;
    points_->add(b);
    points_->add(w_.chain(a, *proof));
    return true;
  }

  // Axes of size 1 read at 0, so that it does not matter which side has them. It takes sums, which are of reals.
  Rewrite at_only_points(const Ref& r) {
    Rewrite out = w_.same(r);
    if (b_.dtype(r.wire) != DType::real) return out;
    for (std::size_t s = 0; s < r.at.size(); ++s)
      if (b_.axis(r.at[s]).size == size_constant(1)) {
        out = w_.chain(out, w_.only_point(out.to, r.at[s]));
        const WireId inner = b_.box(out.to.wire).inputs[0].wire;
        if (b_.box(inner).op == Op::view) out = w_.chain(out, w_.apply(Inference::push_view, out.to));
      }
    return out;
  }

  // Both sides with what is known put in, then a lemma.
  std::optional<Rewrite> prove(const Ref& l, const Ref& r, Clock::time_point until) {
    try {
      const Rewrite a = w_.read_at(points_->below(l.wire), l.at), b = w_.read_at(points_->below(r.wire), r.at);
      if (a.to == b.to) return w_.chain(a, w_.reverse(b));
      const auto middle = lemma(a.to, b.to, until);
      if (middle) return w_.chain(w_.chain(a, *middle), w_.reverse(b));
    } catch (const Rejected&) {
    }
    return std::nullopt;
  }

  // What is met on the way down from some wires to the cuts; more than `most` inner wires are not collected.
  struct Reached {
    std::set<WireId> inner, ends;  // ends: cuts and arrays
  };
  Reached reach(const std::set<WireId>& cuts, std::vector<WireId> stack, std::size_t most = SIZE_MAX) const {
    Reached out;
    while (!stack.empty() && out.inner.size() <= most) {
      const WireId w = stack.back();
      stack.pop_back();
      if (cuts.count(w) || b_.box(w).op == Op::input)
        out.ends.insert(w);
      else if (out.inner.insert(w).second)
        for (const Port& p : b_.box(w).inputs) stack.push_back(p.wire);
    }
    return out;
  }

  // A lemma about two terms, cut at the known points; at those but the ones that are functions of the other ends (a
  // mean is one of what it is taken of); one point deeper; at what both sides share as well, which comes first if they
  // are large.
  std::optional<Rewrite> lemma(const Ref& l, const Ref& r, Clock::time_point until) {
    const std::set<WireId>& known = points_->representatives();
    const Reached all = reach(known, {l.wire, r.wire});
    auto with_shared = [&] {
      std::set<WireId> cuts = known;
      cuts.insert(shared_.begin(), shared_.end());
      cuts.erase(l.wire), cuts.erase(r.wire);
      return lemmas_.prove(l, r, cuts, until);
    };
    auto without = [&](const std::set<WireId>& wires) -> std::optional<Rewrite> {
      std::set<WireId> cuts = known;
      for (WireId w : wires) cuts.erase(w);
      if (cuts.size() == known.size()) return std::nullopt;
      return lemmas_.prove(l, r, cuts, until);
    };
    const bool large = all.inner.size() > large_block;
    if (large)
      if (auto found = with_shared()) return found;
    if (auto found = lemmas_.prove(l, r, known, until)) return found;
    if (auto found = without(functions_of_others(all.ends))) return found;
    if (auto found = without(all.ends)) return found;
    return large ? std::nullopt : with_shared();
  }

  // The points among the ends that can be computed from the others, with all that it takes.
  std::set<WireId> functions_of_others(const std::set<WireId>& ends) const {
    std::set<WireId> out, others = ends;
    for (WireId end : ends) {
      if (!points_->representatives().count(end)) continue;
      others.erase(end);
      const Reached below = reach(others, {end}, large_block);
      if (below.inner.size() <= large_block &&
          std::includes(others.begin(), others.end(), below.ends.begin(), below.ends.end()))
        out.insert(below.inner.begin(), below.inner.end());
      others.insert(end);
    }
    return out;
  }

  Kernel& k_;
  DiagramBuilder& b_;
  Rewriter w_;
  Lemmas lemmas_;
  Clock::time_point deadline_;
  std::shared_ptr<Points> points_;
  std::set<WireId> shared_;
};

}  // namespace

Sweep sweep(Kernel& k, const Ref& left, const Ref& right, const std::map<Symbol, Array>& stored,
            Clock::time_point deadline, std::optional<Within> within) {
  return Sweeper(k, deadline, within).run(left, right, stored);
}

}  // namespace skein
