#pragma once
// Printer of string diagrams as expressions of the language, layer by layer; reading one back gives an isomorphic
// diagram.
#include <string>

#include "monoidal/open_diagram.hpp"

namespace skein {

std::string print_term(const monoidal::OpenDiagram& d);

}  // namespace skein
