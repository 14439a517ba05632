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

void Inferences::premise(const SignFact& have, WireId want, Sign sign, Uses& uses) const {
  if (have.wire != want) reject("a sign is about another wire than the condition");
  if (have.sign != sign && have.sign != Sign::positive) reject("a condition is stronger than the sign given");
  uses.insert(have.uses.begin(), have.uses.end());
}

void Inferences::premise(const Equation& have, const Equation& want, Uses& uses) const {
  if (have.lhs != want.lhs || have.rhs != want.rhs || have.rhs_at != want.rhs_at)
    reject("an equation is another one than the condition");
  for (const Size& s : have.extra)
    if (std::find(want.extra.begin(), want.extra.end(), s) == want.extra.end())
      reject("an equation for a condition holds only if an axis of size " + to_string(s) + " is not empty");
  uses.insert(have.uses.begin(), have.uses.end());
}

Equation Inferences::instantiate(const Statement& st, const Step& s, const std::map<Symbol, Size>& sizes) {
  for (std::size_t k = 0; k < s.terms.size(); ++k) term(s, k);
  DiagramBuilder::Substitution map = arrays(b_, s, 1, 0);
  map.sizes = sizes;
  for (const InputPort& p : st.left.inputs())
    if (!map.inputs.count(p.name)) reject("an instance leaves out the array " + p.name.text());
  // The size conditions of the theorem must hold of the instance.
  std::size_t condition = 0;
  auto admissible = [&](const Size& p) {
    const std::size_t k = condition++;
    if (k < s.farkas.size() ? !k_.sizes().nonnegative(p, s.farkas[k]) : !k_.sizes().nonnegative(p))
      reject("a size condition of the theorem is not met: " + to_string(p) + " >= 0");
  };
  for (const auto& [v, size] : sizes) admissible(size - size_constant(st.left.sizes().lower_bound(v)));
  for (const Size& h : st.left.sizes().hypotheses) admissible(substitute(h, sizes));

  Uses uses;
  std::vector<Index> others;
  for (std::size_t k = 0; k + 1 < s.names.size(); ++k)
    for (Index i : s.terms[k].at)
      if (std::find(s.formals[k].begin(), s.formals[k].end(), i) == s.formals[k].end()) others.push_back(i);
  // The two sides of an equation of the theorem, at the same indices; its axes become part of the context.
  auto sides = [&](const Diagram& left, const Diagram& right) {
    Output l = thaw(b_, left, map).front(), r = thaw(b_, right, map).front();
    std::map<Index, Index> same;
    for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
    others.insert(others.end(), l.axes.begin(), l.axes.end());
    return std::pair(l.value, b_.rename(r.value, same));
  };
  if (s.signs.size() != st.when.size()) reject("an instance gives one sign for each condition of the theorem");
  if (s.equations.size() != st.given.size()) reject("an instance gives one equation for each that the theorem assumes");
  for (std::size_t k = 0; k < st.when.size(); ++k) {
    Output c = thaw(b_, st.when[k].value, map).front();
    others.insert(others.end(), c.axes.begin(), c.axes.end());
    premise(SignFact(fact(s, k)), c.value.wire, st.when[k].sign, uses);
  }
  const std::vector<Index> free = others;
  for (std::size_t k = 0; k < st.given.size(); ++k) {
    const auto [l, r] = sides(st.given[k].left, st.given[k].right);
    premise(Equation(eq(s, k)), close(l, r, free), uses);
  }
  const auto [l, r] = sides(st.left, st.right);
  return close(l, r, others, uses);
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
  for (const Given& g : st.given) collect(g.left), collect(g.right);
  for (Symbol v : needed)
    if (!sizes.count(v)) reject("an instance leaves out the size " + v.text());
  Step arrays_only = s;
  arrays_only.names.resize(1 + n);
  return instantiate(st, arrays_only, sizes);
}

Inferences::Place Inferences::place(const Step& s) const {
  const bool inductive = s.numbers.size() == 3;
  if (!inductive && s.numbers.size() != 1) reject("a condition is named by its number, or by that and a place");
  Place p{{Use::Kind::condition, 0, s.numbers[0]}, {}};
  if (p.use.condition >= k_.assumptions().size()) reject("there is no such condition");
  if (!inductive) return p;
  if (s.numbers[1] >= k_.inductions().size() || s.numbers[2] > 1) reject("there is no such induction");
  p.use.kind = s.numbers[2] ? Use::Kind::step : Use::Kind::base;
  p.use.induction = s.numbers[1];
  const Kernel::Induction& i = k_.inductions()[p.use.induction];
  p.sizes.sizes[i.size] = value_in(i, p.use.kind);
  return p;
}

Size Inferences::value_in(const Kernel::Induction& i, Use::Kind kind) const {
  return kind == Use::Kind::base ? size_constant(k_.sizes().lower_bound(i.size))
                                 : size_variable(i.size) + size_constant(1);
}

