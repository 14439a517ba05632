#include "rewrite/match.hpp"

#include "diagram/variables.hpp"

namespace skein {

struct Matcher::Assignment {
  DiagramBuilder::Substitution values;  // formals, bodies and sizes are the host's
  std::map<Index, Index> index;         // of the pattern -> of the host, one to one
  std::vector<Index> outputs;           // for each axis of the theorem's output, the host's index
};

namespace {

bool reads(const Ref& r, Index i) { return std::find(r.at.begin(), r.at.end(), i) != r.at.end(); }

const Diagram& from_side(const Statement& s, Direction d) { return d == Direction::forward ? s.left : s.right; }

bool structural(Op op) { return op != Op::view && op != Op::cases && op != Op::opaque && op != Op::index_value; }

}  // namespace

// Backtracking over one side, drawn in a builder of its own. Each way to go on is a continuation, so that what was
// assigned on a path that fails is undone by leaving it.
class Matcher::Search {
 public:
  using Found = std::function<bool(const Assignment&, const std::vector<Ref>& rest)>;  // false: enough

  Search(DiagramBuilder& host, const Diagram& side, Found found)
      : b_(host), side_(thaw(p_, side).front()), found_(std::move(found)) {}

  void run(const Ref& host) {
    const Op op = p_.box(side_.value.wire).op;
    if (op != b_.box(host.wire).op) return;
    if (info(op).unordered)
      pool(p_.open(side_.value).inputs, b_.open(host).inputs, op, true, {},
           [&](const Assignment& a, const std::vector<Ref>& rest) { return found(a, rest); });
    else
      term(side_.value, host, {}, [&](const Assignment& a) { return found(a, {}); });
  }

 private:
  using Next = std::function<bool(const Assignment&)>;
  using NextWithRest = std::function<bool(const Assignment&, const std::vector<Ref>&)>;

  bool found(Assignment a, const std::vector<Ref>& rest) {
    for (Index i : side_.axes) {
      // An axis that this side does not read: if the other one does, what comes out does not fit the host.
      const auto it = a.index.find(i);
      const Axis& axis = p_.axis(i);
      a.outputs.push_back(it != a.index.end() ? it->second
                                              : b_.fresh({substitute(axis.size, a.values.sizes), axis.name}));
    }
    return found_(a, rest);
  }

  bool unify(const Size& pattern, const Size& host, Assignment& a) const {
    if (const Symbol* v = pattern.as_atom()) {
      const auto [it, fresh] = a.values.sizes.emplace(*v, host);
      return fresh || it->second == host;
    }
    return substitute(pattern, a.values.sizes) == host;
  }

  bool map_index(Index p, Index h, Assignment& a) const {
    if (auto it = a.index.find(p); it != a.index.end()) return it->second == h;
    for (const auto& [other, image] : a.index)
      if (image == h) return false;
    for (const auto& [name, array] : a.values.inputs)
      if (reads(array.body, h) && std::find(array.formals.begin(), array.formals.end(), h) == array.formals.end())
        return false;
    if (!unify(p_.axis(p).size, b_.axis(h).size, a)) return false;
    a.index[p] = h;
    return true;
  }

  bool term(const Ref& pattern, const Ref& host, const Assignment& a, const Next& next) {
    const Box& box = p_.box(pattern.wire);
    if (box.op == Op::input) return variable(pattern, host, a, next);
    const Box own = b_.box(host.wire);
    if (box.op != own.op || !structural(box.op)) return true;
    Assignment changed = a;
    switch (box.op) {
      case Op::literal: return box.value != own.value || next(a);
      case Op::neg_inf: return next(a);
      case Op::size_value: return !unify(box.size, own.size, changed) || next(changed);
      case Op::reduce: return reduction(pattern, host, a, next);
      default: break;
    }
    const auto patterns = p_.open(pattern).inputs, inputs = b_.open(host).inputs;
    if (info(box.op).unordered)
      return pool(patterns, inputs, box.op, false, a,
                  [&](const Assignment& b, const std::vector<Ref>&) { return next(b); });
    return patterns.size() != inputs.size() || ordered(patterns, inputs, 0, a, next);
  }

  bool ordered(const std::vector<Ref>& patterns, const std::vector<Ref>& inputs, std::size_t k, const Assignment& a,
               const Next& next) {
    if (k == patterns.size()) return next(a);
    return term(patterns[k], inputs[k], a,
                [&](const Assignment& b) { return ordered(patterns, inputs, k + 1, b, next); });
  }

