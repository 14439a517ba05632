// Claims: equations between terms or between defs, with their conditions and the equations that they assume.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lang/elaboration.hpp"
#include "lang/lexer.hpp"

namespace skein {

using Kind = Expression::Kind;

std::vector<Index> Elaboration::used_free_indices() const {
  std::vector<Index> out;
  for (const FreeIndex& f : free_)
    if (f.used) out.push_back(f.index);
  return out;
}

Claim elaborate_claim(const SourceText& source, const Definitions& definitions, const ClaimSyntax& syntax) {
  std::vector<SizeEquation> found;
  for (bool infer = syntax.infer_conditions;;) {
    try {
      return Elaboration(source, definitions).claim(syntax, found, infer);
    } catch (const SizeNeeded& needed) {
      // An equation that is needed again did not help: without inference, the elaboration says what is wrong.
      if (std::find(found.begin(), found.end(), needed.equation) != found.end())
        infer = false;
      else
        found.push_back(needed.equation);
    }
  }
}

void Elaboration::need(const Size& left, const Size& right, std::optional<Symbol> fresh) const {
  SizeEquation e = reduced(left - right, sizes_.context());
  e.fresh = fresh;
  throw SizeNeeded{e};
}

ArrayValue Elaboration::side(const Expression& e) {
  if (e.kind != Kind::apply || (!e.quoted && is_reserved(e.name))) return {{}, scalar(e)};
  if (e.arguments) return call(e);
  static const Bracket none;
  if (const ArrayValue* x = find_array(e.name))
    return read(*x, e.name, e.place, e.first ? *e.first : none, e.otherwise.get(), e.unproved);
  return {{}, scalar(e)};
}

std::pair<Ref, Ref> Elaboration::equation(const ClaimSyntax::Equation& e, std::vector<Index>& array_indices) {
  const ArrayValue left = side(*e.left), right = side(*e.right);
  if (left.formals.size() != right.formals.size())
    source_.fail(e.right->place, fmt::format("the left side has {} axes, but the right side has {}",
                                             left.formals.size(), right.formals.size()));
  if ((b_.dtype(left.body.wire) == DType::boolean) != (b_.dtype(right.body.wire) == DType::boolean))
    source_.fail(e.right->place, "one side is boolean and the other is not");
  IndexMap at_left, at_right;
  std::set<Index> taken;
  for (std::size_t s = 0; s < left.formals.size(); ++s) {
    const Axis axis = b_.axis(left.formals[s]);
    const Size size = b_.axis(right.formals[s]).size;
    if (!(axis.size == size)) {
      if (infer_) need(axis.size, size);
      source_.fail(e.right->place,
                   fmt::format("axis {} of the right side has size {}, but that of the left side has {}", s + 1,
                               to_string(size), to_string(axis.size)));
    }
    auto i = std::find_if(array_indices.begin(), array_indices.end(),
                          [&](Index j) { return !taken.count(j) && b_.axis(j).size == axis.size; });
    if (i == array_indices.end()) i = array_indices.insert(array_indices.end(), b_.fresh(axis));
    taken.insert(*i);
    at_left[left.formals[s]] = at_right[right.formals[s]] = index_variable(*i);
  }
  return {b_.read(left.body, at_left), b_.read(right.body, at_right)};
}

Ref Elaboration::chosen(Index which, const std::vector<Ref>& values) {
  Ref value = values.back();
  for (std::size_t k = values.size() - 1; k-- > 0;)
    value = b_.cases({index_constant(static_cast<long>(k)) - index_variable(which)}, values[k], value);
  return value;
}

Elaboration::GivenEquation Elaboration::given(const GivenSyntax& g) {
  const std::vector<FreeIndex> of_parameters = free_;
  for (const AxisSyntax& a : g.axes) {
    if (a.name.empty()) source_.fail(a.place, "an index that an equation is given for has no name", "a name");
    const auto known = std::find_if(free_.begin(), free_.end(), [&](const FreeIndex& f) { return f.name == a.name; });
    if (known != free_.end()) {
      if (a.size && !(sizes_.size(*a.size) == known->size))
        source_.fail(a.place,
                     fmt::format("the index {} is an axis of a parameter, of size {}", a.name, to_string(known->size)));
      continue;
    }
    if (!a.size)
      source_.fail(a.place, fmt::format("the index {} has no size here", a.name),
                   "an axis of a parameter, or NAME:SIZE");
    const Size size = sizes_.size(*a.size);
    free_.push_back({a.name, b_.fresh({size, Symbol(a.name)}), size, false, false, {}});
  }
  for (FreeIndex& f : free_) f.used = f.rebound = false;
  GivenEquation out;
  out.left = scalar(*g.left);
  out.right = scalar(*g.right);
  for (const FreeIndex& f : free_)
    if (f.used && f.rebound)
      source_.fail(f.rebound_at, fmt::format("the index {} is free in this equation, and bound here", f.name), "",
                   fmt::format("give the bound index a name of its own: j:{}", f.name));
  if ((b_.dtype(out.left.wire) == DType::boolean) != (b_.dtype(out.right.wire) == DType::boolean))
    source_.fail(g.place, "one side of the equation is boolean and the other is not");
  if (!b_.deterministic(out.left.wire) || !b_.deterministic(out.right.wire))
    source_.fail(g.place, "the equation depends on a random value");
  out.axes = used_free_indices();
  free_ = of_parameters;
  return out;
}

Claim Elaboration::claim(const ClaimSyntax& syntax, const std::vector<SizeEquation>& found, bool infer) {
  Claim out;
  out.kind = syntax.kind == "axiom"  ? ClaimKind::axiom
             : syntax.kind == "rule" ? ClaimKind::rule
             : syntax.kind == "law"  ? ClaimKind::law
                                     : ClaimKind::theorem;
  out.negated = syntax.negated;
  out.oriented = syntax.oriented;
  out.name = Symbol(syntax.name);
  out.description = syntax.description;
  out.file = source_.name();
  out.line = syntax.place.line;
  out.hints = syntax.hints;
  auto is_def = [&](const Expression& e) { return e.plain_name() && defs_.count(e.name) != 0; };
  const ExpressionPtr &first_left = syntax.equations.front().left, &first_right = syntax.equations.front().right;
  if (!syntax.has_parameters && syntax.equations.size() == 1 && is_def(*first_left) && is_def(*first_right))
    return claim_of_defs(syntax, std::move(out));
  if (!syntax.has_parameters && (is_def(*first_left) || is_def(*first_right)))
    for (const Expression* side : {first_left.get(), first_right.get()})
      if (side->plain_name() && !defs_.count(side->name)) undefined(*side);

  std::vector<const ArraySyntax*> arrays;
  for (const ArraySyntax& a : syntax.parameters) arrays.push_back(&a);
  sizes_.declare(syntax.sizes, arrays);
  std::vector<const ConditionSyntax*> signs;
  for (const ConditionSyntax& c : syntax.conditions)
    if (!sizes_.assume(c)) signs.push_back(&c);
  for (const SizeEquation& e : found) {
    if (e.fresh) sizes_.declare_fresh(*e.fresh);
    sizes_.assume_equal(e.left, e.right);
  }
  infer_ = infer;
  out.infers = syntax.infer_conditions;
  out.inferred = found;
  for (const std::string& hint : syntax.hints)
    if (const std::string size = hint.substr(hint.find(' ') + 1); !sizes_.find(size))
      source_.fail(syntax.name_place, fmt::format("the hint asks for an induction on {}, which is no size here", size),
                   "", sizes_.axis_suggestion(size));
  for (const std::string& name : sizes_.names()) out.named_sizes.emplace_back(Symbol(name), *sizes_.find(name));
  sizes_.assume_nonempty();

  std::vector<InputPort> ports;
  std::function<void(const AxisSyntax&)> free_index = [&](const AxisSyntax& a) {
    for (const AxisSyntax& p : a.parts) free_index(p);
    if (!a.parts.empty() || a.name.empty()) return;
    for (const FreeIndex& f : free_)
      if (f.name == a.name) return;
    const Size size = *sizes_.find(a.name);
    free_.push_back({a.name, b_.fresh({size, Symbol(a.name)}), size, false, false, {}});
  };
  for (const ArraySyntax& a : syntax.parameters) {
    add_parameter(a, Role::input, ports);
    for (const AxisSyntax& axis : a.axes) free_index(axis);
  }
  std::vector<Ref> lefts, rights;
  std::vector<Index> array_indices;
  for (const ClaimSyntax::Equation& e : syntax.equations) {
    const auto [left, right] = equation(e, array_indices);
    lefts.push_back(left), rights.push_back(right);
    out.same_calls = out.same_calls && e.same_calls;
  }
  for (const FreeIndex& f : free_)
    if (f.used && f.rebound)
      source_.fail(f.rebound_at, fmt::format("the index {} is free in this claim, and bound here", f.name), "",
                   fmt::format("give the bound index a name of its own: j:{}", f.name));
  std::vector<Index> axes = used_free_indices();
  axes.insert(axes.end(), array_indices.begin(), array_indices.end());
  Ref left = lefts[0], right = rights[0];
  if (lefts.size() > 1) {
    for (Index i : axes)
      if (!sizes_.context().positive(b_.axis(i).size))
        source_.fail(syntax.place, fmt::format("one of several equations has an axis of size {}, which may be empty",
                                               to_string(b_.axis(i).size)));
    const Index which = b_.fresh({size_constant(static_cast<long>(lefts.size())), Symbol("which")});
    axes.insert(axes.begin(), which);
    typed(syntax.place, [&] { left = chosen(which, lefts), right = chosen(which, rights); });
  }
  struct Sign {
    SignCondition::Kind kind;
    Place place;
    Ref value;
    std::vector<Index> axes;
  };
  std::vector<Sign> values;
  for (const ConditionSyntax* c : signs) {
    for (FreeIndex& f : free_) f.used = false;
    const bool flip = c->relation == "<" || c->relation == "<=";
    const Expression &greater = flip ? *c->right : *c->left, &lesser = flip ? *c->left : *c->right;
    if (c->relation == "=" || c->relation == "==")
      source_.fail(c->place, "an equation between scalars cannot be a condition", "one of >= > <= < !=");
    Ref value = scalar(greater);
    if (!(lesser.kind == Kind::number && lesser.value == 0)) {
      const Ref other = product(lesser, true);
      value = typed(c->place, [&] { return b_.add(Op::add, {value, other}); });
    }
    const auto kind = c->relation == "!="       ? SignCondition::nonzero
                      : c->relation.size() == 2 ? SignCondition::nonnegative
                                                : SignCondition::positive;
    values.push_back({kind, c->place, value, used_free_indices()});
  }

  if (!givens_.empty() && !syntax.given.empty())
    source_.fail(syntax.given[0].place, "this theorem has a fold in it", "a theorem without folds",
                 "equations are given for arrays only, so far");
  for (const GivenSyntax& g : syntax.given) {
    if (out.kind != ClaimKind::theorem)
      source_.fail(g.place, fmt::format("an equation is given to the {} {}", syntax.kind, syntax.name), "a theorem",
                   "rules rewrite terms wherever their conditions on signs and sizes hold");
    givens_.push_back(given(g));
  }

  // The boundary is complete once everything is read: calls may have brought states.
  ports.insert(ports.end(), states_.begin(), states_.end());
  auto frozen = [&](Place place, const std::vector<Index>& over, const Ref& value) {
    return typed(place, [&] { return freeze(b_, out.name, sizes_.context(), ports, {{Symbol("out"), over, value}}); });
  };
  out.left = frozen(syntax.place, axes, left);
  out.right = frozen(syntax.place, axes, right);
  typed(syntax.place, [&] { out.given = frozen_givens(out.name, ports); });
  if (!out.given.empty() && out.kind != ClaimKind::theorem)  // of a fold
    source_.fail(syntax.name_place, fmt::format("the {} {} has a fold in it", syntax.kind, syntax.name), "",
                 "rules rewrite terms, and a fold is none: make it a theorem");
  for (const Sign& x : values) out.when.push_back({x.kind, frozen(x.place, x.axes, x.value)});
  out.invariants = stated_invariants(syntax, out);
  return out;
}

// NAME == NAME, of two defs: the parameters, sizes and result axes of the second are those of the first by position,
// its weights by name if the names are the same, else by position.
Claim Elaboration::claim_of_defs(const ClaimSyntax& syntax, Claim out) {
  const ExpressionPtr &left_side = syntax.equations.front().left, &right_side = syntax.equations.front().right;
  const Definition &l = *defs_.at(left_side->name), &r = *defs_.at(right_side->name);
  const Expression& place = *right_side;
  auto ports_of = [](const Definition& d, Role role) {
    std::vector<InputPort> ports;
    for (const InputPort& p : d.diagram.inputs())
      if (p.role == role) ports.push_back(p);
    return ports;
  };
  std::vector<std::pair<InputPort, InputPort>> pairs;  // of l, of r
  for (Role role : {Role::input, Role::weight}) {
    const auto left = ports_of(l, role), right = ports_of(r, role);
    const char* what = role == Role::input ? "parameter" : "weight";
    if (left.size() != right.size())
      source_.fail(place.place, fmt::format("{} has {} {}{}, but {} has {}", r.name.text(), right.size(), what,
                                            right.size() == 1 ? "" : "s", l.name.text(), left.size()));
    auto same_name = [](const InputPort& p) { return [&p](const InputPort& q) { return q.name == p.name; }; };
    const bool by_name = role == Role::weight && std::all_of(left.begin(), left.end(), [&](const InputPort& p) {
                           return std::any_of(right.begin(), right.end(), same_name(p));
                         });
    for (std::size_t k = 0; k < left.size(); ++k)
      pairs.emplace_back(left[k], by_name ? *std::find_if(right.begin(), right.end(), same_name(left[k])) : right[k]);
  }
  const auto &lo = l.diagram.outputs(), &ro = r.diagram.outputs();
  if (lo.size() != ro.size())
    source_.fail(place.place,
                 fmt::format("{} has {} outputs, but {} has {}", r.name.text(), ro.size(), l.name.text(), lo.size()));

  // The sizes of r, as sizes of l.
  std::map<Symbol, Size> sizes;
  std::vector<std::tuple<Size, Size, std::string>> axis_pairs;
  auto pair_axes = [&](const std::vector<Axis>& a, const std::vector<Axis>& b, const std::string& what) {
    if (a.size() != b.size())
      source_.fail(place.place, fmt::format("{} has {} axes in {}, but {} in {}", what, b.size(), r.name.text(),
                                            a.size(), l.name.text()));
    for (std::size_t s = 0; s < a.size(); ++s) {
      axis_pairs.emplace_back(a[s].size, b[s].size, fmt::format("axis {} of {}", s + 1, what));
      if (const Symbol* v = b[s].size.as_atom()) sizes.emplace(*v, a[s].size);
    }
  };
  for (const auto& [p, q] : pairs) {
    pair_axes(p.axes, q.axes, q.name.text());
    if (p.dtype != q.dtype)
      source_.fail(place.place, fmt::format("{} has another type of scalars in {}", q.name.text(), l.name.text()));
  }
  for (std::size_t k = 0; k < lo.size(); ++k) pair_axes(lo[k].axes, ro[k].axes, "the result");
  for (Symbol v : r.size_variables)
    if (!sizes.count(v)) {
      const auto& own = l.size_variables;
      if (std::find(own.begin(), own.end(), v) == own.end())
        source_.fail(place.place,
                     fmt::format("the size |{}| of {} is not a size of {}", v.text(), r.name.text(), l.name.text()));
      sizes.emplace(v, size_variable(v));
    }
  for (const auto& [a, b, what] : axis_pairs)
    if (!(substitute(b, sizes) == a))
      source_.fail(place.place, fmt::format("{} has size {} in {}, but {} in {}", what, to_string(substitute(b, sizes)),
                                            r.name.text(), to_string(a), l.name.text()));
  // What either def assumes of the sizes, the claim assumes.
  SizeContext context = l.diagram.sizes();
  sizes_.context() = context;
  auto assume = [&](const Size& p) {
    if (!context.find_farkas(p)) context.hypotheses.push_back(p);
  };
  for (Symbol v : r.size_variables) {
    if (r.diagram.sizes().lower_bound(v) == 0) continue;
    if (const Symbol* own = sizes.at(v).as_atom(); own && context.lower_bound(*own) == 0)
      context.lower.erase(*own);
    else
      assume(sizes.at(v) - size_constant(1));
  }
  for (const Size& h : r.diagram.sizes().hypotheses) assume(substitute(h, sizes));

  std::vector<InputPort> ports;
  for (const auto& [p, q] : pairs) ports.push_back(p);
  auto freeze_side = [&](std::vector<Output> outputs) {
    for (std::size_t k = 0; k < outputs.size(); ++k) outputs[k].name = lo[k].name;
    return freeze(b_, out.name, context, ports, outputs);
  };
  DiagramBuilder::Substitution s, of_left;
  s.sizes = sizes;
  for (const auto& [p, q] : pairs) {
    const Ref x = b_.input(p.name, p.axes, p.dtype);
    s.inputs[q.name] = {x.at, x};
  }
  typed(place.place, [&] {
    add_states_of(l, of_left);
    add_states_of(r, s);
    ports.insert(ports.end(), states_.begin(), states_.end());
    out.left = freeze_side(thaw(b_, l.diagram, of_left));
    out.right = freeze_side(thaw(b_, r.diagram, s));
    out.given = frozen_givens(out.name, ports);
  });
  if (!syntax.given.empty())
    source_.fail(syntax.given[0].place, "an equation is given to an equation of two defs", "a theorem with parameters",
                 fmt::format("write theorem {}(arrays): {}(arrays) == {}(arrays) given ...", syntax.name, l.name.text(),
                             r.name.text()));
  if (!syntax.conditions.empty())
    source_.fail(syntax.conditions[0].place, "an equation of two defs takes its conditions from their headers");
  out.invariants = stated_invariants(syntax, out);
  return out;
}

}  // namespace skein
