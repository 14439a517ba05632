// skein rules list | explain | smt2: what the rules say, why they hold, and what the solver is asked for them.
#include "cli/rules.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "cli/supervise.hpp"
#include "kernel/digest.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// --- list

int list(const std::vector<std::string>& files, const CommonOptions& common) {
  json all = json::array();
  for (const RuleEntry& r : read_rules(files)) {
    if (!common.json) {
      const std::string first = r.claim->description.substr(0, r.claim->description.find('\n'));
      fmt::print("{:<34} {:<11} {:<22} {}\n", r.claim->name.text(), describe(*r.claim),
                 fs::path(r.file).filename().string(), first);
    }
    all.push_back({{"name", r.claim->name.text()},
                   {"kind", describe(*r.claim)},
                   {"file", r.file},
                   {"line", r.claim->line},
                   {"description", r.claim->description}});
  }
  if (common.json) print_json({{"rules", all}});
  return all_hold;
}

// --- one rule, derived again with its leaves recorded

struct Leaf {
  std::string text;
  bool unsatisfiable = false;
};

struct Derived {
  RuleReport report;
  std::vector<Leaf> leaves;  // those that the certificate rests on; all that were asked if there is none
};

// A theorem of the ledger; none if it is out of date.
TheoremPtr known(Ledger& ledger, Symbol name) {
  try {
    return ledger.find(name);
  } catch (const Rejected&) {
    return nullptr;
  }
}

// The rules before it come from the ledger, or are derived first; it does not know itself.
Derived derive_rule(const std::vector<RuleEntry>& rules, const RuleEntry& rule, const CommonOptions& common) {
  Z3Oracle z3;
  std::vector<Leaf> asked;
  RuleBook book([&](const std::string& text) {
    asked.push_back({text, z3.unsatisfiable(text)});
    return asked.back().unsatisfiable;
  });
  Ledger ledger(default_ledger(), z3.oracle());
  DeriveOptions options;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                            std::chrono::duration<double>(common.timeout));
  for (const RuleEntry& earlier : rules) {
    if (earlier.claim == rule.claim) break;
    if (earlier.claim->negated || earlier.claim->kind == ClaimKind::axiom) continue;
    if (const TheoremPtr t = known(ledger, earlier.claim->name))
      book.ledger().add(t);
    else
      book.verify(*earlier.claim, options);
  }
  asked.clear();
  Derived d{book.verify(*rule.claim, options), {}};
  std::set<std::string> seen;
  for (const Leaf& leaf : asked) {
    const std::string hash = digest(leaf.text);
    const bool used = d.report.certificate.empty() || d.report.certificate.find("leaf=" + hash) != std::string::npos;
    if (used && seen.insert(hash).second) d.leaves.push_back(leaf);
  }
  return d;
}

json derived_to_json(const Derived& d) {
  json leaves = json::array();
  for (const Leaf& l : d.leaves)
    leaves.push_back({{"text", l.text}, {"unsat", l.unsatisfiable}, {"sha256", digest(l.text)}});
  const char* status = d.report.status == RuleStatus::verified ? "verified"
                       : d.report.status == RuleStatus::error  ? "error"
                                                               : "unknown";
  return {{"status", status},        {"tactic", d.report.tactic}, {"reason", d.report.reason},
          {"steps", d.report.steps}, {"leaves", leaves},          {"certificate", d.report.certificate}};
}

// The false twin stands behind its rule: the claims up to the next true one.
const RuleEntry* twin_of(const std::vector<RuleEntry>& rules, const RuleEntry& rule) {
  for (std::size_t k = 0; k + 1 < rules.size(); ++k)
    if (rules[k].claim == rule.claim && rules[k + 1].claim->negated && rules[k + 1].file == rule.file)
      return &rules[k + 1];
  return nullptr;
}

json supervised_derivation(const std::vector<RuleEntry>& rules, const RuleEntry& rule, const CommonOptions& common) {
  json result{{"status", "unknown"},
              {"tactic", ""},
              {"steps", 0},
              {"leaves", json::array()},
              {"certificate", ""},
              {"reason", fmt::format("the time limit of {} s or the memory limit was reached", common.timeout)}};
  supervise(
      {.seconds = common.timeout, .megabytes = common.memory, .grace = 2}, "deriving " + rule.claim->name.text(),
      [&](const Emit& emit) { emit(to_text(derived_to_json(derive_rule(rules, rule, common)))); },
      [&](std::string_view message) { result = json::parse(message); });
  return result;
}

int exit_of(const json& derived, const Claim& claim) {
  const bool verified = derived.at("status") == "verified";
  if (claim.negated) return verified ? defect : all_hold;
  return verified ? all_hold : not_decided;
}

// --- explain

