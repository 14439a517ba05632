// Saturation: egg's rules and start terms `math` (nothing has slots), and array programs with binders (everything has).
// What is counted as egg counts it: different nodes in the e-graph at the end, over the time of search, application and
// rebuilding; building the start terms and freeing the graph are not timed. Numbers are folded exactly, where egg folds
// doubles.
#include <benchmark/benchmark.h>

#include "../tests/rewrite/math_language.hpp"

using namespace skein::egraph;

namespace {

void report(benchmark::State& state, double nodes, double classes) {
  state.counters["nodes"] = nodes;
  state.counters["classes"] = classes;
  state.counters["nodes/s"] = benchmark::Counter(nodes, benchmark::Counter::kIsIterationInvariantRate);
}

// rounds, proofs
void math_simple(benchmark::State& state) {
  double nodes = 0, classes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto m = std::make_unique<Math>(state.range(1) != 0);
    for (const char* t : Math::start_terms) m->add(t);
    const SaturationLimits limits{
        .iterations = static_cast<std::size_t>(state.range(0)), .nodes = 10'000'000, .scheduler = Scheduler::simple};
    state.ResumeTiming();
    saturate(m->graph, m->rules, limits);
    state.PauseTiming();
    nodes = static_cast<double>(m->graph.node_count()), classes = static_cast<double>(m->graph.class_count());
    m.reset();
    state.ResumeTiming();
  }
  report(state, nodes, classes);
}
BENCHMARK(math_simple)->ArgNames({"rounds", "proofs"})->ArgsProduct({{6, 7}, {0, 1}})->Unit(benchmark::kMillisecond);

void math_back_off(benchmark::State& state) {
  double nodes = 0, classes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto m = std::make_unique<Math>(state.range(0) != 0);
    for (const char* t : Math::start_terms) m->add(t);
    const SaturationLimits limits{.iterations = 1000, .nodes = 100'000};
    state.ResumeTiming();
    saturate(m->graph, m->rules, limits);
    state.PauseTiming();
    nodes = static_cast<double>(m->graph.node_count()), classes = static_cast<double>(m->graph.class_count());
    m.reset();
    state.ResumeTiming();
  }
  report(state, nodes, classes);
}
BENCHMARK(math_back_off)->ArgNames({"proofs"})->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// Sums of products over axes: every node has slots, sums bind them.
struct Arrays {
  explicit Arrays(bool proofs) : graph(language, proofs) {
    language.op("sum", {.unordered_binders = true, .binders = 1});
    language.op("map", {.binders = 1});
    const char* lines[][3] = {
        {"commute +", "(+ ?a ?b)", "(+ ?b ?a)"},
        {"commute *", "(* ?a ?b)", "(* ?b ?a)"},
        {"associate +", "(+ ?a (+ ?b ?c))", "(+ (+ ?a ?b) ?c)"},
        {"associate *", "(* ?a (* ?b ?c))", "(* (* ?a ?b) ?c)"},
        {"distribute", "(* ?a (+ ?b ?c))", "(+ (* ?a ?b) (* ?a ?c))"},
        {"factor", "(+ (* ?a ?b) (* ?a ?c))", "(* ?a (+ ?b ?c))"},
        {"sum of sum", "(sum $i:?n (+ ?f[$i] ?g[$i]))", "(+ (sum $i:?n ?f[$i]) (sum $i:?n ?g[$i]))"},
        {"into sum", "(* ?a (sum $i:?n ?f[$i]))", "(sum $i:?n (* ?a ?f[$i]))"},
        {"out of sum", "(sum $i:?n (* ?a ?f[$i]))", "(* ?a (sum $i:?n ?f[$i]))"},
        {"exchange", "(sum $i:?n (sum $j:?m ?f[$i,$j]))", "(sum $j:?m (sum $i:?n ?f[$i,$j]))"},
        {"fuse maps", "(map $i:?n (f ?x[$i]) (map $j:?n (f ?y[$j]) ?a))", "(map $k:?n (f (* ?x[$k] ?y[$k])) ?a)"},
    };
    for (const auto& l : lines) rules.push_back(Rule::read(language, l[0], l[1], l[2]));
    for (const char* t : {
             "(sum $j (* (a $i $j) (sum $k (* (b $j $k) (sum $l (* (c $k $l) (d $l $m)))))))",
             "(sum $j (* (+ (a $i $j) (b $i $j)) (+ (c $j $k) (d $j $k))))",
             "(map $i (f (x $i)) (map $i (f (y $i)) (map $i (f (z $i)) (sum $k (* (x $k) (y $k))))))",
             "(sum $i (sum $j (* (* (q $t $i) (r $s $j)) (* (g $i $j) (h $t)))))",
             "(* (sum $i (* (+ (x $i) (y $i)) (p $t))) (sum $j (* (+ (x $j) (z $j)) (p $s))))",
             "(+ (* (x $i) (+ (x $i) (y $j))) (+ (* (y $j) (z $j)) (sum $k (+ (x $k) (q $k $j)))))",
         }) {
      PatternNames names;
      const Pattern p = read_pattern(language, names, t);
      add_term(graph, p, names);
    }
  }

  Language language;
  EGraph graph;
  std::vector<Rule> rules;
};

// rounds, proofs
void arrays_simple(benchmark::State& state) {
  double nodes = 0, classes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto a = std::make_unique<Arrays>(state.range(1) != 0);
    const SaturationLimits limits{
        .iterations = static_cast<std::size_t>(state.range(0)), .nodes = 10'000'000, .scheduler = Scheduler::simple};
    state.ResumeTiming();
    saturate(a->graph, a->rules, limits);
    state.PauseTiming();
    nodes = static_cast<double>(a->graph.node_count()), classes = static_cast<double>(a->graph.class_count());
    a.reset();
    state.ResumeTiming();
  }
  report(state, nodes, classes);
}
BENCHMARK(arrays_simple)
    ->ArgNames({"rounds", "proofs"})
    ->ArgsProduct({{5, 6, 7}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
