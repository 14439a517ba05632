#include "prove/folding.hpp"

#include <algorithm>
#include <cmath>

#include "backend/evaluate.hpp"
#include "prove/domain.hpp"
#include "prove/rounding.hpp"

namespace skein {
namespace {

// Of values and of the largest value: a few roundings of float32.
constexpr double of_value = 5e-7, of_largest = 2e-7;
constexpr std::size_t most_axes = 6;

// A term of weights alone, and its numbers at its own axes.
struct Term {
  Diagram diagram;
  Array numbers;
  std::string text;
};

// The terms that weights may be folded into: of each linear map the weights times the factors behind it, and the
// summands behind it times theirs.
class Terms {
 public:
  Terms(const Diagram& d, const std::map<Symbol, WeightArray>& pool) : diagram_(d), pool_(pool) {
    std::vector<WireId> roots;
    for (const Output& o : thaw(b_, d)) roots.push_back(o.value.wire);
    const auto wires = static_cast<std::uint32_t>(b_.wire_count());
    for (std::uint32_t w = 0; w < wires; ++w) {
      const Box& box = b_.box(WireId{w});
      if (box.dtype != DType::real || (box.op != Op::add && box.op != Op::mul && box.op != Op::reduce)) continue;
      if (constant(WireId{w})) continue;
      const Affine a = affine(b_.at_fresh(WireId{w}));
      for (const Ref& kernel : a.kernels) add(kernel);
      if (a.offset) add(*a.offset);
    }
    // What the other side computes of weights alone, such as an inverse deviation.
    for (std::uint32_t w = 0; w < wires; ++w)
      if (const Box& box = b_.box(WireId{w}); box.op != Op::input && box.op != Op::literal && constant(WireId{w}))
        if (box.dtype == DType::real) add(b_.at_fresh(WireId{w}));
  }
  const std::vector<Term>& list() const { return terms_; }

 private:
  // The sum over the kernels of a linear map of data each, plus the offset; kernels read indices that the map binds.
  struct Affine {
    std::vector<Ref> kernels;
    std::optional<Ref> offset;
  };

  bool constant(WireId w) {
    if (const auto it = constant_.find(w); it != constant_.end()) return it->second;
    const Box& box = b_.box(w);
    bool all = box.op == Op::input ? pool_.count(box.name) > 0 : box.deterministic;
    for (const Port& p : box.inputs) all = all && constant(p.wire);
    return constant_[w] = all;
  }

  Affine affine(const Ref& r) {
    const Box box = b_.box(r.wire);
    if (constant(r.wire)) return {{}, r};
    const auto o = b_.open(r);
    if (box.op == Op::add) {
      Affine out;
      std::vector<Ref> offsets;
      for (const Ref& in : o.inputs) {
        const Affine a = affine(in);
        out.kernels.insert(out.kernels.end(), a.kernels.begin(), a.kernels.end());
        if (a.offset) offsets.push_back(*a.offset);
      }
      if (!offsets.empty()) out.offset = offsets.size() == 1 ? offsets[0] : b_.add(Op::add, offsets);
      return out;
    }
    if (box.op == Op::mul) {
      std::vector<Ref> factors, data;
      for (const Ref& in : o.inputs) (constant(in.wire) ? factors : data).push_back(in);
      Affine out = data.size() == 1 ? affine(data[0]) : Affine{};
      if (factors.empty()) return out;
      auto scaled = [&](const Ref& x) {
        std::vector<Ref> all = factors;
        all.push_back(x);
        return b_.add(Op::mul, all);
      };
      if (out.offset) out.offset = scaled(*out.offset);
      for (Ref& kernel : out.kernels) kernel = scaled(kernel);
      if (out.kernels.empty()) out.kernels = {factors.size() == 1 ? factors[0] : b_.add(Op::mul, factors)};
      return out;
    }
    if (box.op == Op::reduce && box.fold == Op::add) {
      Affine out = affine(o.inputs[0]);
      if (out.offset) out.offset = b_.reduce(Op::add, o.bound, *out.offset);
      return out;
    }
    return {};
  }

  void add(const Ref& r) {
    if (r.at.empty() || r.at.size() > most_axes || !seen_.insert(r.wire).second) return;
    const Diagram d = freeze(b_, Symbol("folded"), diagram_.sizes(), diagram_.inputs(), {{Symbol("out"), r.at, r}});
    Environment e;
    for (const InputPort& p : d.inputs())
      if (const auto it = pool_.find(p.name); it != pool_.end())
        e.inputs[p.name] = {it->second.shape, it->second.values};
      else if (std::any_of(d.boxes().begin(), d.boxes().end(),
                           [&](const Box& x) { return x.op == Op::input && x.name == p.name; }))
        return;
    try {
      std::vector<InputPort> ports;
      for (const InputPort& p : d.inputs())
        if (e.inputs.count(p.name)) ports.push_back(p);
      DiagramBuilder b;
      const Diagram own = freeze(b, d.name, d.sizes(), std::move(ports), thaw(b, d));
      terms_.push_back({own, evaluate(own, e).at(0), sketch(b_, r.wire)});
    } catch (const EvaluationError&) {
    }
  }

