#include "verify/recurrence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace skein {
namespace {

std::set<Symbol> variables_of(const Size& s) {
  std::set<Symbol> out;
  for (const auto& [monomial, c] : s.terms()) out.insert(monomial.begin(), monomial.end());
  return out;
}

// The state that an equation is about: the input that its left side reads, where that has the role of a state.
const InputPort* state_of(const Diagram& left) {
  const Box& view = left.box(left.outputs().at(0).wire);
  if (view.op != Op::view) return nullptr;
  const Box& input = left.box(view.inputs[0].wire);
  if (input.op != Op::input) return nullptr;
  const InputPort* p = left.find_input(input.name);
  return p && p->role == Role::state ? p : nullptr;
}

class Unroller {
 public:
  Unroller(const Statement& s, const std::map<Symbol, Size>& sizes, std::size_t most_boxes) : most_(most_boxes) {
    of_sizes_.sizes = sizes;
    for (const Recurrence& r : recurrences(s)) {
      State& x = states_[r.state];
      x.counter = r.counter;
      const Size steps = substitute(r.steps, sizes);
      if (!steps.is_constant() || steps.constant_term() > most_steps || steps.constant_term() < 0)
        throw std::invalid_argument(fmt::format("{} steps are too many to be unrolled", to_string(steps)));
      x.steps = steps.constant_term().get_si();
      x.first = equation(s.given[r.first]);
      x.next = equation(s.given[r.next]);
    }
  }

  Diagram diagram(const Diagram& d, const SizeContext& context, const std::vector<InputPort>& ports) {
    std::vector<Output> outputs = thaw(b_, d, of_sizes_);
    for (Output& o : outputs) {
      std::vector<IndexExpression> where;
      for (Index i : o.value.at) where.push_back(index_variable(i));
      o.value = at(o.value.wire, where);
    }
    return freeze(b_, d.name, context, ports, outputs);
  }

 private:
  // state[..] == right; the left side reads each axis but the counter at an index of its own.
  struct Equation {
    std::vector<IndexExpression> left;
    Ref right;
  };
  struct State {
    std::uint32_t counter = 0;
    long steps = 0;
    Equation first, next;
  };

  Equation equation(const Given& g) {
    const Output l = thaw(b_, g.left, of_sizes_).front(), r = thaw(b_, g.right, of_sizes_).front();
    std::map<Index, Index> same;
    for (std::size_t k = 0; k < l.axes.size(); ++k) same[r.axes[k]] = l.axes[k];
    return {b_.open(l.value).index, b_.rename(r.value, same)};
  }

  // w read at these, one for each axis, states replaced by their values. A wire is expanded once for all variables that
  // it is read at: bound indices are new wherever a reduction is opened.
  Ref at(WireId w, const std::vector<IndexExpression>& where) {
    std::map<Index, int> uses;
    for (const IndexExpression& e : where)
      for (Index i : free_indices(e)) ++uses[i];
    std::vector<IndexExpression> canonical = where;
    std::map<Index, Index> names;
    for (std::size_t k = 0; k < where.size(); ++k) {
      const std::vector<Index> free = free_indices(where[k]);
      if (free.size() != 1 || uses[free[0]] != 1 || !(where[k] == index_variable(free[0]))) continue;
      const auto [own, fresh] = variables_.emplace(std::tuple(w, k, b_.axis(free[0]).size), Index{});
      if (fresh) own->second = b_.fresh(b_.axis(free[0]));
      // A variable that stands elsewhere keeps its meaning: m[i, j] and m[j, i] are read at once where a step
      // transposes.
      if (own->second != free[0] && uses.count(own->second)) continue;
      canonical[k] = index_variable(own->second);
      names[own->second] = free[0];
    }
    return b_.rename(expanded(w, canonical), names);
  }

  Ref expanded(WireId w, const std::vector<IndexExpression>& where) {
    const auto key = std::pair(w, where);
    if (auto it = memo_.find(key); it != memo_.end()) return it->second;
    if (b_.wire_count() > most_ || depth_ > deepest) throw std::invalid_argument("the unrolled diagram is too large");
    ++depth_;
    const Ref out = made(w, where);
    --depth_;
    memo_.emplace(key, out);
    return out;
  }

