#include "rewrite/egraph/facts.hpp"

namespace skein::egraph {

std::uint32_t Facts::evaluate(EGraph& g, Id node) const {
  std::vector<std::uint32_t> in;
  for (Id c : g.children(node)) in.push_back(at(g.find(c)));
  return meaning_.transfer(g.op(node), in);
}

bool Facts::add(Id leader, Id node, std::uint32_t facts) {
  const std::uint32_t before = at(leader), after = before | facts;
  if (after == before) return false;
  if (leader >= facts_.size()) facts_.resize(2 * leader + 16);
  facts_[leader] = after;
  if (meaning_.contradiction && meaning_.contradiction(after)) conflicts_.push_back({node, after});
  return true;
}

bool Facts::grow(EGraph& g, Id node) {
  add(node, node, evaluate(g, node));
  return false;  // there is nothing to modify
}

bool Facts::update(EGraph& g, Id node) { return add(g.find(node), node, evaluate(g, node)); }

Analysis::Joined Facts::join(EGraph&, Id into, Id from) {
  const std::uint32_t more = at(from);
  const bool changed = add(into, from, more);
  return {changed, at(into) != more};
}

}  // namespace skein::egraph
