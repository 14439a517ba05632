#include "graph/colours.hpp"

#include <functional>

namespace skein {
namespace {

using Colour = std::uint64_t;

Colour mix(Colour h, Colour v) {
  h ^= v + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2);
  h *= 0xff51afd7ed558ccdull;
  return h ^ (h >> 32);
}
template <class... More>
Colour mix(Colour h, Colour v, More... more) {
  return mix(mix(h, v), static_cast<Colour>(more)...);
}
Colour hash(const std::string& s) {
  Colour h = s.size();
  for (unsigned char c : s) h = mix(h, c);
  return h;
}
Colour hash(const Integer& n) {
  return mix(mpz_fdiv_ui(n.get_mpz_t(), 0xffffffffffffffc5ul), static_cast<Colour>(sgn(n) + 1));
}
Colour hash(const Rational& q) { return mix(hash(q.get_num()), hash(q.get_den())); }

// Sums are used wherever the order of the parts is no matter.
template <class Polynomial, class F>
Colour hash_terms(const Polynomial& p, F&& atom) {
  Colour sum = 17;
  for (const auto& [m, c] : p.terms()) {
    Colour product = 0;
    for (const auto& a : m) product += mix(7, atom(a));
    sum += mix(hash(c), product);
  }
  return sum;
}
Colour hash(const Size& s) {
  return hash_terms(s, [](Symbol v) { return hash(v.text()); });
}
Colour hash(const IndexExpression& e, const std::function<Colour(Index)>& colour) {
  return hash_terms(e, [&](const IndexAtom& a) -> Colour {
    if (a.index()) return mix(1, colour(*a.index()));
    if (a.size()) return mix(2, hash(a.size()->text()));
    return mix(3, hash(a.quotient()->numerator, colour), hash(a.quotient()->denominator));
  });
}

class Refinement {
 public:
  explicit Refinement(const Diagram& d) : d_(d) {
    std::size_t position = 0;
    for (const InputPort& p : d.inputs())
      place_[p.name] = p.role == Role::input ? mix(11, position++) : mix(12, hash(p.name.text()));
  }

  Colours run() {
    const std::size_t n = d_.boxes().size();
    out_.wire.resize(n);
    out_.local.resize(n);
    for (std::uint32_t w = 0; w < n; ++w) up(w);
    context_.assign(n, 5);
    for (std::size_t k = 0; k < d_.outputs().size(); ++k) {
      const OutputPort& o = d_.outputs()[k];
      Colour use = mix(21, k);
      for (std::size_t s = 0; s < o.map.size(); ++s) use += mix(22, out_.local[o.wire.id][s], o.map[s]);
      context_[o.wire.id] += mix(use, k);
    }
    for (std::size_t w = n; w-- > 0;) {
      out_.wire[w] = mix(out_.wire[w], context_[w]);
      const Box& box = d_.boxes()[w];
      for (std::size_t p = 0; p < box.inputs.size(); ++p) {
        const WireId in = box.inputs[p].wire;
        // The wire's own colour is not used here: it may have its final value already or not.
        context_[in.id] += mix(out_.wire[w], port(box, p, out_.local[w], 0));
      }
    }
    return std::move(out_);
  }

 private:
  Colour port(const Box& box, std::size_t p, const std::vector<Colour>& local, Colour wire) const {
    const Port& in = box.inputs[p];
    const std::vector<Colour>& axes = out_.local[in.wire.id];
    Colour h = mix(31, wire, info(box.op).unordered ? 0 : p + 1);
    if (box.op == Op::view) {
      for (std::size_t s = 0; s < box.index.size(); ++s)
        h += mix(32, axes[s], hash(box.index[s], [&](Index i) { return local[i.id]; }));
    } else {
      for (std::size_t s = 0; s < in.map.size(); ++s) h += mix(33, axes[s], local[in.map[s].id]);
    }
    return mix(h, 34);
  }

  void up(std::uint32_t w) {
    const Box& box = d_.boxes()[w];
    std::vector<Colour> local;
    for (std::size_t i = 0; i < box.degree.size(); ++i)
      local.push_back(mix(41, hash(box.degree[i].size), box.op == Op::input ? i + 1 : 0));
    for (const Axis& a : box.bound) local.push_back(mix(42, hash(a.size)));

    const std::size_t rounds = local.size() < 2 ? 1 : 3;
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<Colour> next = local;
      for (std::size_t p = 0; p < box.inputs.size(); ++p) {
        const Port& in = box.inputs[p];
        const Colour whole = port(box, p, local, out_.wire[in.wire.id]);
        for (std::size_t s = 0; s < in.map.size(); ++s) next[in.map[s].id] += mix(43, whole, out_.local[in.wire.id][s]);
      }
      for (std::size_t s = 0; s < box.index.size(); ++s)
        for (Index i : free_indices(box.index[s])) {
          const Colour here = hash(box.index[s], [&](Index j) { return j == i ? 44 : local[j.id]; });
          next[i.id] += mix(45, here, box.op == Op::view ? out_.local[box.inputs[0].wire.id][s] : 0);
        }
      for (Colour& c : next) c = mix(c, 46);
      local = std::move(next);
    }

    Colour h = mix(static_cast<Colour>(box.op), static_cast<Colour>(box.fold), static_cast<Colour>(box.dtype),
                   box.deterministic, hash(box.value), hash(box.size));
    if (box.op == Op::input) {
      const auto it = place_.find(box.name);
      h = mix(h, it == place_.end() ? 0 : it->second);
    } else {
      h = mix(h, hash(box.name.text()));
    }
    for (Colour c : local) h += mix(51, c);
    if (box.op != Op::view)
      for (const IndexExpression& e : box.index) h += mix(52, hash(e, [&](Index i) { return local[i.id]; }));
    for (std::size_t p = 0; p < box.inputs.size(); ++p)
      h += mix(53, port(box, p, local, out_.wire[box.inputs[p].wire.id]));
    out_.wire[w] = mix(h, 54);
    out_.local[w] = std::move(local);
  }

  const Diagram& d_;
  std::map<Symbol, Colour> place_;
  Colours out_;
  std::vector<Colour> context_;
};

}  // namespace

Colours refine_colours(const Diagram& d) { return Refinement(d).run(); }

}  // namespace skein
