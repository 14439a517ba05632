// Typing and isomorphism witnesses, checked from the arrays alone: nothing here trusts the builder.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "diagram/diagram.hpp"

namespace skein {
namespace {

bool same_sizes(const std::vector<Axis>& a, const std::vector<Axis>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Axis& x, const Axis& y) { return x.size == y.size; });
}

bool folds(Op op) {
  return op == Op::add || op == Op::mul || op == Op::max || op == Op::min || op == Op::conj || op == Op::disj;
}

// The type of the result of `op` (for a reduction: of its fold) on inputs of the given types; empty if it has none.
std::optional<DType> type_of(Op op, const std::vector<DType>& in) {
  auto none = [&](DType t) { return std::find(in.begin(), in.end(), t) == in.end(); };
  const bool real = none(DType::ext) && none(DType::boolean), number = none(DType::boolean);
  auto join = [](DType a, DType b) -> std::optional<DType> {
    if (a == b) return a;
    if (a == DType::boolean || b == DType::boolean) return std::nullopt;
    return DType::ext;
  };
  auto when = [](bool condition, DType t) { return condition ? std::optional(t) : std::nullopt; };
  switch (op) {
    case Op::literal:
    case Op::size_value:
    case Op::index_value: return DType::real;
    case Op::neg_inf: return DType::ext;
    case Op::add:
    case Op::max: return when(number, none(DType::ext) ? DType::real : DType::ext);
    case Op::mul:
    case Op::min:
    case Op::inv:
    case Op::log:
    case Op::sqrt:
    case Op::erf:
    case Op::sin:
    case Op::cos:
    case Op::opaque: return when(real, DType::real);
    case Op::exp:
    case Op::fin: return when(number, DType::real);
    case Op::conj:
    case Op::disj:
    case Op::negate: return when(none(DType::real) && none(DType::ext), DType::boolean);
    case Op::less:
    case Op::less_equal:
    case Op::equal: return when(number, DType::boolean);
    case Op::where: return in[0] == DType::boolean ? join(in[1], in[2]) : std::nullopt;
    case Op::cases: return join(in[0], in[1]);
    case Op::view: return in[0];
    case Op::input:
    case Op::reduce: return std::nullopt;
  }
  return std::nullopt;
}

// What is wrong with box w of d, or nothing.
std::string defect(const Diagram& d, std::uint32_t w) {
  const Box& box = d.boxes()[w];
  if (box.op > Op::opaque) return "it has an unknown operator";
  const OpInfo& op = info(box.op);
  if (op.arity >= 0 ? box.inputs.size() != static_cast<std::size_t>(op.arity) : box.inputs.empty())
    return "it has a wrong number of inputs";
  if (!box.deterministic && box.op != Op::opaque) return "only an opaque operator may be random";
  if (!box.bound.empty() && box.op != Op::reduce) return "only a reduction binds indices";

  const std::size_t locals = box.degree.size() + box.bound.size();
  std::set<Index> used;
  std::vector<DType> types;
  for (const Port& p : box.inputs) {
    if (p.wire.id >= w) return "an input does not come before it";
    const Box& source = d.box(p.wire);
    types.push_back(source.dtype);
    if (box.op == Op::view) {
      if (!p.map.empty()) return "the input of a view has no renaming of its own";
      if (box.index.size() != source.degree.size()) return "a view reads its input at a wrong number of indices";
      continue;
    }
    if (p.map.size() != source.degree.size()) return "an input is read at a wrong number of indices";
    if (std::set<Index>(p.map.begin(), p.map.end()).size() != p.map.size()) return "a renaming is not injective";
    for (std::size_t s = 0; s < p.map.size(); ++s) {
      if (p.map[s].id >= locals) return "an input is read at an index that the box does not have";
      if (!(box.local(p.map[s]).size == source.degree[s].size))
        return fmt::format("an axis of size {} is read at an index of size {}", to_string(source.degree[s].size),
                           to_string(box.local(p.map[s]).size));
      used.insert(p.map[s]);
    }
  }

  switch (box.op) {
    case Op::index_value:
      if (box.index.size() != 1) return "an index value has one expression";
      break;
    case Op::cases:
      if (box.index.empty()) return "cases without a guard";
      break;
    case Op::view: break;
    default:
      if (!box.index.empty()) return "its operator has no index expressions";
  }
  for (const IndexExpression& e : box.index)
    for (Index i : free_indices(e)) {
      if (i.id >= box.degree.size()) return "an index expression mentions an index that is not free";
      used.insert(i);
    }

  if (box.op == Op::input) {
    const InputPort* port = d.find_input(box.name);
    if (!port) return fmt::format("the array {} is not an input of the diagram", box.name.text());
    if (!same_sizes(port->axes, box.degree)) return fmt::format("input {} has other axes", box.name.text());
    if (port->dtype != box.dtype) return fmt::format("input {} has another type", box.name.text());
    return "";
  }
  for (std::uint32_t i = 0; i < box.degree.size(); ++i)
    if (!used.count(Index{i})) return "a free index occurs in no input: broadcasting is not mentioning an index";
  std::optional<DType> type;
  if (box.op != Op::reduce)
    type = type_of(box.op, types);
  else if (!folds(box.fold))
    return "a reduction folds with add, mul, max, min, and, or";
  else if (box.fold != Op::add || types[0] == DType::real)
    type = type_of(box.fold, types);
  if (!type) return fmt::format("operator {} does not take inputs of these types", op.name);
  if (*type != box.dtype) return "its result has another type";
  return "";
}

}  // namespace

