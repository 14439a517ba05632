#include "verify/saturation/terms.hpp"

namespace skein {

using namespace egraph;

OperatorId DiagramTerms::op(const std::string& key, Operator traits, Payload p) {
  const OperatorId o = language_.op(key, traits);
  payload_.emplace(o, std::move(p));
  return o;
}

OperatorId DiagramTerms::literal(const Rational& value) {
  return op("literal " + value.get_str(), {}, {.op = Op::literal, .value = value});
}

std::optional<Rational> DiagramTerms::number(OperatorId o) const {
  const auto it = payload_.find(o);
  return it == payload_.end() || it->second.op != Op::literal ? std::nullopt : std::optional(it->second.value);
}

std::optional<Rational> DiagramTerms::fold(OperatorId o, std::span<const Rational> arguments) const {
  const Op op = payload_.at(o).op;
  if (op != Op::add && op != Op::mul) return std::nullopt;
  Rational out = op == Op::add ? 0 : 1;
  for (const Rational& a : arguments) op == Op::add ? out += a : out *= a;
  return out;
}

double DiagramTerms::cost(OperatorId o, std::span<const double> arguments) const {
  double in = 0;
  for (double c : arguments) in += c;
  switch (payload_.at(o).op) {
    case Op::input:
    case Op::literal: return 1;
    case Op::reduce: return 4 + 2 * in;
    case Op::exp:
    case Op::log:
    case Op::sqrt:
    case Op::erf:
    case Op::inv: return 6 + in;
    default: return 2 + in;
  }
}

TypeId DiagramTerms::type(const Size& s) {
  if (auto it = type_of_.find(s); it != type_of_.end()) return it->second;
  const TypeId t = language_.type(to_string(s), !k_.sizes().find_farkas(s - size_constant(1)));
  size_of_[t] = s;
  return type_of_[s] = t;
}

std::optional<OperatorId> DiagramTerms::structural(const Box& box) {
  if (!box.deterministic) return std::nullopt;
  switch (box.op) {
    case Op::input:
    case Op::view:
    case Op::cases:
    case Op::index_value:
    case Op::opaque: return std::nullopt;
    case Op::literal: return literal(box.value);
    case Op::size_value: return op("size", {}, {.op = Op::size_value});
    case Op::reduce:
      return op(std::string("reduce ") + info(box.fold).name, {.unordered_binders = true},
                {.op = Op::reduce, .fold = box.fold});
    default: return op(info(box.op).name, {.unordered = info(box.op).unordered}, {.op = box.op});
  }
}

// --- diagrams to nodes

Slot DiagramTerms::name(Index i) {
  const auto [it, fresh] = name_of_.emplace(i, static_cast<Slot>(name_of_.size()));
  if (fresh) index_of_[it->second] = i;
  return it->second;
}

Applied DiagramTerms::add(EGraph& g, const Ref& r) {
  Applied a = wire(g, r.wire);
  for (Slot& s : a.args) s = name(r.at.at(s));
  return a;
}

// The wire over its axes 0, 1, ..
Applied DiagramTerms::wire(EGraph& g, WireId w) {
  if (auto it = wires_.find(w); it != wires_.end()) return it->second;
  const Box box = b_.box(w);
  NodeSpec spec;
  const std::size_t degree = box.degree.size();
  auto local = [&](Index i) { return static_cast<Slot>(i.id < degree ? i.id : first_bound + (i.id - degree)); };
  auto reads = [&](Index i) {
    if (const Slot s = local(i); !spec.direct.contains(s)) {
      spec.direct.push_back(s);
      spec.direct_types.push_back(type(box.local(i).size));
    }
  };
  auto inputs = [&] {
    for (const Port& p : box.inputs) {
      Applied c = wire(g, p.wire);
      for (Slot& s : c.args) s = local(p.map.at(s));
      spec.children.push_back(c);
    }
  };
  // Index expressions over the slots that they read, numbered in that order.
  auto expressions = [&] {
    std::vector<IndexExpression> out;
    for (const IndexExpression& e : box.index)
      for (Index i : free_indices(e)) reads(i);
    for (const IndexExpression& e : box.index)
      out.push_back(substitute(
          e, [&](Index i) { return index_variable({static_cast<std::uint32_t>(spec.direct.find(local(i)))}); }));
    return out;
  };
  auto key = [](std::string head, const std::vector<IndexExpression>& list) {
    for (const IndexExpression& e : list)
      head += "; " + to_string(e, [](Index i) { return "#" + std::to_string(i.id); });
    return head;
  };
  if (const auto o = structural(box)) {
    spec.op = *o;
    inputs();
    for (const Axis& a : box.bound) spec.bound.push_back(type(a.size));
    if (box.op == Op::size_value) spec.bound = {type(box.size)};
  } else if (box.op == Op::input || !box.deterministic) {
    spec.op = op("wire " + std::to_string(w.id), {}, {.op = Op::input, .wire = w});
    for (std::uint32_t k = 0; k < degree; ++k) reads({k});
  } else {
    const std::vector<IndexExpression> index = expressions();
    spec.op = op(key(std::string(info(box.op).name) + " " + box.name.text(), index), {},
                 {.op = box.op, .name = box.name, .index = index});
    if (box.op == Op::view) {
      Applied c = wire(g, box.inputs[0].wire);
      for (Slot& s : c.args) s = static_cast<Slot>(first_bound + s);
      spec.children.push_back(c);
      for (const Axis& a : std::vector<Axis>(b_.axes(box.inputs[0].wire))) spec.bound.push_back(type(a.size));
    } else {
      inputs();
    }
  }
  return wires_[w] = g.add_exactly(spec);
}

// --- and back

Ref DiagramTerms::at(const Built& b, const std::vector<Index>& indices) const {
  std::map<Index, Index> map;
  for (std::size_t k = 0; k < b.slots.size(); ++k) map[b.slots[k]] = indices.at(k);
  return b_.rename(b.value, map);
}

DiagramTerms::Built DiagramTerms::build(OperatorId o, const std::vector<Child>& children, const Slots& direct,
                                        const std::vector<TypeId>& bound, const std::vector<TypeId>& slot_types) {
  const Payload& p = payload_.at(o);
  Built out;
  for (TypeId t : slot_types) out.slots.push_back(b_.fresh({size(t), Symbol()}));
  std::vector<Index> bound_indices;
  if (p.op != Op::size_value)
    for (TypeId t : bound) bound_indices.push_back(b_.fresh({size(t), Symbol()}));
  auto named = [&](Slot s) { return is_bound(s) ? bound_indices.at(s - first_bound) : out.slots.at(s); };
  std::vector<Ref> inputs;
  for (const Child& c : children) {
    std::vector<Index> indices;
    for (Slot s : c.args) indices.push_back(named(s));
    inputs.push_back(at(c.term, indices));
  }
  std::vector<IndexExpression> index;
  for (const IndexExpression& e : p.index)
    index.push_back(substitute(e, [&](Index i) { return index_variable(named(direct[i.id])); }));
  switch (p.op) {
    case Op::input:
      out.value.wire = p.wire;
      for (Slot s : direct) out.value.at.push_back(named(s));
      break;
    case Op::literal: out.value = b_.literal(p.value); break;
    case Op::neg_inf: out.value = b_.neg_inf(); break;
    case Op::size_value: out.value = b_.size_value(size(bound.at(0))); break;
    case Op::index_value: out.value = b_.index_value(index.at(0)); break;
    case Op::reduce: out.value = b_.reduce(p.fold, bound_indices, inputs.at(0)); break;
    case Op::cases: out.value = b_.cases(index, inputs.at(0), inputs.at(1)); break;
    case Op::opaque: out.value = b_.opaque(p.name, inputs, true); break;
    case Op::view: {
      IndexMap where;
      for (std::size_t s = 0; s < index.size(); ++s) where[bound_indices[s]] = index[s];
      out.value = b_.read(inputs.at(0), where);
      break;
    }
    default: out.value = b_.add(p.op, inputs);
  }
  return out;
}

DiagramTerms::Built DiagramTerms::node(const EGraph& g, Id id) {
  if (auto it = nodes_.find(id); it != nodes_.end()) return it->second;
  const NodeSpec s = g.origin(id);
  std::vector<Child> children;
  for (const Applied& c : s.children) children.push_back({node(g, c.id), c.args});
  std::vector<TypeId> types;
  for (std::size_t k = 0; k < g.arity(id); ++k) types.push_back(g.slot_type(id, k));
  return nodes_[id] = build(s.op, children, s.direct, s.bound, types);
}

DiagramTerms::Built DiagramTerms::best(EGraph& g, const Extractor& e, Id leader) {
  const Id n = e.node(leader);
  if (g.arity(n) > g.arity(leader)) throw IllTyped("a term reads an index that its class does not");
  const NodeSpec s = g.spec(n);
  std::vector<Child> children;
  for (const Applied& c : s.children) {
    const Applied l = g.find(c);
    children.push_back({best(g, e, l.id), l.args});
  }
  std::vector<TypeId> types;
  for (std::size_t k = 0; k < g.arity(n); ++k) types.push_back(g.slot_type(n, k));
  Built own = build(s.op, children, s.direct, s.bound, types), out{own.value, {}};
  for (Slot k : g.leader_of(n).args) out.slots.push_back(own.slots.at(k));
  return out;
}

DiagramTerms::Built DiagramTerms::term(const Explanation& x, TermId t, std::map<TermId, Built>& known) {
  if (auto it = known.find(t); it != known.end()) return it->second;
  const Term& s = x.terms[t];
  std::vector<Child> children;
  for (const TermAt& c : s.children) children.push_back({term(x, c.term, known), c.args});
  return known[t] = build(s.op, children, s.direct, s.bound, s.slot_types);
}

}  // namespace skein
