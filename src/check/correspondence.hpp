#pragma once
// Correspondence: how a diagram with symbolic sizes and weights is read off a model with its own sizes, names and
// layouts. Every input and weight of the diagram is an expression over the model's inputs and weights, every size of
// the diagram a size of the model. It is written as a map file, lines of the language:
//
//   h = 4
//   q.W[m,h,e] = `onnx::MatMul_84`[m, h*|e| + e]
//
// on the left the diagram's name and indices, on the right any expression over the model's arrays. What no line speaks
// of pairs by itself: inputs by position, weights by equal names, sizes by the shapes.
#include "lang/source.hpp"
#include "onnx/import.hpp"
#include "prove/statement.hpp"

namespace skein {

struct Correspondence {
  std::map<Symbol, Size> sizes;        // size variables of the diagram -> sizes of the statement
  std::map<Symbol, Size> model_sizes;  // size variables of the model -> sizes of the statement
  SizeContext context;                 // what the statement assumes of sizes
  Diagram arrays;                      // over the model's inputs and weights; as outputs those of the diagram, by name
  std::vector<std::string> lines;      // all of them: a map file that says the same
  std::vector<std::string> notes;
};

// Throws SourceError with a place in the map, or Unpaired.
Correspondence read_map(const SourceText& map, const Diagram& diagram, const Diagram& model);

// The diagram over the model's inputs and weights, at the sizes of the statement.
Diagram in_terms_of_model(const Diagram& diagram, const Diagram& model, const Correspondence& c);
// The model, or another diagram over its inputs, at the sizes of the statement.
Diagram at_common_sizes(const Diagram& model, const Correspondence& c);

}  // namespace skein
