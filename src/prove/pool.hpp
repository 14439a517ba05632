#pragma once
// The pool of weights: when both architectures carry numbers, their weights are views of common arrays, found by
// comparing numbers. Large weights come first and become arrays of the pool unless they already lie in one, so that a
// packed projection is one array and its parts are slices of it.
#include <deque>

#include "prove/weights.hpp"

namespace skein {

enum class Side : std::uint8_t { left, right };

class WeightPool {
 public:
  struct Entry {
    Symbol name;  // unique among the inputs of the statement
    DType dtype = DType::real;
    WeightArray numbers;
    std::vector<Symbol> axis_names;
    Side owner = Side::left;
    Symbol owner_name;
    std::size_t order = 0;  // of the owner among all weights, the left side's first
    int readers = 0;        // weights that are views of it, its owner included
    bool renamed = false;   // whether one of them has another name
  };
  // What stands for one weight: a view of an array of the pool, or, for an array of equal numbers of which the other
  // side has no counterpart or several, this number.
  struct Place {
    std::size_t entry = 0;
    ArrayView view;
    std::optional<double> constant;
  };

  // Names of `taken` are not given to arrays.
  WeightPool(const std::map<Symbol, WeightArray>& left, const std::vector<InputPort>& left_ports,
             const std::map<Symbol, WeightArray>& right, const std::vector<InputPort>& right_ports,
             std::vector<Symbol> taken);

  const Entry& entry(std::size_t k) const { return entries_[k]; }
  const Place& place(Side side, Symbol weight) const { return places_[index(side)].at(weight); }
  bool is_constant(std::size_t k) const { return constant_[k]; }
  std::vector<std::size_t> inputs() const;  // the arrays that are inputs of the statement, in order

 private:
  struct Weight {
    Side side;
    const InputPort* port;
    const WeightArray* numbers;
    std::size_t order;
  };
  static std::size_t index(Side s) { return s == Side::left ? 0 : 1; }
  std::optional<Place> find(const Weight& w) const;
  bool interchangeable(const Entry& e) const;
  void add(const Weight& w);

  std::deque<Entry> entries_;
  std::deque<Haystack> haystacks_;
  std::deque<std::vector<bool>> used_[2];  // by side: which elements are read already
  std::vector<bool> constant_;
  std::map<Symbol, Place> places_[2];
  std::vector<Symbol> taken_;
};

}  // namespace skein
