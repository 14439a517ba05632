#include "campaign/random_terms.hpp"

#include <algorithm>

#include "prove/unify.hpp"

namespace skein {
namespace {

constexpr std::size_t most_indices = 4, most_wires = 400;
constexpr int attempts_at_instances = 3;

const Symbol n("n"), m("m"), e("e"), steps("t");

}  // namespace

SizeContext random_sizes(const FeatureSet& f, std::mt19937_64& random) {
  SizeContext s;
  if (f.empty_axis) s.lower[e] = 0;
  if (f.fold && random() % 2) s.lower[steps] = 0;
  if (f.hypothesis) s.hypotheses.push_back(size_variable(n) - size_variable(m));
  return s;
}

RandomTerms::RandomTerms(Kernel& k, const FeatureSet& f, const RuleLibrary& rules, std::mt19937_64& random)
    : k_(k), b_(k.arena()), f_(f), rules_(rules), random_(random), w_(k), signs_(k) {
  const Size a = size_variable(n), b = size_variable(m);
  sizes_ = {a, a, b, b, size_constant(2)};
  if (f.empty_axis) sizes_.insert(sizes_.end(), 3, size_variable(e));
  if (f.view) sizes_.push_back(a * b), sizes_.push_back(a + b), sizes_.push_back(a + a);
  if (f.hypothesis) sizes_.push_back(a - b);
  if (chance(4)) sizes_.push_back(size_constant(1));
  // Two diagrams are paired by their inputs, so each size variable is the size of one.
  std::vector<Axis> every{{a, n}, {b, m}};
  if (f.empty_axis) every.push_back({size_variable(e), e});
  if (f.fold) every.push_back({size_variable(steps), steps});
  inputs_.push_back({Symbol("x0"), every});
  if (f.positive) add_positive();
  if (f.fold || f.repeat) add_fold();
  planting_ = true;
}

Index RandomTerms::fresh_index() { return b_.fresh({pick(sizes_), Symbol("i")}); }

RandomTerms::Indices RandomTerms::with(Indices over, Index i) {
  while (over.size() >= most_indices) over.erase(over.begin() + static_cast<std::ptrdiff_t>(below(over.size())));
  over.push_back(i);
  return over;
}

void RandomTerms::add_positive() {
  const Axis axis{size_variable(chance(2) && f_.empty_axis ? e : n), Symbol("i")};
  inputs_.push_back({Symbol("pos"), {axis}});
  positive_.push_back(b_.input(Symbol("pos"), {axis}));
  k_.assume_sign(positive_.back(), Sign::positive);
}

// state[0] == first, state[step + 1] == next.
void RandomTerms::add_fold() {
  steps_ = f_.fold ? size_variable(steps) : size_constant(static_cast<long>(1 + below(3)));
  const bool ext = f_.ext && chance(3);
  std::vector<Axis> axes{{*steps_ + size_constant(1), Symbol("step")}};
  if (!chance(3)) axes.push_back({pick(sizes_), Symbol("i")});
  // Two axes of one size are the ones that may be taken for each other.
  if (axes.size() > 1 && chance(2)) axes.push_back({chance(4) ? pick(sizes_) : axes.back().size, Symbol("j")});
  inputs_.push_back({Symbol("state"), axes, ext ? DType::ext : DType::real, Role::state});
  const Ref all = b_.input(Symbol("state"), axes, inputs_.back().dtype);
  const Index step = b_.fresh({*steps_, Symbol("step")});
  auto at = [&](const IndexExpression& where) { return b_.read(all, {{all.at[0], where}}); };
  const Indices own(all.at.begin() + 1, all.at.end());
  const Ref first = ext && chance(2) ? b_.neg_inf() : term(DType::real, own, 1);
  IndexMap there{{all.at[0], index_variable(step)}};
  if (own.size() == 2 && b_.axis(own[0]).size == b_.axis(own[1]).size && !chance(4)) {  // transposed, perhaps turned
    const IndexExpression i = index_variable(own[0]), last = index_size(b_.axis(own[0]).size) - index_constant(1);
    there[own[0]] = index_variable(own[1]), there[own[1]] = chance(2) ? i : last - i;
  } else if (chance(2)) {
    for (Index i : own) there[i] = place(b_.axis(i).size, own).value_or(index_variable(i));
  }
  const Ref before = b_.read(all, there), input = term(DType::real, with(own, step), 2);
  Ref next;
  if (ext)
    next = b_.add(chance(3) ? Op::add : Op::max, {before, input});
  else
    switch (below(5)) {
      case 0: next = b_.add(Op::max, {before, input}); break;
      case 1: next = b_.add(Op::add, {b_.add(Op::mul, {before, term(DType::real, with(own, step), 1)}), input}); break;
      case 2: next = b_.add(Op::sin, {b_.add(Op::add, {before, input})}); break;
      default: next = b_.add(Op::add, {before, input}); break;
    }
  state_ = all;
  Indices stepped{step};
  stepped.insert(stepped.end(), own.begin(), own.end());
  state_equations_ = {{own, at(index_constant(0)), first},
                      {stepped, at(index_variable(step) + index_constant(1)), next}};
  for (const StateEquation& q : state_equations_) k_.assume_equal(q.left, q.right);
  made_.clear();  // they speak of the step
}

Diagram RandomTerms::frozen(const std::vector<Index>& axes, const Ref& value, const char* name) const {
  return freeze(b_, Symbol(name), k_.sizes(), inputs_, {{Symbol("out"), axes, value}});
}

std::vector<Condition> RandomTerms::when() const {
  std::vector<Condition> out;
  for (const Ref& r : positive_) out.push_back({Sign::positive, frozen(r.at, r)});
  return out;
}

std::vector<Given> RandomTerms::given() const {
  std::vector<Given> out;
  for (const StateEquation& q : state_equations_) out.push_back({frozen(q.axes, q.left), frozen(q.axes, q.right)});
  return out;
}

Ref RandomTerms::term(DType type, const Indices& over, int depth) {
  for (int attempt = 0; depth > 0 && attempt < 3 && b_.wire_count() < most_wires; ++attempt) try {
      const Ref r = production(type, over, depth);
      made_.push_back(r);
      return r;
    } catch (const IllTyped&) {  // parts that do not fit
    } catch (const Rejected&) {  // an instance that the kernel does not accept here
    }
  return leaf(type, over);
}

Ref RandomTerms::root(DType type, const Indices& over, int depth) {
  std::vector<Ref> parts{term(DType::real, over, depth)};
  auto part = [&](bool wanted, const std::function<std::optional<Ref>()>& make) {
    if (!wanted) return;
    try {
      if (const auto r = make()) parts.push_back(*r);
    } catch (const IllTyped&) {
    } catch (const Rejected&) {
    }
  };
  const int inner = depth - 1;
  for (int n = 0; n < 2; ++n) part(true, [&] { return planted(DType::real, over, inner); });
  part(f_.take, [&] { return taken(over, inner); });
  part(f_.guard,
       [&] { return chance(2) ? guarded(DType::real, over, inner) : guarded_read(DType::real, over, inner); });
  part(f_.ext, [&] { return b_.add(chance(3) ? Op::fin : Op::exp, {term(DType::ext, over, inner)}); });
  part(f_.stochastic, [&] { return b_.opaque(Symbol("draw"), {term(DType::real, over, inner)}, false); });
  part(f_.opaque, [&] { return b_.opaque(Symbol("f"), {term(DType::real, over, inner)}, true); });
  part(state_.has_value(), [&] { return state(over); });
  part(f_.where, [&] {
    return b_.add(Op::where, {term(DType::boolean, over, inner), term(DType::real, over, inner), b_.literal(1)});
  });
  std::shuffle(parts.begin(), parts.end(), random_);
  Ref whole = parts[0];
  constexpr Op folds[] = {Op::add, Op::add, Op::mul, Op::max, Op::min};
  for (std::size_t k = 1; k < parts.size(); ++k) whole = b_.add(folds[below(std::size(folds))], {whole, parts[k]});
  if (type == DType::boolean) return b_.add(Op::less, {whole, term(DType::real, over, inner)});
  if (type == DType::ext) return b_.add(Op::max, {whole, term(type, over, inner)});
  if (chance(4) && !over.empty()) {
    const Index i = pick(over);
    if (std::find(whole.at.begin(), whole.at.end(), i) != whole.at.end())
      return b_.reduce(folds[below(std::size(folds))], {i}, whole);
  }
  return whole;
}

Ref RandomTerms::production(DType type, const Indices& over, int depth) {
  if (chance(6))
    if (const auto r = shared(type, over)) return *r;
  if (f_.view && chance(6)) return viewed(type, over, depth - 1);
  if (f_.guard && chance(5)) return chance(2) ? guarded(type, over, depth - 1) : guarded_read(type, over, depth - 1);
  if (planting_ && chance(4))
    if (const auto r = planted(type, over, depth - 1)) return *r;
  switch (type) {
    case DType::real: return real(over, depth - 1);
    case DType::ext: return ext(over, depth - 1);
    case DType::boolean: return boolean(over, depth - 1);
  }
  return leaf(type, over);
}

Ref RandomTerms::real(const Indices& over, int depth) {
  auto part = [&] { return term(DType::real, over, depth); };
  if (f_.stochastic && planting_ && chance(8)) return b_.opaque(Symbol("draw"), {part()}, false);
  if (f_.opaque && chance(6))
    return chance(2) ? b_.opaque(Symbol("f"), {part()}, true) : b_.opaque(Symbol("g"), {part(), part()}, true);
  if (f_.where && chance(5)) return b_.add(Op::where, {term(DType::boolean, over, depth), part(), part()});
  if (f_.take && chance(4)) return taken(over, depth);
  if (state_ && chance(3))
    if (const auto r = state(over)) return *r;
  if (f_.ext && chance(4)) return b_.add(chance(3) ? Op::fin : Op::exp, {term(DType::ext, over, depth)});
  constexpr Op functions[] = {Op::exp, Op::log, Op::inv, Op::sqrt, Op::erf, Op::sin, Op::cos};
  constexpr Op folds[] = {Op::add, Op::add, Op::add, Op::mul, Op::max, Op::min};
  switch (below(12)) {
    case 0:
    case 1: return b_.add(Op::add, {part(), part()});
    case 2: return b_.add(Op::add, {part(), part(), part()});
    case 3:
    case 4: return b_.add(Op::mul, {part(), part()});
    case 5: return b_.add(Op::mul, {part(), part(), part()});
    case 6: return b_.add(Op::max, {part(), part()});
    case 7: return b_.add(Op::min, {part(), part()});
    case 8:
    case 9: return b_.add(functions[below(std::size(functions))], {part()});
    default: return reduction(folds[below(std::size(folds))], DType::real, over, depth);
  }
}

Ref RandomTerms::ext(const Indices& over, int depth) {
  auto part = [&] { return term(DType::ext, over, depth); };
  switch (below(6)) {
    case 0: return b_.add(Op::add, {part(), term(DType::real, over, depth)});
    case 1: return b_.add(Op::max, {part(), part()});
    case 2: return b_.add(Op::where, {term(DType::boolean, over, depth), part(), part()});
    case 3: return reduction(Op::max, DType::ext, over, depth);
    case 4:  // a mask
      if (!over.empty()) return b_.cases(random_guard(over), term(DType::real, over, depth), b_.neg_inf());
      return part();
    default: return term(DType::real, over, depth);
  }
}

Ref RandomTerms::boolean(const Indices& over, int depth) {
  auto number = [&] { return term(f_.ext && chance(3) ? DType::ext : DType::real, over, depth); };
  auto part = [&] { return term(DType::boolean, over, depth); };
  switch (below(8)) {
    case 0:
    case 1: return b_.add(Op::less, {number(), number()});
    case 2: return b_.add(Op::less_equal, {number(), number()});
    case 3: return b_.add(Op::equal, {number(), number()});
    case 4: return b_.add(Op::conj, {part(), part()});
    case 5: return b_.add(Op::disj, {part(), part()});
    case 6: return b_.add(Op::negate, {part()});
    default: return reduction(chance(2) ? Op::conj : Op::disj, DType::boolean, over, depth);
  }
}

Ref RandomTerms::leaf(DType type, const Indices& over) {
  if (type == DType::ext) {
    if (!f_.ext) return leaf(DType::real, over);
    return chance(5) ? b_.neg_inf() : array(type, over);
  }
  if (type == DType::boolean) return array(type, over);
  switch (below(12)) {
    case 0: return b_.literal(Rational(static_cast<long>(below(7)) - 3, static_cast<long>(1 + below(2))));
    case 1: return b_.size_value(pick(sizes_));
    case 2:
      if (!over.empty())
        return b_.index_value(index_variable(pick(over)) + index_constant(static_cast<long>(below(2))));
      return b_.literal(1);
    case 3:
      if (!positive_.empty())
        if (const auto at = place(b_.axes(positive_[0].wire)[0].size, over))
          return b_.read(positive_[0], {{positive_[0].at[0], *at}});
      return array(type, over);
    default: return array(type, over);
  }
}

Ref RandomTerms::array(DType type, const Indices& over) {
  if (!chance(3) && !inputs_.empty()) {
    const InputPort p = pick(inputs_);
    if (p.dtype == type && p.role != Role::state) {
      const Ref all = b_.input(p.name, p.axes, p.dtype);
      IndexMap at;
      for (Index i : all.at)
        if (const auto where = place(b_.axis(i).size, over)) at[i] = *where;
      if (at.size() == all.at.size()) return b_.read(all, at);
    }
  }
  return new_array(type, over);
}

Ref RandomTerms::new_array(DType type, const Indices& over) {
  std::vector<Axis> axes;
  std::vector<IndexExpression> where;
  for (Index i : over) {
    if (chance(3) || axes.size() == 3) continue;
    const Size s = b_.axis(i).size, two = size_constant(2);
    const IndexExpression at = index_variable(i);
    auto add = [&](const Size& size, const IndexExpression& expression) {
      axes.push_back({size, Symbol("i")});
      where.push_back(expression);
    };
    switch (f_.view ? below(10) : 9) {
      case 0: add(two * s, at + at + index_constant(static_cast<long>(below(2)))); break;
      case 1: add(s + size_constant(1), at + index_constant(static_cast<long>(below(2)))); break;
      case 2: add(s, index_size(s) - index_constant(1) - at); break;
      case 3: add(s, at), add(s, at); break;
      case 4: {
        const Index j = pick(over);
        if (j != i) {
          add(s * b_.axis(j).size, at * index_size(b_.axis(j).size) + index_variable(j));
          break;
        }
        [[fallthrough]];
      }
      default: add(s, at);
    }
  }
  const Symbol name("x" + std::to_string(inputs_.size()));
  inputs_.push_back({name, axes, type});
  const Ref all = b_.input(name, axes, type);
  IndexMap at;
  for (std::size_t k = 0; k < where.size(); ++k) at[all.at[k]] = where[k];
  return b_.read(all, at);
}

std::optional<IndexExpression> RandomTerms::place(const Size& size, const Indices& over) {
  std::vector<IndexExpression> found;
  for (Index i : over) {
    const Size s = b_.axis(i).size;
    const IndexExpression at = index_variable(i);
    if (s == size) found.insert(found.end(), 3, at);
    if (!f_.view) continue;
    found.push_back(index_size(size) - index_constant(1) - at);
    found.push_back(at + index_constant(1));
    found.push_back(at + at + index_constant(static_cast<long>(below(2))));
    if (k_.sizes().positive(size)) found.push_back(modulo(at, size));
    const Size& part = pick(sizes_);
    if (k_.sizes().positive(part)) found.push_back(floor_divide(at, part));
    const Index j = pick(over);
    found.push_back(at * index_size(b_.axis(j).size) + index_variable(j));
  }
  found.push_back(index_constant(0));
  if (f_.view) found.push_back(index_size(size) - index_constant(1));
  std::shuffle(found.begin(), found.end(), random_);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& x, const auto& y) { return x.is_constant() < y.is_constant(); });
  const IndexRanges ranges = k_.ranges();
  for (const IndexExpression& x : found)
    if (ranges.within(x, size)) return x;
  return std::nullopt;
}

