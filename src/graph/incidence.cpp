// IncidenceGraph: a Diagram seen by Boost.Graph, a model of VertexListGraph and BidirectionalGraph. Vertices are wire
// numbers; in-edges are read off the inputs of boxes, out-edges off an index of readers sorted by wire; nothing else is
// stored.
#include "graph/incidence.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/transform_iterator.hpp>
#include <boost/pending/disjoint_sets.hpp>
#include <boost/property_map/property_map.hpp>

namespace skein {

class IncidenceGraph {
 public:
  // Input `port` of box `reader`, read from wire `source`.
  struct Edge {
    std::uint32_t source = 0, reader = 0, port = 0;
    friend auto operator<=>(const Edge&, const Edge&) = default;
  };

  explicit IncidenceGraph(const Diagram& d) : diagram_(&d), first_(d.boxes().size() + 1, 0) {
    for (const Box& box : d.boxes())
      for (const Port& p : box.inputs) ++first_[p.wire.id + 1];
    for (std::size_t w = 1; w < first_.size(); ++w) first_[w] += first_[w - 1];
    readers_.resize(first_.back());
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t w = 0; w < d.boxes().size(); ++w)
      for (std::uint32_t p = 0; p < d.boxes()[w].inputs.size(); ++p) {
        const std::uint32_t source = d.boxes()[w].inputs[p].wire.id;
        readers_[next[source]++] = {source, w, p};
      }
  }

  const Diagram& diagram() const { return *diagram_; }
  std::uint32_t vertex_count() const { return static_cast<std::uint32_t>(diagram_->boxes().size()); }
  const std::vector<Edge>& edge_list() const { return readers_; }
  std::pair<std::vector<Edge>::const_iterator, std::vector<Edge>::const_iterator> readers(std::uint32_t w) const {
    return {readers_.begin() + first_[w], readers_.begin() + first_[w + 1]};
  }

  // Edge number `port` into a vertex.
  struct InEdge {
    const Diagram* diagram = nullptr;
    std::uint32_t reader = 0;
    Edge operator()(std::uint32_t port) const { return {diagram->boxes()[reader].inputs[port].wire.id, reader, port}; }
  };

 private:
  const Diagram* diagram_;
  std::vector<std::uint32_t> first_;  // readers of wire w are readers_[first_[w]] .. readers_[first_[w+1]-1]
  std::vector<Edge> readers_;
};

}  // namespace skein

namespace boost {

template <>
struct graph_traits<skein::IncidenceGraph> {
  struct traversal_category : bidirectional_graph_tag, vertex_list_graph_tag {};
  using vertex_descriptor = std::uint32_t;
  using edge_descriptor = skein::IncidenceGraph::Edge;
  using directed_category = bidirectional_tag;
  using edge_parallel_category = allow_parallel_edge_tag;
  using vertices_size_type = std::uint32_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = counting_iterator<std::uint32_t>;
  using out_edge_iterator = std::vector<edge_descriptor>::const_iterator;
  using in_edge_iterator = transform_iterator<skein::IncidenceGraph::InEdge, counting_iterator<std::uint32_t>>;
  static vertex_descriptor null_vertex() { return 0xffffffffu; }
};

template <>
struct property_map<skein::IncidenceGraph, vertex_index_t> {
  using type = identity_property_map;
  using const_type = identity_property_map;
};

}  // namespace boost

namespace skein {  // where argument-dependent lookup finds them

using IncidenceTraits = boost::graph_traits<IncidenceGraph>;

inline std::pair<IncidenceTraits::vertex_iterator, IncidenceTraits::vertex_iterator> vertices(const IncidenceGraph& g) {
  return {IncidenceTraits::vertex_iterator(0), IncidenceTraits::vertex_iterator(g.vertex_count())};
}
inline std::uint32_t num_vertices(const IncidenceGraph& g) { return g.vertex_count(); }
inline std::uint32_t source(const IncidenceGraph::Edge& e, const IncidenceGraph&) { return e.source; }
inline std::uint32_t target(const IncidenceGraph::Edge& e, const IncidenceGraph&) { return e.reader; }
inline std::pair<IncidenceTraits::out_edge_iterator, IncidenceTraits::out_edge_iterator> out_edges(
    std::uint32_t w, const IncidenceGraph& g) {
  return g.readers(w);
}
inline std::size_t out_degree(std::uint32_t w, const IncidenceGraph& g) {
  const auto [from, to] = g.readers(w);
  return static_cast<std::size_t>(to - from);
}
inline std::pair<IncidenceTraits::in_edge_iterator, IncidenceTraits::in_edge_iterator> in_edges(
    std::uint32_t w, const IncidenceGraph& g) {
  const IncidenceGraph::InEdge edge{&g.diagram(), w};
  const auto n = static_cast<std::uint32_t>(g.diagram().boxes()[w].inputs.size());
  return {IncidenceTraits::in_edge_iterator(boost::counting_iterator<std::uint32_t>(0), edge),
          IncidenceTraits::in_edge_iterator(boost::counting_iterator<std::uint32_t>(n), edge)};
}
inline std::size_t in_degree(std::uint32_t w, const IncidenceGraph& g) { return g.diagram().boxes()[w].inputs.size(); }
inline std::size_t degree(std::uint32_t w, const IncidenceGraph& g) { return in_degree(w, g) + out_degree(w, g); }
inline boost::identity_property_map get(boost::vertex_index_t, const IncidenceGraph&) { return {}; }

// --- The algorithms

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<IncidenceGraph>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<IncidenceGraph>));

