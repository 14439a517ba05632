// Matching: the rows of the table of conditions one by one, and agreement with definitions by brute force.
#include <catch2/catch.hpp>

#include <algorithm>

#include "monoidal/support.hpp"

using skein::Symbol;
using namespace skein::monoidal;
using namespace skein::monoidal::testing;

namespace {

Rule rule(const OpenDiagram& left, const OpenDiagram& right) { return Rule(Symbol("r"), left, right, true); }

// Whether m is legal as it stands, or why not.
std::string refusal(const OpenDiagram& host, const Rule& r, Placement p) {
  std::string why;
  return Match::make(host, r, Direction::forward, std::move(p), &why) ? "" : why;
}

OpenDiagram rewritten(OpenDiagram host, const Rule& r, const Redex& x) {
  apply(host, r, Direction::forward, x);
  REQUIRE(invalidity(host) == "");
  return host;
}

bool contains(const std::vector<OpenDiagram>& all, const OpenDiagram& d,
              const std::function<bool(const OpenDiagram&, const OpenDiagram&)>& same) {
  return std::ranges::any_of(all, [&](const OpenDiagram& other) { return same(other, d); });
}

std::vector<OpenDiagram> results(const OpenDiagram& host, const Rule& r) {
  std::vector<OpenDiagram> all;
  for (const Redex& x : redexes(host, r)) {
    OpenDiagram d = rewritten(host, r, x);
    if (!contains(all, d, isomorphic)) all.push_back(std::move(d));
  }
  return all;
}

// --- By definition: a context is a diagram with one box `hole`, and the host is the context filled with the left side.

// The same diagram over another signature that has all its generators.
OpenDiagram over(const SignaturePtr& s, const OpenDiagram& d, const OpenDiagram* filling, GeneratorId hole) {
  OpenDiagram out(s);
  std::vector<NodeId> node(d.node_bound(), no_node);
  // The wires of the filling: its inputs are what the hole reads; what the hole makes are its outputs.
  std::vector<NodeId> inner;
  std::optional<BoxId> at;
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b}) && d.generator({b}) == hole) at = BoxId{b};
  const auto made_by_hole = [&](std::uint32_t n) { return filling && at && d.producer({n}).box == *at; };
  for (std::uint32_t n = 0; n < d.node_bound(); ++n)
    if (d.has(NodeId{n}) && !made_by_hole(n)) node[n] = out.add_node(d.sort({n}));
  if (filling && at) {
    inner.assign(filling->node_bound(), no_node);
    // Wires made by the hole stand for inner ones, perhaps for inputs: those are resolved in the order of dependence.
    std::vector<bool> input(filling->node_bound(), false);
    for (NodeId n : filling->inputs()) input[n.id] = true;
    for (std::uint32_t n = 0; n < filling->node_bound(); ++n)
      if (filling->has(NodeId{n}) && !input[n]) inner[n] = out.add_node(filling->sort({n}));
    for (std::size_t i = 0; i < filling->inputs().size(); ++i)
      inner[filling->inputs()[i].id] = node[d.sources(*at)[i].id];  // no cycle, so not made by the hole
    for (std::size_t k = 0; k < filling->outputs().size(); ++k)
      node[d.targets(*at)[k].id] = inner[filling->outputs()[k].id];
  }
  const auto add = [&](const OpenDiagram& part, const std::vector<NodeId>& names, std::optional<BoxId> skip) {
    for (std::uint32_t b = 0; b < part.box_bound(); ++b) {
      if (!part.has(BoxId{b}) || (skip && *skip == BoxId{b})) continue;
      std::vector<NodeId> sources, targets;
      for (NodeId n : part.sources({b})) sources.push_back(names[n.id]);
      for (NodeId n : part.targets({b})) targets.push_back(names[n.id]);
      out.add_box(part.generator({b}), sources, targets);
    }
  };
  add(d, node, filling ? at : std::nullopt);
  if (filling) add(*filling, inner, std::nullopt);
  std::vector<NodeId> inputs, outputs;
  for (NodeId n : d.inputs()) inputs.push_back(node[n.id]);
  for (NodeId n : d.outputs()) outputs.push_back(node[n.id]);
  out.set_inputs(inputs);
  out.set_outputs(outputs);
  return out;
}

