#pragma once
// Diagnostics of the language: a place in a text, and the error that shows it. Every rejection of a .skn text is a
// SourceError, rendered as `file:line:col: error: message`, the line, a caret, and what was expected or perhaps meant.
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace skein {

// Lines and columns count from 1; a column counts characters (UTF-8 code points).
struct Place {
  int line = 0;
  int column = 0;
};

struct SourceError : std::runtime_error {
  SourceError(std::string file, Place at, std::string message, std::string expectation, std::string suggestion,
              std::string source_line);

  std::string file;
  int line;
  int column;
  std::string message;
  std::string expectation;  // a noun phrase after "expected", or empty
  std::string suggestion;   // a sentence, or empty
  std::string source_line;

  std::string render() const;
};

// A text with its name; throws its errors.
class SourceText {
 public:
  SourceText(std::string name, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  std::string line(int number) const;
  [[noreturn]] void fail(Place at, const std::string& message, const std::string& expectation = "",
                         const std::string& suggestion = "") const;

 private:
  std::string name_;
  std::string text_;
};

// The candidate with the least edit distance to `name`, if near enough to be a slip of the keyboard, else empty.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);
// `Did you mean "x"?` for the nearest candidate, else empty.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace skein
