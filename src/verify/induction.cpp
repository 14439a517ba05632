#include "verify/induction.hpp"

#include <algorithm>

namespace skein {

Kernel::Goal at_size(DiagramBuilder& b, const Kernel::Goal& goal, Symbol size, const Size& value) {
  DiagramBuilder::Substitution map;
  map.sizes[size] = value;
  std::map<Index, Index> renamed;
  auto image = [&](const Ref& t) {
    std::vector<Index> at;
    for (Index i : t.at) {
      auto [j, fresh] = renamed.emplace(i, Index{});
      if (fresh) j->second = b.fresh({substitute(b.axis(i).size, map.sizes), b.axis(i).name});
      at.push_back(j->second);
    }
    return b.at(b.substitute(t.wire, map), at);
  };
  const Ref l = image(goal.lhs);
  return {l, image(goal.rhs)};
}

Rewrite ViewPusher::of_wire(WireId wire) {
  if (auto it = memo_.find(wire); it != memo_.end()) return it->second;
  DiagramBuilder& b = w_.arena();
  const Ref base = b.at_fresh(wire);
  Rewrite out = w_.same(base);
  if (b.box(wire).op == Op::view) {
    if (b.box(b.box(wire).inputs[0].wire).op != Op::input) {
      const Rewrite pushed = w_.apply(Inference::push_view, base);
      out = w_.chain(pushed, (*this)(pushed.to));
    }
  } else {
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const auto in = b.open(base).inputs;
    for (std::uint32_t p = 0; p < in.size(); ++p) inputs.emplace_back(p, (*this)(in[p]));
    out = w_.inside(base, inputs);
  }
  memo_.emplace(wire, out);
  return out;
}

namespace {

// A reduction over an axis of size n+1 as its first n points and the last one.
Rewrite split_last(Rewriter& w, const Ref& r, const Size& n) {
  DiagramBuilder& b = w.arena();
  const Box box = b.box(r.wire);
  if (box.op != Op::reduce) return w.same(r);
  for (std::uint32_t k = 0; k < box.bound.size(); ++k)
    if (box.bound[k].size == n + size_constant(1)) try {
        const Rewrite s =
            w.apply({.rule = Inference::reduce_split, .terms = {r}, .numbers = {k}, .sizes = {n, size_constant(1)}}, r);
        std::vector<std::pair<std::uint32_t, Rewrite>> parts;
        const auto in = b.open(s.to).inputs;
        for (std::uint32_t p = 0; p < in.size(); ++p) parts.emplace_back(p, split_last(w, in[p], n));
        return w.chain(s, w.inside(s.to, parts));
      } catch (const Rejected&) {
      }
  return w.same(r);
}

}  // namespace

// Inner reductions first: the parts of a reduction read its body through views.
Rewrite cut_last(Rewriter& w, const Ref& r, const Size& n) {
  DiagramBuilder& b = w.arena();
  if (b.box(r.wire).op == Op::view || b.box(r.wire).inputs.empty()) return w.same(r);
  std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
  const auto in = b.open(r).inputs;
  for (std::uint32_t p = 0; p < in.size(); ++p) inputs.emplace_back(p, cut_last(w, in[p], n));
  const Rewrite a = w.inside(r, inputs);
  return w.chain(a, split_last(w, a.to, n));
}

DiagramBuilder::Substitution leading_points(DiagramBuilder& b, const std::vector<WireId>& roots, Symbol size, Step& h) {
  DiagramBuilder::Substitution map;
  std::set<Symbol> seen;
  for (WireId w : wires_below(b, roots)) {
    const Box box = b.box(w);
    if (box.op != Op::input || !seen.insert(box.name).second) continue;
    std::vector<Axis> grown;
    bool changed = false;
    for (const Axis& a : box.degree) {
      grown.push_back({substitute(a.size, {{size, size_variable(size) + size_constant(1)}}), a.name});
      changed = changed || !(grown.back().size == a.size);
    }
    if (!changed) continue;
    const Ref next = b.input(box.name, grown, box.dtype);
    std::vector<Index> formals;
    IndexMap where;
    for (std::size_t s = 0; s < box.degree.size(); ++s) {
      formals.push_back(b.fresh(box.degree[s]));
      where[next.at[s]] = index_variable(formals.back());
    }
    h.names.push_back(box.name);
    h.formals.push_back(formals);
    h.terms.push_back(b.read(next, where));
    map.inputs[box.name] = {formals, h.terms.back()};
  }
  return map;
}

namespace {

class Inductor {
 public:
  Inductor(Kernel& k, const Ref& l, const Ref& r, Symbol size, const DeriveOptions& options)
      : k_(k), b_(k.arena()), w_(k), goal_{l, r}, size_(size), options_(options) {
    options_.hints.clear();
    for (std::uint32_t c = 0; c < k.assumptions().size(); ++c) conditions_.push_back(c);
  }

