#pragma once
// Points: the two sides of a statement run at random sizes and arrays, sizes 0 and 1, ties, -inf and special values
// among them. Floats say where to look; where they differ, enclosures decide. Where enclosures say that both sides are
// one value, floats may be off by rounding only, which is told from a wrong evaluator by the same run in float32.
#include <functional>
#include <random>

#include "campaign/features.hpp"
#include "prove/difference.hpp"

namespace skein {

struct PointOptions {
  int points = 3;
  bool total = true;                 // also outside of the domains, where partial boxes have their fixed values
  std::vector<Size> inhabited = {};  // sizes that are not 0: those of indices that neither side reads any more
  // The evaluator in floating point. Tests put a wrong one in its place.
  std::function<std::vector<Array>(const Diagram&, const Environment&, Precision)> floats;
};
PointOptions default_point_options();

struct PointsReport {
  Counts counts;
  std::string mismatch;              // a certified difference: sizes, place, intervals
  std::string conflict;              // floats and enclosures that cannot both be right
  std::optional<Environment> where;  // the point of either
  double gap = 0;
};

// A statement with recurrences is unrolled at small numbers of steps first.
PointsReport run_points(const Statement& s, const PointOptions& options, std::mt19937_64& random);
// Whether the left side has this sign, which was derived of it, as far as enclosures can tell.
PointsReport run_sign(const Statement& s, Sign sign, const PointOptions& options, std::mt19937_64& random);
// Whether a side reads outside of an array at one of the points.
bool leaves_range(const Statement& s, const PointOptions& options, std::mt19937_64& random);

}  // namespace skein
