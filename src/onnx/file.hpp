#pragma once
// The contents of an ONNX file as plain data: one acyclic graph of named nodes with its inputs, stored tensors and
// outputs. Reading checks everything that can be said without knowing an operator: the wire format, tensor lengths,
// uniqueness of names. Protocol buffers do not appear outside of file.cpp.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "onnx/import.hpp"

namespace skein::onnx_import {

// A stored tensor. Reals are exact (float types convert to double without rounding); integers and booleans are kept
// apart because an int64 need not fit a double.
struct StoredTensor {
  std::vector<std::int64_t> shape;
  ElementKind kind = ElementKind::real;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;

  std::size_t count() const { return kind == ElementKind::real ? reals.size() : integers.size(); }
};

struct Attribute {
  enum class Type : std::uint8_t { integer, real, text, integers, reals, tensor, other };
  Type type = Type::other;
  std::int64_t integer = 0;
  float real = 0;
  std::string text;
  std::vector<std::int64_t> integers;
  std::vector<float> reals;
  std::shared_ptr<const StoredTensor> tensor;
};

struct Node {
  std::string name;
  std::string op;
  std::string domain;               // empty for the standard operators
  std::vector<std::string> inputs;  // an empty name is an omitted input
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;
};

struct Dimension {
  std::optional<std::int64_t> value;
  std::string parameter;  // empty if the dimension is unnamed
};

struct GraphInput {
  std::string name;
  std::optional<ElementKind> kind;  // empty for types that are no tensors of numbers
  std::optional<std::vector<Dimension>> shape;
};

struct File {
  std::map<std::string, std::int64_t> opsets;  // by domain
  std::vector<GraphInput> inputs;              // those without a stored tensor
  std::vector<std::string> initializer_order;
  std::map<std::string, StoredTensor> initializers;
  std::vector<Node> nodes;
  std::vector<std::string> outputs;
};

File read_file(const std::string& path);

// The nodes that an output depends on, producers first, otherwise in the order of the file. Throws on a cycle and on a
// name that nothing defines.
std::vector<const Node*> schedule(const File& file);

// "node 'name' (Op)", for messages.
std::string describe(const Node& node);

}  // namespace skein::onnx_import
