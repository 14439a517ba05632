#include "rewrite/egraph/explain.hpp"

#include <algorithm>
#include <stdexcept>

#include "rewrite/egraph/explanation_builder.hpp"

namespace skein::egraph {
namespace {

constexpr std::size_t most_states = 5000;  // of the search for an arrangement of slots

class Explainer : private ExplanationBuilder {
 public:
  Explainer(EGraph& g, const std::vector<Rule>& rules) : ExplanationBuilder(g), rules_(rules) {}

  std::optional<Explanation> run(const Applied& a, const Applied& b) {
    for (const Slots* names : {&a.args, &b.args})
      for (Slot s : *names) next_ = std::max(next_, static_cast<Slot>(s + 1));
    const auto path = connect(a, b, static_cast<std::uint32_t>(g_.edges().size()));
    if (!path) return std::nullopt;
    out_.from = path->from, out_.to = path->to;
    out_.use = seal(*path);
    return std::move(out_);
  }

 private:
  // --- walking in the proof forest

  struct Step {
    std::uint32_t edge;
    bool forward;  // from u to v
  };

  // From node a to node b, both in one tree, over edges older than `before`.
  std::optional<std::vector<Step>> forest_path(Id a, Id b, std::uint32_t before) const {
    std::vector<Id> above_a{a}, above_b{b};
    for (std::vector<Id>* up : {&above_a, &above_b})
      while (g_.proof_parent(up->back()) != no_id) up->push_back(g_.proof_parent(up->back()));
    if (above_a.back() != above_b.back()) return std::nullopt;
    while (above_a.size() > 1 && above_b.size() > 1 && above_a[above_a.size() - 2] == above_b[above_b.size() - 2])
      above_a.pop_back(), above_b.pop_back();
    std::vector<Step> steps;
    for (std::size_t k = 0; k + 1 < above_a.size(); ++k) {
      const std::uint32_t e = g_.proof_edge(above_a[k]);
      steps.push_back({e, g_.edges()[e].u == above_a[k]});
    }
    for (std::size_t k = above_b.size() - 1; k-- > 0;) {
      const std::uint32_t e = g_.proof_edge(above_b[k]);
      steps.push_back({e, g_.edges()[e].v == above_b[k]});
    }
    for (const Step& s : steps)
      if (s.edge >= before) return std::nullopt;
    return steps;
  }

  // Names after a step; a slot that the step brings in gets what `fresh` gives.
  template <class Fresh>
  Slots cross(const Step& s, const Slots& names, Fresh fresh) const {
    const Edge& e = g_.edges()[s.edge];
    const Slots& to = g_.edge_slots(e);
    Slots out = Slots::filled(g_.arity(s.forward ? e.v : e.u), no_slot);
    for (std::size_t k = 0; k < to.size(); ++k) {
      if (to[k] == no_slot) continue;
      if (s.forward)
        out[to[k]] = names[k];
      else
        out[k] = names[to[k]];
    }
    for (Slot& n : out)
      if (n == no_slot) n = fresh();
    return out;
  }

  // Closed walks at a node: along a symmetry of its class, or over an equation that loses a slot and back. As the
  // names after it, of which no_slot is arbitrary.
  struct Loop {
    std::vector<Step> steps;
    Slots result;
    bool loses;
  };
  std::vector<Loop> loops(Id node, std::uint32_t before) {
    std::vector<Loop> out;
    const Id leader = g_.find(node);
    auto walk = [&](Id from, const std::vector<Step>& middle, Id back, bool loses) {
      auto there = forest_path(node, from, before), home = forest_path(back, node, before);
      if (!there || !home) return;
      Loop l{*there, Slots::identity(g_.arity(node)), loses};
      l.steps.insert(l.steps.end(), middle.begin(), middle.end());
      l.steps.insert(l.steps.end(), home->begin(), home->end());
      for (const Step& s : l.steps) l.result = cross(s, l.result, [] { return no_slot; });
      if (!is_identity(l.result)) out.push_back(std::move(l));
    };
    for (std::uint32_t e : g_.symmetry_edges(leader))
      if (e < before) walk(g_.edges()[e].u, {{e, true}}, g_.edges()[e].v, false);
    for (std::uint32_t e : g_.losing_edges(leader)) {
      if (e >= before) continue;
      const bool forward = g_.arity(g_.edges()[e].u) > g_.arity(g_.edges()[e].v);
      const Id larger = forward ? g_.edges()[e].u : g_.edges()[e].v;
      walk(larger, {{e, forward}, {e, !forward}}, larger, true);
    }
    return out;
  }

