#include "draw/picture.hpp"

#include <algorithm>
#include <map>

#include "draw/layout.hpp"

namespace skein {

namespace {

constexpr double axis_size = 13, name_size = 16, glyph_size = 12;
constexpr double copy_zone = 46, wiring_zone = 34, merge_zone = 34, cup_width = 20, cup_step = 9, settle_zone = 34;
constexpr double shortest_separator = 14;  // two dashes: a single one is no line
constexpr const char* white = "#fff";
constexpr const char* learned_fill = "#dfe9e3";
constexpr const char* fold_fill = "#f4f1e6";
constexpr const char* along_fill = "#eef3fb";

class Painter {
 public:
  explicit Painter(const Sketch& s) : sketch_(s), l_(lay_out(s)), count_(static_cast<int>(s.nodes.size())) {}

  Canvas run() {
    measure();
    for (int n = 0; n < count_; ++n) {
      if (sketch_.nodes[n].glyph == Glyph::source)
        source(n);
      else
        glyph(n);
      copies(n);
    }
    for (std::size_t k = 0; k < l_.strands.size(); ++k) strand(static_cast<int>(k));
    for (std::size_t k = 0; k < sketch_.outputs.size(); ++k) output(static_cast<int>(k));
    separators();
    return std::move(canvas_);
  }

 private:
  double pitch() const { return l_.metrics.pitch; }
  int row_count(int node) const { return std::max<int>(1, static_cast<int>(l_.rows[node].size())); }
  double in_y(int node, std::size_t port) const { return l_.y(l_.operands[node][port]); }
  double out_y(int node) const {
    return sketch_.nodes[node].glyph == Glyph::source ? l_.source_y[node] : l_.y(l_.readers[node][0]);
  }
  std::string axis_name(const Axis& a) const {
    const std::string size = to_string(a.size);
    return a.name.empty() || a.size.is_constant() ? size : a.name.text();
  }

  // --- horizontal measures
  struct Column {
    double in = 0, left = 0, right = 0, out = 0;
  };

  void measure() {
    columns_.resize(l_.last_column + 1);
    std::vector<double> glyph_width(l_.last_column + 1, 0), wiring(l_.last_column + 1, 0),
        copying(l_.last_column + 1, 0), gap(l_.last_column + 1, 12);
    for (int n = 0; n < count_; ++n) {
      const int c = l_.column[n];
      glyph_width[c] = std::max(glyph_width[c], width(n));
      for (std::size_t k = 0; k < sketch_.nodes[n].inputs.size(); ++k)
        if (permutes(rows_at_glyph(sketch_, l_, n, static_cast<int>(k)))) wiring[c] = wiring_zone;
      if (l_.readers[n].size() > 1 || (sketch_.nodes[n].glyph == Glyph::source && moves(n))) copying[c] = copy_zone;
      for (const int id : l_.readers[n])
        for (const int local : labelled(n, id))
          gap[c] = std::max(gap[c], text_width(axis_name(sketch_.nodes[n].local[local]), Face::italic, axis_size) + 14);
    }
    for (std::size_t k = 0; k < sketch_.outputs.size(); ++k)
      if (permutes(output_rows(static_cast<int>(k)))) wiring[l_.last_column] = wiring_zone;
    double x = 0;
    for (int c = 0; c <= l_.last_column; ++c) {
      Column& col = columns_[c];
      col.in = x;
      col.left = col.in + wiring[c] + (c > 0 ? 4 : 0);
      col.right = col.left + glyph_width[c];
      col.out = col.right + copying[c] + (c > 0 ? 4 : 0);
      x = col.out + gap[c];
    }
  }

  static bool permutes(const std::vector<int>& order) { return !std::is_sorted(order.begin(), order.end()); }
  bool moves(int n) const { return !l_.readers[n].empty() && std::abs(l_.source_y[n] - l_.y(l_.readers[n][0])) > 0.5; }

  double width(int n) const {
    const SketchNode& node = sketch_.nodes[n];
    const double text = text_width(node.label, Face::plain, glyph_size);
    switch (node.glyph) {
      case Glyph::source: return text_width(node.label, Face::bold, name_size) + 10;
      case Glyph::pointwise: return text + 36;
      case Glyph::linear: return std::max(44.0, text_width(node.label, Face::bold, glyph_size + 1) + 22);
      case Glyph::along: return std::max(34.0, text + 18);
      case Glyph::fold: return std::max(28.0, text + 16);
      case Glyph::reindex: return std::max(34.0, text + 30);
      case Glyph::operation: return std::max(30.0, text + 16);
      case Glyph::contraction: return merge_zone + cup_zone(node) + settle_zone;
      case Glyph::discard: return 4;
    }
    return 0;
  }

