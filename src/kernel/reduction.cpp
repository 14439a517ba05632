// Inferences about reductions and cases.
#include "kernel/inferences.hpp"

namespace skein {
namespace {

bool idempotent(Op fold) { return fold == Op::max || fold == Op::min || fold == Op::conj || fold == Op::disj; }
bool has_unit(Op fold) { return fold != Op::max && fold != Op::min; }

IndexExpression failure(const IndexExpression& e) { return index_constant(-1) - e; }

}  // namespace

Equation Inferences::reduce_empty(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = box(s, Op::reduce);
  bool empty = false;
  for (const Axis& a : x.bound) empty = empty || a.size.is_zero();
  if (!empty) reject("no axis of the reduction has size 0");
  if (x.fold == Op::conj || x.fold == Op::disj) reject("the kernel has no boolean literals");
  if (x.dtype != DType::real) reject("the value of an empty reduction is stated for reals");
  return close(whole, b_.literal(x.fold == Op::mul ? 1 : 0), whole.at);
}

Equation Inferences::reduce_single(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = box(s, Op::reduce);
  auto o = b_.open(whole);
  IndexMap zero;
  std::vector<Index> rest;
  for (Index k : o.bound)
    if (b_.axis(k).size == size_constant(1))
      zero[k] = index_constant(0);
    else
      rest.push_back(k);
  if (zero.empty()) reject("no axis of the reduction has size 1");
  Ref body = b_.read(o.inputs[0], zero);
  return close(whole, rest.empty() ? body : b_.reduce(x.fold, rest, body));
}

Equation Inferences::reduce_unused(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = box(s, Op::reduce);
  auto o = b_.open(whole);
  if (const Box& body = b_.box(o.inputs[0].wire); x.fold == Op::mul && body.op == Op::literal && body.value == 1)
    return close(whole, b_.literal(1), whole.at);
  if (!idempotent(x.fold)) reject("an unused axis can be left out of an idempotent fold only");
  const auto& read = o.inputs[0].at;
  std::vector<Index> kept;
  for (Index k : o.bound) {
    const bool used = std::find(read.begin(), read.end(), k) != read.end();
    if (used)
      kept.push_back(k);
    else if (!k_.sizes().positive(b_.axis(k).size))
      reject("an axis that may be empty cannot be left out");
  }
  if (kept.size() == o.bound.size()) reject("the body reads every axis of the reduction");
  return close(whole, kept.empty() ? o.inputs[0] : b_.reduce(x.fold, kept, o.inputs[0]));
}

Equation Inferences::reduce_split(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = box(s, Op::reduce);
  if (s.sizes.size() != 2 || s.numbers.size() != 1) reject("a split names one axis and two sizes");
  const auto &a = s.sizes[0], &b = s.sizes[1];
  auto o = b_.open(whole);
  if (s.numbers[0] >= o.bound.size()) reject("a split names an axis that does not exist");
  const Index k = o.bound[s.numbers[0]];
  if (!(a + b == b_.axis(k).size)) reject("the parts of a split do not add up to the axis");
  // max and min of nothing are 0, which is no unit: both parts must be inhabited.
  for (const Size& part : {a, b})
    if (!(has_unit(x.fold) ? k_.sizes().find_farkas(part) : k_.sizes().find_farkas(part - size_constant(1))))
      reject("a part of a split may be " + std::string(has_unit(x.fold) ? "negative" : "empty"));
  std::vector<Ref> parts;
  for (int second = 0; second < 2; ++second) {
    const Index j = b_.fresh({second ? b : a, b_.axis(k).name});
    IndexMap where{{k, second ? index_size(a) + index_variable(j) : index_variable(j)}};
    std::vector<Index> bound = o.bound;
    std::replace(bound.begin(), bound.end(), k, j);
    parts.push_back(b_.reduce(x.fold, bound, b_.read(o.inputs[0], where)));
  }
  return close(whole, b_.add(x.fold, parts));
}

Equation Inferences::reindex(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = box(s, Op::reduce);
  auto o = b_.open(whole);
  const std::size_t old_count = o.bound.size(), new_count = s.indices.size();
  if (s.index.size() != old_count + new_count)
    reject("a reindexing gives one expression for each bound index, both ways");
  // The step speaks of the old bound indices through terms[1]: the body of the reduction at indices of its choice.
  const Ref body = term(s, 1);
  if (body.wire != o.inputs[0].wire) reject("a reindexing names another body");
  std::map<Index, Index> old_name;  // from the step's names to the opened ones
  for (std::size_t i = 0; i < body.at.size(); ++i) old_name[body.at[i]] = o.inputs[0].at[i];
  std::set<Index> bound(o.bound.begin(), o.bound.end()), fresh(s.indices.begin(), s.indices.end());
  if (fresh.size() != new_count) reject("a reindexing binds an index twice");
  for (const Index& i : fresh)
    if (old_name.count(i) || std::find(whole.at.begin(), whole.at.end(), i) != whole.at.end())
      reject("a new bound index is in use");
  for (Index k : o.bound)
    if (std::find(o.inputs[0].at.begin(), o.inputs[0].at.end(), k) == o.inputs[0].at.end())
      reject("a reindexing of an axis that the body does not read");
  auto to_old = [&](const IndexExpression& e) {
    return substitute(e, [&](Index i) {
      auto it = old_name.find(i);
      return index_variable(it == old_name.end() ? i : it->second);
    });
  };
  const std::set<Index> degree(whole.at.begin(), whole.at.end());
  auto only = [&](const IndexExpression& e, const std::set<Index>& allowed) {
    for (Index i : free_indices(e))
      if (!allowed.count(i) && !degree.count(i)) reject("a reindexing expression reads an index out of scope");
  };
  IndexMap forward, backward;
  for (std::size_t i = 0; i < old_count; ++i) {
    forward[o.bound[i]] = to_old(s.index[i]);
    only(forward[o.bound[i]], fresh);
  }
  for (std::size_t i = 0; i < new_count; ++i) {
    backward[s.indices[i]] = to_old(s.index[old_count + i]);
    only(backward[s.indices[i]], bound);
  }
  const IndexRanges ranges = k_.ranges();
  auto inverse = [&](const IndexMap& there, const IndexMap& back, const char* what) {
    for (const auto& [i, e] : there) {
      if (!ranges.within(e, b_.axis(i).size)) reject(std::string("a reindexing leaves the range of ") + what);
      const IndexExpression round = substitute(e, [&](Index j) {
        auto it = back.find(j);
        return it == back.end() ? index_variable(j) : it->second;
      });
      if (!(ranges.simplify(round) == index_variable(i)))
        reject(std::string("a reindexing is not a bijection: it does not return to ") + what);
    }
  };
  inverse(forward, backward, "the old indices");
  inverse(backward, forward, "the new indices");
  return close(whole, b_.reduce(x.fold, s.indices, b_.read(o.inputs[0], forward)));
}

Equation Inferences::delta(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = box(s, Op::reduce);
  if (x.fold != Op::add) reject("delta is about sums");
  auto o = b_.open(whole);
  if (o.bound.size() != 1) reject("delta is about a sum over one index");
  const Index k = o.bound[0];
  const Box body = b_.box(o.inputs[0].wire);
  if (body.op != Op::cases) reject("delta is about a sum of cases");
  auto c = b_.open(o.inputs[0]);
  const Box otherwise = b_.box(c.inputs[1].wire);
  if (otherwise.op != Op::literal || otherwise.value != 0) reject("delta needs 0 in the other case");
  // The guard must be k == e: the expressions k - e and e - k.
  if (c.index.size() != 2 || !(c.index[0] == -c.index[1])) reject("delta needs the guard k == e");
  const IndexExpression e0 = index_variable(k) - c.index[0], e1 = index_variable(k) - c.index[1];
  auto mentions = [&](const IndexExpression& e) {
    auto f = free_indices(e);
    return std::find(f.begin(), f.end(), k) != f.end();
  };
  if (mentions(e0) && mentions(e1)) reject("delta needs the guard k == e");
  const IndexExpression e = mentions(e0) ? e1 : e0;
  const std::vector<IndexExpression> in_range{e, index_size(b_.axis(k).size) - index_constant(1) - e};
  return close(whole, b_.cases(in_range, b_.read(c.inputs[0], {{k, e}}), b_.literal(0)));
}

Equation Inferences::cases_then(const Step& s) {
  const Ref whole = term(s, 0);
  box(s, Op::cases);
  auto o = b_.open(whole);
  for (const IndexExpression& e : o.index)
    if (!k_.ranges().nonnegative(e)) reject("the guard does not hold for all indices in range");
  return close(whole, o.inputs[0]);
}

Equation Inferences::cases_else(const Step& s) {
  const Ref whole = term(s, 0);
  box(s, Op::cases);
  auto o = b_.open(whole);
  for (const IndexExpression& e : o.index)
    if (k_.ranges().nonnegative(failure(e))) return close(whole, o.inputs[1]);
  reject("the guard does not fail for all indices in range");
}

Equation Inferences::cases_same(const Step& s) {
  const Ref whole = term(s, 0);
  box(s, Op::cases);
  auto o = b_.open(whole);
  if (o.inputs[0] != o.inputs[1]) reject("the branches differ");
  return close(whole, o.inputs[0]);
}

Equation Inferences::cases_nested(const Step& s) {
  const Ref whole = term(s, 0);
  box(s, Op::cases);
  if (s.numbers.size() != 1 || s.numbers[0] > 1) reject("a nested case is in branch 0 or 1");
  const std::uint32_t branch = s.numbers[0];
  auto o = b_.open(whole);
  const Box inner = b_.box(o.inputs[branch].wire);
  if (inner.op != Op::cases) reject("the branch is not a cases box");
  std::vector<IndexExpression> known = o.index;
  if (branch == 1) {
    if (o.index.size() != 1) reject("the failure of a conjunction says nothing about one of its parts");
    known = {failure(o.index[0])};
  }
  auto in = b_.open(o.inputs[branch]);
  const IndexRanges ranges = k_.ranges();
  bool holds = true, fails = false;
  for (const IndexExpression& e : in.index) {
    holds = holds && ranges.nonnegative(e, known);
    fails = fails || ranges.nonnegative(failure(e), known);
  }
  if (!holds && !fails) reject("the guard around it does not decide the nested case");
  std::vector<Ref> branches = o.inputs;
  branches[branch] = in.inputs[holds ? 0 : 1];
  return close(whole, b_.cases(o.index, branches[0], branches[1]));
}

Equation Inferences::cases_hoist(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = b_.box(whole.wire);
  if (!x.deterministic) reject("a step inside a stochastic box");
  if (x.op == Op::view || x.inputs.empty()) reject("cases are hoisted out of pointwise boxes and reductions");
  if (s.numbers.size() != 1 || s.numbers[0] >= x.inputs.size()) reject("a hoist names one input");
  auto o = b_.open(whole);
  const Ref chosen = o.inputs[s.numbers[0]];
  if (b_.box(chosen.wire).op != Op::cases) reject("the input is not a cases box");
  auto c = b_.open(chosen);
  for (const IndexExpression& e : c.index)
    for (Index i : free_indices(e))
      if (std::find(o.bound.begin(), o.bound.end(), i) != o.bound.end()) reject("the guard reads a bound index");
  std::vector<Ref> branches;
  Box shape = x;
  shape.index = o.index;
  for (int k = 0; k < 2; ++k) {
    std::vector<Ref> inputs = o.inputs;
    inputs[s.numbers[0]] = c.inputs[k];
    branches.push_back(b_.make(shape, inputs, o.bound));
  }
  return close(whole, b_.cases(c.index, branches[0], branches[1]));
}

}  // namespace skein
