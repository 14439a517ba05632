#include "batch/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace skein {

using nlohmann::json;

namespace {

// Text of a cell: on one line, and no character of it is markup.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string("|*_`<>[]\\").find(c) != std::string::npos) out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string verdict(const BatchResult& r, const json& report) {
  std::string out = r.verdict == "proved_up_to_rounding" ? "proved up to rounding" : r.verdict;
  const json hypotheses = report.value("hypotheses", json());
  const std::size_t count = hypotheses.is_array() ? hypotheses.size() : 0;
  if (count > 0) out += fmt::format(", {} hypothes{}", count, count == 1 ? "is" : "es");
  return r.standing() == Standing::unexpected ? "**" + out + "**" : out;
}

std::string row(const BatchResult& r) {
  const json report = json::parse(r.report);
  const json steps = report.value("steps", json());
  return fmt::format("| {} | {} | {} | {} | {:.1f} | {} |\n", cell(r.the_case.name),
                     r.the_case.expected ? to_string(*r.the_case.expected) : "", verdict(r, report),
                     steps.is_number() ? steps.dump() : "", r.seconds, cell(r.the_case.note));
}

}  // namespace

std::string to_markdown(const std::vector<BatchResult>& results, const std::string& command) {
  const auto counted = [&](const char* verdict) {
    return std::count_if(results.begin(), results.end(), [&](const BatchResult& r) { return r.verdict == verdict; });
  };
  const auto as_expected = std::count_if(results.begin(), results.end(),
                                         [](const BatchResult& r) { return r.standing() == Standing::as_expected; });
  std::string out = fmt::format(
      "# Results of a batch\n\nMade by `{}`. Of {} cases {} came out as expected; {} were proved, {} refuted, {} are "
      "unknown and {} in error. Steps are those of the certificate, seconds those of the whole decision; hypotheses "
      "are conditions under which a proof "
      "holds, and `--json` spells them out.\n",
      command, results.size(), as_expected, counted("proved") + counted("proved_up_to_rounding"), counted("refuted"),
      counted("unknown"), counted("error"));
  const std::string* source = nullptr;
  for (const BatchResult& r : results) {
    if (!source || *source != r.the_case.source)
      out += fmt::format(
          "\n## {}\n\n| case | expected | verdict | steps | seconds | what it says |\n"
          "| --- | --- | --- | ---: | ---: | --- |\n",
          cell(r.the_case.source));
    source = &r.the_case.source;
    out += row(r);
  }
  return out;
}

}  // namespace skein
