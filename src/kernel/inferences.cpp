#include "kernel/inferences.hpp"

#include "kernel/contraction.hpp"
#include "kernel/leaf.hpp"

namespace skein {

const Equation& Inferences::eq(const Step& s, std::size_t i) const {
  if (i >= s.equations.size()) reject("an equation is missing");
  return k_.equation(s.equations[i]);
}

const SignFact& Inferences::fact(const Step& s, std::size_t i) const {
  if (i >= s.signs.size()) reject("a sign fact is missing");
  return k_.fact(s.signs[i]);
}

const Ref& Inferences::term(const Step& s, std::size_t i) const {
  if (i >= s.terms.size()) reject("a term is missing");
  k_.check(s.terms[i]);
  return s.terms[i];
}

const Box& Inferences::box(const Step& s, Op op) const {
  const Box& x = b_.box(term(s, 0).wire);
  if (x.op != op) reject(std::string("the term is not a ") + info(op).name + " box");
  return x;
}

Equation Inferences::equation(const Step& s) {
  for (const IndexExpression& e : s.index) k_.check_divisions(e);
  switch (s.rule) {
    case Inference::refl: return close(term(s, 0), term(s, 0));
    case Inference::sym: return sym(s);
    case Inference::trans: return trans(s);
    case Inference::congruence: return congruence(s);
    case Inference::contraction: return contraction(s);
    case Inference::lattice: return lattice(s);
    case Inference::evaluate: return evaluate(s);
    case Inference::push_view: return push_view(s);
    case Inference::simplify_view: return simplify_view(s);
    case Inference::reduce_empty: return reduce_empty(s);
    case Inference::reduce_single: return reduce_single(s);
    case Inference::reduce_unused: return reduce_unused(s);
    case Inference::reduce_split: return reduce_split(s);
    case Inference::reindex: return reindex(s);
    case Inference::delta: return delta(s);
    case Inference::cases_then: return cases_then(s);
    case Inference::cases_else: return cases_else(s);
    case Inference::cases_same: return cases_same(s);
    case Inference::cases_nested: return cases_nested(s);
    case Inference::cases_hoist: return cases_hoist(s);
    case Inference::instance: return instance(s);
    case Inference::assumed: return assumed(s);
    case Inference::hypothesis: return hypothesis(s);
    case Inference::induction: return induction(s);
    case Inference::smt: return smt(s);
    case Inference::sign_rule:
    case Inference::sign_transport:
    case Inference::sign_smt:
    case Inference::sign_assumed: break;
  }
  reject("this inference concludes a sign, not an equation");
}

Equation Inferences::sym(const Step& s) {
  const Equation e = eq(s, 0);
  std::vector<Index> context;
  for (const Axis& a : std::vector<Axis>(b_.axes(e.lhs))) context.push_back(b_.fresh(a));
  for (const Size& x : e.extra) context.push_back(b_.fresh({x, Symbol()}));
  Ref l{e.lhs, std::vector<Index>(context.begin(), context.begin() + static_cast<long>(b_.axes(e.lhs).size()))},
      r{e.rhs, {}};
  for (auto n : e.rhs_at) r.at.push_back(context.at(n));
  return close(r, l, context, e.uses);
}

Equation Inferences::trans(const Step& s) {
  const Equation first = eq(s, 0), second = eq(s, 1);
  if (first.rhs != second.lhs) reject("two equations do not meet in the middle");
  std::vector<Index> context;
  for (const Axis& a : std::vector<Axis>(b_.axes(first.lhs))) context.push_back(b_.fresh(a));
  Ref l{first.lhs, context};
  for (const Size& x : first.extra) context.push_back(b_.fresh({x, Symbol()}));
  std::vector<Index> middle;
  for (auto n : first.rhs_at) middle.push_back(context.at(n));
  std::vector<Index> others = context;
  for (std::size_t k = 0; k < second.extra.size(); ++k) {
    Index i;
    if (k < s.numbers.size() && s.numbers[k] < context.size()) {
      i = context[s.numbers[k]];
      if (!(b_.axis(i).size == second.extra[k])) reject("an index is matched with one of another size");
    } else {
      i = b_.fresh({second.extra[k], Symbol()});
    }
    middle.push_back(i);
    others.push_back(i);
  }
  Ref r{second.rhs, {}};
  for (auto n : second.rhs_at) r.at.push_back(middle.at(n));
  if (std::set<Index>(r.at.begin(), r.at.end()).size() != r.at.size())
    reject("two indices of a wire are matched with one");
  Uses uses = first.uses;
  uses.insert(second.uses.begin(), second.uses.end());
  return close(l, r, others, uses);
}

// What is >= 0 wherever a case takes its branch: the guards, or of one guard e that fails -1 - e.
static std::vector<IndexExpression> branch_holds(const std::vector<IndexExpression>& guards, std::uint32_t branch) {
  if (branch == 0) return guards;
  if (guards.size() != 1) return {};
  return {index_constant(-1) - guards[0]};
}

Equation Inferences::congruence(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = b_.box(whole.wire);
  if (!x.deterministic) reject("a step inside a stochastic box");
  if (s.numbers.size() != s.equations.size()) reject("a congruence names one input for each equation");
  Uses uses;
  std::vector<Index> others = whole.at;
  // The equation read at the indices at which the box reads this input; its extra indices are new.
  auto rewrite = [&](const Equation& e, const std::vector<Index>& at) {
    std::vector<Index> context = at;
    for (const Size& size : e.extra) {
      context.push_back(b_.fresh({size, Symbol()}));
      others.push_back(context.back());
    }
    uses.insert(e.uses.begin(), e.uses.end());
    Ref r{e.rhs, {}};
    for (auto n : e.rhs_at) r.at.push_back(context.at(n));
    return r;
  };
  // A view of the equation's left side. The equation holds in range only, so the view must stay there, at least where
  // the guards hold.
  auto view = [&](const Equation& e, const std::vector<IndexExpression>& index,
                  const std::vector<IndexExpression>& guards) {
    const IndexRanges ranges = k_.ranges();
    const std::vector<Axis> axes = b_.axes(e.lhs);
    std::vector<Index> at;
    IndexMap where;
    for (std::size_t k = 0; k < index.size(); ++k) {
      if (!ranges.within(index[k], axes[k].size, guards))
        reject("a view that may leave the range in which the equation holds");
      at.push_back(b_.fresh(axes[k]));
      where[at.back()] = index[k];
    }
    return b_.read(rewrite(e, at), where);
  };
  DiagramBuilder::Opened o = b_.open(whole);
  if (x.op == Op::view) {
    if (s.numbers.size() != 1 || s.numbers[0] != 0) reject("a view has one input");
    const Equation e = eq(s, 0);
    if (e.lhs != x.inputs[0].wire) reject("the equation is not about the input of the box");
    return close(whole, view(e, o.index, {}), others, uses);
  }
  std::vector<Ref> inputs = o.inputs;
  for (std::size_t k = 0; k < s.numbers.size(); ++k) {
    const std::uint32_t port = s.numbers[k];
    if (port >= inputs.size()) reject("a congruence names an input that does not exist");
    const Equation e = eq(s, k);
    const Box input = b_.box(o.inputs[port].wire);
    if (e.lhs == o.inputs[port].wire)
      inputs[port] = rewrite(e, o.inputs[port].at);
    else if (x.op == Op::cases && input.op == Op::view && e.lhs == input.inputs[0].wire)
      inputs[port] = view(e, b_.open(o.inputs[port]).index, branch_holds(o.index, port));
    else
      reject("the equation is not about the input of the box");
  }
  Box shape = x;
  shape.index = o.index;
  return close(whole, b_.make(shape, inputs, o.bound), others, uses);
}

Equation Inferences::contraction(const Step& s) {
  const Ref l = term(s, 0), r = term(s, 1);
  if (b_.dtype(l.wire) != DType::real || b_.dtype(r.wire) != DType::real) reject("ring laws are stated for reals only");
  std::map<std::vector<Ref>, Coefficient> a, c;
  try {
    // A sum over an axis that its body does not read is a multiple by the size, unless that is negative.
    auto multiple = [&](const Size& size) {
      if (!k_.sizes().find_farkas(size))
        reject("an axis that is summed away may have a negative size: " + to_string(size));
    };
    a = contraction_form(b_, l, 20000, multiple);
    c = contraction_form(b_, r, 20000, multiple);
  } catch (const std::length_error& e) {
    reject(e.what());
  }
  if (a != c) reject("the two sides differ as sums of contractions");
  return close(l, r);
}

namespace {

// The elements of a nested fold: bodies with the indices they are folded over. A part that is reached again has been
// taken: folds are idempotent. -inf beside anything else is no element of a maximum; folded over an axis, which may be
// empty, it stays.
class Elements {
 public:
  Elements(DiagramBuilder& b, Op op) : b_(b), op_(op) {}

