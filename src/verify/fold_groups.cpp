#include "verify/fold_groups.hpp"

#include <algorithm>

namespace skein {
namespace {

// Which states the first value of a state or its value after a step reads, and whether only after all steps.
struct Reads {
  std::set<Symbol> states, finished;
};

Reads reads_of(const DiagramBuilder& b, const FoldState& s, const std::vector<FoldState>& states) {
  Reads out;
  std::set<Symbol> running;
  for (WireId w : wires_below(b, {s.first.wire, s.next.wire}))
    for (const FoldState& other : states) {
      const Box& x = b.box(w);
      const auto is_state = [&](WireId v) {
        return b.box(v).op == Op::input && b.box(v).name == other.recurrence.state;
      };
      if (is_state(w)) out.states.insert(other.recurrence.state);
      for (const Port& p : x.inputs)
        if (is_state(p.wire) &&
            (x.op != Op::view || !(x.index.at(other.recurrence.counter) == index_size(other.recurrence.steps))))
          running.insert(other.recurrence.state);
    }
  for (Symbol x : out.states)
    if (!running.count(x)) out.finished.insert(x);
  return out;
}

// Groups by number of steps, and by how many folds over as many steps end before the state begins.
std::vector<FoldGroup> by_steps(const DiagramBuilder& b, std::vector<FoldState> states) {
  std::map<Symbol, Reads> reads;
  std::map<Symbol, Size> steps;
  for (const FoldState& s : states) {
    reads[s.recurrence.state] = reads_of(b, s, states);
    steps.emplace(s.recurrence.state, s.recurrence.steps);
  }
  std::map<Symbol, std::size_t> level;
  bool changed = true;
  for (std::size_t round = 0; changed && round <= states.size(); ++round) {
    changed = false;
    for (const FoldState& s : states) {
      const Symbol name = s.recurrence.state;
      for (Symbol other : reads[name].states) {
        if (other == name || !(steps.at(other) == s.recurrence.steps)) continue;
        const std::size_t least = level[other] + reads[name].finished.count(other);
        if (level[name] < least) level[name] = least, changed = true;
      }
    }
  }
  if (changed) level.clear();  // folds that wait for each other: there is no order
  std::map<std::pair<Symbol, std::size_t>, FoldGroup> groups;
  for (FoldState& s : states) {
    const Symbol n = *s.recurrence.steps.as_atom();
    FoldGroup& g = groups[{n, level[s.recurrence.state]}];
    g.steps = n;
    g.states.push_back(std::move(s));
  }
  std::vector<FoldGroup> out;
  for (auto& [key, g] : groups) out.push_back(std::move(g));
  return out;
}

// Whether some state of the group has an axis for the steps of a fold around it.
bool lifted_over(const DiagramBuilder& b, const FoldGroup& g, Symbol steps) {
  return std::any_of(g.states.begin(), g.states.end(), [&](const FoldState& s) {
    const auto& axes = b.axes(s.any.wire);
    for (std::uint32_t k = 0; k < axes.size(); ++k)
      if (k != s.recurrence.counter && axes[k].size == size_variable(steps)) return true;
    return false;
  });
}

std::size_t written(const FoldGroup& g) {
  std::size_t first = g.states.front().recurrence.first;
  for (const FoldState& s : g.states) first = std::min(first, s.recurrence.first);
  return first;
}

}  // namespace

std::vector<FoldGroup> fold_groups(const DiagramBuilder& b, std::vector<FoldState> states) {
  const std::vector<FoldState> all = states;
  std::vector<FoldGroup> groups = by_steps(b, std::move(states));
  const std::size_t n = groups.size();
  std::map<Symbol, std::size_t> group_of;
  for (std::size_t g = 0; g < n; ++g)
    for (const FoldState& s : groups[g].states) group_of[s.recurrence.state] = g;
  std::vector<std::set<std::size_t>> direct(n);
  for (std::size_t g = 0; g < n; ++g)
    for (const FoldState& s : groups[g].states)
      for (Symbol x : reads_of(b, s, all).states)
        if (group_of.at(x) != g) direct[g].insert(group_of.at(x));
  auto closure = [&](std::size_t from, const std::set<std::size_t>& without) {
    std::set<std::size_t> seen;
    std::vector<std::size_t> stack{from};
    while (!stack.empty()) {
      const std::size_t g = stack.back();
      stack.pop_back();
      for (std::size_t x : direct[g])
        if (!without.count(x) && seen.insert(x).second) stack.push_back(x);
    }
    return seen;
  };
  std::vector<std::set<std::size_t>> all_reads(n), around(n), reads(n);
  for (std::size_t g = 0; g < n; ++g) all_reads[g] = closure(g, {});
  for (std::size_t g = 0; g < n; ++g)
    for (std::size_t o : all_reads[g]) {
      if (o == g || !all_reads[o].count(g) || !lifted_over(b, groups[g], groups[o].steps)) continue;
      // Of layers of steps either may be taken for the inner one: it is the one that is written first.
      if (!lifted_over(b, groups[o], groups[g].steps) || written(groups[g]) < written(groups[o])) around[g].insert(o);
    }
  for (std::size_t g = 0; g < n; ++g) reads[g] = closure(g, around[g]);

  std::vector<std::size_t> order;
  std::vector<bool> placed(n, false);
  while (order.size() < n) {
    auto ready = [&](std::size_t g) {
      return !placed[g] && std::all_of(reads[g].begin(), reads[g].end(), [&](std::size_t x) { return placed[x]; });
    };
    std::size_t next = 0;
    while (next < n && !ready(next)) ++next;
    if (next == n) next = static_cast<std::size_t>(std::find(placed.begin(), placed.end(), false) - placed.begin());
    placed[next] = true;
    order.push_back(next);
  }
  std::vector<std::size_t> position(n);
  for (std::size_t k = 0; k < n; ++k) position[order[k]] = k;
  std::vector<FoldGroup> out;
  for (std::size_t g : order) {
    FoldGroup group = std::move(groups[g]);
    for (std::size_t x : reads[g])
      if (position[x] < out.size()) group.reads.insert(position[x]);
    for (std::size_t x : around[g]) group.around.insert(position[x]);
    out.push_back(std::move(group));
  }
  return out;
}

std::vector<FoldState> fold_states(Kernel& k, const std::vector<Recurrence>& recurrences) {
  DiagramBuilder& b = k.arena();
  std::vector<FoldState> out;
  std::map<Size, Index> points;
  for (const Recurrence& r : recurrences) {
    const Kernel::Assumption first = k.assumptions().at(r.first), next = k.assumptions().at(r.next);
    FoldState s;
    s.recurrence = r;
    const auto index = b.open(next.value).index;
    s.step = free_indices(index.at(r.counter)).at(0);
    s.next = *next.equal_to;
    const Ref all = b.at_fresh(b.box(next.value.wire).inputs[0].wire);
    const auto [point, fresh] = points.emplace(r.steps, Index{});
    if (fresh) point->second = b.fresh(b.axis(all.at[r.counter]));
    s.point = point->second;
    auto at = [&](const IndexExpression& counter) {
      IndexMap map;
      for (std::uint32_t i = 0; i < index.size(); ++i) map[all.at[i]] = i == r.counter ? counter : index[i];
      return b.read(all, map);
    };
    s.before = at(index_variable(s.step));
    s.last = at(index_size(r.steps));
    s.any = at(index_variable(s.point));
    // The first value at the indices of the others.
    const auto first_index = b.open(first.value).index;
    std::map<Index, Index> same;
    for (std::uint32_t i = 0; i < index.size(); ++i)
      if (i != r.counter) same[free_indices(first_index[i]).at(0)] = free_indices(index[i]).at(0);
    s.first = b.rename(*first.equal_to, same);
    out.push_back(std::move(s));
  }
  return out;
}

// Whether a term reads one of the states elsewhere than after all steps.
bool reads_between(const DiagramBuilder& b, const std::vector<WireId>& roots, const std::vector<FoldState>& states) {
  for (WireId w : wires_below(b, roots)) {
    const Box& x = b.box(w);
    auto between = [&](const Port& p) {
      const Box& state = b.box(p.wire);
      return std::any_of(states.begin(), states.end(), [&](const FoldState& s) {
        if (state.op != Op::input || state.name != s.recurrence.state) return false;
        return x.op != Op::view || !(x.index.at(s.recurrence.counter) == index_size(s.recurrence.steps));
      });
    };
    if (std::any_of(x.inputs.begin(), x.inputs.end(), between)) return true;
  }
  return false;
}

std::set<Symbol> states_below(const DiagramBuilder& b, const std::vector<Ref>& roots,
                              const std::vector<FoldState>& states) {
  std::set<Symbol> names;
  std::set<WireId> seen;
  std::vector<WireId> stack;
  for (const Ref& r : roots) stack.push_back(r.wire);
  while (!stack.empty()) {
    const WireId w = stack.back();
    stack.pop_back();
    if (!seen.insert(w).second) continue;
    const Box& x = b.box(w);
    for (const Port& p : x.inputs) stack.push_back(p.wire);
    if (x.op != Op::input) continue;
    for (const FoldState& s : states)
      if (s.recurrence.state == x.name && names.insert(x.name).second)
        stack.push_back(s.first.wire), stack.push_back(s.next.wire);
  }
  return names;
}

}  // namespace skein
