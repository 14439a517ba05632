#include "rewrite/egraph/machine.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace skein::egraph {

Program::Program(Pattern pattern, const PatternNames& names)
    : pattern_(std::move(pattern)),
      first_use_(names.variables.size(), 0xffffffff),
      slot_types_(names.slot_types),
      types_(names.types.size()),
      slotted_(!names.slots.empty()) {
  compile(static_cast<std::uint32_t>(pattern_.nodes.size() - 1));
}

void Program::compile(std::uint32_t root) {
  using Kind = Instruction::Kind;
  std::vector<bool> ground(pattern_.nodes.size());
  for (std::size_t n = 0; n < pattern_.nodes.size(); ++n) {
    const PatternNode& p = pattern_.nodes[n];
    ground[n] = !slotted_ && !p.variable &&
                std::all_of(p.children.begin(), p.children.end(), [&](std::uint32_t c) { return ground[c]; });
  }
  struct Todo {
    std::uint32_t node, from;
  };
  std::vector<Todo> binds{{root, 0}};
  std::vector<std::uint32_t> grounds;  // operators of terms without variables, arguments first
  std::function<void(std::uint32_t)> collect = [&](std::uint32_t n) {
    for (std::uint32_t c : pattern_.nodes[n].children) collect(c);
    grounds.push_back(n);
  };
  registers_ = 1;
  // What costs nothing is asked at once, and only then is another class opened.
  auto cheap = [&](Todo t) {
    const PatternNode& p = pattern_.nodes[t.node];
    if (!p.variable) {
      if (!ground[t.node] || t.node == root) return false;
      collect(t.node);
      instructions_.push_back(
          {.kind = Kind::lookup, .from = t.from, .out = static_cast<std::uint32_t>(grounds.size() - 1)});
      return true;
    }
    const bool first = first_use_[p.number] == 0xffffffff;
    if (first) first_use_[p.number] = t.node;
    instructions_.push_back(
        {.kind = first ? Kind::variable : Kind::compare, .from = t.from, .out = p.number, .node = t.node});
    return true;
  };
  if (pattern_.nodes[root].variable) {
    instructions_.push_back({.kind = Kind::scan});
    cheap(binds.back());
    return;
  }
  for (std::size_t k = 0; k < binds.size(); ++k) {
    const Todo t = binds[k];
    const PatternNode& p = pattern_.nodes[t.node];
    instructions_.push_back({.kind = Kind::bind,
                             .from = t.from,
                             .out = static_cast<std::uint32_t>(registers_),
                             .node = t.node,
                             .position = static_cast<std::uint32_t>(operators_.size()),
                             .op = p.number});
    operators_.push_back(t.node);
    const std::uint32_t first = static_cast<std::uint32_t>(registers_);
    registers_ += p.children.size();
    for (std::uint32_t c = 0; c < p.children.size(); ++c)
      if (Todo next{p.children[c], first + c}; !cheap(next)) binds.push_back(next);
  }
  binds_ = operators_.size();
  operators_.insert(operators_.end(), grounds.begin(), grounds.end());
}

bool Program::find_grounds(EGraph& g, std::vector<Id>& nodes) const {
  std::map<std::uint32_t, Id> found;
  for (std::size_t k = binds_; k < operators_.size(); ++k) {
    NodeSpec spec{.op = pattern_.nodes[operators_[k]].number};
    for (std::uint32_t c : pattern_.nodes[operators_[k]].children) spec.children.push_back({found.at(c), {}});
    const auto a = g.lookup(spec);
    if (!a) return false;
    nodes.push_back(found[operators_[k]] = a->id);
  }
  return true;
}

// --- where nothing has slots

class PlainMachine {
 public:
  PlainMachine(const Program& p, EGraph& g, std::size_t limit, Watch& watch, Words& out)
      : p_(p),
        g_(g),
        code_(p.instructions_),
        limit_(limit),
        watch_(watch),
        out_(out),
        reg_(p.registers_),
        match_(p.plain_words()) {}