// Every context of the host for L, up to the numbering of its wires; for one object A only.
template <class F>
void each_context(const Language& l, const OpenDiagram& host, const OpenDiagram& left, const F& f) {
  const SignaturePtr s = l.signature();
  const GeneratorId hole = *s->find_generator(Symbol("hole"));
  const std::size_t ins = left.inputs().size(), outs = left.outputs().size();
  std::vector<std::uint32_t> boxes;
  for (std::uint32_t b = 0; b < host.box_bound(); ++b) boxes.push_back(b);
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << boxes.size()); ++chosen) {
    std::vector<bool> cut(boxes.size(), false);
    std::size_t count = 0;
    for (std::size_t b = 0; b < boxes.size(); ++b) count += (cut[b] = chosen >> b & 1);
    if (count != left.boxes()) continue;
    // Wires that stay, and consumers that stay with the wires they may read.
    std::vector<std::uint32_t> wires;
    const auto gone = [&](NodeId n) {
      const BoxId b = host.producer(n).box;
      return b != boundary && cut[b.id];
    };
    for (std::uint32_t n = 0; n < host.node_bound(); ++n)
      if (!gone({n})) wires.push_back(n);
    std::vector<Port> consumers;
    for (std::uint32_t n = 0; n < host.node_bound(); ++n)
      for (Port p : host.consumers({n}))
        if (p.box == boundary || !cut[p.box.id]) consumers.push_back(p);
    // Mixed-radix counting: sources of the hole, then for each consumer an output of the hole, or its old wire.
    std::vector<std::size_t> radix(ins, wires.size()), digit;
    for (Port p : consumers) radix.push_back(outs + (gone(host.read_by(p)) ? 0 : 1));
    if (std::ranges::find(radix, 0u) != radix.end()) continue;
    digit.assign(radix.size(), 0);
    while (true) {
      OpenDiagram c(s);
      std::vector<NodeId> node(host.node_bound(), no_node), targets;
      for (std::uint32_t n : wires) node[n] = c.add_node(l.object());
      for (std::size_t k = 0; k < outs; ++k) targets.push_back(c.add_node(l.object()));
      const auto reads = [&](Port p) {
        const auto i = static_cast<std::size_t>(std::ranges::find(consumers, p) - consumers.begin());
        const std::size_t choice = digit[ins + i];
        return choice < outs ? targets[choice] : node[host.read_by(p).id];
      };
      std::vector<NodeId> sources;
      for (std::size_t i = 0; i < ins; ++i) sources.push_back(node[wires[digit[i]]]);
      c.add_box(hole, sources, targets);
      for (std::uint32_t b : boxes) {
        if (cut[b]) continue;
        std::vector<NodeId> from, to;
        for (std::uint32_t i = 0; i < host.sources({b}).size(); ++i) from.push_back(reads({{b}, i}));
        for (NodeId n : host.targets({b})) to.push_back(node[n.id]);
        c.add_box(host.generator({b}), from, to);
      }
      std::vector<NodeId> inputs, outputs;
      for (NodeId n : host.inputs()) inputs.push_back(node[n.id]);
      for (std::uint32_t i = 0; i < host.outputs().size(); ++i) outputs.push_back(reads({boundary, i}));
      c.set_inputs(inputs);
      c.set_outputs(outputs);
      if (invalidity(c).empty()) f(c, hole);
      std::size_t i = 0;
      while (i < digit.size() && ++digit[i] == radix[i]) digit[i++] = 0;
      if (i == digit.size()) break;
    }
  }
}

std::vector<OpenDiagram> results_by_definition(const Language& l, const OpenDiagram& host, const Rule& r) {
  std::vector<OpenDiagram> all;
  each_context(l, host, r.left(), [&](const OpenDiagram& c, GeneratorId hole) {
    if (!isomorphic(over(l.signature(), c, &r.left(), hole), host)) return;
    OpenDiagram d = over(l.signature(), c, &r.right(), hole);
    if (!contains(all, d, isomorphic)) all.push_back(std::move(d));
  });
  return all;
}

}  // namespace

