#include "rewrite/rewrite.hpp"

namespace skein {

Rewrite Rewriter::made(EquationId e, const Ref& from) {
  const Equation q = k_.equation(e);
  if (q.lhs != from.wire) throw Rejected("a rewrite starts from another wire than its equation");
  Rewrite r{from, {q.rhs, {}}, e, from.at};
  for (const Size& s : q.extra) r.context.push_back(b_.fresh({s, Symbol()}));
  for (auto n : q.rhs_at) r.to.at.push_back(r.context.at(n));
  return r;
}

Rewrite Rewriter::apply(const Step& s, const Ref& from) { return made(k_.prove(s), from); }

Rewrite Rewriter::read_at(const Rewrite& a, const std::vector<Index>& at) {
  std::map<Index, Index> map;
  for (std::size_t k = 0; k < at.size(); ++k) map[a.from.at[k]] = at[k];
  Rewrite r = a;
  r.from.at = at;
  r.to = b_.rename(a.to, map);
  for (Index& i : r.context)
    if (auto it = map.find(i); it != map.end()) i = it->second;
  return r;
}

Rewrite Rewriter::reverse(const Rewrite& a) {
  if (a.trivial()) return a;
  Rewrite r = made(k_.prove({.rule = Inference::sym, .equations = {a.proof}}), a.to);
  // The equation may read fewer indices on its new left side: those of the old one come back under their names.
  std::map<Index, Index> map;
  for (std::size_t s = 0; s < r.to.at.size(); ++s) map[r.to.at[s]] = a.from.at[s];
  r.to.at = a.from.at;
  for (Index& i : r.context)
    if (auto it = map.find(i); it != map.end()) i = it->second;
  return r;
}

Rewrite Rewriter::chain(const Rewrite& a, const Rewrite& unread) {
  if (unread.from.wire != a.to.wire) throw Rejected("two rewrites do not meet");
  const Rewrite b = unread.from.at == a.to.at ? unread : read_at(unread, a.to.at);
  if (b.trivial()) return a;
  if (a.trivial()) return b;
  Step s{.rule = Inference::trans, .equations = {a.proof, b.proof}};
  const std::size_t n = b.from.at.size();
  for (std::size_t k = n; k < b.context.size(); ++k) {
    auto it = std::find(a.context.begin(), a.context.end(), b.context[k]);
    s.numbers.push_back(it == a.context.end() ? 999999u : static_cast<std::uint32_t>(it - a.context.begin()));
  }
  Rewrite r = made(k_.prove(s), a.from);
  std::map<Index, Index> map;
  for (std::size_t k = 0; k < r.to.at.size(); ++k) map[r.to.at[k]] = b.to.at[k];
  r.to.at = b.to.at;
  for (Index& i : r.context)
    if (auto it = map.find(i); it != map.end()) i = it->second;
  return r;
}

Rewrite Rewriter::contraction(const Ref& from, const Ref& to) {
  if (from == to) return same(from);
  Rewrite r = apply({.rule = Inference::contraction, .terms = {from, to}}, from);
  r.context.resize(from.at.size());
  const Equation& e = k_.equation(r.proof);
  r.to = to;
  r.context.resize(from.at.size() + e.extra.size());
  for (std::size_t s = 0; s < to.at.size(); ++s) r.context[e.rhs_at[s]] = to.at[s];
  return r;
}

Rewrite Rewriter::lattice(const Ref& from, const Ref& to) {
  if (from == to) return same(from);
  return apply({.rule = Inference::lattice, .terms = {from, to}}, from);
}

Rewrite Rewriter::inside(const Ref& whole, const std::vector<std::pair<std::uint32_t, Rewrite>>& inputs) {
  Step s{.rule = Inference::congruence, .terms = {whole}};
  for (const auto& [port, r] : inputs) {
    if (r.trivial()) continue;
    s.numbers.push_back(port);
    s.equations.push_back(r.proof);
  }
  if (s.equations.empty()) return same(whole);
  return apply(s, whole);
}

Rewrite Rewriter::instance(Symbol theorem, const std::map<Symbol, Ref>& arrays, const std::vector<SignId>& signs) {
  const Theorem* t = k_.find_theorem(theorem);
  if (!t) throw Rejected("the theorem " + theorem.text() + " is not known here");
  Step s{.rule = Inference::instance, .signs = signs, .names = {theorem}};
  DiagramBuilder::Substitution map;
  for (const InputPort& p : t->statement().left.inputs()) {
    const Ref& r = arrays.at(p.name);
    s.names.push_back(p.name);
    s.terms.push_back(r);
    s.formals.emplace_back();
    map.inputs[p.name] = {{}, r};
  }
  const Output left = thaw(b_, t->statement().left, map).front();
  const Output right = thaw(b_, t->statement().right, map).front();
  Rewrite r = apply(s, left.value);
  std::map<Index, Index> back;
  for (std::size_t k = 0; k < r.to.at.size(); ++k) back[r.to.at[k]] = right.value.at[k];
  r.to = right.value;
  for (Index& i : r.context)
    if (auto it = back.find(i); it != back.end()) i = it->second;
  return r;
}

std::optional<Rewrite> Rewriter::instance(const Theorem& t, const DiagramBuilder::Substitution& assignment,
                                          const std::vector<Index>& at, Signs& signs, const GivenHere& given) {
  const Statement& st = t.statement();
  const auto& sizes = assignment.sizes;
  Step s{.rule = Inference::instance, .names = {t.name()}};
  DiagramBuilder::Substitution map = assignment;
  for (const InputPort& p : st.left.inputs()) {
    const auto& array = assignment.inputs.at(p.name);
    // Formals are bound: each array gets its own.
    std::map<Index, Index> apart;
    std::vector<Index> formals;
    for (Index i : array.formals) formals.push_back(apart[i] = b_.fresh(Axis(b_.axis(i))));
    s.names.push_back(p.name);
    s.terms.push_back(b_.rename(array.body, apart));
    s.formals.push_back(formals);
    map.inputs[p.name] = {formals, s.terms.back()};
  }
  for (const auto& [v, size] : sizes) {
    s.names.push_back(v);
    s.sizes.push_back(size);
    const auto farkas = k_.sizes().find_farkas(size - size_constant(st.left.sizes().lower_bound(v)));
    if (!farkas) return std::nullopt;
    s.farkas.push_back(*farkas);
  }
  for (const Size& h : st.left.sizes().hypotheses) {
    const auto farkas = k_.sizes().find_farkas(substitute(h, sizes));
    if (!farkas) return std::nullopt;
    s.farkas.push_back(*farkas);
  }
  for (const Condition& c : st.when) {
    const auto sign = signs.find(thaw(b_, c.value, map).front().value.wire, c.sign);
    if (!sign) return std::nullopt;
    s.signs.push_back(*sign);
  }
  for (std::size_t k = 0; k < st.given.size(); ++k) {
    const Output l = thaw(b_, st.given[k].left, map).front(), r = thaw(b_, st.given[k].right, map).front();
    std::map<Index, Index> same;
    for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
    const auto equation = given ? given(k, l.value, b_.rename(r.value, same)) : std::nullopt;
    if (!equation) return std::nullopt;
    s.equations.push_back(equation->proof);
  }
  const Output left = thaw(b_, st.left, map).front();
  const Rewrite r = apply(s, left.value);
  std::vector<Index> read = r.from.at;
  for (std::size_t k = 0; k < left.axes.size(); ++k) std::replace(read.begin(), read.end(), left.axes[k], at.at(k));
  return read_at(r, read);
}

// The sum over k of (r at k where k == i, else 0) is r at i, and r at 0 since k has one value.
Rewrite Rewriter::only_point(const Ref& r, Index i) {
  if (b_.dtype(r.wire) != DType::real) throw Rejected("the only point of an axis is taken of reals");
  const Index k = b_.fresh(Axis(b_.axis(i)));
  const IndexExpression difference = index_variable(k) - index_variable(i);
  const Ref one = b_.cases({difference, -difference}, b_.rename(r, {{i, k}}), b_.literal(0));
  const Ref sum = b_.reduce(Op::add, {k}, one);
  const Rewrite at_i = apply(Inference::delta, sum), read = apply(Inference::reduce_single, sum),
                at_0 = chain(read, apply(Inference::push_view, read.to));
  const Rewrite from = chain(at_i, apply(Inference::cases_then, at_i.to)),
                to = chain(at_0, apply(Inference::cases_then, at_0.to));
  return chain(reverse(from), to);
}

Rewrite Rewriter::smt(const Ref& from, const Ref& to, const std::vector<std::pair<Ref, SignId>>& premises) {
  Step s{.rule = Inference::smt, .terms = {from, to}};
  for (const auto& [at, sign] : premises) {
    s.terms.push_back(at);
    s.signs.push_back(sign);
  }
  Rewrite r = apply(s, from);
  std::map<Index, Index> back;
  for (std::size_t k = 0; k < r.to.at.size(); ++k) back[r.to.at[k]] = to.at[k];
  r.to = to;
  for (Index& i : r.context)
    if (auto it = back.find(i); it != back.end()) i = it->second;
  return r;
}

std::vector<WireId> wires_below(const DiagramBuilder& b, const std::vector<WireId>& roots) {
  std::set<WireId> seen;
  std::vector<WireId> stack = roots, out;
  while (!stack.empty()) {
    const WireId w = stack.back();
    stack.pop_back();
    if (!seen.insert(w).second) continue;
    out.push_back(w);
    for (const Port& p : b.box(w).inputs) stack.push_back(p.wire);
  }
  return out;
}

std::vector<std::uint32_t> Signs::numbers_of(std::uint32_t condition) const {
  if (!within_) return {condition};
  return {condition, within_->induction, within_->step ? 1u : 0u};
}

const std::vector<WireId>& Signs::condition_wires() {
  for (std::size_t n = condition_wires_.size(); n < k_.assumptions().size(); ++n) {
    const Kernel::Assumption a = k_.assumptions()[n];
    DiagramBuilder::Substitution sizes;
    if (within_) {
      const Symbol size = k_.inductions().at(within_->induction).size;
      sizes.sizes[size] =
          within_->step ? size_variable(size) + size_constant(1) : size_constant(k_.sizes().lower_bound(size));
    }
    condition_wires_.push_back(k_.arena().substitute(a.value.wire, sizes).value.wire);
  }
  return condition_wires_;
}

std::vector<std::pair<Ref, SignId>> Signs::assumed() {
  std::vector<std::pair<Ref, SignId>> out;
  for (std::uint32_t n = 0; n < k_.assumptions().size(); ++n) {
    if (k_.assumptions()[n].equal_to) continue;
    const Ref value = within_ ? k_.arena().at_fresh(condition_wires()[n]) : k_.assumptions()[n].value;
    out.emplace_back(value, k_.prove_sign({.rule = Inference::sign_assumed, .numbers = numbers_of(n)}));
  }
  return out;
}

std::optional<SignId> Signs::find(WireId w, Sign sign, int depth) {
  const auto key = std::pair(w, sign);
  if (auto it = memo_.find(key); it != memo_.end()) return it->second;
  if (depth > 60) return std::nullopt;
  std::optional<SignId> found;
  for (std::uint32_t n = 0; n < k_.assumptions().size() && !found; ++n) {
    const auto a = k_.assumptions()[n];
    if (a.equal_to || condition_wires()[n] != w) continue;
    if (a.sign != sign && a.sign != Sign::positive) continue;
    found = k_.prove_sign({.rule = Inference::sign_assumed, .numbers = numbers_of(n)});
    if (a.sign != sign) {
      const Ref r = k_.arena().at_fresh(w);
      found = k_.prove_sign({.rule = Inference::sign_rule, .terms = {r}, .signs = {*found}, .sign = sign});
    }
  }
  if (!found && k_.arena().dtype(w) == DType::real) {
    const Box box = k_.arena().box(w);
    auto attempt = [&](Sign of_inputs, bool need_all) {
      if (found) return;
      Step s{.rule = Inference::sign_rule, .terms = {k_.arena().at_fresh(w)}, .sign = sign};
      for (const Port& p : box.inputs) {
        if (k_.arena().dtype(p.wire) != DType::real) continue;
        std::optional<SignId> in = find(p.wire, of_inputs, depth + 1);
        if (!in && sign == Sign::positive && box.op == Op::add) in = find(p.wire, Sign::nonnegative, depth + 1);
        if (in)
          s.signs.push_back(*in);
        else if (need_all)
          return;
      }
      try {
        found = k_.prove_sign(s);
      } catch (const Rejected&) {
      }
    };
    const bool leaf = box.inputs.empty() || box.op == Op::exp || box.op == Op::sqrt || box.op == Op::max;
    attempt(sign, !leaf);
    if (box.op == Op::mul) attempt(sign, false);
    if (sign == Sign::nonzero) {
      attempt(Sign::positive, !leaf);
      if (!found)
        if (auto p = find(w, Sign::positive, depth + 1))
          found = k_.prove_sign(
              {.rule = Inference::sign_rule, .terms = {k_.arena().at_fresh(w)}, .signs = {*p}, .sign = sign});
    }
  }
  return memo_[key] = found;
}

}  // namespace skein
