#pragma once
// Verdicts as commands report them: what `skein prove` and `skein check` share. The work runs in a child under its
// budget and reports in JSON messages, the statement first; the parent shows the statement, then the verdict, and
// knows the exit code.
#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/supervise.hpp"
#include "prove/prove.hpp"
#include "prove/rounding.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

// --out, --ledger, --exact, --explain
struct VerdictOptions {
  std::vector<std::string> without_accumulators;
  std::string out = "out", ledger;
  bool exact = false, explain = false;
};
void add_verdict_options(CLI::App& command, VerdictOptions& options);

// What is to be decided: its name, which the files it leaves carry, and the two architectures in words.
struct Subject {
  std::string name;
  std::string left, right;
};

// --- in the child

// The prover of one verdict: a clock that starts at once, the rules and the solver.
class Prover {
 public:
  Prover(const Subject& subject, const VerdictOptions& options, const CommonOptions& common);

  // Seconds since the start.
  double elapsed() const;
  // Proves or refutes; the fields of the verdict, with certificates or a witness written to the folder --out.
  // `rounding`: numerals of the two sides may be roundings of each other's constants.
  nlohmann::json decide(const Pairing& pairing, const std::vector<std::string>& hints = {}, bool rounding = false);
  // The same for an outcome that was reached otherwise.
  nlohmann::json report(const Outcome& outcome, const Statement& statement) const;
  Outcome prove(const Pairing& pairing, const std::vector<std::string>& hints = {}, bool rounding = false);
  std::chrono::steady_clock::time_point deadline() const { return deadline_; }

 private:
  const Subject& subject_;
  const VerdictOptions& options_;
  std::chrono::steady_clock::time_point start_, deadline_;
  std::uint64_t seed_;
  Z3Oracle z3_;
  RuleBook rules_;
};

// What a verdict speaks of, as a file of two defs that `skein run` and `skein replay` take; its path.
std::string write_statement(const Statement& s, const Subject& subject, const VerdictOptions& options);
nlohmann::json to_json(const RoundedConstant& c);
nlohmann::json to_json(const FoldedWeight& w);
// "constant: sqrt(8) stands for 11863283/4194304, which is stored 0.23 units of the last place off"
std::string in_words(const RoundedConstant& c);

// --- in the parent

// Every field that the object of a verdict has, empty.
nlohmann::json empty_verdict(const Subject& subject);
// Runs `work` under the budget; its messages are merged into the object of the verdict, whose statement is printed
// as soon as it is known.
nlohmann::json run_verdict(const Subject& subject, const std::string& activity, const CommonOptions& common,
                           const std::function<void(const Emit&)>& work);
// For people; `replay` is what follows the witness on the command line of `skein run`.
void print_verdict(const nlohmann::json& verdict, const std::string& replay, bool explain);
// One line below a verdict: a label and a text.
void print_detail(const char* label, const std::string& text);
int exit_code(const nlohmann::json& verdict, bool exact);

}  // namespace skein::cli