  // node a at names to node b at names.
  std::optional<Path> connect(const Applied& a, const Applied& b, std::uint32_t before) {
    const auto direct = forest_path(a.id, b.id, before);
    if (!direct) return std::nullopt;
    std::vector<Step> steps = *direct;
    Slots abstract = a.args;
    for (const Step& s : steps) abstract = cross(s, abstract, [] { return no_slot; });
    auto fits = [&](const Slots& s) {
      for (std::size_t k = 0; k < s.size(); ++k)
        if (s[k] != no_slot && s[k] != b.args[k]) return false;
      return true;
    };
    std::vector<Loop> moves;
    if (!fits(abstract)) {
      moves = loops(b.id, before);
      std::map<Slots, std::pair<Slots, std::size_t>> came_from;
      std::vector<Slots> queue{abstract};
      came_from.emplace(abstract, std::pair(abstract, moves.size()));
      std::optional<Slots> found;
      for (std::size_t k = 0; k < queue.size() && !found && queue.size() < most_states; ++k)
        for (std::size_t m = 0; m < moves.size() && !found; ++m) {
          Slots next = moves[m].result;
          for (Slot& s : next)
            if (s != no_slot) s = queue[k][s];
          if (!came_from.emplace(next, std::pair(queue[k], m)).second) continue;
          queue.push_back(next);
          if (fits(next)) found = next;
        }
      if (!found) return std::nullopt;
      std::vector<std::size_t> chosen;
      for (Slots at = *found; came_from.at(at).second < moves.size(); at = came_from.at(at).first)
        chosen.push_back(came_from.at(at).second);
      for (auto m = chosen.rbegin(); m != chosen.rend(); ++m)
        steps.insert(steps.end(), moves[*m].steps.begin(), moves[*m].steps.end());
    }
    if (auto p = walk(a, b, steps)) return p;
    // A wanted name is in use on the way: lose the slots once more, and choose the names then.
    if (moves.empty()) moves = loops(b.id, before);
    for (int round = 0; round < 2; ++round)
      for (const Loop& m : moves)
        if (m.loses) steps.insert(steps.end(), m.steps.begin(), m.steps.end());
    return walk(a, b, steps);
  }

  // The steps with names: those that come in on the way are arbitrary, and chosen to end at b's.
  std::optional<Path> walk(const Applied& a, const Applied& b, const std::vector<Step>& steps) {
    Path p{{}, term(a), term(b)};
    const Slot first_fresh = next_;
    std::vector<Slots> names{a.args};
    for (const Step& s : steps) names.push_back(cross(s, names.back(), [&] { return next_++; }));
    std::map<Slot, Slot> chosen;
    for (std::size_t k = 0; k < b.args.size(); ++k) {
      const Slot have = names.back()[k], want = b.args[k];
      if (have == want) continue;
      if (have < first_fresh) return std::nullopt;
      for (const Slots& at : names)
        if (at.contains(have) && at.contains(want)) return std::nullopt;
      chosen[have] = want;
    }
    for (Slots& at : names)
      for (Slot& s : at)
        if (auto it = chosen.find(s); it != chosen.end()) s = it->second;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const auto e = edge(steps[k].edge);
      if (!e) return std::nullopt;
      const bool f = steps[k].forward;
      p.hops.push_back({*e, !f, f ? names[k] : names[k + 1], f ? names[k + 1] : names[k]});
    }
    return p;
  }

  // --- the reason of an edge

