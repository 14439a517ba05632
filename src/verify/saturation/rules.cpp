#include "verify/saturation/rules.hpp"

#include "verify/rulebook.hpp"

namespace skein {

using namespace egraph;

namespace {

constexpr std::size_t most_nodes = 40;  // of a pattern, written as a tree

class NoPattern : public std::runtime_error {
 public:
  NoPattern() : std::runtime_error("a side of the theorem is no pattern") {}
};

// The sides of a theorem as patterns with common names.
class PatternMaker {
 public:
  PatternMaker(DiagramBuilder& b, DiagramTerms& terms) : b_(b), terms_(terms) {}

  Pattern pattern(const Ref& r) {
    out_ = {};
    walk(r);
    return std::move(out_);
  }

  Slot slot(Index i) {
    const auto [it, fresh] = slots_.emplace(i, static_cast<Slot>(slots_.size()));
    if (fresh) {
      names.slots["$" + std::to_string(it->second)] = it->second;
      names.slot_types.push_back(type(b_.axis(i).size));
    }
    return it->second;
  }

  PatternNames names;
  std::vector<Symbol> arrays, sizes;

 private:
  PatternType type(const Size& s) {
    if (s.is_constant()) return {false, terms_.type(s)};
    const Symbol* v = s.as_atom();
    if (!v) throw NoPattern();
    const auto [it, fresh] = names.types.emplace("?" + v->text(), static_cast<std::uint32_t>(sizes.size()));
    if (fresh) sizes.push_back(*v);
    return {true, it->second};
  }

