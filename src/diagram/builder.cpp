#include "diagram/builder.hpp"

#include <numeric>
#include <set>
#include <tuple>

namespace skein {
namespace {

[[noreturn]] void ill_typed(const std::string& what) { throw IllTyped(what); }

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h ^= v + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2);
  return h * 0xff51afd7ed558ccdull;
}
std::uint64_t mix(std::uint64_t h, const std::string& s) {
  for (unsigned char c : s) h = mix(h, c);
  return mix(h, s.size());
}

bool is_fold(Op op) {
  return op == Op::add || op == Op::mul || op == Op::max || op == Op::min || op == Op::conj || op == Op::disj;
}

DType result_type(const Box& box, const std::vector<DType>& in) {
  auto all = [&](auto pred, const char* need) {
    for (DType t : in)
      if (!pred(t)) ill_typed(std::string("operator ") + info(box.op).name + " needs " + need + " inputs");
  };
  auto real = [](DType t) { return t == DType::real; };
  auto number = [](DType t) { return t != DType::boolean; };
  auto boolean = [](DType t) { return t == DType::boolean; };
  auto join = [&](std::size_t from) {
    DType t = DType::real;
    for (std::size_t i = from; i < in.size(); ++i)
      if (in[i] == DType::ext) t = DType::ext;
    return t;
  };
  switch (box.op) {
    case Op::input: return box.dtype;
    case Op::literal:
    case Op::size_value:
    case Op::index_value: return DType::real;
    case Op::neg_inf: return DType::ext;
    case Op::add:
    case Op::max: all(number, "real or ext"); return join(0);
    case Op::mul:
    case Op::min:
    case Op::inv:
    case Op::log:
    case Op::sqrt:
    case Op::erf:
    case Op::sin:
    case Op::cos: all(real, "real"); return DType::real;
    case Op::exp:
    case Op::fin: all(number, "real or ext"); return DType::real;
    case Op::conj:
    case Op::disj:
    case Op::negate: all(boolean, "boolean"); return DType::boolean;
    case Op::less:
    case Op::less_equal:
    case Op::equal: all(number, "real or ext"); return DType::boolean;
    case Op::where:
      if (in[0] != DType::boolean) ill_typed("the condition of where must be boolean");
      if ((in[1] == DType::boolean) != (in[2] == DType::boolean)) ill_typed("the branches of where differ in type");
      return in[1] == DType::boolean ? DType::boolean : join(1);
    case Op::cases:
      if ((in[0] == DType::boolean) != (in[1] == DType::boolean)) ill_typed("the branches of cases differ in type");
      return in[0] == DType::boolean ? DType::boolean : join(0);
    case Op::view: return in[0];
    case Op::reduce:
      switch (box.fold) {
        case Op::add: all(real, "real"); return DType::real;
        case Op::max: all(number, "real or ext"); return in[0];
        case Op::mul:
        case Op::min: all(real, "real"); return DType::real;
        case Op::conj:
        case Op::disj: all(boolean, "boolean"); return DType::boolean;
        default: ill_typed("a reduction folds with add, mul, max, min, and, or");
      }
    case Op::opaque: all(real, "real"); return DType::real;
  }
  ill_typed("unknown operator");
}

bool same_box(const Box& a, const Box& b) {
  auto sizes = [](const std::vector<Axis>& x, const std::vector<Axis>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const Axis& p, const Axis& q) { return p.size == q.size; });
  };
  return a.op == b.op && a.fold == b.fold && a.dtype == b.dtype && a.deterministic == b.deterministic &&
         a.noise == b.noise && a.inputs == b.inputs && a.value == b.value && a.size == b.size && a.index == b.index &&
         a.name == b.name && sizes(a.degree, b.degree) && sizes(a.bound, b.bound);
}

// Numbers indices in order of first occurrence: bound ones and free ones apart.
struct Numbering {
  const std::set<Index>* bound;
  std::vector<Index> degree, used_bound;
  std::map<Index, std::uint32_t> number;  // within its kind

  void visit(Index i) {
    if (number.count(i)) return;
    auto& list = bound->count(i) ? used_bound : degree;
    number[i] = static_cast<std::uint32_t>(list.size());
    list.push_back(i);
  }
};

