#pragma once
// Layout: where the wires and glyphs of a sketch lie. Columns of glyphs and the states between them alternate from left
// to right; a state is the arrays alive there, one above the other in the order in which a walk from the outputs reads
// them, so that the operands of a glyph are always neighbours and only copies cross other wires. A strand (an array on
// its way to one reader) keeps its height from end to end.
#include <vector>

#include "draw/sketch.hpp"

namespace skein {

struct LayoutMetrics {
  double pitch = 26;     // between the wires of an array
  double gap = 40;       // between the last wire of an array and the first of the next
  double headroom = 24;  // above an array, for a glyph that hovers
};

struct Strand {
  int producer = 0;
  int consumer = 0;  // a node, or nodes.size() + number of the output
  int port = 0;
  int from = 0, to = 0;  // columns
  int track = 0;
};

struct Layout {
  LayoutMetrics metrics;
  std::vector<int> column;  // by node; sources are in column 0, outputs in the last
  int last_column = 0;
  std::vector<Strand> strands;             // from top to bottom wherever two of them are alive together
  std::vector<std::vector<int>> readers;   // by node: its strands; the first runs straight on
  std::vector<std::vector<int>> operands;  // by node, then by output: the strands that it reads
  std::vector<std::vector<int>> rows;      // by node: the axes of its result from top to bottom
  std::vector<double> track_y;             // of the first wire
  std::vector<double> track_head;          // the room above it for what hovers
  std::vector<double> source_y;            // by node, of sources: where it starts
  std::vector<std::vector<int>> states;    // the strands alive after each column, from top to bottom

  double y(int strand) const { return track_y[strands[strand].track]; }
  int height(int strand) const;  // rows, at least 1
};

Layout lay_out(const Sketch& s);

// The rows of an operand at its glyph, as positions in the rows of its producer: what meets another operand's wires is
// brought next to them.
std::vector<int> rows_at_glyph(const Sketch& s, const Layout& l, int node, int port);

}  // namespace skein
