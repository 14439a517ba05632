#include "verify/saturation/replay.hpp"

namespace skein {

using namespace egraph;

namespace {

// The rewrite read at other indices, those of its context among them that neither side reads.
Rewrite renamed(DiagramBuilder& b, Rewrite r, const std::map<Index, Index>& map) {
  r.from = b.rename(r.from, map);
  r.to = b.rename(r.to, map);
  for (Index& i : r.context)
    if (auto it = map.find(i); it != map.end()) i = it->second;
  return r;
}

}  // namespace

Ref ExplanationReplay::at(TermId t, const Slots& args, const std::vector<Index>& context) {
  std::vector<Index> indices;
  for (Slot s : args) indices.push_back(context.at(s));
  return terms_.at(terms_.term(*x_, t, known_), indices);
}

// from == to where they are one polynomial, or one lattice fold.
Rewrite ExplanationReplay::bridge(const Ref& from, const Ref& to) {
  if (from == to) return w_.same(from);
  try {
    return w_.contraction(from, to);
  } catch (const Rejected&) {
    return w_.lattice(from, to);
  }
}

Rewrite ExplanationReplay::use(const EquationUse& u, const std::function<std::optional<Index>(Slot)>& index) {
  const Done& d = done_.at(u.equation);
  std::map<Index, Index> map;
  for (std::size_t k = 0; k < u.at.size(); ++k)
    if (const auto i = index(u.at[k])) map[d.context.at(k)] = *i;
  const Rewrite r = renamed(k_.arena(), d.rewrite, map);
  return u.reversed ? w_.reverse(r) : r;
}

Rewrite ExplanationReplay::rule(const RuleStep& s, const std::vector<Index>& context, const Ref& left,
                                const Ref& right) {
  if (rules_.is_grouping(s.rule)) return bridge(left, right);
  auto body = [&](std::size_t v) { return at(s.variables[v].term, s.variables[v].args, context); };
  const auto r = rules_.instance(s.rule, body, s.slots, s.types, [&](Slot n) { return context.at(n); });
  if (!r) throw Rejected("the kernel has no such instance of the rule " + rules_.rules()[s.rule].name());
  return *r;
}

Rewrite ExplanationReplay::congruence(const CongruenceStep& s, const Ref& left, const std::vector<Index>& context,
                                      const Term& t) {
  DiagramBuilder& b = k_.arena();
  std::vector<Index> bound;
  if (!s.arguments.empty())
    for (TypeId type : t.bound) bound.push_back(b.fresh({terms_.size(type), Symbol()}));
  std::vector<Rewrite> arguments;
  for (const EquationUse& u : s.arguments)
    arguments.push_back(use(u, [&](Slot n) { return is_bound(n) ? bound.at(n - first_bound) : context.at(n); }));
  // The arena has its own order of inputs: each is rewritten by an argument that starts from its wire.
  std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
  std::vector<bool> used(arguments.size());
  const std::vector<Port> ports = b.box(left.wire).inputs;
  for (std::uint32_t p = 0; p < ports.size(); ++p)
    for (std::size_t k = 0; k < arguments.size(); ++k)
      if (!used[k] && arguments[k].from.wire == ports[p].wire) {
        used[k] = true;
        inputs.emplace_back(p, arguments[k]);
        break;
      }
  return w_.inside(left, inputs);
}

ExplanationReplay::Done ExplanationReplay::equation(const ExplainedEquation& e) {
  DiagramBuilder& b = k_.arena();
  const Term& t = x_->terms[e.left];
  std::vector<Index> context;
  for (TypeId type : t.slot_types) context.push_back(b.fresh({terms_.size(type), Symbol()}));
  for (TypeId type : e.extra) context.push_back(b.fresh({terms_.size(type), Symbol()}));
  const Ref left = at(e.left, Slots::identity(t.slot_types.size()), context), right = at(e.right, e.right_at, context);
  std::optional<Rewrite> r;
  if (const auto* chain = std::get_if<ChainStep>(&e.why)) {
    r = w_.same(left);
    for (const EquationUse& u : chain->uses) r = w_.chain(*r, use(u, [&](Slot n) { return context.at(n); }));
  } else if (const auto* c = std::get_if<CongruenceStep>(&e.why)) {
    r = congruence(*c, left, context, t);
  } else if (const auto* s = std::get_if<RuleStep>(&e.why)) {
    r = rule(*s, context, left, right);
  } else if (const auto* g = std::get_if<GivenStep>(&e.why)) {
    const Rewrite& known = given_.at(g->number);
    if (known.from.wire != left.wire) throw Rejected("a given equation starts elsewhere");
    r = w_.read_at(known, left.at);
  } else {
    r = bridge(left, right);
  }
  if (r->from != left) r = w_.chain(bridge(left, r->from), *r);
  if (r->to != right) r = w_.chain(*r, bridge(r->to, right));
  return {*r, context};
}

Rewrite ExplanationReplay::run(const Explanation& x) {
  x_ = &x;
  known_.clear(), done_.clear();
  for (const ExplainedEquation& e : x.equations) done_.push_back(equation(e));
  return use(x.use, [&](Slot n) { return terms_.index(n); });
}

}  // namespace skein
