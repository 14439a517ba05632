#pragma once
// IdList: a list of ids that keeps up to three in place. An e-graph has two such lists for every node ever made, and
// nearly all of them stay that short.
#include <cstring>
#include <utility>

#include "rewrite/egraph/node.hpp"

namespace skein::egraph {

class IdList {
 public:
  IdList() = default;
  IdList(IdList&& o) noexcept { take(o); }
  IdList& operator=(IdList&& o) noexcept {
    if (this != &o) release(), take(o);
    return *this;
  }
  IdList(const IdList&) = delete;
  IdList& operator=(const IdList&) = delete;
  ~IdList() { release(); }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Id* begin() { return capacity_ == in_place ? own_ : far_; }
  Id* end() { return begin() + size_; }
  const Id* begin() const { return capacity_ == in_place ? own_ : far_; }
  const Id* end() const { return begin() + size_; }
  Id operator[](std::size_t k) const { return begin()[k]; }

  void push_back(Id id) {
    if (size_ == capacity_) reserve(2 * capacity_);
    begin()[size_++] = id;
  }
  void append(const IdList& o) {
    if (size_ + o.size_ > capacity_) reserve(std::max(2 * capacity_, size_ + o.size_));
    std::memcpy(begin() + size_, o.begin(), o.size_ * sizeof(Id));
    size_ += o.size_;
  }
  void truncate(const Id* new_end) { size_ = static_cast<std::uint32_t>(new_end - begin()); }

 private:
  static constexpr std::uint32_t in_place = 3;

  void reserve(std::uint32_t n) {
    Id* next = new Id[n];
    std::memcpy(next, begin(), size_ * sizeof(Id));
    release();
    far_ = next, capacity_ = n;
  }
  void release() {
    if (capacity_ != in_place) delete[] far_;
    capacity_ = in_place;
  }
  void take(IdList& o) {
    size_ = o.size_, capacity_ = o.capacity_;
    if (capacity_ == in_place)
      std::memcpy(own_, o.own_, sizeof own_);
    else
      far_ = o.far_;
    o.size_ = 0, o.capacity_ = in_place;
  }

  std::uint32_t size_ = 0, capacity_ = in_place;
  union {
    Id own_[in_place];
    Id* far_;
  };
};

}  // namespace skein::egraph
