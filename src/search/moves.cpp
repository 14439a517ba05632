#include "search/moves.hpp"

#include <algorithm>
#include <stdexcept>

#include "search/cost.hpp"

namespace skein {

// A contraction flattened: the arrays that are multiplied, those with equal indices as one, scalars apart.
struct Moves::Flat {
  std::vector<Index> summed;
  std::vector<Ref> factors, scalars;
};

namespace {

constexpr std::size_t most_factors = 20;

void flatten(DiagramBuilder& b, const Ref& r, std::vector<Index>& summed, std::vector<Ref>& leaves) {
  const Box box = b.box(r.wire);
  if (!Moves::is_contraction(box)) {
    leaves.push_back(r);
    if (leaves.size() > most_factors) throw std::length_error("too many factors");
    return;
  }
  const auto o = b.open(r);
  summed.insert(summed.end(), o.bound.begin(), o.bound.end());
  for (const Ref& in : o.inputs) flatten(b, in, summed, leaves);
}

Ref times(DiagramBuilder& b, const std::vector<Ref>& factors) {
  return factors.size() == 1 ? factors[0] : b.add(Op::mul, factors);
}

}  // namespace

Moves::Moves(Kernel& k, const std::map<Symbol, Statement>& rules, TheoremSource theorem,
             std::function<double(const Size&)> size, std::chrono::steady_clock::time_point deadline)
    : b_(k.arena()), theorem_(std::move(theorem)), size_(std::move(size)), deadline_(deadline), matcher_(k, deadline) {
  for (const auto& [name, s] : rules)
    for (Direction d : {Direction::forward, Direction::backward})
      if (Matcher::usable(s, d) && promising(s, d)) rules_.push_back({name, d, Matcher::operators(s, d)});
}

OperatorSet Moves::operators_below(WireId w) {
  if (const auto it = operators_.find(w); it != operators_.end()) return it->second;
  OperatorSet out = operator_of(b_.box(w));
  const std::vector<Port> inputs = b_.box(w).inputs;
  for (const Port& p : inputs) out |= operators_below(p.wire);
  return operators_[w] = out;
}

bool Moves::promising(const Statement& s, Direction d) {
  const Diagram &from = d == Direction::forward ? s.left : s.right, &to = d == Direction::forward ? s.right : s.left;
  auto sums = [](const Diagram& side) {
    return std::count_if(side.boxes().begin(), side.boxes().end(),
                         [](const Box& x) { return x.op == Op::reduce && x.fold == Op::add; });
  };
  auto brackets_only = [](const Diagram& side) {
    return std::all_of(side.boxes().begin(), side.boxes().end(), [](const Box& x) {
      return is_contraction(x) || x.op == Op::input || x.op == Op::literal || x.op == Op::size_value ||
             x.op == Op::view;
    });
  };
  if (brackets_only(from) && brackets_only(to)) return false;
  auto operations = [](const Diagram& side) {
    DiagramBuilder b;
    return cost(b, {thaw(b, side).front().value}).operations;
  };
  return sums(to) > sums(from) || !from.sizes().nonnegative(operations(to) - operations(from));
}

const std::vector<Move>& Moves::at(WireId w, bool outermost) {
  const auto [it, fresh] = memo_.try_emplace({w, outermost});
  if (!fresh) return it->second;
  if (std::chrono::steady_clock::now() > deadline_) throw OutOfTime();
  if (!b_.deterministic(w)) return it->second;
  const Ref whole = b_.at_fresh(w);
  std::vector<Move> moves;
  if (outermost && is_contraction(b_.box(w)) && !ordered_.count(w)) contraction_moves(whole, moves);
  rule_moves(whole, moves);
  return memo_[{w, outermost}] = std::move(moves);
}

std::optional<Move> Moves::slid(WireId w) {
  Rewrite r = slide(w);
  if (r.trivial()) return std::nullopt;
  return Move{std::move(r), sliding};
}

Rewrite Moves::slide(WireId w) {
  if (auto it = slid_.find(w); it != slid_.end()) return it->second;
  const Ref whole = b_.at_fresh(w);
  Rewrite out = rewriter().same(whole);
  if (b_.box(w).op == Op::view) {
    for (Inference i : {Inference::simplify_view, Inference::push_view}) {
      try {
        const Rewrite step = rewriter().apply(i, whole);
        if (step.to.wire == w) continue;
        out = rewriter().chain(step, rewriter().read_at(slide(step.to.wire), step.to.at));
        break;
      } catch (const Rejected&) {  // of an input, or of a stochastic box: it stays
      }
    }
  } else {
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const std::vector<Port> ports = b_.box(w).inputs;
    for (std::uint32_t p = 0; p < ports.size(); ++p) inputs.emplace_back(p, slide(ports[p].wire));
    out = rewriter().inside(whole, inputs);
  }
  slid_.emplace(w, out);
  return out;
}

void Moves::rule_moves(const Ref& whole, std::vector<Move>& out) {
  const OperatorSet here = operators_below(whole.wire);
  for (const Pattern& p : rules_) {
    if ((p.operators & ~here).any()) continue;
    const TheoremPtr t = theorem_(p.rule);
    if (!t) continue;
    for (Rewrite& r : matcher_.rewrites(whole, *t, p.direction)) out.push_back({std::move(r), p.rule.text()});
  }
}

void Moves::contraction_moves(const Ref& whole, std::vector<Move>& out) {
  Flat flat;
  std::vector<Ref> leaves;
  try {
    flatten(b_, whole, flat.summed, leaves);
  } catch (const std::length_error&) {
    return;
  }
  std::map<std::set<Index>, std::vector<Ref>> by_indices;
  std::set<Index> read;
  for (const Ref& l : leaves) {
    read.insert(l.at.begin(), l.at.end());
    by_indices[std::set<Index>(l.at.begin(), l.at.end())].push_back(l);
  }
  for (Index i : flat.summed)
    if (!read.count(i)) by_indices[{}].push_back(b_.size_value(b_.axis(i).size));
  for (const auto& [indices, group] : by_indices)
    (indices.empty() ? flat.scalars : flat.factors).push_back(times(b_, group));
  if (flat.factors.empty()) return;

  std::map<Index, int> number;
  std::vector<Index> index_of;
  ContractionNetwork net;
  for (const Ref& f : flat.factors) {
    net.factors.emplace_back();
    for (Index i : f.at) {
      const auto [it, fresh] = number.emplace(i, static_cast<int>(index_of.size()));
      if (fresh) index_of.push_back(i);
      net.factors.back().insert(it->second);
    }
  }
  const std::set<Index> summed(flat.summed.begin(), flat.summed.end());
  for (std::size_t i = 0; i < index_of.size(); ++i)
    if (!summed.count(index_of[i])) net.outputs.insert(static_cast<int>(i));
  const auto size = [&](int i) { return size_(b_.axis(index_of[static_cast<std::size_t>(i)]).size); };

  std::vector<ContractionTreePtr> trees = all_orders(net, most_orders);
  if (trees.empty()) trees.push_back(best_order(net, size).tree);

  // Elements of the result of a tree, and the tree whose result the scalars are multiplied with: the smallest.
  for (const ContractionTreePtr& tree : trees) {
    struct Part {
      Ref value;
      std::set<std::size_t> factors;
    };
    auto elements = [&](const Ref& r) {
      double n = 1;
      for (Index i : r.at) n *= size_(b_.axis(i).size);
      return n;
    };
    const ContractionTree* smallest = nullptr;
    double least = 0;
    std::function<Part(const ContractionTree&, bool)> build = [&](const ContractionTree& t, bool scaled) {
      Part part;
      if (t.is_leaf()) {
        part.factors = {static_cast<std::size_t>(t.factor)};
        part.value = flat.factors[static_cast<std::size_t>(t.factor)];
      } else {
        const Part l = build(*t.left, scaled), r = build(*t.right, scaled);
        part.factors = l.factors;
        part.factors.insert(r.factors.begin(), r.factors.end());
        part.value = b_.add(Op::mul, {l.value, r.value});
      }
      std::vector<Index> done;
      for (Index i : part.value.at) {
        bool needed = !summed.count(i);
        for (std::size_t f = 0; f < flat.factors.size() && !needed; ++f)
          needed = !part.factors.count(f) && net.factors[f].count(number.at(i)) > 0;
        if (!needed) done.push_back(i);
      }
      if (!done.empty()) part.value = b_.reduce(Op::add, done, part.value);
      if (!scaled) {
        if (const double n = elements(part.value); !smallest || n <= least) smallest = &t, least = n;
      } else if (&t == smallest) {
        std::vector<Ref> all = flat.scalars;
        all.push_back(part.value);
        part.value = times(b_, all);
      }
      return part;
    };
    Ref built = build(*tree, false).value;
    if (!flat.scalars.empty()) built = build(*tree, true).value;
    if (built == whole) continue;
    try {
      out.push_back({rewriter().contraction(whole, built), order});
      ordered_.insert(built.wire);
    } catch (const Rejected&) {  // a sum over an axis that nothing reads and that may be negative
    } catch (const std::length_error&) {
    }
  }
}

}  // namespace skein
