// Arrays: reads, and calls of defs.
#include <fmt/format.h>

#include <algorithm>

#include "lang/elaboration.hpp"
#include "lang/lexer.hpp"

namespace skein {

using Kind = Expression::Kind;

namespace {

constexpr std::size_t most_operators = 200000;

std::string axes_of(std::size_t n) { return fmt::format("{} ax{}", n, n == 1 ? "is" : "es"); }

const char* type_name(DType t) { return t == DType::real ? "real" : t == DType::ext ? "ext" : "bool"; }

std::vector<const InputPort*> parameters_of(const Definition& def) {
  std::vector<const InputPort*> out;
  for (const InputPort& p : def.diagram.inputs())
    if (p.role == Role::input) out.push_back(&p);
  return out;
}

bool has_weights(const Definition& def) {
  const auto& in = def.diagram.inputs();
  return std::any_of(in.begin(), in.end(), [](const InputPort& p) { return p.role == Role::weight; });
}

// The variable of `s` that has no value yet, if there is exactly one and it occurs linearly: s = slope * v + rest.
struct Linear {
  Symbol variable;
  Size slope, rest;
};
std::optional<Linear> solve_for_unknown(const Size& s, const std::map<Symbol, Size>& known,
                                        const std::vector<Symbol>& all) {
  std::optional<Symbol> unknown;
  for (const auto& [m, c] : s.terms())
    for (Symbol v : m) {
      if (known.count(v) || std::find(all.begin(), all.end(), v) == all.end()) continue;
      if (unknown && *unknown != v) return std::nullopt;
      unknown = v;
    }
  if (!unknown) return std::nullopt;
  Linear out{*unknown, {}, {}};
  for (const auto& [m, c] : s.terms()) {
    const auto times = std::count(m.begin(), m.end(), *unknown);
    if (times > 1) return std::nullopt;
    Size::Monomial others;
    std::copy_if(m.begin(), m.end(), std::back_inserter(others), [&](Symbol v) { return v != *unknown; });
    (times == 1 ? out.slope : out.rest) += Size::term(c, others);
  }
  return out;
}

}  // namespace

const ArrayValue* Elaboration::find_array(const std::string& name) const {
  auto it = arrays_.find(name);
  return it == arrays_.end() ? nullptr : &it->second;
}

ArrayValue Elaboration::read(const ArrayValue& x, const std::string& what, Place place, const Bracket& items,
                             const Expression* otherwise, bool unproved) {
  if (items.size() > x.formals.size())
    source_.fail(place,
                 fmt::format("{} has {}, but is read at {} indices", what, axes_of(x.formals.size()), items.size()));
  IndexMap map;
  Guards missing;
  const IndexRanges ranges(sizes_.context(), b_.size_of());
  for (std::size_t s = 0; s < items.size(); ++s) {
    const BracketItem& item = items[s];
    if (item.size || item.target)
      source_.fail(item.expression->place, "an index is bound here, where one is read", "an index expression");
    const IndexExpression e = index(*item.expression);
    const Axis& axis = b_.axis(x.formals[s]);
    map[x.formals[s]] = e;
    const IndexExpression room = index_size(axis.size) - index_constant(1) - e;
    const bool low = unproved || ranges.nonnegative(e, guards_), high = unproved || ranges.nonnegative(room, guards_);
    if (!low) missing.push_back(e);
    if (!high) missing.push_back(room);
    if ((!low || !high) && !otherwise) {
      std::string bound = low ? fmt::format("below {}", to_string(axis.size)) : ">= 0";
      source_.fail(item.expression->place,
                   fmt::format("axis {} of {} has size {}, and the index {} is not proved to be {}", s + 1, what,
                               to_string(axis.size), shown(e), bound),
                   "", fmt::format("give the value outside: {}[...] else 0; or add a condition on the sizes", what));
    }
  }
  ArrayValue out;
  out.formals.assign(x.formals.begin() + static_cast<std::ptrdiff_t>(items.size()), x.formals.end());
  auto value = [&] { return b_.read(x.body, map); };
  if (missing.empty())
    out.body = value();
  else
    out.body = typed(place, [&] { return guarded(missing, value, [&] { return scalar(*otherwise); }); });
  return out;
}

// An array-valued argument: a name, X[i] with its first axes fixed, or a call.
ArrayValue Elaboration::array(const Expression& e, std::size_t rank, const std::string& wanted_by) {
  if (rank == 0) return {{}, scalar(e)};
  ArrayValue value;
  if (e.kind != Kind::apply || (!e.quoted && is_reserved(e.name)))
    source_.fail(
        e.place, fmt::format("{} needs an array with {} here, not a scalar expression", wanted_by, axes_of(rank)),
        "the name of an array, or a call", "name the expression first (Y[i] = ...), or bind its indices: f[i](...)");
  if (e.arguments) {
    value = call(e);
  } else {
    const ArrayValue* x = find_array(e.name);
    if (!x) undefined(e);
    static const Bracket none;
    value = read(*x, e.name, e.place, e.first ? *e.first : none, e.otherwise.get(), e.unproved);
  }
  if (value.formals.size() != rank)
    source_.fail(e.place,
                 fmt::format("{} needs an array with {} here, but {} leaves {}", wanted_by, axes_of(rank), e.name,
                             axes_of(value.formals.size())),
                 "", value.formals.size() > rank ? "fix the first axes with indices: X[i]" : "");
  return value;
}

void Elaboration::check_type(const Expression& e, const Definition& def, const InputPort& port,
                             const ArrayValue& argument) {
  const DType t = b_.dtype(argument.body.wire);
  if (t == port.dtype || (t == DType::real && port.dtype == DType::ext)) return;
  source_.fail(e.place,
               fmt::format("the parameter {} of {} is {}, but the argument is {}", port.name.text(), def.name.text(),
                           type_name(port.dtype), type_name(t)),
               "", t == DType::ext ? "an ext scalar may be -inf; fin(x) is its real value (0 for -inf)" : "");
}

ArrayValue Elaboration::call(const Expression& e) {
  UseInstance* use = nullptr;
  std::shared_ptr<const Definition> def;
  if (auto it = uses_.find(e.name); it != uses_.end()) {
    use = &it->second;
    def = use->def;
  } else if (auto d = defs_.find(e.name); d != defs_.end()) {
    def = d->second;
  } else if (find_array(e.name)) {
    source_.fail(e.place, fmt::format("{} is an array, not a def", e.name), fmt::format("{}[...]", e.name));
  } else {
    std::vector<std::string> names;
    for (const auto& [n, x] : defs_) names.push_back(n);
    for (const auto& [n, x] : uses_) names.push_back(n);
    for (const char* f : {"exp", "log", "sqrt", "erf", "sin", "cos", "inv", "fin", "max", "min"}) names.emplace_back(f);
    source_.fail(e.place, fmt::format("there is no def {}", e.name), "", did_you_mean(e.name, names));
  }
  if (!use && has_weights(*def))
    source_.fail(e.place, fmt::format("{} has weights, which need a name", e.name), "",
                 fmt::format("write \"use NAME: {0}\" before, and NAME(...) in place of {0}(...)", e.name));
  if (def->diagram.outputs().size() != 1)
    source_.fail(e.place, fmt::format("{} has {} outputs and cannot stand in an expression", e.name,
                                      def->diagram.outputs().size()));

  std::map<Symbol, Size> given;
  if (use) given = use->fixed;
  Bracket binders;
  if (e.first)
    for (const BracketItem& item : *e.first) {
      const Symbol name(item.expression->name);
      const auto& parameters = def->size_parameters;
      if (item.size && item.expression->plain_name() &&
          std::find(parameters.begin(), parameters.end(), name) != parameters.end()) {
        given[name] = sizes_.size(*item.size);
        continue;
      }
      if (!item.expression->plain_name())
        source_.fail(item.expression->place, "this is not the name of an index or of a size parameter",
                     "NAME, NAME:SIZE or NAME -> INDEX");
      BracketItem copy;
      copy.expression = std::make_unique<Expression>();
      copy.expression->kind = Kind::apply;
      copy.expression->name = item.expression->name;
      copy.expression->place = item.expression->place;
      binders.push_back(std::move(copy));
    }
  ArrayValue result;
  if (!binders.empty()) {
    result = lifted_arguments_call(e, *def, use, *e.first, given);
  } else {
    const auto parameters = parameters_of(*def);
    if (e.arguments->size() != parameters.size())
      source_.fail(e.place, fmt::format("{} has {} parameter{}, but {} argument{} given", e.name, parameters.size(),
                                        parameters.size() == 1 ? "" : "s", e.arguments->size(),
                                        e.arguments->size() == 1 ? " is" : "s are"));
    std::vector<ArrayValue> arguments;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const Expression& a = *(*e.arguments)[k];
      arguments.push_back(array(a, parameters[k]->axes.size(),
                                fmt::format("the parameter {} of {}", parameters[k]->name.text(), e.name)));
      check_type(a, *def, *parameters[k], arguments.back());
    }
    result = instantiate(e, *def, use, arguments, given);
  }
  static const Bracket none;
  if (e.second || e.otherwise)
    result = read(result, e.name, e.place, e.second ? *e.second : none, e.otherwise.get(), false);
  return result;
}

