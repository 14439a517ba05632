#pragma once
// Validity: which open hypergraphs are diagrams. In every supported structure a node has exactly one producer and there
// is no directed cycle (left-monogamous acyclic, Milosavljevic-Piedeleu-Zanasi, CALCO 2023; term graphs of Corradini
// and Gadducci); in a symmetric theory a node also has exactly one consumer (monogamous acyclic, Bonchi et al. part
// II).
#include <string>

#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

// Empty if `d` is a diagram of its structure, else one sentence. Linear.
std::string invalidity(const OpenDiagram& d);
// Boxes so that each comes after those it reads from; fewer than all if there is a cycle.
std::vector<BoxId> topological_order(const OpenDiagram& d);

}  // namespace skein::monoidal
