#include "verify/fold_lemmas.hpp"

#include <algorithm>

#include "diagram/variables.hpp"
#include "kernel/certificate.hpp"
#include "verify/block.hpp"

namespace skein {

namespace {

bool mentions(const Box& x, Symbol size) {
  std::set<Symbol> variables;
  for (const IndexExpression& e : x.index) collect_variables(e, variables);
  for (const Axis& a : x.bound) collect_variables(a.size, variables);
  collect_variables(x.size, variables);
  return variables.count(size) > 0;
}

bool stateless(const DiagramBuilder& b, WireId w, const std::vector<FoldState>& folds) {
  const std::vector<WireId> below = wires_below(b, {w});
  return std::none_of(below.begin(), below.end(), [&](WireId x) {
    return b.box(x).op == Op::input && std::any_of(folds.begin(), folds.end(), [&](const FoldState& s) {
             return s.recurrence.state == b.box(x).name;
           });
  });
}

}  // namespace

bool mention_steps(const DiagramBuilder& b, const std::vector<FoldState>& folds, Symbol steps) {
  std::vector<WireId> roots;
  for (const FoldState& s : folds) roots.push_back(s.first.wire), roots.push_back(s.next.wire);
  const std::vector<WireId> below = wires_below(b, roots);
  return std::any_of(below.begin(), below.end(),
                     [&](WireId w) { return mentions(b.box(w), steps) && stateless(b, w, folds); });
}

FoldLemmas::FoldLemmas(Kernel& k, const std::vector<FoldState>& folds, Symbol steps, const OneState& same,
                       std::chrono::steady_clock::time_point deadline)
    : k_(k), own_(k.sizes()), n_(k, deadline) {
  for (const auto& [name, t] : k.theorems()) own_.admit(t);
  const DiagramBuilder& from = k.arena();
  Copier copier(from, own_.arena(), [&](WireId w) -> std::optional<DiagramBuilder::Image> {
    const Box x = from.box(w);
    if (x.op == Op::input) {
      const auto one = same.find(x.name);
      return array(one == same.end() ? x.name : one->second, x.degree, x.dtype);
    }
    return mentions(x, steps) && x.deterministic && stateless(from, w, folds) ? std::optional(part(w)) : std::nullopt;
  });
  struct Equality {
    Ref left, right;
  };
  for (const Kernel::Assumption& a : k.assumptions())
    if (!a.equal_to) signs_.emplace_back(a.sign, copier.copy(a.value));
  std::vector<Equality> equalities;
  for (const FoldState& s : folds)
    for (bool step : {false, true}) {
      // The arena grows while parts are named.
      const Kernel::Assumption a = k.assumptions().at(step ? s.recurrence.next : s.recurrence.first);
      equalities.push_back({copier.copy(a.value), copier.copy(*a.equal_to)});
      given_.emplace_back(s.recurrence.state, step);
    }
  for (const auto& [sign, value] : signs_) {
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
  std::size_t condition = signs_.size();
  for (const FoldState& s : folds) {
    Recurrence r = s.recurrence;
    r.first = condition++, r.next = condition++;
    recurrences_.push_back(r);
  }
}

DiagramBuilder::Image FoldLemmas::array(Symbol name, const std::vector<Axis>& axes, DType dtype) {
  const auto [known, fresh] = known_.emplace(name, Ref{});
  if (fresh) {
    known->second = own_.arena().input(name, axes, dtype);
    arrays_.push_back({name, axes, dtype, Role::input});
  }
  return {known->second.at, known->second};
}

// Terms with one normal form are one array.
DiagramBuilder::Image FoldLemmas::part(WireId w) {
  DiagramBuilder& from = k_.arena();
  const Ref whole = from.at_fresh(w), normal = n_.normal(whole).to;
  std::vector<Axis> axes;
  for (Index i : normal.at) axes.push_back(from.axis(i));
  const auto [known, fresh] = part_of_.emplace(normal.wire, Symbol());
  if (fresh) {
    known->second = Symbol("part." + std::to_string(part_of_.size()));
    std::vector<InputPort> ports;
    std::set<Symbol> seen;
    for (WireId x : wires_below(from, {normal.wire}))
      if (const Box& box = from.box(x); box.op == Op::input && seen.insert(box.name).second)
        ports.push_back({box.name, box.degree, box.dtype, Role::input});
    parts_.push_back(freeze(from, known->second, k_.sizes(), ports, {{Symbol("out"), normal.at, normal}}));
    const Ref here = array(known->second, axes, from.dtype(normal.wire)).value;
    if (from.dtype(normal.wire) == DType::real)
      for (Sign s : {Sign::positive, Sign::nonnegative, Sign::nonzero})
        if (n_.signs().find(normal.wire, s)) {
          signs_.emplace_back(s, here);
          break;
        }
  }
  const Ref here = array(known->second, axes, from.dtype(normal.wire)).value;
  // At the indices of the wire, of which the normal form may read fewer.
  DiagramBuilder::Image out;
  std::map<Index, Index> names;
  for (std::size_t k = 0; k < normal.at.size(); ++k) names[normal.at[k]] = here.at[k];
  for (Index i : whole.at) {
    const auto it = names.find(i);
    out.at.push_back(it == names.end() ? own_.arena().fresh(from.axis(i)) : it->second);
  }
  out.value = here;
  return out;
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
  out.parts = parts_;
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
  DiagramBuilder::Substitution moved;
  moved.sizes = use.sizes;
  for (const Diagram& part : lemma.parts) {
    const Output term = thaw(b, part, moved).front();
    assignment.inputs[part.name] = {term.axes, term.value};
  }
  for (const InputPort& p : st.left.inputs()) {
    if (assignment.inputs.count(p.name)) continue;
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
