#pragma once
// Search for short proofs: breadth first from both sides of a claim, over diagrams up to isomorphism, until a diagram
// is reached from both.
#include <chrono>

#include "tactics/derivation.hpp"

namespace skein::monoidal {

struct SearchLimits {
  unsigned depth = 4;  // rewrites on both sides together
  std::size_t states = 20'000;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct Meeting {
  Derivation left, right;  // their diagrams are isomorphic
};

struct SearchResult {
  std::optional<Meeting> found;  // with the fewest rewrites
  bool exhausted = true;         // no limit but the depth was reached
  std::size_t states = 0;
};

// Goes on from the two derivations, on either side by its rules.
SearchResult search(const Derivation& left, const Derivation& right, std::span<const OrientedRule> left_rules,
                    std::span<const OrientedRule> right_rules, const SearchLimits& limits);

}  // namespace skein::monoidal
