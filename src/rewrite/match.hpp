#pragma once
// Matching: the places where a side of a theorem occurs in a diagram, up to the lift (free indices of the host that the
// theorem does not speak of), order of unordered inputs, and grouping of the inputs of n-ary boxes. A match is an
// assignment of host terms to the theorem's arrays and of sizes to its size variables; what comes out is the rewrite
// that the kernel made of it, so a wrong match is no match. Sides with views, guards or opaque boxes are not matched.
#include <bitset>

#include "rewrite/normalise.hpp"

namespace skein {

enum class Direction : std::uint8_t { forward, backward };  // from the left side to the right one, or back

using OperatorSet = std::bitset<64>;
OperatorSet operator_of(const Box& box);  // none for an array

class Matcher {
 public:
  Matcher(Kernel& k, std::chrono::steady_clock::time_point deadline) : k_(k), n_(k, deadline) {}

  // Whether a side can be matched at all, and determines the other: it reads every array and names every size.
  static bool usable(const Statement& s, Direction d);
  // The operators of a side, as a set: a host that lacks one of them has no match.
  static OperatorSet operators(const Statement& s, Direction d);
  // The rewrites of `host` by instances of the theorem, each once, at most `limit`.
  std::vector<Rewrite> rewrites(const Ref& host, const Theorem& t, Direction d, std::size_t limit = 32);
  Rewriter& rewriter() { return n_.rewriter(); }

 private:
  struct Assignment;
  class Search;
  std::optional<Rewrite> apply(const Ref& host, const std::vector<Ref>& rest, const Theorem& t, Direction d,
                               const Assignment& a);
  std::optional<Rewrite> align(const Ref& host, const Ref& target);

  Kernel& k_;
  Normaliser n_;
};

}  // namespace skein
