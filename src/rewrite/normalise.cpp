#include "rewrite/normalise.hpp"

#include <unordered_map>

#include "rewrite/features.hpp"
#include "rewrite/products.hpp"

namespace skein {

class Normaliser::Impl {
 public:
  Impl(Kernel& k, std::chrono::steady_clock::time_point deadline, NormaliserOptions options)
      : k_(k),
        b_(k.arena()),
        w_(k),
        signs_(k, options.within),
        features_(b_, options.atoms),
        products_(w_, signs_),
        deadline_(deadline),
        cuts_(std::move(options.cuts)),
        zero_cases_(options.zero_cases),
        atoms_(options.atoms) {}

  Rewrite normal(const Ref& r) { return w_.read_at(normal_wire(r.wire), r.at); }

  Kernel& k_;
  DiagramBuilder& b_;
  Rewriter w_;
  Signs signs_;

 private:
  Rewrite normal_wire(WireId wire) {
    if (auto it = memo_.find(wire.id); it != memo_.end()) return it->second;
    if (std::chrono::steady_clock::now() > deadline_) throw OutOfTime();
    struct Depth {
      int& depth;
      explicit Depth(int& d) : depth(d) { ++depth; }
      ~Depth() { --depth; }
    } inside(depth_);
    if (depth_ > 4000) throw OutOfTime("the diagrams are nested too deeply for normal forms");
    const Ref whole = b_.at_fresh(wire);
    Rewrite so_far = w_.same(whole);
    if (is_atom(wire)) return so_far;
    if (b_.box(wire).op == Op::view) {
      if (auto s = view(whole)) so_far = w_.chain(*s, normal(s->to));
      memo_.emplace(wire.id, so_far);
      return so_far;
    }
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const std::vector<Port> ports = b_.box(wire).inputs;
    if (b_.box(wire).deterministic)
      for (std::uint32_t p = 0; p < ports.size(); ++p) inputs.emplace_back(p, normal_wire(ports[p].wire));
    so_far = w_.inside(whole, inputs);
    if (so_far.to.wire != wire) {
      so_far = w_.chain(so_far, normal(so_far.to));
    } else if (auto s = attempted_root(so_far.to)) {
      so_far = w_.chain(so_far, *s);
      so_far = w_.chain(so_far, normal(so_far.to));
    }
    memo_.emplace(wire.id, so_far);
    return so_far;
  }

  bool is_atom(WireId w) const { return atoms_ && atoms_->count(w) > 0; }

  // Asks the kernel for an inference that may not apply.
  std::optional<Rewrite> attempt(const Step& s, const Ref& from) {
    try {
      Rewrite r = w_.apply(s, from);
      if (r.to.wire == from.wire) return std::nullopt;
      return r;
    } catch (const Rejected&) {
      return std::nullopt;
    }
  }

  // One step towards the leaves.
  std::optional<Rewrite> view(const Ref& whole) {
    if (auto s = attempt({.rule = Inference::simplify_view, .terms = {whole}}, whole)) return s;
    const WireId inner = b_.box(whole.wire).inputs[0].wire;
    if (b_.box(inner).op == Op::input || !b_.box(inner).deterministic || is_atom(inner)) return std::nullopt;
    // Where the view stays in range its input can be normalised first, once for all views of it.
    const Rewrite n = normal_wire(inner);
    if (n.to.wire != inner) {
      try {
        return w_.inside(whole, {{0, n}});
      } catch (const Rejected&) {
      }
    }
    return attempt({.rule = Inference::push_view, .terms = {whole}}, whole);
  }

  // A law that the kernel refuses here (its polynomials too large to be told equal) is none.
  std::optional<Rewrite> attempted_root(const Ref& whole) {
    try {
      return root(whole);
    } catch (const Rejected&) {
      return std::nullopt;
    }
  }

