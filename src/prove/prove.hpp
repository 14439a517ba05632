#pragma once
// prove: the strategy for a statement. Normal forms of the two sides and an isomorphism (a shared wire of the arena),
// the solver for what is left, refutation beside it; then the certificate is written, replayed by a fresh kernel, and
// the numbers are compared. A verdict cannot be built without its evidence.
#include "prove/folding.hpp"
#include "prove/refute.hpp"
#include "prove/rounding.hpp"
#include "verify/rulebook.hpp"

namespace skein {

// What a proof up to rounding is about: the statement with rounded constants and weights of a side exact, and what they
// are.
struct Rounding {
  Statement exact;
  std::vector<RoundedConstant> constants;
  std::vector<FoldedWeight> weights;
  double error = 0;  // relative difference that the stored constants were seen to make
};

// What `proved` rests on: made by prove() only, from a replay of the certificate.
class Proof {
 public:
  const std::vector<std::string>& certificates() const { return certificates_; }  // one for each output
  std::size_t steps() const { return steps_; }
  std::size_t leaves() const { return leaves_; }
  std::size_t lemmas() const { return lemmas_; }  // blocks that were proved once
  const Confirmation& confirmation() const { return confirmation_; }
  const std::optional<Rounding>& rounding() const { return rounding_; }  // if the proof is up to rounding only

 private:
  friend class Strategy;
  Proof() = default;
  std::vector<std::string> certificates_;
  std::size_t steps_ = 0, leaves_ = 0, lemmas_ = 0;
  Confirmation confirmation_;
  std::optional<Rounding> rounding_;
};

struct Unknown {
  std::string reason;                    // in a sentence
  std::vector<std::string> differences;  // the smallest sub-diagrams that still differ, as text
};

using Verdict = std::variant<Proof, Witness, Unknown>;
const char* to_string(const Verdict& v);  // "proved", "proved_up_to_rounding", "refuted", "unknown"

struct ProveOptions {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::uint64_t seed = 1;
  Symbol name{"theorem"};
  std::vector<std::string> hints;
  std::set<std::string> without_accumulators;  // entries of accumulators() that are not to be used
  bool rounding = false;                       // whether literals may be the rounding of the other side's constants
};

struct Outcome {
  Verdict verdict;
  std::vector<std::string> hypotheses;    // e.g. domain conditions that were not discharged
  std::vector<std::string> invariants;    // of folds, as text: what was proved by induction on the number of steps
  std::map<std::string, double> seconds;  // by phase: normalise, replay, confirm, refute
};

// Throws std::logic_error where kernel, evaluator and prover disagree (exit 70).
Outcome prove(const Pairing& p, RuleBook& rules, const ProveOptions& options);

}  // namespace skein
