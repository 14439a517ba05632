// Invariants that a claim states of its folds: defs over its boundary, arrays and sizes by position.
#include <fmt/format.h>

#include <set>

#include "lang/elaboration.hpp"

namespace skein {

std::vector<StatedInvariant> Elaboration::stated_invariants(const ClaimSyntax& syntax, const Claim& claim) {
  std::vector<StatedInvariant> out;
  const auto boundary = [](const Diagram& d) {
    std::vector<InputPort> ports;
    for (Role role : {Role::input, Role::weight})
      for (const InputPort& p : d.inputs())
        if (p.role == role) ports.push_back(p);
    return ports;
  };
  const std::vector<InputPort> own = boundary(claim.left);
  const SizeContext& context = claim.left.sizes();
  for (const InvariantSyntax& i : syntax.invariants) {
    auto fail = [&](const std::string& what) { source_.fail(i.def_place, what); };
    std::set<std::string> states;
    for (const InputPort& p : states_) states.insert(p.name.text().substr(0, p.name.text().find('@')));
    if (!states.count(i.state))
      source_.fail(i.place, fmt::format("no fold of this {} has a state {}", syntax.kind, i.state),
                   states.empty() ? "a claim with a fold" : fmt::format("{}", fmt::join(states, ", ")));
    const auto found = defs_.find(i.def);
    if (found == defs_.end()) fail(fmt::format("there is no def {}", i.def));
    const Definition& def = *found->second;
    if (!def.given.empty()) fail(fmt::format("{} has a fold itself", i.def));
    if (def.diagram.outputs().size() != 1) fail(fmt::format("{} has several results", i.def));

    const std::vector<InputPort> ports = boundary(def.diagram);
    if (ports.size() != own.size())
      fail(fmt::format("{} has {} arrays, but the claim has {}", i.def, ports.size(), own.size()));
    DiagramBuilder::Substitution s;
    for (std::size_t k = 0; k < ports.size(); ++k) {
      if (ports[k].axes.size() != own[k].axes.size() || ports[k].dtype != own[k].dtype)
        fail(fmt::format("{} of {} is not of the shape of {}", ports[k].name.text(), i.def, own[k].name.text()));
      for (std::size_t a = 0; a < own[k].axes.size(); ++a)
        if (const Symbol* v = ports[k].axes[a].size.as_atom()) s.sizes.emplace(*v, own[k].axes[a].size);
    }
    for (Symbol v : def.size_variables) s.sizes.emplace(v, size_variable(v));  // by name where no array has it
    for (std::size_t k = 0; k < ports.size(); ++k) {
      for (std::size_t a = 0; a < own[k].axes.size(); ++a)
        if (!(substitute(ports[k].axes[a].size, s.sizes) == own[k].axes[a].size))
          fail(fmt::format("axis {} of {} has another size in {}", a + 1, own[k].name.text(), i.def));
      const Ref x = b_.input(own[k].name, own[k].axes, own[k].dtype);
      s.inputs[ports[k].name] = {x.at, x};
    }
    const auto holds = [&](const Size& p) { return context.find_farkas(p).has_value(); };
    for (const Size& h : def.diagram.sizes().hypotheses)
      if (!holds(substitute(h, s.sizes))) fail(fmt::format("the claim does not imply what {} assumes of sizes", i.def));
    for (Symbol v : def.size_variables)
      if (!holds(s.sizes.at(v) - size_constant(def.diagram.sizes().lower_bound(v))))
        fail(fmt::format("the size |{}| of {} may be too small in the claim", v.text(), i.def));
    out.push_back(
        {i.state, typed(i.def_place, [&] { return freeze(b_, claim.name, context, own, thaw(b_, def.diagram, s)); })});
  }
  return out;
}

}  // namespace skein
