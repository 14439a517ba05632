#pragma once
// Architectures for the tests: defs of a .skn text, and model files where they are present.
#include <catch2/catch.hpp>
#include <filesystem>

#include "lang/module.hpp"
#include "onnx/import.hpp"
#include "prove/statement.hpp"

namespace skein::testing {

inline Architecture skn(const std::string& text, const std::string& name) {
  return {parse_module(text, "test.skn").instantiate_def(name), {}, "test.skn:" + name};
}

inline Architecture onnx(const std::filesystem::path& file) {
  Model m = import_onnx(file.string());
  Architecture a{std::move(m.diagram), {}, file.filename().string()};
  for (auto& [name, tensor] : m.weights)
    a.weights[name] = {{tensor.shape.begin(), tensor.shape.end()}, std::move(tensor.values)};
  return a;
}

inline std::filesystem::path example(const std::string& name) {
  return std::filesystem::path(SKEIN_SOURCE_DIR) / "examples/models" / (name + ".onnx");
}

// Models that are not part of the repository; empty if they are absent.
inline std::filesystem::path shared(const std::string& name) {
  const auto file = std::filesystem::path(SKEIN_SOURCE_DIR) / "../shared/models" / (name + ".onnx");
  if (std::filesystem::exists(file)) return file;
  WARN("skipped: " << file << " is absent");
  return {};
}

}  // namespace skein::testing