Ref RandomTerms::reduction(Op fold, DType type, const Indices& over, int depth) {
  Indices bound{fresh_index()}, inner = with(over, bound[0]);
  if (chance(4)) {
    bound.push_back(fresh_index());
    inner = with(inner, bound[1]);
  }
  return b_.reduce(fold, bound, term(type, inner, depth));
}

// A term read at an expression in place of an index.
Ref RandomTerms::viewed(DType type, const Indices& over, int depth) {
  const Index i = fresh_index();
  const auto at = place(b_.axis(i).size, over);
  if (!at) return leaf(type, over);
  return b_.read(term(type, with(over, i), depth), {{i, *at}});
}

std::vector<IndexExpression> RandomTerms::random_guard(const Indices& over) {
  const Index i = pick(over), j = pick(over);
  const IndexExpression x = index_variable(i), y = index_variable(j);
  const IndexExpression c = index_constant(static_cast<long>(below(3)));
  switch (below(6)) {
    case 0: return {x - c};
    case 1: return {c - x};
    case 2: return {i == j ? x - c : x - y};
    case 3: return i == j ? std::vector{x - c, c - x} : std::vector{x - y, y - x};
    case 4: return {x - index_size(pick(sizes_))};
    default: return {x - index_constant(1), c + index_constant(1) - y};
  }
}

