#include "search/contraction_order.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <stdexcept>

namespace skein {
namespace {

using Mask = std::uint32_t;

class Orders {
 public:
  explicit Orders(const ContractionNetwork& n) : n_(n) {
    if (n.factors.empty()) throw std::invalid_argument("a contraction has at least one factor");
    if (n.factors.size() > 20) throw std::length_error("a contraction of more than 20 factors");
    const auto count = n.factors.size();
    neighbours_.resize(count);
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b < count; ++b)
        if (a != b && share(n.factors[a], n.factors[b])) neighbours_[a] |= Mask(1) << b;
  }

  Mask all() const { return (Mask(1) << n_.factors.size()) - 1; }

  // Indices of the result of a set of factors: those that something outside still reads.
  std::set<int> result(Mask m) const {
    std::set<int> inside, kept;
    for (std::size_t f = 0; f < n_.factors.size(); ++f)
      if (m >> f & 1) inside.insert(n_.factors[f].begin(), n_.factors[f].end());
    for (int i : inside) {
      bool needed = n_.outputs.count(i) > 0;
      for (std::size_t f = 0; f < n_.factors.size() && !needed; ++f)
        needed = !(m >> f & 1) && n_.factors[f].count(i) > 0;
      if (needed) kept.insert(i);
    }
    return kept;
  }

  Mask component(Mask within, Mask seed) const {
    Mask reached = seed;
    for (Mask grown = 0; grown != reached;) {
      grown = reached;
      for (std::size_t f = 0; f < n_.factors.size(); ++f)
        if (grown >> f & 1) reached |= neighbours_[f] & within;
    }
    return reached;
  }
  bool connected(Mask m) const { return component(m, m & -m) == m; }

  // The ways to part a connected set into two connected sets, the first with the least factor; a disconnected one is
  // parted in one way, its first component against the rest.
  template <class F>
  void parts(Mask m, F&& f) const {
    const Mask least = m & -m;
    if (!connected(m)) {
      const Mask first = component(m, least);
      f(first, m & ~first);
      return;
    }
    const Mask rest = m & ~least;
    for (Mask sub = rest;; sub = (sub - 1) & rest) {
      const Mask a = least | sub, b = m & ~a;
      if (b && connected(a) && connected(b)) f(a, b);
      if (!sub) break;
    }
  }

  std::size_t count(Mask m) {
    if (std::has_single_bit(m)) return 1;
    if (auto it = counts_.find(m); it != counts_.end()) return it->second;
    std::size_t total = 0;
    parts(m, [&](Mask a, Mask b) { total += count(a) * count(b); });
    return counts_[m] = total;
  }

  const std::vector<ContractionTreePtr>& trees(Mask m) {
    if (auto it = trees_.find(m); it != trees_.end()) return it->second;
    std::vector<ContractionTreePtr> out;
    if (std::has_single_bit(m)) {
      out.push_back(leaf(m));
    } else {
      parts(m, [&](Mask a, Mask b) {
        const auto left = trees(a), right = trees(b);
        for (const auto& l : left)
          for (const auto& r : right) out.push_back(join(l, r));
      });
    }
    return trees_[m] = std::move(out);
  }

  BestOrder best(Mask m, const std::function<double(int)>& size) {
    if (std::has_single_bit(m)) return {leaf(m), 0};
    if (auto it = best_.find(m); it != best_.end()) return it->second;
    std::optional<BestOrder> least;
    parts(m, [&](Mask a, Mask b) {
      const BestOrder l = best(a, size), r = best(b, size);
      const double cost = l.multiplications + r.multiplications + join_cost(a, b, size);
      if (!least || cost < least->multiplications) least = BestOrder{join(l.tree, r.tree), cost};
    });
    return best_[m] = *least;
  }

  // The cheapest join first.
  BestOrder greedy(const std::function<double(int)>& size) const {
    std::vector<std::pair<Mask, ContractionTreePtr>> open;
    for (std::size_t f = 0; f < n_.factors.size(); ++f) open.emplace_back(Mask(1) << f, leaf(Mask(1) << f));
    double total = 0;
    while (open.size() > 1) {
      std::size_t x = 0, y = 1;
      double least = -1;
      bool joined = false;
      for (std::size_t a = 0; a < open.size(); ++a)
        for (std::size_t b = a + 1; b < open.size(); ++b) {
          const bool meets = share(result(open[a].first), result(open[b].first));
          const double cost = join_cost(open[a].first, open[b].first, size);
          if (least < 0 || (meets && !joined) || (meets == joined && cost < least))
            x = a, y = b, least = cost, joined = meets;
        }
      total += least;
      open[x] = {open[x].first | open[y].first, join(open[x].second, open[y].second)};
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(y));
    }
    return {open[0].second, total};
  }

 private:
  static bool share(const std::set<int>& a, const std::set<int>& b) {
    return std::any_of(a.begin(), a.end(), [&](int i) { return b.count(i) > 0; });
  }
  static ContractionTreePtr leaf(Mask m) {
    return std::make_shared<ContractionTree>(ContractionTree{std::countr_zero(m), nullptr, nullptr});
  }
  static ContractionTreePtr join(const ContractionTreePtr& l, const ContractionTreePtr& r) {
    return std::make_shared<ContractionTree>(ContractionTree{-1, l, r});
  }
  double join_cost(Mask a, Mask b, const std::function<double(int)>& size) const {
    std::set<int> read = result(a);
    read.merge(result(b));
    double cost = 1;
    for (int i : read) cost *= size(i);
    return cost;
  }

  const ContractionNetwork& n_;
  std::vector<Mask> neighbours_;
  std::map<Mask, std::size_t> counts_;
  std::map<Mask, std::vector<ContractionTreePtr>> trees_;
  std::map<Mask, BestOrder> best_;
};

constexpr std::size_t largest_exact = 12;

}  // namespace

std::size_t count_orders(const ContractionNetwork& n) {
  Orders o(n);
  return o.count(o.all());
}

std::vector<ContractionTreePtr> all_orders(const ContractionNetwork& n, std::size_t limit) {
  if (n.factors.size() > largest_exact) return {};
  Orders o(n);
  if (o.count(o.all()) > limit) return {};
  return o.trees(o.all());
}

BestOrder best_order(const ContractionNetwork& n, const std::function<double(int)>& size) {
  Orders o(n);
  return n.factors.size() > largest_exact ? o.greedy(size) : o.best(o.all(), size);
}

}  // namespace skein
