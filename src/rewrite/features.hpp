#pragma once
// Features of an axis of a wire: how the leaves below read it. A divisor d says that some view reads k div d; a border c
// that some guard changes at k = c. Where such an axis is bound, splitting or cutting it makes the leaves plain.
#include <set>

#include "diagram/builder.hpp"

namespace skein {

struct Features {
  std::set<Size> divisors, borders;
};

class FeatureFinder {
public:
  explicit FeatureFinder(const DiagramBuilder& b) : b_(b) {}
  Features of(WireId w, std::uint32_t axis);

private:
  const DiagramBuilder& b_;
  std::map<std::pair<WireId, std::uint32_t>, Features> memo_;
};

}  // namespace skein