  Ref made(WireId w, const std::vector<IndexExpression>& where) {
    const Box x = b_.box(w);
    const Ref whole = b_.at_fresh(w);
    IndexMap map;
    for (std::size_t k = 0; k < where.size(); ++k) map[whole.at[k]] = where[k];
    if (!x.deterministic) return b_.read(drawn(x, whole), map);  // each point has a draw of its own
    if (x.op == Op::input) {
      const auto state = states_.find(x.name);
      if (state == states_.end()) return b_.read(whole, map);
      return where[state->second.counter].is_constant() ? value(state->second, where) : chosen(state->second, where);
    }
    auto image = [&](const IndexExpression& e) {
      return substitute(e, [&](Index i) {
        const auto it = map.find(i);
        return it == map.end() ? index_variable(i) : it->second;
      });
    };
    const DiagramBuilder::Opened o = b_.open(whole);
    std::vector<IndexExpression> index;
    for (const IndexExpression& e : o.index) index.push_back(image(e));
    if (x.op == Op::view) return at(x.inputs[0].wire, index);
    auto read = [&](const Ref& in) {
      std::vector<IndexExpression> there;
      for (Index i : in.at) there.push_back(image(index_variable(i)));
      return at(in.wire, there);
    };
    // The other branch may read a state at a step that it does not have.
    if (x.op == Op::cases)
      if (const auto holds = decided(index)) return read(o.inputs[*holds ? 0 : 1]);
    std::vector<Ref> inputs;
    for (const Ref& in : o.inputs) inputs.push_back(read(in));
    if (inputs.empty() && index.empty()) return whole;
    Box shape = x;
    shape.index = index;
    return b_.make(shape, inputs, o.bound);
  }

  // Whether a guard holds, if that is plain.
  static std::optional<bool> decided(const std::vector<IndexExpression>& guard) {
    bool all = true;
    for (const IndexExpression& e : guard) {
      if (e.is_constant() && e.constant_term() < 0) return false;
      all = all && e.is_constant();
    }
    return all ? std::optional(true) : std::nullopt;
  }

  Ref drawn(const Box& shape, const Ref& whole) {
    std::vector<Ref> inputs;
    for (const Ref& in : b_.open(whole).inputs) {
      std::vector<IndexExpression> there;
      for (Index i : in.at) there.push_back(index_variable(i));
      inputs.push_back(at(in.wire, there));
    }
    return b_.make(shape, inputs, {});
  }

  // The state at a step that an index names: one case for each.
  Ref chosen(const State& x, std::vector<IndexExpression> where) {
    const IndexExpression step = where[x.counter];
    auto at_step = [&](long n) {
      where[x.counter] = index_constant(n);
      return value(x, where);
    };
    Ref out = at_step(x.steps);
    for (long n = x.steps - 1; n >= 0; --n) out = b_.cases({index_constant(n) - step}, at_step(n), out);
    return out;
  }

  Ref value(const State& x, const std::vector<IndexExpression>& where) {
    const Integer step = where[x.counter].constant_term();
    if (step < 0 || step > x.steps) throw std::invalid_argument("a state is read outside of its steps");
    const Equation e = step == 0 ? x.first : x.next;
    IndexMap map;
    for (std::size_t k = 0; k < where.size(); ++k)
      for (Index i : free_indices(e.left[k])) map[i] = k == x.counter ? where[k] - index_constant(1) : where[k];
    std::vector<IndexExpression> there;
    for (Index i : e.right.at) there.push_back(map.at(i));
    return at(e.right.wire, there);
  }

  static constexpr int deepest = 1500;  // calls of at inside each other: some 4 MiB of stack
  static constexpr long most_steps = 100000;