  // One step at the root of a term whose inputs are normal.
  std::optional<Rewrite> root(const Ref& whole) {
    const Box box = b_.box(whole.wire);
    switch (box.op) {
      case Op::add:
      case Op::mul:
      case Op::size_value:
        if (box.dtype == DType::real) {
          if (auto s = products_.polynomial(whole)) return s;
          if (box.op == Op::mul)
            if (auto s = products_.product(whole)) return s;
        }
        return std::nullopt;
      case Op::reduce: return reduce(whole, box);
      case Op::inv: return products_.inverse(whole, [this](const Ref& r) { return normal(r); });
      case Op::exp:
        if (auto s = attempt({.rule = Inference::evaluate, .terms = {whole}}, whole)) return s;
        return products_.exponential(whole);
      case Op::max:
      case Op::min:
      case Op::conj:
      case Op::disj:
        if (auto s = attempt({.rule = Inference::evaluate, .terms = {whole}}, whole)) return s;
        return products_.flatten(whole);
      case Op::log:
        if (auto s = attempt({.rule = Inference::evaluate, .terms = {whole}}, whole)) return s;
        return products_.logarithm(whole, [this](const Ref& r) { return normal(r); });
      case Op::sqrt:
      case Op::erf:
      case Op::sin:
      case Op::cos:
      case Op::fin: return attempt({.rule = Inference::evaluate, .terms = {whole}}, whole);
      case Op::cases:
        for (Inference i : {Inference::cases_then, Inference::cases_else, Inference::cases_same})
          if (auto s = attempt({.rule = i, .terms = {whole}}, whole)) return s;
        for (std::uint32_t branch : {0u, 1u})
          if (auto s = attempt({.rule = Inference::cases_nested, .terms = {whole}, .numbers = {branch}}, whole))
            return s;
        return zero_cases_ == ZeroCases::indicators ? indicator(whole) : std::nullopt;
      case Op::input:
      case Op::literal:
      case Op::neg_inf:
      case Op::index_value:
      case Op::negate:
      case Op::less:
      case Op::less_equal:
      case Op::equal:
      case Op::where:
      case Op::view:
      case Op::opaque: return std::nullopt;
    }
    return std::nullopt;
  }

  // if g then x else 0 == (if g then 1 else 0) * x: the case hoisted out of the product, read backwards.
  std::optional<Rewrite> indicator(const Ref& whole) {
    const auto o = b_.open(whole);
    const Box then = b_.box(o.inputs[0].wire), otherwise = b_.box(o.inputs[1].wire);
    if (then.dtype != DType::real || then.op == Op::literal) return std::nullopt;
    if (otherwise.op != Op::literal || otherwise.value != 0) return std::nullopt;
    const Ref one = b_.cases(o.index, b_.literal(1), b_.literal(0));
    const Ref product = b_.add(Op::mul, {one, o.inputs[0]});
    const auto factors = b_.open(product).inputs;
    const auto port = static_cast<std::uint32_t>(std::find(factors.begin(), factors.end(), one) - factors.begin());
    const Rewrite hoisted = w_.apply({.rule = Inference::cases_hoist, .terms = {product}, .numbers = {port}}, product);
    const auto branches = b_.open(hoisted.to).inputs;
    const Rewrite back = w_.chain(hoisted, w_.inside(hoisted.to, {{0, w_.contraction(branches[0], o.inputs[0])},
                                                                  {1, w_.contraction(branches[1], o.inputs[1])}}));
    if (back.to.wire != whole.wire) return std::nullopt;
    return w_.reverse(back);
  }

  std::optional<Rewrite> reduce(const Ref& whole, const Box& box) {
    for (Inference i : {Inference::reduce_empty, Inference::reduce_single, Inference::reduce_unused, Inference::delta})
      if (auto s = attempt({.rule = i, .terms = {whole}}, whole)) return s;
    if (box.fold == Op::add) {
      if (auto s = select(whole)) return s;
      if (auto s = products_.polynomial(whole)) return s;
      if (auto s = products_.leave_reduction(whole)) return s;
    } else if (auto s = products_.flatten(whole)) {
      return s;
    }
    const auto o = b_.open(whole);
    for (std::size_t k = 0; k < o.bound.size(); ++k) {
      const auto slot = std::find(o.inputs[0].at.begin(), o.inputs[0].at.end(), o.bound[k]);
      if (slot == o.inputs[0].at.end()) continue;
      const Features f = features_.of(o.inputs[0].wire, static_cast<std::uint32_t>(slot - o.inputs[0].at.begin()));
      const Size size = b_.axis(o.bound[k]).size;
      // The coarsest division first: the finer ones then fall on its remainder.
      for (auto d = f.divisors.rbegin(); d != f.divisors.rend(); ++d)
        if (auto s = split_axis(whole, o, k, size, *d)) return s;
      std::set<Size> borders = f.borders;
      if (auto c = cuts_.find(size); c != cuts_.end()) borders.insert(c->second.begin(), c->second.end());
      for (const Size& border : borders) {
        const Size rest = size - border;
        if (!k_.sizes().find_farkas(border - size_constant(1)) || !k_.sizes().find_farkas(rest - size_constant(1)))
          continue;
        if (auto s = attempt({.rule = Inference::reduce_split,
                              .terms = {whole},
                              .numbers = {static_cast<std::uint32_t>(k)},
                              .sizes = {border, rest}},
                             whole))
          return s;
      }
    }
    for (std::size_t q = 0; q < o.bound.size(); ++q)
      for (std::size_t r = 0; r < o.bound.size(); ++r)
        if (auto s = merge_axes(whole, o, q, r)) return s;
    for (std::size_t k = 0; k < o.bound.size(); ++k)
      if (auto s = reversed(whole, o, k)) return s;
    return std::nullopt;
  }