int explain(const std::string& name, const std::vector<std::string>& files, const CommonOptions& common) {
  const std::vector<RuleEntry> rules = read_rules(files);
  const RuleEntry& rule = find_rule(rules, name);
  const RuleEntry* twin = rule.claim->negated ? nullptr : twin_of(rules, rule);
  json derived = supervised_derivation(rules, rule, common);
  std::set<std::string> uses;
  std::istringstream lines(derived.at("certificate").get<std::string>());
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("use ")) uses.insert(line.substr(4, line.find(' ', 4) - 4));
  if (common.json) {
    json j{{"name", name},
           {"kind", describe(*rule.claim)},
           {"file", rule.file},
           {"line", rule.claim->line},
           {"text", rule.text},
           {"description", rule.claim->description},
           {"conditions", rule.claim->when.size()},
           {"twin", twin ? json(twin->claim->name.text()) : json()},
           {"uses", uses},
           {"tactic", derived.at("tactic")},
           {"steps", derived.at("steps")},
           {"leaves", derived.at("leaves").size()},
           {"status", derived.at("status")},
           {"reason", derived.at("reason")}};
    print_json(j);
    return exit_of(derived, *rule.claim);
  }
  fmt::print("{}\n", rule.text);
  if (!rule.claim->description.empty()) fmt::print("  {}\n", rule.claim->description);
  auto line = [](const char* label, const std::string& text) { fmt::print("  {:<12} {}\n", label, text); };
  line("written in", fmt::format("{}:{}", rule.file, rule.claim->line));
  line("conditions", rule.claim->when.empty() ? "none" : fmt::format("{}", rule.claim->when.size()));
  line("status", rule.claim->negated && derived.at("status") != "verified" ? "not derivable, as it should be"
                                                                           : derived.at("status").get<std::string>());
  if (!derived.at("tactic").get<std::string>().empty()) line("tactic", derived.at("tactic").get<std::string>());
  if (derived.at("status") == "verified") {
    line("steps", derived.at("steps").dump());
    line("leaves", fmt::format("{} asked of the solver{}", derived.at("leaves").size(),
                               derived.at("leaves").empty() ? "" : "; skein rules smt2 " + name + " shows them"));
  } else if (!derived.at("reason").get<std::string>().empty()) {
    line("reason", derived.at("reason").get<std::string>());
  }
  for (const std::string& use : uses) line("rests on", use);
  if (twin) line("false twin", twin->text.substr(0, twin->text.find_last_not_of('\n') + 1));
  return exit_of(derived, *rule.claim);
}

// --- smt2

int smt2(const std::string& name, const std::vector<std::string>& files, const CommonOptions& common) {
  const std::vector<RuleEntry> rules = read_rules(files);
  const RuleEntry& rule = find_rule(rules, name);
  const json derived = supervised_derivation(rules, rule, common);
  if (common.json) {
    print_json({{"name", name}, {"status", derived.at("status")}, {"leaves", derived.at("leaves")}});
    return all_hold;
  }
  const json& leaves = derived.at("leaves");
  if (leaves.empty()) fmt::print("; {} needs no leaf\n", name);
  for (std::size_t k = 0; k < leaves.size(); ++k)
    fmt::print("{}; leaf {} of {}, sha256 {}, answered {}\n{}\n", k ? "(reset)\n" : "", k + 1, leaves.size(),
               leaves[k].at("sha256").get<std::string>(), leaves[k].at("unsat").get<bool>() ? "unsat" : "not unsat",
               leaves[k].at("text").get<std::string>());
  return all_hold;
}

struct OneRule {
  std::string name;
  std::vector<std::string> files;
};

template <class F>
void add_one_rule(CLI::App& rules, Invocation& call, const char* name, const char* about, F run) {
  CLI::App* c = rules.add_subcommand(name, about);
  auto args = std::make_shared<OneRule>();
  c->add_option("NAME", args->name, "a rule")->required();
  c->add_option("FILE", args->files, "files with rules; all of rules/ if there is none");
  add_common_options(*c, call.common);
  c->callback(
      [&call, args, run] { call.run = [&call, args, run] { return run(args->name, args->files, call.common); }; });
}

}  // namespace

void add_rules_list(CLI::App& rules, Invocation& call) {
  CLI::App* c = rules.add_subcommand("list", "List the rules");
  auto files = std::make_shared<std::vector<std::string>>();
  c->add_option("FILE", *files, "files with rules; all of rules/ if there is none");
  add_common_options(*c, call.common);
  c->callback([&call, files] { call.run = [&call, files] { return list(*files, call.common); }; });
}

void add_rules_explain(CLI::App& rules, Invocation& call) {
  add_one_rule(rules, call, "explain", "Say what a rule states and how it is derived", explain);
}

void add_rules_smt2(CLI::App& rules, Invocation& call) {
  struct Arguments {
    OneRule one;
    bool all = false;
    std::string out = "out/smt2";
  };
  CLI::App* c =
      rules.add_subcommand("smt2", "Print the SMT-LIB text of the leaves of a rule, or write those of all rules");
  auto args = std::make_shared<Arguments>();
  c->add_option("NAME", args->one.name, "a rule; with --all a file with rules");
  c->add_option("FILE", args->one.files, "files with rules; all of rules/ if there is none");
  c->add_flag("--all", args->all, "write the leaves of every rule to files");
  c->add_option("--out", args->out, "folder for them")->capture_default_str();
  add_common_options(*c, call.common);
  c->callback([&call, args] {
    call.run = [&call, args] {
      if (!args->all) {
        if (args->one.name.empty()) usage_error("smt2 needs the NAME of a rule, or --all");
        return smt2(args->one.name, args->one.files, call.common);
      }
      if (!args->one.name.empty()) args->one.files.insert(args->one.files.begin(), args->one.name);
      return dump_leaves(args->one.files, args->out, call.common);
    };
  });
}

void add_rules(CLI::App& app, Invocation& call) {
  CLI::App* rules = app.add_subcommand("rules", "Verify, list and explain the rules");
  rules->require_subcommand(1);
  add_rules_verify(*rules, call);
  add_rules_audit(*rules, call);
  add_rules_mutate(*rules, call);
  add_rules_list(*rules, call);
  add_rules_explain(*rules, call);
  add_rules_smt2(*rules, call);
}

}  // namespace skein::cli