Ref RandomTerms::guarded(DType type, const Indices& over, int depth) {
  if (over.empty()) return leaf(type, over);
  return b_.cases(random_guard(over), term(type, over, depth), term(type, over, depth));
}

// Padding and parts of a concatenation: a read that is in range where its guard holds.
Ref RandomTerms::guarded_read(DType type, const Indices& over, int depth) {
  if (over.empty()) return leaf(type, over);
  const Index i = fresh_index(), j = pick(over);
  const Size s = b_.axis(i).size;
  const IndexExpression x = index_variable(j), c = index_constant(static_cast<long>(1 + below(2)));
  const IndexExpression choices[] = {x - c, x + c, x - index_size(pick(sizes_)), x + x - c, x};
  const IndexExpression at = choices[below(std::size(choices))];
  const Ref inside = b_.read(term(type, with(over, i), depth), {{i, at}});
  return b_.cases({at, index_size(s) - index_constant(1) - at}, inside, term(type, over, depth));
}

// The entry at a place that is data: 0 where it is none.
Ref RandomTerms::taken(const Indices& over, int depth) {
  const Index v = fresh_index();
  const Ref at = chance(3) && !over.empty() ? b_.index_value(index_variable(pick(over))) : array(DType::real, over);
  const Ref here = b_.add(Op::equal, {at, b_.index_value(index_variable(v))});
  const Ref one_hot = b_.add(Op::where, {here, b_.literal(1), b_.literal(0)});
  return b_.reduce(Op::add, {v}, b_.add(Op::mul, {one_hot, term(DType::real, with(over, v), depth)}));
}

