#pragma once
// IndexProgram: an index expression at fixed sizes, as machine arithmetic over local indices. Any overflow throws.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "diagram/index.hpp"

namespace skein::backend {

class IndexProgram {
 public:
  IndexProgram(const IndexExpression& e, const std::map<Symbol, Integer>& sizes);
  std::int64_t operator()(std::span<const std::size_t> point) const;

 private:
  struct Quotient;
  struct Term {
    std::int64_t coefficient = 1;
    std::vector<std::uint32_t> indices;
    std::vector<std::shared_ptr<const Quotient>> quotients;
  };
  std::vector<Term> terms_;
};

// The conjunction of e >= 0 over the expressions of a guard.
class GuardProgram {
 public:
  GuardProgram(const std::vector<IndexExpression>& guard, const std::map<Symbol, Integer>& sizes) {
    for (const IndexExpression& e : guard) parts_.emplace_back(e, sizes);
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
