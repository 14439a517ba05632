#pragma once
// Move: a step that the structure of the theory allows without any rule. Naturality of discarding drops a box that
// nobody reads and inserts one; naturality of copying makes one of two deterministic boxes with the same inputs, and
// two of one. Legal only where Signature::discards and Signature::shares say so: a stochastic box is never shared.
#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

struct Move {
  enum class Kind : std::uint8_t {
    drop,    // box: none of its outputs has a consumer
    insert,  // a box of `generator` that reads `sources`; its outputs are new and have no consumers
    share,   // box takes the consumers of `other`, which has the same generator and inputs and goes
    split,   // a second copy of box, reading the same, takes `consumers`
  };
  Kind kind;
  BoxId box = no_box, other = no_box;
  GeneratorId generator = {};
  std::vector<NodeId> sources = {};
  std::vector<Port> consumers = {};
};

// Throws IllTyped with the reason, and leaves the diagram as it was, unless the move is legal. New nodes, then the new
// box, get the next numbers. Costs the number of ports it touches.
void apply(OpenDiagram& d, const Move& m);

}  // namespace skein::monoidal
