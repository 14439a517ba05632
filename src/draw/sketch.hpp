#pragma once
// Sketch: a diagram regrouped into what one draws of it. Boxes that the papers draw as one glyph are one node: a sum of
// products is a contraction (a linear map where one factor is a weight), a function of the prelude that is spelled out
// is its name, x * inv(y) a quotient, x + -1*y a difference, scalar constants are text. A scalar factor of a
// contraction is drawn after it. Nothing here is a proof: two pictures may be equal where the diagrams are not.
#include <string>
#include <vector>

#include "diagram/diagram.hpp"

namespace skein {

enum class Glyph {
  source,       // an input, a weight or a constant that is drawn as an array
  pointwise,    // a function of one array, entry by entry: hovers above its wires
  along,        // a function along the target axes: they end at the glyph and restart
  fold,         // the targets end at the glyph
  linear,       // contraction with a learned array: bound targets in, free targets out
  contraction,  // sum of products: bound axes are joined by cups
  operation,    // several arrays, entry by entry: a box over all of them
  reindex,      // a view: targets in and out
  discard,      // an input that nothing reads
};

struct SketchPort {
  int node = 0;
  std::vector<int> map;  // axis s of the node's array is local map[s]
};

struct SketchNode {
  Glyph glyph = Glyph::source;
  std::string label;
  bool learned = false;
  std::vector<Axis> local;  // the axes of the result, then the bound ones
  int degree = 0;           // how many are of the result
  std::vector<SketchPort> inputs;
  std::vector<bool> target;  // by local: what the glyph acts on; the others pass by
};

struct SketchOutput {
  std::string name;
  std::vector<Axis> axes;
  SketchPort value;  // map: to the axes
};

struct Sketch {
  std::vector<SketchNode> nodes;  // inputs of a node precede it
  std::vector<int> inputs;        // the sources that are parameters, in order of the boundary
  std::vector<SketchOutput> outputs;
};

Sketch sketch(const Diagram& d);

}  // namespace skein
