#pragma once
// Plan: a diagram at fixed sizes, ready to be evaluated: the extents of every box, which products are contracted by the
// sums that consume them instead of being written out, and when a wire is read for the last time. Demand: at which
// points of its degree each box is asked for by the outputs, where `cases` asks only for the branch that its guard
// chooses, and `where` for the one that its condition does.
#include <optional>

#include "backend/dense.hpp"
#include "backend/evaluate.hpp"

namespace skein::backend {

struct Plan {
  Plan(const Diagram& d, const std::map<Symbol, Integer>& sizes);

  const Diagram& diagram;
  const std::map<Symbol, Integer> sizes;
  std::vector<Extents> degree;          // of each wire
  std::vector<Extents> locals;          // degree, then bound
  std::vector<bool> contracted;         // a product that only sums, or contracted products, consume
  std::vector<std::uint32_t> last_use;  // the last box that reads a wire's array; the number of boxes for outputs
  std::vector<Extents> output_shape;
};

struct Demand {
  enum Kind : std::uint8_t { none, all, some } kind = none;
  std::vector<bool> points;  // if `some`: row major over the degree

  bool operator[](std::size_t i) const { return kind == all || (kind == some && points[i]); }
};

// For a box `where`, whether its condition holds at each point of its degree, row major.
using Choices = std::map<std::uint32_t, std::vector<Truth>>;

struct DemandAnalysis {
  // Of a box that `choices` lacks, or where it is unknown, both branches are asked for.
  explicit DemandAnalysis(const Plan& plan, const Choices& choices = {});

  std::vector<Demand> of;                 // of each wire
  std::vector<std::uint32_t> choosing;    // boxes `where` with a partial box below a branch
  std::optional<DomainReport> violation;  // the first read out of range, or fold of nothing, that is asked for
};

}  // namespace skein::backend