// The coefficients of `some` in e, when each of them stands in one monomial only, and there alone.
std::optional<std::map<Index, Integer>> summands(const IndexExpression& e, const std::vector<Index>& some) {
  std::map<Index, Integer> found;
  IndexExpression rest;
  for (const auto& [monomial, coefficient] : e.terms()) {
    if (monomial.size() == 1 && monomial.front().index())
      found.emplace(*monomial.front().index(), coefficient);
    else
      rest += IndexExpression::term(coefficient, monomial);
  }
  const std::vector<Index> tangled = free_indices(rest);
  for (Index i : some)
    if (std::find(tangled.begin(), tangled.end(), i) != tangled.end()) return std::nullopt;
  return found;
}

// The orders of the fresh indices of e among which the least image of e is found: all of them, or, where they are
// summands, the ascending ones. Then those alike in coefficient and size are exchanged only if `later` tells them
// apart, as the image does not.
std::vector<std::vector<Index>> orders_of(const IndexExpression& e, std::vector<Index> fresh,
                                          const std::set<Index>& later, const std::vector<Axis>& axes) {
  constexpr std::size_t most = 720;
  std::sort(fresh.begin(), fresh.end());
  std::vector<std::pair<std::size_t, std::size_t>> alike{{0, fresh.size()}};
  if (const auto coefficients = summands(e, fresh)) {
    auto rank = [&](Index i) { return std::tie(coefficients->at(i), axes.at(i.id).size); };
    std::stable_sort(fresh.begin(), fresh.end(), [&](Index a, Index b) { return rank(a) < rank(b); });
    alike.clear();
    for (std::size_t i = 0, j = 0; i < fresh.size(); i = j) {
      bool told_apart = false;
      for (j = i; j < fresh.size() && rank(fresh[j]) == rank(fresh[i]); ++j) told_apart |= later.count(fresh[j]) > 0;
      if (told_apart) alike.emplace_back(i, j);
    }
  }
  std::vector<std::vector<Index>> orders{std::move(fresh)};
  for (auto [i, j] : alike) {
    std::vector<std::vector<Index>> next;
    for (std::vector<Index>& order : orders) do
        next.push_back(order);
      while (next.size() < most && std::next_permutation(order.begin() + i, order.begin() + j));
    orders = std::move(next);
  }
  return orders;
}

// Numbers what inputs have not: expression by expression, and within one so that it becomes least (i - j must not
// depend on which index was issued first). Numberings that agree are kept until a later expression, or at last the
// issued indices, tell them apart.
void number_payload(Numbering& n, const std::vector<IndexExpression>& payload, const std::vector<Axis>& axes) {
  std::vector<Numbering> kept{n};
  for (std::size_t at = 0; at < payload.size(); ++at) {
    const IndexExpression& e = payload[at];
    std::vector<Index> fresh;
    for (Index i : free_indices(e))
      if (!kept.front().number.count(i)) fresh.push_back(i);
    if (fresh.empty() && kept.size() == 1) continue;
    std::set<Index> later;
    if (fresh.size() > 1)
      for (std::size_t k = at + 1; k < payload.size(); ++k)
        for (Index i : free_indices(payload[k])) later.insert(i);
    const auto orders = orders_of(e, std::move(fresh), later, axes);

    std::vector<Numbering> found;
    for (const Numbering& k : kept)
      for (const auto& order : orders) {
        found.push_back(k);
        for (Index i : order) found.back().visit(i);
      }
    if (found.size() > 1) {
      std::vector<std::pair<IndexExpression, std::vector<Size>>> keys;
      for (std::size_t k = 0; k < found.size(); ++k) {
        auto image = skein::substitute(e, [&](Index i) { return index_variable(Index{found[k].number.at(i)}); });
        std::vector<Size> sizes;
        for (Index i : orders[k % orders.size()]) sizes.push_back(axes.at(i.id).size);
        keys.emplace_back(std::move(image), std::move(sizes));
      }
      const auto& best = *std::min_element(keys.begin(), keys.end());
      std::vector<Numbering> least;
      for (std::size_t k = 0; k < found.size(); ++k)
        if (!(best < keys[k])) least.push_back(std::move(found[k]));
      found = std::move(least);
    }
    kept = std::move(found);
  }
  n = *std::min_element(kept.begin(), kept.end(), [](auto& a, auto& b) { return a.degree < b.degree; });
}

}  // namespace

