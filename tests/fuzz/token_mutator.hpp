#pragma once
// A mutator of libFuzzer for texts that are made of words: it deletes, doubles, exchanges and replaces words and lines,
// so that most of what comes out is read further than the lexer. One time in four it leaves the bytes to libFuzzer.
// For one source of a fuzz target: it defines LLVMFuzzerCustomMutator.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace skein::fuzz {

using Pieces = std::vector<std::string>;

// Names, numbers, spaces, line ends and single signs.
inline Pieces words(const std::string& text) {
  Pieces out;
  auto kind = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return std::isalnum(u) || c == '_' ? 1 : c == ' ' ? 2 : 0;
  };
  for (char c : text) {
    if (!out.empty() && kind(c) != 0 && kind(out.back().back()) == kind(c))
      out.back() += c;
    else
      out.emplace_back(1, c);
  }
  return out;
}

inline Pieces lines(const std::string& text) {
  Pieces out(1);
  for (char c : text) {
    out.back() += c;
    if (c == '\n') out.emplace_back();
  }
  return out;
}

inline void mutate(Pieces& pieces, std::mt19937_64& random) {
  static const char* const others[] = {"0", "1",  "2", "-1",   "7",   "1000000007", "9223372036854775807",
                                       "n", "x",  "(", ")",    "[",   "]",          "\n",
                                       " ", "==", ",", "-inf", "sum", "max",        ";",
                                       "=", "e0", "e1"};
  auto place = [&] { return static_cast<std::ptrdiff_t>(random() % pieces.size()); };
  const std::ptrdiff_t at = place(), other = place();
  std::string& piece = pieces[static_cast<std::size_t>(at)];
  switch (random() % 6) {
    case 0: pieces.erase(pieces.begin() + at); break;
    case 1: pieces.insert(pieces.begin() + at, std::string(pieces[static_cast<std::size_t>(other)])); break;
    case 2: std::swap(piece, pieces[static_cast<std::size_t>(other)]); break;
    case 3: piece = pieces[static_cast<std::size_t>(other)]; break;
    case 4: piece = others[random() % std::size(others)]; break;
    default: pieces.insert(pieces.begin() + at, others[random() % std::size(others)]);
  }
}

}  // namespace skein::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  std::mt19937_64 random(seed);
  if (size == 0 || random() % 4 == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string text(data, data + size);
  skein::fuzz::Pieces pieces = random() % 4 == 0 ? skein::fuzz::lines(text) : skein::fuzz::words(text);
  for (auto n = 1 + random() % 3; n > 0 && !pieces.empty(); --n) skein::fuzz::mutate(pieces, random);
  std::string out;
  for (const std::string& piece : pieces) out += piece;
  out.resize(std::min(out.size(), most));
  std::copy(out.begin(), out.end(), data);
  return out.size();
}
