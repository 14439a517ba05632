#pragma once
// Values of wires: what a diagram computes inside, at one point, told apart by the numbers alone. Two programs name and
// lay out their intermediate arrays differently, but a transpose, a reshape or a slice leaves the numbers as they are;
// so the array of one program is recognised in another as a set of numbers that occurs there.
#include <optional>
#include <set>

#include "backend/evaluate.hpp"

namespace skein {

// The numbers of an array, sorted, each once up to a tolerance.
class ValueSet {
 public:
  ValueSet() = default;
  explicit ValueSet(std::vector<double> values);

  bool contains(const ValueSet& other) const;
  ValueSet scaled(double factor) const;
  void insert(const ValueSet& other);
  std::size_t size() const { return values_.size(); }
  // The c with which every value of `other` is c times one here, if there is one.
  std::optional<double> ratio(const ValueSet& other) const;

 private:
  std::vector<double> values_;
};

// Names of the inputs below each wire.
std::vector<std::set<Symbol>> inputs_below(const Diagram& d);
// Wires whose values are worth having: real, of moderate size, and no products that only sums consume.
std::vector<WireId> value_wires(const Diagram& d, const std::map<Symbol, Integer>& sizes);

}  // namespace skein
