#pragma once
// Regions: for which sizes one form is cheaper than another. The difference of two cost formulas is a polynomial; its
// sign is decided for all admissible sizes where the size context does, and else given as an inequality with common
// factors taken out, with sizes for either side of it.
#include <optional>
#include <string>

#include "diagram/size.hpp"

namespace skein {

struct Region {
  enum class Kind : std::uint8_t { equal, always, never, where, undecided };
  Kind kind = Kind::equal;
  std::string condition;                                     // "k*v*d + q*v*d < ...", for `where` and `undecided`
  std::optional<std::map<Symbol, Integer>> inside, outside;  // admissible sizes at which it holds, and does not
};
const char* to_string(Region::Kind k);

// Where a < b.
Region where_less(const Size& a, const Size& b, const SizeContext& sizes);

}  // namespace skein
