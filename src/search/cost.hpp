#pragma once
// Cost of a diagram, as formulas in its size variables (Abbott and Zardini, arXiv 2412.03317, section 2: an operator's
// count times the sizes of the axes that it is broadcast over). A kernel is a box together with the boxes whose values
// it alone reads, entry by entry: those are never stored. What a kernel leaves behind is an intermediate array, unless
// it is an output.
//
//   operations  floating-point operations: a product of matrices i,k and k,j takes 2ikj; a transcendental function
//               counts 4, views, guards, constants 0
//   bytes       of all intermediate arrays together, four for each element
//   peak        of the intermediate arrays alive at one time, kernels in the order of the diagram: the maximum of these
#include <set>

#include "diagram/diagram.hpp"

namespace skein {

struct Cost {
  Size operations, bytes;
  std::vector<Size> peak;  // no one of them is dominated by another; empty: nothing is stored
};

enum class Measure : std::uint8_t { operations, bytes, peak };
const char* to_string(Measure m);

// Wires that depend on no array but `constants` (weights that are known when the model is compiled) cost nothing.
Cost cost(const DiagramBuilder& b, const std::vector<Ref>& outputs, const std::set<Symbol>& constants = {});

// Values at sizes, all of which must be given.
struct CostValue {
  double operations = 0, bytes = 0, peak = 0;
  double of(Measure m) const { return m == Measure::operations ? operations : m == Measure::bytes ? bytes : peak; }
};
CostValue evaluate(const Cost& c, const std::map<Symbol, Integer>& sizes);
// A formula for people: "2*q*k*d + q*k", "max(..., ...)".
std::string formula(const Cost& c, Measure m);

}  // namespace skein
