// Inferences that use a theorem or an induction hypothesis.
#include "kernel/inferences.hpp"

namespace skein {
namespace {

DiagramBuilder::Substitution arrays(DiagramBuilder& b, const Step& s, std::size_t first_name, std::size_t first_term) {
  const std::size_t count = s.names.size() - first_name;
  if (s.formals.size() != count || s.terms.size() < first_term + count)
    reject("an instance names one term for each array");
  DiagramBuilder::Substitution out;
  std::set<Index> formals;
  for (std::size_t k = 0; k < count; ++k) {
    const Ref& body = s.terms[first_term + k];
    for (Index i : s.formals[k])
      if (!formals.insert(i).second) reject("an instance uses an index twice");
    if (!b.deterministic(body.wire)) reject("an array of an instance depends on a stochastic box");
    if (!out.inputs.emplace(s.names[first_name + k], DiagramBuilder::Substitution::Array{s.formals[k], body}).second)
      reject("an instance gives an array twice");
  }
  // A free index of one array must not be a formal of another: it would be captured.
  for (std::size_t k = 0; k < count; ++k) {
    const std::set<Index> own(s.formals[k].begin(), s.formals[k].end());
    for (Index i : s.terms[first_term + k].at)
      if (!own.count(i) && formals.count(i)) reject("an instance captures an index");
  }
  return out;
}

}  // namespace

Equation Inferences::instantiate(const Diagram& left, const Diagram& right, const std::vector<Condition>& when,
                                 const Step& s, const std::map<Symbol, Size>& sizes, std::size_t first_name) {
  for (std::size_t k = 0; k < s.terms.size(); ++k) term(s, k);
  DiagramBuilder::Substitution map = arrays(b_, s, first_name, 0);
  map.sizes = sizes;
  for (const InputPort& p : left.inputs())
    if (!map.inputs.count(p.name)) reject("an instance leaves out the array " + p.name.text());
  // The size conditions of the theorem must hold of the instance.
  std::size_t condition = 0;
  auto admissible = [&](const Size& p) {
    const std::size_t k = condition++;
    if (k < s.farkas.size() ? !k_.sizes().nonnegative(p, s.farkas[k]) : !k_.sizes().nonnegative(p))
      reject("a size condition of the theorem is not met: " + to_string(p) + " >= 0");
  };
  for (const auto& [v, size] : sizes) admissible(size - size_constant(left.sizes().lower_bound(v)));
  for (const Size& h : left.sizes().hypotheses) admissible(substitute(h, sizes));

  std::set<std::uint32_t> uses;
  std::vector<Index> others;
  for (std::size_t k = 0; k + first_name < s.names.size(); ++k)
    for (Index i : s.terms[k].at)
      if (std::find(s.formals[k].begin(), s.formals[k].end(), i) == s.formals[k].end()) others.push_back(i);
  if (s.signs.size() != when.size()) reject("an instance gives one sign for each condition of the theorem");
  for (std::size_t k = 0; k < when.size(); ++k) {
    const SignFact f = fact(s, k);
    Output c = thaw(b_, when[k].value, map).front();
    if (f.wire != c.value.wire) reject("a sign is about another wire than the condition of the theorem");
    if (f.sign != when[k].sign && f.sign != Sign::positive)
      reject("a condition of the theorem is stronger than the sign given");
    others.insert(others.end(), c.axes.begin(), c.axes.end());
    uses.insert(f.uses.begin(), f.uses.end());
  }
  Output l = thaw(b_, left, map).front(), r = thaw(b_, right, map).front();
  std::map<Index, Index> same;
  for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
  others.insert(others.end(), l.axes.begin(), l.axes.end());
  return close(l.value, b_.rename(r.value, same), others, uses);
}

Equation Inferences::instance(const Step& s) {
  if (s.names.empty()) reject("an instance names a theorem");
  const Theorem* t = k_.find_theorem(s.names[0]);
  if (!t) reject("the theorem " + s.names[0].text() + " is not known here");
  const Statement& st = t->statement();
  // names: theorem, then its arrays, then its size variables.
  const std::size_t n = st.left.inputs().size(), m = s.sizes.size();
  if (s.names.size() != 1 + n + m) reject("an instance gives a term for each array and a value for each size variable");
  std::map<Symbol, Size> sizes;
  for (std::size_t k = 0; k < m; ++k)
    if (!sizes.emplace(s.names[1 + n + k], s.sizes[k]).second) reject("an instance gives a size twice");
  std::set<Symbol> needed;
  auto collect = [&](const Diagram& d) {
    auto from = [&](const Size& p) {
      for (const auto& [mono, c] : p.terms()) needed.insert(mono.begin(), mono.end());
    };
    std::function<void(const IndexExpression&)> from_index = [&](const IndexExpression& e) {
      for (const auto& [mono, c] : e.terms())
        for (const IndexAtom& a : mono) {
          if (a.size()) needed.insert(*a.size());
          if (a.quotient()) from(a.quotient()->denominator), from_index(a.quotient()->numerator);
        }
    };
    for (const InputPort& p : d.inputs())
      for (const Axis& a : p.axes) from(a.size);
    for (const OutputPort& p : d.outputs())
      for (const Axis& a : p.axes) from(a.size);
    for (const Box& x : d.boxes()) {
      for (const Axis& a : x.degree) from(a.size);
      for (const Axis& a : x.bound) from(a.size);
      from(x.size);
      for (const auto& e : x.index) from_index(e);
    }
    for (const Size& h : d.sizes().hypotheses) from(h);
  };
  collect(st.left);
  collect(st.right);
  for (const Condition& c : st.when) collect(c.value);
  for (Symbol v : needed)
    if (!sizes.count(v)) reject("an instance leaves out the size " + v.text());
  Step arrays_only = s;
  arrays_only.names.resize(1 + n);
  return instantiate(st.left, st.right, st.when, arrays_only, sizes, 1);
}

Equation Inferences::hypothesis(const Step& s) {
  if (s.numbers.size() != 1) reject("a hypothesis names its induction");
  auto it = k_.inductions().find(s.numbers[0]);
  if (it == k_.inductions().end()) reject("there is no such induction");
  const Kernel::Induction goal = it->second;
  // The sizes stay: the hypothesis is about this value of the induction variable only. Arrays are universally
  // quantified.
  for (std::size_t k = 0; k < s.terms.size(); ++k) term(s, k);
  DiagramBuilder::Substitution map = arrays(b_, s, 0, 0);
  const auto l = b_.substitute(goal.lhs.wire, map), r = b_.substitute(goal.rhs.wire, map);
  std::vector<Index> others = goal.lhs.at;
  others.insert(others.end(), goal.rhs.at.begin(), goal.rhs.at.end());
  for (std::size_t k = 0; k < s.names.size(); ++k)
    for (Index i : s.terms[k].at)
      if (std::find(s.formals[k].begin(), s.formals[k].end(), i) == s.formals[k].end()) others.push_back(i);
  return close(b_.at(l, goal.lhs.at), b_.at(r, goal.rhs.at), others, {s.numbers[0]});
}

Equation Inferences::induction(const Step& s) {
  if (s.numbers.size() != 1) reject("an induction names its goal");
  auto it = k_.inductions().find(s.numbers[0]);
  if (it == k_.inductions().end()) reject("there is no such induction");
  const Kernel::Induction goal = it->second;
  const Equation base = eq(s, 0), step = eq(s, 1);
  // The goal at another value of the induction variable: the same indices, over axes of the new sizes.
  auto at = [&](const Size& value) {
    DiagramBuilder::Substitution map;
    map.sizes[goal.size] = value;
    std::map<Index, Index> renamed;
    std::vector<Index> others;
    auto moved = [&](const Ref& r) {
      std::vector<Index> out;
      for (Index i : r.at) {
        auto [j, fresh] = renamed.emplace(i, Index{});
        if (fresh) j->second = b_.fresh({substitute(b_.axis(i).size, map.sizes), b_.axis(i).name});
        out.push_back(j->second);
      }
      return out;
    };
    const auto l_at = moved(goal.lhs), r_at = moved(goal.rhs);
    return close(b_.at(b_.substitute(goal.lhs.wire, map), l_at), b_.at(b_.substitute(goal.rhs.wire, map), r_at));
  };
  auto same = [](const Equation& a, const Equation& b) {
    return a.lhs == b.lhs && a.rhs == b.rhs && a.rhs_at == b.rhs_at && a.extra == b.extra;
  };
  if (!same(base, at(size_constant(k_.sizes().lower_bound(goal.size)))))
    reject("the base of the induction is not its goal at the least size");
  if (!same(step, at(size_variable(goal.size) + size_constant(1))))
    reject("the step of the induction is not its goal at the next size");
  if (!base.uses.empty()) reject("the base of an induction rests on an assumption");
  for (auto u : step.uses)
    if (u != s.numbers[0]) reject("the step of an induction rests on another assumption");
  return close(goal.lhs, goal.rhs);
}

}  // namespace skein