Equation Inferences::moved(const Ref& lhs, const Ref& rhs, const DiagramBuilder::Substitution& sizes, Uses uses) {
  std::map<Index, Index> renamed;
  std::vector<Index> all;
  auto image = [&](const Ref& r) {
    std::vector<Index> at;
    for (Index i : r.at) {
      auto [j, fresh] = renamed.emplace(i, Index{});
      if (fresh) j->second = b_.fresh({substitute(b_.axis(i).size, sizes.sizes), b_.axis(i).name});
      at.push_back(j->second);
    }
    all.insert(all.end(), at.begin(), at.end());
    return b_.at(b_.substitute(r.wire, sizes), at);
  };
  const Ref l = image(lhs), r = image(rhs);
  return close(l, r, all, std::move(uses));
}

Equation Inferences::assumed(const Step& s) {
  const Place p = place(s);
  const Kernel::Assumption a = k_.assumptions()[p.use.condition];
  if (!a.equal_to) reject("the condition is a sign, not an equation");
  return moved(a.value, *a.equal_to, p.sizes, {p.use});
}

Equation Inferences::hypothesis(const Step& s) {
  if (s.numbers.size() != 2 || s.numbers[0] >= k_.inductions().size()) reject("there is no such induction");
  const Kernel::Induction induction = k_.inductions()[s.numbers[0]];
  if (s.numbers[1] >= induction.goals.size()) reject("the induction has no such goal");
  const Kernel::Goal goal = induction.goals[s.numbers[1]];
  // The sizes stay: the hypothesis is about this value of the induction variable only. It is about all arrays that
  // satisfy the conditions, so each condition is a premise.
  for (std::size_t k = 0; k < s.terms.size(); ++k) term(s, k);
  DiagramBuilder::Substitution map = arrays(b_, s, 0, 0);
  std::vector<Index> others;
  for (std::size_t k = 0; k < s.names.size(); ++k)
    for (Index i : s.terms[k].at)
      if (std::find(s.formals[k].begin(), s.formals[k].end(), i) == s.formals[k].end()) others.push_back(i);
  Uses uses{{Use::Kind::hypothesis, s.numbers[0], 0}};
  std::size_t signs = 0, equations = 0;
  const std::vector<Index> free = others;
  for (std::uint32_t c : induction.conditions) {
    const Kernel::Assumption a = k_.assumptions()[c];
    const Ref value = b_.at(b_.substitute(a.value.wire, map), a.value.at);
    if (a.equal_to) {
      const Ref other = b_.at(b_.substitute(a.equal_to->wire, map), a.equal_to->at);
      premise(Equation(eq(s, equations++)), close(value, other, free), uses);
    } else {
      premise(SignFact(fact(s, signs++)), value.wire, a.sign, uses);
      others.insert(others.end(), value.at.begin(), value.at.end());
    }
  }
  if (signs != s.signs.size() || equations != s.equations.size())
    reject("a hypothesis has more premises than its induction has conditions");
  others.insert(others.end(), goal.lhs.at.begin(), goal.lhs.at.end());
  others.insert(others.end(), goal.rhs.at.begin(), goal.rhs.at.end());
  return close(b_.at(b_.substitute(goal.lhs.wire, map), goal.lhs.at),
               b_.at(b_.substitute(goal.rhs.wire, map), goal.rhs.at), others, uses);
}

Equation Inferences::induction(const Step& s) {
  if (s.numbers.size() != 2 || s.numbers[0] >= k_.inductions().size()) reject("there is no such induction");
  const std::uint32_t number = s.numbers[0];
  const Kernel::Induction i = k_.inductions()[number];
  if (s.numbers[1] >= i.goals.size()) reject("the induction has no such goal");
  if (s.equations.size() != 2 * i.goals.size()) reject("an induction has a base and a step for each of its goals");
  // Each goal at the sizes of the base or of the step, resting on conditions of the induction at these sizes only.
  auto check = [&](const Equation& have, const Kernel::Goal& goal, Use::Kind kind, const char* what) {
    DiagramBuilder::Substitution sizes;
    sizes.sizes[i.size] = value_in(i, kind);
    const Equation want = moved(goal.lhs, goal.rhs, sizes, {});
    if (have.lhs != want.lhs || have.rhs != want.rhs || have.rhs_at != want.rhs_at || have.extra != want.extra)
      reject(std::string("the ") + what + " size");
    for (const Use& u : have.uses) {
      const bool own_condition = u.kind == kind && u.induction == number &&
                                 std::find(i.conditions.begin(), i.conditions.end(), u.condition) != i.conditions.end();
      const bool own_hypothesis = u.kind == Use::Kind::hypothesis && u.induction == number && kind == Use::Kind::step;
      if (!own_condition && !own_hypothesis)
        reject(kind == Use::Kind::base ? "the base of an induction rests on an assumption that is not its own"
                                       : "the step of an induction rests on an assumption that is not its own");
    }
  };
  for (std::size_t g = 0; g < i.goals.size(); ++g) {
    check(Equation(eq(s, g)), i.goals[g], Use::Kind::base, "base of the induction is not its goal at the least");
    check(Equation(eq(s, i.goals.size() + g)), i.goals[g], Use::Kind::step,
          "step of the induction is not its goal at the next");
  }
  Uses uses;
  for (std::uint32_t c : i.conditions) uses.insert({Use::Kind::condition, 0, c});
  const Kernel::Goal goal = i.goals[s.numbers[1]];
  return close(goal.lhs, goal.rhs, {}, uses);
}

}  // namespace skein
