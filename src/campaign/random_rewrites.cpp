#include "campaign/random_rewrites.hpp"

#include <algorithm>

namespace skein {
namespace {

constexpr int sites_per_step = 12, rules_per_match = 12;
constexpr std::size_t most_wires = 4000;

bool lattice(Op op) { return op == Op::max || op == Op::min || op == Op::conj || op == Op::disj; }

}  // namespace

RandomRewrites::RandomRewrites(Kernel& k, const RuleLibrary& rules, const RandomTerms& terms, std::mt19937_64& random,
                               std::chrono::steady_clock::time_point deadline)
    : k_(k),
      b_(k.arena()),
      rules_(rules),
      terms_(terms),
      random_(random),
      matcher_(k, deadline),
      normaliser_(k, deadline),
      w_(k) {}

RandomRewrites::Result RandomRewrites::rewrite(const Ref& root, int count) {
  Result out{w_.same(root), {}, {}};
  for (int step = 0; step < count && b_.wire_count() < most_wires; ++step) {
    const std::vector<WireId> sites = wires_below(b_, {out.whole.to.wire});
    for (int attempt = 0; attempt < sites_per_step; ++attempt) {
      const WireId site = sites[below(sites.size())];
      const bool everywhere = below(2) == 0;
      try {
        const auto local = step_at(site);
        if (!local || local->rewrite.to == local->rewrite.from) continue;
        memo_.clear();
        const auto changed = lifted(out.whole.to.wire, site, local->rewrite, everywhere);
        if (!changed) continue;
        out.whole = w_.chain(out.whole, *changed);
        out.steps.push_back(local->name);
        out.forms.push_back(out.whole.to);
        break;
      } catch (const Rejected&) {  // under a view that may leave its range, or in a stochastic box
        ++counts_["steps refused by the kernel"];
      } catch (const IllTyped&) {
        ++counts_["steps that are no terms"];
      } catch (const OutOfTime&) {
        ++counts_["steps out of time"];
      }
    }
  }
  return out;
}

std::optional<Rewrite> RandomRewrites::lifted(WireId w, WireId site, const Rewrite& r, bool everywhere) {
  if (w == site) return r;
  if (const auto it = memo_.find(w); it != memo_.end()) return it->second;
  std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
  const std::vector<Port> ports = b_.box(w).inputs;
  for (std::uint32_t p = 0; p < ports.size(); ++p)
    if (auto changed = lifted(ports[p].wire, site, r, everywhere)) inputs.emplace_back(p, *changed);
  if (!everywhere && inputs.size() > 1) inputs = {inputs[below(inputs.size())]};
  std::optional<Rewrite> out;
  if (!inputs.empty()) out = w_.inside(b_.at_fresh(w), inputs);
  return memo_[w] = out;
}

std::optional<RandomRewrites::Local> RandomRewrites::step_at(WireId site) {
  const Ref whole = b_.at_fresh(site);
  if (const auto r = redex(whole); r && below(4) > 0) return r;
  switch (below(14)) {
    case 0:
    case 1: return matched(whole);
    case 2: return split(whole);
    case 3: return reindexed(whole);
    case 4: return regrouped(whole);
    case 5: return distributed(whole);
    case 6: return introduced(whole);
    case 7:
    case 8: return unrolled(whole);
    case 9: return normalised(whole);
    default: return inference(whole);
  }
}

std::optional<RandomRewrites::Local> RandomRewrites::redex(const Ref& whole) {
  const auto [first, last] = terms_.redexes().equal_range(whole.wire);
  const auto n = static_cast<std::size_t>(std::distance(first, last));
  if (n == 0) return std::nullopt;
  const Redex& r = std::next(first, static_cast<std::ptrdiff_t>(below(n)))->second;
  return Local{w_.read_at(r.rewrite, whole.at), "rule " + r.rule};
}

std::optional<RandomRewrites::Local> RandomRewrites::matched(const Ref& whole) {
  if (!b_.deterministic(whole.wire) || rules_.all().empty()) return std::nullopt;
  OperatorSet here;
  for (WireId w : wires_below(b_, {whole.wire})) here |= operator_of(b_.box(w));
  for (int attempt = 0; attempt < rules_per_match; ++attempt) {
    const TheoremPtr t = rules_.all()[below(rules_.all().size())];
    const Direction d = below(2) ? Direction::forward : Direction::backward;
    if (!Matcher::usable(t->statement(), d) || (Matcher::operators(t->statement(), d) & ~here).any()) continue;
    if (!k_.find_theorem(t->name())) k_.admit(t);
    const auto found = matcher_.rewrites(whole, *t, d, 3);
    if (!found.empty()) return Local{found[below(found.size())], "rule " + t->name().text() + " matched"};
  }
  return std::nullopt;
}

// An inference that needs nothing but the box, and may be about it.
std::optional<RandomRewrites::Local> RandomRewrites::inference(const Ref& whole) {
  const Box x = b_.box(whole.wire);
  std::vector<Inference> choices;
  switch (x.op) {
    case Op::view: choices = {Inference::push_view, Inference::simplify_view}; break;
    case Op::reduce:
      choices = {Inference::reduce_single, Inference::reduce_unused, Inference::delta, Inference::reduce_empty};
      break;
    case Op::cases:
      choices = {Inference::cases_then, Inference::cases_else, Inference::cases_same, Inference::cases_nested};
      break;
    default: choices = {Inference::evaluate, Inference::cases_hoist}; break;
  }
  std::shuffle(choices.begin(), choices.end(), random_);
  for (Inference i : choices) try {
      Step s{.rule = i, .terms = {whole}};
      if (i == Inference::cases_nested) s.numbers = {static_cast<std::uint32_t>(below(2))};
      if (i == Inference::cases_hoist) {
        if (x.inputs.empty()) continue;
        s.numbers = {static_cast<std::uint32_t>(below(x.inputs.size()))};
      }
      return Local{w_.apply(s, whole), to_string(i)};
    } catch (const Rejected&) {
      ++counts_["inferences refused by the kernel"];
    }
  return std::nullopt;
}

std::optional<RandomRewrites::Local> RandomRewrites::split(const Ref& whole) {
  const Box x = b_.box(whole.wire);
  if (x.op != Op::reduce) return std::nullopt;
  const std::size_t k = below(x.bound.size());
  const Size size = x.bound[k].size;
  std::vector<Size> parts{size_constant(1)};
  for (const auto& [monomial, c] : size.terms()) parts.push_back(Size::term(c, monomial));
  const Size part = parts[below(parts.size())];
  Step s{.rule = Inference::reduce_split, .terms = {whole}, .numbers = {static_cast<std::uint32_t>(k)}};
  s.sizes = below(2) ? std::vector{part, size - part} : std::vector{size - part, part};
  return Local{w_.apply(s, whole), to_string(s.rule)};
}

// A sum taken backwards, or over the blocks of its axis, or with an axis in blocks made one.
std::optional<RandomRewrites::Local> RandomRewrites::reindexed(const Ref& whole) {
  const Box x = b_.box(whole.wire);
  if (x.op != Op::reduce || x.bound.empty()) return std::nullopt;
  const DiagramBuilder::Opened o = b_.open(whole);
  Step s{.rule = Inference::reindex, .terms = {whole, o.inputs[0]}};
  std::vector<IndexExpression> back;
  const std::size_t chosen = below(o.bound.size());
  for (std::size_t k = 0; k < o.bound.size(); ++k) {
    const Index old = o.bound[k];
    const Axis axis = b_.axis(old);
    const IndexExpression at = index_variable(old);
    std::optional<Size> outer;
    for (const auto& [monomial, c] : axis.size.terms())
      if (axis.size.terms().size() == 1 && monomial.size() > 1) outer = size_variable(monomial.front());
    if (k == chosen && outer) {
      const Size inner = *divide_exactly(axis.size, *outer);
      const Index i = b_.fresh({*outer, axis.name}), j = b_.fresh({inner, axis.name});
      s.indices.push_back(i), s.indices.push_back(j);
      s.index.push_back(index_variable(i) * index_size(inner) + index_variable(j));
      back.push_back(floor_divide(at, inner)), back.push_back(modulo(at, inner));
      continue;
    }
    const Index i = b_.fresh(axis);
    s.indices.push_back(i);
    const bool reversed = k == chosen;
    const IndexExpression last = index_size(axis.size) - index_constant(1);
    s.index.push_back(reversed ? last - index_variable(i) : index_variable(i));
    back.push_back(reversed ? last - at : at);
  }
  s.index.insert(s.index.end(), back.begin(), back.end());
  return Local{w_.apply(s, whole), to_string(s.rule)};
}

// Associativity: some inputs of an n-ary box first, or some indices of a reduction.
std::optional<RandomRewrites::Local> RandomRewrites::regrouped(const Ref& whole) {
  const Box x = b_.box(whole.wire);
  const DiagramBuilder::Opened o = b_.open(whole);
  const Op op = x.op == Op::reduce ? x.fold : x.op;
  Ref target;
  if (x.op == Op::reduce && x.bound.size() > 1) {
    const Index first = o.bound[below(o.bound.size())];
    std::vector<Index> rest = o.bound;
    std::erase(rest, first);
    target = b_.reduce(op, rest, b_.reduce(op, {first}, o.inputs[0]));
  } else if (info(x.op).unordered && o.inputs.size() > 2) {
    std::vector<Ref> inputs = o.inputs;
    std::shuffle(inputs.begin(), inputs.end(), random_);
    const Ref group = b_.add(op, {inputs[0], inputs[1]});
    inputs.erase(inputs.begin(), inputs.begin() + 2);
    inputs.push_back(group);
    target = b_.add(op, inputs);
  } else {
    // A box that its inputs' boxes of the same kind are made part of.
    std::vector<Ref> flat;
    for (const Ref& r : o.inputs)
      if (info(x.op).unordered && b_.box(r.wire).op == op) {
        const auto inner = b_.open(r).inputs;
        flat.insert(flat.end(), inner.begin(), inner.end());
      } else {
        flat.push_back(r);
      }
    if (flat.size() <= o.inputs.size()) return std::nullopt;
    target = b_.add(op, flat);
  }
  if (lattice(op)) return Local{w_.lattice(whole, target), "regrouped"};
  if (x.dtype != DType::real) return std::nullopt;
  return Local{w_.contraction(whole, target), "regrouped"};
}

// a * (b + c) = a * b + a * c, and the sum of a sum, and a factor that leaves a sum.
std::optional<RandomRewrites::Local> RandomRewrites::distributed(const Ref& whole) {
  const Box x = b_.box(whole.wire);
  if (x.dtype != DType::real) return std::nullopt;
  const DiagramBuilder::Opened o = b_.open(whole);
  if (x.op == Op::mul)
    for (std::size_t k = 0; k < o.inputs.size(); ++k) {
      if (b_.box(o.inputs[k].wire).op != Op::add) continue;
      std::vector<Ref> summands;
      for (const Ref& part : b_.open(o.inputs[k]).inputs) {
        std::vector<Ref> factors = o.inputs;
        factors[k] = part;
        summands.push_back(b_.add(Op::mul, factors));
      }
      return Local{w_.contraction(whole, b_.add(Op::add, summands)), "distributed"};
    }
  if (x.op != Op::reduce || x.fold != Op::add) return std::nullopt;
  const Ref body = o.inputs[0];
  const Box inner = b_.box(body.wire);
  if (inner.op == Op::add) {
    std::vector<Ref> sums;
    for (const Ref& part : b_.open(body).inputs) sums.push_back(b_.reduce(Op::add, o.bound, part));
    return Local{w_.contraction(whole, b_.add(Op::add, sums)), "distributed"};
  }
  if (inner.op != Op::mul) return std::nullopt;
  std::vector<Ref> outside, inside;
  for (const Ref& part : b_.open(body).inputs) {
    const bool bound = std::any_of(o.bound.begin(), o.bound.end(), [&](Index i) {
      return std::find(part.at.begin(), part.at.end(), i) != part.at.end();
    });
    (bound ? inside : outside).push_back(part);
  }
  if (outside.empty()) return std::nullopt;
  if (inside.empty()) inside.push_back(b_.literal(1));
  const Ref product = inside.size() == 1 ? inside[0] : b_.add(Op::mul, inside);
  outside.push_back(b_.reduce(Op::add, o.bound, product));
  return Local{w_.contraction(whole, b_.add(Op::mul, outside)), "distributed"};
}

// Inferences read backwards: a term appears in two equal cases, under a fold that changes nothing, next to a zero.
std::optional<RandomRewrites::Local> RandomRewrites::introduced(const Ref& whole) {
  const DType type = b_.dtype(whole.wire);
  switch (below(4)) {
    case 0: {
      if (whole.at.empty()) return std::nullopt;
      const IndexExpression i = index_variable(whole.at[below(whole.at.size())]);
      const Ref both = b_.cases({i - index_constant(static_cast<long>(below(2)))}, whole, whole);
      return Local{w_.reverse(w_.apply(Inference::cases_same, both)), "cases_same backwards"};
    }
    case 1: {
      // Over an axis that may be empty the kernel refuses.
      static const Symbol names[] = {Symbol("n"), Symbol("e")};
      const Index i = b_.fresh({size_variable(names[below(2)]), Symbol("i")});
      const Op fold = type == DType::boolean ? Op::disj : Op::max;
      return Local{w_.reverse(w_.apply(Inference::reduce_unused, b_.reduce(fold, {i}, whole))),
                   "reduce_unused backwards"};
    }
    case 2:
      if (type != DType::real) return std::nullopt;
      return Local{w_.contraction(whole, b_.add(Op::add, {whole, b_.literal(0)})), "a zero added"};
    default: {
      const Box x = b_.box(whole.wire);
      if (!lattice(x.op)) return std::nullopt;
      std::vector<Ref> inputs = b_.open(whole).inputs;
      inputs.push_back(inputs[below(inputs.size())]);
      return Local{w_.lattice(whole, b_.add(x.op, inputs)), "an input repeated"};
    }
  }
}

// A value of the state of a fold by its equation: state[0] is the first, state[e] the one after e - 1.
std::optional<RandomRewrites::Local> RandomRewrites::unrolled(const Ref& whole) {
  const Box x = b_.box(whole.wire);
  const auto& equations = terms_.state_equations();
  if (equations.empty() || x.op != Op::view) return std::nullopt;
  const Box& state = b_.box(b_.box(equations[0].left.wire).inputs[0].wire);
  const Box& input = b_.box(x.inputs[0].wire);
  if (input.op != Op::input || input.name != state.name) return std::nullopt;
  const DiagramBuilder::Opened o = b_.open(whole);
  const std::size_t which = o.index[0].is_zero() ? 0 : 1;
  const auto condition = static_cast<std::uint32_t>(terms_.when().size() + which);
  const Rewrite equation =
      w_.apply({.rule = Inference::assumed, .numbers = {condition}}, b_.at_fresh(equations[which].left.wire));
  // The equation's left side is a view of the state; this one is a view of that.
  const Ref& left = equations[which].left;
  IndexMap at;
  const auto own = b_.open(left).index;
  for (std::size_t k = 0; k < own.size(); ++k)
    for (Index i : free_indices(own[k])) at[i] = k == 0 ? o.index[0] - index_constant(1) : o.index[k];
  std::vector<IndexExpression> places;
  for (Index i : left.at) places.push_back(at.at(i));
  const bool renaming = b_.read(left, at).wire == left.wire;
  if (renaming) return Local{w_.read_at(equation, whole.at), "a fold unrolled"};
  const Ref viewed = b_.view(left.wire, places);
  const Rewrite pushed = w_.apply(Inference::push_view, viewed);
  if (pushed.to.wire != whole.wire) return std::nullopt;
  const Rewrite back = w_.read_at(w_.reverse(pushed), whole.at);
  return Local{w_.chain(back, w_.inside(back.to, {{0, equation}})), "a fold unrolled"};
}

std::optional<RandomRewrites::Local> RandomRewrites::normalised(const Ref& whole) {
  return Local{normaliser_.normal(whole), "normal form"};
}

}  // namespace skein
