#pragma once
// The lines of certificates of monoidal theories, written and read back exactly. Names are tokens of kernel/text.hpp, a
// diagram and a step take one line each:
//   diagram   A A B | f 0 > 2 | 0 1 > 2 1      objects of the wires, boxes as  generator sources > targets, boundary
//   rule use  left assoc forward 0 4 2 | 1 0 | 3.0:1 out.2:-     wires, boxes, consumers with their exits (- stays)
//   move      left share 4 7   drop 4   insert f 1 2   split 4 5.0 out.1
//   pairing   0 2 1 | 1 0                      images of the wires and of the boxes
#include <string>
#include <string_view>

#include "kernel/judgement.hpp"
#include "monoidal/isomorphism.hpp"
#include "monoidal/step.hpp"

namespace skein::monoidal {

enum class Side : std::uint8_t { left, right };

// Writing needs diagrams and pairings that are numbered from 0 without gaps; renumbered() makes such.
std::string write(const OpenDiagram& d);
std::string write(const Signature& s, const Generator& g);  // generator f A B > C, or: deterministic ...
std::string write(const Rule& r);                           // three lines: its name and == or =>, its sides
std::string write(const Signature& s, Side side, const Step& step);
std::string write(const Isomorphism& i);

// Reading throws Rejected with one sentence. Numbers may name what does not exist: that is for the checks to find.
OpenDiagram read_diagram(const SignaturePtr& s, std::string_view line);
std::pair<Side, Step> read_step(const Signature& s, std::string_view line);
Isomorphism read_isomorphism(std::string_view line);
// The tokens of a line, separated by single spaces.
std::vector<std::string_view> tokens_of(std::string_view line);

}  // namespace skein::monoidal
