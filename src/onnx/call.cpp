#include <fmt/format.h>

#include "onnx/operators.hpp"

namespace skein::onnx_import {

const Value& Call::input(std::size_t i) const {
  if (!has(i)) malformed(fmt::format("its input {} is missing", i));
  return *inputs_[i];
}

Array Call::array(std::size_t i) const {
  const Value& value = input(i);
  if (const auto* a = std::get_if<Array>(&value)) return *a;
  return arrays.array(std::get<ShapeTensor>(value));
}

std::vector<Array> Call::all_arrays() const {
  std::vector<Array> result;
  for (std::size_t i = 0; i < input_count(); ++i) result.push_back(array(i));
  if (result.empty()) malformed("it has no inputs");
  return result;
}

bool Call::all_shapes() const {
  for (std::size_t i = 0; i < input_count(); ++i)
    if (has(i) && !is_shape(i)) return false;
  return input_count() > 0;
}

const ShapeTensor& Call::shape(std::size_t i) const {
  const auto* t = std::get_if<ShapeTensor>(&input(i));
  if (t == nullptr)
    unsupported(
        fmt::format("its input {} ('{}') is computed from data, but has to be an integer tensor known from sizes and "
                    "constants",
                    i, node.inputs[i]));
  return *t;
}

std::vector<std::int64_t> Call::integers(std::size_t i) const {
  std::vector<std::int64_t> result;
  for (const Size& e : shape(i).entries) {
    const auto n = small_integer(e);
    if (!n)
      unsupported(fmt::format("its input {} depends on a size ({}), but has to be constant", i, skein::to_string(e)));
    result.push_back(*n);
  }
  return result;
}

Rational Call::constant(std::size_t i) const {
  const auto value = arrays.constant(array(i));
  if (!value) unsupported(fmt::format("its input {} has to be a constant", i));
  return *value;
}

const Attribute* Call::attribute(const std::string& name, Attribute::Type type) const {
  const auto it = node.attributes.find(name);
  if (it == node.attributes.end()) return nullptr;
  // An empty list may have been written without a type.
  if (it->second.type == Attribute::Type::other && type == Attribute::Type::integers) return nullptr;
  if (it->second.type != type) malformed(fmt::format("attribute '{}' has a wrong type", name));
  return &it->second;
}

std::int64_t Call::integer(const std::string& name, std::int64_t otherwise) const {
  const Attribute* a = attribute(name, Attribute::Type::integer);
  return a != nullptr ? a->integer : otherwise;
}

float Call::real(const std::string& name, float otherwise) const {
  const Attribute* a = attribute(name, Attribute::Type::real);
  const float x = a != nullptr ? a->real : otherwise;
  if (!(x - x == 0)) malformed(fmt::format("attribute '{}' is not a finite number", name));
  return x;
}

std::string Call::text(const std::string& name, const std::string& otherwise) const {
  const Attribute* a = attribute(name, Attribute::Type::text);
  return a != nullptr ? a->text : otherwise;
}

std::optional<std::vector<std::int64_t>> Call::integers(const std::string& name) const {
  const Attribute* a = attribute(name, Attribute::Type::integers);
  if (a == nullptr) return std::nullopt;
  return a->integers;
}

std::optional<std::vector<std::int64_t>> Call::attribute_or_input(const std::string& name, std::size_t i) const {
  if (const auto given = integers(name)) return given;
  if (has(i)) return integers(i);
  return std::nullopt;
}

void Call::output(std::size_t i, Value value) {
  if (i < outputs_.size()) outputs_[i] = std::move(value);
}

Operator find_operator(const Node& node) {
  static const auto table = [] {
    std::map<std::string_view, Operator> all;
    for (const auto& family :
         {pointwise_operators(), reduction_operators(), contraction_operators(), window_operators(),
          recurrent_operators(), piece_operators(), layout_operators(), shape_operators()})
      for (const OperatorEntry& e : family) all.emplace(e.name, e.translate);
    return all;
  }();
  const auto it = table.find(node.domain.empty() ? node.op : node.domain + "." + node.op);
  return it == table.end() ? nullptr : it->second;
}

}  // namespace skein::onnx_import
