#include "verify/sweep.hpp"

#include <cmath>
#include <numeric>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_array = 1u << 18;
constexpr std::size_t most_axes = 6;
constexpr double agreement = 1e-9;  // relative to the largest value

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
  Values(DiagramBuilder& b, const SizeContext& sizes, const std::vector<WireId>& wires) {
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
      Environment e = sample(diagram_of(chosen), 1);
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
  Sweeper(Kernel& k, Clock::time_point deadline) : k_(k), b_(k.arena()), w_(k), deadline_(deadline) {}

  Sweep run(const Ref& l, const Ref& r) {
    Sweep out;
    const std::vector<WireId> left = wires_below(b_, {l.wire}), right = wires_below(b_, {r.wire});
    std::set<WireId> all(left.begin(), left.end());
    const std::set<WireId> in_left = all;
    all.insert(right.begin(), right.end());
    const Values values(b_, k_.sizes(), std::vector<WireId>(all.begin(), all.end()));
    for (const auto& [x, y] : pairs(values.candidates(), in_left)) {
      if (x->wire == l.wire || y->wire == l.wire || x->wire == r.wire || y->wire == r.wire) continue;
      ++out.candidates;
      out.proved += settle(*x, *y);
      if (Clock::now() > deadline_) return out;
    }
    const Rewrite a = at_only_points(l), b = at_only_points(r);
    if (const auto proof = prove(a.to, b.to, deadline_)) out.proof = w_.chain(w_.chain(a, *proof), w_.reverse(b));
    return out;
  }

 private:
  // A wire of the right side and the first of the left one with its values, by the order of the right ones.
  std::vector<std::pair<const Candidate*, const Candidate*>> pairs(const std::vector<Candidate>& all,
                                                                   const std::set<WireId>& in_left) const {
    std::vector<std::pair<const Candidate*, const Candidate*>> out;
    for (const Candidate& x : all) {
      if (in_left.count(x.wire)) continue;
      for (const Candidate& y : all)
        if (in_left.count(y.wire) && AxisSearch(b_, x, y).run()) {
          out.emplace_back(&x, &y);
          break;
        }
    }
    return out;
  }

  // Proves the pair and makes y an atom that stands for both.
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
    const Rewrite atom = w_.chain(b, atom_of(b.to));
    known_.emplace(x.wire, w_.chain(w_.chain(a, *proof), w_.read_at(atom_of(b.to), b.to.at)));
    known_.emplace(y.wire, atom);
    return true;
  }

  // Axes of size 1 read at 0, so that it does not matter which side has them.
  Rewrite at_only_points(const Ref& r) {
    Rewrite out = w_.same(r);
    for (std::size_t s = 0; s < r.at.size(); ++s)
      if (b_.axis(r.at[s]).size == size_constant(1)) {
        out = w_.chain(out, w_.only_point(out.to, r.at[s]));
        const WireId inner = b_.box(out.to.wire).inputs[0].wire;
        if (b_.box(inner).op == Op::view) out = w_.chain(out, w_.apply(Inference::push_view, out.to));
      }
    return out;
  }

  // A wire as an atom: a view of it that reads it as it is, unless it is a view. The normal form of sums of products
  // does not look below a view, and the normaliser leaves this one alone.
  Rewrite atom_of(const Ref& r) {
    if (b_.box(r.wire).op == Op::view) {
      atoms_.insert(r.wire);
      return w_.same(r);
    }
    std::vector<IndexExpression> at;
    for (Index i : r.at) at.push_back(index_variable(i));
    const Ref barrier = b_.view(r.wire, at);
    atoms_.insert(barrier.wire);
    return w_.reverse(w_.apply(Inference::simplify_view, barrier));
  }

  std::optional<Rewrite> prove(const Ref& l, const Ref& r, Clock::time_point until) {
    try {
      std::map<WireId, Rewrite> memo;
      const Rewrite a = w_.read_at(below(l.wire, memo), l.at), b = w_.read_at(below(r.wire, memo), r.at);
      if (a.to == b.to) return w_.chain(a, w_.reverse(b));
      Normaliser n(k_, until, {.atoms = &atoms_});
      const Rewrite x = w_.chain(a, n.normal(a.to)), y = w_.chain(b, n.normal(b.to));
      if (x.to != y.to) return std::nullopt;
      return w_.chain(x, w_.reverse(y));
    } catch (const Rejected&) {
    } catch (const OutOfTime&) {
    }
    return std::nullopt;
  }

  // The wire with the wires below it that are known replaced by their atoms; not itself.
  Rewrite below(WireId wire, std::map<WireId, Rewrite>& memo) {
    const Ref whole = b_.at_fresh(wire);
    if (atoms_.count(wire)) return w_.same(whole);
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const std::vector<Port> ports = b_.box(wire).inputs;
    for (std::uint32_t p = 0; p < ports.size(); ++p) {
      const WireId in = ports[p].wire;
      auto it = memo.find(in);
      if (it == memo.end()) {
        const auto known = known_.find(in);
        it = memo.emplace(in, known != known_.end() ? known->second : below(in, memo)).first;
      }
      inputs.emplace_back(p, it->second);
    }
    try {
      return w_.inside(whole, inputs);
    } catch (const Rejected&) {  // a view that may read out of range: what is below it stays
      return w_.same(whole);
    }
  }

  Kernel& k_;
  DiagramBuilder& b_;
  Rewriter w_;
  Clock::time_point deadline_;
  std::map<WireId, Rewrite> known_;
  std::set<WireId> atoms_;
};

}  // namespace

Sweep sweep(Kernel& k, const Ref& left, const Ref& right, Clock::time_point deadline) {
  return Sweeper(k, deadline).run(left, right);
}

}  // namespace skein