  std::uint32_t walk(const Ref& r) {
    if (out_.nodes.size() > most_nodes) throw NoPattern();
    const Box box = b_.box(r.wire);
    PatternNode n;
    if (box.op == Op::input) {
      const auto [it, fresh] =
          names.variables.emplace("?" + box.name.text(), static_cast<std::uint32_t>(arrays.size()));
      if (fresh) arrays.push_back(box.name);
      n.variable = true, n.number = it->second;
      for (Index i : r.at) n.slots.push_back(slot(i));
    } else {
      const auto o = terms_.structural(box);
      if (!o) throw NoPattern();
      n.number = *o;
      const auto opened = b_.open(r);
      for (Index i : opened.bound) {
        n.bound.push_back(slot(i));
        n.bound_types.push_back(type(b_.axis(i).size));
      }
      if (box.op == Op::size_value) {
        // The size as the type of a slot that nothing reads.
        n.bound.push_back(slot(b_.fresh({box.size, Symbol()})));
        n.bound_types.push_back(type(box.size));
      }
      for (const Ref& in : opened.inputs) n.children.push_back(walk(in));
    }
    out_.nodes.push_back(std::move(n));
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  DiagramBuilder& b_;
  DiagramTerms& terms_;
  std::map<Index, Slot> slots_;
  Pattern out_;
};

}  // namespace

void TheoremRules::add(Symbol name, const Statement& s) {
  for (Direction d : {Direction::forward, Direction::backward}) {
    if (!Matcher::usable(s, d)) continue;
    DiagramBuilder b;
    const Sides both = sides(b, s.left, s.right);
    PatternMaker maker(b, terms_);
    try {
      DirectedTheorem t{name, d, {}, {}, {}, {}};
      for (Index i : both.axes) t.outputs.push_back(maker.slot(i));
      Pattern from = maker.pattern(d == Direction::forward ? both.left : both.right);
      Pattern to = maker.pattern(d == Direction::forward ? both.right : both.left);
      t.arrays = maker.arrays, t.sizes = maker.sizes;
      const auto number = static_cast<std::uint32_t>(rules_.size());
      Rule rule(name.text() + (d == Direction::forward ? "" : " backward"), std::move(from), std::move(to), maker.names,
                [this, number](EGraph& g, const Bindings& m) { return holds(number, g, m); });
      for (std::size_t v = 0; v < t.arrays.size(); ++v) t.formals.push_back(rule.program().formals(v));
      rules_.push_back(std::move(rule));
      theorems_.push_back(std::move(t));
    } catch (const NoPattern&) {
    } catch (const TooManySlots&) {
    } catch (const std::invalid_argument&) {  // the other side has an array or a size that this one has not
    }
  }
}

void TheoremRules::add_grouping(const std::string& op) {
  const char* lines[][2] = {
      {"(@ ?a ?b ?c)", "(@ (@ ?a ?b) ?c)"},       {"(@ (@ ?a ?b) ?c)", "(@ ?a ?b ?c)"},
      {"(@ ?a ?b ?c ?d)", "(@ (@ ?a ?b ?c) ?d)"}, {"(@ ?a ?b ?c ?d)", "(@ (@ ?a ?b) (@ ?c ?d))"},
      {"(@ (@ ?a ?b ?c) ?d)", "(@ ?a ?b ?c ?d)"}, {"(@ (@ ?a ?b) (@ ?c ?d))", "(@ ?a ?b ?c ?d)"},
      {"(@ (@ ?a ?b) ?c ?d)", "(@ ?a ?b ?c ?d)"},
  };
  for (const auto& line : lines) {
    std::string sides[2] = {line[0], line[1]};
    for (std::string& side : sides)
      for (std::size_t at; (at = side.find('@')) != std::string::npos;) side.replace(at, 1, op);
    rules_.push_back(Rule::read(language_, op + " grouped", sides[0], sides[1]));
  }
}

std::optional<Rewrite> TheoremRules::instance(std::uint32_t rule, const std::function<Ref(std::size_t)>& body,
                                              const Slots& slots, const std::vector<TypeId>& types,
                                              const std::function<Index(Slot)>& index) {
  const DirectedTheorem& t = theorems_.at(rule);
  if (!admit_(t.name)) return std::nullopt;
  const Theorem& theorem = *k_.find_theorem(t.name);
  DiagramBuilder& b = k_.arena();
  DiagramBuilder::Substitution s;
  for (std::size_t k = 0; k < t.sizes.size(); ++k) s.sizes[t.sizes[k]] = terms_.size(types.at(k));
  for (std::size_t v = 0; v < t.arrays.size(); ++v) {
    DiagramBuilder::Substitution::Array a{{}, body(v)};
    if (!b.deterministic(a.body.wire)) return std::nullopt;
    for (Slot f : t.formals[v]) a.formals.push_back(index(slots[f]));
    const auto& ports = theorem.statement().left.inputs();
    const auto port =
        std::find_if(ports.begin(), ports.end(), [&](const InputPort& p) { return p.name == t.arrays[v]; });
    const DType have = b.dtype(a.body.wire);
    if (port == ports.end() || (have != port->dtype && !(have == DType::real && port->dtype == DType::ext)))
      return std::nullopt;
    s.inputs[t.arrays[v]] = std::move(a);
  }
  std::vector<Index> outputs;
  const auto& axes = theorem.statement().left.outputs().front().axes;
  for (std::size_t k = 0; k < t.outputs.size(); ++k)
    outputs.push_back(slots[t.outputs[k]] == no_slot ? b.fresh({substitute(axes[k].size, s.sizes), axes[k].name})
                                                     : index(slots[t.outputs[k]]));
  const std::optional<Rewrite> r = n_.rewriter().instance(theorem, s, outputs, n_.signs());
  if (!r || t.direction == Direction::forward) return r;
  return n_.rewriter().reverse(*r);
}

bool TheoremRules::holds(std::uint32_t rule, EGraph& g, const Bindings& m) {
  const Match* match = m.match();
  Match plain;
  if (!match) {
    for (std::size_t v = 0; v < theorems_[rule].arrays.size(); ++v) plain.variables.push_back(m[v]);
    match = &plain;
  }
  Words key;
  for (const Applied& v : match->variables) {
    key.push_back(v.id);
    key.insert(key.end(), v.args.begin(), v.args.end());
  }
  key.insert(key.end(), match->slots.begin(), match->slots.end());
  key.insert(key.end(), match->types.begin(), match->types.end());
  const auto [it, fresh] = asked_.emplace(std::pair(rule, std::move(key)), false);
  if (!fresh) return it->second;
  std::map<Slot, Index> indices;
  auto index = [&](Slot name, TypeId type) {
    const auto [at, unnamed] = indices.emplace(name, Index{});
    if (unnamed) at->second = k_.arena().fresh({terms_.size(type), Symbol()});
    return at->second;
  };
  try {
    const Program& p = rules_[rule].program();
    for (Slot s = 0; s < match->slots.size(); ++s)
      if (match->slots[s] != no_slot) {
        const PatternType t = p.slot_type(s);
        index(match->slots[s], t.variable ? match->types.at(t.number) : t.number);
      }
    auto body = [&](std::size_t v) {
      const Applied& a = match->variables[v];
      std::vector<Index> at;
      for (std::size_t k = 0; k < a.args.size(); ++k) at.push_back(index(a.args[k], g.slot_type(a.id, k)));
      return terms_.at(terms_.node(g, a.id), at);
    };
    return it->second =
               instance(rule, body, match->slots, match->types, [&](Slot s) { return indices.at(s); }).has_value();
  } catch (const Rejected&) {
  } catch (const IllTyped&) {
  } catch (const std::out_of_range&) {  // a slot that only the other side has
  }
  return false;
}

}  // namespace skein