// f[k](e, ...): k is bound in the arguments for parameters with axes; a result with axes is put at the outer k.
ArrayValue Elaboration::lifted_arguments_call(const Expression& e, const Definition& def, UseInstance* use,
                                              const Bracket& items, const std::map<Symbol, Size>& given) {
  const auto parameters = parameters_of(def);
  if (e.arguments->size() != parameters.size())
    source_.fail(e.place, fmt::format("{} has {} parameter{}, but {} argument{} given", e.name, parameters.size(),
                                      parameters.size() == 1 ? "" : "s", e.arguments->size(),
                                      e.arguments->size() == 1 ? " is" : "s are"));
  std::vector<const BracketItem*> binders;
  for (const BracketItem& item : items)
    if (!item.size || !given.count(Symbol(item.expression->name))) binders.push_back(&item);
  const std::size_t rank = binders.size(), result_rank = def.diagram.outputs()[0].axes.size();
  if (result_rank != 0 && result_rank != rank)
    source_.fail(e.place, fmt::format("{} binds {} here, but its result has {}", e.name,
                                      rank == 1 ? "1 index" : fmt::format("{} indices", rank), axes_of(result_rank)));
  std::vector<IndexExpression> at;
  std::vector<Size> bound_sizes;
  for (const BracketItem* item : binders) {
    const std::string& name = item->expression->name;
    const Place place = item->expression->place;
    const BoundIndex* outer = find_index(name);
    const bool in_scope =
        std::any_of(scope_.begin(), scope_.end(), [&](const BoundIndex& i) { return i.name == name; });
    if (item->target) {
      if (result_rank == 0)
        source_.fail(item->target->place, fmt::format("the result of {} has no axis to be put there", e.name));
      at.push_back(index(*item->target));
      const BoundIndex* target = item->target->plain_name() ? find_index(item->target->name) : nullptr;
      const Size* own = sizes_.find(name);
      if (!own && !target)
        source_.fail(place, fmt::format("there is no axis {}", name), "", sizes_.axis_suggestion(name));
      bound_sizes.push_back(own ? *own : target->size);
    } else if (result_rank == 0) {
      if (in_scope)
        source_.fail(place, fmt::format("the index {} is bound already", name), "",
                     fmt::format("give the new index a name of its own: {}[j:{}](...)", e.name, name));
      bound_sizes.push_back(binder_size(*item));
    } else {
      if (!outer || item->size)
        source_.fail(place,
                     fmt::format("the result of {} is put at the index {}, which is not bound around it", e.name, name),
                     "", fmt::format("{}[{} -> INDEX](...) puts it elsewhere", e.name, name));
      at.push_back(outer->value);
      bound_sizes.push_back(outer->size);
    }
  }
  std::vector<ArrayValue> arguments;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Expression& a = *(*e.arguments)[k];
    const std::size_t wanted = parameters[k]->axes.size();
    if (wanted == 0) {
      arguments.push_back({{}, scalar(a)});
    } else if (wanted == rank) {
      const std::size_t depth = scope_.size();
      ArrayValue value;
      for (std::size_t s = 0; s < rank; ++s) {
        const std::string& name = binders[s]->expression->name;
        value.formals.push_back(b_.fresh({bound_sizes[s], Symbol(name)}));
        scope_.push_back({name, index_variable(value.formals.back()), bound_sizes[s]});
      }
      value.body = scalar(a);
      scope_.resize(depth);
      arguments.push_back(std::move(value));
    } else {
      source_.fail(a.place, fmt::format("the parameter {} of {} has {}, but {} bound by {}[...]",
                                        parameters[k]->name.text(), e.name, axes_of(wanted),
                                        rank == 1 ? "1 index is" : fmt::format("{} indices are", rank), e.name));
    }
    check_type(a, def, *parameters[k], arguments.back());
  }
  ArrayValue result = instantiate(e, def, use, arguments, given);
  if (result_rank == 0) return result;
  IndexMap map;
  for (std::size_t s = 0; s < rank; ++s) {
    map[result.formals[s]] = at[s];
    const IndexRanges ranges(sizes_.context(), b_.size_of());
    if (!ranges.within(at[s], b_.axis(result.formals[s]).size, guards_))
      source_.fail(binders[s]->expression->place,
                   fmt::format("the result of {} has size {} there, and the index {} is not proved "
                               "to be in bounds",
                               e.name, to_string(b_.axis(result.formals[s]).size), shown(at[s])));
  }
  return {{}, b_.read(result.body, map)};
}

