#include "kernel/digest.hpp"

#include <array>
#include <cmath>
#include <cstdint>

namespace skein {
namespace {

// The first 32 bits of the fractional parts of square and cube roots of the first primes, as the standard defines them.
struct Constants {
  std::array<std::uint32_t, 8> h{};
  std::array<std::uint32_t, 64> k{};
  Constants() {
    auto fraction = [](long double x) { return static_cast<std::uint32_t>((x - std::floor(x)) * 4294967296.0L); };
    int found = 0;
    for (int n = 2; found < 64; ++n) {
      bool prime = true;
      for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
      if (!prime) continue;
      if (found < 8) h[static_cast<std::size_t>(found)] = fraction(std::sqrt(static_cast<long double>(n)));
      k[static_cast<std::size_t>(found)] = fraction(std::cbrt(static_cast<long double>(n)));
      ++found;
    }
  }
};

std::uint32_t rotate(std::uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

}  // namespace

std::string digest(std::string_view text) {
  static const Constants constants;
  std::array<std::uint32_t, 8> h = constants.h;
  std::string m(text);
  m += '\x80';
  while (m.size() % 64 != 56) m += '\0';
  for (int i = 7; i >= 0; --i) m += static_cast<char>((text.size() * 8) >> (8 * i) & 0xff);
  for (std::size_t block = 0; block < m.size(); block += 64) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t j = 0; j < 4; ++j) w[i] = w[i] << 8 | static_cast<unsigned char>(m[block + 4 * i + j]);
    for (std::size_t i = 16; i < 64; ++i) {
      std::uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
      std::uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    auto v = h;
    for (std::size_t i = 0; i < 64; ++i) {
      std::uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
      std::uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
      std::uint32_t t1 = v[7] + s1 + choice + constants.k[i] + w[i];
      std::uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
      std::uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      v = {t1 + s0 + majority, v[0], v[1], v[2], v[3] + t1, v[4], v[5], v[6]};
    }
    for (std::size_t i = 0; i < 8; ++i) h[i] += v[i];
  }
  std::string out;
  for (std::uint32_t x : h)
    for (int i = 28; i >= 0; i -= 4) out += "0123456789abcdef"[x >> i & 15];
  return out;
}

}  // namespace skein
