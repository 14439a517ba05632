#pragma once
// The ONNX reader: a model file as a diagram. Graph inputs and weights become input ports, nodes become the primitive
// boxes that define them (a softmax is an exponential over a sum of exponentials), and shape arithmetic is carried out
// at import on size polynomials, so a model with named dynamic dimensions becomes one diagram for all sizes. Numbers
// are real numbers: a float literal stands for exactly the value that is stored.
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "diagram/diagram.hpp"

namespace skein {

class ImportError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    unreadable,   // no such file, not a regular file, cut off
    malformed,    // breaks a rule of the ONNX format
    unsupported,  // sound ONNX that has no translation here
  };
  ImportError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

enum class ElementKind : std::uint8_t { real, integer, boolean };

// A dense array in C order; every float32 value is exact in a double.
struct Tensor {
  std::vector<std::int64_t> shape;
  ElementKind kind = ElementKind::real;
  std::vector<double> values;
};

// A node of the ONNX graph, in the names of the file.
struct ModelNode {
  std::string name;  // its own, or that of its first output
  std::string op;
  std::vector<std::string> inputs, outputs;  // tensors
};

struct Model {
  Diagram diagram;
  std::map<Symbol, Tensor> weights;            // the stored value of every input port with Role::weight
  std::map<WireId, std::string> node_of_wire;  // the ONNX node that first made the wire, where known
  std::vector<ModelNode> nodes;                // in an order in which they can be run
  Diagram trace;                               // the same inputs; as outputs the real and boolean tensors of all nodes
  std::vector<std::string> notes;              // what a reader of a verdict ought to know of this import
};

// Throws ImportError.
Model import_onnx(const std::string& path);

}  // namespace skein
