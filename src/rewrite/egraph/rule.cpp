#include "rewrite/egraph/rule.hpp"

#include <stdexcept>

namespace skein::egraph {
namespace {

// A pattern instantiated bottom up.
class Instance {
 public:
  using Variable = std::function<Applied(const PatternNode&)>;

  Instance(EGraph& g, const Pattern& p, Slots& slots, const std::vector<TypeId>& types,
           const std::vector<PatternType>& slot_types, Slot next_name)
      : g_(g), p_(p), slots_(slots), types_(types), slot_types_(slot_types), next_name_(next_name) {}

  Applied make(const Variable& variable, std::vector<Applied>* made) {
    std::vector<Applied> value(p_.nodes.size());
    for (std::size_t k = 0; k < p_.nodes.size(); ++k) {
      const PatternNode& n = p_.nodes[k];
      if (n.variable) {
        for (Slot s : n.slots) name(s);
        value[k] = variable(n);
        continue;
      }
      NodeSpec spec{.op = n.number};
      for (Slot s : n.slots) {
        spec.direct.push_back(name(s));
        spec.direct_types.push_back(type(slot_types_[s]));
      }
      for (const PatternType& t : n.bound_types) spec.bound.push_back(type(t));
      for (std::uint32_t c : n.children) {
        Applied in = value[c];
        for (Slot& s : in.args)
          for (std::size_t b = 0; b < n.bound.size(); ++b)
            if (s == name(n.bound[b])) {
              s = static_cast<Slot>(first_bound + b);
              break;
            }
        spec.children.push_back(in);
      }
      value[k] = g_.add(spec);
      if (made) made->push_back(value[k]);
    }
    return value.back();
  }

  Slot name(Slot s) {
    if (slots_[s] == no_slot) slots_[s] = next_name_++;
    return slots_[s];
  }

 private:
  TypeId type(PatternType t) const { return t.variable ? types_[t.number] : t.number; }

  EGraph& g_;
  const Pattern& p_;
  Slots& slots_;
  const std::vector<TypeId>& types_;
  const std::vector<PatternType>& slot_types_;
  Slot next_name_;
};

}  // namespace

Applied instantiate(EGraph& g, const Pattern& p, const Program& formals, Match& m, std::vector<Applied>* made) {
  Slot next = 0;
  auto above = [&](const Slots& names) {
    for (Slot s : names)
      if (s != no_slot) next = std::max(next, static_cast<Slot>(s + 1));
  };
  for (const Applied& n : m.nodes) above(n.args);
  for (const Applied& v : m.variables) above(v.args);
  above(m.slots);
  std::vector<PatternType> slot_types;
  for (Slot s = 0; s < formals.slots(); ++s) slot_types.push_back(formals.slot_type(s));
  Instance instance(g, p, m.slots, m.types, slot_types, next);
  return instance.make(
      [&](const PatternNode& n) {
        Applied v = m.variables[n.number];
        const Slots& from = formals.formals(n.number);
        for (Slot& s : v.args)
          for (std::size_t k = 0; k < from.size(); ++k)
            if (s == m.slots[from[k]]) {
              s = m.slots[n.slots[k]];
              break;
            }
        return v;
      },
      made);
}

Applied add_term(EGraph& g, const Pattern& p, const PatternNames& names) {
  if (!names.variables.empty() || !names.types.empty())
    throw std::invalid_argument("a term has no variables; a pattern was given");
  Slots slots = Slots::identity(names.slots.size());
  Instance instance(g, p, slots, {}, names.slot_types, static_cast<Slot>(names.slots.size()));
  return instance.make([](const PatternNode&) { return Applied{}; }, nullptr);
}

Rule::Rule(std::string name, Pattern left, Pattern right, const PatternNames& names, Condition condition)
    : name_(std::move(name)),
      program_(std::move(left), names),
      right_(std::move(right)),
      condition_(std::move(condition)) {
  std::vector<bool> named(names.variables.size()), sized(names.types.size());
  for (const PatternNode& n : program_.pattern().nodes) {
    if (n.variable) named[n.number] = true;
    for (const PatternType& t : n.bound_types)
      if (t.variable) sized[t.number] = true;
    for (Slot s : n.slots)
      if (const PatternType t = names.slot_types[s]; t.variable) sized[t.number] = true;
  }
  for (const auto& [text, number] : names.variables)
    if (!named[number]) throw std::invalid_argument("the left side of the rule " + name_ + " does not have " + text);
  for (const auto& [text, number] : names.types)
    if (!sized[number]) throw std::invalid_argument("the left side of the rule " + name_ + " does not have " + text);
}

Rule Rule::read(Language& language, std::string name, std::string_view left, std::string_view right,
                const std::function<skein::egraph::Condition(const PatternNames&)>& condition) {
  PatternNames names;
  Pattern l = read_pattern(language, names, left);
  Pattern r = read_pattern(language, names, right);
  return Rule(std::move(name), std::move(l), std::move(r), names,
              condition ? condition(names) : skein::egraph::Condition{});
}

std::size_t Rule::apply(EGraph& g, const Words& words, std::uint32_t number,
                        const std::function<bool()>& enough) const {
  if (!program_.with_names(g)) return apply_plain(g, words, number, enough);
  std::size_t unions = 0;
  for (std::size_t at = 0; at < words.size() && !enough(); at += 1 + words[at])
    unions += apply_named(g, std::span(words).subspan(at + 1, words[at]), number);
  return unions;
}

std::size_t Rule::apply_plain(EGraph& g, const Words& words, std::uint32_t number,
                              const std::function<bool()>& enough) const {
  const std::size_t stride = program_.plain_words(), binds = program_.operators().size();
  std::vector<Id> value(right_.nodes.size()), children;
  Words record;
  std::size_t unions = 0;
  for (std::size_t at = 0; at < words.size() && !enough(); at += stride) {
    const std::span<const Id> variables{words.data() + at + binds, stride - binds};
    if (condition_ && !condition_(g, Bindings(variables))) continue;
    record.assign(words.begin() + static_cast<long>(at), words.begin() + static_cast<long>(at + stride));
    for (std::size_t k = 0; k < right_.nodes.size(); ++k) {
      const PatternNode& n = right_.nodes[k];
      if (n.variable) {
        value[k] = variables[n.number];
        continue;
      }
      children.clear();
      for (std::uint32_t c : n.children) children.push_back(value[c]);
      value[k] = g.add(n.number, children);
      record.push_back(value[k]);
    }
    const Id root = binds > 0 ? words[at] : variables[program_.pattern().root().number];
    unions += g.merge(root, value.back(), {ReasonKind::rule, number, record});
  }
  return unions;
}

bool Rule::apply_named(EGraph& g, std::span<const std::uint32_t> words, std::uint32_t number) const {
  Match m = program_.read(g, words);
  if (condition_ && !condition_(g, Bindings(m))) return false;
  std::vector<Applied> made;
  try {
    const Applied right = instantiate(g, right_, program_, m, &made);
    const Applied left = m.nodes.empty() ? m.variables[program_.pattern().root().number] : m.nodes.front();
    Words record;
    if (g.proofs()) {
      record.assign(words.begin(), words.end());
      for (const Applied& n : made) {
        record.push_back(n.id);
        record.insert(record.end(), n.args.begin(), n.args.end());
      }
      record.insert(record.end(), m.slots.begin(), m.slots.end());
    }
    return g.merge(left, right, {ReasonKind::rule, number, record});
  } catch (const TooManySlots&) {  // such a term is left out
    return false;
  }
}

}  // namespace skein::egraph
