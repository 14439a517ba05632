#pragma once
// Matching modulo sharing, where copying is natural: a side that occurs in the host as a term, its boxes perhaps
// coinciding or read from outside, becomes a match box by box once the deterministic boxes it lies on are split.
#include "monoidal/match.hpp"
#include "monoidal/move.hpp"

namespace skein::monoidal {

struct SplitHost {
  OpenDiagram host;  // after the moves
  std::vector<Move> moves;
  Placement placement;  // in it
};

// The splits that give each box of the side one of its own, and leave to a copy what reads inner wires from outside or
// leads to an input of the side. Empty if that needs a split of a box that is not deterministic; otherwise Match::make
// has the last word. Of several boxes of the side on one, the first takes the further consumers.
std::optional<SplitHost> split_for(const OpenDiagram& host, const RuleSide& side, const Placement& placement);

}  // namespace skein::monoidal
