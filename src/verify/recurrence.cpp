#include "verify/recurrence.hpp"

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
    Equation first, next;
  };

  Equation equation(const Given& g) {
    const Output l = thaw(b_, g.left, of_sizes_).front(), r = thaw(b_, g.right, of_sizes_).front();
    std::map<Index, Index> same;
    for (std::size_t k = 0; k < l.axes.size(); ++k) same[r.axes[k]] = l.axes[k];
    return {b_.open(l.value).index, b_.rename(r.value, same)};
  }

  // w read at these, one for each axis, states replaced by their values.
  Ref at(WireId w, const std::vector<IndexExpression>& where) {
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
    if (x.op == Op::input) {
      const auto state = states_.find(x.name);
      if (state == states_.end() || !where[state->second.counter].is_constant()) return b_.read(whole, map);
      return value(state->second, where);
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
    std::vector<Ref> inputs;
    for (const Ref& in : o.inputs) {
      std::vector<IndexExpression> there;
      for (Index i : in.at) there.push_back(image(index_variable(i)));
      inputs.push_back(at(in.wire, there));
    }
    if (inputs.empty() && index.empty()) return whole;
    Box shape = x;
    shape.index = index;
    return b_.make(shape, inputs, o.bound);
  }

  Ref value(const State& x, const std::vector<IndexExpression>& where) {
    const Integer step = where[x.counter].constant_term();
    const Equation e = step == 0 ? x.first : x.next;
    IndexMap map;
    for (std::size_t k = 0; k < where.size(); ++k)
      for (Index i : free_indices(e.left[k]))
        map[i] = k == x.counter ? where[k] - index_constant(1) : where[k];
    std::vector<IndexExpression> there;
    for (Index i : e.right.at) there.push_back(map.at(i));
    return at(e.right.wire, there);
  }

  static constexpr int deepest = 5000;  // calls of at inside each other

  const std::size_t most_;
  int depth_ = 0;
  DiagramBuilder b_;
  DiagramBuilder::Substitution of_sizes_;
  std::map<Symbol, State> states_;
  std::map<std::pair<WireId, std::vector<IndexExpression>>, Ref> memo_;
};

}  // namespace

std::vector<Recurrence> recurrences(const Statement& s) {
  std::vector<Recurrence> out;
  for (std::size_t k = 0; k + 1 < s.given.size(); ++k) {
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

std::set<Symbol> step_variables(const Statement& s) {
  std::set<Symbol> out;
  for (const Recurrence& r : recurrences(s)) out.merge(variables_of(r.steps));
  return out;
}

std::vector<std::map<Symbol, Integer>> step_samples(const Statement& s) {
  std::vector<std::map<Symbol, Integer>> out;
  const std::set<Symbol> variables = step_variables(s);
  for (long first : {2L, 3L, 1L}) {
    std::map<Symbol, Integer> sample;
    long n = first;
    for (Symbol v : variables) sample[v] = n, n = n % 3 + 1;
    out.push_back(std::move(sample));
    if (variables.empty()) break;
  }
  return out;
}

Statement unrolled(const Statement& s, const std::map<Symbol, Integer>& sizes, std::size_t most_boxes) {
  const std::vector<Recurrence> all = recurrences(s);
  if (all.empty()) return s;
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
  for (std::size_t k = 0; k < s.given.size(); ++k)
    if (std::none_of(all.begin(), all.end(), [&](const Recurrence& r) { return r.first == k || r.next == k; }))
      out.given.push_back(
          {u.diagram(s.given[k].left, context, ports), u.diagram(s.given[k].right, context, ports)});
  return out;
}

}  // namespace skein
