#pragma once
// Scripts: the proof of a theorem as its author wrote it, run. A step `rewrite r` leaves open where r is used: all
// places are tried, in the order of the matcher, until the steps that follow succeed; so a script means that there are
// places at which it works. Nothing here is trusted: the result is a derivation for the kernel.
#include <chrono>

#include "lang/theory.hpp"
#include "tactics/search.hpp"

namespace skein::monoidal {

// The rules and earlier theorems that a proof may use, in order.
struct Lemma {
  RulePtr rule;
  bool proved = true;  // `search` uses only these
};

struct ScriptLimits {
  std::size_t goals = 20'000;     // that are tried in all
  std::size_t rewrites = 10'000;  // of one simp
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct ScriptResult {
  std::optional<Meeting> proof;
  // Otherwise: the step that failed, why, and the goal there; for a hole what could come next.
  Place place;
  std::string reason;
  std::string goal;                // LEFT == RIGHT as the language writes them
  std::vector<std::string> nexts;  // steps and the goals they lead to
  bool hole = false;
  std::vector<std::string> found;  // the steps that a search found, as the language writes them
};

ScriptResult run_script(const Rule& claim, std::span<const Tactic> script, std::span<const Lemma> lemmas,
                        const ScriptLimits& limits);

}  // namespace skein::monoidal
