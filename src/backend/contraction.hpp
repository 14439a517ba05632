#pragma once
// Contraction: the sum over bound labels of a product of factors, each an array whose axes carry labels (Einstein
// summation). Factors are contracted pairwise, the pair with the smallest result first, each pair as a batched matrix
// product of the number system.
#include <algorithm>
#include <memory>

#include "backend/dense.hpp"
#include "theory/meaning.hpp"

namespace skein::backend {

using Labels = std::vector<std::uint32_t>;

template <class V>
struct Factor {
  std::shared_ptr<const Dense<V>> array;
  Labels labels;  // one for each axis, pairwise different
};

template <NumberSystem N>
class Contraction {
  using V = typename N::Value;

 public:
  // extents[l] is the size of label l; labels below `degree` are the axes of the result, the others are summed over.
  Contraction(const N& n, Extents extents, std::size_t degree) : n_(n), extents_(std::move(extents)), degree_(degree) {}

  Dense<V> operator()(std::vector<Factor<V>> factors) const {
    Dense<V> result;
    result.shape.assign(extents_.begin(), extents_.begin() + static_cast<std::ptrdiff_t>(degree_));
    // Each point of a bound label that no factor mentions repeats the same summand.
    Integer multiplicity = 1;
    for (std::uint32_t l = static_cast<std::uint32_t>(degree_); l < extents_.size(); ++l)
      if (std::none_of(factors.begin(), factors.end(), [&](const auto& f) { return has(f.labels, l); }))
        multiplicity *= static_cast<unsigned long>(extents_[l]);
    if (multiplicity != 1) factors.push_back({scalar(Rational(multiplicity)), {}});
    if (factors.empty()) factors.push_back({scalar(Rational(1)), {}});

    while (factors.size() > 1) {
      auto [a, b] = cheapest_pair(factors);
      Factor<V> product = multiply(factors[a], factors[b], kept(factors, a, b));
      factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(b));
      factors[a] = std::move(product);
    }
    Labels all(degree_);
    for (std::uint32_t l = 0; l < degree_; ++l) all[l] = l;
    result.data = *arrange(sum_out(factors[0], [&](std::uint32_t l) { return l < degree_; }), all);
    return result;
  }

 private:
  static bool has(const Labels& labels, std::uint32_t l) {
    return std::find(labels.begin(), labels.end(), l) != labels.end();
  }

  std::shared_ptr<const Dense<V>> scalar(const Rational& q) const {
    return std::make_shared<const Dense<V>>(Dense<V>{{}, {n_.rational(q)}});
  }

  Extents shape(const Labels& labels) const {
    Extents s;
    for (std::uint32_t l : labels) s.push_back(extents_[l]);
    return s;
  }

  // The labels of a*b that the result or another factor needs.
  Labels kept(const std::vector<Factor<V>>& factors, std::size_t a, std::size_t b) const {
    Labels result = factors[a].labels;
    for (std::uint32_t l : factors[b].labels)
      if (!has(result, l)) result.push_back(l);
    std::erase_if(result, [&](std::uint32_t l) {
      if (l < degree_) return false;
      for (std::size_t k = 0; k < factors.size(); ++k)
        if (k != a && k != b && has(factors[k].labels, l)) return false;
      return true;
    });
    return result;
  }

  std::pair<std::size_t, std::size_t> cheapest_pair(const std::vector<Factor<V>>& factors) const {
    std::pair<std::size_t, std::size_t> best{0, 1};
    double least = -1;
    for (std::size_t a = 0; a < factors.size(); ++a)
      for (std::size_t b = a + 1; b < factors.size(); ++b) {
        double cost = 1;
        for (std::uint32_t l : kept(factors, a, b)) cost *= static_cast<double>(extents_[l]);
        if (least < 0 || cost < least) least = cost, best = {a, b};
      }
    return best;
  }

