// Speed of rewriting string diagrams: left combs of multiplications normalised by associativity (chyp: 219 rewrites a
// second at n = 8, falling to 35 at n = 128), replay of such a derivation, and isomorphism of large diagrams.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>

#include "kernel/monoidal_certificate.hpp"
#include "monoidal/algebra.hpp"
#include "monoidal/isomorphism_search.hpp"
#include "monoidal/simplify.hpp"

namespace {

using namespace skein::monoidal;
using skein::Symbol;

struct Magma {
  std::shared_ptr<Signature> signature = std::make_shared<Signature>(Structure::symmetric);
  SortId a = signature->add_sort(Symbol("A"));
  GeneratorId m = signature->add_generator(Symbol("m"), {a, a}, {a});
  RulePtr associativity;

  Magma() {
    const OpenDiagram mul = generator(signature, m), id = identity(signature, {a});
    associativity =
        std::make_shared<Rule>(Symbol("assoc"), compose(tensor(mul, id), mul), compose(tensor(id, mul), mul), true);
  }

  // n multiplications; from the left: ((x0 x1) x2) ..., else x0 (x1 (x2 ...)).
  OpenDiagram comb(std::size_t n, bool from_left) const {
    OpenDiagram d(signature);
    std::vector<NodeId> in;
    for (std::size_t i = 0; i <= n; ++i) in.push_back(d.add_node(a));
    NodeId value = from_left ? in.front() : in.back();
    for (std::size_t i = 1; i <= n; ++i) {
      const NodeId next = d.add_node(a);
      d.add_box(m, from_left ? std::vector{value, in[i]} : std::vector{in[n - i], value}, std::vector{next});
      value = next;
    }
    d.set_inputs(in);
    d.set_outputs(std::vector{value});
    return d;
  }
};

void normalise_left_comb(benchmark::State& state) {
  const Magma t;
  const auto n = static_cast<std::size_t>(state.range(0));
  const OpenDiagram left = t.comb(n, true), right = t.comb(n, false);
  const std::vector<OrientedRule> rules = {{t.associativity, Direction::forward}};
  std::size_t rewrites = 0;
  for (auto _ : state) {
    OpenDiagram d = left;
    rewrites += simplify(d, rules, 1'000'000).rewrites;
    benchmark::DoNotOptimize(d);
  }
  OpenDiagram d = left;
  simplify(d, rules, 1'000'000);
  if (!find_isomorphism(d, right)) state.SkipWithError("the normal form of the left comb is not the right comb");
  state.counters["rewrites/s"] = benchmark::Counter(static_cast<double>(rewrites), benchmark::Counter::kIsRate);
}
BENCHMARK(normalise_left_comb)->RangeMultiplier(2)->Range(8, 4096);

void replay_left_comb(benchmark::State& state) {
  const Magma t;
  const auto n = static_cast<std::size_t>(state.range(0));
  Kernel k({Symbol("magma"), t.signature, {t.associativity}});
  k.open(std::make_shared<Rule>(Symbol("combs"), t.comb(n, true), t.comb(n, false), true));
  OpenDiagram d = k.side(Side::left);
  const std::vector<OrientedRule> rules = {{t.associativity, Direction::forward}};
  for (const Step& s : simplify(d, rules, 1'000'000).steps) k.step(Side::left, s);
  k.conclude(*find_isomorphism(k.side(Side::left), k.side(Side::right)));
  const std::string certificate = write_certificate(k);
  std::size_t steps = 0;
  for (auto _ : state) steps += replay_monoidal(certificate).steps;
  state.counters["steps/s"] = benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate);
}
BENCHMARK(replay_left_comb)->RangeMultiplier(8)->Range(8, 4096);

// A monogamous diagram with f, m and c boxes on `width` wires, numbered in random order if `shuffled`.
OpenDiagram layers(const SignaturePtr& s, SortId a, std::size_t boxes, std::size_t width, bool shuffled) {
  std::mt19937_64 random(1);
  std::vector<std::vector<std::uint32_t>> sources(boxes), targets(boxes);
  std::vector<std::uint32_t> generators(boxes), wires(width), in;
  std::uint32_t next = 0;
  for (auto& w : wires) in.push_back(w = next++);
  for (std::size_t b = 0; b < boxes; ++b) {
    const std::size_t i = random() % wires.size(), j = (i + 1) % wires.size();
    generators[b] = static_cast<std::uint32_t>(random() % 2);
    sources[b] = {wires[i], wires[j]};
    wires[i] = next++, wires[j] = next++;
    targets[b] = {wires[i], wires[j]};
  }
  std::vector<std::uint32_t> wire(next), order(boxes);
  for (std::uint32_t i = 0; i < next; ++i) wire[i] = i;
  for (std::uint32_t i = 0; i < boxes; ++i) order[i] = i;
  std::mt19937_64 other(2);
  if (shuffled) std::shuffle(wire.begin(), wire.end(), other), std::shuffle(order.begin(), order.end(), other);
  OpenDiagram d(s);
  for (std::uint32_t i = 0; i < next; ++i) d.add_node(a);
  const auto renamed = [&](const std::vector<std::uint32_t>& list) {
    std::vector<NodeId> out;
    for (std::uint32_t w : list) out.push_back({wire[w]});
    return out;
  };
  for (std::uint32_t b : order) d.add_box({generators[b]}, renamed(sources[b]), renamed(targets[b]));
  d.set_inputs(renamed(in));
  d.set_outputs(renamed(wires));
  return d;
}

void isomorphism_of_two(benchmark::State& state) {
  const auto s = std::make_shared<Signature>(Structure::symmetric);
  const SortId a = s->add_sort(Symbol("A"));
  s->add_generator(Symbol("f"), {a, a}, {a, a});
  s->add_generator(Symbol("g"), {a, a}, {a, a});
  const auto boxes = static_cast<std::size_t>(state.range(0));
  const OpenDiagram left = layers(s, a, boxes, 100, false), right = layers(s, a, boxes, 100, true);
  for (auto _ : state)
    if (!find_isomorphism(left, right)) state.SkipWithError("no isomorphism was found");
}
BENCHMARK(isomorphism_of_two)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// Copies of one closed part: the boundary determines none of it.
void isomorphism_of_scalars(benchmark::State& state) {
  const auto s = std::make_shared<Signature>(Structure::symmetric);
  const SortId a = s->add_sort(Symbol("A"));
  const GeneratorId u = s->add_generator(Symbol("u"), {}, {a}), e = s->add_generator(Symbol("e"), {a}, {});
  OpenDiagram d(s);
  for (std::int64_t i = 0; i < state.range(0) / 2; ++i) {
    const std::vector wire{d.add_node(a)};
    d.add_box(u, {}, wire);
    d.add_box(e, wire, {});
  }
  d.set_inputs({});
  d.set_outputs({});
  const OpenDiagram other = d;
  for (auto _ : state)
    if (!find_isomorphism(d, other)) state.SkipWithError("no isomorphism was found");
}
BENCHMARK(isomorphism_of_scalars)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
