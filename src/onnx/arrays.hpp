#pragma once
// The values that flow through an ONNX graph while it is read. An Array is a term of the diagram with ONNX's axes by
// position: axis k is read at index axes[k]; a term that does not mention the index is constant along the axis, which
// is how broadcasting and axes of size one look here. A ShapeTensor is a small integer or boolean tensor whose entries
// are known size polynomials: what Shape and the arithmetic after it compute.
#include <optional>
#include <variant>

#include "onnx/file.hpp"

namespace skein::onnx_import {

struct Array {
  Ref term;
  std::vector<Index> axes;  // pairwise different; every index of the term is among them
  ElementKind kind = ElementKind::real;

  std::size_t rank() const { return axes.size(); }
};

struct ShapeTensor {
  std::vector<std::int64_t> shape;
  std::vector<Size> entries;  // C order; a boolean is 0 or 1
  ElementKind kind = ElementKind::integer;

  std::size_t rank() const { return shape.size(); }
};

using Value = std::variant<Array, ShapeTensor>;

[[noreturn]] void malformed(const std::string& what);
[[noreturn]] void unsupported(const std::string& what);

// An axis given from the front or, negative, from the back.
std::size_t axis_position(std::int64_t axis, std::size_t rank);
std::optional<std::int64_t> small_integer(const Size& s);
std::string to_string(const std::vector<Size>& shape);
std::size_t flat_position(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& at);
// The affine function of the position, given by an index for each axis, that the entries are, if they are one.
std::optional<IndexExpression> affine(const ShapeTensor& t, const std::vector<Index>& position);

// Terms with positional axes over one DiagramBuilder.
class Arrays {
 public:
  explicit Arrays(const SizeContext& sizes) : sizes_(sizes) {}
  Arrays(const Arrays&) = delete;
  Arrays& operator=(const Arrays&) = delete;

  DiagramBuilder& builder() { return builder_; }
  const SizeContext& sizes() const { return sizes_; }

  Index fresh(const Size& size);
  const Size& size(const Array& a, std::size_t axis) const { return builder_.axis(a.axes.at(axis)).size; }
  std::vector<Size> shape(const Array& a) const;
  bool is_unit(const Size& s) const { return s == size_constant(1); }

  // The term with axis k read at where[k], quotients simplified by the ranges of the indices.
  Ref read(const Array& a, const std::vector<IndexExpression>& where);
  // The term aligned at the right with `axes`; axes of size one are read at 0 against larger ones.
  Ref broadcast(const Array& a, const std::vector<Index>& axes);
  // Fresh axes of the shape to which all arrays broadcast.
  std::vector<Index> common_axes(const std::vector<Array>& arrays);
  Size common_size(const Size& a, const Size& b) const;
  Array elementwise(Op op, const std::vector<Array>& arrays);

  Array literal(const Rational& value) { return {builder_.literal(value), {}, ElementKind::real}; }
  // A float as the real number it is: a literal, or minus infinity.
  Ref number(double value);
  Ref truth(bool value);
  // A ShapeTensor as an array.
  Array array(const ShapeTensor& t);
  // A stored tensor that is no weight: a single real number, or integers and booleans.
  Value stored(const StoredTensor& t);
  // The value of an array that is one literal everywhere.
  std::optional<Rational> constant(const Array& a) const;
  // The array with the same entries in C order under another shape, whose product is the same polynomial.
  Array reshape(const Array& a, const std::vector<Size>& shape);
  // Requested dimensions with 0 (copy, unless allow_zero) and -1 (infer) filled in.
  std::vector<Size> resolve_shape(const std::vector<Size>& from, const ShapeTensor& requested, bool allow_zero) const;

 private:
  const SizeContext& sizes_;
  DiagramBuilder builder_;
};

}  // namespace skein::onnx_import