Index DiagramBuilder::fresh(const Axis& axis) {
  axes_.push_back(axis);
  return Index{static_cast<std::uint32_t>(axes_.size() - 1)};
}

std::function<Size(Index)> DiagramBuilder::size_of() const {
  return [this](Index i) { return axes_.at(i.id).size; };
}

Ref DiagramBuilder::make(const Box& shape, const std::vector<Ref>& inputs, const std::vector<Index>& bound) {
  const OpInfo& op = info(shape.op);
  if (shape.op == Op::view || shape.op == Op::input) ill_typed("inputs and views have their own constructors");
  if (op.arity >= 0 ? inputs.size() != static_cast<std::size_t>(op.arity) : inputs.empty())
    ill_typed(std::string("operator ") + op.name + " has a wrong number of inputs");
  if (shape.op != Op::reduce && !bound.empty()) ill_typed("only a reduction binds indices");
  if (shape.op == Op::reduce && !is_fold(shape.fold)) ill_typed("a reduction folds with add, mul, max, min, and, or");
  if ((shape.op == Op::cases || shape.op == Op::index_value) != !shape.index.empty())
    ill_typed(std::string("operator ") + op.name + " has a wrong payload");
  if (shape.op == Op::index_value && shape.index.size() != 1) ill_typed("an index value has one expression");

  const std::set<Index> bound_set(bound.begin(), bound.end());
  if (bound_set.size() != bound.size()) ill_typed("an index is bound twice");
  for (Index i : bound)
    if (i.id >= axes_.size()) ill_typed("an index was never issued");
  std::vector<DType> types;
  for (const Ref& r : inputs) {
    if (r.wire.id >= boxes_.size()) ill_typed("an input reads a wire that does not exist");
    const auto& slots = axes(r.wire);
    if (slots.size() != r.at.size()) ill_typed("a wire is read at a wrong number of indices");
    if (std::set<Index>(r.at.begin(), r.at.end()).size() != r.at.size())
      ill_typed("a wire is read twice at one index: a diagonal needs a view");
    for (std::size_t s = 0; s < slots.size(); ++s) {
      if (r.at[s].id >= axes_.size()) ill_typed("an index was never issued");
      if (!(axis(r.at[s]).size == slots[s].size))
        ill_typed("an axis of size " + to_string(slots[s].size) + " is read at an index of size " +
                  to_string(axis(r.at[s]).size));
    }
    types.push_back(dtype(r.wire));
  }
  for (const IndexExpression& e : shape.index)
    for (Index i : free_indices(e)) {
      if (i.id >= axes_.size()) ill_typed("an index was never issued");
      if (bound_set.count(i)) ill_typed("a bound index occurs in a guard of its own box");
    }

  Box box;
  box.op = shape.op;
  box.fold = shape.op == Op::reduce ? shape.fold : Op::add;
  box.value = shape.op == Op::literal ? shape.value : Rational(0);
  box.value.canonicalize();
  if (shape.op == Op::size_value) box.size = shape.size;
  if (shape.op == Op::opaque) {
    box.name = shape.name;
    box.deterministic = shape.deterministic;
    box.noise = shape.deterministic ? 0 : shape.noise;
    next_noise_ = std::max(next_noise_, box.noise);  // draws to come are not those of a thawed diagram
  }
  box.dtype = result_type(box, types);

  // Order of inputs: as given, or for unordered operators by content, where ties are broken by the least numbering.
  std::vector<std::uint32_t> order(inputs.size());
  std::iota(order.begin(), order.end(), 0u);
  auto number_all = [&](const std::vector<std::uint32_t>& o) {
    Numbering n{&bound_set, {}, {}, {}};
    for (auto k : o)
      for (Index i : inputs[k].at) n.visit(i);
    return n;
  };
  if (op.unordered) {
    auto key = [&](std::uint32_t k) { return std::pair(content_[inputs[k].wire.id], inputs[k].wire.id); };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return key(a) < key(b); });
    std::size_t choices = 1;
    std::vector<std::pair<std::size_t, std::size_t>> ties;
    for (std::size_t i = 0; i < order.size();) {
      std::size_t j = i + 1;
      while (j < order.size() && inputs[order[j]].wire == inputs[order[i]].wire) ++j;
      if (j - i > 1) ties.emplace_back(i, j);
      for (std::size_t k = 2; k <= j - i && choices < 5000; ++k) choices *= k;
      i = j;
    }
    for (auto [i, j] : ties)
      std::sort(order.begin() + i, order.begin() + j, [&](auto a, auto b) { return inputs[a].at < inputs[b].at; });
    if (!ties.empty() && choices <= 720) {
      auto code = [&](const std::vector<std::uint32_t>& o, Numbering& n) {
        std::vector<std::uint32_t> c;
        for (auto k : o)
          for (Index i : inputs[k].at) c.push_back(n.number.at(i) + (bound_set.count(i) ? 1u << 16 : 0));
        return c;
      };
      std::vector<std::uint32_t> best = order, current = order;
      Numbering n = number_all(best);
      auto best_code = std::pair(code(best, n), n.degree);
      std::function<void(std::size_t)> permute = [&](std::size_t t) {
        if (t == ties.size()) {
          Numbering m = number_all(current);
          auto c = std::pair(code(current, m), m.degree);
          if (c < best_code) best_code = c, best = current;
          return;
        }
        auto [i, j] = ties[t];
        auto less = [&](auto a, auto b) { return inputs[a].at < inputs[b].at; };
        std::sort(current.begin() + i, current.begin() + j, less);
        do permute(t + 1);
        while (std::next_permutation(current.begin() + i, current.begin() + j, less));
      };
      permute(0);
      order = best;
    }
  }
  Numbering n = number_all(order);
  number_payload(n, shape.index, axes_);
  std::vector<Index> bounds = n.used_bound, unused;
  for (Index i : bound)
    if (!n.number.count(i)) unused.push_back(i);
  std::sort(unused.begin(), unused.end(), [&](Index a, Index b) {
    auto c = axis(a).size <=> axis(b).size;
    return c != 0 ? c < 0 : a < b;
  });
  bounds.insert(bounds.end(), unused.begin(), unused.end());

  std::map<Index, Index> local;
  for (Index i : n.degree) {
    local.emplace(i, Index{static_cast<std::uint32_t>(local.size())});
    box.degree.push_back(axis(i));
  }
  for (Index i : bounds) {
    local.emplace(i, Index{static_cast<std::uint32_t>(local.size())});
    box.bound.push_back(axis(i));
  }
  for (auto k : order) {
    Port p{inputs[k].wire, {}};
    for (Index i : inputs[k].at) p.map.push_back(local.at(i));
    box.inputs.push_back(std::move(p));
  }
  for (const IndexExpression& e : shape.index)
    box.index.push_back(skein::substitute(e, [&](Index i) { return index_variable(local.at(i)); }));
  return intern(std::move(box), n.degree);
}

