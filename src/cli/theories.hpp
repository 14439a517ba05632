#pragma once
// Theories on the command line: the theorems of a file decided, certificates of them replayed against the file, and
// models that refute run again.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "lang/theory.hpp"

namespace skein::cli {

// Whether a .skn file declares theories. Does not parse it: errors are for who does.
bool declares_theories(const std::string& file);

// Decides the theorems of the theories of a file in a child under the budget, and prints each as soon as it is decided
// unless --json. `only`: a theorem or THEORY.theorem; empty for all. Certificates, one for each theory, and witnesses
// go to the folder `out`. The fields of each verdict are those of `skein prove`, and theory, expected, as_expected,
// rests_on, goal, next, found, model.
// Throws if the file has definitions or claims of tensors too.
std::vector<nlohmann::json> decide_theories(const std::string& file, const std::string& only, const std::string& out,
                                            const CommonOptions& common);

// The theory and the claim that FILE.skn:NAME or FILE.skn:THEORY.NAME means; throws CommandError with the nearest name.
struct NamedClaim {
  TheoryPtr theory;
  const TheoryClaim* claim = nullptr;
};
NamedClaim find_theory_claim(const std::string& argument);

// skein run WITNESS FILE.skn:NAME: the model of the witness is checked again. Gives the exit code.
int run_model(const std::string& witness, const std::string& argument, const CommonOptions& common);
// Why the certificate does not prove the theorems of FILE.skn, or the one of FILE.skn:NAME; empty if it does. `steps`
// and `statement` are what replay reports.
struct TheoryReplay {
  std::string statement, reason;
  std::size_t steps = 0;
};
TheoryReplay replay_theory(const std::string& certificate, const std::string& argument);

}  // namespace skein::cli