// A term that was drawn before, at other indices.
std::optional<Ref> RandomTerms::shared(DType type, const Indices& over) {
  if (made_.empty()) return std::nullopt;
  const Ref r = pick(made_);
  if (b_.dtype(r.wire) != type) return std::nullopt;
  const Ref anew = b_.at_fresh(r.wire);
  IndexMap at;
  for (Index i : anew.at) {
    const auto where = place(b_.axis(i).size, over);
    if (!where) return std::nullopt;
    at[i] = *where;
  }
  return b_.read(anew, at);
}

// A value of the state: the last one, the first one, or one in between.
std::optional<Ref> RandomTerms::state(const Indices& over) {
  const Ref all = b_.at_fresh(state_->wire);
  if (b_.dtype(all.wire) != DType::real) return std::nullopt;
  IndexMap at{{all.at[0], chance(5) ? index_constant(0) : index_size(*steps_)}};
  if (steps_->is_constant() && chance(2))
    at[all.at[0]] = index_constant(static_cast<long>(below(steps_->constant_term().get_ui() + 1)));
  for (std::size_t k = 1; k < all.at.size(); ++k) {
    const auto where = place(b_.axis(all.at[k]).size, over);
    if (!where) return std::nullopt;
    at[all.at[k]] = *where;
  }
  return b_.read(all, at);
}

