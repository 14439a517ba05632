#include "cli/rule_memory.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "batch/content.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "kernel/digest.hpp"
#include "lang/printer.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// The claim as it was elaborated: comments, names of files and spelling do not matter.
std::string canonical_text(const Claim& c) {
  std::string text = fmt::format("{} {} {} {}\n{}{}", describe(c), c.name.text(), c.same_calls, c.infers,
                                 print_diagram(c.left, "left"), print_diagram(c.right, "right"));
  for (const SignCondition& w : c.when)
    text += fmt::format("when {}\n{}", int(w.kind), print_diagram(w.value, "value"));
  for (const Given& g : c.given) text += "given\n" + print_diagram(g.left, "left") + print_diagram(g.right, "right");
  for (const SizeEquation& e : c.inferred) text += "inferred " + to_string(e) + "\n";
  for (const auto& [name, size] : c.named_sizes) text += fmt::format("size {} {}\n", name.text(), to_string(size));
  for (const std::string& h : c.hints) text += "by " + h + "\n";
  return text;
}

}  // namespace

RuleMemory::RuleMemory(fs::path folder, const std::string& setting) : folder_(std::move(folder)) {
  if (!folder_.empty()) state_ = digest(file_digest("/proc/self/exe").value_or("") + "\n" + setting);
}

void RuleMemory::rest_on(const std::string& certificate) { state_ = digest(state_ + "\n" + digest(certificate)); }

fs::path RuleMemory::file(const Claim& claim) const {
  return folder_ / (digest(state_ + "\n" + canonical_text(claim)) + ".json");
}

std::optional<json> RuleMemory::find(const Claim& claim) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream in(file(claim));
  if (!in) return std::nullopt;
  json j = json::parse(in, nullptr, false);
  if (j.is_discarded() || !j.is_object()) return std::nullopt;
  for (const char* key : {"status", "tactic", "reason"})
    if (!j.contains(key) || !j.at(key).is_string()) return std::nullopt;
  if (!j.contains("derived") || !j.at("derived").is_boolean()) return std::nullopt;
  for (const char* key : {"steps", "leaves"})
    if (!j.contains(key) || !j.at(key).is_number_unsigned()) return std::nullopt;
  for (const char* key : {"witness", "where"})
    if (!j.contains(key) || !(j.at(key).is_null() || j.at(key).is_string())) return std::nullopt;
  return j;
}

void RuleMemory::keep(const Claim& claim, const json& decision) const {
  if (!folder_.empty()) write_file(file(claim), to_text(decision));
}

}  // namespace skein::cli
