#pragma once
// Canonical form of a Diagram: a numbering of its boxes, of their local indices and of their inputs that depends only
// on the isomorphism class, and the text written with it. Two diagrams have one text iff they are isomorphic: names of
// axes, of inputs (matched by position) and of outputs, the order of unordered inputs, of bound indices and of guards
// and the numbers of noise sources leave no trace in it. The text is the same in every run and on every machine.
#include <cstddef>
#include <string>
#include <vector>

#include "diagram/diagram.hpp"

namespace skein {

struct CanonicalForm {
  std::string text;
  std::vector<WireId> order;                       // box number k of the text is box order[k] of the diagram
  std::vector<std::vector<std::uint32_t>> rank;    // per box of the diagram: local index -> its number in the text
  std::vector<std::vector<std::uint32_t>> inputs;  // per box of the diagram: its inputs in the order of the text
};

CanonicalForm canonical_form(const Diagram& d);
// The same where at most so many alternatives are tried; beyond them ties are broken as they come. Two diagrams with
// one text are isomorphic still, but isomorphic ones may then have two texts.
CanonicalForm numbered_form(const Diagram& d, std::size_t alternatives);

}  // namespace skein
