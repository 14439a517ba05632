#pragma once
// Isomorphism of open diagrams with a fixed boundary: a bijection of nodes and of boxes that respects sorts,
// generators, ports and legs. Diagrams that are isomorphic denote the same morphism in every theory of the structure.
// Here a given bijection is checked; isomorphism_search.hpp looks for one.
#include <string>

#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

// By number in the left diagram: the image in the right one; no_node and no_box where there is none.
struct Isomorphism {
  std::vector<NodeId> nodes;
  std::vector<BoxId> boxes;
};

// Empty if `i` is an isomorphism left -> right, else one sentence. Linear.
std::string no_isomorphism(const OpenDiagram& left, const OpenDiagram& right, const Isomorphism& i);
inline bool is_isomorphism(const OpenDiagram& left, const OpenDiagram& right, const Isomorphism& i) {
  return no_isomorphism(left, right, i).empty();
}

}  // namespace skein::monoidal
