#include "diagram/builder.hpp"

#include <catch2/catch.hpp>

#include "diagram/diagram.hpp"

using namespace skein;

namespace {

const Axis n{size_variable(Symbol("n")), Symbol("n")}, m{size_variable(Symbol("m")), Symbol("m")};

struct Fixture {
  DiagramBuilder b;
  Index i = b.fresh(n), j = b.fresh(n), k = b.fresh(m);
  Ref at(const char* name, const std::vector<Index>& indices, DType type = DType::real) {
    std::vector<Axis> axes;
    for (Index x : indices) axes.push_back(b.axis(x));
    return {b.input(Symbol(name), axes, type).wire, indices};
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "x + y and y + x are one wire, x - y and y - x are two") {
  const Ref x = at("x", {i}), y = at("y", {j}), minus = b.literal(-1);
  CHECK(b.add(Op::add, {x, y}) == b.add(Op::add, {y, x}));
  const Ref d = b.add(Op::add, {x, b.add(Op::mul, {minus, y})}), e = b.add(Op::add, {y, b.add(Op::mul, {minus, x})});
  CHECK(d.wire != e.wire);
  CHECK(b.add(Op::less, {x, y}).wire != b.add(Op::less, {y, x}).wire);
}

TEST_CASE_METHOD(Fixture, "a product of one array with itself does not remember the order of its factors") {
  const Ref A = at("A", {i, j}), T = at("A", {j, i}), x = at("x", {i}), y = at("x", {j});
  CHECK(b.add(Op::mul, {A, T}) == b.add(Op::mul, {T, A}));
  CHECK(b.add(Op::mul, {A, x, y}) == b.add(Op::mul, {y, A, x}));
  CHECK(b.add(Op::mul, {A, x}).wire != b.add(Op::mul, {A, y}).wire);
}

TEST_CASE_METHOD(Fixture, "names of indices and the order of bound ones are no matter, their sizes are") {
  const Index p = b.fresh(n), q = b.fresh(m);
  const Ref A = at("A", {i, k}), B = at("A", {p, q});
  CHECK(b.reduce(Op::add, {i, k}, A) == b.reduce(Op::add, {q, p}, B));
  CHECK(b.reduce(Op::add, {k}, A).wire == b.reduce(Op::add, {q}, B).wire);
  CHECK(b.reduce(Op::add, {k}, A).at == std::vector<Index>{i});
  CHECK(b.reduce(Op::add, {i}, A).wire != b.reduce(Op::add, {k}, A).wire);
  const Ref one = b.literal(1);
  CHECK(b.reduce(Op::add, {i, k}, one) == b.reduce(Op::add, {k, i}, one));
  CHECK(b.reduce(Op::add, {i}, one) == b.reduce(Op::add, {j}, one));
  CHECK(b.reduce(Op::add, {i}, one) != b.reduce(Op::add, {k}, one));
  CHECK(b.reduce(Op::add, {i}, one) != b.reduce(Op::max, {i}, one));
}

TEST_CASE_METHOD(Fixture, "reading at an index renames, reading at an expression or a diagonal makes a view") {
  const Ref A = at("A", {i, j});
  const Index p = b.fresh(n);
  CHECK(b.read(A, {{i, index_variable(p)}}) == Ref{A.wire, {p, j}});
  CHECK(b.read(A, {{i, index_variable(j)}, {j, index_variable(i)}}) == Ref{A.wire, {j, i}});
  const Ref diagonal = b.read(A, {{j, index_variable(i)}});
  CHECK(b.box(diagonal.wire).op == Op::view);
  CHECK(diagonal.at == std::vector<Index>{i});
  CHECK(b.box(b.read(A, {{i, index_constant(0)}}).wire).op == Op::view);
  CHECK(b.box(b.read(A, {{i, index_variable(k)}}).wire).op == Op::view);  // another size: a slice
  CHECK(b.read(A, {{i, index_variable(p) + index_constant(1)}}).wire ==
        b.read(A, {{i, index_variable(j) + index_constant(1)}, {j, index_variable(p)}}).wire);
}

TEST_CASE_METHOD(Fixture, "guards, index values and views do not remember which index was issued first") {
  const IndexExpression vi = index_variable(i), vj = index_variable(j), two = index_constant(2);
  const Ref zero = b.literal(0), none = b.neg_inf(), x = at("x", {i});
  CHECK(b.cases({vi - vj}, zero, none).wire == b.cases({vj - vi}, zero, none).wire);  // a mask and its transpose
  CHECK(b.cases({vi - vj}, zero, none) != b.cases({vj - vi}, zero, none));
  CHECK(b.index_value(vi + two * vj).wire == b.index_value(vj + two * vi).wire);
  CHECK(b.view(x.wire, {vi + two * vj}).wire == b.view(x.wire, {vj + two * vi}).wire);
  CHECK(b.view(x.wire, {vi + vj}) == b.view(x.wire, {vj + vi}));
  CHECK(b.cases({vi - vj}, x, none).wire != b.cases({vj - vi}, x, none).wire);  // here x tells them apart
}

TEST_CASE_METHOD(Fixture, "draws are boxes of their own unless the noise source is named") {
  const Ref x = at("x", {i});
  const Ref u = b.opaque(Symbol("draw"), {x}, false), v = b.opaque(Symbol("draw"), {x}, false);
  CHECK(u.wire != v.wire);
  CHECK(b.opaque(Symbol("draw"), {x}, false, 77).wire == b.opaque(Symbol("draw"), {x}, false, 77).wire);
  CHECK(b.opaque(Symbol("f"), {x}, true) == b.opaque(Symbol("f"), {x}, true));
  CHECK_FALSE(b.deterministic(b.add(Op::exp, {u}).wire));
  CHECK(b.deterministic(x.wire));
}

TEST_CASE_METHOD(Fixture, "open and make are inverse") {
  const Ref A = at("A", {i, k}), x = at("x", {i});
  const Ref terms[] = {b.reduce(Op::max, {k}, A), b.add(Op::mul, {A, x, x}),
                       b.cases({index_variable(i) - index_constant(2)}, x, b.literal(0)),
                       b.index_value(index_variable(i) * index_variable(k))};
  for (const Ref& r : terms) {
    const Box shape = b.box(r.wire);
    const DiagramBuilder::Opened o = b.open(r);
    Box again = shape;
    again.index = o.index;
    CHECK(b.make(again, o.inputs, o.bound) == r);
  }
}

TEST_CASE_METHOD(Fixture, "substitution of an array with a further index lifts") {
  const Ref x = at("x", {i}), sum = b.reduce(Op::add, {i}, b.add(Op::mul, {x, x}));
  const Ref A = at("A", {k, i});
  DiagramBuilder::Substitution s;
  s.inputs[Symbol("x")] = {{i}, A};
  const auto image = b.substitute(sum.wire, s);
  CHECK(b.at(image, {}) == b.reduce(Op::add, {i}, b.add(Op::mul, {A, A})));
  CHECK(b.at(image, {}).at == std::vector<Index>{k});
}

TEST_CASE_METHOD(Fixture, "substitution of a size makes reductions over the new size") {
  const Ref x = at("x", {i});
  DiagramBuilder::Substitution s;
  s.sizes[Symbol("n")] = m.size;
  const Ref y = at("x", {k});
  CHECK(b.at(b.substitute(b.reduce(Op::add, {i}, x).wire, s), {}) == b.reduce(Op::add, {k}, y));
}

TEST_CASE_METHOD(Fixture, "every typing rule is enforced") {
  const Ref x = at("x", {i}), A = at("A", {i, j}), mask = at("mask", {i}, DType::boolean), e = at("e", {i}, DType::ext);
  Box forged;
  CHECK_THROWS_AS(b.add(Op::exp, {x, x}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::add, {}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::exp, {Ref{A.wire, {i, i}}}), IllTyped);         // a diagonal needs a view
  CHECK_THROWS_AS(b.add(Op::exp, {Ref{A.wire, {i}}}), IllTyped);            // too few indices
  CHECK_THROWS_AS(b.add(Op::exp, {Ref{x.wire, {k}}}), IllTyped);            // another size
  CHECK_THROWS_AS(b.add(Op::exp, {Ref{WireId{9999}, {}}}), IllTyped);       // no such wire
  CHECK_THROWS_AS(b.add(Op::exp, {Ref{x.wire, {Index{9999}}}}), IllTyped);  // no such index
  CHECK_THROWS_AS(b.add(Op::mul, {x, e}), IllTyped);                        // no products of ext
  CHECK_THROWS_AS(b.add(Op::inv, {e}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::add, {x, mask}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::conj, {x, mask}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::where, {x, x, x}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::where, {mask, x, mask}), IllTyped);
  CHECK_THROWS_AS(b.add(Op::cases, {x, x}), IllTyped);  // no guard
  CHECK_THROWS_AS(b.cases({index_constant(0)}, x, mask), IllTyped);
  CHECK_THROWS_AS(b.cases({index_variable(Index{9999})}, x, x), IllTyped);
  CHECK_THROWS_AS(b.reduce(Op::exp, {i}, x), IllTyped);
  CHECK_THROWS_AS(b.reduce(Op::add, {i, i}, x), IllTyped);
  CHECK_THROWS_AS(b.reduce(Op::add, {i}, e), IllTyped);
  CHECK_THROWS_AS(b.reduce(Op::conj, {i}, x), IllTyped);
  CHECK_THROWS_AS(b.reduce(Op::add, {Index{9999}}, x), IllTyped);
  CHECK_THROWS_AS(b.make(forged, {x}, {}), IllTyped);  // a literal has no inputs
  forged.op = Op::exp;
  CHECK_THROWS_AS(b.make(forged, {x}, {i}), IllTyped);  // only reductions bind
  CHECK_THROWS_AS(b.view(x.wire, {}), IllTyped);
  CHECK_THROWS_AS(b.view(WireId{9999}, {index_variable(i)}), IllTyped);
  CHECK_THROWS_AS(b.view(x.wire, {index_variable(Index{9999})}), IllTyped);
  CHECK(b.dtype(b.add(Op::add, {x, e}).wire) == DType::ext);
  CHECK(b.dtype(b.add(Op::exp, {e}).wire) == DType::real);
}

TEST_CASE_METHOD(Fixture, "an output must be read at its own axes, and every array must be an input") {
  const Ref x = at("x", {i});
  const std::vector<InputPort> ports{{Symbol("x"), {n}}};
  CHECK_THROWS_AS(freeze(b, Symbol("d"), {}, ports, {{Symbol("y"), {j}, x}}), IllTyped);
  CHECK_THROWS_AS(freeze(b, Symbol("d"), {}, {}, {{Symbol("y"), {i}, x}}), IllTyped);
  CHECK_THROWS_AS(freeze(b, Symbol("d"), {}, ports, {{Symbol("y"), {i, i}, x}}), IllTyped);
  CHECK(validate(freeze(b, Symbol("d"), {}, ports, {{Symbol("y"), {j, i}, x}})).empty());
  CHECK_THROWS_AS(freeze(b, Symbol("d"), {}, ports, {{Symbol("y"), {k}, Ref{x.wire, {k}}}}), IllTyped);
  CHECK_THROWS_AS(freeze(b, Symbol("d"), {}, {{Symbol("x"), {m}}}, {{Symbol("y"), {i}, x}}), IllTyped);
  CHECK_THROWS_AS(freeze(b, Symbol("d"), {}, {{Symbol("x"), {n}, DType::ext}}, {{Symbol("y"), {i}, x}}), IllTyped);
}

TEST_CASE_METHOD(Fixture, "a draw made after thawing is not a draw of the thawed diagram") {
  const Ref x = at("x", {i});
  const Ref u = b.opaque(Symbol("u"), {x}, false);
  const Diagram d = freeze(b, Symbol("d"), {}, {{Symbol("x"), {n}}}, {{Symbol("y"), {i}, u}});
  DiagramBuilder other;
  const Ref thawed = thaw(other, d)[0].value;
  const Ref y = other.input(Symbol("x"), {n});
  CHECK(other.opaque(Symbol("u"), {y}, false).wire != thawed.wire);
}
