#include "campaign/stepped.hpp"

#include <algorithm>

#include "verify/recurrence.hpp"

namespace skein {
namespace {

bool draws(const Diagram& d) {
  return std::any_of(d.boxes().begin(), d.boxes().end(), [](const Box& x) { return !x.deterministic; });
}

// The state itself, read after its last step.
Diagram at_end(const Statement& s, const Recurrence& r) {
  DiagramBuilder b;
  const InputPort& p = *s.left.find_input(r.state);
  const Ref all = b.input(p.name, p.axes, p.dtype);
  std::vector<Index> axes = all.at;
  axes.erase(axes.begin() + r.counter);
  return freeze(b, p.name, s.left.sizes(), s.left.inputs(),
                {{Symbol("out"), axes, b.read(all, {{all.at[r.counter], index_size(r.steps)}})}});
}

}  // namespace

std::optional<Statement> last_state(const Statement& s, const std::map<Symbol, Integer>& steps) {
  const std::vector<Recurrence> all = recurrences(s);
  if (all.size() != 1) return std::nullopt;
  const Recurrence& r = all[0];
  const Given &first = s.given[r.first], &next = s.given[r.next];
  if (draws(first.right) || draws(next.right)) return std::nullopt;
  const Diagram end = at_end(s, r);
  Statement out = unrolled({end, end, s.when, s.given}, steps);

  DiagramBuilder b;
  DiagramBuilder::Substitution with;
  for (const auto& [v, n] : steps) with.sizes[v] = Size::constant(n);
  const long count = substitute(r.steps, with.sizes).constant_term().get_si();

  // The state's value at `formals`, right up to the step that was put in last.
  std::vector<Index> formals;
  for (const Axis& a : s.left.find_input(r.state)->axes)
    formals.push_back(b.fresh({substitute(a.size, with.sizes), a.name}));
  // The right side of an equation where its left side reads the state at the formals, the counter at `step`.
  auto value = [&](const Given& g, long step) {
    const Output left = thaw(b, g.left, {{}, with.sizes}).front(), right = thaw(b, g.right, with).front();
    const std::vector<IndexExpression> index = b.open(left.value).index;
    IndexMap where;
    for (std::size_t k = 0; k < right.axes.size(); ++k)
      for (std::size_t axis = 0; axis < index.size(); ++axis)
        for (Index i : free_indices(index[axis]))
          if (i == left.axes[k])
            where[right.axes[k]] = axis == r.counter ? index_constant(step - 1) : index_variable(formals[axis]);
    return b.read(right.value, where);
  };
  Ref state = value(first, 0);
  for (long step = 1; step <= count; ++step) {
    with.inputs[r.state] = {formals, state};
    state = b.cases({index_variable(formals[r.counter]) - index_constant(step)}, value(next, step), state);
  }
  with.inputs[r.state] = {formals, state};
  out.right = freeze(b, end.name, out.left.sizes(), out.left.inputs(), thaw(b, end, with));
  return out;
}

}  // namespace skein
