#pragma once
// The meaning of ONNX operators. A Call is one node with the values of its inputs; an operator's translation reads them
// and sets the values of the outputs. The translations live in one file per family and meet in the table find_operator.
#include <functional>
#include <string_view>

#include "onnx/arrays.hpp"
#include "onnx/formulas.hpp"

namespace skein::onnx_import {

class Call {
 public:
  Call(Arrays& arrays, const Node& node, std::int64_t opset, std::vector<const Value*> inputs,
       std::vector<std::string>& notes)
      : arrays(arrays),
        builder(arrays.builder()),
        node(node),
        opset(opset),
        inputs_(std::move(inputs)),
        notes_(notes),
        outputs_(node.outputs.size()) {}

  Arrays& arrays;
  DiagramBuilder& builder;
  const Node& node;
  const std::int64_t opset;

  // --- inputs; a missing required one is malformed
  std::size_t input_count() const { return inputs_.size(); }
  bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  const Value& input(std::size_t i) const;
  Array array(std::size_t i) const;
  std::vector<Array> all_arrays() const;
  bool is_shape(std::size_t i) const { return has(i) && std::holds_alternative<ShapeTensor>(*inputs_[i]); }
  bool all_shapes() const;
  // An integer tensor that is known at import.
  const ShapeTensor& shape(std::size_t i) const;
  std::vector<std::int64_t> integers(std::size_t i) const;
  Rational constant(std::size_t i) const;

  // --- attributes
  const Attribute* attribute(const std::string& name, Attribute::Type type) const;
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  float real(const std::string& name, float otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  std::optional<std::vector<std::int64_t>> integers(const std::string& name) const;
  // A list of axes that moved from an attribute to an input between versions.
  std::optional<std::vector<std::int64_t>> attribute_or_input(const std::string& name, std::size_t i) const;

  // --- outputs
  std::size_t output_count() const { return outputs_.size(); }
  void output(std::size_t i, Value value);
  void output(Value value) { output(0, std::move(value)); }
  void note(const std::string& text) { notes_.push_back(text); }
  const std::vector<std::optional<Value>>& outputs() const { return outputs_; }

 private:
  std::vector<const Value*> inputs_;
  std::vector<std::string>& notes_;
  std::vector<std::optional<Value>> outputs_;
};

using Operator = void (*)(Call&);
struct OperatorEntry {
  std::string_view name;  // with its domain unless standard: "com.microsoft.Gelu"
  Operator translate;
};

// One table per family.
std::vector<OperatorEntry> pointwise_operators();    // elementwise arithmetic, comparisons, activations
std::vector<OperatorEntry> reduction_operators();    // reductions, softmax, normalisations
std::vector<OperatorEntry> contraction_operators();  // products of matrices and their generalisations
std::vector<OperatorEntry> window_operators();       // convolution and pooling
std::vector<OperatorEntry> recurrent_operators();    // LSTM and GRU, written out
std::vector<OperatorEntry> layout_operators();       // axes renamed, split, merged; entries picked
std::vector<OperatorEntry> piece_operators();        // axes cut into pieces, joined, padded
std::vector<OperatorEntry> shape_operators();        // what makes integer tensors

Operator find_operator(const Node& node);  // null if there is none

// The array read at its own axes, for a read that changes only some.
std::vector<IndexExpression> at_own_axes(const Array& a);

// Arithmetic on ShapeTensors, which layout and pointwise operators share.
std::vector<std::int64_t> common_shape(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b);
// The tensor of this shape whose entry at a position is the source's entry at f(position).
ShapeTensor rearranged(const ShapeTensor& source, const std::vector<std::int64_t>& shape,
                       const std::function<std::size_t(const std::vector<std::int64_t>&)>& f);
ShapeTensor stretched(const ShapeTensor& t, const std::vector<std::int64_t>& shape);
void shape_arithmetic(Call& call);  // the node's operator on ShapeTensors

}  // namespace skein::onnx_import