std::string validate(const Diagram& d) {
  std::set<Symbol> names;
  for (const InputPort& p : d.inputs())
    if (!names.insert(p.name).second) return fmt::format("two inputs are called {}", p.name.text());
  for (std::uint32_t w = 0; w < d.boxes().size(); ++w)
    if (std::string what = defect(d, w); !what.empty())
      return fmt::format("box {} ({}): {}", w, d.boxes()[w].op > Op::opaque ? "?" : info(d.boxes()[w].op).name, what);
  std::vector<bool> live(d.boxes().size());
  for (const OutputPort& o : d.outputs()) {
    auto wrong = [&](const char* what) { return fmt::format("output {}: {}", o.name.text(), what); };
    if (o.wire.id >= d.boxes().size()) return wrong("its wire does not exist");
    const std::vector<Axis>& axes = d.box(o.wire).degree;
    if (o.map.size() != axes.size()) return wrong("its wire is read at a wrong number of axes");
    if (std::set<std::uint32_t>(o.map.begin(), o.map.end()).size() != o.map.size())
      return wrong("its wire is read twice at one axis");
    for (std::size_t s = 0; s < axes.size(); ++s)
      if (o.map[s] >= o.axes.size() || !(o.axes[o.map[s]].size == axes[s].size))
        return wrong("its wire is read at an axis of another size");
    live[o.wire.id] = true;
  }
  for (std::size_t w = d.boxes().size(); w-- > 0;) {
    if (!live[w]) return fmt::format("box {}: no output depends on it", w);
    for (const Port& p : d.boxes()[w].inputs) live[p.wire.id] = true;
  }
  return "";
}

Diagram Diagram::from_arrays(Symbol name, SizeContext sizes, std::vector<InputPort> inputs,
                             std::vector<OutputPort> outputs, std::vector<Box> boxes) {
  Diagram d;
  d.name = name;
  d.sizes_ = std::move(sizes);
  d.inputs_ = std::move(inputs);
  d.outputs_ = std::move(outputs);
  d.boxes_ = std::move(boxes);
  if (std::string what = validate(d); !what.empty()) throw IllTyped(what);
  return d;
}

namespace {

template <class T>
bool is_permutation_of(const std::vector<T>& v, std::size_t n, std::uint32_t (*number)(const T&)) {
  std::vector<bool> hit(n);
  if (v.size() != n) return false;
  for (const T& x : v) {
    const std::uint32_t k = number(x);
    if (k >= n || hit[k]) return false;
    hit[k] = true;
  }
  return true;
}

// The place of an input in the boundary: inputs are matched by position among themselves, weights by name.
struct Place {
  Role role;
  std::size_t position;
  Symbol name;
  friend bool operator==(const Place&, const Place&) = default;
};
std::optional<Place> place(const Diagram& d, Symbol name) {
  std::size_t position = 0;
  for (const InputPort& p : d.inputs()) {
    if (p.name == name) return p.role == Role::input ? Place{p.role, position, {}} : Place{p.role, 0, name};
    if (p.role == Role::input) ++position;
  }
  return std::nullopt;
}

bool same_boundary(const Diagram& left, const Diagram& right) {
  if (left.inputs().size() != right.inputs().size() || left.outputs().size() != right.outputs().size()) return false;
  std::vector<const InputPort*> positional;
  for (const InputPort& q : right.inputs())
    if (q.role == Role::input) positional.push_back(&q);
  std::size_t next = 0;
  for (const InputPort& p : left.inputs()) {
    const InputPort* q = p.role == Role::weight     ? right.find_input(p.name)
                         : next < positional.size() ? positional[next++]
                                                    : nullptr;
    if (!q || q->role != p.role || q->dtype != p.dtype || !same_sizes(p.axes, q->axes)) return false;
  }
  for (std::size_t k = 0; k < left.outputs().size(); ++k)
    if (!same_sizes(left.outputs()[k].axes, right.outputs()[k].axes)) return false;
  return true;
}

class WitnessChecker {
 public:
  WitnessChecker(const Diagram& left, const Diagram& right, const IsomorphismWitness& w)
      : left_(left), right_(right), w_(w) {}