  static double cup_zone(const SketchNode& node) {
    const int cups = static_cast<int>(node.local.size()) - node.degree;
    return cup_width + cup_step * (std::max(1, cups) - 1) + 8;
  }

  // The axes that are named where a strand starts: all of them unless the wire just goes on.
  std::vector<int> labelled(int n, int strand) const {
    const SketchNode& node = sketch_.nodes[n];
    std::vector<int> out;
    const bool first = l_.readers[n][0] == strand;
    for (const int local : l_.rows[n]) {
      const bool goes_on =
          first && (node.glyph == Glyph::pointwise || node.glyph == Glyph::along || node.glyph == Glyph::fold ||
                    ((node.glyph == Glyph::linear || node.glyph == Glyph::reindex) && !node.target[local]));
      if (!goes_on) out.push_back(local);
    }
    return out;
  }

  // --- arrays
  void source(int n) {
    const SketchNode& node = sketch_.nodes[n];
    const Column& c = columns_[l_.column[n]];
    if (l_.readers[n].empty()) return;
    const double y = l_.source_y[n], middle = y + (row_count(n) - 1) * pitch() / 2;
    const double w = text_width(node.label, Face::bold, name_size);
    canvas_.text(node.label, {c.right - 10 - w, middle + 0.35 * name_size}, Face::bold, name_size);
    for (int r = 0; r < row_count(n); ++r) canvas_.wire({{c.right - 4, y + r * pitch()}, {c.right, y + r * pitch()}});
  }

  // From the glyph's right side to where the strands start: straight for the first, from dots for the others.
  void copies(int n) {
    if (l_.readers[n].empty()) return;
    const Column& c = columns_[l_.column[n]];
    for (int r = 0; r < row_count(n); ++r) {
      const auto& readers = l_.readers[n];
      const Point from{c.right, out_y(n) + r * pitch()};
      if (readers.size() == 1) {
        canvas_.curve(from, {c.out, l_.y(readers[0]) + r * pitch()});
        continue;
      }
      const Point split{from.x + 6, from.y};
      canvas_.wire({from, split});
      canvas_.dot(split);
      for (const int id : readers) canvas_.curve(split, {c.out, l_.y(id) + r * pitch()});
    }
  }

  void strand(int id) {
    const Strand& s = l_.strands[id];
    const double from = columns_[s.from].out, to = columns_[s.to].in, y = l_.y(id);
    for (int r = 0; r < row_count(s.producer); ++r) canvas_.wire({{from, y + r * pitch()}, {to, y + r * pitch()}});
    const std::vector<int> named = labelled(s.producer, id);
    const auto& rows = l_.rows[s.producer];
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (std::find(named.begin(), named.end(), rows[r]) != named.end())
        canvas_.text(axis_name(sketch_.nodes[s.producer].local[rows[r]]), {from + 5, y + r * pitch() - 5}, Face::italic,
                     axis_size);
    if (rows.empty()) canvas_.arrow_tip({from + (to - from) / 2 + 5, y});  // a scalar
  }

  std::vector<int> output_rows(int k) const {
    const SketchOutput& o = sketch_.outputs[k];
    const auto& rows = l_.rows[o.value.node];
    std::vector<int> order(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) order[r] = static_cast<int>(r);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return o.value.map[rows[a]] < o.value.map[rows[b]]; });
    return order;
  }