  // term(u) at its slots == term(v).
  std::optional<EquationNumber> edge(std::uint32_t number) {
    if (auto it = edge_of_.find(number); it != edge_of_.end()) return it->second;
    const Slot outer = next_;
    const Edge e = g_.edges()[number];
    const Applied u{e.u, Slots::identity(g_.arity(e.u))};
    next_ = static_cast<Slot>(g_.arity(e.u));
    const Applied v{e.v, cross({number, true}, u.args, [&] { return next_++; })};
    std::optional<EquationUse> use;
    switch (e.kind) {
      case ReasonKind::given: use = step(term(u), term(v), GivenStep{e.number}); break;
      case ReasonKind::congruence: use = congruence(u, targets(v), term(v), number); break;
      case ReasonKind::analysis: use = folded(u, v, number); break;
      case ReasonKind::rule: use = rule(u, v, number); break;
    }
    next_ = outer;
    if (!use) return std::nullopt;
    // The left side is at 0, 1, .., and what comes behind is numbered as the right side has it.
    return edge_of_[number] = use->equation;
  }

  struct Side;
  // What an argument is to become: a node, or a node of a rule's pattern with its instance.
  struct Target {
    Applied node;
    const Side* side = nullptr;
    std::uint32_t pattern = 0;
    TermAt term = {};
  };
  // The arguments of the right side of a congruence, and the names of what it binds.
  struct Targets {
    std::vector<Target> arguments;
    Slots bound;
  };

  static void rename(std::vector<Applied>& arguments, const Slots& names, const Slots& bound) {
    for (Applied& c : arguments)
      for (Slot& s : c.args) s = is_bound(s) ? bound[s - first_bound] : names[s];
  }

  Targets targets(const Applied& node) {
    NodeSpec s = g_.origin(node.id);
    Targets out;
    for (std::size_t k = 0; k < s.bound.size(); ++k) out.bound.push_back(next_++);
    rename(s.children, node.args, out.bound);
    for (const Applied& c : s.children) out.arguments.push_back({c, nullptr, 0, term(c)});
    return out;
  }

  // node at names == to, a term with the same operator whose arguments are the targets.
  std::optional<EquationUse> congruence(const Applied& node, const Targets& right, const TermAt& to,
                                        std::uint32_t before) {
    const std::vector<Target>& arguments = right.arguments;
    const Slots& right_bound = right.bound;
    const NodeSpec own = g_.origin(node.id);
    if (own.children.size() != arguments.size() || own.bound.size() != right_bound.size()) return std::nullopt;
    const Operator& traits = g_.language()[own.op];
    const std::vector<TypeId> right_types = out_.terms[to.term].bound;
    Slots order = Slots::identity(right_bound.size());
    do {
      bool typed = true;
      for (std::size_t k = 0; k < order.size(); ++k) typed = typed && own.bound[k] == right_types[order[k]];
      if (!typed) continue;
      const Slots bound =
          right_bound.at(order);  // the left side's bound slot k has the name of the right one's order[k]
      std::vector<Applied> left = own.children;
      rename(left, node.args, bound);
      CongruenceStep step{{}, {}, order};
      std::vector<bool> used(arguments.size());
      bool all = true;
      for (std::size_t k = 0; k < left.size() && all; ++k) {
        bool found = false;
        const std::size_t first = traits.unordered ? 0 : k, last = traits.unordered ? left.size() : k + 1;
        for (std::size_t j = first; j < last && !found; ++j) {
          if (used[j]) continue;
          if (const auto p = reach(left[k], arguments[j], before)) {
            step.arguments.push_back(seal(*p));
            step.to.push_back(static_cast<std::uint32_t>(j));
            used[j] = found = true;
          }
        }
        all = found;
      }
      if (!all) continue;
      for (EquationUse& u : step.arguments) {
        note_types(u);
        for (Slot& s : u.at)
          if (const std::size_t b = bound.find(s); b < bound.size()) s = static_cast<Slot>(first_bound + b);
      }
      std::vector<Slots*> names;
      for (EquationUse& u : step.arguments) names.push_back(&u.at);
      return conclude(term(node), to, names, step);
    } while (traits.unordered_binders && std::next_permutation(order.begin(), order.end()));
    return std::nullopt;
  }

