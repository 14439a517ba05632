#pragma once
// TokenCursor: the position of a recursive-descent parser in the tokens of a text, and the errors at it. The parsers of
// tensors and of theories share one cursor, so that a file may hold both.
#include "lang/lexer.hpp"

namespace skein {

class TokenCursor {
 public:
  TokenCursor(const SourceText& source, Tokens tokens) : source_(source), tokens_(std::move(tokens)) {}

  const SourceText& source() const { return source_; }
  // The token `ahead` places further on; the last one is the end of the file.
  const Token& peek(std::size_t ahead = 0) const;
  Token next();
  static bool is(const Token& t, std::string_view text);
  bool at(std::string_view text) const { return is(peek(), text); }
  bool accept(std::string_view text);
  bool at_end() const { return peek().kind == TokenKind::end; }

  // All throw SourceError at the token that stands here.
  Token expect(std::string_view text, const std::string& after);
  // A name that is not a word of the language.
  Token name(const std::string& what);
  [[noreturn]] void fail_here(const std::string& expectation, const std::string& suggestion = "") const;
  [[noreturn]] void unsupported(const Token& t, const std::string& what) const;

  // The # lines that end on the line above.
  std::string description_above(int line) const;

 protected:
  const SourceText& source_;
  Tokens tokens_;
  std::size_t at_ = 0;
};

}  // namespace skein
