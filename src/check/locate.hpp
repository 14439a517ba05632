#pragma once
// Localisation: where a model begins to compute something else than a diagram. A tensor of the model is explained if
// its numbers occur among the values of the diagram's wires, their partial sums and products, and multiples of them by
// the diagram's own constants. Harmless rearrangements have no counterpart either, so the search goes back from the
// outputs that differ, through unexplained nodes only: the difference begins at a node all of whose inputs are
// explained.
#include "onnx/import.hpp"
#include "prove/refute.hpp"

namespace skein {

struct NodeDifference {
  std::string node, op, tensor;  // of the model
  std::string nearest;           // what the diagram has for it, in words; may be empty
};

// `statement` is about the model, `trace` gives the tensors of its nodes over the same inputs; the witness, if there is
// one, is used where ordinary points show no difference. Empty if no point shows any.
std::optional<NodeDifference> first_difference(const Statement& statement, const std::map<Symbol, WeightArray>& numbers,
                                               const Model& model, const Diagram& trace, const Witness* witness);

}  // namespace skein
