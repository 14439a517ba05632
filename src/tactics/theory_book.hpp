#pragma once
// TheoryBook: the theories of a file, claim by claim: what was proved, by which theorem of the kernel, and what was
// refuted, by which model. A theorem is proved by its script, or, if it has none, by a short search; one that is not
// proved may still be used, and taints what uses it.
#include "kernel/monoidal.hpp"
#include "tactics/countermodel.hpp"
#include "tactics/script.hpp"

namespace skein::monoidal {

struct BookOptions {
  std::uint64_t seed = 1;
  double seconds = 60;  // for each claim
  unsigned depth = 4;   // of the search for a theorem without a proof
};

struct ClaimReport {
  enum class Verdict { proved, refuted, unknown };
  const TheoryClaim* claim = nullptr;
  Verdict verdict = Verdict::unknown;
  std::string reason;            // why it is unknown
  std::vector<Symbol> rests_on;  // claims that are not proved
  TheoremPtr theorem;            // if it is proved
  std::size_t models = 0;        // in which it was then evaluated and holds
  std::optional<Countermodel> countermodel;
  ScriptResult script;  // its place, goal, next goals, and the steps that were found
  double seconds = 0;

  bool expected() const { return verdict == (claim->negated ? Verdict::refuted : Verdict::proved); }
};

// One theory after its claims have been decided.
struct ProvedTheory {
  TheoryPtr theory;
  Kernel kernel;
  std::vector<ClaimReport> reports;  // of its theorems, in order
};

class TheoryBook {
 public:
  explicit TheoryBook(BookOptions options) : options_(options) {}
  // Theories must come after those that they import. `told` hears of each theorem as soon as it is decided.
  const ProvedTheory& add(const TheoryPtr& theory, const std::function<void(const ClaimReport&)>& told = {});

 private:
  BookOptions options_;
  std::vector<std::unique_ptr<ProvedTheory>> theories_;
};

}  // namespace skein::monoidal
