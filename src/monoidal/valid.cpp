#include "monoidal/valid.hpp"

namespace skein::monoidal {

std::vector<BoxId> topological_order(const OpenDiagram& d) {
  std::vector<std::uint32_t> waits(d.box_bound(), 0);
  std::vector<BoxId> order;
  order.reserve(d.boxes());
  for (std::uint32_t b = 0; b < d.box_bound(); ++b) {
    if (!d.has(BoxId{b})) continue;
    for (NodeId n : d.sources({b})) {
      const BoxId from = d.producer(n).box;
      if (from != boundary && from != no_box) ++waits[b];
    }
    if (waits[b] == 0) order.push_back({b});
  }
  for (std::size_t i = 0; i < order.size(); ++i)
    for (NodeId n : d.targets(order[i]))
      for (Port p : d.consumers(n))
        if (p.box != boundary && --waits[p.box.id] == 0) order.push_back(p.box);
  return order;
}

std::string invalidity(const OpenDiagram& d) {
  const bool copies = d.signature().copies();
  for (std::uint32_t n = 0; n < d.node_bound(); ++n) {
    if (!d.has(NodeId{n})) continue;
    if (d.producer({n}).box == no_box)
      return "wire " + std::to_string(n) + " comes from no box and no input; every wire must have one origin.";
    if (!copies && d.consumer_count({n}) != 1)
      return "wire " + std::to_string(n) + " is used " + std::to_string(d.consumer_count({n})) +
             " times; in a symmetric theory every wire must be used exactly once.";
  }
  if (topological_order(d).size() != d.boxes()) return "the boxes form a cycle; only acyclic diagrams are supported.";
  return "";
}

}  // namespace skein::monoidal
