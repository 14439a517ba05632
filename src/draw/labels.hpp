#pragma once
// Labels: numbers, operators and index expressions as a picture writes them. Unlike the printer's, this text is for
// people alone: remainders and quotients of indices are written as such, numbers are rounded.
#include <functional>
#include <string>

#include "diagram/box.hpp"

namespace skein {

using IndexNames = std::function<std::string(Index)>;

std::string label(const Rational& r);  // short fractions are exact; what was a floating-point number has four digits
const char* label(Op op);
const char* fold_label(Op fold);
std::string label(const IndexExpression& e, const IndexNames& name);        // i mod s, ⌊i/s⌋
std::string guard_label(const IndexExpression& e, const IndexNames& name);  // e >= 0 without minus signs: j ≤ i

}  // namespace skein
