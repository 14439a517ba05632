#include "tactics/diagram_set.hpp"

#include <algorithm>
#include <unordered_set>

#include "monoidal/isomorphism_search.hpp"

namespace skein::monoidal {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t h = a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
  h ^= h >> 31;
  h *= 0xbf58476d1ce4e5b9ULL;
  return h ^ (h >> 29);
}

constexpr std::size_t largest_rounds = 64;

}  // namespace

std::uint64_t fingerprint(const OpenDiagram& d) {
  std::vector<std::uint64_t> node(d.node_bound(), 0), box(d.box_bound(), 0), next;
  std::vector<NodeId> nodes;
  std::vector<BoxId> boxes;
  for (std::uint32_t n = 0; n < d.node_bound(); ++n)
    if (d.has(NodeId{n})) nodes.push_back({n}), node[n] = mix(1, d.sort({n}).id);
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b})) boxes.push_back({b});
  for (std::size_t i = 0; i < d.inputs().size(); ++i) node[d.inputs()[i].id] = mix(node[d.inputs()[i].id], 2 + i);
  // Legs at one node are an unordered set.
  for (std::size_t i = 0; i < d.outputs().size(); ++i) node[d.outputs()[i].id] += mix(3, i);
  std::size_t colours = 0;
  for (std::size_t round = 0; round < largest_rounds; ++round) {
    for (BoxId b : boxes) {
      std::uint64_t h = mix(box[b.id], d.generator(b).id);
      for (NodeId n : d.sources(b)) h = mix(h, node[n.id]);
      for (NodeId n : d.targets(b)) h = mix(h + 1, node[n.id]);
      box[b.id] = h;
    }
    next = node;
    for (BoxId b : boxes) {
      for (std::size_t i = 0; i < d.sources(b).size(); ++i) next[d.sources(b)[i].id] += mix(mix(4, i), box[b.id]);
      for (std::size_t i = 0; i < d.targets(b).size(); ++i) next[d.targets(b)[i].id] += mix(mix(5, i), box[b.id]);
    }
    node.swap(next);
    std::unordered_set<std::uint64_t> distinct;
    for (NodeId n : nodes) distinct.insert(node[n.id]);
    for (BoxId b : boxes) distinct.insert(box[b.id]);
    if (distinct.size() == colours) break;
    colours = distinct.size();
  }
  std::uint64_t sum = mix(nodes.size(), boxes.size());
  for (NodeId n : nodes) sum += mix(6, node[n.id]);
  for (BoxId b : boxes) sum += mix(7, box[b.id]);
  return sum;
}

bool DiagramSet::same(const OpenDiagram& a, const OpenDiagram& b) {
  return search_isomorphism(a, b).outcome == IsomorphismSearch::Outcome::found;
}

}  // namespace skein::monoidal
