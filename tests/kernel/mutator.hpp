#pragma once
// Mutator: one random change to a certificate, of the kinds that forgers and defects make.
#include <random>
#include <string>
#include <vector>

#include "kernel/text.hpp"

namespace skein {

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  // One change to one line; the first line, the version, stays.
  std::string operator()(const std::string& certificate) {
    std::vector<std::string> lines = split_lines(certificate);
    switch (below(10)) {
      case 0: std::swap(lines[line(lines)], lines[line(lines)]); break;
      case 1: lines.erase(lines.begin() + static_cast<long>(line(lines))); break;
      case 2: possibly_empty(lines); break;
      case 3: rename_inference(lines[line(lines)]); break;
      case 4: rename_operator(lines[boxes(lines)]); break;
      case 5: swap_ports(lines[boxes(lines)]); break;
      case 6: flip_sign(lines[line(lines)]); break;
      case 7: change_number(lines[boxes(lines)]); break;
      default: change_number(lines[line(lines)]);
    }
    std::string out;
    for (const std::string& l : lines) out += l + "\n";
    return out;
  }

 private:
  std::size_t below(std::size_t n) { return n ? random_() % n : 0; }
  std::size_t line(const std::vector<std::string>& lines) { return 1 + below(lines.size() - 1); }
  std::size_t boxes(const std::vector<std::string>& lines) {
    for (int tries = 0; tries < 200; ++tries)
      if (std::size_t k = line(lines); lines[k].starts_with("box ")) return k;
    return line(lines);
  }

  static std::vector<std::string> split_lines(const std::string& s) {
    std::vector<std::string> lines;
    for (auto l : text::split(s, '\n'))
      if (!l.empty()) lines.emplace_back(l);
    return lines;
  }

  // Another lower bound for a size that occurs: 0 where it was 1.
  void possibly_empty(std::vector<std::string>& lines) {
    std::set<std::string> sizes;
    for (const std::string& l : lines)
      for (std::size_t at = 0; (at = l.find(':', at)) != std::string::npos; ++at) {
        std::size_t to = at + 1;
        while (to < l.size() && std::isalpha(static_cast<unsigned char>(l[to]))) ++to;
        if (to > at + 1) sizes.insert(l.substr(at + 1, to - at - 1));
      }
    if (sizes.empty()) return;
    const std::string name = *std::next(sizes.begin(), static_cast<long>(below(sizes.size())));
    for (std::string& l : lines)
      if (l.starts_with("size " + name + " ")) {
        l = "size " + name + (l.back() == '0' ? " 1" : " 0");
        return;
      }
    lines.insert(lines.begin() + 2, "size " + name + " 0");
  }

  void replace_one(std::string& l, const std::vector<std::string>& words) {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const std::string& w : words)
      for (std::size_t at = 0; (at = l.find(w, at)) != std::string::npos; ++at) {
        const bool starts = at > 0 && (l[at - 1] == ' ' || l[at - 1] == '=');
        const bool ends = at + w.size() == l.size() || l[at + w.size()] == ' ';
        if (starts && ends) places.emplace_back(at, w.size());
      }
    if (places.empty()) return;
    const auto [at, length] = places[below(places.size())];
    l.replace(at, length, words[below(words.size())]);
  }
  void rename_inference(std::string& l) {
    replace_one(l, {"refl",     "sym",       "trans",          "congruence",    "contraction",   "lattice",
                    "evaluate", "push_view", "simplify_view",  "reduce_single", "reduce_unused", "reduce_split",
                    "reindex",  "delta",     "cases_then",     "cases_else",    "cases_same",    "instance",
                    "smt",      "sign_rule", "sign_transport", "hypothesis",    "induction"});
  }
  void rename_operator(std::string& l) {
    static const std::vector<std::vector<std::string>> kinds{{"add", "mul", "max", "min"},
                                                             {"exp", "log", "inv", "sqrt", "erf", "sin", "cos"},
                                                             {"less", "less_equal", "equal"}};
    for (const auto& words : kinds) replace_one(l, words);
  }
  void flip_sign(std::string& l) {
    replace_one(l, {"positive", "nonnegative", "nonzero"});
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < l.size(); ++at)
      if (l[at] == '-' || (l[at] == '=' && at + 1 < l.size() && std::isdigit(static_cast<unsigned char>(l[at + 1]))))
        places.push_back(at);
    if (places.empty()) return;
    const std::size_t at = places[below(places.size())];
    if (l[at] == '-')
      l[at] = '+';
    else
      l.insert(at + 1, "-");
  }
  void swap_ports(std::string& l) {
    const std::size_t from = l.find(" in="), semicolon = l.find(';', from);
    if (from == std::string::npos || semicolon == std::string::npos) return change_number(l);
    const std::size_t first = from + 4, to = std::min(l.find(' ', first), l.size());
    if (semicolon >= to) return change_number(l);
    const std::size_t end = std::min(l.find(';', semicolon + 1), to);
    const std::string a = l.substr(first, semicolon - first), c = l.substr(semicolon + 1, end - semicolon - 1);
    l.replace(first, end - first, c + ";" + a);
  }
  void change_number(std::string& l) {
    std::vector<std::pair<std::size_t, std::size_t>> numbers;
    for (std::size_t at = 0; at < l.size(); ++at) {
      if (!std::isdigit(static_cast<unsigned char>(l[at]))) continue;
      std::size_t to = at;
      while (to < l.size() && std::isdigit(static_cast<unsigned char>(l[to]))) ++to;
      const bool number = at == 0 || !std::isalnum(static_cast<unsigned char>(l[at - 1]));
      if (number && to - at < 4) numbers.emplace_back(at, to - at);
      at = to;
    }
    if (numbers.empty()) return;
    const auto [at, length] = numbers[below(numbers.size())];
    const int old = std::stoi(l.substr(at, length));
    const int other = below(3) ? old + (below(2) ? 1 : -1) : static_cast<int>(below(6));
    l.replace(at, length, std::to_string(std::max(0, other)));
  }

  std::mt19937_64 random_;
};

}  // namespace skein
