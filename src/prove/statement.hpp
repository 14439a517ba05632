#pragma once
// Statement of a proof: two architectures brought onto one boundary. Inputs and outputs pair by position (weights too,
// unless both sides carry numbers), size variables of the right side are replaced by those of the left, and weights
// that are numbers are paired through a pool: each is a view (slice, reshape, transpose) of a pool array, found by
// comparing the numbers and checked on every element. What is proved then holds for all values of the pool.
#include <string>

#include "kernel/theorem.hpp"
#include "lang/module.hpp"

namespace skein {

struct WeightArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

struct Architecture {
  Diagram diagram;
  std::map<Symbol, WeightArray> weights;  // numbers for weights of the diagram that have them
  std::string source;                     // what the user wrote: "a.skn:softmax", "m.onnx"
  std::vector<Given> given = {};          // the recurrences of its states
};

struct Pairing {
  Statement statement;                 // left and right over the same inputs; given are the recurrences of both
  std::map<Symbol, WeightArray> pool;  // numbers of the pool arrays
  std::string text;                    // the statement as .skn, printed before any verdict
  std::vector<std::string> notes;
  std::vector<StatedInvariant> invariants = {};  // what the user says of states, over the statement's inputs
};

// Thrown when the boundaries cannot be paired: what differs, in a sentence.
class Unpaired : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A diagram with one of its outputs alone, under the name "out".
Diagram only_output(const Diagram& d, std::size_t n);

// A diagram with these wires, at their own axes, as outputs.
Diagram with_outputs(const Diagram& d, const std::vector<WireId>& wires);

// The recurrences of a statement as .skn; empty if it has none.
std::string recurrences_text(const Statement& s);

Pairing pair(const Architecture& left, const Architecture& right);

}  // namespace skein
