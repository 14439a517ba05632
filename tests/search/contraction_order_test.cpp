// Orders of contractions: Catalan numbers, and the dynamic program of the textbooks.
#include "search/contraction_order.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>

using namespace skein;

namespace {

// Matrices i,i+1 for i = 0 .. n-1; the outer indices stay.
ContractionNetwork chain(int n) {
  ContractionNetwork net;
  for (int i = 0; i < n; ++i) net.factors.push_back({i, i + 1});
  net.outputs = {0, n};
  return net;
}

// Cormen, Leiserson, Rivest, Stein, section "Matrix-chain multiplication": matrix i is p[i] by p[i+1].
double matrix_chain(const std::vector<double>& p) {
  const std::size_t n = p.size() - 1;
  std::vector<std::vector<double>> m(n, std::vector<double>(n, 0));
  for (std::size_t length = 2; length <= n; ++length)
    for (std::size_t i = 0; i + length <= n; ++i) {
      const std::size_t j = i + length - 1;
      m[i][j] = 1e300;
      for (std::size_t k = i; k < j; ++k)
        m[i][j] = std::min(m[i][j], m[i][k] + m[k + 1][j] + p[i] * p[k + 1] * p[j + 1]);
    }
  return m[0][n - 1];
}

std::vector<double> random_sizes(std::mt19937& random, int n) {
  std::vector<double> p;
  for (int i = 0; i <= n; ++i) p.push_back(1 + random() % 100);
  return p;
}

}  // namespace

TEST_CASE("a chain of n matrices has the Catalan number C(n-1) of bracketings") {
  const std::size_t catalan[] = {1, 1, 2, 5, 14, 42, 132, 429, 1430};
  for (int n = 1; n <= 9; ++n) {
    CHECK(count_orders(chain(n)) == catalan[n - 1]);
    CHECK(all_orders(chain(n), 2000).size() == catalan[n - 1]);
  }
  CHECK(all_orders(chain(9), 1429).empty());
}

TEST_CASE("a closed chain of three has three orders") { CHECK(count_orders({{{0, 1}, {1, 2}, {2, 0}}, {}}) == 3); }

TEST_CASE("disconnected arrays meet last, in one way") {
  CHECK(count_orders({{{0}, {1}, {2}}, {0, 1, 2}}) == 1);
  CHECK(count_orders({{{0, 1}, {1, 2}, {2, 3}, {4}}, {0, 3, 4}}) == 2);
}

TEST_CASE("the best order of a chain is that of the textbook, on 100 random size vectors") {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    const int n = 2 + static_cast<int>(random() % 8);
    const auto p = random_sizes(random, n);
    const BestOrder best = best_order(chain(n), [&](int i) { return p[static_cast<std::size_t>(i)]; });
    CHECK(best.multiplications == matrix_chain(p));
  }
}

TEST_CASE("more factors than the exact program takes are joined greedily, no better than it and all of them") {
  std::mt19937 random(9);
  const auto p = random_sizes(random, 14);
  const BestOrder greedy = best_order(chain(14), [&](int i) { return p[static_cast<std::size_t>(i)]; });
  CHECK(greedy.multiplications >= matrix_chain(p));
  std::set<int> leaves;
  std::function<void(const ContractionTree&)> visit = [&](const ContractionTree& t) {
    if (t.is_leaf()) {
      CHECK(leaves.insert(t.factor).second);
    } else {
      visit(*t.left), visit(*t.right);
    }
  };
  visit(*greedy.tree);
  CHECK(leaves.size() == 14);
}

TEST_CASE("no factors, and too many, are refused") {
  CHECK_THROWS_AS(count_orders({}), std::invalid_argument);
  CHECK_THROWS_AS(best_order(chain(21), [](int) { return 1.0; }), std::length_error);
}