  const std::size_t most_;
  int depth_ = 0;
  DiagramBuilder b_;
  DiagramBuilder::Substitution of_sizes_;
  std::map<Symbol, State> states_;
  std::map<std::pair<WireId, std::vector<IndexExpression>>, Ref> memo_;
  std::map<std::tuple<WireId, std::size_t, Size>, Index> variables_;
};

}  // namespace

std::vector<Recurrence> recurrences(const Statement& s) {
  std::vector<Recurrence> out;
  for (std::size_t k = 0; k + 1 < s.given.size(); k += 2) {
    const InputPort *a = state_of(s.given[k].left), *b = state_of(s.given[k + 1].left);
    if (!a || !b || a->name != b->name) continue;
    const Diagram& first = s.given[k].left;
    const auto& index = first.box(first.outputs()[0].wire).index;
    for (std::uint32_t c = 0; c < index.size(); ++c)
      if (index[c].is_constant()) {
        out.push_back({a->name, c, a->axes[c].size - size_constant(1), k, k + 1});
        break;
      }
  }
  return out;
}

std::vector<std::size_t> hypotheses(const Statement& s) {
  std::set<std::size_t> of_states;
  for (const Recurrence& r : recurrences(s)) of_states.insert({r.first, r.next});
  std::vector<std::size_t> out;
  for (std::size_t n = 0; n < s.given.size(); ++n)
    if (!of_states.count(n)) out.push_back(n);
  return out;
}

std::set<Symbol> step_variables(const Statement& s) {
  std::set<Symbol> out;
  for (const Recurrence& r : recurrences(s)) out.merge(variables_of(r.steps));
  return out;
}

std::vector<std::map<Symbol, Integer>> step_samples(const Statement& s) {
  std::vector<std::map<Symbol, Integer>> out;
  const std::set<Symbol> variables = step_variables(s);
  if (variables.empty()) return {{}};
  // What the sizes assume of the steps alone must hold of them.
  auto admissible = [&](const std::map<Symbol, Integer>& sample) {
    const auto& hypotheses = s.left.sizes().hypotheses;
    return std::all_of(hypotheses.begin(), hypotheses.end(), [&](const Size& h) {
      const auto value = evaluate(h, sample);
      return !value || *value >= 0;
    });
  };
  for (long first : {2L, 3L, 1L, 0L, 4L, 5L, 6L, 8L}) {
    std::map<Symbol, Integer> sample;
    long n = first;
    for (Symbol v : variables) {
      if (n < s.left.sizes().lower_bound(v)) n = 3;
      sample[v] = n, n = n > 3 ? n : n % 3 + 1;
    }
    if (out.size() < 4 && admissible(sample) && std::find(out.begin(), out.end(), sample) == out.end())
      out.push_back(std::move(sample));
  }
  return out;
}

Statement unrolled(const Statement& s, const std::map<Symbol, Integer>& sizes, std::size_t most_boxes) {
  const std::vector<Recurrence> all = recurrences(s);
  if (all.empty()) return s;
  if (!hypotheses(s).empty()) throw std::invalid_argument("it assumes equations that define no states");
  std::map<Symbol, Size> fixed;
  for (Symbol v : step_variables(s)) {
    const auto it = sizes.find(v);
    if (it == sizes.end()) throw std::invalid_argument("the number of steps |" + v.text() + "| has no value");
    fixed[v] = Size::constant(it->second);
  }
  SizeContext context = s.left.sizes();
  for (const auto& [v, n] : fixed) context.lower.erase(v);
  for (Size& h : context.hypotheses) h = substitute(h, fixed);
  std::vector<InputPort> ports;
  for (const InputPort& p : s.left.inputs()) {
    if (p.role == Role::state) continue;
    ports.push_back(p);
    for (Axis& a : ports.back().axes) a.size = substitute(a.size, fixed);
  }
  Unroller u(s, fixed, most_boxes);
  Statement out{u.diagram(s.left, context, ports), u.diagram(s.right, context, ports)};
  for (const Condition& c : s.when) out.when.push_back({c.sign, u.diagram(c.value, context, ports)});
  return out;
}

}  // namespace skein
