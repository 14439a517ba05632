// Products of matrices and their generalisations: a sum over contracted indices of a product of entries.
#include <fmt/format.h>

#include <algorithm>

#include "onnx/operators.hpp"

namespace skein::onnx_import {
namespace {

void swap_last_axes(Array& a) {
  if (a.rank() < 2) malformed("it transposes a tensor of rank less than 2");
  std::swap(a.axes[a.rank() - 1], a.axes[a.rank() - 2]);
}

// From [rows, batch.., columns] to [batch.., rows, columns].
void batch_behind_rows(Array& a) {
  if (a.rank() < 3) malformed("it moves batch dimensions of a tensor of rank less than 3");
  std::rotate(a.axes.begin(), a.axes.begin() + 1, a.axes.end() - 1);
}

Ref scaled(DiagramBuilder& b, float factor, const Ref& x) {
  return factor == 1 ? x : b.add(Op::mul, {b.literal(Rational(factor)), x});
}

// numpy's matmul: a vector on the left is a row, on the right a column, and its axis disappears from the result.
Array matrix_product(Arrays& arrays, Array left, Array right) {
  DiagramBuilder& b = arrays.builder();
  if (left.rank() == 0 || right.rank() == 0) malformed("it multiplies a scalar as a matrix");
  const bool row = left.rank() == 1, column = right.rank() == 1;
  if (row) left.axes.insert(left.axes.begin(), arrays.fresh(size_constant(1)));
  if (column) right.axes.push_back(arrays.fresh(size_constant(1)));
  const Size inner = arrays.size(left, left.rank() - 1), other = arrays.size(right, right.rank() - 2);
  if (!(inner == other)) {
    const std::string what =
        fmt::format("the contracted dimensions {} and {} differ", skein::to_string(inner), skein::to_string(other));
    if (inner.is_constant() && other.is_constant()) malformed(what);
    unsupported(what + "; name equal dimensions alike, or fix them, when exporting");
  }
  const auto batch = [](const Array& a) { return Array{{}, {a.axes.begin(), a.axes.end() - 2}, a.kind}; };
  std::vector<Index> axes = arrays.common_axes({batch(left), batch(right)});
  const Index i = arrays.fresh(arrays.size(left, left.rank() - 2)),
              j = arrays.fresh(arrays.size(right, right.rank() - 1)), k = arrays.fresh(inner);
  const auto at = [&](const Array& a, Index row_index, Index column_index) {
    std::vector<Index> full(axes.end() - static_cast<std::ptrdiff_t>(a.rank() - 2), axes.end());
    full.insert(full.end(), {row_index, column_index});
    return arrays.broadcast(a, full);
  };
  const Ref product = b.add(Op::mul, {at(left, i, k), at(right, k, j)});
  if (!row) axes.push_back(i);
  if (!column) axes.push_back(j);
  return {b.reduce(Op::add, {k}, product), axes, left.kind};
}

void mat_mul(Call& call) { call.output(matrix_product(call.arrays, call.array(0), call.array(1))); }

void fused_mat_mul(Call& call) {
  Array left = call.array(0), right = call.array(1);
  if (call.integer("transBatchA", 0) != 0) batch_behind_rows(left);
  if (call.integer("transBatchB", 0) != 0) batch_behind_rows(right);
  if (call.integer("transA", 0) != 0) swap_last_axes(left);
  if (call.integer("transB", 0) != 0) swap_last_axes(right);
  Array product = matrix_product(call.arrays, left, right);
  product.term = scaled(call.builder, call.real("alpha", 1), product.term);
  call.output(std::move(product));
}

void gemm(Call& call) {
  Array left = call.array(0), right = call.array(1);
  if (left.rank() != 2 || right.rank() != 2) malformed("its factors are not matrices");
  if (call.integer("transA", 0) != 0) swap_last_axes(left);
  if (call.integer("transB", 0) != 0) swap_last_axes(right);
  Array product = matrix_product(call.arrays, left, right);
  product.term = scaled(call.builder, call.real("alpha", 1), product.term);
  if (call.has(2)) {
    const Ref bias = scaled(call.builder, call.real("beta", 1), call.arrays.broadcast(call.array(2), product.axes));
    product.term = call.builder.add(Op::add, {product.term, bias});
  }
  call.output(std::move(product));
}

// --- Einstein summation

// A label of an einsum: a letter, or a position from the right (-1, -2, ...) within the axes of an ellipsis.
using Label = int;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

// The labels of one operand; `ellipsis` is the number of axes that "..." stands for.
std::vector<Label> labels(const std::string& text, std::size_t ellipsis) {
  std::vector<Label> result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z');
    if (letter) {
      result.push_back(text[i]);
    } else if (text.compare(i, 3, "...") == 0) {
      for (std::size_t k = ellipsis; k > 0; --k) result.push_back(-static_cast<Label>(k));
      i += 2;
    } else {
      malformed(fmt::format("the equation contains '{}'", text));
    }
  }
  return result;
}

void einsum(Call& call) {
  Arrays& arrays = call.arrays;
  DiagramBuilder& b = call.builder;
  std::string equation = call.text("equation", "");
  std::erase(equation, ' ');
  const std::size_t arrow = equation.find("->");
  const std::vector<std::string> terms = split(equation.substr(0, arrow), ',');
  const std::vector<Array> operands = call.all_arrays();
  if (terms.size() != operands.size())
    malformed(fmt::format("its equation has {} operands, the node {}", terms.size(), operands.size()));

  std::vector<std::vector<Label>> operand_labels;
  std::size_t ellipsis = 0;  // the longest
  for (std::size_t n = 0; n < terms.size(); ++n) {
    const bool dots = terms[n].find("...") != std::string::npos;
    const std::size_t letters = terms[n].size() - (dots ? 3 : 0);
    if (operands[n].rank() < letters || (!dots && operands[n].rank() != letters))
      malformed(fmt::format("the operand '{}' of its equation does not fit rank {}", terms[n], operands[n].rank()));
    operand_labels.push_back(labels(terms[n], operands[n].rank() - letters));
    ellipsis = std::max(ellipsis, operands[n].rank() - letters);
  }

  // Every label is one index, of the broadcast size.
  std::map<Label, Size> sizes;
  std::map<Label, int> occurrences;
  for (std::size_t n = 0; n < operands.size(); ++n)
    for (std::size_t k = 0; k < operands[n].rank(); ++k) {
      const Label l = operand_labels[n][k];
      const auto [it, fresh] = sizes.try_emplace(l, arrays.size(operands[n], k));
      if (!fresh) it->second = arrays.common_size(it->second, arrays.size(operands[n], k));
      ++occurrences[l];
    }
  std::map<Label, Index> index;
  for (const auto& [l, size] : sizes) index[l] = arrays.fresh(size);

  std::vector<Label> result;
  if (arrow != std::string::npos) {
    result = labels(equation.substr(arrow + 2), ellipsis);
  } else {  // the ellipsis, then the letters that occur once, in alphabetical order
    for (std::size_t k = ellipsis; k > 0; --k) result.push_back(-static_cast<Label>(k));
    for (const auto& [l, count] : occurrences)
      if (l > 0 && count == 1) result.push_back(l);
  }
  Array output;
  for (Label l : result) {
    if (!index.contains(l)) malformed("the result of its equation has an index that no operand has");
    if (std::find(output.axes.begin(), output.axes.end(), index[l]) != output.axes.end())
      malformed("the result of its equation repeats an index");
    output.axes.push_back(index[l]);
  }
  std::vector<Index> contracted;
  for (const auto& [l, i] : index)
    if (std::find(output.axes.begin(), output.axes.end(), i) == output.axes.end()) contracted.push_back(i);

  std::vector<Ref> factors;
  for (std::size_t n = 0; n < operands.size(); ++n) {
    std::vector<IndexExpression> where;
    for (std::size_t k = 0; k < operands[n].rank(); ++k) {
      const Index i = index[operand_labels[n][k]];
      where.push_back(arrays.size(operands[n], k) == b.axis(i).size ? index_variable(i) : index_constant(0));
    }
    factors.push_back(arrays.read(operands[n], where));
  }
  output.term = factors.size() == 1 ? factors.front() : b.add(Op::mul, factors);
  if (!contracted.empty()) output.term = b.reduce(Op::add, contracted, output.term);
  call.output(std::move(output));
}

}  // namespace

std::vector<OperatorEntry> contraction_operators() {
  return {
      {"MatMul", mat_mul},
      {"Gemm", gemm},
      {"Einsum", einsum},
      {"com.microsoft.FusedMatMul", fused_mat_mul},
      {"com.microsoft.TransposeMatMul", fused_mat_mul},
  };
}

}  // namespace skein::onnx_import
