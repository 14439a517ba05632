// skein rules smt2 --all: every leaf that a certificate of the library rests on, as a file for other solvers.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "cli/rules.hpp"
#include "cli/supervise.hpp"
#include "kernel/digest.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// Derives the rules in order; a message for each: its name, its leaves, and whether it was derived. Those of single
// files may use what the ledger has.
void derive_all(const std::vector<RuleEntry>& rules, const fs::path& ledger, const CommonOptions& common,
                const Emit& emit) {
  Z3Oracle z3;
  std::vector<std::string> asked;
  RuleBook book(
      [&](const std::string& text) {
        asked.push_back(text);
        return z3.unsatisfiable(text);
      },
      ledger);
  for (const RuleEntry& r : rules) {
    if (r.claim->negated || r.claim->kind == ClaimKind::axiom) continue;
    asked.clear();
    DeriveOptions options;
    options.deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<long>(500 * common.timeout));
    const RuleReport report = book.verify(*r.claim, options);
    json leaves = json::array();
    std::set<std::string> seen;
    for (const std::string& text : asked)
      if (report.certificate.find("leaf=" + digest(text)) != std::string::npos && seen.insert(text).second)
        leaves.push_back(text);
    emit(to_text({{"name", r.claim->name.text()},
                  {"verified", report.status == RuleStatus::verified},
                  {"reason", report.reason},
                  {"leaves", leaves}}));
  }
}

}  // namespace

int dump_leaves(const std::vector<std::string>& files, const std::string& folder, const CommonOptions& common) {
  const std::vector<RuleEntry> rules = read_rules(files);
  if (rules.empty()) bad_input("the files have no rules", files.empty() ? "" : files.front());
  std::vector<json> derived;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory, .grace = 2, .per_message = true}, "deriving rules",
      [&](const Emit& emit) { derive_all(rules, files.empty() ? fs::path() : default_ledger(), common, emit); },
      [&](std::string_view message) { derived.push_back(json::parse(message)); });
  fs::create_directories(folder);
  json written = json::array(), missing = json::array();
  for (const json& d : derived) {
    const std::string name = d.at("name");
    if (!d.at("verified").get<bool>()) missing.push_back({{"name", name}, {"reason", d.at("reason")}});
    int k = 0;
    for (const json& leaf : d.at("leaves")) {
      const fs::path file = fs::path(folder) / fmt::format("{}.{}.smt2", file_name(name), ++k);
      const std::string text = leaf.get<std::string>();
      write_file(file, fmt::format("; leaf {} of {}, sha256 {}: unsat is what the certificate needs\n{}", k, name,
                                   digest(text), text));
      written.push_back({{"rule", name}, {"file", file.string()}, {"sha256", digest(text)}});
    }
  }
  if (common.json)
    print_json({{"leaves", written}, {"rules", derived.size()}, {"not_derived", missing}});
  else
    fmt::print("{} leaves of {} rules written to {}\n", written.size(), derived.size(), folder);
  for (const json& m : missing)
    fmt::print(stderr, "skein: {} is not derived: {}\n", m.at("name").get<std::string>(),
               m.at("reason").get<std::string>());
  return missing.empty() ? all_hold : not_decided;
}

}  // namespace skein::cli