// Where the size of an axis determines one of the callee, but does not divide: that it divides is the condition.
void Elaboration::infer_quotient(const Definition& def, const std::vector<ArrayValue>& arguments,
                                 const std::map<Symbol, Size>& known) {
  const auto parameters = parameters_of(def);
  for (std::size_t k = 0; k < parameters.size(); ++k)
    for (std::size_t s = 0; s < parameters[k]->axes.size(); ++s) {
      const auto linear = solve_for_unknown(parameters[k]->axes[s].size, known, def.size_variables);
      if (!linear) continue;
      const Symbol fresh = sizes_.declare_fresh(linear->variable);
      need(substitute(linear->slope, known) * size_variable(fresh) + substitute(linear->rest, known),
           b_.axis(arguments[k].formals[s]).size, linear->variable);
    }
}

std::map<Symbol, Size> Elaboration::unify(const Expression& e, const Definition& def,
                                          const std::vector<ArrayValue>& arguments, std::map<Symbol, Size> known) {
  const auto parameters = parameters_of(def);
  // Axes that are one unknown times a known size, plus a known size, determine the unknown.
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t k = 0; k < parameters.size(); ++k)
      for (std::size_t s = 0; s < parameters[k]->axes.size(); ++s) {
        auto linear = solve_for_unknown(parameters[k]->axes[s].size, known, def.size_variables);
        if (!linear) continue;
        const Size actual = b_.axis(arguments[k].formals[s]).size;
        auto value = divide_exactly(actual - substitute(linear->rest, known), substitute(linear->slope, known));
        if (!value) continue;
        known[linear->variable] = *value;
        progress = true;
      }
  }
  for (const FlooredSize& f : def.floored) {
    if (known.count(f.variable)) continue;
    const Size p = substitute(f.numerator, known), d = substitute(f.denominator, known),
               q = substitute(f.offset, known);
    if (p.is_constant() && d.is_constant() && d.constant_term() > 0) {
      Integer quotient;
      mpz_fdiv_q(quotient.get_mpz_t(), p.constant_term().get_mpz_t(), d.constant_term().get_mpz_t());
      known[f.variable] = Size::constant(quotient) + q;
    } else if (auto exact = d.is_zero() ? std::nullopt : divide_exactly(p, d))
      known[f.variable] = *exact + q;
  }
  if (infer_) infer_quotient(def, arguments, known);
  for (Symbol v : def.size_variables) {
    if (known.count(v)) continue;
    // Sizes of weights and of results: the caller's axis of this name.
    const Size* own = sizes_.find(v.text());
    if (!own) {
      const bool parameter =
          std::find(def.size_parameters.begin(), def.size_parameters.end(), v) != def.size_parameters.end();
      source_.fail(e.place, fmt::format("the size |{}| of {} does not follow from the arguments", v.text(), e.name), "",
                   parameter
                       ? fmt::format("give it: {}[{}:SIZE](...)", e.name, v.text())
                       : fmt::format("give it where the def is used (use NAME: {}[{}:SIZE]), or have an axis named {}",
                                     def.name.text(), v.text(), v.text()));
    }
    known[v] = *own;
  }
  for (std::size_t k = 0; k < parameters.size(); ++k)
    for (std::size_t s = 0; s < parameters[k]->axes.size(); ++s) {
      const Size formal = substitute(parameters[k]->axes[s].size, known),
                 actual = b_.axis(arguments[k].formals[s]).size;
      if (formal == actual) continue;
      if (infer_) need(formal, actual);
      source_.fail((*e.arguments)[k]->place,
                   fmt::format("axis {} of the argument has size {}, but the parameter {} of {} needs {} there", s + 1,
                               to_string(actual), parameters[k]->name.text(), e.name, to_string(formal)),
                   "",
                   fmt::format("the axis is |{}| = {} in the header of {}", to_string(parameters[k]->axes[s].size),
                               to_string(formal), def.name.text()));
    }
  const SizeContext &theirs = def.diagram.sizes(), &ours = sizes_.context();
  auto require = [&](const Size& p) {
    if (ours.find_farkas(p)) return;
    source_.fail(e.place, fmt::format("the call of {} needs {}, which is not known here", e.name, at_least(p)), "",
                 fmt::format("add the condition: where {}", at_least(p)));
  };
  for (Symbol v : def.size_variables) require(known.at(v) - size_constant(theirs.lower_bound(v)));
  for (const Size& h : theirs.hypotheses) require(substitute(h, known));
  return known;
}

