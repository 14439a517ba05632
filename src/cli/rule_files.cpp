#include "cli/rule_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"

namespace skein::cli {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> all_rule_files() {
  const fs::path folder = source_tree() / "rules";
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".skn") names.push_back(entry.path().filename().string());
  if (error || names.empty()) bad_input("there are no rule files", folder.string());
  auto rank = [](const std::string& n) { return n == "axioms.skn" ? 0 : n == "core.skn" ? 1 : 2; };
  std::sort(names.begin(), names.end(),
            [&](const auto& a, const auto& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
  for (std::string& n : names) n = (folder / n).string();
  return names;
}

}  // namespace

std::vector<std::string> read_lines(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// An item starts in the first column; what continues it is indented, or closes its bracket.
LineRange item_lines(const std::vector<std::string>& lines, int line) {
  LineRange r{static_cast<std::size_t>(line - 1), static_cast<std::size_t>(line)};
  while (r.last < lines.size()) {
    const std::string& l = lines[r.last];
    const bool continues = l.empty() || l[0] == ' ' || l[0] == '\t' || l[0] == '}' || l[0] == '=' || l == "\r";
    if (!continues) break;
    ++r.last;
  }
  while (r.last > r.first + 1 && lines[r.last - 1].find_first_not_of(" \t\r") == std::string::npos) --r.last;
  return r;
}

std::vector<RuleEntry> read_rules(std::vector<std::string> files) {
  if (files.empty()) files = all_rule_files();
  std::vector<RuleEntry> out;
  for (const std::string& file : files) {
    const auto module = std::make_shared<const Module>(read_module(file));
    const std::vector<std::string> lines = read_lines(file);
    for (const Claim& c : module->claims()) {
      std::string text;
      const LineRange range = item_lines(lines, c.line);
      for (std::size_t k = range.first; k < range.last && k < lines.size(); ++k) text += lines[k] + "\n";
      out.push_back({module, &c, file, text});
    }
  }
  return out;
}

const char* describe(const Claim& c) {
  switch (c.kind) {
    case ClaimKind::axiom: return "axiom";
    case ClaimKind::rule: return c.negated ? "false rule" : "rule";
    case ClaimKind::law: return c.negated ? "false law" : "law";
    case ClaimKind::theorem: return c.negated ? "false theorem" : "theorem";
  }
  return "";
}

const RuleEntry& find_rule(const std::vector<RuleEntry>& rules, const std::string& name) {
  std::vector<std::string> names;
  for (const RuleEntry& r : rules) {
    if (r.claim->name.text() == name) return r;
    names.push_back(r.claim->name.text());
  }
  const std::string hint = did_you_mean(name, names);
  bad_input(fmt::format("there is no rule {}{}{}", name, hint.empty() ? "" : "; ", hint));
}

}  // namespace skein::cli