  // k, read backwards, from its other end.
  std::optional<Rewrite> reversed(const Ref& whole, const DiagramBuilder::Opened& o, std::size_t k) {
    const auto& at = o.inputs[0].at;
    const auto slot = std::find(at.begin(), at.end(), o.bound[k]);
    if (slot == at.end() || !features_.backwards(o.inputs[0].wire, static_cast<std::uint32_t>(slot - at.begin())))
      return std::nullopt;
    Step s{.rule = Inference::reindex, .terms = {whole, o.inputs[0]}};
    std::vector<IndexExpression> back;
    for (std::size_t i = 0; i < o.bound.size(); ++i) {
      const Axis axis = b_.axis(o.bound[i]);
      s.indices.push_back(b_.fresh(axis));
      auto turned = [&](Index j) {
        return i == k ? index_size(axis.size) - index_constant(1) - index_variable(j) : index_variable(j);
      };
      s.index.push_back(turned(s.indices.back()));
      back.push_back(turned(o.bound[i]));
    }
    s.index.insert(s.index.end(), back.begin(), back.end());
    return attempt(s, whole);
  }

  // A sum of products with a factor that is 0 but where a bound index has one value: that value is put in.
  std::optional<Rewrite> select(const Ref& whole) {
    const auto o = b_.open(whole);
    const Ref body = o.inputs[0];
    const bool product = b_.box(body.wire).op == Op::mul;
    const std::vector<Ref> factors = product ? b_.open(body).inputs : std::vector<Ref>{body};
    if (!product && o.bound.size() == 1) return std::nullopt;  // `delta` has seen it
    for (std::uint32_t f = 0; f < factors.size(); ++f)
      if (const auto k = pinned(factors[f], o.bound)) try {
          Rewrite to_cases = w_.same(body);
          if (product) {
            to_cases = w_.apply({.rule = Inference::cases_hoist, .terms = {body}, .numbers = {f}}, body);
            const Ref otherwise = b_.open(to_cases.to).inputs[1];
            to_cases = w_.chain(to_cases, w_.inside(to_cases.to, {{1, w_.contraction(otherwise, b_.literal(0))}}));
          }
          Rewrite out = w_.inside(whole, {{0, to_cases}});
          const auto opened = b_.open(out.to);
          std::vector<Index> others = opened.bound;
          const Index at = others[*k];
          others.erase(others.begin() + static_cast<std::ptrdiff_t>(*k));
          const Ref inner = b_.reduce(Op::add, {at}, opened.inputs[0]);
          if (others.empty()) return w_.chain(out, w_.apply(Inference::delta, out.to));
          const Ref nested = b_.reduce(Op::add, others, inner);
          out = w_.chain(out, w_.contraction(out.to, nested));
          return w_.chain(out, w_.inside(nested, {{0, w_.apply(Inference::delta, b_.open(nested).inputs[0])}}));
        } catch (const Rejected&) {
        }
    return std::nullopt;
  }

  // For `if k == e then x else 0`, k bound and not in e: which of the bound indices k is.
  std::optional<std::size_t> pinned(const Ref& factor, const std::vector<Index>& bound) {
    const Box& box = b_.box(factor.wire);
    if (box.op != Op::cases || box.index.size() != 2 || !(box.index[0] == -box.index[1])) return std::nullopt;
    const auto o = b_.open(factor);
    const Box& otherwise = b_.box(o.inputs[1].wire);
    if (otherwise.op != Op::literal || otherwise.value != 0) return std::nullopt;
    for (std::size_t k = 0; k < bound.size(); ++k)
      for (const IndexExpression& e : o.index) {
        const std::vector<Index> free = free_indices(index_variable(bound[k]) - e);
        const std::vector<Index> all = free_indices(e);
        if (std::count(all.begin(), all.end(), bound[k]) && !std::count(free.begin(), free.end(), bound[k])) return k;
      }
    return std::nullopt;
  }