Ref DiagramBuilder::intern(Box box, const std::vector<Index>& degree) {
  std::uint64_t h = mix(static_cast<std::uint64_t>(box.op), static_cast<std::uint64_t>(box.fold));
  h = mix(h, static_cast<std::uint64_t>(box.dtype) * 2 + box.deterministic);
  h = mix(h, box.noise);
  h = mix(h, box.name.text());
  if (box.value != 0) h = mix(h, box.value.get_str());
  if (!box.size.is_zero()) h = mix(h, to_string(box.size));
  for (const auto& e : box.index) h = mix(h, to_string(e, [](Index i) { return "#" + std::to_string(i.id); }));
  for (const auto* list : {&box.degree, &box.bound}) {
    h = mix(h, list->size());
    for (const Axis& a : *list) h = mix(h, to_string(a.size));
  }
  for (const Port& p : box.inputs) {
    h = mix(h, content_[p.wire.id]);
    for (Index i : p.map) h = mix(h, i.id);
  }
  auto [from, to] = lookup_.equal_range(h);
  for (auto it = from; it != to; ++it)
    if (same_box(boxes_[it->second.id], box)) return {it->second, degree};
  WireId w{static_cast<std::uint32_t>(boxes_.size())};
  bool pure = box.deterministic;
  for (const Port& p : box.inputs) pure = pure && deterministic_[p.wire.id];
  boxes_.push_back(std::move(box));
  content_.push_back(h);
  deterministic_.push_back(pure);
  lookup_.emplace(h, w);
  return {w, degree};
}

Ref DiagramBuilder::input(Symbol name, const std::vector<Axis>& axes, DType dtype) {
  Box box;
  box.op = Op::input;
  box.name = name;
  box.dtype = dtype;
  box.degree = axes;
  std::vector<Index> at;
  for (const Axis& a : axes) at.push_back(fresh(a));
  return intern(std::move(box), at);
}

