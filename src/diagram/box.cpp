#include "diagram/box.hpp"

#include <array>

namespace skein {
namespace {

constexpr std::array<OpInfo, 25> table{{
    {Op::input, "input", 0, false, false},
    {Op::literal, "literal", 0, false, true},
    {Op::neg_inf, "neg_inf", 0, false, true},
    {Op::size_value, "size", 0, false, true},
    {Op::index_value, "index", 0, false, true},
    {Op::add, "add", -1, true, true},
    {Op::mul, "mul", -1, true, true},
    {Op::max, "max", -1, true, true},
    {Op::min, "min", -1, true, true},
    {Op::conj, "and", -1, true, true},
    {Op::disj, "or", -1, true, true},
    {Op::negate, "not", 1, false, true},
    {Op::inv, "inv", 1, false, true},
    {Op::exp, "exp", 1, false, true},
    {Op::log, "log", 1, false, true},
    {Op::sqrt, "sqrt", 1, false, true},
    {Op::erf, "erf", 1, false, true},
    {Op::sin, "sin", 1, false, true},
    {Op::cos, "cos", 1, false, true},
    {Op::less, "less", 2, false, true},
    {Op::less_equal, "less_equal", 2, false, true},
    {Op::equal, "equal", 2, false, true},
    {Op::where, "where", 3, false, true},
    {Op::fin, "fin", 1, false, true},
    {Op::reduce, "reduce", 1, false, false},
}};
constexpr std::array<OpInfo, 3> rest{{
    {Op::view, "view", 1, false, false},
    {Op::cases, "cases", 2, false, true},
    {Op::opaque, "opaque", -1, false, true},
}};

}  // namespace

const OpInfo& info(Op op) {
  auto i = static_cast<std::size_t>(op);
  return i < table.size() ? table[i] : rest[i - table.size()];
}

const OpInfo* find_op(std::string_view name) {
  for (const OpInfo& o : table)
    if (name == o.name) return &o;
  for (const OpInfo& o : rest)
    if (name == o.name) return &o;
  return nullptr;
}

}  // namespace skein
