#include "rewrite/egraph/extract.hpp"

#include <limits>

namespace skein::egraph {

Extractor::Extractor(EGraph& g, const Cost& cost)
    : g_(g), cost_(g.id_count(), std::numeric_limits<double>::infinity()), best_(g.id_count(), no_id) {
  std::vector<double> in;
  for (bool changed = true; changed;) {
    changed = false;
    for (Id leader = 0; leader < g.id_count(); ++leader) {
      if (!g.is_leader(leader)) continue;
      for (Id n : g.nodes(leader)) {
        in.clear();
        for (Id c : g.children(n)) in.push_back(cost_[g.find(c)]);
        if (std::find(in.begin(), in.end(), std::numeric_limits<double>::infinity()) != in.end()) continue;
        if (const double c = cost(g.op(n), in); c < cost_[leader]) {
          cost_[leader] = c, best_[leader] = n;
          changed = true;
        }
      }
    }
  }
}

std::optional<double> Extractor::cost(Id leader) const {
  if (best_[leader] == no_id) return std::nullopt;
  return cost_[leader];
}

std::string Extractor::text(Id leader) const {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < g_.arity(leader); ++k) names.push_back("$" + std::to_string(k));
  return text({leader, Slots::identity(names.size())}, names, 0);
}

std::string Extractor::text(const Applied& at, const std::vector<std::string>& names, int depth) const {
  const Id n = best_.at(at.id);
  const NodeSpec s = g_.spec(n);
  // Slots of the node that its class has lost may have any name.
  std::vector<std::string> own(g_.arity(n), "$_");
  const Slots where = g_.leader_of(n).args;
  for (std::size_t k = 0; k < where.size(); ++k) own[where[k]] = names[k];
  auto name = [&](Slot x) {
    return is_bound(x) ? "$b" + std::to_string(depth) + "." + std::to_string(x - first_bound) : own[x];
  };
  std::string out = g_.language()[s.op].name;
  if (s.children.empty() && s.direct.empty() && s.bound.empty()) return out;
  for (std::size_t b = 0; b < s.bound.size(); ++b) out += " " + name(static_cast<Slot>(first_bound + b));
  for (Slot x : s.direct) out += " " + name(x);
  for (const Applied& c : s.children) {
    std::vector<std::string> in;
    for (Slot x : c.args) in.push_back(name(x));
    out += " " + text(g_.find(Applied{c.id, Slots::identity(c.args.size())}), in, depth + 1);
  }
  return "(" + out + ")";
}

}  // namespace skein::egraph
