// The part of the e-graph that nodes with slots need.
#include <algorithm>
#include <stdexcept>

#include "rewrite/egraph/egraph.hpp"

namespace skein::egraph {

// --- words

NodeSpec EGraph::decode(const std::uint32_t* w) const {
  const std::uint32_t h = w[1], n = child_count(h), direct = direct_count(h), bound = bound_count(h);
  NodeSpec s{.op = w[0]};
  const std::uint32_t* at = w + 2 + n;
  s.children.reserve(n);
  for (std::uint32_t k = 0; k < n; ++k) s.children.push_back({w[2 + k], {}});
  if (!(h & slotted_bit)) return s;
  for (std::uint32_t k = 0; k < direct; ++k) s.direct.push_back(static_cast<Slot>(*at++));
  for (std::uint32_t k = 0; k < direct; ++k) s.direct_types.push_back(*at++);
  for (std::uint32_t k = 0; k < bound; ++k) s.bound.push_back(*at++);
  for (Applied& c : s.children)
    for (std::size_t k = 0; k < arity_[c.id]; ++k) c.args.push_back(static_cast<Slot>(*at++));
  return s;
}

Words EGraph::encode(const NodeSpec& s) const {
  bool slotted = !s.direct.empty() || !s.bound.empty();
  for (const Applied& c : s.children) slotted = slotted || !c.args.empty();
  Words w{s.op, header(s.children.size(), s.direct.size(), s.bound.size(), slotted)};
  for (const Applied& c : s.children) w.push_back(c.id);
  w.insert(w.end(), s.direct.begin(), s.direct.end());
  w.insert(w.end(), s.direct_types.begin(), s.direct_types.end());
  w.insert(w.end(), s.bound.begin(), s.bound.end());
  for (const Applied& c : s.children) w.insert(w.end(), c.args.begin(), c.args.end());
  return w;
}

void EGraph::write_words(Id node, const Words& words) {
  const Words old = encode(spec(node));
  if (words.size() > old.size()) {
    start_[node] = static_cast<std::uint32_t>(words_.size());
    words_.insert(words_.end(), words.begin(), words.end());
  } else {
    std::copy(words.begin(), words.end(), words_.begin() + start_[node]);
  }
}

// --- adding

Id EGraph::add_mixed(OperatorId op, std::span<const Id> children) {
  for (Id c : children)
    if (arity_[find(c)]) throw std::invalid_argument("a class with slots is used without names for them");
  return add_plain(op, children);
}

Applied EGraph::add(const NodeSpec& spec) {
  const Shape s = shape(spec);
  if (!(s.words[1] & slotted_bit)) return {add_plain(s.words[0], std::span(s.words).subspan(2)), {}};
  any_slotted_ = true;
  if (auto it = slotted_memo_.find(s.words); it != slotted_memo_.end()) {
    Applied out{it->second.node, Slots::filled(it->second.order.size(), no_slot)};
    for (std::size_t k = 0; k < s.order.size(); ++k) out.args[it->second.order[k]] = s.order[k];
    return out;
  }
  return {found(s), s.order};
}

Applied EGraph::add_exactly(const NodeSpec& given) {
  const Applied known = add(given);
  auto arguments = [&](const NodeSpec& s) {
    std::vector<std::pair<Id, std::vector<Slot>>> out;
    for (const Applied& c : s.children) out.emplace_back(c.id, std::vector<Slot>(c.args.begin(), c.args.end()));
    if (language_[s.op].unordered) std::sort(out.begin(), out.end());
    return out;
  };
  NodeSpec own = origin(known.id);
  for (Applied& c : own.children)
    for (Slot& s : c.args)
      if (!is_bound(s)) s = known.args[s];
  if (arguments(own) == arguments(given) && own.bound == given.bound) return known;

  NodeSpec spec = given;
  Slots names;
  std::vector<TypeId> types;
  auto number = [&](Slot& s, TypeId type) {
    if (is_bound(s)) return;
    const std::size_t k = names.find(s);
    if (k == names.size()) names.push_back(s), types.push_back(type);
    s = static_cast<Slot>(k);
  };
  for (std::size_t k = 0; k < spec.direct.size(); ++k) number(spec.direct[k], spec.direct_types[k]);
  for (Applied& c : spec.children)
    for (std::size_t k = 0; k < c.args.size(); ++k) number(c.args[k], slot_type(c.id, k));
  const Words words = encode(spec);
  const Id id = found(words.data(), words.size(), names.size());
  if (words[1] & slotted_bit) {
    slotted_index_[id] = static_cast<std::uint32_t>(slotted_.size());
    slotted_.push_back({Slots::identity(names.size()), types});
  }
  const Applied exact{id, names};
  merge(exact, known, {.kind = ReasonKind::congruence});
  retire(id);
  return exact;
}

std::optional<Applied> EGraph::lookup(const NodeSpec& spec) {
  const Shape s = shape(spec);
  if (!(s.words[1] & slotted_bit)) {
    grow_memo();
    const Id node = *slot_in_memo(hash(s.words.data()), s.words.data());
    return node == no_id ? std::nullopt : std::optional(Applied{node, {}});
  }
  const auto it = slotted_memo_.find(s.words);
  if (it == slotted_memo_.end()) return std::nullopt;
  Applied out{it->second.node, Slots::filled(it->second.order.size(), no_slot)};
  for (std::size_t k = 0; k < s.order.size(); ++k) out.args[it->second.order[k]] = s.order[k];
  return out;
}

// A new node for a shape that has none: its slots are numbered as in the shape.
Id EGraph::found(const Shape& s) {
  const Id id = found(s.words.data(), s.words.size(), s.order.size());
  const NodeSpec own = spec(id);
  Slotted slotted{Slots::identity(s.order.size()), std::vector<TypeId>(s.order.size())};
  for (std::size_t k = 0; k < own.direct.size(); ++k)
    if (!is_bound(own.direct[k])) slotted.types[own.direct[k]] = own.direct_types[k];
  for (const Applied& c : own.children)
    for (std::size_t k = 0; k < c.args.size(); ++k)
      if (!is_bound(c.args[k])) slotted.types[c.args[k]] = slot_type(c.id, k);
  slotted_index_[id] = static_cast<std::uint32_t>(slotted_.size());
  slotted_.push_back(std::move(slotted));
  const Slots identity = Slots::identity(s.order.size());
  slotted_memo_.emplace(s.words, Named{id, identity});
  link_parents(id);
  for (Analysis* a : analyses_)
    if (a->grow(*this, id)) modify_pending_.push_back(id);
  for (const Slots& other : s.same_orders) {
    Slots permuted;
    for (Slot name : other) permuted.push_back(static_cast<Slot>(s.order.find(name)));
    merge(Applied{id, identity}, Applied{id, permuted}, {.kind = ReasonKind::congruence});
  }
  return id;
}

// --- equality

Id EGraph::find_slotted(Id id) {
  while (parent_[id] != id) id = parent_[id];
  return id;
}

Applied EGraph::find(const Applied& a) {
  Applied out = a;
  while (parent_[out.id] != out.id) {
    if (arity_[out.id]) out.args = out.args.at(slotted_[slotted_index_[out.id]].to_parent);
    out.id = parent_[out.id];
  }
  return out;
}

bool EGraph::equal(const Applied& a, const Applied& b) {
  const Applied x = find(a), y = find(b);
  if (x.id != y.id) return false;
  if (x.args == y.args) return true;
  for (const Slots& g : symmetries(x.id))
    if (x.args.at(g) == y.args) return true;
  return false;
}

const std::vector<Slots>& EGraph::symmetries(Id leader) const {
  static const std::vector<Slots> none;
  const auto it = symmetry_.find(leader);
  return it == symmetry_.end() ? none : it->second.group.elements();
}

const std::vector<std::uint32_t>& EGraph::symmetry_edges(Id leader) const {
  static const std::vector<std::uint32_t> none;
  const auto it = symmetry_.find(leader);
  return it == symmetry_.end() ? none : it->second.symmetric;
}

const std::vector<std::uint32_t>& EGraph::losing_edges(Id leader) const {
  static const std::vector<std::uint32_t> none;
  const auto it = symmetry_.find(leader);
  return it == symmetry_.end() ? none : it->second.losing;
}

bool EGraph::merge(const Applied& a, const Applied& b, const Reason& why) {
  Applied x = find(a), y = find(b);
  Slots to;
  if (proofs_ && a.args.size() + b.args.size() > 0)
    for (Slot name : a.args) {
      const std::size_t k = b.args.find(name);
      to.push_back(k < b.args.size() ? static_cast<Slot>(k) : no_slot);
    }
  auto edge = [&] {
    return proofs_ ? note_edge(a.id, b.id, a.args.empty() && b.args.empty() ? nullptr : &to, why) : 0;
  };
  auto common = [](const Slots& s, const Slots& t) {
    return std::all_of(s.begin(), s.end(), [&](Slot n) { return t.contains(n); });
  };
  const bool x_in_y = common(x.args, y.args), y_in_x = common(y.args, x.args);
  if (x.id == y.id) {
    if (x.args == y.args) return false;
    if (!x_in_y) return ++refused_, false;  // redundant, but no term says what is left
    Slots g;
    for (Slot name : y.args) g.push_back(static_cast<Slot>(x.args.find(name)));
    ClassSymmetry& s = symmetry_[x.id];
    if (!s.group.add(g)) return false;
    if (proofs_) s.symmetric.push_back(edge());
    const IdList& up = lists_[x.id].parents;
    pending_.insert(pending_.end(), up.begin(), up.end());
    return true;
  }
  if (!x_in_y && !y_in_x) return ++refused_, false;
  // The class with fewer slots leads: the other ones are redundant.
  bool keep_x = x_in_y && y_in_x ? lists_[x.id].parents.size() >= lists_[y.id].parents.size() : x_in_y;
  const Applied &winner = keep_x ? x : y, &loser = keep_x ? y : x;
  const bool loses = winner.args.size() < loser.args.size();
  for (std::size_t k = 0; k < loser.args.size(); ++k)
    if (!winner.args.contains(loser.args[k]) && language_.may_be_empty(slot_type(loser.id, k)))
      return ++refused_, false;

  Slots to_parent;
  for (Slot name : winner.args) to_parent.push_back(static_cast<Slot>(loser.args.find(name)));
  std::uint32_t number = 0;
  if (proofs_) link_proofs(a.id, b.id, number = edge());
  if (arity_[loser.id]) slotted_[slotted_index_[loser.id]].to_parent = to_parent;
  const auto lost = symmetry_.find(loser.id);
  bool more_symmetric = false;
  if (lost != symmetry_.end() || loses) {
    ClassSymmetry from = lost == symmetry_.end() ? ClassSymmetry{} : std::move(lost->second);
    if (lost != symmetry_.end()) symmetry_.erase(lost);
    ClassSymmetry& into = symmetry_[winner.id];
    for (const Slots& g : from.group.elements()) {
      // The same permutation of the winner's slots; one that takes a kept slot to a lost one says more than this.
      Slots h;
      for (Slot s : to_parent) {
        const std::size_t k = to_parent.find(g[s]);
        if (k == to_parent.size()) break;
        h.push_back(static_cast<Slot>(k));
      }
      if (h.size() == to_parent.size()) more_symmetric = into.group.add(h) || more_symmetric;
    }
    into.symmetric.insert(into.symmetric.end(), from.symmetric.begin(), from.symmetric.end());
    into.losing.insert(into.losing.end(), from.losing.begin(), from.losing.end());
    if (loses && proofs_) into.losing.push_back(number);
  }
  if (more_symmetric) {
    const IdList& up = lists_[winner.id].parents;
    pending_.insert(pending_.end(), up.begin(), up.end());
  }
  unite(winner.id, loser.id);
  return true;
}

void EGraph::repair_slotted(Id node) {
  const Slots own = Slots::identity(arity_[node]);
  const Shape s = shape(spec(node));
  if (s.order.size() < own.size()) {
    // An argument has lost slots, and with them this node: another one stands for it.
    const Applied less = add(spec(node));
    retire(node);
    merge(Applied{node, own}, less, {.kind = ReasonKind::congruence});
    return;
  }
  if (auto it = slotted_memo_.find(s.words); it != slotted_memo_.end() && it->second.node != node) {
    Applied other{it->second.node, Slots::filled(own.size(), no_slot)};
    for (std::size_t k = 0; k < own.size(); ++k) other.args[it->second.order[k]] = s.order[k];
    retire(node);
    merge(Applied{node, own}, other, {.kind = ReasonKind::congruence});
    return;
  }
  write_words(node, encode(s.spec));
  slotted_memo_.insert_or_assign(s.words, Named{node, s.order});
  for (const Slots& other : s.same_orders) {
    // node(order) == node(other), so the renaming order -> other is a symmetry.
    Slots permuted = own;
    for (std::size_t k = 0; k < own.size(); ++k) permuted[s.order[k]] = other[k];
    merge(Applied{node, own}, Applied{node, permuted}, {.kind = ReasonKind::congruence});
  }
}

}  // namespace skein::egraph