  bool reduction(const Ref& pattern, const Ref& host, const Assignment& a, const Next& next) {
    if (p_.box(pattern.wire).fold != b_.box(host.wire).fold) return true;
    const auto p = p_.open(pattern), h = b_.open(host);
    if (p.bound.size() != h.bound.size()) return true;
    std::vector<Index> order = h.bound;
    std::sort(order.begin(), order.end());
    do {
      Assignment b = a;
      bool fits = true;
      for (std::size_t k = 0; k < order.size() && fits; ++k) fits = map_index(p.bound[k], order[k], b);
      if (fits && !term(p.inputs[0], h.inputs[0], b, next)) return false;
    } while (std::next_permutation(order.begin(), order.end()));
    return true;
  }

  // An array read at indices: those that are not assigned yet (free ones of the pattern) may be any of the host's.
  bool variable(const Ref& pattern, const Ref& host, const Assignment& a, const Next& next, std::size_t slot = 0) {
    if (slot < pattern.at.size()) {
      if (a.index.count(pattern.at[slot])) return variable(pattern, host, a, next, slot + 1);
      for (Index h : host.at) {
        Assignment b = a;
        if (map_index(pattern.at[slot], h, b) && !variable(pattern, host, b, next, slot + 1)) return false;
      }
      return true;
    }
    const InputPort port{p_.box(pattern.wire).name, {}, p_.dtype(pattern.wire), Role::input};
    const DType dtype = b_.dtype(host.wire);
    if (dtype != port.dtype && !(dtype == DType::real && port.dtype == DType::ext)) return true;
    if (!b_.deterministic(host.wire)) return true;
    std::vector<Index> formals;
    for (Index i : pattern.at) formals.push_back(a.index.at(i));
    if (auto it = a.values.inputs.find(port.name); it != a.values.inputs.end()) {
      std::map<Index, Index> moved;
      for (std::size_t s = 0; s < formals.size(); ++s) moved[it->second.formals[s]] = formals[s];
      return b_.rename(it->second.body, moved) != host || next(a);
    }
    // A slot of the theorem that this array does not have must not occur in what stands for it.
    for (const auto& [p, h] : a.index)
      if (reads(host, h) && std::find(formals.begin(), formals.end(), h) == formals.end()) return true;
    Assignment b = a;
    b.values.inputs[port.name] = {formals, host};
    return next(b);
  }

  // The inputs of an unordered box. Patterns that are boxes each take one input; arrays share out what is left, all of
  // it unless `open`.
  bool pool(std::vector<Ref> patterns, const std::vector<Ref>& inputs, Op op, bool open, const Assignment& a,
            const NextWithRest& next) {
    const auto boxed =
        std::find_if(patterns.begin(), patterns.end(), [&](const Ref& p) { return p_.box(p.wire).op != Op::input; });
    if (boxed == patterns.end()) return share_out(patterns, inputs, op, open, a, next);
    const Ref pattern = *boxed;
    patterns.erase(boxed);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      std::vector<Ref> others = inputs;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
      if (!term(pattern, inputs[k], a, [&](const Assignment& b) { return pool(patterns, others, op, open, b, next); }))
        return false;
    }
    return true;
  }

  bool share_out(const std::vector<Ref>& patterns, const std::vector<Ref>& inputs, Op op, bool open,
                 const Assignment& a, const NextWithRest& next) {
    const std::size_t shares = patterns.size() + (open ? 1 : 0), most = 5;
    if (inputs.size() < patterns.size() || inputs.size() > most) return true;
    if (patterns.empty()) return (!open && !inputs.empty()) || next(a, inputs);
    std::vector<std::size_t> choice(inputs.size(), 0);
    while (true) {
      std::vector<std::vector<Ref>> parts(patterns.size() + 1);
      for (std::size_t k = 0; k < inputs.size(); ++k) parts[choice[k]].push_back(inputs[k]);
      if (std::none_of(parts.begin(), parts.end() - 1, [](const auto& p) { return p.empty(); }) &&
          !assign(patterns, parts, 0, op, a, next))
        return false;
      std::size_t k = 0;
      while (k < choice.size() && ++choice[k] == shares) choice[k++] = 0;
      if (k == choice.size()) return true;
    }
  }

  bool assign(const std::vector<Ref>& patterns, const std::vector<std::vector<Ref>>& parts, std::size_t k, Op op,
              const Assignment& a, const NextWithRest& next) {
    if (k == patterns.size()) return next(a, parts.back());
    const Ref host = parts[k].size() == 1 ? parts[k][0] : b_.add(op, parts[k]);
    return variable(patterns[k], host, a,
                    [&](const Assignment& b) { return assign(patterns, parts, k + 1, op, b, next); });
  }