  // The rows in the order of the boundary; an axis that the value does not mention starts at a dot.
  void output(int k) {
    const Column& c = columns_[l_.last_column];
    const SketchOutput& o = sketch_.outputs[k];
    const double y = l_.y(l_.operands[count_ + k][0]), end = c.left + 22;
    const std::vector<int> order = output_rows(k), names = labelled(o.value.node, l_.operands[count_ + k][0]);
    for (std::size_t r = 0; r < order.size(); ++r) {
      const double to = y + r * pitch();
      canvas_.curve({c.in, y + order[r] * pitch()}, {c.left, to});
      canvas_.wire({{c.left, to}, {end, to}});
      const int local = l_.rows[o.value.node][order[r]];
      const std::string name = axis_name(o.axes[o.value.map[local]]);
      const bool named = std::find(names.begin(), names.end(), local) != names.end();
      if (!named || permutes(order) || name != axis_name(sketch_.nodes[o.value.node].local[local]))
        canvas_.text(name, {c.left + 5, to - 5}, Face::italic, axis_size);
    }
    std::size_t row = order.size();
    for (std::size_t a = 0; a < o.axes.size(); ++a) {
      if (std::find(o.value.map.begin(), o.value.map.end(), static_cast<int>(a)) != o.value.map.end()) continue;
      const double to = y + row++ * pitch();
      canvas_.dot({c.left, to});
      canvas_.wire({{c.left, to}, {end, to}});
      canvas_.text(axis_name(o.axes[a]), {c.left + 5, to - 5}, Face::italic, axis_size);
    }
    if (o.axes.empty()) canvas_.wire({{c.in, y}, {end, y}}), canvas_.arrow_tip({end, y});
    if (o.name.empty() || o.name == "out") return;
    canvas_.text(o.name, {end + 6, y + (std::max<double>(1, row) - 1) * pitch() / 2 + 0.35 * name_size}, Face::bold,
                 name_size);
  }