std::vector<WireId> topological_order(const Diagram& d) {
  std::vector<std::uint32_t> reversed;
  const IncidenceGraph graph(d);
  boost::topological_sort(graph, std::back_inserter(reversed));
  std::vector<WireId> order;
  for (auto it = reversed.rbegin(); it != reversed.rend(); ++it) order.push_back(WireId{*it});
  return order;
}

std::size_t depth(const Diagram& d) {
  std::vector<std::size_t> longest(d.boxes().size(), 1);
  std::size_t all = 0;
  for (WireId w : topological_order(d)) {
    for (const Port& p : d.box(w).inputs) longest[w.id] = std::max(longest[w.id], longest[p.wire.id] + 1);
    all = std::max(all, longest[w.id]);
  }
  return all;
}

std::vector<WireId> dead_boxes(const Diagram& d) {
  const IncidenceGraph graph(d);
  const auto against = boost::make_reverse_graph(graph);
  std::vector<boost::default_color_type> colour(d.boxes().size(), boost::white_color);
  const auto colours = boost::make_iterator_property_map(colour.begin(), boost::identity_property_map());
  for (const OutputPort& o : d.outputs())
    if (colour[o.wire.id] == boost::white_color) {
      boost::queue<std::uint32_t> queue;
      boost::breadth_first_visit(against, o.wire.id, queue, boost::default_bfs_visitor(), colours);
    }
  std::vector<WireId> dead;
  for (std::uint32_t w = 0; w < colour.size(); ++w)
    if (colour[w] == boost::white_color) dead.push_back(WireId{w});
  return dead;
}

std::vector<std::size_t> components(const Diagram& d) {
  const std::size_t n = d.boxes().size();
  std::vector<std::size_t> rank(n), parent(n);
  const boost::identity_property_map id;
  boost::disjoint_sets sets(boost::make_iterator_property_map(rank.begin(), id),
                            boost::make_iterator_property_map(parent.begin(), id));
  for (std::size_t w = 0; w < n; ++w) sets.make_set(w);
  const IncidenceGraph graph(d);
  for (const IncidenceGraph::Edge& e : graph.edge_list()) sets.union_set(std::size_t{e.source}, std::size_t{e.reader});
  std::vector<std::size_t> number(n, n), component(n);
  std::size_t next = 0;
  for (std::size_t w = 0; w < n; ++w) {
    std::size_t& of_root = number[sets.find_set(w)];
    if (of_root == n) of_root = next++;
    component[w] = of_root;
  }
  return component;
}

std::vector<WireId> post_dominators(const Diagram& d) {
  // Cooper, Harvey and Kennedy's intersection, exact in one pass since the graph has no cycle; n is the boundary.
  const auto n = static_cast<std::uint32_t>(d.boxes().size());
  const IncidenceGraph graph(d);
  std::vector<WireId> order = topological_order(d);
  std::vector<std::uint32_t> rank(n + 1), nearest(n + 1, n);
  for (std::uint32_t k = 0; k < n; ++k) rank[order[k].id] = k;
  rank[n] = n;
  std::vector<bool> is_output(n);
  for (const OutputPort& o : d.outputs()) is_output[o.wire.id] = true;
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    const auto [from, to] = graph.readers(it->id);
    std::uint32_t common = is_output[it->id] || from == to ? n : from->reader;
    for (auto e = from; e != to; ++e)
      for (std::uint32_t other = e->reader; common != other;)
        (rank[common] < rank[other] ? common : other) = nearest[rank[common] < rank[other] ? common : other];
    nearest[it->id] = common;
  }
  std::vector<WireId> out;
  for (std::uint32_t w = 0; w < n; ++w) out.push_back(WireId{nearest[w] == n ? w : nearest[w]});
  return out;
}

}  // namespace skein
