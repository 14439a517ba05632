#include "graph/incidence.hpp"

#include <catch2/catch.hpp>

#include "graph/random_diagram.hpp"

using namespace skein;
using namespace skein::testing;

TEST_CASE("in topological order every box comes after those it reads") {
  Random random(11);
  for (int round = 0; round < 100; ++round) {
    const Diagram d = random_diagram(random, 8);
    std::vector<std::size_t> rank(d.boxes().size(), 999);
    const std::vector<WireId> order = topological_order(d);
    REQUIRE(order.size() == d.boxes().size());
    for (std::size_t k = 0; k < order.size(); ++k) rank[order[k].id] = k;
    for (std::size_t w = 0; w < rank.size(); ++w)
      for (const Port& p : d.boxes()[w].inputs) REQUIRE(rank[p.wire.id] < rank[w]);
    CHECK(dead_boxes(d).empty());
  }
}

TEST_CASE("depth, components and post-dominators of exp(x)*log(x) beside y") {
  DiagramBuilder b;
  const Axis axis{size_variable(Symbol("n")), {}};
  const Ref x = b.input(Symbol("x"), {axis}), y = b.input(Symbol("y"), {axis});
  const Ref f = b.add(Op::exp, {x}), g = b.add(Op::log, {x}), h = b.add(Op::mul, {f, g}), out = b.add(Op::sqrt, {h});
  const Diagram d = freeze(b, Symbol("d"), {}, {{Symbol("x"), {axis}}, {Symbol("y"), {axis}}},
                           {{Symbol("a"), x.at, out}, {Symbol("b"), y.at, y}});
  auto find = [&](Op op, const char* name) {
    for (std::uint32_t w = 0; w < d.boxes().size(); ++w)
      if (d.boxes()[w].op == op && d.boxes()[w].name == Symbol(name)) return w;
    return 99u;
  };
  const std::uint32_t wx = find(Op::input, "x"), wy = find(Op::input, "y"), wm = find(Op::mul, ""),
                      ws = find(Op::sqrt, ""), we = find(Op::exp, "");
  CHECK(depth(d) == 4);
  CHECK(components(d)[wx] == components(d)[ws]);
  CHECK(components(d)[wx] != components(d)[wy]);
  const std::vector<WireId> post = post_dominators(d);
  CHECK(post[wx].id == wm);
  CHECK(post[we].id == wm);
  CHECK(post[wm].id == ws);
  CHECK(post[ws].id == ws);
  CHECK(post[wy].id == wy);
}

TEST_CASE("a post-dominator cuts every path to the outputs, and no nearer box does") {
  Random random(12);
  for (int round = 0; round < 200; ++round) {
    const Diagram d = random_diagram(random, 10);
    const std::vector<WireId> post = post_dominators(d);
    const auto n = static_cast<std::uint32_t>(d.boxes().size());
    // Whether some path from `from` to an output avoids `without`.
    auto escapes = [&](std::uint32_t from, std::uint32_t without) {
      std::vector<bool> reached(n);
      reached[from] = true;
      for (std::uint32_t w = from + 1; w < n; ++w)
        for (const Port& p : d.boxes()[w].inputs)
          if (reached[p.wire.id] && w != without) reached[w] = true;
      return std::any_of(d.outputs().begin(), d.outputs().end(),
                         [&](const OutputPort& o) { return reached[o.wire.id]; });
    };
    for (std::uint32_t w = 0; w < n; ++w) {
      std::uint32_t nearest = w;
      for (std::uint32_t v = w + 1; v < n && nearest == w; ++v)
        if (!escapes(w, v)) nearest = v;
      REQUIRE(post[w].id == nearest);
    }
  }
}
