#pragma once
// Proof by saturation: where the canonical form does not close a goal, both sides and their normal forms go into a
// slotted e-graph, and the theorems of the ledger run as rules. An equality found there is nothing but a suggestion:
// its explanation is replayed as inferences of the kernel.
#include "verify/rulebook.hpp"

namespace skein {

struct SaturationOptions {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::size_t boxes = 60;  // of the goal: a larger one is not tried
  std::size_t rounds = 12, nodes = 6'000;
  std::size_t bytes = std::size_t{256} << 20;
};

struct SaturationProof {
  std::optional<Rewrite> proof;
  std::string reason;              // if there is none: where it stopped
  std::vector<std::string> rules;  // those that the proof uses
  std::size_t rounds = 0, nodes = 0;
};

// left and right are at the same indices.
SaturationProof prove_by_saturation(Kernel& k, RuleBook& book, const Ref& left, const Ref& right,
                                    const SaturationOptions& options = {});

}  // namespace skein
