#include "lang/source.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skein {

SourceError::SourceError(std::string file_, Place at, std::string message_, std::string expectation_,
                         std::string suggestion_, std::string source_line_)
    : std::runtime_error(fmt::format("{}:{}:{}: {}", file_, at.line, at.column, message_)),
      file(std::move(file_)),
      line(at.line),
      column(at.column),
      message(std::move(message_)),
      expectation(std::move(expectation_)),
      suggestion(std::move(suggestion_)),
      source_line(std::move(source_line_)) {}

std::string SourceError::render() const {
  std::string out = fmt::format("{}:{}:{}: error: {}\n", file, line, column, message);
  if (!source_line.empty()) {
    // The caret's padding repeats tabs, so that it stands under its character at any tab width.
    std::string padding;
    int seen = 1;
    for (unsigned char c : source_line) {
      if ((c & 0xC0) == 0x80) continue;
      if (seen++ >= column) break;
      padding += c == '\t' ? '\t' : ' ';
    }
    out += fmt::format("  {}\n  {}^\n", source_line, padding);
  }
  if (!expectation.empty()) out += fmt::format("  expected {}\n", expectation);
  if (!suggestion.empty()) out += fmt::format("  {}\n", suggestion);
  return out;
}

SourceText::SourceText(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}

std::string SourceText::line(int number) const {
  std::size_t begin = 0;
  for (int l = 1; l < number; ++l) {
    begin = text_.find('\n', begin);
    if (begin == std::string::npos) return "";
    ++begin;
  }
  std::string out = text_.substr(begin, text_.find('\n', begin) - begin);
  if (!out.empty() && out.back() == '\r') out.pop_back();
  return out;
}

void SourceText::fail(Place at, const std::string& message, const std::string& expectation,
                      const std::string& suggestion) const {
  throw SourceError(name_, at, message, expectation, suggestion, line(at.line));
}

namespace {

// Insertions, deletions, substitutions and exchanges of neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance < name.size()) best_distance = distance, best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best = nearest_name(name, candidates);
  return best.empty() ? "" : fmt::format("did you mean \"{}\"?", best);
}

}  // namespace skein