  std::optional<Path> reach(const Applied& from, const Target& t, std::uint32_t before) {
    auto p = connect(from, t.node, before);
    if (!p || !t.side) return p;
    const auto use = relate(*t.side, t.pattern, before);
    if (!use) return std::nullopt;
    p->hops.push_back(hop(*use, false));
    p->to = t.term;
    return p;
  }

  // --- rules

  struct Side {
    const Pattern* pattern;
    std::map<std::uint32_t, Applied> node;  // for each operator of the pattern
    std::vector<TermAt> instance;           // for each node of the pattern
    std::vector<Applied> variables;         // as they stand at each node that is a variable
    Slots slots;                            // the names of the rule's
  };

  std::optional<EquationUse> relate(const Side& side, std::uint32_t pattern, std::uint32_t before) {
    const PatternNode& p = side.pattern->nodes[pattern];
    Targets right;
    for (std::uint32_t c : p.children) {
      if (side.pattern->nodes[c].variable)
        right.arguments.push_back({side.variables[c], nullptr, 0, side.instance[c]});
      else
        right.arguments.push_back({side.node.at(c), &side, c, side.instance[c]});
    }
    for (Slot s : p.bound) right.bound.push_back(side.slots[s]);
    return congruence(side.node.at(pattern), right, side.instance[pattern], before);
  }

  // A variable of a rule where it is applied to slots.
  static Applied variable_at(const PatternNode& n, const Program& program, const Match& m) {
    Applied v = m.variables[n.number];
    const Slots& formals = program.formals(n.number);
    for (Slot& s : v.args)
      for (std::size_t f = 0; f < formals.size(); ++f)
        if (s == m.slots[formals[f]]) {
          s = m.slots[n.slots[f]];
          break;
        }
    return v;
  }

  Side instance(const Pattern& pattern, const Program& program, const Match& m, std::vector<Applied> nodes) {
    Side side{&pattern, {}, {}, {}, m.slots};
    std::size_t next = 0;
    const bool left = &pattern == &program.pattern();
    if (left)
      for (std::size_t b = 0; b < nodes.size(); ++b) side.node[program.operators()[b]] = nodes[b];
    auto type = [&](PatternType t) { return t.variable ? m.types[t.number] : t.number; };
    for (std::uint32_t k = 0; k < pattern.nodes.size(); ++k) {
      const PatternNode& n = pattern.nodes[k];
      side.variables.emplace_back();
      if (n.variable) {
        side.variables.back() = variable_at(n, program, m);
        side.instance.push_back(term(side.variables.back()));
        continue;
      }
      if (!left) side.node[k] = nodes[next++];
      Term t{.op = n.number};
      for (Slot s : n.slots) t.direct.push_back(m.slots[s]), t.direct_types.push_back(type(program.slot_type(s)));
      Slots bound;
      for (Slot s : n.bound) bound.push_back(m.slots[s]);
      for (const PatternType& b : n.bound_types) t.bound.push_back(type(b));
      for (std::uint32_t c : n.children) t.children.push_back(side.instance[c]);
      side.instance.push_back(build(std::move(t), bound));
    }
    return side;
  }

