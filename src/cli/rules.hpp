#pragma once
// The subcommands of `skein rules`.
#include "cli/command.hpp"

namespace skein::cli {

void add_rules_verify(CLI::App& rules, Invocation& call);
void add_rules_list(CLI::App& rules, Invocation& call);
void add_rules_explain(CLI::App& rules, Invocation& call);
void add_rules_audit(CLI::App& rules, Invocation& call);
void add_rules_mutate(CLI::App& rules, Invocation& call);
void add_rules_smt2(CLI::App& rules, Invocation& call);

// Writes the leaves that the certificates of all rules rest on, NAME.K.smt2 each; gives the exit code.
int dump_leaves(const std::vector<std::string>& files, const std::string& folder, const CommonOptions& common);

}  // namespace skein::cli
