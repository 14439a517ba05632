#pragma once
// Inference of a correspondence where nobody wrote it down: sizes that the shapes leave open are tried among those that
// occur in the model, and each weight of the diagram among the model's weights in every layout that fits: a permutation
// and row-major merging of its axes, or one of several such pieces packed along an axis. A best-first search assigns
// them in the order in which the diagram uses them; an assignment is the better, the more of the diagram's wires that
// it determines have their numbers among those of the model's wires. It counts only if all outputs agree numerically,
// and then it is still to be proved.
#include <chrono>

#include "onnx/import.hpp"

namespace skein {

struct InferredMap {
  std::string map;                  // the lines of the correspondence: a map file; empty if none was begun
  bool complete = false;            // whether every weight has a line
  bool agrees = false;              // numerically, on all outputs
  std::vector<std::string> others;  // further correspondences that agree and explain as much, each in one line
  std::string missing;              // where none agrees: what was not found, in a sentence
};

InferredMap infer_map(const Diagram& diagram, const Model& model, std::uint64_t seed,
                      std::chrono::steady_clock::time_point deadline);

}  // namespace skein
