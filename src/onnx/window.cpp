// Operators that slide a window over the spatial axes: convolution and pooling.
#include <fmt/format.h>

#include "onnx/operators.hpp"

namespace skein::onnx_import {
namespace {

IndexExpression times(const IndexExpression& e, std::int64_t n) { return index_constant(static_cast<long>(n)) * e; }

Size floor_or_exact(const Size& numerator, std::int64_t denominator, bool round_up) {
  if (numerator.is_constant()) {
    Integer q;
    const Integer d(static_cast<long>(denominator));
    const Integer n = numerator.constant_term();
    if (round_up)
      mpz_cdiv_q(q.get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
    else
      mpz_fdiv_q(q.get_mpz_t(), n.get_mpz_t(), d.get_mpz_t());
    return Size::constant(q);
  }
  const auto q = divide_exactly(numerator, size_constant(static_cast<long>(denominator)));
  if (!q)
    unsupported(
        fmt::format("{} is not divisible by the stride {} for all sizes", skein::to_string(numerator), denominator));
  return *q;
}

// How windows lie on the spatial axes of an input: output position y and window position w read at
// stride*y + dilation*w - padding, which may be outside.
struct Windows {
  std::vector<Index> output, window;
  std::vector<IndexExpression> where;   // one for each spatial axis
  std::vector<IndexExpression> inside;  // the guard: each >= 0; empty if no window reaches over an edge
};

std::vector<std::int64_t> list(Call& call, const char* name, std::size_t count, std::int64_t otherwise) {
  auto given = call.integers(name);
  if (!given) return std::vector<std::int64_t>(count, otherwise);
  if (given->size() != count)
    malformed(fmt::format("attribute '{}' has {} entries and needs {}", name, given->size(), count));
  for (std::int64_t n : *given)
    if (n < 0 || n > (1 << 30)) malformed(fmt::format("attribute '{}' contains {}", name, n));
  return *given;
}

Windows windows(Call& call, const std::vector<Size>& spatial, const std::vector<std::int64_t>& kernel) {
  const std::size_t n = spatial.size();
  const auto strides = list(call, "strides", n, 1), dilations = list(call, "dilations", n, 1);
  auto pads = list(call, "pads", 2 * n, 0);
  const bool round_up = call.integer("ceil_mode", 0) != 0;
  const std::string automatic = call.text("auto_pad", "NOTSET");
  Windows result;
  const IndexRanges ranges(call.arrays.sizes(), call.builder.size_of());
  for (std::size_t s = 0; s < n; ++s) {
    if (strides[s] < 1 || dilations[s] < 1 || kernel[s] < 1)
      malformed("a stride, dilation or window size is not positive");
    const std::int64_t reach = dilations[s] * (kernel[s] - 1) + 1;
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      const auto size = small_integer(spatial[s]);
      if (!size && strides[s] != 1) unsupported("automatic padding of a symbolic size with a stride");
      const std::int64_t out = size ? (*size + strides[s] - 1) / strides[s] : 0;
      const std::int64_t total = size ? std::max<std::int64_t>(0, (out - 1) * strides[s] + reach - *size) : reach - 1;
      pads[s] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      pads[n + s] = total - pads[s];
    } else if (automatic == "VALID") {
      pads[s] = pads[n + s] = 0;
    } else if (automatic != "NOTSET" && !automatic.empty()) {
      malformed(fmt::format("the padding '{}' is not known", automatic));
    }
    const Size room = spatial[s] + size_constant(static_cast<long>(pads[s] + pads[n + s] - reach));
    if (!call.arrays.sizes().nonnegative(room))
      unsupported(
          fmt::format("a window of {} entries is not proved to fit into {}", reach, skein::to_string(spatial[s])));
    Size out = floor_or_exact(room, strides[s], round_up) + size_constant(1);
    // A window that would start in the padding at the end is left out.
    if (const auto count = small_integer(out), size = small_integer(spatial[s]); round_up && count && size)
      if ((*count - 1) * strides[s] >= *size + pads[s]) out = out - size_constant(1);
    const Index y = call.arrays.fresh(out);
    const Index w = call.arrays.fresh(size_constant(static_cast<long>(kernel[s])));
    const IndexExpression e = times(index_variable(y), strides[s]) + times(index_variable(w), dilations[s]) -
                              index_constant(static_cast<long>(pads[s]));
    const IndexExpression rest = index_size(spatial[s]) - index_constant(1) - e;
    if (!ranges.nonnegative(e)) result.inside.push_back(e);
    if (!ranges.nonnegative(rest)) result.inside.push_back(rest);
    result.output.push_back(y);
    result.window.push_back(w);
    result.where.push_back(e);
  }
  return result;
}

Ref guarded(DiagramBuilder& b, const Windows& w, const Ref& inside, const Ref& outside) {
  return w.inside.empty() ? inside : b.cases(w.inside, inside, outside);
}

std::vector<Size> spatial_sizes(Call& call, const Array& x) {
  if (x.rank() < 3) malformed(fmt::format("its input has rank {}: no spatial axes", x.rank()));
  std::vector<Size> sizes = call.arrays.shape(x);
  return {sizes.begin() + 2, sizes.end()};
}

std::vector<std::int64_t> kernel_shape(Call& call, std::size_t count) {
  const auto kernel = call.integers("kernel_shape");
  if (!kernel || kernel->size() != count) malformed("attribute 'kernel_shape' is missing or does not fit the input");
  return *kernel;
}

// sum over (c, w) of X[n, group*C + c, stride*y + w - pad] * W[o, c, w], zero outside of X, plus the bias of o.
Array convolution(Call& call) {
  DiagramBuilder& b = call.builder;
  Arrays& arrays = call.arrays;
  const Array x = call.array(0), filter = call.array(1);
  const std::vector<Size> spatial = spatial_sizes(call, x);
  if (filter.rank() != x.rank()) malformed("the ranks of its input and its filter differ");
  std::vector<std::int64_t> kernel;
  for (std::size_t s = 0; s < spatial.size(); ++s) {
    const auto size = small_integer(arrays.size(filter, 2 + s));
    if (!size) unsupported("the size of its window is not constant");
    kernel.push_back(*size);
  }
  if (const auto given = call.integers("kernel_shape"); given && *given != kernel)
    malformed("attribute 'kernel_shape' differs from the shape of the filter");
  const std::int64_t groups = call.integer("group", 1);
  const auto filters = small_integer(arrays.size(filter, 0));
  if (groups < 1 || (groups > 1 && (!filters || *filters % groups != 0)))
    malformed("its filters do not divide into its groups");
  const Size channels = arrays.size(filter, 1);
  if (!(channels * size_constant(static_cast<long>(groups)) == arrays.size(x, 1)))
    malformed("the channels of its input and its filter differ");

  const Windows w = windows(call, spatial, kernel);
  const Index n = arrays.fresh(arrays.size(x, 0)), o = arrays.fresh(arrays.size(filter, 0)), c = arrays.fresh(channels);
  IndexExpression channel = index_variable(c);
  if (groups > 1)
    channel +=
        floor_divide(index_variable(o), size_constant(static_cast<long>(*filters / groups))) * index_size(channels);
  std::vector<IndexExpression> read{index_variable(n), channel};
  std::vector<IndexExpression> weight{index_variable(o), index_variable(c)};
  std::vector<Index> contracted{c};
  Array result{{}, {n, o}, x.kind};
  for (std::size_t s = 0; s < spatial.size(); ++s) {
    read.push_back(w.where[s]);
    weight.push_back(index_variable(w.window[s]));
    contracted.push_back(w.window[s]);
    result.axes.push_back(w.output[s]);
  }
  const Ref entry = guarded(b, w, arrays.read(x, read), b.literal(0));
  result.term = b.reduce(Op::add, contracted, b.add(Op::mul, {entry, arrays.read(filter, weight)}));
  if (call.has(2)) {
    if (call.array(2).rank() != 1) malformed("its bias is not of rank 1");
    result.term = b.add(Op::add, {result.term, arrays.broadcast(call.array(2), {o})});
  }
  return result;
}

void conv(Call& call) { call.output(convolution(call)); }

// A convolution, then optionally a summand of the same shape, then an activation.
void fused_conv(Call& call) {
  Array y = convolution(call);
  if (call.has(3)) y = call.arrays.elementwise(Op::add, {y, call.array(3)});
  const std::string activation = call.text("activation", "");
  if (activation == "Relu")
    y.term = relu(call.builder, y.term);
  else if (activation == "Sigmoid")
    y.term = sigmoid(call.builder, y.term);
  else if (activation == "Tanh")
    y.term = tanh(call.builder, y.term);
  else if (!activation.empty())
    unsupported(fmt::format("its activation '{}' has no translation", activation));
  call.output(std::move(y));
}

// Reads of x at the windows, and the axes of the result.
struct Pool {
  Windows windows;
  Ref entry;
  Array result;
};

Pool pool(Call& call) {
  Arrays& arrays = call.arrays;
  const Array x = call.array(0);
  const std::vector<Size> spatial = spatial_sizes(call, x);
  Pool p{windows(call, spatial, kernel_shape(call, spatial.size())), {}, {{}, {x.axes[0], x.axes[1]}, x.kind}};
  std::vector<IndexExpression> where{index_variable(x.axes[0]), index_variable(x.axes[1])};
  where.insert(where.end(), p.windows.where.begin(), p.windows.where.end());
  p.entry = arrays.read(x, where);
  p.result.axes.insert(p.result.axes.end(), p.windows.output.begin(), p.windows.output.end());
  return p;
}

// Entries outside do not count, which is what minus infinity says; no window lies outside entirely.
void max_pool(Call& call) {
  DiagramBuilder& b = call.builder;
  Pool p = pool(call);
  const bool edge = !p.windows.inside.empty();
  const Ref entry = edge ? guarded(b, p.windows, p.entry, b.neg_inf()) : p.entry;
  const Ref top = b.reduce(Op::max, p.windows.window, entry);
  p.result.term = edge ? b.add(Op::fin, {top}) : top;
  call.output(std::move(p.result));
}

void average_pool(Call& call) {
  DiagramBuilder& b = call.builder;
  Pool p = pool(call);
  if (p.windows.inside.empty()) {
    p.result.term = mean(b, p.entry, p.windows.window);
  } else {
    if (call.integer("ceil_mode", 0) != 0 && call.integer("count_include_pad", 0) != 0)
      unsupported("it counts padding and rounds sizes up");
    const Ref inside = guarded(b, p.windows, p.entry, b.literal(0));
    if (call.integer("count_include_pad", 0) != 0) {
      p.result.term = mean(b, inside, p.windows.window);
    } else {
      const Ref counted = guarded(b, p.windows, b.literal(1), b.literal(0));
      p.result.term =
          divide(b, b.reduce(Op::add, p.windows.window, inside), b.reduce(Op::add, p.windows.window, counted));
    }
  }
  call.output(std::move(p.result));
}

template <bool maximum>
void global_pool(Call& call) {
  const Array x = call.array(0);
  spatial_sizes(call, x);
  const std::vector<Index> over(x.axes.begin() + 2, x.axes.end());
  Array result{maximum ? call.builder.reduce(Op::max, over, x.term) : mean(call.builder, x.term, over),
               {x.axes[0], x.axes[1]},
               x.kind};
  for (std::size_t s = 0; s < over.size(); ++s) result.axes.push_back(call.arrays.fresh(size_constant(1)));
  call.output(std::move(result));
}

}  // namespace

std::vector<OperatorEntry> window_operators() {
  return {
      {"Conv", conv},
      {"MaxPool", max_pool},
      {"AveragePool", average_pool},
      {"GlobalAveragePool", global_pool<false>},
      {"GlobalMaxPool", global_pool<true>},
      {"com.microsoft.FusedConv", fused_conv},
  };
}

}  // namespace skein::onnx_import
