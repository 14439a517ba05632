#pragma once
// Random small diagrams with many symmetries (one size for all axes, few operators, random draws), copies of them with
// every number permuted, and one-place mutants. For tests that compare a search with the trial of all bijections.
#include <algorithm>
#include <random>

#include "diagram/diagram.hpp"

namespace skein::testing {

using Random = std::mt19937;

inline std::uint32_t below(Random& random, std::size_t n) { return static_cast<std::uint32_t>(random() % n); }

template <class T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[below(random, from.size())];
}

inline std::vector<std::uint32_t> permutation(Random& random, std::size_t n) {
  std::vector<std::uint32_t> p(n);
  for (std::uint32_t i = 0; i < n; ++i) p[i] = i;
  std::shuffle(p.begin(), p.end(), random);
  return p;
}

inline Diagram random_diagram(Random& random, std::size_t steps) {
  DiagramBuilder b;
  const Axis axis{size_variable(Symbol("n")), Symbol("n")};
  const std::vector<Index> pool{b.fresh(axis), b.fresh(axis), b.fresh(axis)};
  std::vector<InputPort> ports{{Symbol("x"), {axis}}, {Symbol("A"), {axis, axis}}, {Symbol("w"), {axis}}};
  ports[2].role = Role::weight;
  auto renamed = [&](const Ref& r) {
    const std::vector<std::uint32_t> p = permutation(random, pool.size());
    Ref out = r;
    for (std::size_t s = 0; s < out.at.size(); ++s) out.at[s] = pool[p[s]];
    return out;
  };
  std::vector<Ref> made;
  for (const InputPort& p : ports)
    if (below(random, 3) > 0 || made.empty()) made.push_back(renamed(b.input(p.name, p.axes)));
  auto some = [&] { return renamed(below(random, 2) ? made.back() : pick(random, made)); };
  for (std::size_t k = 0; k < steps; ++k) {
    const Ref r = some();
    switch (below(random, 7)) {
      case 0: made.push_back(b.add(Op::add, {r, some()})); break;
      case 1: made.push_back(b.add(Op::mul, {r, some(), some()})); break;
      case 2: made.push_back(b.add(Op::exp, {r})); break;
      case 3: made.push_back(b.opaque(Symbol("draw"), {r}, false)); break;
      case 4: made.push_back(b.reduce(Op::add, {pool[0], pool[1]}, r)); break;
      case 5:
        made.push_back(b.read(r, {{pool[1], index_variable(pool[0])}, {pool[2], index_variable(pool[0])}}));
        break;
      case 6: made.push_back(b.cases({index_variable(pool[0]) - index_variable(pool[1])}, r, some())); break;
    }
  }
  const Ref last = made.back();
  std::vector<Output> outputs{{Symbol("out"), last.at, last}};
  return freeze(b, Symbol("random"), {}, ports, outputs);
}

struct Arrays {
  std::vector<InputPort> inputs;
  std::vector<OutputPort> outputs;
  std::vector<Box> boxes;

  explicit Arrays(const Diagram& d) : inputs(d.inputs()), outputs(d.outputs()), boxes(d.boxes()) {}
  Diagram diagram() const { return Diagram::from_arrays(Symbol("random"), {}, inputs, outputs, boxes); }
};

// An isomorphic copy: boxes in another topological order, free and bound indices, unordered inputs and noise
// renumbered.
inline Diagram shuffled(Random& random, const Diagram& d) {
  const std::size_t n = d.boxes().size();
  std::vector<std::uint32_t> order, number(n, 0xffffffffu);
  while (order.size() < n) {
    std::vector<std::uint32_t> ready;
    for (std::uint32_t w = 0; w < n; ++w)
      if (number[w] == 0xffffffffu && std::all_of(d.boxes()[w].inputs.begin(), d.boxes()[w].inputs.end(),
                                                  [&](const Port& p) { return number[p.wire.id] != 0xffffffffu; }))
        ready.push_back(w);
    const std::uint32_t w = pick(random, ready);
    number[w] = static_cast<std::uint32_t>(order.size());
    order.push_back(w);
  }
  Arrays out(d);
  std::vector<std::vector<std::uint32_t>> local(n);  // old index -> new
  for (std::uint32_t w = 0; w < n; ++w) {
    const Box& box = d.boxes()[w];
    std::vector<std::uint32_t> degree = permutation(random, box.degree.size());
    if (box.op == Op::input) std::sort(degree.begin(), degree.end());
    for (std::uint32_t k : permutation(random, box.bound.size()))
      degree.push_back(k + static_cast<std::uint32_t>(box.degree.size()));
    local[w] = degree;
  }
  const std::uint32_t shift = below(random, 5);
  for (std::uint32_t w = 0; w < n; ++w) {
    const Box& from = d.boxes()[w];
    Box& to = out.boxes[number[w]];
    to = from;
    for (std::uint32_t i = 0; i < local[w].size(); ++i) {
      const std::uint32_t j = local[w][i];
      (j < to.degree.size() ? to.degree[j] : to.bound[j - to.degree.size()]) = from.local(Index{i});
    }
    for (Port& p : to.inputs) {
      std::vector<Index> map = p.map;
      for (std::size_t s = 0; s < map.size(); ++s) map[local[p.wire.id][s]] = Index{local[w][p.map[s].id]};
      p = {WireId{number[p.wire.id]}, map};
    }
    std::vector<IndexExpression> index;
    for (const IndexExpression& e : from.index)
      index.push_back(substitute(e, [&](Index i) { return index_variable(Index{local[w][i.id]}); }));
    to.index = index;
    if (from.op == Op::view)
      for (std::size_t s = 0; s < index.size(); ++s) to.index[local[from.inputs[0].wire.id][s]] = index[s];
    if (info(to.op).unordered) std::shuffle(to.inputs.begin(), to.inputs.end(), random);
    if (!to.deterministic) to.noise = shift + 7 * (10 - from.noise);
  }
  for (OutputPort& o : out.outputs) {
    std::vector<std::uint32_t> map = o.map;
    for (std::size_t s = 0; s < map.size(); ++s) map[local[o.wire.id][s]] = o.map[s];
    o.map = map;
    o.wire = WireId{number[o.wire.id]};
  }
  return out.diagram();
}