// Values for the size variables of a rule, often those of free indices, so that an output axis finds its place.
std::map<Symbol, Size> RandomTerms::sizes_for(const Statement& s, const Indices& over) {
  std::set<Symbol> variables = size_variables(s.left);
  variables.merge(size_variables(s.right));
  for (const Condition& c : s.when) variables.merge(size_variables(c.value));
  std::map<Symbol, Size> out;
  for (Symbol v : variables) {
    const Size size = !over.empty() && chance(2) ? b_.axis(pick(over)).size : pick(sizes_);
    const bool fits = s.left.sizes().lower_bound(v) == 0 || k_.sizes().positive(size);
    out[v] = fits ? size : size_variable(n);
  }
  return out;
}

std::optional<Ref> RandomTerms::planted(DType type, const Indices& over, int depth) {
  const auto& candidates = rules_.of_type(type);
  if (candidates.empty()) return std::nullopt;
  const TheoremPtr t = pick(candidates);
  const Statement& s = t->statement();
  if (!k_.find_theorem(t->name())) k_.admit(t);
  // What a condition speaks about is positive from the second attempt on.
  for (int attempt = 0; attempt < attempts_at_instances; ++attempt) {
    DiagramBuilder::Substitution assignment{{}, sizes_for(s, over)};
    for (const InputPort& p : s.left.inputs()) {
      Indices formals, inner = over;
      for (const Axis& a : p.axes) {
        formals.push_back(b_.fresh({substitute(a.size, assignment.sizes), a.name}));
        inner = with(inner, formals.back());
      }
      Ref body = term(p.dtype, inner, std::min(depth, 1));
      if (attempt > 0 && !s.when.empty() && p.dtype == DType::real) body = b_.add(Op::exp, {body});
      assignment.inputs[p.name] = {formals, body};
    }
    Indices outputs;
    for (const Axis& a : s.left.outputs().front().axes)
      outputs.push_back(b_.fresh({substitute(a.size, assignment.sizes), a.name}));
    const auto instance = w_.instance(*t, assignment, outputs, signs_);
    if (!instance) continue;
    const Rewrite r = chance(2) ? *instance : w_.reverse(*instance);
    redexes_.emplace(r.from.wire, Redex{r, t->name().text()});
    // The rest reads the outputs at free indices, or folds over them.
    IndexMap at;
    Indices folded;
    for (Index o : r.from.at) {
      if (std::find(over.begin(), over.end(), o) != over.end()) continue;
      const auto where = chance(5) ? std::nullopt : place(b_.axis(o).size, over);
      if (where)
        at[o] = *where;
      else
        folded.push_back(o);
    }
    const Op fold = type == DType::boolean ? Op::conj : type == DType::ext || chance(3) ? Op::max : Op::add;
    const Ref whole = folded.empty() ? r.from : b_.reduce(fold, folded, r.from);
    return b_.read(whole, at);
  }
  return std::nullopt;
}

RuleLibrary::RuleLibrary(const std::vector<TheoremPtr>& theorems) {
  for (DType t : {DType::real, DType::ext, DType::boolean}) by_type_[t];
  for (const TheoremPtr& t : theorems) {
    const Statement& s = t->statement();
    if (!s.given.empty()) continue;
    all_.push_back(t);
    by_type_.at(s.left.box(s.left.outputs().front().wire).dtype).push_back(t);
  }
}

TheoremPtr RuleLibrary::find(Symbol name) const {
  const auto it = std::find_if(all_.begin(), all_.end(), [&](const TheoremPtr& t) { return t->name() == name; });
  return it == all_.end() ? nullptr : *it;
}

}  // namespace skein