  DiagramBuilder& b_;
  DiagramBuilder p_;
  Output side_;
  Found found_;
};

OperatorSet operator_of(const Box& box) {
  OperatorSet out;
  const auto op = static_cast<std::size_t>(box.op), fold = static_cast<std::size_t>(box.fold);
  static_assert(static_cast<std::size_t>(Op::opaque) < 32);
  if (box.op != Op::input) out.set(box.op == Op::reduce ? 32 + fold : op);
  return out;
}

OperatorSet Matcher::operators(const Statement& s, Direction d) {
  OperatorSet out;
  for (const Box& x : from_side(s, d).boxes()) out |= operator_of(x);
  return out;
}

bool Matcher::usable(const Statement& s, Direction d) {
  const Diagram& side = from_side(s, d);
  std::set<Symbol> read, sized, needed;
  for (const Box& x : side.boxes()) {
    if (!structural(x.op)) return false;
    if (x.op == Op::input) read.insert(x.name);
    for (const auto* axes : {&x.degree, &x.bound})
      for (const Axis& axis : *axes)
        if (const Symbol* v = axis.size.as_atom()) sized.insert(*v);
  }
  const Op root = side.box(side.outputs().front().wire).op;
  if (root == Op::input || root == Op::literal || root == Op::size_value) return false;
  for (const InputPort& p : side.inputs()) {
    if (!read.count(p.name)) return false;
    for (const Axis& axis : p.axes) collect_variables(axis.size, needed);
  }
  for (const Diagram* both : {&s.left, &s.right})
    for (const Box& x : both->boxes()) {
      collect_variables(x.size, needed);
      for (const auto* axes : {&x.degree, &x.bound})
        for (const Axis& axis : *axes) collect_variables(axis.size, needed);
    }
  return std::includes(sized.begin(), sized.end(), needed.begin(), needed.end());
}

std::vector<Rewrite> Matcher::rewrites(const Ref& host, const Theorem& t, Direction d, std::size_t limit) {
  std::vector<Rewrite> out;
  std::set<Ref> seen;
  Search search(k_.arena(), from_side(t.statement(), d), [&](const Assignment& a, const std::vector<Ref>& rest) {
    if (auto r = apply(host, rest, t, d, a))
      if (r->to != host && std::all_of(r->to.at.begin(), r->to.at.end(), [&](Index i) { return reads(host, i); }) &&
          seen.insert(r->to).second)
        out.push_back(*r);
    return out.size() < limit;
  });
  search.run(host);
  return out;
}

std::optional<Rewrite> Matcher::apply(const Ref& host, const std::vector<Ref>& rest, const Theorem& t, Direction d,
                                      const Assignment& a) {
  DiagramBuilder& b = k_.arena();
  try {
    std::optional<Rewrite> instance = rewriter().instance(t, a.values, a.outputs, n_.signs());
    if (!instance) return std::nullopt;
    const Rewrite turned = d == Direction::forward ? *instance : rewriter().reverse(*instance);
    if (rest.empty()) {
      // The host and the source of the rewrite are one function, but for the grouping of unordered inputs.
      const auto aligned = align(host, turned.from);
      return aligned ? std::optional(rewriter().chain(*aligned, turned)) : std::nullopt;
    }
    std::vector<Ref> inputs = rest;
    inputs.push_back(turned.from);
    const Ref grouped = b.add(b.box(host.wire).op, inputs);
    const auto aligned = align(host, grouped);
    if (!aligned) return std::nullopt;
    const auto ports = b.open(grouped).inputs;
    for (std::uint32_t p = 0; p < ports.size(); ++p)
      if (ports[p] == turned.from) return rewriter().chain(*aligned, rewriter().inside(grouped, {{p, turned}}));
  } catch (const Rejected&) {  // a size condition of the theorem that does not hold here
  } catch (const IllTyped&) {
  } catch (const OutOfTime&) {
  }
  return std::nullopt;
}

std::optional<Rewrite> Matcher::align(const Ref& host, const Ref& target) {
  if (host == target) return rewriter().same(host);
  const Box& box = k_.arena().box(host.wire);
  if (box.dtype == DType::real && (box.op == Op::add || box.op == Op::mul || box.op == Op::reduce)) {
    try {
      return rewriter().contraction(host, target);
    } catch (const Rejected&) {
    }
  }
  const Rewrite l = n_.normal(host), r = n_.normal(target);
  if (l.to != r.to) return std::nullopt;
  return rewriter().chain(l, rewriter().reverse(r));
}

}  // namespace skein
