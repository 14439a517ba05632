#pragma once
// The search for an isomorphism of open diagrams. It spreads from the boundary: a wire determines its producer, a box
// its wires, and where wires do not fan out a wire determines its consumer; so whatever is connected to the boundary of
// a monogamous diagram, and whatever an output depends on in any, is paired in linear time without choice. For the rest
// (scalars, boxes that nobody reads) colours are refined and the search branches over boxes of equal colour.
#include "monoidal/isomorphism.hpp"

namespace skein::monoidal {

struct IsomorphismSearch {
  enum class Outcome : std::uint8_t { found, none, gave_up };
  Outcome outcome = Outcome::none;
  Isomorphism isomorphism;  // if found; checked by no_isomorphism
};

// Gives up after `limit` choices.
IsomorphismSearch search_isomorphism(const OpenDiagram& left, const OpenDiagram& right, std::size_t limit = 10'000);
// Throws std::runtime_error if the search gives up.
std::optional<Isomorphism> find_isomorphism(const OpenDiagram& left, const OpenDiagram& right);

}  // namespace skein::monoidal