  const std::set<Ref>& of(const Ref& r) {
    collect(r, {}, 0);
    if (op_ == Op::max && out_.size() > 1)
      std::erase_if(out_, [&](const Ref& x) { return b_.box(x.wire).op == Op::neg_inf; });
    return out_;
  }

 private:
  void collect(const Ref& r, std::vector<Index> bound, int depth) {
    if (!seen_.emplace(r, bound).second) return;
    if (depth > 500) reject("a fold is nested too deeply");
    if (seen_.size() > 20000) reject("a fold has too many parts");
    const Box& x = b_.box(r.wire);
    if (x.op == op_) {
      for (const Ref& in : b_.open(r).inputs) collect(in, bound, depth + 1);
    } else if (x.op == Op::reduce && x.fold == op_) {
      auto o = b_.open(r);
      bound.insert(bound.end(), o.bound.begin(), o.bound.end());
      collect(o.inputs[0], bound, depth + 1);
    } else {
      out_.insert(bound.empty() ? r : b_.reduce(op_, bound, r));
    }
  }

  DiagramBuilder& b_;
  const Op op_;
  std::set<std::pair<Ref, std::vector<Index>>> seen_;
  std::set<Ref> out_;
};

}  // namespace

Equation Inferences::lattice(const Step& s) {
  const Ref l = term(s, 0), r = term(s, 1);
  const Box& x = b_.box(l.wire);
  const Op op = x.op == Op::reduce ? x.fold : x.op;
  if (op != Op::max && op != Op::min && op != Op::conj && op != Op::disj) reject("the term is not a max, min, and, or");
  Elements a(b_, op), c(b_, op);
  if (a.of(l) != c.of(r)) reject("the two sides differ as folds");
  return close(l, r);
}

namespace {

std::optional<Rational> exact_root(const Rational& q) {
  if (q < 0) return Rational(0);
  Integer n = sqrt(q.get_num()), d = sqrt(q.get_den());
  if (n * n == q.get_num() && d * d == q.get_den()) return Rational(n, d);
  return std::nullopt;
}

}  // namespace

Equation Inferences::evaluate(const Step& s) {
  const Ref whole = term(s, 0);
  const Box& x = b_.box(whole.wire);
  if (x.op == Op::fin && b_.dtype(x.inputs[0].wire) == DType::real) return close(whole, b_.open(whole).inputs[0]);
  std::vector<Rational> in;
  for (const Port& p : x.inputs) {
    const Box& y = b_.box(p.wire);
    if (y.op != Op::literal) reject("only a box of literals can be evaluated");
    in.push_back(y.value);
  }
  std::optional<Rational> v;
  switch (x.op) {
    case Op::inv: v = in[0] == 0 ? Rational(0) : Rational(1 / in[0]); break;
    case Op::sqrt: v = exact_root(in[0]); break;
    case Op::exp:
      if (in[0] == 0) v = Rational(1);
      break;
    case Op::log:
      if (in[0] == 1 || in[0] <= 0) v = Rational(0);
      break;
    case Op::erf:
    case Op::sin:
      if (in[0] == 0) v = Rational(0);
      break;
    case Op::cos:
      if (in[0] == 0) v = Rational(1);
      break;
    case Op::fin: v = in[0]; break;
    case Op::max: v = *std::max_element(in.begin(), in.end()); break;
    case Op::min: v = *std::min_element(in.begin(), in.end()); break;
    default: break;
  }
  if (!v) reject("the value of this box is not a rational number that the kernel knows");
  return close(whole, b_.literal(*v));
}

Equation Inferences::push_view(const Step& s) {
  const Ref whole = term(s, 0);
  const Box outer = box(s, Op::view);
  const WireId inner = outer.inputs[0].wire;
  const Box x = b_.box(inner);
  if (x.op == Op::input) reject("a view of an input cannot be pushed further");
  if (!x.deterministic) reject("a view slides past deterministic boxes only");
  DiagramBuilder::Opened o = b_.open(whole);
  const Ref at = b_.at_fresh(inner);
  IndexMap where;
  for (std::size_t k = 0; k < at.at.size(); ++k) where[at.at[k]] = o.index[k];
  auto image = [&](const IndexExpression& e) {
    return substitute(e, [&](Index i) {
      auto it = where.find(i);
      return it == where.end() ? index_variable(i) : it->second;
    });
  };
  DiagramBuilder::Opened in = b_.open(at);
  if (x.op == Op::view) {
    // The input of the inner view read at composed expressions; `read` makes it a renaming where it is one.
    const Ref base = b_.at_fresh(x.inputs[0].wire);
    IndexMap composed;
    for (std::size_t k = 0; k < base.at.size(); ++k) composed[base.at[k]] = image(in.index[k]);
    return close(whole, b_.read(base, composed));
  }
  Box shape = x;
  shape.index.clear();
  for (const IndexExpression& e : in.index) shape.index.push_back(image(e));
  std::vector<Ref> inputs;
  for (const Ref& r : in.inputs) inputs.push_back(b_.read(r, where));
  return close(whole, b_.make(shape, inputs, in.bound));
}

Equation Inferences::simplify_view(const Step& s) {
  const Ref whole = term(s, 0);
  const Box outer = box(s, Op::view);
  DiagramBuilder::Opened o = b_.open(whole);
  const IndexRanges ranges = k_.ranges();
  const Ref base = b_.at_fresh(outer.inputs[0].wire);
  IndexMap where;
  for (std::size_t k = 0; k < base.at.size(); ++k) where[base.at[k]] = ranges.simplify(o.index[k]);
  return close(whole, b_.read(base, where));
}

std::vector<std::pair<Ref, Sign>> Inferences::premises(const Step& s, std::size_t from, Uses& uses,
                                                       std::vector<Index>& indices) const {
  if (s.terms.size() != from + s.signs.size()) reject("a leaf names one term for each premise");
  std::vector<std::pair<Ref, Sign>> out;
  for (std::size_t k = 0; k < s.signs.size(); ++k) {
    const SignFact& f = fact(s, k);
    const Ref& at = term(s, from + k);
    if (f.wire != at.wire) reject("a premise of a leaf is about another wire");
    uses.insert(f.uses.begin(), f.uses.end());
    indices.insert(indices.end(), at.at.begin(), at.at.end());
    out.emplace_back(at, f.sign);
  }
  return out;
}

bool Inferences::ask(const std::string& text) {
  auto [it, fresh] = k_.asked_.emplace(text, false);
  if (fresh) it->second = k_.oracle_ && k_.oracle_(text);
  if (it->second) ++k_.leaves_;
  return it->second;
}

std::string Kernel::leaf_text(const Step& s) {
  LeafGoal g;
  const std::size_t from = s.rule == Inference::smt ? 2 : 1;
  if (s.terms.size() != from + s.signs.size()) reject("a leaf names one term for each premise");
  g.lhs = s.terms[0];
  if (from == 2) g.rhs = s.terms[1];
  g.sign = s.sign;
  for (std::size_t k = 0; k < s.signs.size(); ++k) g.premises.emplace_back(s.terms[from + k], fact(s.signs[k]).sign);
  return skein::leaf_text(arena_, sizes_, g);
}

Equation Inferences::smt(const Step& s) {
  const Ref l = term(s, 0), r = term(s, 1);
  Uses uses;
  std::vector<Index> indices;
  premises(s, 2, uses, indices);
  if (!ask(k_.leaf_text(s))) reject("the solver did not confirm a leaf");
  return close(l, r, indices, uses);
}

}  // namespace skein