  // --- glyphs
  void box(double x0, double y0, double x1, double y1, const char* fill, double stroke = 1.2) {
    canvas_.polygon({{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, fill, stroke);
  }
  void label(const std::string& text, double x, double y, Face face = Face::plain, double size = glyph_size) {
    canvas_.text(text, {x, y + 0.36 * size}, face, size, Canvas::Anchor::middle);
  }

  void glyph(int n) {
    const SketchNode& node = sketch_.nodes[n];
    const Column& c = columns_[l_.column[n]];
    // The operands' wires in the order in which they meet the glyph.
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const std::vector<int> order = rows_at_glyph(sketch_, l_, n, static_cast<int>(k));
      const double y = in_y(n, k);
      for (std::size_t r = 0; r < order.size(); ++r)
        canvas_.curve({c.in, y + order[r] * pitch()}, {c.left, y + r * pitch()});
      if (order.empty()) canvas_.wire({{c.in, y}, {c.left, y}});
    }
    if (node.glyph == Glyph::contraction) return contraction(n);
    if (node.glyph == Glyph::operation) return operation(n);
    if (node.glyph == Glyph::discard) {
      for (int r = 0; r < row_count(node.inputs[0].node); ++r) canvas_.dot({c.left, in_y(n, 0) + r * pitch()});
      return;
    }
    one_array(n);
  }

  void one_array(int n) {
    const SketchNode& node = sketch_.nodes[n];
    const Column& c = columns_[l_.column[n]];
    const double y = in_y(n, 0), to = out_y(n), middle = (c.left + c.right) / 2, half = width(n) / 2;
    const double x0 = middle - half, x1 = middle + half;
    const std::vector<int> in = rows_at_glyph(sketch_, l_, n, 0);
    const auto& from_rows = l_.rows[node.inputs[0].node];
    if (node.glyph == Glyph::pointwise) {
      for (std::size_t r = 0; r < std::max<std::size_t>(1, in.size()); ++r)
        canvas_.curve({c.left, y + r * pitch()}, {c.right, to + r * pitch()});
      return hovering(n, x0, x1, y);
    }
    double in_bottom = y - pitch() / 2, out_bottom = in_bottom;
    std::size_t passes = 0;
    for (std::size_t r = 0; r < in.size(); ++r) {
      const int local = node.inputs[0].map[from_rows[in[r]]];
      const Point at{c.left, y + r * pitch()};
      if (!node.target[local]) {
        const auto& rows = l_.rows[n];
        const auto row = std::find(rows.begin(), rows.end(), local) - rows.begin();
        canvas_.curve(at, {c.right, to + row * pitch()});
        ++passes;
        continue;
      }
      canvas_.wire({at, {x0 + 2, at.y}});
      in_bottom = at.y;
    }
    const double top = y + passes * pitch();
    for (std::size_t r = 0; r < l_.rows[n].size(); ++r) {
      if (!node.target[l_.rows[n][r]]) continue;
      canvas_.wire({{x1 - 2, to + r * pitch()}, {c.right, to + r * pitch()}});
      out_bottom = to + r * pitch();
    }
    if (l_.rows[n].empty()) canvas_.wire({{x1 - 2, to}, {c.right, to}}), out_bottom = to;
    if (in.empty()) canvas_.wire({{c.left, y}, {x0 + 2, y}}), in_bottom = y;
    body(n, x0, x1, top, std::max({in_bottom, out_bottom, top}));
  }

  // The shape over rows top .. bottom.
  void body(int n, double x0, double x1, double top, double bottom) {
    const SketchNode& node = sketch_.nodes[n];
    const double y0 = top - 10, y1 = bottom + 10, middle = (y0 + y1) / 2, centre = (x0 + x1) / 2;
    switch (node.glyph) {
      case Glyph::linear:  // bitten at the bottom left
        canvas_.polygon({{x0, y0}, {x1, y0}, {x1, y1}, {x0 + 8, y1}, {x0 + 8, y1 - 6}, {x0, y1 - 6}}, learned_fill,
                        1.2);
        return label(node.label, centre + 2, middle, Face::bold, glyph_size + 1);
      case Glyph::reindex:
        canvas_.polygon({{x0, middle}, {x0 + 9, y0}, {x1 - 9, y0}, {x1, middle}, {x1 - 9, y1}, {x0 + 9, y1}}, white,
                        1.2);
        break;
      case Glyph::fold:
        canvas_.polygon({{x0, y0}, {x1 - 8, y0}, {x1, middle}, {x1 - 8, y1}, {x0, y1}}, fold_fill, 1.2);
        break;
      default:
        if (node.label.ends_with("softmax"))
          canvas_.polygon({{x0, y0 + 4}, {x1, y0 - 1}, {x1, y1 + 1}, {x0, y1 - 4}}, white, 1.2);
        else
          box(x0, y0, x1, y1, node.learned ? learned_fill : along_fill);
    }
    label(node.label, node.glyph == Glyph::fold ? centre - 3 : centre, middle);
  }

  // An elementwise function touches no wire.
  void hovering(int n, double x0, double x1, double y) {
    const double middle = y - 22;
    canvas_.wire({{x0, middle}, {x0 + 12, middle}});
    canvas_.wire({{x1 - 12, middle}, {x1, middle}});
    canvas_.arrow_tip({x0 + 12, middle});
    canvas_.arrow_tip({x1 - 1, middle});
    box(x0 + 12, middle - 10, x1 - 12, middle + 10, white);
    label(sketch_.nodes[n].label, (x0 + x1) / 2, middle);
  }

  void operation(int n) {
    const SketchNode& node = sketch_.nodes[n];
    const Column& c = columns_[l_.column[n]];
    const double middle = (c.left + c.right) / 2, x0 = middle - width(n) / 2, x1 = middle + width(n) / 2;
    double top = out_y(n), bottom = top + (row_count(n) - 1) * pitch();
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const double y = in_y(n, k), last = y + (row_count(node.inputs[k].node) - 1) * pitch();
      top = std::min(top, y), bottom = std::max(bottom, last);
      for (double at = y; at < last + 1; at += pitch()) canvas_.wire({{c.left, at}, {x0 + 2, at}});
    }
    for (int r = 0; r < row_count(n); ++r)
      canvas_.wire({{x1 - 2, out_y(n) + r * pitch()}, {c.right, out_y(n) + r * pitch()}});
    box(x0, top - 10, x1, bottom + 10, white);
    label(node.label, middle, (top + bottom) / 2, Face::plain, node.label.size() <= 3 ? 16 : glyph_size);
  }

