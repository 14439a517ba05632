#include "verify/hypotheses.hpp"

namespace skein {
namespace {

constexpr int most_rounds = 20;

// A product summed over indices; any other term is a product of itself, summed over none.
struct Contraction {
  std::vector<Ref> factors;
  std::vector<Index> bound;
};

Contraction contraction_of(DiagramBuilder& b, const Ref& r) {
  Contraction out;
  Ref body = r;
  if (const Box x = b.box(r.wire); x.op == Op::reduce && x.fold == Op::add) {
    const auto o = b.open(r);
    out.bound = o.bound;
    body = o.inputs[0];
  }
  if (b.box(body.wire).op == Op::mul)
    out.factors = b.open(body).inputs;
  else
    out.factors = {body};
  return out;
}

bool reads(const Ref& r, Index i) { return std::find(r.at.begin(), r.at.end(), i) != r.at.end(); }

// Which factors of a host stand for those of a pattern, and its indices for the pattern's, one to one.
class FactorMatch {
 public:
  FactorMatch(const DiagramBuilder& b, const Contraction& pattern, const Contraction& host)
      : b_(b), pattern_(pattern), host_(host) {}

  bool run() { return from(0); }
  const std::map<Index, Index>& indices() const { return map_; }
  const std::vector<std::size_t>& factors() const { return taken_; }

 private:
  bool from(std::size_t k) {
    if (k == pattern_.factors.size()) return sums_close();
    const Ref& p = pattern_.factors[k];
    for (std::size_t n = 0; n < host_.factors.size(); ++n) {
      const Ref& h = host_.factors[n];
      if (h.wire != p.wire || std::find(taken_.begin(), taken_.end(), n) != taken_.end()) continue;
      const std::map<Index, Index> before = map_;
      taken_.push_back(n);
      bool fits = true;
      for (std::size_t s = 0; s < p.at.size() && fits; ++s) fits = map(p.at[s], h.at[s]);
      if (fits && from(k + 1)) return true;
      taken_.pop_back();
      map_ = before;
    }
    return false;
  }

  bool map(Index p, Index h) {
    if (const auto it = map_.find(p); it != map_.end()) return it->second == h;
    const bool bound = std::find(pattern_.bound.begin(), pattern_.bound.end(), p) != pattern_.bound.end(),
               host_bound = std::find(host_.bound.begin(), host_.bound.end(), h) != host_.bound.end();
    if ((bound && !host_bound) || !(b_.axis(p).size == b_.axis(h).size)) return false;
    for (const auto& [other, image] : map_)
      if (image == h) return false;
    map_.emplace(p, h);
    return true;
  }

  // What the pattern sums over, no other factor reads.
  bool sums_close() const {
    for (Index i : pattern_.bound) {
      const auto it = map_.find(i);
      if (it == map_.end()) return false;
      for (std::size_t n = 0; n < host_.factors.size(); ++n)
        if (std::find(taken_.begin(), taken_.end(), n) == taken_.end() && reads(host_.factors[n], it->second))
          return false;
    }
    return true;
  }

  const DiagramBuilder& b_;
  const Contraction &pattern_, &host_;
  std::map<Index, Index> map_;
  std::vector<std::size_t> taken_;
};

}  // namespace

Hypotheses::Hypotheses(Kernel& k, Normaliser& n, const std::vector<std::size_t>& conditions)
    : k_(k), b_(k.arena()), n_(n), w_(n.rewriter()) {
  for (std::size_t c : conditions) {
    const Rewrite assumed = w_.read(k_.prove({.rule = Inference::assumed, .numbers = {static_cast<std::uint32_t>(c)}}));
    const Rewrite left = n_.normal(assumed.from), right = n_.normal(assumed.to);
    Hypothesis h{w_.chain(w_.chain(w_.reverse(left), assumed), right), {}, {}};
    if (h.equation.trivial()) continue;
    const Contraction x = contraction_of(b_, h.equation.from);
    h.factors = x.factors, h.bound = x.bound;
    hypotheses_.push_back(std::move(h));
  }
}

Rewrite Hypotheses::normal(const Ref& r) {
  Rewrite out = n_.normal(r);
  for (int round = 0; round < most_rounds && !hypotheses_.empty(); ++round) {
    const Rewrite used = w_.read_at(everywhere(out.to.wire), out.to.at);
    if (used.trivial()) break;
    out = w_.chain(out, used);
    out = w_.chain(out, n_.normal(out.to));
  }
  return out;
}

Rewrite Hypotheses::everywhere(WireId root) {
  std::vector<WireId> wires = wires_below(b_, {root});
  std::sort(wires.begin(), wires.end());  // what a box reads comes before it
  for (WireId w : wires) {
    if (memo_.count(w)) continue;
    const Ref whole = b_.at_fresh(w);
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const std::vector<Port> ports = b_.box(w).inputs;
    for (std::uint32_t p = 0; p < ports.size(); ++p) inputs.emplace_back(p, memo_.at(ports[p].wire));
    Rewrite out = w_.same(whole);
    try {
      out = w_.inside(whole, inputs);
    } catch (const Rejected&) {  // a view that may read out of range: what is below it stays
    }
    if (const auto more = here(out.to)) out = w_.chain(out, *more);
    memo_.emplace(w, out);
  }
  return memo_.at(root);
}

std::optional<Rewrite> Hypotheses::here(const Ref& r) {
  for (const Hypothesis& h : hypotheses_) try {
      if (r.wire == h.equation.from.wire) return w_.read_at(h.equation, r.at);
      if (auto found = in_contraction(h, r)) return found;
    } catch (const Rejected&) {
    } catch (const IllTyped&) {
    }
  return std::nullopt;
}

std::optional<Rewrite> Hypotheses::in_contraction(const Hypothesis& h, const Ref& r) {
  const Box box = b_.box(r.wire);
  if (b_.dtype(r.wire) != DType::real || (box.op != Op::mul && (box.op != Op::reduce || box.fold != Op::add)))
    return std::nullopt;
  const Contraction host = contraction_of(b_, r), pattern{h.factors, h.bound};
  FactorMatch match(b_, pattern, host);
  if (!match.run()) return std::nullopt;

  std::vector<Index> at, bound;
  std::set<Index> closed;
  for (Index i : h.equation.from.at) at.push_back(match.indices().at(i));
  for (Index i : h.bound) closed.insert(match.indices().at(i));
  for (Index i : host.bound)
    if (!closed.count(i)) bound.push_back(i);
  const Rewrite used = w_.read_at(h.equation, at);
  std::vector<Ref> factors{used.from};
  for (std::size_t n = 0; n < host.factors.size(); ++n)
    if (std::find(match.factors().begin(), match.factors().end(), n) == match.factors().end())
      factors.push_back(host.factors[n]);
  const Ref product = factors.size() == 1 ? factors[0] : b_.add(Op::mul, factors);
  const Ref grouped = bound.empty() ? product : b_.reduce(Op::add, bound, product);

  Rewrite inner = factors.size() == 1 ? used : through(product, used.from, used);
  if (!bound.empty()) inner = through(grouped, product, inner);
  return w_.chain(w_.contraction(r, grouped), inner);
}

Rewrite Hypotheses::through(const Ref& whole, const Ref& part, const Rewrite& r) {
  const auto ports = b_.open(whole).inputs;
  for (std::uint32_t p = 0; p < ports.size(); ++p)
    if (ports[p].wire == part.wire) return w_.inside(whole, {{p, r}});
  throw Rejected("a product lost a factor");
}

}  // namespace skein
