#include "kernel/kernel.hpp"

#include <array>

#include "kernel/inferences.hpp"
#include "kernel/leaf.hpp"

namespace skein {

void reject(const std::string& why) { throw Rejected(why); }

const char* to_string(Sign s) {
  switch (s) {
    case Sign::positive: return "positive";
    case Sign::nonnegative: return "nonnegative";
    case Sign::nonzero: return "nonzero";
  }
  return "?";
}

namespace {
constexpr std::array<std::pair<Inference, const char*>, 30> inference_names{{
    {Inference::refl, "refl"},
    {Inference::sym, "sym"},
    {Inference::trans, "trans"},
    {Inference::congruence, "congruence"},
    {Inference::contraction, "contraction"},
    {Inference::lattice, "lattice"},
    {Inference::evaluate, "evaluate"},
    {Inference::push_view, "push_view"},
    {Inference::simplify_view, "simplify_view"},
    {Inference::reduce_empty, "reduce_empty"},
    {Inference::reduce_single, "reduce_single"},
    {Inference::reduce_unused, "reduce_unused"},
    {Inference::reduce_split, "reduce_split"},
    {Inference::reindex, "reindex"},
    {Inference::delta, "delta"},
    {Inference::cases_then, "cases_then"},
    {Inference::cases_else, "cases_else"},
    {Inference::cases_same, "cases_same"},
    {Inference::cases_nested, "cases_nested"},
    {Inference::cases_hoist, "cases_hoist"},
    {Inference::instance, "instance"},
    {Inference::assumed, "assumed"},
    {Inference::hypothesis, "hypothesis"},
    {Inference::induction, "induction"},
    {Inference::smt, "smt"},
    {Inference::sign_rule, "sign_rule"},
    {Inference::sign_transport, "sign_transport"},
    {Inference::sign_smt, "sign_smt"},
    {Inference::sign_assumed, "sign_assumed"},
}};
}  // namespace

const char* to_string(Inference i) {
  for (const auto& [k, name] : inference_names)
    if (k == i && name) return name;
  return "?";
}

const Inference* find_inference(std::string_view name) {
  for (const auto& entry : inference_names)
    if (entry.second && name == entry.second) return &entry.first;
  return nullptr;
}

Kernel::Kernel(SizeContext sizes, LeafOracle oracle) : sizes_(std::move(sizes)), oracle_(std::move(oracle)) {}

void Kernel::admit(TheoremPtr t) {
  const Symbol name = t->name();
  if (!theorems_.emplace(name, std::move(t)).second) reject("the theorem " + name.text() + " is used twice");
}

const Theorem* Kernel::find_theorem(Symbol name) const {
  auto it = theorems_.find(name);
  return it == theorems_.end() ? nullptr : it->second.get();
}

void Kernel::admit_condition(const Ref& value) {
  if (!equations_.empty() || !facts_.empty() || !inductions_.empty())
    reject("conditions of a claim come before its derivation");
  check(value);
  check_divisions(value.wire);
  if (!arena_.deterministic(value.wire)) reject("a condition with a stochastic box");
}

std::uint32_t Kernel::assume_sign(const Ref& value, Sign sign) {
  admit_condition(value);
  if (arena_.dtype(value.wire) != DType::real) reject("only a real has a sign");
  assumptions_.push_back({value, sign});
  return static_cast<std::uint32_t>(assumptions_.size() - 1);
}

std::uint32_t Kernel::assume_equal(const Ref& lhs, const Ref& rhs) {
  admit_condition(lhs);
  admit_condition(rhs);
  assumptions_.push_back({lhs, Sign::positive, rhs});
  return static_cast<std::uint32_t>(assumptions_.size() - 1);
}

std::uint32_t Kernel::open_induction(const std::vector<Goal>& goals, Symbol size,
                                     const std::vector<std::uint32_t>& conditions) {
  for (const Size& h : sizes_.hypotheses)
    for (const auto& [m, c] : h.terms())
      if (std::find(m.begin(), m.end(), size) != m.end())
        reject("the induction variable " + size.text() + " occurs in a size hypothesis");
  if (goals.empty()) reject("an induction without a goal");
  for (const Goal& g : goals) {
    check(g.lhs);
    check(g.rhs);
    if (!arena_.deterministic(g.lhs.wire) || !arena_.deterministic(g.rhs.wire))
      reject("an induction on a claim with a stochastic box");
  }
  for (std::uint32_t c : conditions)
    if (c >= assumptions_.size()) reject("an induction under a condition that the claim does not have");
  inductions_.push_back({goals, size, conditions});
  return static_cast<std::uint32_t>(inductions_.size() - 1);
}

void Kernel::check(const Ref& r) const {
  if (r.wire.id >= arena_.wire_count()) reject("a term reads a wire that does not exist");
  const auto& axes = arena_.axes(r.wire);
  if (axes.size() != r.at.size()) reject("a term reads a wire at a wrong number of indices");
  std::set<Index> seen;
  for (std::size_t k = 0; k < axes.size(); ++k) {
    if (!seen.insert(r.at[k]).second) reject("a term reads a wire twice at one index");
    if (!(arena_.axis(r.at[k]).size == axes[k].size)) reject("a term reads an axis at an index of another size");
  }
}

void Kernel::check_divisions(const IndexExpression& e) const {
  for (const auto& [m, c] : e.terms())
    for (const IndexAtom& a : m)
      if (const Quotient* q = a.quotient()) {
        if (!sizes_.find_farkas(q->denominator - size_constant(1)))
          reject("an index is divided by a size that may be 0: " + to_string(q->denominator));
        check_divisions(q->numerator);
      }
}

void Kernel::check_divisions(WireId w) {
  // Wires are numbered after their inputs; the arena also holds wires that no judgement is about.
  for (auto i = static_cast<std::uint32_t>(divides_.size()); i < arena_.wire_count(); ++i) {
    const Box& x = arena_.box(WireId{i});
    bool fine = std::all_of(x.inputs.begin(), x.inputs.end(), [&](const Port& p) { return divides_[p.wire.id]; });
    try {
      for (const IndexExpression& e : x.index) check_divisions(e);
    } catch (const Rejected&) {
      fine = false;
    }
    divides_.push_back(fine);
  }
  if (!divides_.at(w.id)) reject("an index is divided by a size that may be 0");
}

Equation Kernel::close(const Ref& lhs, const Ref& rhs, const std::vector<Index>& others, Uses uses) const {
  check(lhs);
  check(rhs);
  Equation e{lhs.wire, rhs.wire, {}, {}, std::move(uses)};
  std::map<Index, std::uint32_t> number;
  for (Index i : lhs.at) number.emplace(i, static_cast<std::uint32_t>(number.size()));
  auto extra = [&](Index i) {
    auto [it, fresh] = number.emplace(i, static_cast<std::uint32_t>(number.size()));
    if (fresh) e.extra.push_back(arena_.axis(i).size);
    return it->second;
  };
  for (Index i : rhs.at) e.rhs_at.push_back(extra(i));
  std::vector<Index> ghosts;
  for (Index i : others)
    if (!number.count(i) && !sizes_.positive(arena_.axis(i).size)) ghosts.push_back(i);
  std::sort(ghosts.begin(), ghosts.end(), [&](Index a, Index b) {
    auto c = arena_.axis(a).size <=> arena_.axis(b).size;
    return c != 0 ? c < 0 : a < b;
  });
  // A ghost only says that its axis is not empty, which another index over an axis of this size says as well.
  std::set<Size> inhabited;
  for (const auto& [i, n] : number) inhabited.insert(arena_.axis(i).size);
  for (Index i : ghosts)
    if (inhabited.insert(arena_.axis(i).size).second) extra(i);
  return e;
}

EquationId Kernel::prove(const Step& s) {
  Equation e = Inferences(*this).equation(s);
  check_divisions(e.lhs);
  check_divisions(e.rhs);
  equations_.push_back(std::move(e));
  equation_steps_.push_back(s);
  return EquationId(static_cast<std::uint32_t>(equations_.size() - 1));
}

SignId Kernel::prove_sign(const Step& s) {
  SignFact f = Inferences(*this).sign(s);
  check_divisions(f.wire);
  facts_.push_back(std::move(f));
  fact_steps_.push_back(s);
  return SignId(static_cast<std::uint32_t>(facts_.size() - 1));
}

std::pair<Ref, Ref> Kernel::sides(EquationId id, const std::vector<Index>& at) {
  const Equation e = equation(id);
  if (at.size() != arena_.axes(e.lhs).size()) reject("an equation is read at a wrong number of indices");
  std::vector<Index> context = at;
  for (const Size& s : e.extra) context.push_back(arena_.fresh({s, Symbol()}));
  Ref rhs{e.rhs, {}};
  for (auto n : e.rhs_at) rhs.at.push_back(context.at(n));
  return {Ref{e.lhs, at}, rhs};
}

namespace {

// Every array that a diagram reads is the input of that name of the claim, with its axes and type.
void check_inputs(const Diagram& d, const Diagram& claim) {
  if (d.outputs().size() != 1) reject("a claim is about one output");
  for (const Box& x : d.boxes()) {
    if (x.op != Op::input) continue;
    const InputPort* p = claim.find_input(x.name);
    bool same = p && p->dtype == x.dtype && p->axes.size() == x.degree.size();
    for (std::size_t k = 0; same && k < x.degree.size(); ++k) same = p->axes[k].size == x.degree[k].size;
    if (!same) reject("the claim reads an array " + x.name.text() + " that is not an input of it");
  }
}

}  // namespace

namespace {

// The values of two diagrams with the same axes, at the same indices.
std::pair<Output, Ref> sides_of(DiagramBuilder& b, const Diagram& left, const Diagram& right) {
  const Output l = thaw(b, left).front(), r = thaw(b, right).front();
  if (l.axes.size() != r.axes.size()) reject("the outputs of the claim have different ranks");
  std::map<Index, Index> same_axes;
  for (std::size_t i = 0; i < l.axes.size(); ++i) {
    if (!(b.axis(l.axes[i]).size == b.axis(r.axes[i]).size)) reject("the outputs of the claim have different sizes");
    same_axes[r.axes[i]] = l.axes[i];
  }
  return {l, b.rename(r.value, same_axes)};
}

}  // namespace

void Kernel::check_conditions(const Statement& claim) {
  if (assumptions_.size() != claim.when.size() + claim.given.size())
    reject("the conditions of the claim are not those of its proof");
  // The derivation uses a condition at the indices of its wires only; over an empty axis that they do not read it says
  // nothing.
  auto inhabited = [&](const std::vector<Index>& axes, const std::vector<Index>& read) {
    for (Index k : axes)
      if (std::find(read.begin(), read.end(), k) == read.end() && !sizes_.positive(arena_.axis(k).size))
        reject("a condition is stated over an axis that it does not read and that may be empty");
  };
  auto sized = [&](const Diagram& d) {
    check_inputs(d, claim.left);
    if (!(d.sizes() == sizes_)) reject("the sizes of a condition are not those of the claim");
  };
  for (std::size_t i = 0; i < claim.when.size(); ++i) {
    const Assumption& a = assumptions_[i];
    sized(claim.when[i].value);
    const Output c = thaw(arena_, claim.when[i].value).front();
    if (a.equal_to || c.value.wire != a.value.wire || claim.when[i].sign != a.sign)
      reject("the conditions of the claim are not those of its proof");
    inhabited(c.axes, c.value.at);
  }
  for (std::size_t i = 0; i < claim.given.size(); ++i) {
    const Assumption& a = assumptions_[claim.when.size() + i];
    sized(claim.given[i].left);
    sized(claim.given[i].right);
    const auto [l, r] = sides_of(arena_, claim.given[i].left, claim.given[i].right);
    if (!a.equal_to) reject("the conditions of the claim are not those of its proof");
    const Equation want = close(l.value, r, {}, {}), have = close(a.value, *a.equal_to, {}, {});
    if (have.lhs != want.lhs || have.rhs != want.rhs || have.rhs_at != want.rhs_at || have.extra != want.extra)
      reject("the conditions of the claim are not those of its proof");
    std::vector<Index> read = l.value.at;
    read.insert(read.end(), r.at.begin(), r.at.end());
    inhabited(l.axes, read);
  }
}

TheoremPtr Kernel::conclude(Symbol name, const Statement& claim, EquationId id) {
  const Diagram &left = claim.left, &right = claim.right;
  if (left.outputs().size() != 1 || right.outputs().size() != 1) reject("a claim is about one output");
  if (!(left.sizes() == sizes_) || !(right.sizes() == sizes_))
    reject("the sizes of the claim are not those of its proof");
  if (left.inputs().size() != right.inputs().size()) reject("the sides of the claim have different inputs");
  for (std::size_t i = 0; i < left.inputs().size(); ++i) {
    const InputPort &l = left.inputs()[i], &r = right.inputs()[i];
    bool same = l.name == r.name && l.dtype == r.dtype && l.axes.size() == r.axes.size();
    for (std::size_t k = 0; same && k < l.axes.size(); ++k) same = l.axes[k].size == r.axes[k].size;
    if (!same) reject("the sides of the claim have different inputs");
  }
  for (const Diagram* d : {&left, &right}) check_inputs(*d, left);
  check_conditions(claim);
  const auto [l, r] = sides_of(arena_, left, right);
  if (!arena_.deterministic(l.value.wire) || !arena_.deterministic(r.wire))
    reject("a claim with a stochastic box: its noise sources would need to be paired");
  const Equation want = close(l.value, r, l.axes, {});
  const Equation& have = equation(id);
  if (have.lhs != want.lhs || have.rhs != want.rhs || have.rhs_at != want.rhs_at)
    reject("the derivation ends in another equation than the claim");
  // The ghosts of the proof must be among the axes of the output: for each such axis the claim is about a point of it.
  for (const Size& s : have.extra)
    if (std::find(want.extra.begin(), want.extra.end(), s) == want.extra.end())
      reject("the equation holds only if an axis of size " + to_string(s) + " is not empty");
  for (const Use& u : have.uses)
    if (u.kind != Use::Kind::condition)
      reject("the claim rests on an assumption of an induction that was never discharged");
  auto t = std::shared_ptr<Theorem>(new Theorem);
  t->name_ = name;
  t->statement_ = claim;
  t->leaves_ = leaves_;
  return t;
}

}  // namespace skein
