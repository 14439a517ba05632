#include "batch/junit.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace skein {

namespace {

// XML has no way to write most control characters.
std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string outcome(const BatchResult& r) {
  const auto report = nlohmann::json::parse(r.report, nullptr, false);
  if (r.verdict == "error") {
    const auto& error = report.at("error");
    return fmt::format("    <error type=\"{}\" message=\"{}\"/>\n", escape(error.value("kind", "")),
                       escape(error.value("message", "")));
  }
  if (r.standing() == Standing::unknown) {
    const auto reason = report.value("reason", nlohmann::json());
    return fmt::format("    <skipped message=\"{}\"/>\n",
                       escape("unknown: " + (reason.is_string() ? reason.get<std::string>() : "")));
  }
  if (r.standing() == Standing::unexpected)
    return fmt::format("    <failure type=\"verdict\" message=\"expected {}, {}\"/>\n", to_string(*r.the_case.expected),
                       escape(r.verdict));
  // A proof that holds under hypotheses is a success, but says under which.
  const auto hypotheses = report.value("hypotheses", nlohmann::json());
  std::string said;
  if (hypotheses.is_array())
    for (const auto& h : hypotheses) said += "hypothesis: " + h.get<std::string>() + "\n";
  return said.empty() ? "" : fmt::format("    <system-out>{}</system-out>\n", escape(said));
}

}  // namespace

std::string to_junit(const std::vector<BatchResult>& results, const std::string& suite) {
  std::size_t failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
  std::string cases;
  for (const BatchResult& r : results) {
    seconds += r.seconds;
    if (r.verdict == "error")
      ++errors;
    else if (r.standing() == Standing::unexpected)
      ++failures;
    else if (r.standing() == Standing::unknown)
      ++skipped;
    const std::string inside = outcome(r);
    cases += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"{}>\n", escape(r.the_case.source),
                         escape(r.the_case.name), r.seconds, inside.empty() ? "/" : "");
    if (!inside.empty()) cases += inside + "  </testcase>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{:.3f}\">\n{}</testsuite>\n",
      escape(suite), results.size(), failures, errors, skipped, seconds, cases);
}

}  // namespace skein