ArrayValue Elaboration::instantiate(const Expression& e, const Definition& def, UseInstance* use,
                                    const std::vector<ArrayValue>& arguments, std::map<Symbol, Size> given) {
  if (b_.wire_count() + def.diagram.boxes().size() > most_operators)
    source_.fail(e.place,
                 fmt::format("with this call of {} the diagram has more than {} operators", e.name, most_operators), "",
                 "defs are unfolded where they are called: a def that calls another twice doubles it");
  DiagramBuilder::Substitution s;
  s.sizes = unify(e, def, arguments, std::move(given));
  const auto parameters = parameters_of(def);
  for (std::size_t k = 0; k < parameters.size(); ++k)
    s.inputs[parameters[k]->name] = {arguments[k].formals, arguments[k].body};
  if (use) {
    const bool first = !use->applied;
    use->applied = true;
    for (const InputPort& p : def.diagram.inputs()) {
      if (p.role != Role::weight) continue;
      InputPort port = p;
      port.name = Symbol(e.name + "." + p.name.text());
      for (Axis& a : port.axes) {
        // A later application must find the weights with the same sizes.
        for (const auto& [m, c] : a.size.terms())
          for (Symbol v : m) use->fixed.emplace(v, s.sizes.at(v));
        a.size = substitute(a.size, s.sizes);
      }
      if (use->step) port.axes.insert(port.axes.begin(), b_.axis(*use->step));
      const Ref w = b_.input(port.name, port.axes, port.dtype);
      // In the body of a fold each step has weights of its own.
      s.inputs[p.name] = {{w.at.begin() + (use->step ? 1 : 0), w.at.end()},
                          use->step ? b_.rename(w, {{w.at[0], *use->step}}) : w};
      if (!first) continue;
      define_array(e.place, port.name.text(), {w.at, w});
      weights_[use->group].push_back(std::move(port));
    }
  }
  return typed(e.place, [&]() -> ArrayValue {
    add_states_of(def, s);
    std::vector<Output> out = thaw(b_, def.diagram, s);
    return {out[0].axes, out[0].value};
  });
}

}  // namespace skein