  // q and r, read only as d*q + r with d the size of r, become one axis k.
  std::optional<Rewrite> merge_axes(const Ref& whole, const DiagramBuilder::Opened& o, std::size_t q, std::size_t r) {
    const auto& at = o.inputs[0].at;
    const auto slot_q = std::find(at.begin(), at.end(), o.bound[q]),
               slot_r = std::find(at.begin(), at.end(), o.bound[r]);
    if (q == r || slot_q == at.end() || slot_r == at.end()) return std::nullopt;
    const Size d = b_.axis(o.bound[r]).size;
    if (!features_.reads_merged(o.inputs[0].wire, static_cast<std::uint32_t>(slot_q - at.begin()),
                                static_cast<std::uint32_t>(slot_r - at.begin()), d))
      return std::nullopt;
    Step s{.rule = Inference::reindex, .terms = {whole, o.inputs[0]}};
    const Index k = b_.fresh({b_.axis(o.bound[q]).size * d, b_.axis(o.bound[q]).name});
    s.indices = {k};
    std::vector<IndexExpression> back{index_size(d) * index_variable(o.bound[q]) + index_variable(o.bound[r])};
    for (std::size_t i = 0; i < o.bound.size(); ++i) {
      if (i == q)
        s.index.push_back(floor_divide(index_variable(k), d));
      else if (i == r)
        s.index.push_back(modulo(index_variable(k), d));
      else {
        s.indices.push_back(b_.fresh(Axis(b_.axis(o.bound[i]))));
        s.index.push_back(index_variable(s.indices.back()));
        back.push_back(index_variable(o.bound[i]));
      }
    }
    s.index.insert(s.index.end(), back.begin(), back.end());
    return attempt(s, whole);
  }

  // k over n = m*d, read at k div d and k mod d, becomes q over m and r over d.
  std::optional<Rewrite> split_axis(const Ref& whole, const DiagramBuilder::Opened& o, std::size_t k, const Size& size,
                                    const Size& d) {
    const auto m = divide_exactly(size, d);
    if (!m || *m == size_constant(1) || d == size_constant(1)) return std::nullopt;
    Step s{.rule = Inference::reindex, .terms = {whole, o.inputs[0]}};
    std::vector<IndexExpression> back;
    for (std::size_t i = 0; i < o.bound.size(); ++i) {
      const Axis axis = b_.axis(o.bound[i]);
      if (i == k) {
        const Index q = b_.fresh({*m, axis.name}), r = b_.fresh({d, axis.name});
        s.indices.insert(s.indices.end(), {q, r});
        s.index.push_back(index_size(d) * index_variable(q) + index_variable(r));
        back.push_back(floor_divide(index_variable(o.bound[i]), d));
        back.push_back(modulo(index_variable(o.bound[i]), d));
      } else {
        s.indices.push_back(b_.fresh(axis));
        s.index.push_back(index_variable(s.indices.back()));
        back.push_back(index_variable(o.bound[i]));
      }
    }
    s.index.insert(s.index.end(), back.begin(), back.end());
    return attempt(s, whole);
  }

  FeatureFinder features_;
  Products products_;
  std::chrono::steady_clock::time_point deadline_;
  Cuts cuts_;
  ZeroCases zero_cases_;
  const std::set<WireId>* atoms_;
  std::unordered_map<std::uint32_t, Rewrite> memo_;
  int depth_ = 0;
};

Cuts suggested_cuts(const DiagramBuilder& b, const std::vector<WireId>& roots) {
  Cuts cuts;
  std::map<Integer, std::set<Integer>> borders;  // of the single points that are read, by the size of their axis
  for (WireId w : wires_below(b, roots)) {
    const Box& box = b.box(w);
    if (box.op != Op::view) continue;
    for (std::size_t k = 0; k < box.index.size(); ++k) {
      const IndexExpression& e = box.index[k];
      const std::vector<Index> indices = free_indices(e);
      const Size whole = b.box(box.inputs[0].wire).degree[k].size;
      if (e.is_constant() && whole.is_constant())
        for (const int c : {0, 1}) borders[whole.constant_term()].insert(e.constant_term() + c);
      if (indices.size() != 1) continue;
      const IndexExpression offset = e - index_variable(indices[0]);
      if (offset.is_zero() || !free_indices(offset).empty()) continue;
      const Size c =
          offset.map_to<Size>([](const IndexAtom& a) { return a.size() ? size_variable(*a.size()) : Size(); });
      cuts[c + box.local(indices[0]).size].insert(c);
    }
  }
  // One border after the other, each of what the one before it leaves.
  for (const auto& [whole, at] : borders) {
    Integer done = 0;
    for (const Integer& border : at) {
      cuts[Size::constant(whole - done)].insert(Size::constant(border - done));
      done = border;
    }
  }
  return cuts;
}

Normaliser::Normaliser(Kernel& k, std::chrono::steady_clock::time_point deadline, NormaliserOptions options)
    : impl_(std::make_unique<Impl>(k, deadline, std::move(options))) {}
Normaliser::~Normaliser() = default;
Rewrite Normaliser::normal(const Ref& r) { return impl_->normal(r); }
Rewriter& Normaliser::rewriter() { return impl_->w_; }
Signs& Normaliser::signs() { return impl_->signs_; }

}  // namespace skein