TEST_CASE("a match is convex: f * g fires neither on f ; k ; g nor on f ; g") {
  for (auto structure : {Structure::symmetric, Structure::comonoid, Structure::markov}) {
    const Language l(structure, {{"f", 1, 1}, {"g", 1, 1}, {"k", 1, 1}, {"h", 2, 2}});
    const Rule r = rule(l("f") * l("g"), l("h"));
    CHECK(redexes(l("f") >> l("k") >> l("g"), r).empty());
    CHECK(redexes(l("f") >> l("g"), r).empty());
    CHECK(redexes((l("f") >> l("k")) * (l("k") >> l("g")), r).size() == 1);
    CHECK(redexes(l("f") * l("g"), r).size() == 1);
    const OpenDiagram host = l("f") >> l("k") >> l("g");
    Placement p;
    p.boxes = {BoxId{0}, BoxId{2}};
    for (NodeId n : {host.sources({0})[0], host.targets({0})[0], host.sources({2})[0], host.targets({2})[0]})
      p.nodes.push_back(n);
    // Placed as the rule numbers its wires: inputs of f and g first.
    std::vector<NodeId> nodes(r.left().nodes());
    for (std::uint32_t b = 0; b < 2; ++b) {
      nodes[r.left().sources({b})[0].id] = host.sources(p.boxes[b])[0];
      nodes[r.left().targets({b})[0].id] = host.targets(p.boxes[b])[0];
    }
    p.nodes = nodes;
    CHECK_THAT(refusal(host, r, p), Catch::Contains("not convex"));
  }
}

TEST_CASE("an identity wire in a left side splits its node") {
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"g", 1, 1}, {"h", 2, 2}, {"n", 1, 1}});
  // The identity may be any wire that is parallel to f.
  const Rule beside = rule(l("f") * l.id(), l("h"));
  const OpenDiagram host = l("f") * (l("g") >> l("g"));
  const auto found = results(host, beside);
  CHECK(found.size() == 3);
  CHECK(contains(found, l("h") >> (l.id() * (l("g") >> l("g"))), isomorphic));
  CHECK(contains(found, (l.id() * l("g")) >> l("h") >> (l.id() * l("g")), isomorphic));
  CHECK(contains(found, (l.id() * (l("g") >> l("g"))) >> l("h"), isomorphic));
  // id => n ; n inserts on each wire, the split node being both ends.
  const Rule insert = rule(l.id(), l("n") >> l("n"));
  const auto inserted = results(l("f") >> l("g"), insert);
  CHECK(inserted.size() == 3);
  CHECK(contains(inserted, l("f") >> l("n") >> l("n") >> l("g"), isomorphic));
  // Two identity wires are never one after the other.
  CHECK(redexes(l.id(), rule(l.id(2), l.swap())).empty());
  CHECK(results(l.id(2), rule(l.id(2), l.swap())).size() == 1);
  CHECK(isomorphic(results(l.id(2), rule(l.id(2), l.swap()))[0], l.swap()));
}

TEST_CASE("right sides may be wires, and scalars match anywhere") {
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"s", 0, 0}, {"t", 0, 0}});
  const Rule cancel = rule(l("f") >> l("f"), l.id());
  CHECK(isomorphic(results(l("f") >> l("f"), cancel).at(0), l.id()));
  CHECK(isomorphic(results(l("f") >> l("f") >> l("f"), cancel).at(0), l("f")));
  CHECK(isomorphic(results(l("f") * l("s"), rule(l("s"), l("t"))).at(0), l("f") * l("t")));
  CHECK(isomorphic(results(l("f"), rule(l.id(0), l("t"))).at(0), l("f") * l("t")));
}

