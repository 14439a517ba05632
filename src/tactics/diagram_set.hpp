#pragma once
// DiagramSet: diagrams up to isomorphism, as the states of a search. A fingerprint that isomorphic diagrams share sorts
// them into buckets; within a bucket the isomorphism is searched for, so that no hash decides.
#include <unordered_map>
#include <vector>

#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

// By refinement of colours from the boundary.
std::uint64_t fingerprint(const OpenDiagram& d);

// The number that a diagram was given, by isomorphism.
class DiagramSet {
 public:
  // `at(k)` is the diagram that has number k.
  template <class At>
  std::optional<std::size_t> find(const OpenDiagram& d, std::uint64_t print, const At& at) const {
    const auto [first, last] = numbers_.equal_range(print);
    for (auto it = first; it != last; ++it)
      if (same(d, at(it->second))) return it->second;
    return std::nullopt;
  }
  void add(std::uint64_t print, std::size_t number) { numbers_.emplace(print, number); }

 private:
  static bool same(const OpenDiagram& a, const OpenDiagram& b);
  std::unordered_multimap<std::uint64_t, std::size_t> numbers_;
};

}  // namespace skein::monoidal
