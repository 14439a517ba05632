// The laws of a monoidal category and of lifting as a functor, up to isomorphism, on random diagrams.
#include <catch2/catch.hpp>

#include "graph/canonical_form.hpp"
#include "graph/isomorphism.hpp"
#include "graph/random_diagram.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

const Axis n{size_variable(Symbol("n")), Symbol("n")}, t{size_variable(Symbol("t")), Symbol("t")};

// A random diagram with inputs and outputs x[n], A[n,n] and a weight of the given name.
Diagram random_morphism(Random& random, const char* weight) {
  for (;;) {
    const Diagram d = random_diagram(random, 4), e = random_diagram(random, 4);
    if (d.outputs()[0].axes.size() != 1 || e.outputs()[0].axes.size() != 2) continue;
    DiagramBuilder b;
    DiagramBuilder::Substitution s;
    const Ref w = b.input(Symbol(weight), {n});
    s.inputs[Symbol("w")] = {w.at, w};
    std::vector<Output> outputs = thaw(b, d, s);
    for (Output& o : thaw(b, e, s)) outputs.push_back(o);
    std::vector<InputPort> ports = d.inputs();
    ports[2].name = Symbol(weight);
    return freeze(b, Symbol("f"), {}, ports, outputs);
  }
}

Diagram identity() {
  DiagramBuilder b;
  const Ref x = b.input(Symbol("x"), {n}), A = b.input(Symbol("A"), {n, n});
  return freeze(b, Symbol("id"), {}, {{Symbol("x"), {n}}, {Symbol("A"), {n, n}}},
                {{Symbol("x"), x.at, x}, {Symbol("A"), A.at, A}});
}

bool same(const Diagram& a, const Diagram& b) {
  REQUIRE(validate(a) == "");
  REQUIRE(validate(b) == "");
  const bool isomorphic = find_isomorphism(a, b).has_value();
  REQUIRE((canonical_form(a).text == canonical_form(b).text) == isomorphic);
  return isomorphic;
}

}  // namespace

TEST_CASE("composition is associative and has units; product and composition interchange; lifting is a functor") {
  Random random(41);
  for (int round = 0; round < 60; ++round) {
    const Diagram f = random_morphism(random, "wf"), g = random_morphism(random, "wg"),
                  h = random_morphism(random, "wh"), k = random_morphism(random, "wk");
    REQUIRE(same(compose(compose(f, g), h), compose(f, compose(g, h))));
    REQUIRE(same(compose(f, identity()), f));
    REQUIRE(same(compose(identity(), f), f));
    REQUIRE(same(product(product(f, g), h), product(f, product(g, h))));
    REQUIRE(same(product(compose(f, h), compose(g, k)), compose(product(f, g), product(h, k))));
    REQUIRE(same(lift(compose(f, g), t), compose(lift(f, t), lift(g, t))));
    REQUIRE(same(lift(product(f, g), t), product(lift(f, t), lift(g, t))));
    REQUIRE(same(lift(identity(), t), compose(lift(identity(), t), lift(identity(), t))));
  }
}

TEST_CASE("compositions of different diagrams are told apart") {
  Random random(42);
  int different = 0;
  for (int round = 0; round < 60; ++round) {
    const Diagram f = random_morphism(random, "w"), g = random_morphism(random, "w");
    different += !same(compose(f, g), compose(g, f));
  }
  CHECK(different > 40);
}

TEST_CASE("thawing a shuffled copy and freezing it again gives an isomorphic diagram") {
  Random random(43);
  int shared = 0;
  for (int round = 0; round < 400; ++round) {
    const Diagram d = random_diagram(random, 1 + below(random, 10)), copy = shuffled(random, d);
    DiagramBuilder b;
    const std::vector<Output> outputs = thaw(b, copy);
    REQUIRE(same(freeze(b, d.name, d.sizes(), d.inputs(), outputs), d));
    shared += std::none_of(d.boxes().begin(), d.boxes().end(), [](const Box& box) { return !box.deterministic; }) &&
              thaw(b, d)[0].value.wire == outputs[0].value.wire;
  }
  CHECK(shared > 100);
}
