#include "rewrite/egraph/explanation_builder.hpp"

#include <algorithm>

namespace skein::egraph {

TermId ExplanationBuilder::intern(Term t) {
  Words key{t.op, header(t.children.size(), t.direct.size(), t.bound.size(), true)};
  key.insert(key.end(), t.direct.begin(), t.direct.end());
  key.insert(key.end(), t.direct_types.begin(), t.direct_types.end());
  key.insert(key.end(), t.bound.begin(), t.bound.end());
  for (const TermAt& c : t.children) {
    key.push_back(c.term);
    key.insert(key.end(), c.args.begin(), c.args.end());
  }
  const auto [it, fresh] = interned_.emplace(std::move(key), static_cast<TermId>(out_.terms.size()));
  if (fresh) out_.terms.push_back(std::move(t));
  return it->second;
}

TermId ExplanationBuilder::term(Id node) {
  if (auto it = term_of_.find(node); it != term_of_.end()) return it->second;
  const NodeSpec s = g_.origin(node);
  Term t{.op = s.op, .direct = s.direct, .direct_types = s.direct_types, .bound = s.bound};
  for (const Applied& c : s.children) t.children.push_back({term(c.id), c.args});
  for (std::size_t k = 0; k < g_.arity(node); ++k) t.slot_types.push_back(g_.slot_type(node, k));
  return term_of_[node] = intern(std::move(t));
}

TermAt ExplanationBuilder::build(Term t, const Slots& bound) {
  TermAt out;
  Slots& order = out.args;
  std::vector<TypeId> types;
  auto number = [&](Slot& s, TypeId type) {
    if (const std::size_t b = bound.find(s); b < bound.size()) {
      s = static_cast<Slot>(first_bound + b);
      return;
    }
    const std::size_t k = order.find(s);
    if (k == order.size()) order.push_back(s), types.push_back(type);
    s = static_cast<Slot>(k);
  };
  for (std::size_t k = 0; k < t.direct.size(); ++k) number(t.direct[k], t.direct_types[k]);
  for (TermAt& c : t.children)
    for (std::size_t k = 0; k < c.args.size(); ++k) number(c.args[k], out_.terms[c.term].slot_types[k]);
  t.slot_types = std::move(types);
  out.term = intern(std::move(t));
  return out;
}

EquationUse ExplanationBuilder::conclude_numbered(const TermAt& left, const TermAt& right,
                                                  const std::vector<Slots*>& names) {
  Slots context = left.args;
  auto number = [&](Slot& s) {
    if (s >= first_bound) return;
    const std::size_t k = context.find(s);
    if (k == context.size()) context.push_back(s);
    s = static_cast<Slot>(k);
  };
  ExplainedEquation e{.left = left.term, .right = right.term, .right_at = right.args, .why = GivenStep{0}};
  for (std::size_t k = 0; k < right.args.size(); ++k)
    type_of_name_[right.args[k]] = out_.terms[right.term].slot_types[k];
  for (Slot& s : e.right_at) number(s);
  for (Slots* list : names)
    for (Slot& s : *list) number(s);
  for (std::size_t k = left.args.size(); k < context.size(); ++k) e.extra.push_back(type_of_name_.at(context[k]));
  out_.equations.push_back(std::move(e));
  return {static_cast<EquationNumber>(out_.equations.size() - 1), false, context};
}

void ExplanationBuilder::note_types(const EquationUse& u) {
  const ExplainedEquation& e = out_.equations[u.equation];
  const std::vector<TypeId>& left = out_.terms[e.left].slot_types;
  for (std::size_t k = 0; k < u.at.size(); ++k)
    type_of_name_[u.at[k]] = k < left.size() ? left[k] : e.extra[k - left.size()];
}

Hop ExplanationBuilder::hop(const EquationUse& u, bool reversed) const {
  const ExplainedEquation& e = out_.equations[u.equation];
  Hop h{u.equation, reversed, {}, {}};
  for (std::size_t k = 0; k < out_.terms[e.left].slot_types.size(); ++k) h.left.push_back(u.at[k]);
  for (Slot s : e.right_at) h.right.push_back(u.at[s]);
  return h;
}

Slots ExplanationBuilder::context(const Hop& h) {
  const ExplainedEquation& e = out_.equations[h.equation];
  Slots at = h.left;
  for (std::size_t k = 0; k < e.extra.size(); ++k) at.push_back(no_slot);
  for (std::size_t k = 0; k < h.right.size(); ++k) at[e.right_at[k]] = h.right[k];
  for (Slot& s : at)
    if (s == no_slot) s = next_++;
  return at;
}

EquationUse ExplanationBuilder::seal(const Path& p) {
  if (p.hops.size() == 1 && !p.hops[0].reversed) return {p.hops[0].equation, false, context(p.hops[0])};
  ChainStep chain;
  for (const Hop& h : p.hops) chain.uses.push_back({h.equation, h.reversed, context(h)});
  std::vector<Slots*> names;
  for (EquationUse& u : chain.uses) note_types(u), names.push_back(&u.at);
  return conclude(p.from, p.to, names, chain);
}

}  // namespace skein::egraph