  template <class Keep>
  Factor<V> sum_out(const Factor<V>& f, Keep keep) const {
    Labels stay, all = f.labels;
    std::copy_if(all.begin(), all.end(), std::back_inserter(stay), keep);
    if (stay.size() == all.size()) return f;
    Dense<V> sum{shape(stay), {}};
    sum.data.assign(element_count(sum.shape), n_.rational(0));
    const Extents to = row_major(sum.shape);
    Extents target(all.size(), 0);
    for (std::size_t i = 0, j = 0; i < all.size(); ++i)
      if (j < stay.size() && all[i] == stay[j]) target[i] = to[j++];
    const V* from = f.array->data.data();
    walk<2>(shape(all), {target, row_major(f.array->shape)},
            [&](const auto& o) { sum.data[o[0]] = n_.add(sum.data[o[0]], from[o[1]]); });
    return {std::make_shared<const Dense<V>>(std::move(sum)), stay};
  }

  // The elements in the order of the given labels, repeated along those that the factor does not mention.
  std::shared_ptr<const std::vector<V>> arrange(const Factor<V>& f, const Labels& order) const {
    if (f.labels == order) return {f.array, &f.array->data};
    const Extents axis = row_major(f.array->shape), to = shape(order);
    Extents from(order.size(), 0);
    for (std::size_t i = 0; i < order.size(); ++i)
      for (std::size_t s = 0; s < f.labels.size(); ++s)
        if (f.labels[s] == order[i]) from[i] = axis[s];
    auto data = std::make_shared<std::vector<V>>();
    data->reserve(element_count(to));
    walk<1>(to, {from}, [&](const auto& o) { data->push_back(f.array->data[o[0]]); });
    return data;
  }

  Factor<V> multiply(const Factor<V>& left, const Factor<V>& right, const Labels& keep) const {
    const Factor<V> a = sum_out(left, [&](std::uint32_t l) { return has(keep, l) || has(right.labels, l); });
    const Factor<V> b = sum_out(right, [&](std::uint32_t l) { return has(keep, l) || has(left.labels, l); });
    Labels batch, rows, columns, inner;
    for (std::uint32_t l : a.labels) (!has(b.labels, l) ? rows : has(keep, l) ? batch : inner).push_back(l);
    for (std::uint32_t l : b.labels)
      if (!has(a.labels, l)) columns.push_back(l);

    Labels result_labels = batch;
    result_labels.insert(result_labels.end(), rows.begin(), rows.end());
    result_labels.insert(result_labels.end(), columns.begin(), columns.end());
    Dense<V> result{shape(result_labels), {}};
    const std::size_t count = element_count(result.shape);
    if (inner.empty()) {
      auto spread = [&](const Factor<V>& f) {
        std::vector<Index> map;
        for (std::uint32_t l : f.labels)
          map.push_back({static_cast<std::uint32_t>(std::find(result_labels.begin(), result_labels.end(), l) -
                                                    result_labels.begin())});
        return port_strides(map, f.array->shape, result_labels.size());
      };
      result.data.reserve(count);
      const V *x = a.array->data.data(), *y = b.array->data.data();
      walk<2>(result.shape, {spread(a), spread(b)},
              [&](const auto& o) { result.data.push_back(n_.mul(x[o[0]], y[o[1]])); });
    } else {
      auto concatenate = [&](const Labels& free) {
        Labels order = batch;
        order.insert(order.end(), free.begin(), free.end());
        order.insert(order.end(), inner.begin(), inner.end());
        return order;
      };
      const auto x = arrange(a, concatenate(rows)), y = arrange(b, concatenate(columns));
      result.data.assign(count, n_.rational(0));
      const std::size_t m = element_count(shape(rows)), k = element_count(shape(inner)),
                        n = element_count(shape(columns));
      if (count != 0 && k != 0)
        for (std::size_t s = 0; s < element_count(shape(batch)); ++s)
          n_.matrix_product(m, n, k, x->data() + s * m * k, y->data() + s * n * k, result.data.data() + s * m * n);
    }
    return {std::make_shared<const Dense<V>>(std::move(result)), result_labels};
  }

  const N& n_;
  Extents extents_;
  std::size_t degree_;
};

}  // namespace skein::backend
