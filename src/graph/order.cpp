#include "graph/order.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/pending/disjoint_sets.hpp>

#include "graph/incidence.hpp"

namespace skein {

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
