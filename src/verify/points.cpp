#include "verify/points.hpp"

namespace skein {

void Points::add(const Rewrite& r) {
  known_.emplace(r.from.wire, r);
  known_.emplace(r.to.wire, w_.same(r.to));
  representatives_.insert(r.to.wire);
  memo_.clear();
}

Rewrite Points::image(WireId wire) {
  if (const auto known = known_.find(wire); known != known_.end()) return known->second;
  if (const auto it = memo_.find(wire); it != memo_.end()) return it->second;
  return memo_.emplace(wire, below(wire)).first->second;
}

Rewrite Points::below(WireId wire) {
  const Ref whole = b_.at_fresh(wire);
  if (representatives_.count(wire)) return w_.same(whole);
  std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
  const std::vector<Port> ports = b_.box(wire).inputs;
  for (std::uint32_t p = 0; p < ports.size(); ++p) inputs.emplace_back(p, image(ports[p].wire));
  // What a guarded view reads is rewritten from the guard: alone, the view may read out of range.
  if (b_.box(wire).op == Op::cases)
    for (auto& [port, r] : inputs)
      if (const Box view = b_.box(ports[port].wire); view.op == Op::view && r.trivial())
        r = image(view.inputs[0].wire);
  try {
    return w_.inside(whole, inputs);
  } catch (const Rejected&) {  // a view that may read out of range: what is below it stays
    return w_.same(whole);
  }
}

}  // namespace skein
