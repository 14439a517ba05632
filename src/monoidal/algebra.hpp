#pragma once
// The algebra of string diagrams: the constants and the two compositions of the free category on a signature. Equal
// expressions give isomorphic diagrams; in the structures with copying that includes the laws of the comonoids.
#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

OpenDiagram generator(const SignaturePtr& s, GeneratorId g);
OpenDiagram identity(const SignaturePtr& s, const Word& w);
OpenDiagram swap(const SignaturePtr& s, const Word& left, const Word& right);  // left * right -> right * left
// Output k is input sources[k]: all permutations, copies and discards. Throws IllTyped unless it is a permutation where
// wires do not fan out.
OpenDiagram rewiring(const SignaturePtr& s, const Word& inputs, std::span<const std::uint32_t> sources);
OpenDiagram copy(const SignaturePtr& s, const Word& w);     // w -> w * w
OpenDiagram discard(const SignaturePtr& s, const Word& w);  // w -> ()

// first ; second. Throws IllTyped with both types unless they fit.
OpenDiagram compose(const OpenDiagram& first, const OpenDiagram& second);
// left * right
OpenDiagram tensor(const OpenDiagram& left, const OpenDiagram& right);

// The image of `d` under the functor into the diagrams over `s` that has these values at sorts and generators. Throws
// IllTyped, naming the generator, unless its diagram has the type that its ports become.
OpenDiagram substitute(const OpenDiagram& d, const SignaturePtr& s, std::span<const Word> objects,
                       std::span<const OpenDiagram> generators);

}  // namespace skein::monoidal
