// Scalar expressions.
#include <fmt/format.h>

#include <algorithm>

#include "lang/elaboration.hpp"
#include "lang/lexer.hpp"

namespace skein {

using Kind = Expression::Kind;

namespace {

// A product whose value is a numeral: `3`, `1/3`.
std::optional<Rational> numeral(const Expression& e) {
  if (e.kind == Kind::number) return e.value;
  if (e.kind == Kind::product && e.operators == "*/" && e.operands[0]->kind == Kind::number &&
      e.operands[1]->kind == Kind::number && e.operands[1]->value != 0)
    return e.operands[0]->value / e.operands[1]->value;
  return std::nullopt;
}

}  // namespace

Ref Elaboration::scalar(const Expression& e) {
  switch (e.kind) {
    case Kind::number: return b_.literal(e.value);
    case Kind::infinity: return b_.neg_inf();
    case Kind::size: return b_.size_value(sizes_.size(*e.operands[0]));
    case Kind::apply: return apply(e);
    case Kind::reduction: return reduction(e);
    case Kind::sum: return sum(e);
    case Kind::product:
    case Kind::minus: return product(e, false);
    case Kind::comparison: return comparison(e);
    case Kind::conjunction:
    case Kind::disjunction:
    case Kind::negation: {
      std::vector<Ref> inputs;
      for (const auto& o : e.operands) inputs.push_back(scalar(*o));
      Op op = e.kind == Kind::conjunction ? Op::conj : e.kind == Kind::disjunction ? Op::disj : Op::negate;
      return typed(e.place, [&] { return b_.add(op, inputs); });
    }
    case Kind::conditional:
      return conditional(
          *e.operands[0], [&] { return scalar(*e.operands[1]); }, [&] { return scalar(*e.operands[2]); });
    case Kind::tuple: return b_.index_value(index(e));
  }
  source_.fail(e.place, "this is not a scalar");
}

// a - b is a + (-1)*b; one box for the whole chain.
Ref Elaboration::sum(const Expression& e) {
  std::vector<Ref> terms;
  for (std::size_t i = 0; i < e.operands.size(); ++i) terms.push_back(product(*e.operands[i], e.operators[i] == '-'));
  if (terms.size() == 1) return terms[0];
  return typed(e.place, [&] { return b_.add(Op::add, terms); });
}

// a / b is a * inv(b); one box for the whole chain, with the factor -1 if negated. Numerals are folded only where they
// are one literal: 1/3, -1/3.
Ref Elaboration::product(const Expression& e, bool negated) {
  if (auto q = numeral(e)) return b_.literal(negated ? Rational(-*q) : *q);
  if (e.kind == Kind::minus) {
    Ref minus = b_.literal(-1), x = scalar(*e.operands[0]);
    if (negated) x = typed(e.place, [&] { return b_.add(Op::mul, {minus, x}); });
    return typed(e.place, [&] { return b_.add(Op::mul, {minus, x}); });
  }
  std::vector<Ref> factors;
  if (negated) factors.push_back(b_.literal(-1));
  if (e.kind != Kind::product) {
    factors.push_back(scalar(e));
  } else {
    std::size_t i = 0;
    if (e.operators[1] == '/' && e.operands[0]->kind == Kind::number && e.operands[1]->kind == Kind::number &&
        e.operands[1]->value != 0) {
      factors.push_back(b_.literal(Rational(e.operands[0]->value / e.operands[1]->value)));
      i = 2;
    }
    for (; i < e.operands.size(); ++i) {
      if (e.operators[i] == '%')
        source_.fail(e.operands[i]->place, "% is for index expressions", "* or /",
                     "the value of an index expression as a scalar is written index(...)");
      Ref x = scalar(*e.operands[i]);
      if (e.operators[i] == '/') x = typed(e.operands[i]->place, [&] { return b_.add(Op::inv, {x}); });
      factors.push_back(x);
    }
  }
  if (factors.size() == 1) return factors[0];
  try {
    return b_.add(Op::mul, factors);
  } catch (const IllTyped& error) {
    for (const Ref& f : factors)
      if (b_.dtype(f.wire) == DType::ext)
        source_.fail(e.place, "an ext scalar, which may be -inf, is multiplied or negated", "a real",
                     "fin(x) is the real value of an ext x (0 for -inf)");
    source_.fail(e.place, error.what());
  }
}

Ref Elaboration::reduction(const Expression& e) {
  const std::size_t depth = scope_.size();
  const std::vector<Index> bound = bind_items(*e.first);
  if (bound.empty()) source_.fail(e.place, fmt::format("{} over no index", e.name), "an index in the bracket");
  const Ref body = scalar(*e.operands[0]);
  scope_.resize(depth);
  static const std::map<std::string, Op> folds{{"sum", Op::add}, {"prod", Op::mul}, {"max", Op::max},
                                               {"min", Op::min}, {"all", Op::conj}, {"any", Op::disj}};
  const Op fold = folds.at(e.name);
  try {
    return b_.reduce(fold, bound, body);
  } catch (const IllTyped& error) {
    if (b_.dtype(body.wire) == DType::ext)
      source_.fail(e.operands[0]->place, fmt::format("{} of ext scalars, which may be -inf", e.name), "real scalars");
    if (b_.dtype(body.wire) == DType::boolean)
      source_.fail(e.operands[0]->place, fmt::format("{} of booleans", e.name), "numbers",
                   "all[..] and any[..] reduce booleans");
    source_.fail(e.place, error.what());
  }
}

Ref Elaboration::comparison(const Expression& e) {
  std::vector<Ref> parts, values;
  for (const auto& o : e.operands) values.push_back(scalar(*o));
  for (std::size_t i = 0; i < e.relations.size(); ++i) {
    const std::string& r = e.relations[i];
    const bool flip = r == ">" || r == ">=";
    const Ref &x = values[flip ? i + 1 : i], &y = values[flip ? i : i + 1];
    const Op op = r == "<" || r == ">" ? Op::less : r == "<=" || r == ">=" ? Op::less_equal : Op::equal;
    Ref made = typed(e.place, [&] { return b_.add(op, {x, y}); });
    if (r == "!=") made = b_.add(Op::negate, {made});
    parts.push_back(made);
  }
  return parts.size() == 1 ? parts[0] : b_.add(Op::conj, parts);
}

Ref Elaboration::guarded(const Guards& atoms, const Thunk& then, const Thunk& otherwise) {
  const std::size_t depth = guards_.size();
  guards_.insert(guards_.end(), atoms.begin(), atoms.end());
  const Ref t = then();
  guards_.resize(depth);
  if (atoms.size() == 1) guards_.push_back(-atoms[0] - index_constant(1));
  const Ref f = otherwise();
  guards_.resize(depth);
  return b_.cases(atoms, t, f);
}

// Over indices a condition is the guard of a Cases box, over scalars it is the first input of a Where box.
Ref Elaboration::conditional(const Expression& c, const Thunk& then, const Thunk& otherwise) {
  if (!is_index_condition(c)) {
    const Ref condition = scalar(c), t = then(), f = otherwise();
    return typed(c.place, [&] { return b_.add(Op::where, {condition, t, f}); });
  }
  return typed(c.place, [&]() -> Ref {
    if (is_conjunction_of_atoms(c)) {
      Guards atoms;
      collect_atoms(c, atoms);
      return guarded(atoms, then, otherwise);
    }
    if (c.kind == Kind::negation) return conditional(*c.operands[0], otherwise, then);
    if (c.kind == Kind::comparison) {
      if (c.relations.size() > 1) source_.fail(c.place, "!= in a chain of comparisons", "conditions joined by and");
      const IndexExpression d = index(*c.operands[0]) - index(*c.operands[1]);
      return guarded({-d, d}, otherwise, then);  // as == has it
    }
    std::function<Ref(std::size_t)> from = [&](std::size_t k) -> Ref {
      if (k + 1 == c.operands.size()) return conditional(*c.operands[k], then, otherwise);
      auto rest = [&, k] { return from(k + 1); };
      return c.kind == Kind::conjunction ? conditional(*c.operands[k], rest, otherwise)
                                         : conditional(*c.operands[k], then, rest);
    };
    return from(0);
  });
}

Ref Elaboration::apply(const Expression& e) {
  if (!e.quoted && (e.name == "opaque" || e.name == "random")) return opaque(e);
  if (!e.quoted && e.arguments && is_reserved(e.name)) return function(e);
  if (!e.first && !e.arguments && !e.otherwise) return name(e);
  if (e.arguments) {
    ArrayValue value = call(e);
    if (!value.formals.empty())
      source_.fail(e.place,
                   fmt::format("the result of {} has {} more ax{} here, where a scalar is expected", e.name,
                               value.formals.size(), value.formals.size() == 1 ? "is" : "es"),
                   fmt::format("indices after the call: {}(...)[...]", e.name));
    return value.body;
  }
  const ArrayValue* x = find_array(e.name);
  if (!x) undefined(e);
  static const Bracket none;
  const Bracket& items = e.first ? *e.first : none;
  if (items.size() != x->formals.size())
    source_.fail(e.place,
                 fmt::format("{} has {} ax{}, but is read at {} ind{}", e.name, x->formals.size(),
                             x->formals.size() == 1 ? "is" : "es", items.size(), items.size() == 1 ? "ex" : "ices"));
  return read(*x, e.name, e.place, items, e.otherwise.get(), e.unproved).body;
}

Ref Elaboration::name(const Expression& e) {
  for (auto it = scope_.rbegin(); it != scope_.rend(); ++it)
    if (it->name == e.name) return b_.index_value(it->value);
  if (const ArrayValue* x = find_array(e.name)) {
    if (x->formals.empty()) return x->body;
    source_.fail(e.place,
                 fmt::format("{} has {} ax{}, but is read without indices", e.name, x->formals.size(),
                             x->formals.size() == 1 ? "is" : "es"),
                 fmt::format("{}[...]", e.name));
  }
  if (const BoundIndex* i = find_index(e.name)) return b_.index_value(i->value);
  if (sizes_.is_nat(e.name)) return b_.size_value(*sizes_.find(e.name));
  if (sizes_.find(e.name))
    source_.fail(e.place, fmt::format("the index {} is not bound here", e.name), "",
                 fmt::format("the size of the axis is |{0}|; an index is bound by sum[{0}] and the like", e.name));
  undefined(e);
}

void Elaboration::undefined(const Expression& e) {
  if (defs_.count(e.name) || uses_.count(e.name))
    source_.fail(e.place, fmt::format("{} is a def and needs arguments", e.name), fmt::format("{}(...)", e.name));
  std::vector<std::string> names;
  for (const auto& [n, x] : arrays_) names.push_back(n);
  for (const BoundIndex& i : scope_) names.push_back(i.name);
  if (e.arguments || e.first)
    for (const auto& [n, d] : defs_) names.push_back(n);
  source_.fail(e.place, fmt::format("{} is not defined", e.name), "", did_you_mean(e.name, names));
}

Ref Elaboration::function(const Expression& e) {
  static const std::map<std::string, Op> operators{
      {"exp", Op::exp},  {"log", Op::log}, {"sqrt", Op::sqrt},  {"erf", Op::erf},    {"sin", Op::sin}, {"cos", Op::cos},
      {"inv", Op::inv},  {"fin", Op::fin}, {"max", Op::max},    {"min", Op::min},    {"add", Op::add}, {"mul", Op::mul},
      {"and", Op::conj}, {"or", Op::disj}, {"not", Op::negate}, {"where", Op::where}};
  const auto& args = *e.arguments;
  auto count = [&](std::size_t n) {
    if (args.size() != n)
      source_.fail(e.place, fmt::format("{} has {} argument{}, not {}", e.name, n, n == 1 ? "" : "s", args.size()));
  };
  if (e.name == "index") {
    count(1);
    return b_.index_value(index(*args[0]));
  }
  if (e.name == "delta") {
    count(2);
    const IndexExpression d = index(*args[0]) - index(*args[1]);
    return b_.cases({-d, d}, b_.literal(1), b_.literal(0));
  }
  if (e.name == "view") {
    // A View box even where a renaming would do.
    count(1);
    const ArrayValue* x =
        args[0]->kind == Kind::apply && args[0]->first && !args[0]->arguments ? find_array(args[0]->name) : nullptr;
    if (!x || args[0]->first->size() != x->formals.size()) source_.fail(args[0]->place, "view needs a read", "X[...]");
    read(*x, args[0]->name, args[0]->place, *args[0]->first, nullptr, args[0]->unproved);
    IndexMap map;
    for (std::size_t s = 0; s < x->formals.size(); ++s) map[x->formals[s]] = index(*(*args[0]->first)[s].expression);
    std::vector<IndexExpression> at;
    for (Index i : x->body.at) at.push_back(map.count(i) ? map.at(i) : index_variable(i));
    return typed(e.place, [&] { return b_.view(x->body.wire, at); });
  }
  const Op op = operators.at(e.name);
  const int arity = info(op).arity;
  if (arity >= 0)
    count(static_cast<std::size_t>(arity));
  else if (args.empty())
    source_.fail(e.place, fmt::format("{} of nothing", e.name));
  std::vector<Ref> inputs;
  for (const auto& a : args) {
    inputs.push_back(scalar(*a));
    const bool needs_real = arity == 1 && op != Op::exp && op != Op::fin && op != Op::negate;
    if (needs_real && b_.dtype(inputs.back().wire) == DType::ext)
      source_.fail(a->place, fmt::format("{} of an ext scalar, which may be -inf", e.name), "a real",
                   "fin(x) is the real value of an ext x (0 for -inf)");
  }
  return typed(e.place, [&] { return b_.add(op, inputs); });
}

Ref Elaboration::opaque(const Expression& e) {
  const Expression& target = *e.operands[0];
  std::vector<Ref> inputs;
  for (const auto& a : *target.arguments) inputs.push_back(scalar(*a));
  std::optional<std::uint32_t> noise;
  if (e.first) {
    const bool numbered = e.name == "random" && e.first->size() == 1 && (*e.first)[0].expression->kind == Kind::number;
    if (!numbered || (*e.first)[0].expression->value.get_den() != 1 || (*e.first)[0].expression->value > 1000000000)
      source_.fail(e.place, "the bracket holds the number of a draw", "random[3] NAME(...)");
    noise = static_cast<std::uint32_t>((*e.first)[0].expression->value.get_num().get_ui());
  }
  return typed(e.place, [&] { return b_.opaque(Symbol(target.name), inputs, e.name == "opaque", noise); });
}

}  // namespace skein
