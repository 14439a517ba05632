#pragma once
// The tokens of certificates: names, sizes and index expressions as text without spaces, read back exactly.
//   name    letters, digits after the first, _ and .; all else as %XX
//   size    -3*n*m+2*k+1
//   index   like a size, with $k for index number k and {e/s} for e div s
#include "kernel/judgement.hpp"

namespace skein::text {

inline constexpr std::size_t longest_number = 100'000;  // digits; far more than the language reads

std::string write(Symbol s);
std::string write(const Size& s);
std::string write(const IndexExpression& e, const std::function<std::uint32_t(Index)>& number);
std::string write(const Axis& a);  // name:size

// Each throws Rejected if the text is not exactly one such token.
Symbol read_name(std::string_view t);
Size read_size(std::string_view t);
Axis read_axis(std::string_view t);
IndexExpression read_index(std::string_view t, const std::vector<Index>& indices);
Rational read_rational(std::string_view t);
std::uint32_t read_number(std::string_view t);
std::vector<std::string_view> split(std::string_view t, char separator);  // of the empty text: nothing

}  // namespace skein::text
