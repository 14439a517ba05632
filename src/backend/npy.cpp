#include "backend/npy.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <optional>

namespace skein {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::size_t rank_limit = 32, element_limit = std::size_t{1} << 31;
constexpr std::string_view magic{"\x93NUMPY", 6};

// The header is the repr of a Python dictionary with three entries.
class Header {
 public:
  Header(std::string_view text, const std::string& name) : rest_(text), name_(name) {
    expect("{");
    while (!accept("}")) {
      const std::string_view key = string();
      expect(":");
      if (key == "descr")
        descr = string();
      else if (key == "fortran_order")
        fortran = boolean();
      else if (key == "shape")
        shape = tuple();
      else
        fail("has an unknown header entry");
      if (!accept(",") && rest_.substr(skip()).substr(0, 1) != "}") fail("has a malformed header");
    }
    if (skip() != rest_.size()) fail("has text after its header");
    if (!descr || !fortran || !shape) fail("lacks descr, fortran_order or shape in its header");
  }

  std::optional<std::string_view> descr;
  std::optional<bool> fortran;
  std::optional<std::vector<std::size_t>> shape;

 private:
  [[noreturn]] void fail(const char* what) const { throw NpyError(fmt::format("{} {}", name_, what)); }

  std::size_t skip() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
    return 0;
  }
  bool accept(std::string_view token) {
    skip();
    if (rest_.substr(0, token.size()) != token) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail("has a malformed header");
  }
  std::string_view string() {
    const bool doubled = accept("\"");
    if (!doubled) expect("'");
    const std::size_t end = rest_.find(doubled ? '"' : '\'');
    if (end == std::string_view::npos) fail("has an unterminated string in its header");
    const std::string_view s = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return s;
  }
  bool boolean() {
    if (accept("True")) return true;
    expect("False");
    return false;
  }
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> result;
    expect("(");
    while (!accept(")")) {
      skip();
      std::size_t n = 0, digits = 0;
      for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
        n = 10 * n + static_cast<std::size_t>(rest_[digits] - '0');
        if (n > element_limit) fail("announces an axis that is too large");
      }
      if (digits == 0) fail("has a malformed shape");
      rest_.remove_prefix(digits);
      result.push_back(n);
      if (result.size() > rank_limit) fail("has too many axes");
      if (!accept(",")) {
        expect(")");
        break;
      }
    }
    return result;
  }

  std::string_view rest_;
  const std::string& name_;
};

template <class T>
std::vector<double> convert(std::string_view bytes, std::size_t count, const std::string& name) {
  std::vector<double> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    T x;
    std::memcpy(&x, bytes.data() + i * sizeof(T), sizeof(T));
    result[i] = static_cast<double>(x);
    if constexpr (sizeof(T) == 8 && std::is_integral_v<T>)
      if (x > (T{1} << 53) || x < -(T{1} << 53))
        throw NpyError(fmt::format("{} has the integer {}, which is no double", name, x));
  }
  return result;
}

}  // namespace

Array parse_npy(std::string_view bytes, const std::string& name) {
  auto fail = [&](const std::string& what) { throw NpyError(name + " " + what); };
  if (bytes.substr(0, 6) != magic) fail("is not an NPY file");
  if (bytes.size() < 10) fail("is truncated");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t version = byte(6);
  if (version != 1 && version != 2) fail(fmt::format("is of NPY version {}; 1 and 2 are read", version));
  if (version == 2 && bytes.size() < 12) fail("is truncated");
  const std::size_t start = version == 1 ? 10 : 12;
  const std::size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - start) fail("is truncated");
  const Header header(bytes.substr(start, length), name);
  const std::string_view body = bytes.substr(start + length);

  if (*header.fortran && header.shape->size() > 1) fail("is in Fortran order; C order is read");
  Array a{*header.shape, {}};
  std::size_t count = 1;
  for (std::size_t n : a.shape)
    if (__builtin_mul_overflow(count, n, &count) || count > element_limit) fail("announces too many elements");
  const std::string_view type = *header.descr;
  const std::size_t width = type == "<f4" || type == "<i4"   ? 4
                            : type == "<f8" || type == "<i8" ? 8
                            : type == "|b1"                  ? 1
                                                             : 0;
  if (width == 0) fail(fmt::format("has elements of type '{}'; <f4, <f8, <i4, <i8 and |b1 are read", type));
  if (body.size() != count * width)
    fail(fmt::format("has {} bytes of data, but its header announces {}", body.size(), count * width));
  if (type == "<f4")
    a.data = convert<float>(body, count, name);
  else if (type == "<f8")
    a.data = convert<double>(body, count, name);
  else if (type == "<i4")
    a.data = convert<std::int32_t>(body, count, name);
  else if (type == "<i8")
    a.data = convert<std::int64_t>(body, count, name);
  else {
    for (char c : body) a.data.push_back(c != 0);
  }
  return a;
}

std::string format_npy(const Array& a, NpyType type) {
  std::string shape;
  for (std::size_t n : a.shape) shape += fmt::format("{}, ", n);
  if (a.shape.size() > 1)
    shape.resize(shape.size() - 2);
  else if (a.shape.size() == 1)
    shape.pop_back();
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                   type == NpyType::float32 ? "<f4" : "<f8", shape);
  header.append(64 - (10 + header.size() + 1) % 64, ' ');  // the data is aligned to 64 bytes
  header += '\n';
  std::string out(magic);
  out += {'\x01', '\x00', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  out += header;
  for (double x : a.data) {
    const auto f = static_cast<float>(x);
    if (type == NpyType::float32)
      out.append(reinterpret_cast<const char*>(&f), sizeof f);
    else
      out.append(reinterpret_cast<const char*>(&x), sizeof x);
  }
  return out;
}

Array read_npy(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) throw NpyError(file.string() + " cannot be read");
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return parse_npy(bytes, file.string());
}

void write_npy(const std::filesystem::path& file, const Array& a, NpyType type) {
  const std::filesystem::path aside = file.string() + ".part";
  std::ofstream out(aside, std::ios::binary | std::ios::trunc);
  const std::string bytes = format_npy(a, type);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw NpyError(file.string() + " cannot be written");
  std::filesystem::rename(aside, file);
}

}  // namespace skein
