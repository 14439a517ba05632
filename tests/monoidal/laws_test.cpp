// Equality of diagrams in each structure: what holds by isomorphism alone, what by the moves, and what must not hold.
#include <catch2/catch.hpp>

#include "monoidal/support.hpp"

using skein::IllTyped;
using skein::Symbol;
using namespace skein::monoidal;
using namespace skein::monoidal::testing;

namespace {

const std::initializer_list<testing::Box> boxes = {{"f", 1, 1}, {"g", 1, 1}, {"m", 2, 1},
                                                   {"c", 1, 2}, {"u", 0, 1}, {"e", 1, 0}};

}  // namespace

TEST_CASE("the laws of symmetric monoidal categories hold by isomorphism in every structure") {
  for (auto structure : {Structure::symmetric, Structure::comonoid, Structure::markov, Structure::cartesian}) {
    const Language l(structure, boxes);
    Random random(1);
    for (int round = 0; round < 50; ++round) {
      const OpenDiagram a = random_diagram(random, l, 4, 2), b = random_diagram(random, l, 4, a.outputs().size()),
                        c = random_diagram(random, l, 3, b.outputs().size()), x = random_diagram(random, l, 3, 1),
                        y = random_diagram(random, l, 3, x.outputs().size());
      REQUIRE(invalidity(a) == "");
      CHECK(isomorphic((a >> b) >> c, a >> (b >> c)));
      CHECK(isomorphic((a >> b) * (x >> y), (a * x) >> (b * y)));
      CHECK(isomorphic((a * x) * y, a * (x * y)));
      CHECK(isomorphic(l.id(a.inputs().size()) >> a, a));
      CHECK(isomorphic(a * l.id(0), a));
      const auto sort = [&](std::size_t n) { return Word(n, l.object()); };
      CHECK(isomorphic((a * x) >> swap(l.signature(), a.output_sorts(), x.output_sorts()),
                       swap(l.signature(), a.input_sorts(), x.input_sorts()) >> (x * a)));
      CHECK(isomorphic(swap(l.signature(), sort(2), sort(1)) >> swap(l.signature(), sort(1), sort(2)), l.id(3)));
      CHECK(isomorphic(shuffled(random, a), a));
    }
    CHECK_FALSE(isomorphic(l.swap(), l.id(2)));
    CHECK_FALSE(isomorphic(l("f") * l("g"), l("g") * l("f")));
    CHECK_FALSE(isomorphic(l("f") >> l("g"), l("g") >> l("f")));
    CHECK_FALSE(isomorphic(l.swap() >> l("m"), l("m")));
  }
}

TEST_CASE("a symmetric theory neither copies nor discards") {
  const Language l(Structure::symmetric, boxes);
  CHECK_THROWS_WITH(l.copy(), Catch::Contains("neither copy nor discard"));
  CHECK_THROWS_WITH(l.drop(), Catch::Contains("neither copy nor discard"));
  OpenDiagram d(l.signature());
  const NodeId n = d.add_node(l.object());
  d.set_inputs(std::vector{n});
  d.set_outputs(std::vector{n, n});
  CHECK_THAT(invalidity(d), Catch::Contains("used exactly once"));
}

TEST_CASE("where wires fan out, the laws of cocommutative comonoids hold by isomorphism and no others") {
  const Language l(Structure::comonoid, boxes);
  CHECK(isomorphic(l.copy() >> (l.copy() * l.id()), l.copy() >> (l.id() * l.copy())));
  CHECK(isomorphic(l.copy() >> l.swap(), l.copy()));
  CHECK(isomorphic(l.copy() >> (l.drop() * l.id()), l.id()));
  CHECK_FALSE(equal(l("f") >> l.copy(), l.copy() >> (l("f") * l("f"))));
  CHECK_FALSE(equal(l("f") >> l.drop(), l.drop()));
  CHECK_FALSE(equal(l("u") >> l.drop(), l.id(0)));
  CHECK_FALSE(equal(l("e"), l.drop()));
}

TEST_CASE("in a Markov theory discarding is natural, copying only for deterministic boxes") {
  const Language l(Structure::markov,
                   {{"coin", 0, 1}, {"f", 1, 1}, {"d", 1, 1, true}, {"k", 0, 1, true}, {"e", 1, 0}, {"c", 1, 2}});
  CHECK(equal(l("f") >> l.drop(), l.drop()));
  CHECK(equal(l("coin") >> l.drop(), l.id(0)));
  CHECK(equal(l("e"), l.drop()));
  CHECK(equal(l("c") >> (l("f") * l("d")) >> (l.drop() * l.drop()), l.drop()));
  CHECK(equal(l("d") >> l.copy(), l.copy() >> (l("d") * l("d"))));
  CHECK(equal(l("k") >> l.copy(), l("k") * l("k")));
  CHECK(equal(l.copy() >> ((l("d") >> l("d")) * l("d")), l("d") >> l.copy() >> (l("d") * l.id())));
  CHECK_FALSE(equal(l("coin") >> l.copy(), l("coin") * l("coin")));
  CHECK_FALSE(equal(l("f") >> l.copy(), l.copy() >> (l("f") * l("f"))));
  CHECK_FALSE(equal(l("f") >> l("d") >> l.copy(), l.copy() >> ((l("f") >> l("d")) * (l("f") >> l("d")))));
  CHECK_FALSE(equal(l("c"), l.copy()));
}

