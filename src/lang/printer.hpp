#pragma once
// Printer: a diagram as the canonical .skn text of a def: every box once, shared and large wires as statements. Reading
// the text gives the same diagram: the same boxes up to names of indices.
#include <string>
#include <string_view>

#include "diagram/diagram.hpp"

namespace skein {

std::string print_diagram(const Diagram& d, std::string_view name);
inline std::string print_diagram(const Diagram& d, Symbol name) {
  return print_diagram(d, std::string_view(name.text()));
}

// s >= 0 as it is said in a header, the negative terms on the other side.
std::string print_nonnegative(const Size& s);

}  // namespace skein
