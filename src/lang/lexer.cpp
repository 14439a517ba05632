#include "lang/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace skein {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::array<std::string_view, 7> long_punctuation{"==", "!=", "<=", ">=", "=>", "->", ".."};
constexpr std::string_view short_punctuation = "()[]{},:;=<>+-*/%|?!^.";
constexpr int largest_exponent = 400;

class Lexer {
 public:
  explicit Lexer(const SourceText& source) : source_(source), text_(source.text()) {}

  Tokens run() {
    while (true) {
      skip_blank();
      Token t;
      t.place = here();
      t.new_line = std::exchange(line_start_, false);
      if (at_ >= text_.size()) {
        t.kind = TokenKind::end;
        t.text = "end of file";
        out_.tokens.push_back(std::move(t));
        return std::move(out_);
      }
      char c = text_[at_];
      if (is_letter(c))
        name(t);
      else if (c == '`')
        quoted(t, '`', TokenKind::name);
      else if (c == '"')
        quoted(t, '"', TokenKind::string);
      else if (is_digit(c))
        number(t);
      else
        punctuation(t);
      out_.tokens.push_back(std::move(t));
    }
  }

 private:
  Place here() const { return {line_, column_}; }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void advance() {
    char c = text_[at_++];
    if (c == '\n')
      ++line_, column_ = 1, line_start_ = true;
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80)
      ++column_;
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        advance();
      } else if (c == '#') {
        std::size_t end = std::min(text_.find('\n', at_), text_.size());
        std::string body = text_.substr(at_ + 1, end - at_ - 1);
        if (!body.empty() && body.back() == '\r') body.pop_back();
        if (!body.empty() && body.front() == ' ') body.erase(0, 1);
        if (line_start_) out_.comments.push_back({line_, body});
        while (at_ < end) advance();
      } else {
        return;
      }
    }
  }

  void name(Token& t) {
    t.kind = TokenKind::name;
    auto part = [&] {
      while (is_letter(peek()) || is_digit(peek())) t.text += peek(), advance();
    };
    part();
    while (peek() == '.' && (is_letter(peek(1)) || is_digit(peek(1)))) {
      t.text += '.';
      advance();
      part();
    }
    while (peek() == '\'') t.text += '\'', advance();
  }

  void quoted(Token& t, char mark, TokenKind kind) {
    t.kind = kind;
    t.quoted = true;
    advance();
    while (peek() != mark) {
      if (at_ >= text_.size() || peek() == '\n')
        source_.fail(t.place, fmt::format("this {} is not closed on its line", mark));
      t.text += peek();
      advance();
    }
    advance();
    if (t.text.empty()) source_.fail(t.place, "an empty name");
  }

  void number(Token& t) {
    t.kind = TokenKind::number;
    std::string digits;
    int exponent = 0;
    auto take_digits = [&](int step) {
      while (is_digit(peek())) {
        digits += peek();
        t.text += peek();
        exponent -= step;
        advance();
      }
    };
    take_digits(0);
    if (peek() == '.' && is_digit(peek(1))) {
      t.text += '.';
      advance();
      take_digits(1);
    }
    bool sign = peek(1) == '+' || peek(1) == '-';
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
      bool negative = peek(1) == '-';
      for (int i = 0; i < (sign ? 2 : 1); ++i) t.text += peek(), advance();
      int e = 0;
      while (is_digit(peek())) {
        if (e <= largest_exponent) e = 10 * e + (peek() - '0');
        t.text += peek();
        advance();
      }
      exponent += negative ? -e : e;
    }
    if (is_letter(peek())) source_.fail(t.place, fmt::format("the number {} runs into a name", t.text));
    if (exponent > largest_exponent || exponent < -10 * largest_exponent || digits.size() > 2000)
      source_.fail(t.place, fmt::format("the number {} is out of proportion", t.text.substr(0, 40)));
    Integer power;
    mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
    t.value = Rational(Integer(digits, 10));
    if (exponent < 0)
      t.value /= Rational(power);
    else
      t.value *= Rational(power);
    t.value.canonicalize();
  }

  void punctuation(Token& t) {
    t.kind = TokenKind::punctuation;
    for (std::string_view p : long_punctuation)
      if (std::string_view(text_).substr(at_).starts_with(p)) {
        t.text = p;
        advance();
        advance();
        return;
      }
    if (short_punctuation.find(peek()) == std::string_view::npos) {
      std::size_t length = 1;
      while ((static_cast<unsigned char>(peek(length)) & 0xC0) == 0x80) ++length;
      source_.fail(t.place, fmt::format("the character {} has no meaning here", text_.substr(at_, length)));
    }
    t.text = peek();
    advance();
  }

  const SourceText& source_;
  const std::string& text_;
  std::size_t at_ = 0;
  int line_ = 1, column_ = 1;
  bool line_start_ = true;
  Tokens out_;
};

}  // namespace

Tokens tokenize(const SourceText& source) { return Lexer(source).run(); }

const std::vector<std::string>& reserved_words() {
  static const std::vector<std::string> words{
      "def",   "axiom", "rule",   "law",    "theorem", "false",  "import", "theory", "where", "when",
      "given", "with",  "by",     "weight", "use",     "return", "if",     "then",   "else",  "and",
      "or",    "not",   "inf",    "sum",    "prod",    "max",    "min",    "any",    "all",   "exp",
      "log",   "sqrt",  "erf",    "sin",    "cos",     "inv",    "fin",    "add",    "mul",   "index",
      "view",  "delta", "opaque", "random", "fold",    "scan",   "repeat", "take",   "nat",   "axis"};
  return words;
}

bool is_reserved(const std::string& word) {
  const auto& words = reserved_words();
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string quote_name(const std::string& text) {
  std::size_t i = 0;
  auto part = [&] {
    while (i < text.size() && (is_letter(text[i]) || is_digit(text[i]))) ++i;
  };
  bool plain = !text.empty() && is_letter(text[0]) && !is_reserved(text);
  part();
  while (plain && i + 1 < text.size() && text[i] == '.' && (is_letter(text[i + 1]) || is_digit(text[i + 1])))
    ++i, part();
  while (i < text.size() && text[i] == '\'') ++i;
  return plain && i == text.size() ? text : "`" + text + "`";
}

}  // namespace skein
