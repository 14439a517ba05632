#pragma once
// Lexer: the text of a .skn file as tokens. Names may contain dots (state_dict names, `q.W`) and end in primes; any
// other text is a name between backquotes. Numbers are exact rationals. Comments run from # to the end of the line.
#include <string>
#include <vector>

#include "diagram/size.hpp"
#include "lang/source.hpp"

namespace skein {

enum class TokenKind { name, number, string, punctuation, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  Rational value;
  Place place;
  bool quoted = false;    // a name between backquotes: never a keyword
  bool new_line = false;  // first token of its line
};

struct Comment {
  int line = 0;
  std::string text;  // without the # and the space after it
};

struct Tokens {
  std::vector<Token> tokens;      // ends with a token of kind `end`
  std::vector<Comment> comments;  // those that have a line for themselves
};

Tokens tokenize(const SourceText& source);

// Words with a meaning of their own where an expression or a statement may stand.
bool is_reserved(const std::string& word);
const std::vector<std::string>& reserved_words();
// The text as the language writes it: between backquotes unless it is a plain name that is not reserved.
std::string quote_name(const std::string& text);

}  // namespace skein
