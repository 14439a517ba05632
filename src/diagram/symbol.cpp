#include "diagram/symbol.hpp"

#include <deque>
#include <mutex>
#include <unordered_map>

namespace skein {
namespace {

struct Table {
  std::mutex mutex;
  std::deque<std::string> texts{""};  // a deque keeps references valid while it grows
  std::unordered_map<std::string_view, std::uint32_t> ids{{texts.front(), 0}};
};

Table& table() {
  static Table t;
  return t;
}

}  // namespace

Symbol::Symbol() = default;

Symbol::Symbol(std::string_view text) {
  Table& t = table();
  std::lock_guard lock(t.mutex);
  if (auto it = t.ids.find(text); it != t.ids.end()) {
    id_ = it->second;
    return;
  }
  id_ = static_cast<std::uint32_t>(t.texts.size());
  t.texts.emplace_back(text);
  t.ids.emplace(t.texts.back(), id_);
}

const std::string& Symbol::text() const {
  Table& t = table();
  std::lock_guard lock(t.mutex);
  return t.texts[id_];
}

}  // namespace skein
