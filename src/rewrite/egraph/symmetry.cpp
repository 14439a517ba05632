#include "rewrite/egraph/symmetry.hpp"

#include <set>

namespace skein::egraph {

bool is_identity(const Slots& g) {
  for (std::size_t k = 0; k < g.size(); ++k)
    if (g[k] != k) return false;
  return true;
}

Slots inverse(const Slots& permutation) {
  Slots out = permutation;
  for (std::size_t k = 0; k < permutation.size(); ++k) out[permutation[k]] = static_cast<Slot>(k);
  return out;
}

bool Symmetries::contains(const Slots& g) const {
  return is_identity(g) || std::find(elements_.begin(), elements_.end(), g) != elements_.end();
}

bool Symmetries::add(const Slots& g) {
  if (contains(g)) return false;
  std::vector<Slots> generators = generators_;
  generators.push_back(g);
  // Words over the generators: in a finite group these are all elements.
  const Slots one = Slots::identity(g.size());
  std::set<Slots> seen{one};
  std::vector<Slots> queue{one};
  for (std::size_t k = 0; k < queue.size(); ++k)
    for (const Slots& h : generators)
      if (const Slots next = queue[k].at(h); seen.insert(next).second) {
        queue.push_back(next);
        if (queue.size() > most_elements) return false;
      }
  generators_ = std::move(generators);
  elements_.assign(queue.begin() + 1, queue.end());
  return true;
}

}  // namespace skein::egraph