TEST_CASE("the context of a copy is not unique: all splits of the consumers are found") {
  const Language l(Structure::comonoid, {{"a", 1, 1}, {"b", 1, 1}, {"f", 1, 1}, {"g", 1, 1}, {"hole", 1, 2}});
  // Fan-out 3 into a, b and an output. copy -> f * g on it: each consumer stays, or reads the first or the second leg.
  const OpenDiagram host = l.copy() >> (l.copy() * l.id()) >> (l("a") * l("b") * l.id());
  const Rule r = rule(l.copy(), l.copy() >> (l("f") * l("g")));
  std::size_t on_the_fan = 0;
  for (const Redex& x : redexes(host, r)) on_the_fan += x.placement.nodes[0] == host.inputs()[0];
  CHECK(on_the_fan == 27);
  const auto found = results(host, r), expected = results_by_definition(l, host, r);
  CHECK(found.size() == expected.size());
  for (const OpenDiagram& d : expected) CHECK(contains(found, d, isomorphic));
}

TEST_CASE("inner wires are not read from outside, unless a deterministic box can be split") {
  for (bool deterministic : {false, true}) {
    const Language l(Structure::markov, {{"f", 1, 1, deterministic}, {"g", 1, 1}, {"h", 1, 1}});
    const Rule r = rule(l("f") >> l("g"), l("h"));
    const OpenDiagram host = l("f") >> l.copy() >> (l("g") * l.id());
    const auto found = redexes(host, r);
    REQUIRE(found.size() == (deterministic ? 1 : 0));
    if (deterministic) CHECK(equal(rewritten(host, r, found[0]), l.copy() >> (l("h") * l("f"))));
    // A box is never used twice, unless it may be.
    const Rule both = rule(l("f") * l("f"), l("g") * l("g"));
    CHECK(redexes(l("f"), both).empty() == !deterministic);
  }
  const Language l(Structure::comonoid, {{"f", 1, 1}, {"g", 1, 1}, {"h", 1, 1}});
  CHECK(redexes(l("f") >> l.copy() >> (l("g") * l.id()), rule(l("f") >> l("g"), l("h"))).empty());
}

TEST_CASE("in a cartesian theory a side matches as a term, even where an input depends on an output") {
  const Language l(Structure::cartesian, {{"f", 1, 1}, {"g", 1, 1}, {"h", 2, 2}});
  const Rule r = rule(l("f") * l("g"), l("h"));
  const OpenDiagram host = l("f") >> l("g");
  const auto found = redexes(host, r);
  REQUIRE_FALSE(found.empty());
  const OpenDiagram expected = l.copy() >> (l.id() * l("f")) >> l("h") >> (l.drop() * l.id());
  for (const Redex& x : found) CHECK(equal(rewritten(host, r, x), expected));
}

TEST_CASE("a placement that is no legal match is refused with the reason") {
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"h", 2, 2}, {"e", 1, 0}});
  const OpenDiagram one = l("f") * l.id();
  const Rule two = rule(l("f") * l("f"), l("h"));
  const auto image = [&](std::uint32_t in, std::uint32_t out, std::vector<BoxId> boxes, std::vector<Exit> exits = {}) {
    Placement p{std::vector<NodeId>(two.left().nodes()), std::move(boxes), std::move(exits)};
    for (std::uint32_t b = 0; b < 2; ++b) {
      p.nodes[two.left().sources({b})[0].id] = {in};
      p.nodes[two.left().targets({b})[0].id] = {out};
    }
    return p;
  };
  const std::uint32_t in = one.sources({0})[0].id, out = one.targets({0})[0].id;
  CHECK_THAT(refusal(one, two, image(in, out, {BoxId{0}, BoxId{0}})), Catch::Contains("two boxes are placed on one"));
  CHECK_THAT(refusal(one, two, image(in, out, {BoxId{0}, BoxId{1}})), Catch::Contains("none of its generator"));
  CHECK_THAT(refusal(one, two, image(out, in, {BoxId{0}, BoxId{0}})), Catch::Contains("does not lie where"));
  CHECK_THAT(refusal(one, two, image(in, 99, {BoxId{0}, BoxId{0}})), Catch::Contains("none of its object"));
  CHECK_THAT(refusal(one, two, image(in, out, {BoxId{0}})), Catch::Contains("every wire and box"));
  const Rule wires = rule(l.id(2), l.swap());
  CHECK_THAT(refusal(one, wires, {{NodeId{in}, NodeId{in}}, {}, {}}),
             Catch::Contains("two inputs are placed on one wire"));
  const Rule wire = rule(l.id(), l("f"));
  const Exit exit{{BoxId{0}, 0}, 0}, staying{{BoxId{0}, 0}, stays};
  CHECK(refusal(one, wire, {{NodeId{in}}, {}, {exit}}) == "");
  CHECK_THAT(refusal(one, wire, {{NodeId{in}}, {}, {staying}}), Catch::Contains("does not have"));
  CHECK_THAT(refusal(one, wire, {{NodeId{in}}, {}, {{exit.consumer, 1}}}), Catch::Contains("does not have"));
  CHECK_THAT(refusal(one, wire, {{NodeId{in}}, {}, {exit, exit}}), Catch::Contains("two exits"));
  CHECK_THAT(refusal(one, wire, {{NodeId{out}}, {}, {exit}}), Catch::Contains("does not read an output"));
  const Language other(Structure::symmetric, {{"f", 1, 1}});
  CHECK_THAT(refusal(other("f"), wire, {{NodeId{0}}, {}, {}}), Catch::Contains("another theory"));
}

