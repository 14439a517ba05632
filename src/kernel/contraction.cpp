#include "kernel/contraction.hpp"

#include <set>
#include <stdexcept>

namespace skein {
namespace {

struct Prenex {
  Coefficient coefficient;
  std::vector<Index> bound;
  std::vector<Ref> factors;
};

Coefficient as_coefficient(const Size& s) {
  Coefficient c;
  for (const auto& [m, k] : s.terms()) c += Coefficient::term(Rational(k), m);
  return c;
}

class Expander {
 public:
  Expander(DiagramBuilder& b, std::size_t limit, const std::function<void(const Size&)>& multiple)
      : b_(b), limit_(limit), multiple_(multiple) {}

  std::vector<Prenex> expand(const Ref& r, int depth = 0) {
    if (depth > 2000) throw std::length_error("a sum of contractions is nested too deeply");
    const Box& box = b_.box(r.wire);
    if (box.dtype == DType::real) {
      if (box.op == Op::literal) return one(Coefficient::constant(box.value));
      if (box.op == Op::size_value) return one(as_coefficient(box.size));
      if (box.op == Op::add) {
        std::vector<Prenex> sum;
        for (const Ref& in : b_.open(r).inputs)
          for (Prenex& p : expand(in, depth + 1)) push(sum, std::move(p));
        return sum;
      }
      if (box.op == Op::mul) {
        std::vector<Prenex> product = one(Coefficient::constant(Rational(1)));
        for (const Ref& in : b_.open(r).inputs) {
          // Each expansion opens its reductions anew: bound indices of the two factors of a term are different.
          std::vector<Prenex> factor = expand(in, depth + 1), next;
          for (const Prenex& x : product)
            for (const Prenex& y : factor) {
              Prenex p = x;
              p.coefficient = x.coefficient * y.coefficient;
              p.bound.insert(p.bound.end(), y.bound.begin(), y.bound.end());
              p.factors.insert(p.factors.end(), y.factors.begin(), y.factors.end());
              push(next, std::move(p));
            }
          product = std::move(next);
        }
        return product;
      }
      if (box.op == Op::reduce && box.fold == Op::add) {
        DiagramBuilder::Opened o = b_.open(r);
        std::vector<Prenex> body = expand(o.inputs[0], depth + 1);
        for (Prenex& p : body) {
          std::set<Index> read;
          for (const Ref& f : p.factors) read.insert(f.at.begin(), f.at.end());
          for (Index k : o.bound)
            if (read.count(k)) {
              p.bound.push_back(k);
            } else {
              if (multiple_) multiple_(b_.axis(k).size);
              p.coefficient = p.coefficient * as_coefficient(b_.axis(k).size);
            }
        }
        return body;
      }
    }
    Prenex p{Coefficient::constant(Rational(1)), {}, {r}};
    return {p};
  }

  std::map<std::vector<Ref>, Coefficient> collect(const std::vector<Prenex>& terms) {
    std::map<std::vector<Ref>, Coefficient> form;
    for (const Prenex& p : terms) {
      std::vector<Ref> key = components(p);
      Coefficient& c = form[key];
      c += p.coefficient;
      if (c.is_zero()) form.erase(key);
    }
    return form;
  }

 private:
  std::vector<Prenex> one(Coefficient c) {
    if (c.is_zero()) return {};
    return {Prenex{std::move(c), {}, {}}};
  }

  void push(std::vector<Prenex>& list, Prenex p) {
    if (p.coefficient.is_zero()) return;
    if (list.size() >= limit_) throw std::length_error("a sum of contractions has too many terms");
    list.push_back(std::move(p));
  }

  // The connected components of a product under sharing of bound indices, each as a wire.
  std::vector<Ref> components(const Prenex& p) {
    const std::set<Index> bound(p.bound.begin(), p.bound.end());
    std::vector<int> group(p.factors.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i] = static_cast<int>(i);
    std::function<int(int)> find = [&](int i) { return group[i] == i ? i : group[i] = find(group[i]); };
    std::map<Index, int> owner;
    for (std::size_t i = 0; i < p.factors.size(); ++i)
      for (Index k : p.factors[i].at)
        if (bound.count(k)) {
          auto [it, fresh] = owner.emplace(k, static_cast<int>(i));
          if (!fresh) group[find(static_cast<int>(i))] = find(it->second);
        }
    std::map<int, std::pair<std::vector<Index>, std::vector<Ref>>> parts;
    for (std::size_t i = 0; i < p.factors.size(); ++i) parts[find(static_cast<int>(i))].second.push_back(p.factors[i]);
    for (auto [k, i] : owner) parts[find(i)].first.push_back(k);
    std::vector<Ref> key;
    for (auto& [g, part] : parts) {
      auto& [indices, factors] = part;
      Ref product = factors.size() == 1 ? factors[0] : b_.add(Op::mul, factors);
      key.push_back(indices.empty() ? product : b_.reduce(Op::add, indices, product));
    }
    std::sort(key.begin(), key.end());
    return key;
  }

  DiagramBuilder& b_;
  std::size_t limit_;
  const std::function<void(const Size&)>& multiple_;
};

}  // namespace

std::map<std::vector<Ref>, Coefficient> contraction_form(DiagramBuilder& b, const Ref& r, std::size_t limit,
                                                         const std::function<void(const Size&)>& multiple) {
  Expander e(b, limit, multiple);
  return e.collect(e.expand(r));
}

}  // namespace skein
