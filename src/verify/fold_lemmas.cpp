#include "verify/fold_lemmas.hpp"

#include <algorithm>

#include "diagram/variables.hpp"
#include "kernel/certificate.hpp"
#include "verify/block.hpp"

namespace skein {

FoldLemmas::FoldLemmas(Kernel& k, const std::vector<FoldState>& folds, const OneState& same) : k_(k), own_(k.sizes()) {
  for (const auto& [name, t] : k.theorems()) own_.admit(t);
  DiagramBuilder& b = own_.arena();
  const DiagramBuilder& from = k.arena();
  std::map<Symbol, Ref> arrays;
  Copier copier(from, b, [&](WireId w) -> std::optional<DiagramBuilder::Image> {
    const Box& x = from.box(w);
    if (x.op != Op::input) return std::nullopt;
    const auto one = same.find(x.name);
    const Symbol name = one == same.end() ? x.name : one->second;
    const auto [array, fresh] = arrays.emplace(name, Ref{});
    if (fresh) {
      array->second = b.input(name, x.degree, x.dtype);
      arrays_.push_back({name, x.degree, x.dtype, Role::input});
    }
    return DiagramBuilder::Image{array->second.at, array->second};
  });
  // All of them, before the arrays are put into a diagram.
  struct Equality {
    Ref left, right;
  };
  std::vector<std::pair<Sign, Ref>> signs;
  for (const Kernel::Assumption& a : k.assumptions())
    if (!a.equal_to) signs.emplace_back(a.sign, copier.copy(a.value));
  std::vector<Equality> equalities;
  for (const FoldState& s : folds)
    for (bool step : {false, true}) {
      const Kernel::Assumption& a = k.assumptions().at(step ? s.recurrence.next : s.recurrence.first);
      equalities.push_back({copier.copy(a.value), copier.copy(*a.equal_to)});
      given_.emplace_back(s.recurrence.state, step);
    }
  for (const auto& [sign, value] : signs) {
    own_.assume_sign(value, sign);
    claim_.when.push_back({sign, diagram(value.at, value)});
  }
  for (const Equality& e : equalities) {
    own_.assume_equal(e.left, e.right);
    std::vector<Index> axes = e.left.at;
    for (Index i : e.right.at)
      if (std::find(axes.begin(), axes.end(), i) == axes.end()) axes.push_back(i);
    claim_.given.push_back({diagram(axes, e.left), diagram(axes, e.right)});
  }
  std::size_t condition = signs.size();
  for (const FoldState& s : folds) {
    Recurrence r = s.recurrence;
    r.first = condition++, r.next = condition++;
    recurrences_.push_back(r);
  }
}

Diagram FoldLemmas::diagram(const std::vector<Index>& axes, const Ref& value) {
  return freeze(own_.arena(), Symbol("lemma"), own_.sizes(), arrays_, {{Symbol("out"), axes, value}});
}

FoldLemma FoldLemmas::conclude(const Invariant& invariant, const Rewrite& equation,
                               std::vector<std::string>& certificates) {
  // Lemmas about parts that were used on the way.
  for (const auto& [name, t] : own_.theorems())
    if (!k_.find_theorem(name)) k_.admit(t);
  std::size_t number = 1;
  while (k_.find_theorem(Symbol("fold." + std::to_string(number)))) ++number;
  const Symbol name("fold." + std::to_string(number));
  Statement statement = claim_;
  statement.left = diagram(equation.from.at, equation.from);
  statement.right = diagram(equation.from.at, equation.to);
  const std::string text = write_certificate(own_, name, statement, equation.proof);
  FoldLemma out;
  out.theorem = replay_certificate(text, [&](Symbol s) { return k_.theorems().at(s); }, {}).theorem;
  k_.admit(out.theorem);
  certificates.push_back(text);
  out.state = invariant.state;
  out.accumulator = invariant.accumulator;
  out.given = given_;
  for (const Recurrence& r : recurrences_)
    if (r.state == invariant.state) {
      out.counter = r.counter;
      if (own_.arena().box(equation.from.wire).op == Op::view) out.value = r.steps;
    }
  return out;
}

std::optional<ReadRule> instance_of(const FoldLemma& lemma, const LemmaUse& use) {
  Rewriter& w = use.n.rewriter();
  DiagramBuilder& b = w.arena();
  const Statement& st = lemma.theorem->statement();
  DiagramBuilder::Substitution assignment;
  std::set<Symbol> sizes = size_variables(st.left);
  sizes.merge(size_variables(st.right));
  for (const Condition& c : st.when) sizes.merge(size_variables(c.value));
  for (const Given& g : st.given) sizes.merge(size_variables(g.left)), sizes.merge(size_variables(g.right));
  for (Symbol v : sizes) {
    const auto moved = use.sizes.find(v);
    assignment.sizes[v] = moved == use.sizes.end() ? size_variable(v) : moved->second;
  }
  for (const InputPort& p : st.left.inputs()) {
    std::vector<Axis> axes = p.axes;
    for (Axis& a : axes) a.size = substitute(a.size, use.sizes);
    const Ref array = b.input(p.name, axes, p.dtype);
    assignment.inputs[p.name] = {array.at, array};
  }
  // The recurrence as it is assumed here, brought to what the lemma asks for.
  auto premise = [&](std::size_t k, const Ref& left, const Ref& right) -> std::optional<Rewrite> {
    const auto e = use.assumed(lemma.given.at(k).first, lemma.given[k].second);
    if (!e || e->from.wire != left.wire) return std::nullopt;
    const Rewrite here = w.read_at(*e, left.at);
    const auto rest = here.to == right ? std::optional(w.same(right)) : use.equal(here.to, right);
    return rest ? std::optional(w.chain(here, *rest)) : std::nullopt;
  };
  try {
    std::vector<Index> at;
    for (const Axis& a : st.left.outputs().at(0).axes) at.push_back(b.fresh({substitute(a.size, use.sizes), a.name}));
    auto equation = w.instance(*lemma.theorem, assignment, at, use.n.signs(), premise);
    if (!equation) return std::nullopt;
    std::optional<IndexExpression> value;
    if (lemma.value) value = index_size(substitute(*lemma.value, use.sizes));
    return ReadRule{lemma.state, lemma.counter, value, std::move(*equation)};
  } catch (const Rejected&) {
    return std::nullopt;
  }
}

}  // namespace skein