Ref DiagramBuilder::literal(const Rational& value) {
  Box s;
  s.op = Op::literal;
  s.value = value;
  return make(s, {}, {});
}

Ref DiagramBuilder::neg_inf() { return add(Op::neg_inf, {}); }

Ref DiagramBuilder::size_value(const Size& size) {
  Box s;
  s.op = Op::size_value;
  s.size = size;
  return make(s, {}, {});
}

Ref DiagramBuilder::index_value(const IndexExpression& e) {
  Box s;
  s.op = Op::index_value;
  s.index = {e};
  return make(s, {}, {});
}

Ref DiagramBuilder::add(Op op, const std::vector<Ref>& inputs) {
  Box s;
  s.op = op;
  return make(s, inputs, {});
}

Ref DiagramBuilder::reduce(Op fold, const std::vector<Index>& bound, const Ref& body) {
  Box s;
  s.op = Op::reduce;
  s.fold = fold;
  return make(s, {body}, bound);
}

Ref DiagramBuilder::cases(const std::vector<IndexExpression>& guard, const Ref& then, const Ref& otherwise) {
  Box s;
  s.op = Op::cases;
  s.index = guard;
  return make(s, {then, otherwise}, {});
}

Ref DiagramBuilder::opaque(Symbol name, const std::vector<Ref>& inputs, bool deterministic,
                           std::optional<std::uint32_t> noise) {
  Box s;
  s.op = Op::opaque;
  s.name = name;
  s.deterministic = deterministic;
  s.noise = noise ? *noise : ++next_noise_;
  next_noise_ = std::max(next_noise_, s.noise);
  return make(s, inputs, {});
}

Ref DiagramBuilder::view(WireId wire, const std::vector<IndexExpression>& at) {
  if (wire.id >= boxes_.size()) ill_typed("a view reads a wire that does not exist");
  if (at.size() != axes(wire).size()) ill_typed("a view reads a wire at a wrong number of indices");
  if (at.empty()) ill_typed("a view of a wire without axes");
  Box box;
  box.op = Op::view;
  box.dtype = dtype(wire);
  box.inputs.push_back({wire, {}});
  for (const IndexExpression& e : at)
    for (Index i : free_indices(e))
      if (i.id >= axes_.size()) ill_typed("an index was never issued");
  const std::set<Index> no_bound;
  Numbering n{&no_bound, {}, {}, {}};
  number_payload(n, at, axes_);
  const std::vector<Index>& degree = n.degree;
  std::map<Index, Index> local;
  for (Index i : degree) {
    local.emplace(i, Index{static_cast<std::uint32_t>(local.size())});
    box.degree.push_back(axis(i));
  }
  for (const IndexExpression& e : at)
    box.index.push_back(skein::substitute(e, [&](Index i) { return index_variable(local.at(i)); }));
  return intern(std::move(box), degree);
}

Ref DiagramBuilder::read(const Ref& r, const IndexMap& at) {
  std::vector<IndexExpression> where;
  std::vector<Index> renamed;
  std::set<Index> seen;
  for (std::size_t s = 0; s < r.at.size(); ++s) {
    auto it = at.find(r.at[s]);
    where.push_back(it == at.end() ? index_variable(r.at[s]) : it->second);
    const IndexAtom* a = where.back().as_atom();
    const Index* i = a ? a->index() : nullptr;
    if (i && i->id < axes_.size() && axis(*i).size == axes(r.wire)[s].size && seen.insert(*i).second)
      renamed.push_back(*i);
  }
  if (renamed.size() == r.at.size()) return {r.wire, renamed};
  return view(r.wire, where);
}

Ref DiagramBuilder::at_fresh(WireId w) {
  Ref r{w, {}};
  for (std::size_t s = 0; s < axes(w).size(); ++s) r.at.push_back(fresh(Axis(axes(w)[s])));
  return r;
}

Ref DiagramBuilder::rename(const Ref& r, const std::map<Index, Index>& map) const {
  Ref out = r;
  for (Index& i : out.at)
    if (auto it = map.find(i); it != map.end()) i = it->second;
  return out;
}

