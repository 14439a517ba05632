#include <catch2/catch.hpp>

#include "diagram/diagram.hpp"

using namespace skein;

namespace {

const Axis n{size_variable(Symbol("n")), Symbol("n")}, t{size_variable(Symbol("t")), Symbol("t")};

Diagram draw() {
  DiagramBuilder b;
  const Ref x = b.input(Symbol("x"), {n});
  return freeze(b, Symbol("draw"), {}, {{Symbol("x"), {n}}}, {{Symbol("y"), x.at, b.opaque(Symbol("u"), {x}, false)}});
}

std::size_t count(const Diagram& d, Op op) {
  std::size_t all = 0;
  for (const Box& box : d.boxes()) all += box.op == op;
  return all;
}

Diagram with(const Diagram& d, void (*change)(std::vector<Box>&, std::vector<OutputPort>&)) {
  std::vector<Box> boxes = d.boxes();
  std::vector<OutputPort> outputs = d.outputs();
  change(boxes, outputs);
  return Diagram::from_arrays(d.name, d.sizes(), d.inputs(), outputs, boxes);
}

// y[i] = sum[j] A[i,j] * x[j]
Diagram product_with_matrix() {
  DiagramBuilder b;
  const Index i = b.fresh(n), j = b.fresh(n);
  const Ref x{b.input(Symbol("x"), {n}).wire, {j}}, A{b.input(Symbol("A"), {n, n}).wire, {i, j}};
  std::vector<InputPort> ports{{Symbol("x"), {n}}, {Symbol("A"), {n, n}}};
  ports[1].role = Role::weight;
  return freeze(b, Symbol("linear"), {}, ports, {{Symbol("y"), {i}, b.reduce(Op::add, {j}, b.add(Op::mul, {A, x}))}});
}

}  // namespace

TEST_CASE("draws of two copies are different draws, in series and in parallel") {
  CHECK(count(product(draw(), draw()), Op::opaque) == 2);
  CHECK(count(compose(draw(), draw()), Op::opaque) == 2);
  DiagramBuilder b;
  const Ref x = b.input(Symbol("x"), {n});
  const Diagram copy =
      freeze(b, Symbol("copy"), {}, {{Symbol("x"), {n}}}, {{Symbol("a"), x.at, x}, {Symbol("b"), x.at, x}});
  CHECK(count(compose(copy, product(draw(), draw())), Op::opaque) == 2);  // the same input, still two draws
}

TEST_CASE("a lifted draw draws along the new axis, and one that could not is refused") {
  const Diagram d = lift(draw(), t);
  for (const Box& box : d.boxes()) CHECK(box.degree.size() == 2);
  DiagramBuilder b;
  const Ref u = b.opaque(Symbol("u"), {b.literal(1)}, false);
  CHECK_THROWS_AS(lift(freeze(b, Symbol("d"), {}, {}, {{Symbol("y"), {}, u}}), t), IllTyped);
}

TEST_CASE("composition checks its boundary") {
  const Diagram f = product_with_matrix();
  CHECK(compose(f, f).inputs().size() == 3);  // x and the two weights
  CHECK(compose(f, f).inputs()[2].name == Symbol("A_2"));
  CHECK_THROWS_AS(compose(product(f, f), f), IllTyped);
  CHECK_THROWS_AS(compose(f, product(f, f)), IllTyped);
  CHECK_THROWS_AS(compose(f, lift(f, t)), IllTyped);
}

TEST_CASE("a size is possibly empty in a composite only if both diagrams allow it") {
  DiagramBuilder b;
  const Ref x = b.input(Symbol("x"), {n});
  SizeContext empty;
  empty.lower[Symbol("n")] = 0;
  const Diagram f = freeze(b, Symbol("f"), empty, {{Symbol("x"), {n}}}, {{Symbol("y"), x.at, x}});
  const Diagram g = freeze(b, Symbol("g"), {}, {{Symbol("x"), {n}}}, {{Symbol("y"), x.at, x}});
  CHECK(compose(f, f).sizes().lower_bound(Symbol("n")) == 0);
  CHECK(compose(f, g).sizes().lower_bound(Symbol("n")) == 1);
  CHECK(product(g, f).sizes().lower_bound(Symbol("n")) == 1);
}

TEST_CASE("thaw and freeze are inverse") {
  DiagramBuilder b;
  const Diagram f = product_with_matrix();
  const Diagram again = freeze(b, f.name, f.sizes(), f.inputs(), thaw(b, f));
  CHECK(again.boxes().size() == f.boxes().size());
  CHECK(validate(again).empty());
}

TEST_CASE("validate refuses every broken rule") {
  using Boxes = std::vector<Box>&;
  using Outputs = std::vector<OutputPort>&;
  const Diagram f = product_with_matrix();  // ends with mul, reduce
  CHECK_NOTHROW(with(f, [](Boxes, Outputs) {}));
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().inputs[0].wire.id = 99; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().inputs[0].map.pop_back(); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().inputs[0].map[0] = b.back().inputs[0].map[1]; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().inputs[0].map[0] = Index{7}; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().inputs.clear(); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().bound[0].size = size_constant(3); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().degree.push_back(b.back().degree[0]); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().dtype = DType::ext; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().fold = Op::exp; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().fold = Op::conj; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().deterministic = false; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().op = Op::exp; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().op = static_cast<Op>(200); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.back().index.push_back(index_constant(0)); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b[0].name = Symbol("nobody"); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b[0].dtype = DType::ext; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b[0].degree[0].size = size_constant(3); }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes b, Outputs) { b.push_back(b[0]); }), IllTyped);  // dead
  CHECK_THROWS_AS(with(f, [](Boxes, Outputs o) { o[0].wire.id = 99; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes, Outputs o) { o[0].map[0] = 5; }), IllTyped);
  CHECK_THROWS_AS(with(f, [](Boxes, Outputs o) { o[0].axes[0].size = size_constant(3); }), IllTyped);
}