  const Diagram& diagram_;
  const std::map<Symbol, WeightArray>& pool_;
  DiagramBuilder b_;
  std::map<WireId, bool> constant_;
  std::set<WireId> seen_;
  std::vector<Term> terms_;
};

std::vector<std::size_t> proper_axes(const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> out;
  for (std::size_t s = 0; s < shape.size(); ++s)
    if (shape[s] != 1) out.push_back(s);
  return out;
}

struct Match {
  std::vector<std::size_t> axis;  // for each proper axis of the stored array, that of the term
  double difference = 0;
};

// The order of the term's axes in which it has the values of the stored array, up to rounding.
std::optional<Match> match(const WeightArray& stored, const Array& term) {
  if (stored.values.size() != term.data.size() || stored.values.empty()) return std::nullopt;
  const auto ours = proper_axes(stored.shape), theirs = proper_axes(term.shape);
  if (ours.size() != theirs.size()) return std::nullopt;
  double largest = 0;
  for (double x : stored.values) largest = std::max(largest, std::abs(x));
  std::vector<std::size_t> stride(term.shape.size(), 1);
  for (std::size_t t = term.shape.size(); t-- > 1;) stride[t - 1] = stride[t] * term.shape[t];
  std::vector<std::size_t> order = theirs;
  do {
    bool fits = true;
    for (std::size_t s = 0; s < ours.size() && fits; ++s) fits = stored.shape[ours[s]] == term.shape[order[s]];
    if (!fits) continue;
    double worst = 0;
    std::vector<std::size_t> at(ours.size(), 0);
    for (std::size_t n = 0; n < stored.values.size() && fits; ++n) {
      std::size_t place = 0;
      for (std::size_t s = 0; s < ours.size(); ++s) place += at[s] * stride[order[s]];
      const double x = stored.values[n], difference = std::abs(x - term.data[place]);
      fits = difference <= of_value * std::abs(x) + of_largest * largest;
      worst = std::max(worst, difference);
      for (std::size_t s = ours.size(); s-- > 0;) {
        if (++at[s] < stored.shape[ours[s]]) break;
        at[s] = 0;
      }
    }
    if (fits) return Match{order, largest > 0 ? worst / largest : 0};
  } while (std::next_permutation(order.begin(), order.end()));
  return std::nullopt;
}

std::set<Symbol> weights_read(const Diagram& d, const std::map<Symbol, WeightArray>& pool) {
  std::set<Symbol> out;
  for (const Box& x : d.boxes())
    if (x.op == Op::input && pool.count(x.name)) out.insert(x.name);
  return out;
}

}  // namespace

std::optional<Folded> fold_weights(const Pairing& p, bool left) {
  const Diagram &stored = left ? p.statement.left : p.statement.right,
                &other = left ? p.statement.right : p.statement.left;
  const std::set<Symbol> here = weights_read(stored, p.pool), there = weights_read(other, p.pool);
  std::vector<Symbol> alone;
  std::set_difference(here.begin(), here.end(), there.begin(), there.end(), std::back_inserter(alone));
  const std::vector<bool> compared = compared_boxes(stored);
  std::erase_if(alone, [&](Symbol name) {
    for (std::size_t w = 0; w < compared.size(); ++w)
      if (const Box& x = stored.boxes()[w]; compared[w] && x.op == Op::input && x.name == name) return true;
    return false;
  });
  std::map<Symbol, WeightArray> others;
  for (Symbol name : there) others.emplace(name, p.pool.at(name));
  if (alone.empty() || others.empty()) return std::nullopt;
  const Terms terms(other, others);

  Folded out{p, {}};
  DiagramBuilder b;
  DiagramBuilder::Substitution s;
  for (Symbol name : alone) {
    const WeightArray& numbers = p.pool.at(name);
    for (const Term& term : terms.list()) {
      const auto found = match(numbers, term.numbers);
      if (!found) continue;
      const Output value = thaw(b, term.diagram).front();
      DiagramBuilder::Substitution::Array array;
      array.body = value.value;
      const auto proper = proper_axes(numbers.shape);
      for (std::size_t axis = 0, k = 0; axis < numbers.shape.size(); ++axis)
        if (k < proper.size() && proper[k] == axis)
          array.formals.push_back(value.axes[found->axis[k++]]);
        else
          array.formals.push_back(b.fresh({size_constant(1), Symbol()}));
      // Axes of size 1 of the term are read at their only point.
      IndexMap zero;
      for (std::size_t t = 0; t < value.axes.size(); ++t)
        if (term.numbers.shape[t] == 1 &&
            std::find(array.formals.begin(), array.formals.end(), value.axes[t]) == array.formals.end())
          zero[value.axes[t]] = index_constant(0);
      if (!zero.empty()) array.body = b.read(array.body, zero);
      s.inputs[name] = std::move(array);
      out.weights.push_back({name, term.text, found->difference});
      break;
    }
  }
  if (out.weights.empty()) return std::nullopt;
  auto without = [&](std::vector<InputPort> ports) {
    std::erase_if(ports, [&](const InputPort& port) { return s.inputs.count(port.name) > 0; });
    return ports;
  };
  Diagram &replaced = left ? out.pairing.statement.left : out.pairing.statement.right,
          &kept = left ? out.pairing.statement.right : out.pairing.statement.left;
  replaced = freeze(b, stored.name, stored.sizes(), without(stored.inputs()), thaw(b, stored, s));
  kept = freeze(b, other.name, other.sizes(), without(other.inputs()), thaw(b, other));
  for (const FoldedWeight& w : out.weights) out.pairing.pool.erase(w.name);
  return out;
}

}  // namespace skein