// One change in one place; empty where it would not be a diagram any more.
inline std::optional<Diagram> mutant(Random& random, const Diagram& d) {
  Arrays out(d);
  const std::uint32_t w = below(random, out.boxes.size());
  Box& box = out.boxes[w];
  switch (below(random, 6)) {
    case 0:
      if (box.inputs.empty()) return std::nullopt;
      box.inputs[below(random, box.inputs.size())].wire.id = below(random, w);
      break;
    case 1: {
      if (box.inputs.empty()) return std::nullopt;
      Port& p = box.inputs[below(random, box.inputs.size())];
      if (p.map.size() < 2) return std::nullopt;
      std::swap(p.map[0], p.map[1]);
      break;
    }
    case 2: box.op = box.op == Op::add ? Op::mul : box.op == Op::mul ? Op::max : Op::add; break;
    case 3:
      if (box.index.empty()) return std::nullopt;
      box.index[0] += index_constant(1);
      break;
    case 4: box.fold = box.op == Op::reduce ? Op::max : box.fold; break;
    case 5:
      if (box.deterministic) return std::nullopt;
      for (Box& other : out.boxes)
        if (!other.deterministic) other.noise = box.noise;
      break;
  }
  try {
    return out.diagram();
  } catch (const IllTyped&) {
    return std::nullopt;
  }
}

// The definition: try every bijection of boxes, of local indices and of inputs.
inline bool isomorphic_by_trial(const Diagram& left, const Diagram& right) {
  const std::size_t n = left.boxes().size();
  if (n != right.boxes().size()) return false;
  IsomorphismWitness w;
  w.wire.resize(n);
  w.local.resize(n);
  w.inputs.resize(n);
  auto numbers = [](std::size_t size) {
    std::vector<std::uint32_t> v(size);
    for (std::uint32_t i = 0; i < size; ++i) v[i] = i;
    return v;
  };
  auto each_box = [&](auto&& self, std::size_t k) -> bool {
    if (k == n) return is_isomorphism(left, right, w);
    const Box &a = left.boxes()[k], &b = right.box(w.wire[k]);
    if (a.op != b.op || a.inputs.size() != b.inputs.size() || a.degree.size() != b.degree.size() ||
        a.bound.size() != b.bound.size())
      return false;
    for (std::size_t p = 0; p < a.inputs.size() && !info(a.op).unordered; ++p)
      if (w.wire[a.inputs[p].wire.id] != b.inputs[p].wire) return false;
    std::vector<std::uint32_t> local = numbers(a.degree.size() + a.bound.size());
    do {
      w.local[k].clear();
      for (std::uint32_t i : local) w.local[k].push_back(Index{i});
      std::vector<std::uint32_t> inputs = numbers(a.inputs.size());
      do {
        w.inputs[k] = inputs;
        if (self(self, k + 1)) return true;
      } while (std::next_permutation(inputs.begin(), inputs.end()));
    } while (std::next_permutation(local.begin(), local.end()));
    return false;
  };
  std::vector<std::uint32_t> wires = numbers(n);
  do {
    bool plausible = true;
    for (std::size_t k = 0; k < n && plausible; ++k) {
      w.wire[k] = WireId{wires[k]};
      plausible = left.boxes()[k].op == right.boxes()[wires[k]].op;
    }
    if (plausible && each_box(each_box, 0)) return true;
  } while (std::next_permutation(wires.begin(), wires.end()));
  return false;
}

// Few enough bijections to try.
inline bool small(const Diagram& d) {
  double bijections = 1;
  for (const Box& box : d.boxes()) {
    for (std::size_t k = 2; k <= box.degree.size() + box.bound.size(); ++k) bijections *= static_cast<double>(k);
    for (std::size_t k = 2; k <= box.inputs.size(); ++k) bijections *= static_cast<double>(k);
  }
  return d.boxes().size() <= 7 && bijections <= 500;
}

}  // namespace skein::testing