TEST_CASE("one-way rules are not read backwards, and stale matches are refused") {
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"g", 1, 1}});
  const Rule r(Symbol("r"), l("f"), l("g"), false);
  CHECK(redexes(l("f"), r).size() == 1);
  CHECK(redexes(l("g"), r, Direction::backward).empty());
  OpenDiagram host = l("f") >> l("f");
  const auto found = redexes(host, r);
  REQUIRE(found.size() == 2);
  rewrite(host, *found[0].match);
  CHECK_THROWS_AS(rewrite(host, *found[1].match), std::logic_error);
}

namespace {

// Placements that are changed at random are refused, or lead to a result that the definition allows.
void forge(Random& random, const OpenDiagram& host, const Rule& r, const std::vector<OpenDiagram>& allowed) {
  for (const Redex& x : redexes(host, r))
    for (int i = 0; i < 10; ++i) {
      Placement p = x.placement;
      for (std::size_t changes = 1 + below(random, 2); changes > 0; --changes) {
        const std::size_t what = below(random, 4);
        if (what == 0 && !p.nodes.empty())
          p.nodes[below(random, p.nodes.size())] = {static_cast<std::uint32_t>(below(random, host.node_bound() + 1))};
        else if (what == 1 && !p.boxes.empty())
          p.boxes[below(random, p.boxes.size())] = {static_cast<std::uint32_t>(below(random, host.box_bound() + 1))};
        else if (what == 2 && !p.exits.empty())
          p.exits.erase(p.exits.begin());
        else
          p.exits.push_back({{below(random, 2) ? boundary : BoxId{static_cast<std::uint32_t>(below(random, 4))},
                              static_cast<std::uint32_t>(below(random, 2))},
                             below(random, 3) ? static_cast<std::uint32_t>(below(random, 2)) : stays});
      }
      const auto m = Match::make(host, r, Direction::forward, p);
      if (!m) continue;
      OpenDiagram d = host;
      rewrite(d, *m);
      REQUIRE(invalidity(d) == "");
      REQUIRE(contains(allowed, d, isomorphic));
    }
}

}  // namespace