  std::vector<std::string> lemmas;

  std::optional<Rewrite> run() {
    number_ = k_.open_induction({goal_}, size_, conditions_);
    const Size least = size_constant(k_.sizes().lower_bound(size_));
    const auto base = close(at_size(b_, goal_, size_, least), Within{number_, false});
    if (!base) return std::nullopt;
    const auto next = step();
    if (!next) return std::nullopt;
    return w_.apply({.rule = Inference::induction, .equations = {base->proof, next->proof}, .numbers = {number_, 0}},
                    goal_.lhs);
  }

 private:
  std::optional<Rewrite> close(const Kernel::Goal& g, const Within& within) {
    options_.within = within;
    const Derivation d = derive(k_, g.lhs, g.rhs, options_);
    lemmas.insert(lemmas.end(), d.lemmas.begin(), d.lemmas.end());
    return d.proof;
  }

  std::optional<Rewrite> step() {
    const Within within{number_, true};
    Normaliser n(k_, options_.deadline, {.within = within});
    Step h{.rule = Inference::hypothesis, .numbers = {number_, 0}};
    std::vector<WireId> roots{goal_.lhs.wire, goal_.rhs.wire};
    for (std::uint32_t c : conditions_) roots.push_back(k_.assumptions()[c].value.wire);
    const DiagramBuilder::Substitution map = leading_points(b_, roots, size_, h);
    for (std::uint32_t c : conditions_) {
      const Kernel::Assumption a = k_.assumptions()[c];
      if (a.equal_to) return std::nullopt;
      const auto sign = n.signs().find(b_.substitute(a.value.wire, map).value.wire, a.sign);
      if (!sign) return std::nullopt;
      h.signs.push_back(*sign);
    }
    const Rewrite raw = w_.read(k_.prove(h));
    const Rewrite rule = w_.chain(w_.reverse(n.normal(raw.from)), w_.chain(raw, n.normal(raw.to)));

    const Size grown = size_variable(size_);
    const Kernel::Goal g = at_size(b_, goal_, size_, grown + size_constant(1));
    auto brought = [&](const Ref& side) {
      Rewrite a = cut_last(w_, side, grown);
      a = w_.chain(a, n.normal(a.to));
      return rule.trivial() ? a : w_.chain(a, everywhere(a.to, rule));
    };
    const Rewrite a = brought(g.lhs), b = brought(g.rhs);
    const auto middle = a.to == b.to ? std::optional(w_.same(a.to)) : close({a.to, b.to}, within);
    if (!middle) return std::nullopt;
    return w_.chain(w_.chain(a, *middle), w_.reverse(b));
  }

  // Replaces every occurrence of rule.from's wire, outside in.
  Rewrite everywhere(const Ref& r, const Rewrite& rule) {
    if (r.wire == rule.from.wire) return w_.read_at(rule, r.at);
    if (b_.box(r.wire).op == Op::view) return w_.same(r);
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const auto in = b_.open(r).inputs;
    for (std::uint32_t p = 0; p < in.size(); ++p) inputs.emplace_back(p, everywhere(in[p], rule));
    return w_.inside(r, inputs);
  }

  Kernel& k_;
  DiagramBuilder& b_;
  Rewriter w_;
  const Kernel::Goal goal_;
  const Symbol size_;
  DeriveOptions options_;
  std::vector<std::uint32_t> conditions_;
  std::uint32_t number_ = 0;
};

}  // namespace

std::optional<Rewrite> by_induction(Kernel& k, const Ref& left, const Ref& right, Symbol size,
                                    const DeriveOptions& options, std::vector<std::string>& lemmas) {
  Inductor inductor(k, left, right, size, options);
  const auto proof = inductor.run();
  lemmas.insert(lemmas.end(), inductor.lemmas.begin(), inductor.lemmas.end());
  return proof;
}

}  // namespace skein
