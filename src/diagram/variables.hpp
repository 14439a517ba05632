#pragma once
// The size variables of sizes, index expressions and diagrams.
#include <set>

#include "diagram/diagram.hpp"

namespace skein {

void collect_variables(const Size& s, std::set<Symbol>& out);
void collect_variables(const IndexExpression& e, std::set<Symbol>& out);
// All that a diagram mentions, on its boundary, inside or in its hypotheses.
std::set<Symbol> size_variables(const Diagram& d);

}  // namespace skein
