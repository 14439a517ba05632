#pragma once
// Slots: the free names of a term with binders, numbered from 0 (slotted e-graphs, Schneider, Rossel, Shaikhha, Goens,
// Koehler, Steuwer, PLDI 2025). For a diagram a slot is an axis. Lists of slots serve as names (arguments of a class),
// as renamings and as permutations; they are short, so they are kept in place.
#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>

namespace skein::egraph {

using Slot = std::uint16_t;
inline constexpr Slot first_bound =
    0x8000;  // slots from here on are bound by the node at hand: its k-th is first_bound+k
inline constexpr Slot no_slot = 0xffff;

constexpr bool is_bound(Slot s) { return s >= first_bound && s != no_slot; }

// A term has more free names than the e-graph is made for.
class TooManySlots : public std::length_error {
 public:
  TooManySlots() : std::length_error("a term has more than 31 axes, too many for the e-graph") {}
};

class Slots {
 public:
  Slots() = default;
  Slots(std::initializer_list<Slot> s) {
    for (Slot x : s) push_back(x);
  }
  static Slots identity(std::size_t n) {
    Slots s;
    for (std::size_t k = 0; k < n; ++k) s.push_back(static_cast<Slot>(k));
    return s;
  }
  static Slots filled(std::size_t n, Slot value) {
    Slots s;
    for (std::size_t k = 0; k < n; ++k) s.push_back(value);
    return s;
  }

  void push_back(Slot s) {
    if (size_ == items_.size()) throw TooManySlots();
    items_[size_++] = s;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Slot& operator[](std::size_t k) { return items_[k]; }
  Slot operator[](std::size_t k) const { return items_[k]; }
  const Slot* begin() const { return items_.data(); }
  const Slot* end() const { return items_.data() + size_; }
  Slot* begin() { return items_.data(); }
  Slot* end() { return items_.data() + size_; }
  // The position of s, or size().
  std::size_t find(Slot s) const { return static_cast<std::size_t>(std::find(begin(), end(), s) - begin()); }
  bool contains(Slot s) const { return find(s) < size_; }
  // this o order: the k-th is (*this)[order[k]].
  Slots at(const Slots& order) const {
    Slots s;
    for (Slot k : order) s.push_back(items_[k]);
    return s;
  }

  friend bool operator==(const Slots& a, const Slots& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }
  friend auto operator<=>(const Slots& a, const Slots& b) {
    return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::uint16_t size_ = 0;
  std::array<Slot, 31> items_{};
};

}  // namespace skein::egraph
