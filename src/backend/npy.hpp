#pragma once
// NPY (NumPy's array file, versions 1.0 and 2.0): C order, little endian; float32, float64, int64, bool and the like
// are read, float32 and float64 written. A file is read only if its length is exactly what its header announces.
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "backend/evaluate.hpp"

namespace skein {

class NpyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class NpyType : std::uint8_t { float32, float64 };

Array parse_npy(std::string_view bytes, const std::string& name = "NPY data");  // `name` is for messages
std::string format_npy(const Array& a, NpyType type = NpyType::float32);

Array read_npy(const std::filesystem::path& file);
// Written aside and renamed, so that no partial file is ever seen.
void write_npy(const std::filesystem::path& file, const Array& a, NpyType type = NpyType::float32);

}  // namespace skein
