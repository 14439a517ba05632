#include "monoidal/move.hpp"

#include <algorithm>

namespace skein::monoidal {
namespace {

using Nodes = std::vector<NodeId>;

void require(bool condition, const char* otherwise) {
  if (!condition) throw IllTyped(otherwise);
}

Nodes list(std::span<const NodeId> nodes) { return {nodes.begin(), nodes.end()}; }

// A box of generator g reading `sources`, with new targets.
BoxId add_box(OpenDiagram& d, GeneratorId g, const Nodes& sources) {
  Nodes targets;
  for (SortId s : d.signature().generator(g).outputs) targets.push_back(d.add_node(s));
  return d.add_box(g, sources, targets);
}

void remove(OpenDiagram& d, BoxId b) {
  const Nodes targets = list(d.targets(b));
  d.remove_box(b);
  for (NodeId n : targets) d.remove_node(n);
}

void require_discarding(const OpenDiagram& d) {
  require(d.signature().discards(), "boxes come and go by discarding only in markov and cartesian theories.");
}

void require_shareable(const OpenDiagram& d, BoxId b) {
  require(d.has(b), "the move names a box that is not in the diagram.");
  require(d.signature().shares(d.generator(b)), "a box that is not deterministic can be neither shared nor split.");
}

void drop(OpenDiagram& d, const Move& m) {
  require_discarding(d);
  require(d.has(m.box), "the move names a box that is not in the diagram.");
  for (NodeId n : d.targets(m.box)) require(d.consumer_count(n) == 0, "the box to be dropped has a consumer.");
  remove(d, m.box);
}

void insert(OpenDiagram& d, const Move& m) {
  require_discarding(d);
  require(m.generator.id < d.signature().generators(), "the move names a generator that is not declared.");
  const Word& sorts = d.signature().generator(m.generator).inputs;
  require(m.sources.size() == sorts.size(), "the box to be inserted reads the wrong number of wires.");
  for (std::size_t i = 0; i < sorts.size(); ++i)
    require(d.has(m.sources[i]) && d.sort(m.sources[i]) == sorts[i],
            "the box to be inserted reads a wire that is missing or of another object.");
  add_box(d, m.generator, m.sources);
}

void share(OpenDiagram& d, const Move& m) {
  require_shareable(d, m.box);
  require(d.has(m.other) && m.other != m.box && d.generator(m.other) == d.generator(m.box),
          "only two boxes of one generator can be shared.");
  require(std::ranges::equal(d.sources(m.box), d.sources(m.other)),
          "boxes that read different wires cannot be shared.");
  std::vector<Port> readers;
  for (std::size_t i = 0; i < d.targets(m.box).size(); ++i) {
    const NodeId to = d.targets(m.box)[i], from = d.targets(m.other)[i];
    readers.clear();
    for (Port p : d.consumers(from)) readers.push_back(p);
    for (Port p : readers) d.reconnect(p, to);
  }
  remove(d, m.other);
}

void split(OpenDiagram& d, const Move& m) {
  require_shareable(d, m.box);
  std::vector<std::uint32_t> port;  // of the box, by consumer
  for (Port p : m.consumers) {
    const NodeId n = d.read_by(p);
    require(n != no_node && d.producer(n).box == m.box, "a consumer to be moved does not read the box to be split.");
    port.push_back(d.producer(n).index);
  }
  const BoxId copy = add_box(d, d.generator(m.box), list(d.sources(m.box)));
  for (std::size_t i = 0; i < m.consumers.size(); ++i) d.reconnect(m.consumers[i], d.targets(copy)[port[i]]);
}

}  // namespace

void apply(OpenDiagram& d, const Move& m) {
  switch (m.kind) {
    case Move::Kind::drop: return drop(d, m);
    case Move::Kind::insert: return insert(d, m);
    case Move::Kind::share: return share(d, m);
    case Move::Kind::split: return split(d, m);
  }
}

}  // namespace skein::monoidal
