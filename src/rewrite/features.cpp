#include "rewrite/features.hpp"

#include <algorithm>

namespace skein {
namespace {

void quotients(const IndexExpression& e, Index k, std::set<Size>& out) {
  for (const auto& [m, c] : e.terms())
    for (const IndexAtom& a : m)
      if (const Quotient* q = a.quotient()) {
        for (Index i : free_indices(q->numerator))
          if (i == k) out.insert(q->denominator);
        quotients(q->numerator, k, out);
      }
}

// The value of k at which e = +-k + c changes sign, if e is of that form with c free of indices.
std::optional<Size> border(const IndexExpression& e, Index k) {
  Size rest;
  Integer sign = 0;
  for (const auto& [m, c] : e.terms()) {
    if (m.size() == 1 && m[0].index() && *m[0].index() == k) {
      sign = c;
      continue;
    }
    Size::Monomial mono;
    for (const IndexAtom& a : m) {
      if (!a.size()) return std::nullopt;
      mono.push_back(*a.size());
    }
    rest += Size::term(c, mono);
  }
  if (sign == 1) return -rest;                     // k >= -c
  if (sign == -1) return rest + size_constant(1);  // k <= c
  return std::nullopt;
}

}  // namespace

Features FeatureFinder::of(WireId w, std::uint32_t axis) {
  const auto key = std::pair(w, axis);
  if (auto it = memo_.find(key); it != memo_.end()) return it->second;
  Features f;
  if (atoms_ && atoms_->count(w)) return f;
  const Box& box = b_.box(w);
  const Index k{axis};
  for (const IndexExpression& e : box.index) {
    if (box.op == Op::view || box.op == Op::index_value) quotients(e, k, f.divisors);
    if (box.op == Op::cases) {
      quotients(e, k, f.divisors);
      if (auto c = border(e, k)) f.borders.insert(*c);
    }
  }
  for (const Port& p : box.inputs)
    for (std::uint32_t s = 0; s < p.map.size(); ++s)
      if (p.map[s] == k) {
        const Features in = of(p.wire, s);
        f.divisors.insert(in.divisors.begin(), in.divisors.end());
        f.borders.insert(in.borders.begin(), in.borders.end());
      }
  return memo_[key] = f;
}

std::optional<FeatureFinder::Reading> FeatureFinder::reading(WireId w, std::uint32_t axis) {
  const auto key = std::pair(w, axis);
  if (auto it = readings_.find(key); it != readings_.end()) return it->second;
  const Box& box = b_.box(w);
  std::optional<Reading> out;
  auto add = [&](const Reading& r) {
    if (!out || r.leaf < out->leaf)
      out = r;
    else if (r.leaf == out->leaf)
      out->forwards |= r.forwards, out->backwards |= r.backwards;
  };
  auto leaf = [&](WireId read) { return std::pair(b_.box(read).name.text(), read); };
  if (box.op == Op::input || (atoms_ && atoms_->count(w)))
    out = Reading{leaf(w), true, false};
  else if (box.op == Op::view)
    for (const IndexExpression& e : box.index) {
      const std::vector<Index> free = free_indices(e);
      if (std::find(free.begin(), free.end(), Index{axis}) == free.end()) continue;
      const IndexExpression back = e + index_variable(Index{axis});
      const std::vector<Index> rest = free_indices(back);
      const bool backwards = std::find(rest.begin(), rest.end(), Index{axis}) == rest.end();
      add({leaf(box.inputs[0].wire), !backwards, backwards});
    }
  else
    for (const Port& p : box.inputs)
      for (std::uint32_t s = 0; s < p.map.size(); ++s)
        if (p.map[s] == Index{axis})
          if (const auto in = reading(p.wire, s)) add(*in);
  return readings_[key] = out;
}

bool FeatureFinder::backwards(WireId w, std::uint32_t axis) {
  const auto first = reading(w, axis);
  return first && first->backwards && !first->forwards;
}

bool FeatureFinder::reads_merged(WireId w, std::uint32_t q, std::uint32_t r, const Size& d) {
  const auto key = std::tuple(w, q, r, d);
  if (auto it = merged_.find(key); it != merged_.end()) return it->second;
  const Box& box = b_.box(w);
  bool merged = box.op != Op::input && !(atoms_ && atoms_->count(w));
  for (const IndexExpression& e : box.index) {
    // With r = k - d*q, an expression in d*q + r is one in k alone; k goes by the name of r here.
    const IndexExpression in_k = substitute(e, [&](Index i) {
      return i == Index{r} ? index_variable(i) - index_size(d) * index_variable(Index{q}) : index_variable(i);
    });
    for (Index i : free_indices(in_k)) merged = merged && !(i == Index{q});
  }
  for (const Port& p : box.inputs) {
    std::optional<std::uint32_t> at_q, at_r;
    for (std::uint32_t s = 0; s < p.map.size(); ++s) {
      if (p.map[s] == Index{q}) at_q = s;
      if (p.map[s] == Index{r}) at_r = s;
    }
    if (at_q && at_r)
      merged = merged && reads_merged(p.wire, *at_q, *at_r, d);
    else
      merged = merged && !at_q && !at_r;
  }
  return merged_[key] = merged;
}

}  // namespace skein
