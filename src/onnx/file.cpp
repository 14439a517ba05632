#include "onnx/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <bit>
#include <climits>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <set>

namespace skein::onnx_import {
namespace {

using ::onnx::AttributeProto;
using ::onnx::TensorProto;
using Kind = ImportError::Kind;

// --- the wire format

::onnx::ModelProto parse(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw ImportError(Kind::unreadable, "there is no such file");
  if (std::filesystem::is_directory(status))
    throw ImportError(Kind::unreadable, "this is a directory; give the .onnx file inside of it");
  if (!std::filesystem::is_regular_file(status)) throw ImportError(Kind::unreadable, "this is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size == 0) throw ImportError(Kind::unreadable, "the file is empty");
  if (!error && size > INT_MAX)
    throw ImportError(Kind::unsupported, "the file is larger than 2 GB, the limit of the ONNX format");

  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw ImportError(Kind::unreadable, fmt::format("it cannot be opened: {}", std::strerror(errno)));
  google::protobuf::LogSilencer silence;  // the exception says it all
  google::protobuf::io::FileInputStream stream(descriptor);
  stream.SetCloseOnDelete(true);
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(INT_MAX);
  ::onnx::ModelProto model;
  if (!model.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
    throw ImportError(Kind::unreadable, "this is not an ONNX file, or it is cut off; export or download it again");
  if (model.functions_size() > 0)
    throw ImportError(Kind::unsupported, "the model defines functions of its own ('" + model.functions(0).name() +
                                             "'); inline them before the export");
  if (!model.has_graph()) throw ImportError(Kind::malformed, "the model has no graph; is this an ONNX file?");
  return model;
}

// --- tensors

std::optional<ElementKind> element_kind(int type) {
  switch (type) {
    case TensorProto::FLOAT:
    case TensorProto::DOUBLE:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16: return ElementKind::real;
    case TensorProto::INT64:
    case TensorProto::INT32: return ElementKind::integer;  // shorter and unsigned ones wrap around where models go
    case TensorProto::BOOL: return ElementKind::boolean;
    default: return std::nullopt;
  }
}

double half_to_double(std::uint16_t h) {
  const int exponent = (h >> 10) & 31, fraction = h & 1023;
  double magnitude;
  if (exponent == 31)
    magnitude = fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  else
    magnitude = std::ldexp(fraction + 1024, exponent - 25);
  return (h & 0x8000) != 0 ? -magnitude : magnitude;
}

double bfloat_to_double(std::uint16_t h) { return std::bit_cast<float>(static_cast<std::uint32_t>(h) << 16); }

// The numbers of a tensor, either from the packed bytes (little endian by the format) or from a typed field.
template <class Stored, class To, class Field, class F>
std::vector<To> numbers(const TensorProto& t, std::size_t count, const Field& field, F&& convert) {
  std::vector<To> result;
  if (t.has_raw_data()) {
    const std::string& raw = t.raw_data();
    if (raw.size() != count * sizeof(Stored))
      throw ImportError(Kind::malformed, fmt::format("tensor '{}' stores {} bytes, its shape needs {}", t.name(),
                                                     raw.size(), count * sizeof(Stored)));
    result.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      Stored x;
      std::memcpy(&x, raw.data() + i * sizeof(Stored), sizeof(Stored));
      result.push_back(static_cast<To>(convert(x)));
    }
    return result;
  }
  if (static_cast<std::size_t>(field.size()) != count)
    throw ImportError(Kind::malformed,
                      fmt::format("tensor '{}' stores {} numbers, its shape needs {}", t.name(), field.size(), count));
  result.reserve(count);
  for (const auto& x : field) result.push_back(static_cast<To>(convert(static_cast<Stored>(x))));
  return result;
}

StoredTensor decode(const TensorProto& t) {
  constexpr std::int64_t most = std::int64_t{1} << 31;
  StoredTensor result;
  if (t.data_location() == TensorProto::EXTERNAL || t.external_data_size() > 0) {
    std::string location;
    for (const auto& entry : t.external_data())
      if (entry.key() == "location") location = entry.value();
    throw ImportError(
        Kind::unsupported,
        fmt::format("tensor '{}' is stored outside of the file, in '{}', and other files are not opened; save "
                    "the model again with all tensors inside",
                    t.name(), location));
  }
  if (t.has_segment()) throw ImportError(Kind::unsupported, fmt::format("tensor '{}' is stored in segments", t.name()));
  const auto kind = element_kind(t.data_type());
  if (!kind)
    throw ImportError(
        Kind::unsupported,
        fmt::format("tensor '{}' has element type {}; only floats, integers and booleans are read", t.name(),
                    TensorProto::DataType_IsValid(t.data_type())
                        ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(t.data_type()))
                        : std::to_string(t.data_type())));
  result.kind = *kind;
  std::int64_t count = 1;
  for (std::int64_t d : t.dims()) {
    if (d < 0)
      throw ImportError(Kind::malformed, fmt::format("tensor '{}' has the negative dimension {}", t.name(), d));
    if (d > most || (count *= d) > most)
      throw ImportError(Kind::malformed, fmt::format("tensor '{}' claims more than 2^31 elements", t.name()));
    result.shape.push_back(d);
  }
  const auto n = static_cast<std::size_t>(count);
  const auto same = [](auto x) { return x; };
  switch (t.data_type()) {
    case TensorProto::FLOAT: result.reals = numbers<float, double>(t, n, t.float_data(), same); break;
    case TensorProto::DOUBLE: result.reals = numbers<double, double>(t, n, t.double_data(), same); break;
    case TensorProto::FLOAT16:
      result.reals = numbers<std::uint16_t, double>(t, n, t.int32_data(), half_to_double);
      break;
    case TensorProto::BFLOAT16:
      result.reals = numbers<std::uint16_t, double>(t, n, t.int32_data(), bfloat_to_double);
      break;
    case TensorProto::INT64: result.integers = numbers<std::int64_t, std::int64_t>(t, n, t.int64_data(), same); break;
    case TensorProto::INT32: result.integers = numbers<std::int32_t, std::int64_t>(t, n, t.int32_data(), same); break;
    case TensorProto::INT16: result.integers = numbers<std::int16_t, std::int64_t>(t, n, t.int32_data(), same); break;
    case TensorProto::INT8: result.integers = numbers<std::int8_t, std::int64_t>(t, n, t.int32_data(), same); break;
    case TensorProto::UINT8: result.integers = numbers<std::uint8_t, std::int64_t>(t, n, t.int32_data(), same); break;
    case TensorProto::UINT16: result.integers = numbers<std::uint16_t, std::int64_t>(t, n, t.int32_data(), same); break;
    case TensorProto::UINT32:
      result.integers = numbers<std::uint32_t, std::int64_t>(t, n, t.uint64_data(), same);
      break;
    default:  // BOOL
      result.integers = numbers<std::uint8_t, std::int64_t>(t, n, t.int32_data(), [](auto x) { return x != 0; });
  }
  return result;
}

// --- nodes

Attribute decode(const AttributeProto& a) {
  Attribute result;
  // Old producers leave the type out: then the field that is there tells.
  int type = a.type();
  if (type == AttributeProto::UNDEFINED) {
    if (a.has_i()) type = AttributeProto::INT;
    if (a.has_f()) type = AttributeProto::FLOAT;
    if (a.has_s()) type = AttributeProto::STRING;
    if (a.has_t()) type = AttributeProto::TENSOR;
    if (a.ints_size() > 0) type = AttributeProto::INTS;
    if (a.floats_size() > 0) type = AttributeProto::FLOATS;
  }
  switch (type) {
    case AttributeProto::INT:
      result.type = Attribute::Type::integer;
      result.integer = a.i();
      break;
    case AttributeProto::FLOAT:
      result.type = Attribute::Type::real;
      result.real = a.f();
      break;
    case AttributeProto::STRING:
      result.type = Attribute::Type::text;
      result.text = a.s();
      break;
    case AttributeProto::INTS:
      result.type = Attribute::Type::integers;
      result.integers.assign(a.ints().begin(), a.ints().end());
      break;
    case AttributeProto::FLOATS:
      result.type = Attribute::Type::reals;
      result.reals.assign(a.floats().begin(), a.floats().end());
      break;
    case AttributeProto::TENSOR:
      result.type = Attribute::Type::tensor;
      result.tensor = std::make_shared<const StoredTensor>(decode(a.t()));
      break;
    default: break;
  }
  return result;
}

Node decode(const ::onnx::NodeProto& n) {
  Node node;
  node.name = n.name();
  node.op = n.op_type();
  node.domain = n.domain() == "ai.onnx" ? "" : n.domain();
  node.inputs.assign(n.input().begin(), n.input().end());
  node.outputs.assign(n.output().begin(), n.output().end());
  try {
    for (const auto& a : n.attribute())
      if (!node.attributes.emplace(a.name(), decode(a)).second)
        throw ImportError(Kind::malformed, fmt::format("attribute '{}' is given twice", a.name()));
  } catch (const ImportError& e) {
    throw ImportError(e.kind(), fmt::format("{}: {}", describe(node), e.what()));
  }
  return node;
}

GraphInput decode(const ::onnx::ValueInfoProto& v) {
  GraphInput input;
  input.name = v.name();
  if (!v.type().has_tensor_type()) return input;
  const auto& tensor = v.type().tensor_type();
  input.kind = element_kind(tensor.elem_type());
  if (!tensor.has_shape()) return input;
  input.shape.emplace();
  for (const auto& d : tensor.shape().dim()) {
    Dimension dimension;
    if (d.has_dim_value()) dimension.value = d.dim_value();
    dimension.parameter = d.dim_param();
    input.shape->push_back(std::move(dimension));
  }
  return input;
}

}  // namespace

std::string describe(const Node& node) {
  const std::string op = node.domain.empty() ? node.op : node.domain + "." + node.op;
  if (!node.name.empty()) return fmt::format("node '{}' ({})", node.name, op);
  for (const std::string& output : node.outputs)
    if (!output.empty()) return fmt::format("the node that makes '{}' ({})", output, op);
  return fmt::format("a node without a name ({})", op);
}

File read_file(const std::string& path) {
  const ::onnx::ModelProto model = parse(path);
  const ::onnx::GraphProto& graph = model.graph();
  File file;
  for (const auto& o : model.opset_import()) file.opsets[o.domain() == "ai.onnx" ? "" : o.domain()] = o.version();
  // A name is defined once: by an input, a stored tensor, or a node.
  std::set<std::string> defined;
  const auto define = [&](const std::string& name, const std::string& what) {
    if (name.empty()) throw ImportError(Kind::malformed, fmt::format("{} has no name", what));
    if (!defined.insert(name).second)
      throw ImportError(Kind::malformed,
                        fmt::format("the name '{}' is defined twice, the second time by {}", name, what));
  };
  if (graph.sparse_initializer_size() > 0)
    throw ImportError(Kind::unsupported, "the model has sparse tensors; save them as dense ones");
  for (const auto& t : graph.initializer()) {
    define(t.name(), "a stored tensor");
    file.initializers.emplace(t.name(), decode(t));
    file.initializer_order.push_back(t.name());
  }
  for (const auto& v : graph.input()) {
    if (file.initializers.contains(v.name())) continue;  // a default value: a weight (the rule before IR version 4)
    define(v.name(), "a graph input");
    file.inputs.push_back(decode(v));
  }
  for (const auto& n : graph.node()) {
    file.nodes.push_back(decode(n));
    for (const std::string& output : file.nodes.back().outputs)
      if (!output.empty()) define(output, describe(file.nodes.back()));
  }
  std::set<std::string> outputs;
  for (const auto& v : graph.output()) {
    if (!outputs.insert(v.name()).second)
      throw ImportError(Kind::malformed, fmt::format("the graph output '{}' is listed twice", v.name()));
    file.outputs.push_back(v.name());
  }
  if (file.outputs.empty()) throw ImportError(Kind::malformed, "the graph has no outputs");
  return file;
}

std::vector<const Node*> schedule(const File& file) {
  std::map<std::string, std::size_t> producer;
  for (std::size_t i = 0; i < file.nodes.size(); ++i)
    for (const std::string& output : file.nodes[i].outputs)
      if (!output.empty()) producer.emplace(output, i);
  std::set<std::string> given;
  for (const GraphInput& input : file.inputs) given.insert(input.name);
  const auto check = [&](const std::string& name, const std::string& user) {
    if (!given.contains(name) && !file.initializers.contains(name) && !producer.contains(name))
      throw ImportError(Kind::malformed,
                        fmt::format("{} reads '{}', which no input, stored tensor or node defines", user, name));
  };

  // Depth first with an explicit stack: a hostile file may be a chain of a million nodes.
  enum class State : std::uint8_t { unseen, open, done };
  std::vector<State> state(file.nodes.size(), State::unseen);
  std::vector<const Node*> order;
  struct Frame {
    std::size_t node;
    std::size_t next;
  };
  std::vector<Frame> stack;
  for (const std::string& output : file.outputs) {
    check(output, "the list of graph outputs");
    const auto root = producer.find(output);
    if (root == producer.end() || state[root->second] != State::unseen) continue;
    state[root->second] = State::open;
    stack.push_back({root->second, 0});
    while (!stack.empty()) {
      const std::size_t at = stack.back().node;
      const Node& node = file.nodes[at];
      if (stack.back().next == node.inputs.size()) {
        state[at] = State::done;
        order.push_back(&node);
        stack.pop_back();
        continue;
      }
      const std::string& input = node.inputs[stack.back().next++];
      if (input.empty()) continue;
      check(input, describe(node));
      const auto p = producer.find(input);
      if (p == producer.end() || state[p->second] == State::done) continue;
      if (state[p->second] == State::open)
        throw ImportError(Kind::malformed,
                          fmt::format("{} depends on its own result through '{}'", describe(node), input));
      state[p->second] = State::open;
      stack.push_back({p->second, 0});
    }
  }
  return order;
}

}  // namespace skein::onnx_import