TEST_CASE("the results of matching are those of the definition, for every structure") {
  struct Side {
    std::size_t boxes, inputs;
  };
  Random random(7);
  for (auto structure : {Structure::symmetric, Structure::comonoid, Structure::markov}) {
    std::size_t matched = 0;
    for (int round = 0; round < (structure == Structure::symmetric ? 400 : 120); ++round) {
      const std::initializer_list<testing::Box> boxes = {{"f", 1, 1}, {"m", 2, 1}, {"c", 1, 2}};
      const Language plain(structure, boxes);
      const OpenDiagram left0 = random_diagram(random, plain, below(random, 3), 1 + below(random, 2));
      if (left0.outputs().size() > 2) continue;
      // The language again, with a hole of the type of the left side.
      const Language l(structure, {{"f", 1, 1},
                                   {"m", 2, 1},
                                   {"c", 1, 2},
                                   {"hole", left0.inputs().size(), left0.outputs().size()},
                                   {"new", left0.inputs().size(), left0.outputs().size()}});
      const OpenDiagram left = over(l.signature(), left0, nullptr, {99});
      // Wires of the right side may be those of the left, so that what reads them stays apart.
      const Rule r = rule(left, l("new"));
      OpenDiagram host0 = random_diagram(random, plain, 1 + below(random, 4), 1 + below(random, 2));
      if (below(random, 2) == 0 && left0.inputs().size() == host0.outputs().size()) host0 = compose(host0, left0);
      if (host0.boxes() > 4) continue;
      std::size_t consumers = host0.outputs().size();
      for (std::uint32_t b = 0; b < host0.box_bound(); ++b) consumers += host0.sources({b}).size();
      if (consumers > 7) continue;
      const OpenDiagram host = over(l.signature(), renumbered(host0), nullptr, {99});
      const auto found = results(host, r), expected = results_by_definition(l, host, r);
      matched += expected.size();
      REQUIRE(found.size() == expected.size());
      for (const OpenDiagram& d : expected) REQUIRE(contains(found, d, isomorphic));
      forge(random, host, r, expected);
    }
    CHECK(matched > 100);
  }
}

TEST_CASE("a placement is convex iff one opaque box in its place leaves no cycle") {
  // Stated for the matcher: placements that are injective morphisms are accepted iff the quotient is acyclic.
  Random random(11);
  const Language l(Structure::symmetric, {{"f", 1, 1}, {"g", 1, 1}, {"m", 2, 1}, {"c", 1, 2}});
  std::size_t convex = 0, not_convex = 0;
  for (int round = 0; round < 2000; ++round) {
    const OpenDiagram host = random_diagram(random, l, 8, 3);
    if (host.boxes() < 2) continue;
    // A random set of boxes, cut out as a rule.
    std::vector<bool> in(host.box_bound(), false);
    for (std::size_t i = 0; i < 3; ++i) in[below(random, in.size())] = true;
    OpenDiagram cut(l.signature());
    std::vector<NodeId> node(host.node_bound(), no_node), inputs, outputs;
    Placement p;
    const auto add = [&](NodeId n) {
      if (node[n.id] != no_node) return;
      node[n.id] = cut.add_node(l.object());
      p.nodes.push_back(n);
      const BoxId from = host.producer(n).box, to = (*host.consumers(n).begin()).box;
      if (from == boundary || !in[from.id]) inputs.push_back(node[n.id]);
      if (to == boundary || !in[to.id]) outputs.push_back(node[n.id]);
    };
    for (std::uint32_t b = 0; b < host.box_bound(); ++b) {
      if (!in[b]) continue;
      std::vector<NodeId> sources, targets;
      for (NodeId n : host.sources({b})) add(n), sources.push_back(node[n.id]);
      for (NodeId n : host.targets({b})) add(n), targets.push_back(node[n.id]);
      cut.add_box(host.generator({b}), sources, targets);
      p.boxes.push_back({b});
    }
    cut.set_inputs(inputs);
    cut.set_outputs(outputs);
    if (inputs.empty() || outputs.empty()) continue;
    // The quotient: boxes of the set become one. Acyclic by repeatedly removing boxes without predecessors.
    std::vector<std::vector<std::uint32_t>> next(host.box_bound() + 1);
    std::vector<std::size_t> waits(host.box_bound() + 1, 0);
    const auto name = [&](std::uint32_t b) { return in[b] ? host.box_bound() : b; };
    for (std::uint32_t n = 0; n < host.node_bound(); ++n) {
      const BoxId from = host.producer({n}).box, to = (*host.consumers({n}).begin()).box;
      if (from == boundary || to == boundary || (in[from.id] && in[to.id])) continue;
      next[name(from.id)].push_back(name(to.id));
      ++waits[name(to.id)];
    }
    std::vector<std::uint32_t> ready;
    std::size_t removed = 0;
    for (std::uint32_t b = 0; b < waits.size(); ++b)
      if (waits[b] == 0) ready.push_back(b);
    while (!ready.empty()) {
      const std::uint32_t b = ready.back();
      ready.pop_back();
      ++removed;
      for (std::uint32_t c : next[b])
        if (--waits[c] == 0) ready.push_back(c);
    }
    const bool acyclic = removed == waits.size();
    (acyclic ? convex : not_convex) += 1;
    REQUIRE((refusal(host, rule(cut, cut), p) == "") == acyclic);
  }
  CHECK(convex > 200);
  CHECK(not_convex > 200);
}

