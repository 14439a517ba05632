// Pictures are the same in every run, well-formed, and legible: no two lines of text overlap and no wire crosses a
// text.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "draw/layout.hpp"
#include "draw/picture.hpp"
#include "draw/proof.hpp"
#include "lang/module.hpp"

using namespace skein;

namespace {

const std::string root = SKEIN_SOURCE_DIR;

// Everything that has a name and can be drawn: the prelude, the examples, the pictures of the documentation.
std::vector<std::pair<std::string, Diagram>> read_subjects() {
  std::vector<std::pair<std::string, Diagram>> all;
  const Module prelude = parse_module("", "prelude");
  for (const std::string& name : prelude.def_names()) all.emplace_back(name, prelude.find_def(name)->diagram);
  for (const char* folder : {"/examples", "/docs/pictures"})
    for (const auto& file : std::filesystem::directory_iterator(root + folder)) {
      if (file.path().extension() != ".skn") continue;
      const Module m = load_module(file.path());
      for (const auto& def : m.defs()) all.emplace_back(def->name.text(), def->diagram);
      for (const Claim& c : m.claims())
        all.emplace_back(c.name.text(), c.left), all.emplace_back(c.name.text(), c.right);
    }
  return all;
}

const std::vector<std::pair<std::string, Diagram>>& subjects() {
  static const auto all = read_subjects();
  return all;
}

Diagram def(const std::string& text, const std::string& name) {
  return parse_module(text, "test").find_def(name)->diagram;
}

int count(const Sketch& s, Glyph g, const std::string& label = "") {
  int n = 0;
  for (const SketchNode& node : s.nodes) n += node.glyph == g && (label.empty() || node.label == label);
  return n;
}

bool crosses(Point a, Point b, const Rect& r) {
  if (std::max(a.y, b.y) < r.y || std::min(a.y, b.y) > r.y + r.height || std::max(a.x, b.x) < r.x ||
      std::min(a.x, b.x) > r.x + r.width)
    return false;
  constexpr int pieces = 64;  // strokes are fine chains already: steps of a few pixels at most, but for straight wires
  const Rect inner{r.x + 0.5, r.y + 0.5, r.width - 1, r.height - 1};
  for (int k = 0; k <= pieces; ++k) {
    const double t = double(k) / pieces, x = a.x + t * (b.x - a.x), y = a.y + t * (b.y - a.y);
    if (inner.overlaps({x, y, 1e-6, 1e-6})) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("no two lines of text overlap, and no wire crosses a text") {
  const auto& all = subjects();
  REQUIRE(all.size() > 60);
  CHECK(crosses({0, 5}, {100, 5}, {40, 0, 10, 10}));
  for (const auto& [name, diagram] : all) {
    INFO(name);
    const Canvas c = draw(diagram);
    const auto& lines = c.lines();
    for (std::size_t i = 0; i < lines.size(); ++i)
      for (std::size_t j = i + 1; j < lines.size(); ++j) {
        if (lines[i].box.overlaps(lines[j].box)) FAIL_CHECK(lines[i].text << " overlaps " << lines[j].text);
      }
    for (const auto& stroke : c.strokes())
      for (std::size_t k = 1; k < stroke.size(); ++k)
        for (const auto& line : lines) {
          if (crosses(stroke[k - 1], stroke[k], line.box)) FAIL_CHECK("a wire crosses " << line.text);
        }
  }
}

TEST_CASE("a picture is the same text in every run") {
  for (const auto& [name, diagram] : subjects()) {
    INFO(name);
    CHECK(draw(diagram).svg(name) == draw(diagram).svg(name));
  }
}

TEST_CASE("text is escaped") {
  const std::string svg = draw(def("def f(`a<b`[n])[n] = exp(`a<b`[n])", "f")).svg("x & y");
  CHECK(svg.find("a&lt;b") != std::string::npos);
  CHECK(svg.find("x &amp; y") != std::string::npos);
}

TEST_CASE("attention is two contractions, a scale and a softmax") {
  const Sketch s = sketch(parse_module("", "prelude").find_def("attention")->diagram);
  CHECK(s.nodes.size() == 7);
  CHECK(count(s, Glyph::contraction) == 2);
  CHECK(count(s, Glyph::along, "softmax") == 1);
  CHECK(count(s, Glyph::pointwise, "÷ √d") == 1);
  CHECK(s.inputs.size() == 3);
}

TEST_CASE("multi-head attention has four linear maps") {
  const Sketch s = sketch(parse_module("", "prelude").find_def("mha")->diagram);
  CHECK(count(s, Glyph::linear) == 4);
  CHECK(count(s, Glyph::contraction) == 2);
  CHECK(count(s, Glyph::along, "softmax") == 1);
}

TEST_CASE("a softmax over the wrong numbers is no softmax") {
  CHECK(count(sketch(def("def f(x[n], y[n])[n] = exp(x[n]) / sum[j:n] exp(x[j])", "f")), Glyph::along, "softmax") == 1);
  CHECK(count(sketch(def("def f(x[n], y[n])[n] = exp(x[n]) / sum[j:n] exp(y[j])", "f")), Glyph::along, "softmax") == 0);
  CHECK(count(sketch(def("def f(x[n], y[n])[n] = exp(x[n]) / sum[j:n] exp(2 * x[j])", "f")), Glyph::along, "softmax") ==
        0);
}

TEST_CASE("the stable softmax is not drawn as the plain one") {
  const Module p = parse_module("", "prelude");
  CHECK(count(sketch(p.find_def("stable_softmax")->diagram), Glyph::along, "stable softmax") == 1);
  CHECK(count(sketch(p.find_def("softmax")->diagram), Glyph::along, "softmax") == 1);
}

TEST_CASE("an input that nothing reads is drawn") {
  CHECK(count(sketch(def("def f(x[n], y[n])[n] = exp(x[n])", "f")), Glyph::discard) == 1);
}

TEST_CASE("operands of a glyph are neighbours") {
  for (const auto& [name, diagram] : subjects()) {
    INFO(name);
    const Layout l = lay_out(sketch(diagram));
    for (const auto& state : l.states)
      for (std::size_t k = 1; k < state.size(); ++k) CHECK(l.y(state[k]) - l.y(state[k - 1]) > 39);
  }
}

TEST_CASE("the first part of an axis is not drawn as the whole of it") {
  CHECK(count(sketch(def("def f[m:axis](x[n:m+1])[k:m] = exp(x[k])", "f")), Glyph::reindex) == 1);
  CHECK(count(sketch(def("def f[m:axis](x[n:m+1])[k:m+1] = exp(x[k])", "f")), Glyph::reindex) == 0);
}

TEST_CASE("axes are named after the boundary that they come from") {
  Sketch s = sketch(def("def f(x[n])[n] { y[j:n] = exp(x[j]) / 3\n return y[n] + x[n] * sin(y[n]) }", "f"));
  for (SketchNode& node : s.nodes)
    if (node.glyph != Glyph::source)
      for (Axis& a : node.local) a.name = Symbol("foreign");
  name_axes_after_boundary(s);
  for (const SketchNode& node : s.nodes)
    for (const Axis& a : node.local) CHECK(a.name.text() == "n");
}
