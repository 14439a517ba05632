#pragma once
// IndexProgram: an index expression at fixed sizes, as machine arithmetic over local indices: a table over the indices
// that it mentions, where these have fewer points than all of them. Any overflow throws.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "diagram/index.hpp"

namespace skein::backend {

class IndexProgram {
 public:
  // `extents` of the local indices.
  IndexProgram(const IndexExpression& e, const std::map<Symbol, Integer>& sizes, std::span<const std::size_t> extents);
  std::int64_t operator()(std::span<const std::size_t> point) const {
    if (table_.empty()) return compute(point);
    std::size_t place = 0;
    for (const auto& [index, stride] : strides_) place += point[index] * stride;
    return table_[place];
  }

 private:
  IndexProgram(const IndexExpression& e, const std::map<Symbol, Integer>& sizes);
  std::int64_t compute(std::span<const std::size_t> point) const;
  void tabulate(std::span<const std::size_t> extents);
  void mentioned(std::vector<bool>& indices) const;

  struct Quotient;
  struct Term {
    std::int64_t coefficient = 1;
    std::vector<std::uint32_t> indices;
    std::vector<std::shared_ptr<const Quotient>> quotients;
  };
  std::vector<Term> terms_;
  std::vector<std::int64_t> table_;
  std::vector<std::pair<std::uint32_t, std::size_t>> strides_;  // of the table, for the indices that are mentioned
};

// The conjunction of e >= 0 over the expressions of a guard.
class GuardProgram {
 public:
  GuardProgram(const std::vector<IndexExpression>& guard, const std::map<Symbol, Integer>& sizes,
               std::span<const std::size_t> extents) {
    for (const IndexExpression& e : guard) parts_.emplace_back(e, sizes, extents);
  }
  bool operator()(std::span<const std::size_t> point) const {
    for (const IndexProgram& p : parts_)
      if (p(point) < 0) return false;
    return true;
  }

 private:
  std::vector<IndexProgram> parts_;
};

}  // namespace skein::backend
