#pragma once
// Batch: many cases decided, each by `skein prove` in a process of its own, several at a time. Verdicts that the
// database holds and that nothing has outdated are kept; every new one is in the database, its evidence in the output
// folder, before the next is begun.
#include <functional>

#include "batch/database.hpp"

namespace skein {

struct BatchOptions {
  std::filesystem::path out = "out/batch";
  std::filesystem::path ledger;  // the rules that the prover uses
  Limits limits;
  int jobs = 1;
  std::filesystem::path prover = "/proc/self/exe";  // this very executable
};

enum class Standing { as_expected, unexpected, unknown };

struct BatchResult {
  Case the_case;
  std::string verdict;  // "proved", "proved_up_to_rounding", "refuted", "unknown", "error"
  std::string report;   // JSON, as `skein prove --json` gives it; for errors {"error": {"kind", "message"}}
  double seconds = 0;
  bool kept = false;  // from an earlier batch

  // An error is never expected; a case without expectation is as expected once it is decided.
  Standing standing() const;
};

struct BatchProgress {
  std::size_t total = 0, done = 0, kept = 0;
  std::size_t as_expected = 0, unexpected = 0, unknown = 0;
  std::vector<std::string> running;
  double elapsed = 0;
  std::optional<double> left;  // seconds, estimated from those that were decided so far
};

// In the order of the cases. Throws BatchError.
std::vector<BatchResult> run_batch(const std::vector<Case>& cases, const BatchOptions& options,
                                   const std::function<void(const BatchProgress&)>& observe = {});

}  // namespace skein
