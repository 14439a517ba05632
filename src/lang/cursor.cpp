#include "lang/cursor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skein {

const Token& TokenCursor::peek(std::size_t ahead) const {
  return tokens_.tokens[std::min(at_ + ahead, tokens_.tokens.size() - 1)];
}

Token TokenCursor::next() {
  Token t = peek();
  if (at_ + 1 < tokens_.tokens.size()) ++at_;
  return t;
}

bool TokenCursor::is(const Token& t, std::string_view text) {
  return !t.quoted && (t.kind == TokenKind::punctuation || t.kind == TokenKind::name) && t.text == text;
}

bool TokenCursor::accept(std::string_view text) {
  if (!at(text)) return false;
  next();
  return true;
}

void TokenCursor::fail_here(const std::string& expectation, const std::string& suggestion) const {
  const std::string shown = peek().kind == TokenKind::end ? "the end of the file" : fmt::format("\"{}\"", peek().text);
  source_.fail(peek().place, fmt::format("unexpected {}", shown), expectation, suggestion);
}

void TokenCursor::unsupported(const Token& t, const std::string& what) const {
  source_.fail(t.place, fmt::format("{} not supported yet", what));
}

Token TokenCursor::expect(std::string_view text, const std::string& after) {
  if (!at(text)) fail_here(fmt::format("\"{}\" {}", text, after));
  return next();
}

Token TokenCursor::name(const std::string& what) {
  const Token& t = peek();
  if (t.kind != TokenKind::name) fail_here(what);
  if (!t.quoted && is_reserved(t.text))
    source_.fail(t.place, fmt::format("\"{}\" is a word of the language", t.text), what,
                 fmt::format("write it between backquotes to use it as a name: `{}`", t.text));
  return next();
}

std::string TokenCursor::description_above(int line) const {
  std::vector<std::string> lines;
  for (auto it = tokens_.comments.rbegin(); it != tokens_.comments.rend(); ++it)
    if (it->line == line - 1 - static_cast<int>(lines.size())) lines.push_back(it->text);
  std::string out;
  for (auto it = lines.rbegin(); it != lines.rend(); ++it) out += (out.empty() ? "" : "\n") + *it;
  return out;
}

}  // namespace skein
