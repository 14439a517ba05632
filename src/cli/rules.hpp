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

}  // namespace skein::cli
