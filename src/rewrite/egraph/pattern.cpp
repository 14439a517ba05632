#include "rewrite/egraph/pattern.hpp"

#include <cctype>
#include <stdexcept>

namespace skein::egraph {
namespace {

class Reader {
 public:
  Reader(Language& language, PatternNames& names, std::string_view text)
      : language_(language), names_(names), text_(text) {}

  Pattern read() {
    term();
    skip();
    if (at_ != text_.size()) fail("nothing more");
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw std::invalid_argument("expected " + expected + " at character " + std::to_string(at_) + " of the pattern " +
                                std::string(text_));
  }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool take(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string word() {
    skip();
    const std::size_t from = at_;
    while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_])) &&
           std::string_view("()[],:").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (at_ == from) fail("a name");
    return std::string(text_.substr(from, at_ - from));
  }

  static std::uint32_t number(std::map<std::string, std::uint32_t>& map, const std::string& name) {
    return map.emplace(name, static_cast<std::uint32_t>(map.size())).first->second;
  }

  bool at_slot() {
    skip();
    return at_ < text_.size() && text_[at_] == '$';
  }

  Slot slot() {
    const std::uint32_t s = number(names_.slots, word());
    if (s == names_.slot_types.size()) names_.slot_types.push_back({false, Language::any_type});
    if (take(':')) {
      const std::string type = word();
      names_.slot_types[s] =
          type[0] == '?' ? PatternType{true, number(names_.types, type)} : PatternType{false, language_.type(type)};
    }
    return static_cast<Slot>(s);
  }

  std::uint32_t emit(PatternNode n) {
    out_.nodes.push_back(std::move(n));
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  std::uint32_t term() {
    PatternNode n;
    if (!take('(')) {
      const std::string name = word();
      n.variable = name[0] == '?';
      n.number = n.variable ? number(names_.variables, name) : language_.op(name);
      if (n.variable && take('['))
        while (!take(']')) {
          n.slots.push_back(slot());
          take(',');
        }
      return emit(std::move(n));
    }
    n.number = language_.op(word());
    for (unsigned k = 0; k < language_[n.number].binders; ++k) {
      if (!at_slot()) fail("a slot");
      n.bound.push_back(slot());
      n.bound_types.push_back(names_.slot_types[n.bound[k]]);
    }
    while (at_slot()) n.slots.push_back(slot());
    while (!take(')')) n.children.push_back(term());
    return emit(std::move(n));
  }

  Language& language_;
  PatternNames& names_;
  std::string_view text_;
  std::size_t at_ = 0;
  Pattern out_;
};

}  // namespace

Pattern read_pattern(Language& language, PatternNames& names, std::string_view text) {
  return Reader(language, names, text).read();
}

}  // namespace skein::egraph