  std::optional<EquationUse> rule(const Applied& u, const Applied& v, std::uint32_t number) {
    const Edge e = g_.edges()[number];
    const Rule& r = rules_.at(e.number);
    const std::span<const std::uint32_t> record = g_.record(e);
    Match m = r.program().read(g_, record);
    // The match has names of its own; those of the two sides of the edge are the names of their roots.
    std::size_t at = 0;
    for (const Applied& n : m.nodes) at += 1 + n.args.size();
    for (const Applied& x : m.variables) at += 1 + x.args.size();
    at += m.slots.size() + m.types.size();
    std::vector<Applied> made;
    for (const PatternNode& n : r.right().nodes)
      if (!n.variable) {
        const Id id = record[at++];
        made.push_back({id, {}});
        for (std::size_t k = 0; k < g_.arity(id); ++k) made.back().args.push_back(static_cast<Slot>(record[at++]));
      }
    for (Slot& s : m.slots)
      if (at < record.size()) s = static_cast<Slot>(record[at++]);

    // From the names of the match to those of the edge.
    const Applied left_root = m.nodes.empty() ? m.variables[r.program().pattern().root().number] : m.nodes.front();
    const Applied right_root = made.empty() ? variable_at(r.right().root(), r.program(), m) : made.back();
    std::map<Slot, Slot> renamed;
    for (std::size_t k = 0; k < left_root.args.size(); ++k) renamed[left_root.args[k]] = u.args[k];
    auto name = [&](Slots& s) {
      for (Slot& x : s) {
        if (x == no_slot) continue;
        const auto [it, fresh] = renamed.emplace(x, next_);
        if (fresh) ++next_;
        x = it->second;
      }
    };
    auto all = [&](std::vector<Applied>& list) {
      for (Applied& x : list) name(x.args);
    };
    for (std::size_t k = 0; k < right_root.args.size(); ++k) renamed.emplace(right_root.args[k], v.args[k]);
    all(m.nodes), all(m.variables), all(made);
    name(m.slots);

    const Side left = instance(r.program().pattern(), r.program(), m, m.nodes),
               right = instance(r.right(), r.program(), m, made);
    const EquationUse use = rule_step(left.instance.back(), right.instance.back(), e.number, m);
    Path p{{}, term(u), term(v)};
    bool ok = true;
    if (!m.nodes.empty()) {
      const auto l = relate(left, static_cast<std::uint32_t>(left.instance.size() - 1), number);
      ok = l.has_value();
      if (ok) p.hops.push_back(hop(*l, false));
    }
    p.hops.push_back(hop(use, false));
    if (ok && !made.empty()) {
      const auto l = relate(right, static_cast<std::uint32_t>(right.instance.size() - 1), number);
      ok = l.has_value();
      if (ok) p.hops.push_back(hop(*l, true));
    }
    if (!ok) return std::nullopt;
    return seal(p);
  }

  EquationUse rule_step(const TermAt& left, const TermAt& right, std::uint32_t number, const Match& m) {
    RuleStep step{number, {}, m.slots, m.types};
    for (const Applied& x : m.variables) step.variables.push_back(term(x));
    std::vector<Slots*> names{&step.slots};
    for (TermAt& x : step.variables) names.push_back(&x.args);
    for (std::size_t k = 0; k < step.slots.size(); ++k) {
      const PatternType t = rules_[number].program().slot_type(static_cast<Slot>(k));
      type_of_name_[step.slots[k]] = t.variable ? m.types[t.number] : t.number;
    }
    for (const TermAt& x : step.variables)
      for (std::size_t k = 0; k < x.args.size(); ++k) type_of_name_[x.args[k]] = out_.terms[x.term].slot_types[k];
    return conclude(left, right, names, step);
  }

  std::optional<EquationUse> folded(const Applied& u, const Applied& v, std::uint32_t number) {
    const Edge e = g_.edges()[number];
    const NodeSpec own = g_.origin(e.u);
    Targets right;
    Term t{.op = own.op};
    for (Id literal : g_.record(e)) {
      right.arguments.push_back({{literal, {}}, nullptr, 0, term(Applied{literal, {}})});
      t.children.push_back(right.arguments.back().term);
    }
    const TermAt numbers = build(std::move(t), {});
    const auto l = congruence(u, right, numbers, number);
    if (!l) return std::nullopt;
    const EquationUse sum = step(numbers, term(v), FoldStep{});
    const Path p{{hop(*l, false), hop(sum, false)}, term(u), term(v)};
    return seal(p);
  }

  const std::vector<Rule>& rules_;
  std::map<std::uint32_t, EquationNumber> edge_of_;
};

}  // namespace

std::optional<Explanation> explain(EGraph& g, const std::vector<Rule>& rules, const Applied& a, const Applied& b) {
  if (!g.proofs()) throw std::logic_error("explanations are asked of an e-graph that keeps no proofs");
  return Explainer(g, rules).run(a, b);
}

}  // namespace skein::egraph
