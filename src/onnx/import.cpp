#include "onnx/import.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "onnx/operators.hpp"

namespace skein {
namespace onnx_import {
namespace {

using Kind = ImportError::Kind;

constexpr std::size_t largest_integer_tensor = 1 << 16;
constexpr std::int64_t newest_checked_opset = 17;

// What the stored tensors and named dimensions of a file become, and the values of its names so far.
class Importer {
 public:
  explicit Importer(const File& file) : file_(file), arrays_(sizes_) {}

  Model run(const std::string& name);

 private:
  void read_inputs();
  Size dimension(const GraphInput& input, std::size_t k);
  const Value& value(const std::string& name);
  Value stored(const std::string& name, const StoredTensor& tensor);
  void constant(const Node& node);
  void translate(const Node& node);
  std::int64_t opset(const Node& node) const;
  void name_wires(const std::vector<Output>& outputs);
  void record(const Node& node);

  const File& file_;
  SizeContext sizes_;
  Arrays arrays_;
  std::map<std::string, Value> values_;
  std::vector<InputPort> inputs_;
  std::map<std::string, InputPort> weights_;
  std::vector<std::string> constant_order_;  // weights that Constant nodes hold
  std::map<WireId, std::string> made_by_;    // of the builder's wires
  std::vector<Output> trace_;
  Model model_;
};

Size Importer::dimension(const GraphInput& input, std::size_t k) {
  const Dimension& d = (*input.shape)[k];
  if (d.value && *d.value > 0) return size_constant(static_cast<long>(*d.value));
  if (d.value && *d.value == 0 && d.parameter.empty())
    unsupported(
        fmt::format("dimension {} of the graph input '{}' is 0; an axis has at least one entry", k, input.name));
  if (d.value && *d.value < -1)
    malformed(fmt::format("dimension {} of the graph input '{}' is {}", k, input.name, *d.value));
  if (!d.parameter.empty()) return size_variable(Symbol(d.parameter));
  const std::string made_up = fmt::format("{}_{}", input.name, k);
  model_.notes.push_back(
      fmt::format("dimension {} of the input '{}' has no name; it is the size variable {}", k, input.name, made_up));
  return size_variable(Symbol(made_up));
}

void Importer::read_inputs() {
  for (const GraphInput& input : file_.inputs) {
    if (!input.kind) unsupported(fmt::format("the graph input '{}' is not a tensor of numbers", input.name));
    if (*input.kind == ElementKind::integer)
      unsupported(fmt::format(
          "the graph input '{}' has integers, and integers that depend on data have no translation; export the "
          "part of the model after the embedding",
          input.name));
    if (!input.shape)
      unsupported(fmt::format("the graph input '{}' has no shape; export the model with one", input.name));
    InputPort port{
        Symbol(input.name), {}, *input.kind == ElementKind::boolean ? DType::boolean : DType::real, Role::input};
    Array a{{}, {}, *input.kind};
    for (std::size_t k = 0; k < input.shape->size(); ++k) {
      const Index i = arrays_.fresh(dimension(input, k));
      a.axes.push_back(i);
      port.axes.push_back(arrays_.builder().axis(i));
    }
    a.term = arrays_.builder().input(port.name, port.axes, port.dtype);
    a.axes = a.term.at;
    inputs_.push_back(std::move(port));
    values_.emplace(input.name, std::move(a));
  }
}

// Single numbers are part of the function; longer float tensors are weights, arrays that a theorem may speak about.
Value Importer::stored(const std::string& name, const StoredTensor& tensor) {
  if (tensor.count() == 0) {
    if (tensor.kind == ElementKind::real) unsupported(fmt::format("the tensor '{}' is empty", name));
  } else if (tensor.kind != ElementKind::real) {
    if (tensor.count() > largest_integer_tensor)
      unsupported(fmt::format("the integer tensor '{}' has {} entries; at most {} are read", name, tensor.count(),
                              largest_integer_tensor));
  } else if (tensor.count() > 1) {
    InputPort port{Symbol(name), {}, DType::real, Role::weight};
    for (double x : tensor.reals) {
      if (std::isnan(x) || x == HUGE_VAL)
        unsupported(fmt::format("the tensor '{}' contains NaN or plus infinity", name));
      if (std::isinf(x)) port.dtype = DType::ext;
    }
    Array a;
    for (std::int64_t d : tensor.shape)
      port.axes.push_back(arrays_.builder().axis(arrays_.fresh(size_constant(static_cast<long>(d)))));
    a.term = arrays_.builder().input(port.name, port.axes, port.dtype);
    a.axes = a.term.at;
    model_.weights.emplace(port.name, Tensor{tensor.shape, tensor.kind, tensor.reals});
    weights_.emplace(name, std::move(port));
    return a;
  }
  return arrays_.stored(tensor);
}

const Value& Importer::value(const std::string& name) {
  if (const auto it = values_.find(name); it != values_.end()) return it->second;
  const auto it = file_.initializers.find(name);
  if (it == file_.initializers.end())
    unsupported(fmt::format("it reads '{}', an output of its producer that has no translation", name));
  return values_.emplace(name, stored(name, it->second)).first->second;
}

void Importer::constant(const Node& node) {
  if (node.outputs.empty() || node.attributes.size() != 1) malformed("a constant has one output and one value");
  const auto& [kind, a] = *node.attributes.begin();
  StoredTensor t;
  const auto length = [](const auto& list) {
    return std::vector<std::int64_t>{static_cast<std::int64_t>(list.size())};
  };
  using Type = Attribute::Type;
  if (kind == "value" && a.type == Type::tensor)
    t = *a.tensor;
  else if (kind == "value_float" && a.type == Type::real)
    t = {{}, ElementKind::real, {a.real}, {}};
  else if (kind == "value_floats" && a.type == Type::reals)
    t = {length(a.reals), ElementKind::real, {a.reals.begin(), a.reals.end()}, {}};
  else if (kind == "value_int" && a.type == Type::integer)
    t = {{}, ElementKind::integer, {}, {a.integer}};
  else if (kind == "value_ints" && a.type == Type::integers)
    t = {length(a.integers), ElementKind::integer, {}, a.integers};
  else
    unsupported(fmt::format("a constant given as '{}' is not read", kind));
  const std::string& name = node.outputs.front();
  values_.insert_or_assign(name, stored(name, t));
  if (weights_.contains(name)) constant_order_.push_back(name);
}

std::int64_t Importer::opset(const Node& node) const {
  const auto it = file_.opsets.find(node.domain);
  if (it != file_.opsets.end()) return it->second;
  if (node.domain.empty()) malformed("the model does not say which version of the ONNX operators it uses");
  return 1;
}

void Importer::translate(const Node& node) {
  if (node.domain.empty() && node.op == "Constant") return constant(node);
  const Operator op = find_operator(node);
  if (op == nullptr)
    unsupported(
        "this operator has no translation; export the model in terms of simpler operators, or cut it before this node");
  std::vector<const Value*> inputs;
  for (const std::string& input : node.inputs) inputs.push_back(input.empty() ? nullptr : &value(input));
  while (!inputs.empty() && inputs.back() == nullptr) inputs.pop_back();
  Call call(arrays_, node, opset(node), std::move(inputs), model_.notes);
  op(call);
  for (std::size_t k = 0; k < node.outputs.size(); ++k)
    if (!node.outputs[k].empty() && call.outputs()[k]) values_.insert_or_assign(node.outputs[k], *call.outputs()[k]);
}

// The node and the arrays that it made, for those who explain a model to people.
void Importer::record(const Node& node) {
  const std::string& label = node.name.empty() && !node.outputs.empty() ? node.outputs.front() : node.name;
  model_.nodes.push_back({label, node.op, node.inputs, node.outputs});
  for (const std::string& output : node.outputs)
    if (const auto it = values_.find(output); it != values_.end())
      if (const Array* a = std::get_if<Array>(&it->second)) trace_.push_back({Symbol(output), a->axes, a->term});
}

// Freezing renumbers wires: walk both forms together from the outputs, whose boxes have the same inputs in the same
// order.
void Importer::name_wires(const std::vector<Output>& outputs) {
  std::vector<std::pair<WireId, WireId>> pending;
  for (std::size_t k = 0; k < outputs.size(); ++k)
    pending.emplace_back(model_.diagram.outputs().at(k).wire, outputs[k].value.wire);
  std::set<WireId> seen;
  while (!pending.empty()) {
    const auto [frozen, built] = pending.back();
    pending.pop_back();
    if (!seen.insert(frozen).second) continue;
    if (const auto it = made_by_.find(built); it != made_by_.end()) model_.node_of_wire.emplace(frozen, it->second);
    const auto &left = model_.diagram.box(frozen).inputs, &right = arrays_.builder().box(built).inputs;
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) pending.emplace_back(left[i].wire, right[i].wire);
  }
}

Model Importer::run(const std::string& name) {
  const std::vector<const Node*> nodes = schedule(file_);
  read_inputs();
  if (const auto it = file_.opsets.find(""); it != file_.opsets.end() && it->second > newest_checked_opset)
    model_.notes.push_back(
        fmt::format("the model uses version {} of the ONNX operators, which are read as in version {}", it->second,
                    newest_checked_opset));
  DiagramBuilder& b = arrays_.builder();
  for (const Node* node : nodes) {
    const std::size_t before = b.wire_count();
    try {
      translate(*node);
    } catch (const ImportError& e) {
      throw ImportError(e.kind(), fmt::format("{}: {}", describe(*node), e.what()));
    } catch (const IllTyped& e) {
      throw ImportError(Kind::malformed,
                        fmt::format("{}: the types of its inputs do not fit: {}", describe(*node), e.what()));
    }
    record(*node);
    for (std::size_t w = before; w < b.wire_count(); ++w)
      made_by_.emplace(WireId{static_cast<std::uint32_t>(w)}, model_.nodes.back().name);
  }

  std::vector<Output> outputs;
  for (const std::string& output : file_.outputs) {
    const Value& v = value(output);
    const Array a = std::holds_alternative<Array>(v) ? std::get<Array>(v) : arrays_.array(std::get<ShapeTensor>(v));
    outputs.push_back({Symbol(output), a.axes, a.term});
  }
  for (const std::string& weight : file_.initializer_order)
    if (const auto it = weights_.find(weight); it != weights_.end()) inputs_.push_back(it->second);
  for (const std::string& weight : constant_order_) inputs_.push_back(weights_.at(weight));
  model_.diagram = freeze(b, Symbol(name), sizes_, inputs_, outputs);
  model_.trace = freeze(b, Symbol(name), sizes_, inputs_, trace_);
  name_wires(outputs);
  return std::move(model_);
}

}  // namespace
}  // namespace onnx_import

Model import_onnx(const std::string& path) {
  try {
    const onnx_import::File file = onnx_import::read_file(path);
    return onnx_import::Importer(file).run(std::filesystem::path(path).stem().string());
  } catch (const ImportError& e) {
    throw ImportError(e.kind(), fmt::format("{}: {}", path, e.what()));
  } catch (const IllTyped& e) {
    throw ImportError(ImportError::Kind::malformed, fmt::format("{}: {}", path, e.what()));
  }
}

}  // namespace skein
