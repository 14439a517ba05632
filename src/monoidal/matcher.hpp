#pragma once
// Matcher: finds where a side of a rule occurs. Nothing here is trusted: what it proposes is made a Match by
// Match::make. It starts at the box of the rarest generator and follows wires from there; components of the side that
// hang together by nothing start anew at a rarest generator.
//
// Where boxes may be shared (deterministic ones) the side is looked for as a term: its boxes may coincide in the host
// and its inner wires be read from outside. The redex then says which boxes to split first.
#include <functional>

#include "monoidal/match.hpp"
#include "monoidal/move.hpp"

namespace skein::monoidal {

// A place to rewrite: after the moves (splits; none in symmetric and comonoid theories) the placement is a legal match.
struct Redex {
  std::vector<Move> moves;
  Placement placement;
};

class Matcher {
 public:
  using Visit = std::function<bool(const Redex&)>;  // false ends the search

  // The rule must live as long as the matcher.
  Matcher(const Rule& rule, Direction d);

  const Rule& rule() const { return *rule_; }
  Direction direction() const { return direction_; }
  // Calls `visit` for every redex, each once. `exits`: also all contexts where they are not unique, not only the one
  // where every consumer reads the first leg.
  void each(const OpenDiagram& host, const Visit& visit, bool exits = true) const;
  // Only those in which some box of the side lies on `box`.
  void each_at(const OpenDiagram& host, BoxId box, const Visit& visit, bool exits = true) const;
  std::optional<Redex> first(const OpenDiagram& host) const;

 private:
  struct Plan;  // an order in which to place the nodes and boxes of the side
  const Rule* rule_;
  Direction direction_;
  std::vector<std::shared_ptr<const Plan>> plans_;  // by the box of the side to start from
};

// Makes the moves, then the match, and rewrites. Throws IllTyped if that is not legal.
Trace apply(OpenDiagram& host, const Rule& rule, Direction d, const Redex& redex);

}  // namespace skein::monoidal