  std::size_t run() {
    std::vector<Id> grounds;
    if (!p_.find_grounds(g_, grounds)) return 0;
    std::copy(grounds.begin(), grounds.end(), match_.begin() + static_cast<long>(p_.binds_));
    if (code_[0].kind == Instruction::Kind::scan) {
      for (Id id = 0; id < g_.id_count() && more(); ++id)
        if (g_.is_leader(id)) reg_[0] = id, step(1);
      return found_;
    }
    for (Id node : g_.nodes_of(code_[0].op)) {
      if (!more()) break;
      if (g_.alive(node)) open(code_[0], node, 0);
    }
    return found_;
  }

 private:
  bool more() { return found_ < limit_ && !watch_.over(); }

  void open(const Instruction& i, Id node, std::size_t pc) {
    const std::span<const Id> in = g_.children(node);
    const std::size_t n = p_.pattern_.nodes[i.node].children.size();
    if (in.size() != n) return;
    match_[i.position] = node;
    if (n < 2 || !g_.language()[i.op].unordered) {
      for (std::size_t k = 0; k < n; ++k) reg_[i.out + k] = in[k];
      return step(pc + 1);
    }
    std::vector<Id> order(in.begin(), in.end());
    std::sort(order.begin(), order.end());
    do {
      std::copy(order.begin(), order.end(), reg_.begin() + i.out);
      match_[i.position] = node;
      step(pc + 1);
    } while (more() && std::next_permutation(order.begin(), order.end()));
  }

  void step(std::size_t pc) {
    for (; pc < code_.size(); ++pc) {
      const Instruction& i = code_[pc];
      switch (i.kind) {
        case Instruction::Kind::variable: match_[p_.operators_.size() + i.out] = reg_[i.from]; break;
        case Instruction::Kind::compare:
          if (match_[p_.operators_.size() + i.out] != reg_[i.from]) return;
          break;
        case Instruction::Kind::lookup:
          if (g_.find(match_[p_.binds_ + i.out]) != reg_[i.from]) return;
          break;
        case Instruction::Kind::scan: break;
        case Instruction::Kind::bind: {
          const IdList& nodes = g_.nodes(reg_[i.from]);
          const Id *n = nodes.begin(), *end = nodes.end();
          if (nodes.size() > 8) n = std::partition_point(n, end, [&](Id x) { return g_.op(x) < i.op; });
          for (; n != end && more(); ++n) {
            const OperatorId op = g_.op(*n);
            if (op > i.op) break;
            if (op == i.op) open(i, *n, pc);
          }
          return;
        }
      }
    }
    ++found_;
    out_.insert(out_.end(), match_.begin(), match_.end());
  }

  const Program& p_;
  EGraph& g_;
  const std::vector<Instruction>& code_;
  const std::size_t limit_;
  Watch& watch_;
  Words& out_;
  std::vector<Id> reg_, match_;
  std::size_t found_ = 0;
};

// --- with slots

class SlottedMachine {
 public:
  SlottedMachine(const Program& p, EGraph& g, std::size_t limit, Watch& watch, Words& out)
      : p_(p),
        g_(g),
        code_(p.instructions_),
        limit_(limit),
        watch_(watch),
        out_(out),
        reg_(p.registers_),
        nodes_(p.operators_.size()),
        variables_(p.variables()),
        slots_(Slots::filled(p.slots(), no_slot)),
        types_(p.types(), no_type) {}

  std::size_t run() {
    std::vector<Id> grounds;
    if (!p_.find_grounds(g_, grounds)) return 0;
    for (std::size_t k = 0; k < grounds.size(); ++k) nodes_[p_.binds_ + k] = {grounds[k], {}};
    auto root = [&](Id leader) {
      reg_[0] = {leader, Slots::identity(g_.arity(leader))};
      next_name_ = static_cast<Slot>(g_.arity(leader));
    };
    if (code_[0].kind == Instruction::Kind::scan) {
      for (Id id = 0; id < g_.id_count() && more(); ++id)
        if (g_.is_leader(id)) root(id), step(1);
      return found_;
    }
    const std::vector<Id> candidates = g_.nodes_of(code_[0].op);
    for (Id node : candidates) {
      if (!more()) break;
      if (!g_.alive(node)) continue;
      root(g_.find(node));
      open(code_[0], node, reg_[0].args, 0);
    }
    return found_;
  }

