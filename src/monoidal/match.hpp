#pragma once
// Match: an occurrence of one side of a rule in a host diagram, legal in the structure of the theory. The host is then
// a context with a hole that the side fills; rewriting fills the hole with the other side (double pushout).
//
// What is checked, for a morphism m from the side L to the host G:
//  - m maps boxes to different boxes of the same generators and respects ports and sorts;
//  - wires inside of L have no consumers in G but those in L (no dangling); only inputs of L may be identified with
//  each
//    other, and only where wires fan out;
//  - the context with the hole as one opaque box is acyclic: m is convex (Bonchi et al. part II), or weakly convex
//  where
//    wires fan out (Milosavljevic-Piedeleu-Zanasi, CALCO 2023).
// The context is not unique where an output wire of L is also an input, or two outputs: each further consumer of its
// image reads one of the outputs, or the wire as it was before the hole. `exits` says which; in a symmetric theory
// there is one context, and an identity wire of L splits its image.
//
// Sharing and discarding are no part of matching: moves (move.hpp) bring the host into the shape that L has.
#include "monoidal/rule.hpp"

namespace skein::monoidal {

inline constexpr std::uint32_t stays = 0xffffffff;  // in the place of an output leg: reads the wire before the hole

// A further consumer of an output wire and the output leg of the rule it reads.
struct Exit {
  Port consumer;
  std::uint32_t leg = 0;
  friend auto operator<=>(const Exit&, const Exit&) = default;
};

// Where a side is proposed to lie: images by number of its nodes and boxes, and choices. Consumers that are not listed
// read the first leg at their wire.
struct Placement {
  std::vector<NodeId> nodes;
  std::vector<BoxId> boxes;
  std::vector<Exit> exits;
  friend auto operator<=>(const Placement&, const Placement&) = default;
};

class Match {
 public:
  // The only maker. The host must be valid (valid.hpp). Empty if the placement is no legal match; then *why, if given,
  // is one sentence. The rule must live as long as the match. Costs the size of the side and the consumers of its
  // outputs, and, unless the side connects (RuleSide::connects), the part of the host that its outputs reach.
  static std::optional<Match> make(const OpenDiagram& host, const Rule& rule, Direction d, Placement placement,
                                   std::string* why = nullptr);

  const Rule& rule() const { return *rule_; }
  Direction direction() const { return direction_; }
  const Placement& placement() const { return placement_; }
  std::uint64_t revision() const { return revision_; }  // of the host that it was made for
  // All further consumers of output wires that read a leg, each with its leg.
  const std::vector<Exit>& moved() const { return moved_; }

 private:
  Match() = default;
  const Rule* rule_ = nullptr;
  Direction direction_ = Direction::forward;
  Placement placement_;
  std::vector<Exit> moved_;
  std::uint64_t revision_ = 0;
};

// Where the other side came to lie: the comatch of the double pushout.
struct Trace {
  std::vector<NodeId> nodes;
  std::vector<BoxId> boxes;
};

// Replaces the matched side by the other one. New nodes, then new boxes, get the next numbers in the order of the
// rule's. Throws std::logic_error if the host has changed since the match was made.
Trace rewrite(OpenDiagram& host, const Match& m);

}  // namespace skein::monoidal
