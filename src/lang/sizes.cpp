#include "lang/sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "lang/lexer.hpp"

namespace skein {
namespace {

using Kind = Expression::Kind;

bool is_kind(const AxisSyntax& a, const char* word) {
  return a.size && a.size->plain_name() && !a.size->quoted && a.size->name == word;
}

// p == 0 as an equation between sums without a minus sign.
SizeEquation parted(const Size& p) {
  SizeEquation e;
  for (const auto& [m, c] : p.terms()) {
    if (c > 0)
      e.left += Size::term(c, m);
    else
      e.right += Size::term(Integer(-c), m);
  }
  return e;
}

const Symbol* as_variable(const Size& s) { return s.as_atom(); }

bool mentions(const Size& s, Symbol v) {
  for (const auto& [m, c] : s.terms())
    if (std::find(m.begin(), m.end(), v) != m.end()) return true;
  return false;
}

}  // namespace

std::string at_least(const Size& p) {
  const SizeEquation e = parted(p);
  return fmt::format("{} >= {}", to_string(e.left), to_string(e.right));
}

std::string to_string(const SizeEquation& e) { return to_string(e.left) + " == " + to_string(e.right); }

SizeEquation reduced(const Size& difference, const SizeContext& context) {
  if (difference.is_zero()) return {};
  Size d = difference;
  Integer content = 0;
  for (const auto& [m, c] : d.terms()) content = gcd(content, c);
  if (content > 1) d = *divide_exactly(d, Size::constant(content));
  const Size::Monomial candidates = d.terms().begin()->first;
  for (Symbol v : candidates)
    if (context.lower_bound(v) >= 1)
      if (const auto quotient = divide_exactly(d, size_variable(v))) d = *quotient;
  return parted(d);
}

std::optional<std::pair<Symbol, Size>> solve_linear(const Size& difference, const std::vector<Symbol>& variables) {
  for (auto v = variables.rbegin(); v != variables.rend(); ++v)
    for (long sign : {1, -1}) {
      const Size value = size_variable(*v) - size_constant(sign) * difference;
      if (!mentions(value, *v)) return std::pair(*v, value);
    }
  return std::nullopt;
}

void SizeScope::declare_variable(const std::string& name, int lower) {
  Symbol v(name);
  sizes_[name] = size_variable(v);
  if (std::find(variables_.begin(), variables_.end(), v) == variables_.end()) variables_.push_back(v);
  if (lower == 0) context_.lower[v] = 0;
}

void SizeScope::declare(const std::vector<AxisSyntax>& size_parameters, const std::vector<const ArraySyntax*>& arrays) {
  for (const AxisSyntax& p : size_parameters) {
    if (p.name.empty()) source_.fail(p.place, "a size parameter needs a name", "s:nat or n:axis");
    if (sizes_.count(p.name)) source_.fail(p.place, fmt::format("the size {} is declared twice", p.name));
    bool nat = is_kind(p, "nat");
    if (p.size && !nat && !is_kind(p, "axis"))
      source_.fail(p.place, fmt::format("\"{}\" is not a kind of sizes", p.size->name),
                   "nat (0, 1, 2, ...) or axis (1, 2, ...)");
    declare_variable(p.name, nat || p.maybe_empty ? 0 : 1);
    if (nat) nats_[p.name] = true;
    parameters_.push_back(Symbol(p.name));
  }
  // Names with a size of their own, wherever they stand in the header, are not variables.
  std::map<std::string, const AxisSyntax*> given;
  std::vector<const AxisSyntax*> all;
  std::function<void(const AxisSyntax&)> collect = [&](const AxisSyntax& a) {
    for (const AxisSyntax& p : a.parts) collect(p);
    if (!a.parts.empty()) return;
    all.push_back(&a);
    if (a.size && !a.name.empty()) given.emplace(a.name, &a);
    if (is_kind(a, "nat") || is_kind(a, "axis"))
      source_.fail(a.place, fmt::format("\"{}\" is declared here as a kind of size, not as an axis", a.name), "",
                   "size parameters stand in a bracket before the parameters: NAME[s:nat](...)");
  };
  for (const ArraySyntax* array : arrays)
    for (const AxisSyntax& a : array->axes) collect(a);
  for (const AxisSyntax* a : all)
    if (!a->size) {
      if (given.count(a->name)) {
      } else if (!sizes_.count(a->name)) {
        declare_variable(a->name, a->maybe_empty ? 0 : 1);
      } else if (a->maybe_empty) {
        if (const Symbol* v = as_variable(sizes_.at(a->name))) context_.lower[*v] = 0;
      }
    }
  std::set<std::string> in_progress;
  std::function<void(const Expression&)> resolve_names = [&](const Expression& e) {
    if (e.plain_name())
      if (auto it = given.find(e.name); it != given.end() && !sizes_.count(e.name)) {
        if (!in_progress.insert(e.name).second)
          source_.fail(e.place, fmt::format("the size of the axis {} depends on itself", e.name));
        resolve_names(*it->second->size);
        sizes_[e.name] = size(*it->second->size);
      }
    for (const auto& o : e.operands) resolve_names(*o);
  };
  for (const AxisSyntax* a : all) {
    if (!a->size || a->name.empty()) continue;
    in_progress.insert(a->name);
    resolve_names(*a->size);
    in_progress.erase(a->name);
    Size s = size(*a->size);
    auto [it, fresh] = sizes_.emplace(a->name, s);
    if (!fresh && !(it->second == s))
      source_.fail(a->place, fmt::format("the axis {} has size {} here, but {} elsewhere", a->name, to_string(s),
                                         to_string(it->second)));
  }
  std::function<void(const AxisSyntax&)> note = [&](const AxisSyntax& a) {
    if (a.maybe_empty) return;
    for (const AxisSyntax& p : a.parts) note(p);
    Nonempty n{a.place, a.parts.empty() && !a.size ? sizes_.at(a.name) : axis(a).size, {}};
    for (const AxisSyntax& p : a.parts) n.parts.push_back(axis(p).size);
    nonempty_.push_back(std::move(n));
  };
  for (const ArraySyntax* array : arrays)
    for (const AxisSyntax& a : array->axes) note(a);
}

void SizeScope::add_hypothesis(const Size& p) {
  if (context_.nonnegative(p)) return;
  // v >= 1 is a lower bound.
  const Size above = p + size_constant(1);
  if (const Symbol* v = as_variable(above); v && context_.lower_bound(*v) == 0) {
    context_.lower.erase(*v);
    return;
  }
  if (std::find(context_.hypotheses.begin(), context_.hypotheses.end(), p) == context_.hypotheses.end())
    context_.hypotheses.push_back(p);
}

void SizeScope::solve(Symbol variable, const Size& value) {
  const std::map<Symbol, Size> map{{variable, value}};
  for (auto& [name, s] : sizes_) s = substitute(s, map);
  for (Nonempty& n : nonempty_) {
    n.size = substitute(n.size, map);
    for (Size& part : n.parts) part = substitute(part, map);
  }
  for (FlooredSize& f : floored_) {
    f.numerator = substitute(f.numerator, map);
    f.denominator = substitute(f.denominator, map);
    f.offset = substitute(f.offset, map);
  }
  std::vector<Size> hypotheses = std::exchange(context_.hypotheses, {});
  bool may_be_zero = context_.lower.erase(variable) != 0;
  for (const Size& h : hypotheses) add_hypothesis(substitute(h, map));
  add_hypothesis(may_be_zero ? value : value - size_constant(1));
  variables_.erase(std::remove(variables_.begin(), variables_.end(), variable), variables_.end());
}

void SizeScope::assume_equal(const Size& l, const Size& r) {
  auto is_free = [&](Symbol v) {
    return std::find(parameters_.begin(), parameters_.end(), v) == parameters_.end() &&
           std::none_of(floored_.begin(), floored_.end(), [&](const FlooredSize& f) { return f.variable == v; });
  };
  auto solvable = [&](const Size& side, const Size& other) {
    const Symbol* v = as_variable(side);
    return v && !mentions(other, *v) && is_free(*v);
  };
  if (solvable(l, r)) return solve(*as_variable(l), r);
  if (solvable(r, l)) return solve(*as_variable(r), l);
  const SizeEquation e = reduced(l - r, context_);
  const Size difference = e.left - e.right;
  if (difference.is_zero()) return;
  std::vector<Symbol> candidates;
  std::copy_if(variables_.begin(), variables_.end(), std::back_inserter(candidates), is_free);
  if (const auto solved = solve_linear(difference, candidates)) return solve(solved->first, solved->second);
  add_hypothesis(difference);
  add_hypothesis(-difference);
}

Symbol SizeScope::declare_fresh(Symbol like) {
  std::string name = like.text();
  while (sizes_.count(name)) name += "'";
  declare_variable(name, 1);
  return Symbol(name);
}

bool SizeScope::assume(const ConditionSyntax& c) {
  const bool equation = c.relation == "=" || c.relation == "==";
  if (!is_size(*c.left) || !is_size(*c.right)) return false;
  if (equation && assume_floor(c)) return true;
  const Size l = size(*c.left), r = size(*c.right);
  if (equation) {
    assume_equal(l, r);
    return true;
  }
  const Size one = size_constant(1);
  if (c.relation == ">=")
    add_hypothesis(l - r);
  else if (c.relation == "<=")
    add_hypothesis(r - l);
  else if (c.relation == ">")
    add_hypothesis(l - r - one);
  else if (c.relation == "<")
    add_hypothesis(r - l - one);
  else
    source_.fail(c.place, "a condition != on sizes is not of use here", "one of = >= <= > <");
  return true;
}

// |y| = p / d + q, where d does not divide p: floor division.
bool SizeScope::assume_floor(const ConditionSyntax& c) {
  const Expression* quotient = nullptr;
  Size offset;
  auto inexact = [&](const Expression& e) {
    if (e.kind != Kind::product || e.operators.back() != '/') return false;
    for (std::size_t i = 1; i + 1 < e.operators.size(); ++i)
      if (e.operators[i] != '*') return false;
    Size p = size_constant(1);
    for (std::size_t i = 0; i + 1 < e.operands.size(); ++i) p = p * size(*e.operands[i]);
    const Size d = size(*e.operands.back());
    return !d.is_zero() && !divide_exactly(p, d);
  };
  if (inexact(*c.right)) {
    quotient = c.right.get();
  } else if (c.right->kind == Kind::sum) {
    for (std::size_t i = 0; i < c.right->operands.size(); ++i) {
      const Expression& term = *c.right->operands[i];
      if (!quotient && c.right->operators[i] == '+' && inexact(term)) {
        quotient = &term;
        continue;
      }
      if (c.right->operators[i] == '+')
        offset += size(term);
      else
        offset -= size(term);
    }
  }
  if (!quotient) return false;
  const Size left = size(*c.left);
  const Symbol* v = as_variable(left);
  if (!v) source_.fail(c.left->place, "a size that is a quotient needs a name of its own", "|NAME| = (...)/d + ...");
  FlooredSize f{*v, size_constant(1), size(*quotient->operands.back()), offset};
  for (std::size_t i = 0; i + 1 < quotient->operands.size(); ++i)
    f.numerator = f.numerator * size(*quotient->operands[i]);
  if (mentions(f.numerator, *v) || mentions(f.denominator, *v) || mentions(offset, *v))
    source_.fail(c.left->place, fmt::format("the size of {} depends on itself", v->text()));
  if (!context_.positive(f.denominator))
    source_.fail(quotient->operands.back()->place,
                 fmt::format("the divisor {} is not known to be >= 1", to_string(f.denominator)), "",
                 fmt::format("add the condition {} >= 1 before this one", to_string(f.denominator)));
  const Size product = f.denominator * (left - offset);
  add_hypothesis(f.numerator - product);
  add_hypothesis(product + f.denominator - size_constant(1) - f.numerator);
  floored_.push_back(std::move(f));
  return true;
}

void SizeScope::assume_nonempty() {
  for (auto& [place, s, parts] : std::exchange(nonempty_, {})) {
    const Size p = s - size_constant(1);
    // That a merged axis is not empty follows from its parts, but not always by the kernel's arithmetic.
    if (std::any_of(parts.begin(), parts.end(),
                    [&](const Size& part) { return !context_.find_farkas(part - size_constant(1)); }))
      continue;
    if (p.is_constant() && p.constant_term() < 0)
      source_.fail(place, fmt::format("an axis of size {} is always empty", to_string(s)));
    // A variable below 1 was declared possibly empty elsewhere; only composed sizes need a hypothesis.
    if (!as_variable(s) && !context_.find_farkas(p)) add_hypothesis(p);
  }
}

const Size* SizeScope::find(const std::string& name) const {
  auto it = sizes_.find(name);
  return it == sizes_.end() ? nullptr : &it->second;
}

std::vector<std::string> SizeScope::names() const {
  std::vector<std::string> out;
  for (const auto& [name, s] : sizes_) out.push_back(name);
  return out;
}

std::string SizeScope::axis_suggestion(const std::string& name) const { return did_you_mean(name, names()); }

Axis SizeScope::axis(const AxisSyntax& a) const {
  if (!a.parts.empty()) {
    Axis merged{size_constant(1), Symbol()};
    std::string name;
    for (const AxisSyntax& p : a.parts) {
      Axis part = axis(p);
      merged.size = merged.size * part.size;
      name += (name.empty() ? "" : "_") + part.name.text();
    }
    merged.name = Symbol(name);
    return merged;
  }
  if (a.size) {
    Size s = size(*a.size);
    if (s.is_constant() && s.constant_term() < 0)
      source_.fail(a.place, fmt::format("an axis of negative size {}", to_string(s)));
    return {s, Symbol(a.name)};
  }
  if (const Size* s = find(a.name)) return {*s, Symbol(a.name)};
  std::string hint = axis_suggestion(a.name);
  source_.fail(a.place, fmt::format("there is no axis {}", a.name), "",
               hint.empty() ? fmt::format("declare it in the header, or write {}:SIZE", a.name) : hint);
}

bool SizeScope::is_size(const Expression& e) const {
  switch (e.kind) {
    case Kind::number: return true;
    case Kind::size: return true;
    case Kind::apply: return e.plain_name() && sizes_.count(e.name) != 0;
    case Kind::sum:
    case Kind::product:
    case Kind::tuple:
    case Kind::minus:
      return std::all_of(e.operands.begin(), e.operands.end(), [&](const auto& o) { return is_size(*o); });
    default: return false;
  }
}

Size SizeScope::size(const Expression& e) const {
  switch (e.kind) {
    case Kind::number:
      if (e.value.get_den() != 1) source_.fail(e.place, "a size is a whole number");
      return Size::constant(e.value.get_num());
    case Kind::size: return size(*e.operands[0]);
    case Kind::minus: return -size(*e.operands[0]);
    case Kind::apply:
      if (e.plain_name()) {
        if (const Size* s = find(e.name)) return *s;
        std::string hint = axis_suggestion(e.name);
        source_.fail(e.place, fmt::format("there is no axis or size {}", e.name), "",
                     hint.empty() ? fmt::format("declare it before the parameters: NAME[{}:axis](...)", e.name) : hint);
      }
      break;
    case Kind::tuple: {
      Size s = size_constant(1);
      for (const auto& o : e.operands) s = s * size(*o);
      return s;
    }
    case Kind::sum: {
      Size s;
      for (std::size_t i = 0; i < e.operands.size(); ++i) {
        if (e.operators[i] == '+')
          s += size(*e.operands[i]);
        else
          s -= size(*e.operands[i]);
      }
      return s;
    }
    case Kind::product: {
      Size s = size_constant(1);
      for (std::size_t i = 0; i < e.operands.size(); ++i) {
        const Size factor = size(*e.operands[i]);
        if (e.operators[i] == '*') {
          s = s * factor;
          continue;
        }
        std::optional<Size> q;
        if (e.operators[i] == '/' && !factor.is_zero()) q = divide_exactly(s, factor);
        if (!q)
          source_.fail(e.operands[i]->place,
                       fmt::format("{} is not a multiple of {} as a polynomial", to_string(s), to_string(factor)), "",
                       "name the quotient: where |y| = ... / ...");
        s = *q;
      }
      return s;
    }
    default: break;
  }
  source_.fail(e.place, "this is not a size", "numerals, names of axes, + - * and exact division");
}

}  // namespace skein
