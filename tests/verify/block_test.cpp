// Blocks: one shape for what differs in names and order only, and other shapes for what does not.
#include "verify/block.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"

using namespace skein;

namespace {

// Two outputs of a def as the sides of a block, cut at nothing but its arrays.
struct Parsed {
  DiagramBuilder b;
  Block block;

  explicit Parsed(const std::string& text, const std::set<Symbol>& positive = {}) {
    const Module m = parse_module("def sides" + text, "test.skn");
    const std::vector<Output> out = thaw(b, m.instantiate_def("sides"));
    const Ref l = out[0].value;
    std::map<Index, Index> same;
    for (std::size_t i = 0; i < out[1].axes.size(); ++i) same[out[1].axes[i]] = out[0].axes[i];
    block = *block_of(b, l, b.rename(out[1].value, same), {}, [&](WireId w) {
      return positive.count(b.box(w).name) ? std::optional(Sign::positive) : std::nullopt;
    });
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const Leaf& l : block.leaves) out.push_back(b.box(l.wire).name.text());
    return out;
  }
};

const char* affine =
    "(x[t, m], W[o, m], b[o]) -> y[t, o], z[t, o] {\n  y[t, o] = (sum[m] W[o, m] * x[t, m]) + b[o]\n"
    "  z[t, o] = b[o] + sum[m] x[t, m] * W[o, m]\n  return y[t, o], z[t, o]\n}\n";

}  // namespace

TEST_CASE("names of arrays, their order and that of axes are not seen in a shape", "[block]") {
  const Parsed one(affine);
  const Parsed other(
      "(Z[o], A[m, o], q[m, t]) -> u[o, t], v[o, t] {\n  u[o, t] = Z[o] + sum[m] q[m, t] * A[m, o]\n"
      "  v[o, t] = (sum[m] A[m, o] * q[m, t]) + Z[o]\n  return u[o, t], v[o, t]\n}\n");
  CHECK(one.block.shape == other.block.shape);
  // Leaves correspond by their places: x to q, W to A, b to Z.
  std::map<std::string, std::string> partner;
  for (std::size_t k = 0; k < one.names().size(); ++k) partner[one.names()[k]] = other.names().at(k);
  CHECK(partner == std::map<std::string, std::string>{{"x", "q"}, {"W", "A"}, {"b", "Z"}});
  // So do their axes, whatever their order.
  for (std::size_t k = 0; k < one.block.leaves.size(); ++k) {
    const Leaf &l = one.block.leaves[k], &r = other.block.leaves[k];
    REQUIRE(l.axes.size() == r.axes.size());
    for (std::size_t s = 0; s < l.axes.size(); ++s)
      CHECK(one.b.axes(l.wire)[l.axes[s]].name == other.b.axes(r.wire)[r.axes[s]].name);
  }
}

TEST_CASE("what differs in more than names has another shape", "[block]") {
  const std::string text = affine;
  const auto edited = [&](const std::string& from, const std::string& to) {
    std::string t = text;
    t.replace(t.rfind(from), from.size(), to);
    return Parsed(t).block.shape;
  };
  const std::string shape = Parsed(text).block.shape;
  CHECK(shape != edited("b[o] + sum", "b[o] * sum"));
  CHECK(shape != edited("W[o, m]\n", "x[t, m]\n"));
  CHECK(shape != Parsed(text, {Symbol("b")}).block.shape);
  CHECK(Parsed(text, {Symbol("W")}).block.shape != Parsed(text, {Symbol("b")}).block.shape);
}

TEST_CASE("one array read twice is not two arrays", "[block]") {
  CHECK(Parsed("(a, b) -> x, y {\n  x = a * b\n  y = b * a + a\n  return x, y\n}\n").block.shape !=
        Parsed("(a, b, c) -> x, y {\n  x = a * b\n  y = b * a + c\n  return x, y\n}\n").block.shape);
}

TEST_CASE("leaves that are no reals have shapes of their own", "[block]") {
  const Parsed masked(
      "(keep[t]: bool, x[t], y[t]) -> a[t], b[t] {\n  a[t] = if keep[t] then x[t] else y[t]\n"
      "  b[t] = if keep[t] then x[t] * 1 else y[t]\n  return a[t], b[t]\n}\n");
  CHECK(masked.block.leaves.size() == 3);
  auto mask = [](const std::string& type) {
    return Parsed("(m[t]: " + type + ", x[t]) -> a[t], b[t] {\n  a[t] = exp(m[t] + x[t])\n  b[t] = exp(x[t] + m[t])\n" +
                  "  return a[t], b[t]\n}\n")
        .block.shape;
  };
  CHECK(mask("ext") != mask("real"));
}