 private:
  static constexpr TypeId no_type = 0xffffffff;

  bool more() { return found_ < limit_ && !watch_.over(); }

  void step(std::size_t pc) {
    if (!more()) return;
    if (pc == code_.size()) return finish();
    const Instruction& i = code_[pc];
    switch (i.kind) {
      case Instruction::Kind::scan: return step(pc + 1);
      case Instruction::Kind::lookup:
        if (g_.find(nodes_[p_.binds_ + i.out].id) == reg_[i.from].id) step(pc + 1);
        return;
      case Instruction::Kind::variable: return variable(i, pc, 0);
      case Instruction::Kind::compare: {
        const Slots &formals = p_.formals(i.out), &actuals = p_.pattern_.nodes[i.node].slots;
        Applied expected = variables_[i.out];
        for (Slot& name : expected.args)
          for (std::size_t k = 0; k < formals.size(); ++k)
            if (name == slots_[formals[k]]) {
              name = slots_[actuals[k]];
              break;
            }
        if (g_.equal(expected, reg_[i.from])) step(pc + 1);
        return;
      }
      case Instruction::Kind::bind: {
        const Applied at = reg_[i.from];
        const IdList& list = g_.nodes(at.id);
        const std::vector<Id> nodes(list.begin(), list.end());
        for (Id n : nodes) {
          if (g_.op(n) != i.op) continue;
          open(i, n, at.args, pc);
          for (const Slots& s : g_.symmetries(at.id)) open(i, n, at.args.at(s), pc);
        }
        return;
      }
    }
  }

  // The node, in its class at `args`.
  void open(const Instruction& i, Id node, const Slots& args, std::size_t pc) {
    const PatternNode& p = p_.pattern_.nodes[i.node];
    const NodeSpec spec = g_.spec(node);
    if (spec.children.size() != p.children.size() || spec.direct.size() != p.slots.size() ||
        spec.bound.size() != p.bound.size())
      return;
    const Slot name_before = next_name_;
    Slots names = Slots::filled(g_.arity(node), no_slot);
    const Slots where = g_.leader_of(node).args;
    for (std::size_t k = 0; k < where.size(); ++k) names[where[k]] = args[k];
    for (Slot& n : names)
      if (n == no_slot) n = next_name_++;  // redundant: any name will do
    Slots bound;
    for (std::size_t k = 0; k < spec.bound.size(); ++k) bound.push_back(next_name_++);
    auto name = [&](Slot s) { return is_bound(s) ? bound[s - first_bound] : names[s]; };

    const Slots slots = slots_;
    const std::vector<TypeId> types = types_;
    nodes_[i.position] = {node, names};
    Slots bound_order = Slots::identity(bound.size());
    do {
      slots_ = slots, types_ = types;
      bool fits = true;
      for (std::size_t k = 0; k < p.bound.size() && fits; ++k)
        fits = unify(p.bound_types[k], spec.bound[bound_order[k]]) && assign(p.bound[k], bound[bound_order[k]]);
      for (std::size_t k = 0; k < p.slots.size() && fits; ++k)
        fits = unify(p_.slot_type(p.slots[k]), spec.direct_types[k]) && assign(p.slots[k], name(spec.direct[k]));
      if (fits) {
        const Slots own_slots = slots_;
        const std::vector<TypeId> own_types = types_;
        std::vector<std::size_t> order(spec.children.size());
        for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
        do {
          slots_ = own_slots, types_ = own_types;
          for (std::size_t k = 0; k < order.size(); ++k) {
            Applied c = spec.children[order[k]];
            for (Slot& s : c.args) s = name(s);
            reg_[i.out + k] = c;
          }
          nodes_[i.position] = {node, names};
          step(pc + 1);
        } while (g_.language()[i.op].unordered && more() && std::next_permutation(order.begin(), order.end()));
      }
    } while (g_.language()[i.op].unordered_binders && std::next_permutation(bound_order.begin(), bound_order.end()));
    slots_ = slots, types_ = types;
    next_name_ = name_before;
  }

