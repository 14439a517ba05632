// Folds: states that a step changes, one step for each point of an axis. A state becomes an array with an axis of one
// more point, m[0] .. m[|b|], and two equations that define it: m[0] == first and m[b+1] == next.
#include <fmt/format.h>

#include <algorithm>

#include "lang/elaboration.hpp"
#include "lang/lexer.hpp"
#include "lang/printer.hpp"

namespace skein {

Ref Elaboration::add_state(const std::string& name, const std::vector<Axis>& axes, DType dtype) {
  auto taken = [&](Symbol s) {
    return arrays_.count(s.text()) || uses_.count(s.text()) ||
           std::any_of(states_.begin(), states_.end(), [&](const InputPort& p) { return p.name == s; });
  };
  Symbol own(name);
  for (int n = 2; taken(own); ++n) own = Symbol(fmt::format("{}.{}", name, n));
  states_.push_back({own, axes, dtype, Role::state});
  return b_.input(own, axes, dtype);
}

void Elaboration::fold(const StatementSyntax& s, const DefSyntax& def) {
  if (step_) source_.fail(s.place, "a fold inside of a fold", "", "make the inner one a def of its own, and call it");
  const Axis counter = sizes_.axis(s.counter);
  if (s.counter.name.empty())
    source_.fail(s.counter.place, "the steps of a fold need a name", "fold NAME from, or fold NAME:SIZE from");
  // Of a negative number of steps there is no last state, and the equations would say nothing.
  if (!sizes_.context().find_farkas(counter.size))
    source_.fail(s.counter.place, fmt::format("{} steps may be a negative number", to_string(counter.size)), "",
                 fmt::format("say in the header that it is not: where {}", print_nonnegative(counter.size)));
  struct State {
    std::string name, next;
    std::vector<Index> axes;
    Ref first, all;  // all: at [step, axes]
  };
  std::vector<State> states;
  for (std::size_t k = 0; k < s.arrays.size(); ++k) {
    const ArraySyntax& a = s.arrays[k];
    scope_.clear();
    ArrayValue first = definition(a.axes, *s.values[k]);
    std::vector<Axis> axes{{counter.size + size_constant(1), Symbol(s.counter.name)}};
    for (Index i : first.formals) axes.push_back(b_.axis(i));
    const DType dtype = a.dtype == DType::real ? b_.dtype(first.body.wire) : a.dtype;
    const Ref all = add_state(fmt::format("{}@{}", a.name, s.counter.name), axes, dtype);
    states.push_back({a.name, a.name + "'", first.formals, first.body, all});
  }
  // In the body, a name of a state is its value before the step.
  const std::map<std::string, ArrayValue> outside = arrays_;
  const std::map<std::string, UseInstance> uses_outside = uses_;
  scope_.clear();
  const Index step = b_.fresh({counter.size, Symbol(s.counter.name)});
  step_ = step;
  auto at = [&](const State& x, const IndexExpression& e) -> ArrayValue {
    const Ref r = b_.at_fresh(x.all.wire);
    return {{r.at.begin() + 1, r.at.end()}, b_.read(r, {{r.at[0], e}})};
  };
  for (std::size_t k = 0; k < states.size(); ++k)
    define_array(s.arrays[k].place, states[k].name, at(states[k], index_variable(step)));
  std::vector<Output> nothing;
  for (const StatementSyntax& inner : s.body) {
    if (inner.kind == StatementSyntax::Kind::weight || inner.kind == StatementSyntax::Kind::result)
      source_.fail(inner.place, "a fold holds equations and uses only",
                   fmt::format("NAME[axes] = value, or NAME'[axes] = value for a state"),
                   inner.kind == StatementSyntax::Kind::weight
                       ? fmt::format("declare the weight before the fold, with the axis {}", s.counter.name)
                       : "");
    if (inner.kind == StatementSyntax::Kind::equation)
      for (const State& x : states)
        if (inner.arrays[0].name == x.name)
          source_.fail(inner.place, fmt::format("{} is the state before the step, and cannot be set", x.name), "",
                       fmt::format("its value after the step is {}", x.next));
    scope_.clear();
    scope_.push_back({s.counter.name, index_variable(step), counter.size});
    statement(inner, def, nothing);
  }
  step_.reset();
  scope_.clear();
  for (std::size_t k = 0; k < states.size(); ++k) {
    State& x = states[k];
    const ArrayValue* next = outside.count(x.next) ? nullptr : find_array(x.next);
    if (!next)
      source_.fail(s.arrays[k].place, fmt::format("the fold does not say how a step changes {}", x.name),
                   fmt::format("{}[axes] = value, in the body of the fold", x.next));
    if (next->formals.size() != x.axes.size())
      source_.fail(places_.at(x.next),
                   fmt::format("{} has {} axes, but {} has {}", x.next, next->formals.size(), x.name, x.axes.size()));
    for (std::size_t a = 0; a < x.axes.size(); ++a)
      if (!(b_.axis(next->formals[a]).size == b_.axis(x.axes[a]).size))
        source_.fail(places_.at(x.next), fmt::format("axis {} of {} has size {}, but that of {} has {}", a + 1, x.next,
                                                     to_string(b_.axis(next->formals[a]).size), x.name,
                                                     to_string(b_.axis(x.axes[a]).size)));
    if (b_.dtype(next->body.wire) != b_.dtype(x.all.wire) &&
        !(b_.dtype(next->body.wire) == DType::real && b_.dtype(x.all.wire) == DType::ext))
      source_.fail(places_.at(x.next), fmt::format("{} has another type of scalars than {}", x.next, x.name), "",
                   fmt::format("give the type where the state begins: {}[axes]: ext = ...", x.name));
    if (!b_.deterministic(next->body.wire) || !b_.deterministic(x.first.wire))
      source_.fail(s.arrays[k].place, fmt::format("the state {} depends on a random value", x.name),
                   "states without random values");
    auto equation = [&](const ArrayValue& left, std::vector<Index> axes, const std::vector<Index>& formals,
                        const Ref& right) {
      std::map<Index, Index> same;
      for (std::size_t a = 0; a < formals.size(); ++a) same[left.formals[a]] = formals[a];
      axes.insert(axes.end(), formals.begin(), formals.end());
      givens_.push_back({axes, b_.rename(left.body, same), right});
    };
    typed(s.place, [&] {
      equation(at(x, index_constant(0)), {}, x.axes, x.first);
      equation(at(x, index_variable(step) + index_constant(1)), {step}, next->formals, next->body);
    });
  }
  std::map<std::string, ArrayValue> kept;
  if (s.keeps_steps)
    for (const auto& [name, value] : arrays_)
      if (!outside.count(name) &&
          std::none_of(states.begin(), states.end(), [&, &n = name](const State& x) { return x.name == n; })) {
        kept[name] = value;
        kept[name].formals.insert(kept[name].formals.begin(), step);
      }
  // Uses in the body belong to it; their weights stay on the boundary.
  for (const auto& [name, use] : uses_)
    if (!uses_outside.count(name) && !use.applied)
      source_.fail(use.place, fmt::format("{} is never applied, so that its weights have no sizes", name));
  for (const auto& [name, value] : arrays_)
    if (const std::string use = name.substr(0, name.find('.')); uses_.count(use) && !uses_outside.count(use))
      kept[name] = value;
  std::erase_if(uses_, [&](const auto& use) { return !uses_outside.count(use.first); });
  arrays_ = outside;
  arrays_.merge(kept);
  for (const State& x : states) {
    places_.erase(x.name);
    define_array(s.place, x.name, at(x, index_size(counter.size)));
  }
}

void Elaboration::add_states_of(const Definition& def, DiagramBuilder::Substitution& s) {
  if (def.given.empty()) return;
  std::vector<Index> lifted;
  for (const auto& [name, array] : s.inputs)
    for (Index i : array.body.at)
      if (std::find(array.formals.begin(), array.formals.end(), i) == array.formals.end() &&
          std::find(lifted.begin(), lifted.end(), i) == lifted.end())
        lifted.push_back(i);
  for (const InputPort& p : def.diagram.inputs()) {
    if (p.role != Role::state) continue;
    std::vector<Axis> axes;
    for (Index i : lifted) axes.push_back(b_.axis(i));
    for (const Axis& a : p.axes) axes.push_back({substitute(a.size, s.sizes), a.name});
    const Ref all = add_state(p.name.text(), axes, p.dtype);
    std::map<Index, Index> outer;
    for (std::size_t k = 0; k < lifted.size(); ++k) outer[all.at[k]] = lifted[k];
    s.inputs[p.name] = {{all.at.begin() + static_cast<std::ptrdiff_t>(lifted.size()), all.at.end()},
                        b_.rename(all, outer)};
  }
  for (const Given& g : def.given) {
    const Output l = thaw(b_, g.left, s).front(), r = thaw(b_, g.right, s).front();
    std::map<Index, Index> same;
    for (std::size_t k = 0; k < l.axes.size(); ++k) same[r.axes[k]] = l.axes[k];
    std::vector<Index> axes = lifted;
    axes.insert(axes.end(), l.axes.begin(), l.axes.end());
    givens_.push_back({axes, l.value, b_.rename(r.value, same)});
  }
}

std::vector<Given> Elaboration::frozen_givens(Symbol name, const std::vector<InputPort>& ports) const {
  std::vector<Given> out;
  for (const GivenEquation& g : givens_) {
    auto side = [&](const Ref& value) {
      return freeze(b_, name, sizes_.context(), ports, {{Symbol("out"), g.axes, value}});
    };
    out.push_back({side(g.left), side(g.right)});
  }
  return out;
}

}  // namespace skein
