#pragma once
// Features of an axis of a wire: how the leaves below read it. A divisor d says that some view reads k div d; a border
// c that some guard changes at k = c. Where such an axis is bound, splitting or cutting it makes the leaves plain.
#include <optional>
#include <set>

#include "diagram/builder.hpp"

namespace skein {

struct Features {
  std::set<Size> divisors, borders;
};

class FeatureFinder {
 public:
  // Nothing is looked for below `atoms`.
  explicit FeatureFinder(const DiagramBuilder& b, const std::set<WireId>* atoms = nullptr) : b_(b), atoms_(atoms) {}
  Features of(WireId w, std::uint32_t axis);
  // Whether the first of the leaves below that read the axis, by their names, reads it backwards: at c - k.
  bool backwards(WireId w, std::uint32_t axis);
  // Whether the leaves below read axes q and r only through d*q + r: then one axis can stand for both.
  bool reads_merged(WireId w, std::uint32_t q, std::uint32_t r, const Size& d);

 private:
  struct Reading {  // of the first leaf so far
    std::pair<std::string, WireId> leaf;
    bool forwards = false, backwards = false;
  };
  std::optional<Reading> reading(WireId w, std::uint32_t axis);

  const DiagramBuilder& b_;
  const std::set<WireId>* atoms_;
  std::map<std::pair<WireId, std::uint32_t>, Features> memo_;
  std::map<std::tuple<WireId, std::uint32_t, std::uint32_t, Size>, bool> merged_;
  std::map<std::pair<WireId, std::uint32_t>, std::optional<Reading>> readings_;
};

}  // namespace skein