  bool unify(PatternType p, TypeId t) {
    if (!p.variable) return p.number == t;
    if (types_[p.number] == no_type) types_[p.number] = t;
    return types_[p.number] == t;
  }

  bool assign(Slot pattern, Slot name) {
    if (slots_[pattern] != no_slot) return slots_[pattern] == name;
    if (slots_.contains(name)) return false;
    slots_[pattern] = name;
    return true;
  }

  // A variable met for the first time. Slots of the pattern that have no name yet are free ones: each name that the
  // class mentions may be it, or none.
  void variable(const Instruction& i, std::size_t pc, std::size_t k) {
    const Slots& formals = p_.pattern_.nodes[i.node].slots;
    const Applied& at = reg_[i.from];
    if (k < formals.size()) {
      if (slots_[formals[k]] != no_slot) return variable(i, pc, k + 1);
      const Slots slots = slots_;
      const std::vector<TypeId> types = types_;
      for (std::size_t j = 0; j < at.args.size(); ++j) {
        if (unify(p_.slot_type(formals[k]), g_.slot_type(at.id, j)) && assign(formals[k], at.args[j]))
          variable(i, pc, k + 1);
        slots_ = slots, types_ = types;
      }
      return;
    }
    for (Slot name : at.args)
      if (const std::size_t s = slots_.find(name); s < slots_.size() && !formals.contains(static_cast<Slot>(s))) return;
    variables_[i.out] = at;
    step(pc + 1);
  }

  // A slot that was named after a variable was met must not occur in it either.
  bool apart() const {
    for (std::size_t v = 0; v < variables_.size(); ++v)
      for (Slot name : variables_[v].args)
        if (const std::size_t s = slots_.find(name); s < slots_.size() && !p_.formals(v).contains(static_cast<Slot>(s)))
          return false;
    return true;
  }

  void finish() {
    if (!apart()) return;
    ++found_;
    const std::size_t at = out_.size();
    out_.push_back(0);
    auto applied = [&](const Applied& a) {
      out_.push_back(a.id);
      out_.insert(out_.end(), a.args.begin(), a.args.end());
    };
    for (const Applied& n : nodes_) applied(n);
    for (const Applied& v : variables_) applied(v);
    out_.insert(out_.end(), slots_.begin(), slots_.end());
    out_.insert(out_.end(), types_.begin(), types_.end());
    out_[at] = static_cast<std::uint32_t>(out_.size() - at - 1);
  }

  const Program& p_;
  EGraph& g_;
  const std::vector<Instruction>& code_;
  const std::size_t limit_;
  Watch& watch_;
  Words& out_;
  std::vector<Applied> reg_;
  std::vector<Applied> nodes_;
  std::vector<Applied> variables_;
  Slots slots_;
  std::vector<TypeId> types_;
  Slot next_name_ = 0;
  std::size_t found_ = 0;
};

std::size_t Program::search(EGraph& g, std::size_t limit, Watch& watch, Words& out) const {
  return with_names(g) ? SlottedMachine(*this, g, limit, watch, out).run()
                       : PlainMachine(*this, g, limit, watch, out).run();
}

Match Program::read(const EGraph& g, std::span<const std::uint32_t> words) const {
  Match m;
  std::size_t at = 0;
  auto slots = [&](std::size_t n) {
    Slots s;
    for (std::size_t k = 0; k < n; ++k) s.push_back(static_cast<Slot>(words[at++]));
    return s;
  };
  auto applied = [&] {
    const Id id = words[at++];
    return Applied{id, slots(g.arity(id))};
  };
  for (std::size_t b = 0; b < operators_.size(); ++b) m.nodes.push_back(applied());
  for (std::size_t v = 0; v < variables(); ++v) m.variables.push_back(applied());
  m.slots = slots(slot_types_.size());
  m.types.assign(words.begin() + static_cast<long>(at), words.begin() + static_cast<long>(at + types_));
  return m;
}

}  // namespace skein::egraph