  // Shared axes merge at dots, bound ones are joined by cups, kept ones run on.
  void contraction(int n) {
    const SketchNode& node = sketch_.nodes[n];
    const Column& c = columns_[l_.column[n]];
    const double x0 = (c.left + c.right) / 2 - width(n) / 2, merged = x0 + merge_zone, cupped = merged + cup_zone(node);
    std::map<int, std::vector<double>> ends;  // by local: the heights of its wires
    bool scalar_operand = false;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const SketchPort& p = node.inputs[k];
      const std::vector<int> order = rows_at_glyph(sketch_, l_, n, static_cast<int>(k));
      for (std::size_t r = 0; r < order.size(); ++r)
        ends[p.map[l_.rows[p.node][order[r]]]].push_back(in_y(n, k) + r * pitch());
      if (order.empty())
        scalar_operand = true, canvas_.wire({{c.left, in_y(n, k)}, {cupped, in_y(n, k)}}),
        canvas_.dot({cupped, in_y(n, k)});
    }
    double scalar_y = 0;
    int cups = 0;
    for (auto& [local, heights] : ends) {
      if (local < node.degree) {
        const double y = heights.front();
        canvas_.wire({{c.left, y}, {cupped, y}});
        for (std::size_t k = 1; k < heights.size(); ++k) {
          canvas_.wire({{c.left, heights[k]}, {x0, heights[k]}});
          canvas_.curve({x0, heights[k]}, {merged, y});
        }
        if (heights.size() > 1) canvas_.dot({merged, y});
        const auto row = std::find(l_.rows[n].begin(), l_.rows[n].end(), local) - l_.rows[n].begin();
        canvas_.curve({cupped, y}, {c.right, out_y(n) + row * pitch()});
        continue;
      }
      std::sort(heights.begin(), heights.end());
      for (const double y : heights) canvas_.wire({{c.left, y}, {merged, y}});
      if (heights.size() == 1) canvas_.dot({merged, heights[0]});
      // Nested cups bulge one beyond the other.
      int inside = 0;
      for (const auto& [other, at] : ends)
        if (other >= node.degree && other != local) {
          const auto [low, high] = std::minmax_element(at.begin(), at.end());
          inside += *low > heights.front() && *high < heights.back();
        }
      for (std::size_t k = 1; k < heights.size(); ++k) {
        canvas_.cup({merged, heights[k - 1]}, {merged, heights[k]}, cup_width + cup_step * inside);
        if (k > 1) canvas_.dot({merged, heights[k - 1]});
      }
      scalar_y += (heights.front() + heights.back()) / 2, ++cups;
    }
    if (l_.rows[n].empty() && cups > 0) {  // a scalar leaves the cups
      const Point from{merged + (scalar_operand ? 20 : 16), scalar_y / cups};
      canvas_.curve(from, {c.right, out_y(n)});
    }
  }

  // --- separators
  // Just above the names of the lower array, and above what hovers there.
  double between(int lower) const { return l_.y(lower) - 25 - l_.track_head[l_.strands[lower].track]; }

  // A separator runs on through a column as long as it still separates the same arrays or what glyphs make of them.
  void separators() {
    std::map<std::pair<int, int>, std::vector<Point>> open;  // by the strands above and under its end
    for (int c = 0; c < l_.last_column; ++c) {
      const auto& state = l_.states[c];
      for (std::size_t k = 1; k < state.size(); ++k) {
        const int a = state[k - 1], b = state[k];
        const double y = between(b), x1 = columns_[c + 1].in, x2 = columns_[c + 1].out + 2;
        std::vector<Point> line{{columns_[c].out + 2, y}};
        if (const auto it = open.find({a, b}); it != open.end()) line = it->second;
        line.push_back({x1, y});
        const bool together = l_.strands[a].consumer == l_.strands[b].consumer && l_.strands[b].to == c + 1;
        const int above = successor(a, c + 1), under = successor(b, c + 1);
        if (together || above < 0 || under < 0 || c + 1 >= l_.last_column || copying(c + 1) ||
            !adjacent(c + 1, above, under)) {
          if (line.back().x - line.front().x > shortest_separator) canvas_.separator(line);
          continue;
        }
        // In the column both sides leave free the higher of the two bands.
        const double y2 = between(under), free = std::min(y, y2);
        line.push_back({x1 + std::min(12.0, std::abs(y - free)), free});
        line.push_back({x2 - std::min(12.0, std::abs(y2 - free)), free});
        line.push_back({x2, y2});
        open[{above, under}] = std::move(line);
      }
    }
  }
  bool adjacent(int state, int above, int under) const {
    const auto& s = l_.states[state];
    const auto at = std::find(s.begin(), s.end(), above);
    return at != s.end() && at + 1 != s.end() && *(at + 1) == under;
  }
  bool copying(int column) const { return columns_[column].out - columns_[column].right > copy_zone / 2; }

  // What a strand is after a column: itself, or the first strand of the glyph that reads it.
  int successor(int strand, int column) const {
    const Strand& s = l_.strands[strand];
    if (s.to > column) return strand;
    return s.consumer < count_ && !l_.readers[s.consumer].empty() ? l_.readers[s.consumer][0] : -1;
  }

  const Sketch& sketch_;
  Layout l_;
  int count_;
  std::vector<Column> columns_;
  Canvas canvas_;
};

}  // namespace

Canvas draw(const Sketch& s) { return Painter(s).run(); }

Canvas draw(const Diagram& d) { return draw(sketch(d)); }

}  // namespace skein
