// Index expressions and the conditions on them.
#include <fmt/format.h>

#include <algorithm>

#include "lang/elaboration.hpp"

namespace skein {

using Kind = Expression::Kind;

const Elaboration::BoundIndex* Elaboration::find_index(const std::string& name) {
  for (auto it = scope_.rbegin(); it != scope_.rend(); ++it)
    if (it->name == name) return &*it;
  for (FreeIndex& f : free_)
    if (f.name == name) {
      f.used = true;
      found_free_ = {f.name, index_variable(f.index), f.size};
      return &found_free_;
    }
  return nullptr;
}

Index Elaboration::bind_index(Place place, const std::string& name, const Size& size) {
  for (const BoundIndex& i : scope_)
    if (i.name == name)
      source_.fail(place, fmt::format("the index {} is bound already", name), "",
                   fmt::format("give the new index a name of its own: j:{}", name));
  for (FreeIndex& f : free_)
    if (f.name == name && !f.rebound) f.rebound = true, f.rebound_at = place;
  Index i = b_.fresh({size, Symbol(name)});
  scope_.push_back({name, index_variable(i), size});
  return i;
}

Size Elaboration::binder_size(const BracketItem& item) const {
  if (item.size) return sizes_.size(*item.size);
  const std::string& name = item.expression->name;
  if (sizes_.is_nat(name))
    source_.fail(item.expression->place, fmt::format("{} is a number, not an axis", name), "",
                 fmt::format("bind an index over it: i:{}", name));
  if (const Size* s = sizes_.find(name)) return *s;
  std::string hint = sizes_.axis_suggestion(name);
  source_.fail(item.expression->place, fmt::format("there is no axis {}", name), "",
               hint.empty() ? fmt::format("bind an index over a known axis: {}:AXIS", name) : hint);
}

std::vector<Index> Elaboration::bind_items(const Bracket& items) {
  std::vector<Index> out;
  for (const BracketItem& item : items) {
    if (item.target) source_.fail(item.target->place, "a reduction has no place to put a result", "NAME or NAME:SIZE");
    if (item.expression->kind == Kind::tuple && !item.size) {
      for (const auto& part : item.expression->operands) {
        if (!part->plain_name()) source_.fail(part->place, "this is not the name of an index", "NAME or NAME:SIZE");
        const Size* s = sizes_.find(part->name);
        if (!s)
          source_.fail(part->place, fmt::format("there is no axis {}", part->name), "",
                       sizes_.axis_suggestion(part->name));
        out.push_back(bind_index(part->place, part->name, *s));
      }
      continue;
    }
    if (!item.expression->plain_name())
      source_.fail(item.expression->place, "this is not the name of an index", "NAME or NAME:SIZE");
    const Size size = binder_size(item);
    out.push_back(bind_index(item.expression->place, item.expression->name, size));
  }
  return out;
}

std::string Elaboration::shown(const IndexExpression& e) const {
  return to_string(
      e, [&](Index i) { return b_.axis(i).name.empty() ? fmt::format("i{}", i.id) : b_.axis(i).name.text(); });
}

// By its shape: so that `if` knows whether its condition is about indices only.
bool Elaboration::is_index(const Expression& e) {
  switch (e.kind) {
    case Kind::number: return e.value.get_den() == 1;
    case Kind::size: return true;
    case Kind::apply: {
      if (!e.plain_name()) return false;
      for (const BoundIndex& i : scope_)
        if (i.name == e.name) return true;
      if (find_array(e.name)) return false;
      for (const FreeIndex& f : free_)
        if (f.name == e.name) return true;
      return sizes_.find(e.name) != nullptr;
    }
    case Kind::sum:
    case Kind::product:
    case Kind::minus:
    case Kind::tuple:
      return std::all_of(e.operands.begin(), e.operands.end(), [&](const auto& o) { return is_index(*o); });
    default: return false;
  }
}

IndexExpression Elaboration::index(const Expression& e) {
  switch (e.kind) {
    case Kind::number:
      if (e.value.get_den() != 1) source_.fail(e.place, "an index is a whole number");
      return IndexExpression::constant(e.value.get_num());
    case Kind::size: return index_size(sizes_.size(*e.operands[0]));
    case Kind::minus: return -index(*e.operands[0]);
    case Kind::apply:
      if (!e.plain_name()) break;
      if (const BoundIndex* i = find_index(e.name)) return i->value;
      if (sizes_.is_nat(e.name)) return index_size(*sizes_.find(e.name));
      if (sizes_.find(e.name))
        source_.fail(
            e.place, fmt::format("the index {} is not bound here", e.name), "",
            fmt::format("sum over it (sum[{0}] ...), or make it an axis of the result; its size is |{0}|", e.name));
      if (find_array(e.name))
        source_.fail(e.place, fmt::format("{} is an array; an index cannot depend on data", e.name),
                     "an index expression");
      {
        std::vector<std::string> names = sizes_.names();
        for (const BoundIndex& i : scope_) names.push_back(i.name);
        source_.fail(e.place, fmt::format("there is no index {}", e.name), "", did_you_mean(e.name, names));
      }
    case Kind::tuple: {
      // (i1, ..., in) = (... (i1*|i2| + i2) ...)*|in| + in
      IndexExpression merged;
      for (std::size_t k = 0; k < e.operands.size(); ++k) {
        const Expression& o = *e.operands[k];
        IndexExpression value = index(o);
        if (k > 0) {
          const BoundIndex* i = o.plain_name() ? find_index(o.name) : nullptr;
          if (!i)
            source_.fail(o.place, "only the first part of a merged index may be an expression", "the name of an index");
          merged = merged * index_size(i->size);
        }
        merged += value;
      }
      return merged;
    }
    case Kind::sum: {
      IndexExpression out;
      for (std::size_t i = 0; i < e.operands.size(); ++i) {
        if (e.operators[i] == '+')
          out += index(*e.operands[i]);
        else
          out -= index(*e.operands[i]);
      }
      return out;
    }
    case Kind::product: {
      IndexExpression out = index_constant(1);
      for (std::size_t i = 0; i < e.operands.size(); ++i) {
        const Expression& o = *e.operands[i];
        if (e.operators[i] == '*') {
          out = out * index(o);
          continue;
        }
        if (!sizes_.is_size(o)) source_.fail(o.place, "an index is divided by a size only", "a numeral or |NAME|");
        const Size divisor = sizes_.size(o);
        if (!sizes_.context().positive(divisor))
          source_.fail(o.place, fmt::format("the divisor {} is not known to be >= 1", to_string(divisor)));
        out = e.operators[i] == '/' ? floor_divide(out, divisor) : modulo(out, divisor);
      }
      return out;
    }
    default: break;
  }
  source_.fail(e.place, "this is not an index expression", "indices, numerals, |NAME|, + - * / % and (i,j)");
}

bool Elaboration::is_index_condition(const Expression& e) {
  switch (e.kind) {
    case Kind::comparison:
    case Kind::conjunction:
    case Kind::disjunction:
    case Kind::negation:
      return std::all_of(e.operands.begin(), e.operands.end(), [&](const auto& o) {
        return e.kind == Kind::comparison ? is_index(*o) : is_index_condition(*o);
      });
    default: return false;
  }
}

bool Elaboration::is_conjunction_of_atoms(const Expression& e) const {
  if (e.kind == Kind::comparison) return std::find(e.relations.begin(), e.relations.end(), "!=") == e.relations.end();
  return e.kind == Kind::conjunction &&
         std::all_of(e.operands.begin(), e.operands.end(), [&](const auto& o) { return is_conjunction_of_atoms(*o); });
}

// Each atom is an expression that is >= 0.
void Elaboration::collect_atoms(const Expression& e, Guards& out) {
  if (e.kind == Kind::conjunction) {
    for (const auto& o : e.operands) collect_atoms(*o, out);
    return;
  }
  for (std::size_t i = 0; i < e.relations.size(); ++i) {
    const IndexExpression l = index(*e.operands[i]), r = index(*e.operands[i + 1]), one = index_constant(1);
    const std::string& relation = e.relations[i];
    if (relation == "<=" || relation == "==") out.push_back(r - l);
    if (relation == ">=" || relation == "==") out.push_back(l - r);
    if (relation == "<") out.push_back(r - l - one);
    if (relation == ">") out.push_back(l - r - one);
  }
}

}  // namespace skein