  bool holds() {
    const std::size_t n = left_.boxes().size();
    auto wire_number = +[](const WireId& w) { return w.id; };
    if (right_.boxes().size() != n || !is_permutation_of(w_.wire, n, wire_number)) return false;
    if (w_.local.size() != n || w_.inputs.size() != n || !same_boundary(left_, right_)) return false;
    for (std::uint32_t k = 0; k < n; ++k)
      if (!renames(k)) return false;
    for (std::uint32_t k = 0; k < n; ++k)
      if (!same_box(k)) return false;
    for (std::size_t k = 0; k < left_.outputs().size(); ++k) {
      const OutputPort &a = left_.outputs()[k], &b = right_.outputs()[k];
      if (w_.wire.at(a.wire.id) != b.wire || a.map.size() != b.map.size()) return false;
      const std::vector<Index>& local = w_.local[a.wire.id];
      for (std::size_t s = 0; s < a.map.size(); ++s)
        if (b.map.at(local.at(s).id) != a.map[s]) return false;
    }
    return true;
  }

 private:
  // The local renaming of box k is a bijection that keeps sizes and sends free indices to free ones.
  bool renames(std::uint32_t k) const {
    const Box &a = left_.boxes()[k], &b = right_.box(w_.wire[k]);
    const std::size_t n = a.degree.size() + a.bound.size();
    auto index_number = +[](const Index& i) { return i.id; };
    if (a.degree.size() != b.degree.size() || a.bound.size() != b.bound.size()) return false;
    if (!is_permutation_of(w_.local[k], n, index_number)) return false;
    for (std::uint32_t i = 0; i < n; ++i) {
      const Index j = w_.local[k][i];
      if (a.binds(Index{i}) != b.binds(j) || !(a.local(Index{i}).size == b.local(j).size)) return false;
      if (a.op == Op::input && j.id != i) return false;  // the axes of an array are told apart by position
    }
    return true;
  }

  bool same_payload(const Box& a, const Box& b, const std::vector<Index>& local) {
    if (a.op != b.op || a.fold != b.fold || a.dtype != b.dtype || a.deterministic != b.deterministic) return false;
    if (a.value != b.value || !(a.size == b.size) || a.index.size() != b.index.size()) return false;
    if (a.op == Op::input) {
      const auto p = place(left_, a.name), q = place(right_, b.name);
      if (!p || !q || !(*p == *q)) return false;
    } else if (a.name != b.name) {
      return false;
    }
    auto image = [&](const IndexExpression& e) {
      return substitute(e, [&](Index i) { return index_variable(local.at(i.id)); });
    };
    if (a.op == Op::cases) {  // a conjunction: order is no matter
      std::vector<IndexExpression> mapped, guards = b.index;
      for (const IndexExpression& e : a.index) mapped.push_back(image(e));
      std::sort(mapped.begin(), mapped.end());
      std::sort(guards.begin(), guards.end());
      if (mapped != guards) return false;
    } else if (a.op == Op::index_value) {
      if (!(image(a.index.at(0)) == b.index.at(0))) return false;
    } else if (a.op == Op::view) {
      const std::vector<Index>& axes = w_.local.at(a.inputs.at(0).wire.id);
      for (std::size_t s = 0; s < a.index.size(); ++s)
        if (!(image(a.index[s]) == b.index.at(axes.at(s).id))) return false;
    }
    if (!a.deterministic) {  // one noise source goes to one, and back
      const auto to = noise_.emplace(a.noise, b.noise).first, from = noise_back_.emplace(b.noise, a.noise).first;
      if (to->second != b.noise || from->second != a.noise) return false;
    }
    return true;
  }

  bool same_box(std::uint32_t k) {
    const Box &a = left_.boxes()[k], &b = right_.box(w_.wire[k]);
    const std::vector<Index>& local = w_.local[k];
    auto number = +[](const std::uint32_t& p) { return p; };
    if (a.inputs.size() != b.inputs.size() || !is_permutation_of(w_.inputs[k], a.inputs.size(), number)) return false;
    if (!same_payload(a, b, local)) return false;
    for (std::uint32_t p = 0; p < a.inputs.size(); ++p) {
      const std::uint32_t q = w_.inputs[k][p];
      if (q != p && !info(a.op).unordered) return false;
      const Port &in = a.inputs[p], &out = b.inputs[q];
      if (w_.wire.at(in.wire.id) != out.wire || in.map.size() != out.map.size()) return false;
      const std::vector<Index>& axes = w_.local[in.wire.id];
      for (std::size_t s = 0; s < in.map.size(); ++s)
        if (out.map.at(axes.at(s).id) != local.at(in.map[s].id)) return false;
    }
    return true;
  }

  const Diagram& left_;
  const Diagram& right_;
  const IsomorphismWitness& w_;
  std::map<std::uint32_t, std::uint32_t> noise_, noise_back_;
};

}  // namespace

bool is_isomorphism(const Diagram& left, const Diagram& right, const IsomorphismWitness& w) {
  return WitnessChecker(left, right, w).holds();
}

}  // namespace skein