TEST_CASE("in a cartesian theory copying and discarding are natural for all boxes") {
  const Language l(Structure::cartesian, boxes);
  CHECK(equal(l("f") >> l.drop(), l.drop()));
  CHECK(equal(l("f") >> l.copy(), l.copy() >> (l("f") * l("f"))));
  // The universal property of the product: a map into A * A is the pair of its components.
  CHECK(equal(l.copy() >> ((l("c") >> (l.id() * l.drop())) * (l("c") >> (l.drop() * l.id()))), l("c")));
  CHECK_FALSE(equal(l.copy() >> ((l("c") >> (l.drop() * l.id())) * (l("c") >> (l.id() * l.drop()))), l("c")));
  CHECK_FALSE(equal(l("f"), l("g")));
}

TEST_CASE("moves are refused where the structure does not allow them, and change nothing then") {
  const Language comonoid(Structure::comonoid, boxes);
  const Language markov(Structure::markov, {{"coin", 0, 1}, {"d", 1, 1, true}});
  OpenDiagram dead = comonoid("f") >> comonoid.drop();
  const auto refused = [](OpenDiagram& d, const Move& m) {
    const std::uint64_t before = d.revision();
    CHECK_THROWS_AS(skein::monoidal::apply(d, m), IllTyped);
    CHECK(d.revision() == before);
  };
  refused(dead, {.kind = Move::Kind::drop, .box = {0}});
  refused(dead, {.kind = Move::Kind::insert, .generator = {0}, .sources = {NodeId{0}}});
  OpenDiagram coins = markov("coin") * markov("coin");
  refused(coins, {.kind = Move::Kind::share, .box = {0}, .other = {1}});
  refused(coins, {.kind = Move::Kind::split, .box = {0}, .consumers = {{boundary, 0}}});
  refused(coins, {.kind = Move::Kind::drop, .box = {0}});
  OpenDiagram apart = markov("d") * markov("d");
  refused(apart, {.kind = Move::Kind::share, .box = {0}, .other = {1}});
  refused(apart, {.kind = Move::Kind::share, .box = {0}, .other = {0}});
  refused(apart, {.kind = Move::Kind::split, .box = {0}, .consumers = {{boundary, 1}}});
  refused(apart, {.kind = Move::Kind::insert, .generator = {1}, .sources = {}});
  OpenDiagram two = markov("d") >> markov.copy();
  skein::monoidal::apply(two, {.kind = Move::Kind::split, .box = {0}, .consumers = {{boundary, 1}}});
  CHECK(isomorphic(two, markov.copy() >> (markov("d") * markov("d"))));
}

TEST_CASE("structures that a hypergraph cannot represent are refused by name and with the reason") {
  CHECK_THROWS_WITH(structure_named("braided"), Catch::Contains("braided") && Catch::Contains("forgets crossings"));
  CHECK_THROWS_WITH(structure_named("frobenius"), Catch::Contains("not supported"));
  CHECK_THROWS_WITH(structure_named("nonsense"), Catch::Contains("no structure 'nonsense'"));
  Signature s(Structure::symmetric);
  s.add_sort(Symbol("A"));
  CHECK_THROWS_WITH(s.add_generator(Symbol("f"), {{0}}, {{0}}, true), Catch::Contains("cannot be deterministic"));
  CHECK_THROWS_WITH(s.add_generator(Symbol("f"), {{1}}, {}), Catch::Contains("not declared"));
}

TEST_CASE("isomorphism of parts that the boundary does not reach") {
  const Language l(Structure::comonoid, {{"u", 0, 1}, {"f", 1, 1}, {"m", 2, 1}, {"e", 1, 0}});
  // Unread boxes that hang on one wire, all alike but for what they feed.
  const auto ring = [&](std::initializer_list<std::size_t> sizes) {
    OpenDiagram d(l.signature());
    const NodeId in = d.add_node(l.object());
    for (std::size_t n : sizes) {
      std::vector<NodeId> draws;
      for (std::size_t i = 0; i < n; ++i) {
        draws.push_back(d.add_node(l.object()));
        d.add_box({1}, std::vector{in}, std::vector{draws.back()});
      }
      for (std::size_t i = 0; i < n; ++i)
        d.add_box({2}, std::vector{draws[i], draws[(i + 1) % n]}, std::vector{d.add_node(l.object())});
    }
    d.set_inputs(std::vector{in});
    d.set_outputs({});
    return d;
  };
  Random random(2);
  for (int round = 0; round < 5; ++round) {
    CHECK(isomorphic(ring({6}), shuffled(random, ring({6}))));
    CHECK(isomorphic(ring({3, 4, 3}), shuffled(random, ring({4, 3, 3}))));
    CHECK_FALSE(isomorphic(ring({6}), ring({3, 3})));  // which colours cannot tell apart
  }
  OpenDiagram scalars = l.id();
  for (int i = 0; i < 200; ++i) scalars = scalars * (l("u") >> l("f") >> l("e")) * (l("u") >> l("e"));
  CHECK(isomorphic(scalars, shuffled(random, scalars)));
}
