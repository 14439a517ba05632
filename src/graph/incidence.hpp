#pragma once
// Orders and cuts of a Diagram as a directed graph: one vertex for each box, one edge for each input of a box, from the
// box that makes the wire to the one that reads it. Boost.Graph runs on the own arrays of the diagram (incidence.cpp).
#include <vector>

#include "diagram/diagram.hpp"

namespace skein {

// Boxes so that every box comes after those it reads.
std::vector<WireId> topological_order(const Diagram& d);
// The number of boxes on a longest path; 0 for a diagram without boxes.
std::size_t depth(const Diagram& d);
// Boxes that no output depends on (none after freeze).
std::vector<WireId> dead_boxes(const Diagram& d);
// A number for each box, the same for two boxes iff an undirected path joins them; numbered from 0 in order of first
// box.
std::vector<std::size_t> components(const Diagram& d);
// For each box the box nearest to it through which every path from it to an output passes; the box itself where there
// is none but the boundary. Where two diagrams differ inside of w only, they agree from the post-dominator of w on.
std::vector<WireId> post_dominators(const Diagram& d);

}  // namespace skein
