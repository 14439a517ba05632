// Definitions: defs with their weights and statements.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lang/elaboration.hpp"
#include "lang/lexer.hpp"

namespace skein {

using Kind = Expression::Kind;

void Elaboration::define_array(Place place, const std::string& name, ArrayValue value) {
  for (const InputPort& p : states_)
    if (p.name.text() == name) source_.fail(place, fmt::format("{} is the name of a state of a fold", name));
  if (arrays_.count(name) || uses_.count(name))
    source_.fail(place, fmt::format("{} is defined already", name), "",
                 places_.count(name) ? fmt::format("its first definition is in line {}", places_.at(name).line) : "");
  arrays_.emplace(name, std::move(value));
  places_.emplace(name, place);
}

void Elaboration::add_parameter(const ArraySyntax& a, Role role, std::vector<InputPort>& ports) {
  InputPort port{Symbol(a.name), {}, a.dtype, role};
  for (const AxisSyntax& axis : a.axes) port.axes.push_back(sizes_.axis(axis));
  const Ref r = b_.input(port.name, port.axes, port.dtype);
  define_array(a.place, a.name, {r.at, r});
  ports.push_back(std::move(port));
}

void Elaboration::add_use(const UseSyntax& syntax) {
  auto def = defs_.find(syntax.def);
  if (def == defs_.end()) {
    std::vector<std::string> names;
    for (const auto& [n, d] : defs_) names.push_back(n);
    source_.fail(syntax.def_place, fmt::format("there is no def {}", syntax.def), "", did_you_mean(syntax.def, names));
  }
  for (const auto& [place, name] : syntax.names) {
    if (arrays_.count(name) || uses_.count(name)) source_.fail(place, fmt::format("{} is defined already", name));
    UseInstance use{def->second, place, {}, false, weights_.size(), step_};
    weights_.emplace_back();
    for (const BracketItem& item : syntax.sizes) {
      const Symbol variable(item.expression->name);
      const auto& all = def->second->size_variables;
      if (!item.expression->plain_name() || !item.size)
        source_.fail(item.expression->place, "the bracket after a used def gives sizes", "NAME:SIZE");
      if (std::find(all.begin(), all.end(), variable) == all.end()) {
        std::vector<std::string> names;
        for (Symbol v : all) names.push_back(v.text());
        source_.fail(item.expression->place, fmt::format("{} has no size |{}|", syntax.def, variable.text()), "",
                     did_you_mean(variable.text(), names));
      }
      use.fixed[variable] = sizes_.size(*item.size);
    }
    uses_.emplace(name, std::move(use));
  }
}

void Elaboration::bind_merged(const AxisSyntax& a, const IndexExpression& value, const Size& size, IndexMap& parts_at) {
  if (a.parts.empty()) {
    if (a.name.empty()) return;
    const Index i = b_.fresh({size, Symbol(a.name)});
    parts_at[i] = value;
    bind_name(a, i, size);
    return;
  }
  // (a1, ..., an) = m: an = m % |an|, and the rest is m / |an|.
  IndexExpression rest = value;
  std::vector<std::pair<IndexExpression, Size>> parts;
  for (std::size_t k = a.parts.size(); k-- > 0;) {
    const Size part = sizes_.axis(a.parts[k]).size;
    if (!sizes_.context().positive(part))
      source_.fail(a.parts[k].place,
                   fmt::format("the size {} of a part of a merged axis is not known to be >= 1", to_string(part)));
    parts.emplace_back(k == 0 ? rest : modulo(rest, part), part);
    rest = floor_divide(rest, part);
  }
  for (std::size_t k = 0; k < a.parts.size(); ++k) {
    const auto& [part, part_size] = parts[a.parts.size() - 1 - k];
    bind_merged(a.parts[k], part, part_size, parts_at);
  }
}

void Elaboration::bind_name(const AxisSyntax& a, Index i, const Size& size) {
  for (const BoundIndex& other : scope_)
    if (other.name == a.name)
      source_.fail(a.place, fmt::format("the index {} is bound already", a.name), "",
                   fmt::format("give the new index a name of its own: j:{}", a.name));
  scope_.push_back({a.name, index_variable(i), size});
}

Index Elaboration::bind_axis(const AxisSyntax& a, IndexMap& parts_at) {
  const Axis axis = sizes_.axis(a);
  if (a.parts.empty() && !a.name.empty() && sizes_.is_nat(a.name) && !a.size)
    source_.fail(a.place, fmt::format("{} is a number, not an axis", a.name),
                 fmt::format("an axis of that size: i:{}", a.name));
  const Index i = b_.fresh(axis);
  if (!a.parts.empty())
    bind_merged(a, index_variable(i), axis.size, parts_at);
  else if (!a.name.empty())
    bind_name(a, i, axis.size);
  return i;
}

// The value is computed over the parts of merged axes, once for each of their points, and read at the merged index.
ArrayValue Elaboration::definition(const std::vector<AxisSyntax>& axes, const Expression& e) {
  ArrayValue value;
  IndexMap parts_at;
  for (const AxisSyntax& axis : axes) value.formals.push_back(bind_axis(axis, parts_at));
  value.body = scalar(e);
  std::erase_if(parts_at, [&](const auto& part) {
    return std::find(value.body.at.begin(), value.body.at.end(), part.first) == value.body.at.end();
  });
  if (parts_at.empty()) return value;
  const auto whole = [&](Index i) {
    const auto it = parts_at.find(i);
    return it == parts_at.end() ? index_variable(i) : it->second;
  };
  value.body = typed(axes[0].place, [&] {
    const Box& box = b_.box(value.body.wire);
    if (box.op != Op::view) return b_.read(value.body, parts_at);
    // A view of a view is one view: X[(g,r)] read at (g,r) is X.
    const Ref inner = b_.at_fresh(box.inputs[0].wire);
    const auto index = b_.open(value.body).index;
    IndexMap at;
    for (std::size_t s = 0; s < index.size(); ++s) at[inner.at[s]] = substitute(index[s], whole);
    return b_.read(inner, at);
  });
  return value;
}

void Elaboration::statement(const StatementSyntax& s, const DefSyntax& def, std::vector<Output>& outputs) {
  if (!step_) scope_.clear();
  if (!outputs.empty()) source_.fail(s.place, "a statement after return", "\"}\"");
  switch (s.kind) {
    case StatementSyntax::Kind::weight: {
      std::vector<const ArraySyntax*> arrays;
      for (const ArraySyntax& a : s.arrays) arrays.push_back(&a);
      sizes_.declare({}, arrays);
      sizes_.assume_nonempty();
      weights_.emplace_back();
      for (const ArraySyntax& a : s.arrays) add_parameter(a, Role::weight, weights_.back());
      return;
    }
    case StatementSyntax::Kind::use: add_use(s.use); return;
    case StatementSyntax::Kind::fold: fold(s, def); return;
    case StatementSyntax::Kind::equation: {
      const ArraySyntax& a = s.arrays[0];
      define_array(a.place, a.name, definition(a.axes, *s.values[0]));
      return;
    }
    case StatementSyntax::Kind::result: {
      if (s.values.size() != def.results.size())
        source_.fail(s.place, fmt::format("{} has {} output{}, but {} value{} returned", def.name, def.results.size(),
                                          def.results.size() == 1 ? "" : "s", s.values.size(),
                                          s.values.size() == 1 ? " is" : "s are"));
      for (std::size_t k = 0; k < s.values.size(); ++k) {
        scope_.clear();
        ArrayValue value = definition(def.results[k].axes, *s.values[k]);
        outputs.push_back({Symbol(def.results[k].name), std::move(value.formals), std::move(value.body)});
      }
      return;
    }
  }
}

Definition Elaboration::def(const DefSyntax& syntax) {
  std::vector<const ArraySyntax*> arrays;
  for (const ArraySyntax& a : syntax.parameters) arrays.push_back(&a);
  for (const ArraySyntax& a : syntax.results) arrays.push_back(&a);
  sizes_.declare(syntax.sizes, arrays);
  for (const ConditionSyntax& c : syntax.conditions)
    if (!sizes_.assume(c))
      source_.fail(c.place, "a condition of a def is about sizes",
                   "numerals, names of axes as |n|, + - * and one of = >= <= > <");
  sizes_.assume_nonempty();

  std::vector<InputPort> ports;
  for (const ArraySyntax& a : syntax.parameters) add_parameter(a, Role::input, ports);
  std::vector<Output> outputs;
  for (const StatementSyntax& s : syntax.body) statement(s, syntax, outputs);
  if (outputs.empty())
    source_.fail(syntax.name_place, fmt::format("the def {} returns nothing", syntax.name), "a statement: return ...");
  for (const auto& [name, use] : uses_)
    if (!use.applied)
      source_.fail(use.place, fmt::format("{} is never applied, so that its weights have no sizes", name));
  for (const auto& group : weights_) ports.insert(ports.end(), group.begin(), group.end());
  ports.insert(ports.end(), states_.begin(), states_.end());

  Definition out;
  out.name = Symbol(syntax.name);
  out.description = syntax.description;
  out.file = source_.name();
  out.line = syntax.place.line;
  out.diagram = typed(syntax.name_place, [&] { return freeze(b_, out.name, sizes_.context(), ports, outputs); });
  typed(syntax.name_place, [&] { out.given = frozen_givens(out.name, ports); });
  out.size_parameters = sizes_.parameters();
  out.size_variables = sizes_.variables();
  out.floored = sizes_.floored();
  return out;
}

}  // namespace skein