TEST_CASE("matching as a term finds every morphism, for sides with one output of a cartesian theory") {
  Random random(13);
  const Language l(Structure::cartesian, {{"f", 1, 1}, {"m", 2, 1}, {"c", 1, 2}, {"k1", 1, 1}, {"k2", 2, 1}});
  const auto same = [](const OpenDiagram& a, const OpenDiagram& b) { return equal(a, b); };
  std::size_t matched = 0;
  for (int round = 0; round < 6000; ++round) {
    const std::size_t ins = 1 + below(random, 2);
    OpenDiagram left = random_diagram(random, l, 1 + below(random, 2), ins);
    normalise(left);
    bool fresh = left.outputs().size() == 1 && left.boxes() > 0;
    for (GeneratorId g : {GeneratorId{3}, GeneratorId{4}}) fresh = fresh && left.occurrence_count(g) == 0;
    for (NodeId n : left.inputs()) fresh = fresh && left.consumer_count(n) > 0;
    if (!fresh || left.producer(left.outputs()[0]).box == boundary) continue;
    const Rule r = rule(left, l(ins == 1 ? "k1" : "k2"));
    OpenDiagram host = random_diagram(random, l, 8, 2);
    normalise(host);
    if (host.nodes() > 10) continue;
    host = renumbered(host);
    // All maps of wires; the images of boxes follow, in the hash-consed host.
    std::vector<OpenDiagram> expected;
    const OpenDiagram& side = r.left();
    std::vector<std::uint32_t> image(side.nodes(), 0);
    while (host.nodes() > 0) {
      bool morphism = true;
      for (std::uint32_t b = 0; b < side.box_bound() && morphism; ++b) {
        const auto lies = [&](BoxId at) {
          for (std::size_t i = 0; i < side.sources({b}).size(); ++i)
            if (image[side.sources({b})[i].id] != host.sources(at)[i].id) return false;
          for (std::size_t i = 0; i < side.targets({b}).size(); ++i)
            if (image[side.targets({b})[i].id] != host.targets(at)[i].id) return false;
          return true;
        };
        morphism = false;
        for (BoxId at : host.occurrences(side.generator({b}))) morphism = morphism || lies(at);
      }
      if (morphism) {
        // Add the right side and let it be read instead of the old output.
        OpenDiagram d = host;
        std::vector<NodeId> sources;
        for (NodeId n : side.inputs()) sources.push_back({image[n.id]});
        const NodeId to = d.add_node(l.object()), from{image[side.outputs()[0].id]};
        d.add_box({ins == 1 ? 3u : 4u}, sources, std::vector{to});
        std::vector<Port> readers;
        for (Port p : host.consumers(from)) readers.push_back(p);
        for (Port p : readers) d.reconnect(p, to);
        REQUIRE(invalidity(d) == "");
        if (!contains(expected, d, same)) expected.push_back(d);
      }
      std::size_t i = 0;
      while (i < image.size() && ++image[i] == host.nodes()) image[i++] = 0;
      if (i == image.size()) break;
    }
    matched += expected.size();
    std::vector<OpenDiagram> found;
    for (const Redex& x : redexes(host, r)) {
      OpenDiagram d = rewritten(host, r, x);
      if (!contains(found, d, same)) found.push_back(std::move(d));
    }
    REQUIRE(found.size() == expected.size());
    for (const OpenDiagram& d : expected) REQUIRE(contains(found, d, same));
  }
  CHECK(matched > 100);
}
