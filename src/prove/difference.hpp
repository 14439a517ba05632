#pragma once
// Differences between the two sides of a statement at one point: of floats, which say where to look, and certified
// ones, which are evidence.
#include <chrono>

#include "backend/enclosure.hpp"
#include "prove/statement.hpp"

namespace skein {

struct FloatDifference {
  double absolute = 0, relative = 0;  // relative to the largest value of the same output
  double by_element = 0;              // relative to the values themselves
  bool finite = true;
};
FloatDifference float_difference(const std::vector<Array>& left, const std::vector<Array>& right);

enum class Comparison : std::uint8_t { different, same, open };

struct CertifiedDifference {
  Comparison verdict = Comparison::open;  // `same`: to 12 digits, or outside of where the statement speaks
  std::optional<Separation> separation;
  double gap = 0;  // distance of the intervals, relative to the largest end
  long precision = 0;
};

// Raises the precision until the enclosures are disjoint, or so tight that no difference is left to be found. A
// difference counts only where all conditions, and (unless `total`) the domains of both sides, certainly hold. No
// precision is begun after the deadline.
CertifiedDifference certify(const Statement& s, const Environment& e, bool total,
                            std::chrono::steady_clock::time_point deadline, long first_precision = 64);

}  // namespace skein
