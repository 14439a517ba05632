#include "verify/points.hpp"

namespace skein {

void Points::add(const Rewrite& r) {
  known_.emplace(r.from.wire, r);
  known_.emplace(r.to.wire, w_.same(r.to));
  representatives_.insert(r.to.wire);
  memo_.clear();
}

const Rewrite* Points::find(WireId wire) const {
  if (const auto known = known_.find(wire); known != known_.end()) return &known->second;
  const auto it = memo_.find(wire);
  return it == memo_.end() ? nullptr : &it->second;
}

// With a stack of its own: diagrams may be chains of any length.
Rewrite Points::image(WireId wire) {
  std::vector<WireId> open{wire};
  while (!open.empty()) {
    const WireId w = open.back();
    const std::size_t before = open.size();
    if (!find(w) && !representatives_.count(w)) {
      const auto& ports = b_.box(w).inputs;
      for (auto p = ports.rbegin(); p != ports.rend(); ++p)
        if (!find(p->wire)) open.push_back(p->wire);
    }
    if (open.size() > before) continue;
    if (!find(w)) memo_.emplace(w, below(w));
    open.pop_back();
  }
  return *find(wire);
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
      if (const Box view = b_.box(ports[port].wire); view.op == Op::view && r.trivial()) r = image(view.inputs[0].wire);
  try {
    return w_.inside(whole, inputs);
  } catch (const Rejected&) {  // a view that may read out of range: what is below it stays
    return w_.same(whole);
  }
}

}  // namespace skein
