#pragma once
// Small ONNX models made by hand, for tests of the reader: sound ones, one per operator, and hostile ones.
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

namespace skein::testing {

class ModelFile {
 public:
  ModelFile() {
    model.set_ir_version(8);
    opset("", 17);
  }
  ~ModelFile() {
    if (!path_.empty()) std::filesystem::remove(path_);
  }
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  onnx::ModelProto model;
  onnx::GraphProto& graph() { return *model.mutable_graph(); }

  ModelFile& opset(const std::string& domain, int version) {
    for (auto& o : *model.mutable_opset_import())
      if (o.domain() == domain) return o.set_version(version), *this;
    auto& o = *model.add_opset_import();
    o.set_domain(domain);
    o.set_version(version);
    return *this;
  }
  // A dimension is a number or a name.
  ModelFile& input(const std::string& name, const std::vector<std::string>& shape,
                   int type = onnx::TensorProto::FLOAT) {
    auto& v = *graph().add_input();
    v.set_name(name);
    auto& t = *v.mutable_type()->mutable_tensor_type();
    t.set_elem_type(type);
    t.mutable_shape();
    for (const std::string& d : shape) {
      auto& dim = *t.mutable_shape()->add_dim();
      if (!d.empty() && (std::isdigit(static_cast<unsigned char>(d[0])) || d[0] == '-'))
        dim.set_dim_value(std::stoll(d));
      else
        dim.set_dim_param(d);
    }
    return *this;
  }
  onnx::TensorProto& tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                            const std::vector<float>& values) {
    auto& t = *graph().add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::FLOAT);
    for (auto d : shape) t.add_dims(d);
    for (float x : values) t.add_float_data(x);
    return t;
  }
  onnx::TensorProto& integers(const std::string& name, const std::vector<std::int64_t>& values, bool scalar = false) {
    auto& t = *graph().add_initializer();
    t.set_name(name);
    t.set_data_type(onnx::TensorProto::INT64);
    if (!scalar) t.add_dims(static_cast<std::int64_t>(values.size()));
    for (auto x : values) t.add_int64_data(x);
    return t;
  }
  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    auto& n = *graph().add_node();
    n.set_op_type(op);
    n.set_name("the_" + op);
    for (const auto& i : inputs) n.add_input(i);
    for (const auto& o : outputs) n.add_output(o);
    return n;
  }
  ModelFile& output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }

  // Written to a temporary file that lives as long as this.
  const std::string& path() { return write(model.SerializeAsString()); }
  const std::string& write(const std::string& bytes) {
    if (path_.empty()) {
      std::string name = (std::filesystem::temp_directory_path() / "skein_model_XXXXXX").string();
      const int descriptor = ::mkstemp(name.data());
      if (descriptor >= 0) ::close(descriptor);
      path_ = name;
    }
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }

 private:
  std::string path_;
};

inline void set(onnx::NodeProto& n, const std::string& name, std::int64_t value) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INT);
  a.set_i(value);
}
inline void set(onnx::NodeProto& n, const std::string& name, float value) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::FLOAT);
  a.set_f(value);
}
inline void set(onnx::NodeProto& n, const std::string& name, const char* value) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::STRING);
  a.set_s(value);
}
inline void set(onnx::NodeProto& n, const std::string& name, const std::vector<std::int64_t>& value) {
  auto& a = *n.add_attribute();
  a.set_name(name);
  a.set_type(onnx::AttributeProto::INTS);
  for (auto x : value) a.add_ints(x);
}

}  // namespace skein::testing
