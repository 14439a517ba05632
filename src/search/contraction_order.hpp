#pragma once
// Contraction orders: an n-ary contraction (a sum over bound indices of a product of arrays) is computed by a binary
// tree that joins two arrays at a time and sums an index as soon as no other array reads it. A tree is admitted if
// each join is of arrays that share an index (no outer products, unless the arrays are disconnected). For a chain of n
// matrices these are the Catalan number C(n-1) of bracketings.
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "diagram/size.hpp"

namespace skein {

// Indices are numbered; every index is an output or is summed.
struct ContractionNetwork {
  std::vector<std::set<int>> factors;  // the indices of each array
  std::set<int> outputs;
};

// A leaf is a factor; a join is of the results of two trees.
struct ContractionTree {
  int factor = -1;
  std::shared_ptr<const ContractionTree> left, right;
  bool is_leaf() const { return factor >= 0; }
};
using ContractionTreePtr = std::shared_ptr<const ContractionTree>;

// All admitted trees, each once, up to exchange of the two sides of a join; empty if there are more than `limit`, or
// more than 20 factors.
std::vector<ContractionTreePtr> all_orders(const ContractionNetwork& n, std::size_t limit);
std::size_t count_orders(const ContractionNetwork& n);
// The tree with the fewest multiplications (over all indices that a join reads), by dynamic programming over connected
// sets of factors (Lawler; for chains, Godbole 1973), with that number; size(i) is the size of index i. For at most 12
// factors; beyond, the cheapest join first.
struct BestOrder {
  ContractionTreePtr tree;
  double multiplications = 0;
};
BestOrder best_order(const ContractionNetwork& n, const std::function<double(int)>& size);

}  // namespace skein
