#pragma once
// Runs imported models on recorded inputs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "backend/evaluate.hpp"
#include "backend/npy.hpp"
#include "onnx/import.hpp"

namespace skein::testing {

// max|a - b| / max|a|
inline double relative_difference(const Array& a, const Array& b) {
  if (a.shape != b.shape || a.data.size() != b.data.size()) return HUGE_VAL;
  double difference = 0, scale = 0;
  for (std::size_t k = 0; k < a.data.size(); ++k) {
    if (!std::isfinite(a.data[k]) || !std::isfinite(b.data[k])) return HUGE_VAL;
    difference = std::max(difference, std::abs(a.data[k] - b.data[k]));
    scale = std::max(scale, std::abs(a.data[k]));
  }
  return difference == 0 ? 0 : difference / scale;
}

inline std::vector<Array> run(const Model& model, const std::vector<Array>& inputs) {
  Environment e;
  std::size_t next = 0;
  for (const InputPort& port : model.diagram.inputs())
    if (port.role == Role::weight) {
      const Tensor& t = model.weights.at(port.name);
      e.inputs[port.name] = {{t.shape.begin(), t.shape.end()}, t.values};
    } else {
      e.inputs[port.name] = inputs.at(next++);
    }
  infer_sizes(model.diagram, e);
  return evaluate(model.diagram, e);
}

inline std::vector<Array> recorded(const std::string& folder, const std::string& kind) {
  std::vector<Array> arrays;
  for (std::size_t k = 0;; ++k) {
    const std::string path = fmt::format("{}/{}_{}.npy", folder, kind, k);
    if (!std::filesystem::exists(path)) return arrays;
    arrays.push_back(read_npy(path));
  }
}

// The largest relative difference between the outputs that were recorded and those of the imported model.
inline double difference_from_record(const std::string& model, const std::string& folder) {
  const std::vector<Array> expected = recorded(folder, "output");
  const std::vector<Array> got = run(import_onnx(model), recorded(folder, "input"));
  if (expected.empty() || got.size() != expected.size()) return HUGE_VAL;
  double worst = 0;
  for (std::size_t k = 0; k < got.size(); ++k) worst = std::max(worst, relative_difference(expected[k], got[k]));
  return worst;
}

}  // namespace skein::testing
