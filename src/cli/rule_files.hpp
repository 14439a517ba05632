#pragma once
// Rule files: the claims of rules/*.skn in the order in which later ones may rest on earlier ones, each with its text
// as it was written.
#include <memory>
#include <string>
#include <vector>

#include "lang/module.hpp"

namespace skein::cli {

struct RuleEntry {
  std::shared_ptr<const Module> module;
  const Claim* claim = nullptr;
  std::string file;  // as it was named
  std::string text;  // the claim as written
};

// All claims of the files; without files, those of rules/: axioms.skn and core.skn first.
std::vector<RuleEntry> read_rules(std::vector<std::string> files);
const char* describe(const Claim& c);  // "rule", "false rule", "axiom", ...
// The entry of that name; throws CommandError with the nearest name.
const RuleEntry& find_rule(const std::vector<RuleEntry>& rules, const std::string& name);

// The lines of a text from `line` (counted from 1) to the end of the item that starts there.
struct LineRange {
  std::size_t first = 0, last = 0;  // from 0; last is not included
};
LineRange item_lines(const std::vector<std::string>& lines, int line);
std::vector<std::string> read_lines(const std::string& file);

}  // namespace skein::cli