DiagramBuilder::Opened DiagramBuilder::open(const Ref& r) {
  const Box box = boxes_[r.wire.id];
  Opened o;
  std::vector<Index> local = r.at;
  for (const Axis& a : box.bound) {
    o.bound.push_back(fresh(a));
    local.push_back(o.bound.back());
  }
  if (box.op != Op::view)
    for (const Port& p : box.inputs) {
      Ref in{p.wire, {}};
      for (Index i : p.map) in.at.push_back(local[i.id]);
      o.inputs.push_back(std::move(in));
    }
  for (const IndexExpression& e : box.index)
    o.index.push_back(skein::substitute(e, [&](Index i) { return index_variable(local[i.id]); }));
  return o;
}

Ref DiagramBuilder::at(const Image& image, const std::vector<Index>& indices) const {
  std::map<Index, Index> map;
  for (std::size_t k = 0; k < indices.size(); ++k) {
    if (!(axis(indices[k]).size == axis(image.at[k]).size))
      ill_typed("an axis of size " + to_string(axis(image.at[k]).size) + " is read at an index of size " +
                to_string(axis(indices[k]).size));
    map[image.at[k]] = indices[k];
  }
  return rename(image.value, map);
}

DiagramBuilder::Image DiagramBuilder::substitute(WireId root, const Substitution& s) {
  std::unordered_map<std::uint32_t, Image> memo;  // each wire once, at indices of its own
  auto one = [&](WireId w) {
    const Box box = boxes_[w.id];
    std::vector<Index> local;
    for (const Axis& a : box.degree) local.push_back(fresh({skein::substitute(a.size, s.sizes), a.name}));
    Image d{local, {}};
    std::vector<Index> bound;
    for (const Axis& a : box.bound) {
      bound.push_back(fresh({skein::substitute(a.size, s.sizes), a.name}));
      local.push_back(bound.back());
    }
    auto payload = [&](const IndexExpression& e) {
      return skein::substitute(substitute_sizes(e, s.sizes), [&](Index i) { return index_variable(local[i.id]); });
    };
    if (box.op == Op::input) {
      if (auto it = s.inputs.find(box.name); it != s.inputs.end()) {
        if (it->second.formals.size() != local.size()) ill_typed("an input is replaced by an array of another rank");
        IndexMap map;
        for (std::size_t k = 0; k < local.size(); ++k) {
          if (!(axis(it->second.formals[k]).size == axis(local[k]).size))
            ill_typed("an input with an axis of size " + to_string(axis(local[k]).size) +
                      " is replaced by an array with size " + to_string(axis(it->second.formals[k]).size));
          map[it->second.formals[k]] = index_variable(local[k]);
        }
        d.value = read(it->second.body, map);
        if (dtype(d.value.wire) != box.dtype && !(box.dtype == DType::ext && dtype(d.value.wire) == DType::real))
          ill_typed("input " + box.name.text() + " is replaced by an array of another type");
      } else {
        Box copy = box;
        for (std::size_t k = 0; k < local.size(); ++k) copy.degree[k] = axis(local[k]);
        d.value = intern(std::move(copy), local);
      }
    } else if (box.op == Op::view) {
      const Image& in = memo.at(box.inputs[0].wire.id);
      IndexMap map;
      for (std::size_t k = 0; k < in.at.size(); ++k) map[in.at[k]] = payload(box.index[k]);
      d.value = read(in.value, map);
    } else {
      Box shape = box;
      shape.size = skein::substitute(box.size, s.sizes);
      for (IndexExpression& e : shape.index) e = payload(e);
      std::vector<Ref> inputs;
      for (const Port& p : box.inputs) {
        std::vector<Index> at;
        for (Index i : p.map) at.push_back(local[i.id]);
        inputs.push_back(this->at(memo.at(p.wire.id), at));
      }
      d.value = make(shape, inputs, bound);
    }
    memo.emplace(w.id, std::move(d));
  };
  std::vector<WireId> stack{root};
  while (!stack.empty()) {
    WireId w = stack.back();
    if (memo.count(w.id)) {
      stack.pop_back();
      continue;
    }
    bool ready = true;
    for (const Port& p : boxes_[w.id].inputs)
      if (!memo.count(p.wire.id)) stack.push_back(p.wire), ready = false;
    if (ready) {
      one(w);
      stack.pop_back();
    }
  }
  return memo.at(root.id);
}

}  // namespace skein
