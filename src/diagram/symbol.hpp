#pragma once
// Symbol: an interned name. Two symbols are equal iff their texts are; order is that of the texts, so that everything
// sorted by symbols is the same in every run.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace skein {

class Symbol {
 public:
  Symbol();  // the empty name
  explicit Symbol(std::string_view text);

  const std::string& text() const;
  bool empty() const { return id_ == 0; }

  friend bool operator==(Symbol a, Symbol b) { return a.id_ == b.id_; }
  friend std::strong_ordering operator<=>(Symbol a, Symbol b) {
    return a.id_ == b.id_ ? std::strong_ordering::equal : a.text().compare(b.text()) <=> 0;
  }

 private:
  std::uint32_t id_ = 0;
};

}  // namespace skein
