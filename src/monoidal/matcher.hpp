#pragma once
// Matcher: finds where a side of a rule occurs. Nothing here is trusted: what it proposes is made a Match by
// Match::make. It starts at the box of the rarest generator and follows wires from there; each component of the side
// that no wire joins to the others starts anew at its rarest generator.
//
// Where boxes may be shared (deterministic ones) the side is looked for as a term: its boxes may coincide in the host
// and its inner wires be read from outside. The redex then says which boxes to split first. All consumers of an output
// are rewritten, except those on which an input of the side depends.
#include <functional>

#include "monoidal/match.hpp"
#include "monoidal/move.hpp"

namespace skein::monoidal {

// A place to rewrite: after the moves (splits; none in symmetric and comonoid theories) the placement is a legal match.
struct Redex {
  std::vector<Move> moves;
  Placement placement;
  std::optional<Match> match;  // if there are no moves
};

class Matcher {
 public:
  using Visit = std::function<bool(const Redex&)>;  // false ends the search

  // The rule must live as long as the matcher.
  Matcher(const Rule& rule, Direction d);
  ~Matcher();
  Matcher(Matcher&&) noexcept;

  const Rule& rule() const { return *rule_; }
  Direction direction() const { return direction_; }
  // Calls `visit` for every redex, and for every context where the context is not unique, first the one where all
  // consumers read the first leg of their wire.
  void each(const OpenDiagram& host, const Visit& visit) const;
  // Only those in which some box of the side lies on `box`.
  void each_at(const OpenDiagram& host, BoxId box, const Visit& visit) const;
  std::optional<Redex> first(const OpenDiagram& host) const;

 private:
  struct Plan;
  const Rule* rule_;
  Direction direction_;
  std::unique_ptr<const Plan> plan_;
};

// Makes the moves, then the match, and rewrites. Throws IllTyped if that is not legal.
Trace apply(OpenDiagram& host, const Rule& rule, Direction d, const Redex& redex);

}  // namespace skein::monoidal
