#pragma once
// Lemmas: equal blocks are proved once. An equation of two terms above given wires is stated about arrays in their
// place, derived in a kernel of its own, and used as a theorem for each block of this shape; so a stack of n equal
// layers takes the lemmas of one layer and n instances of each.
#include "rewrite/normalise.hpp"
#include "verify/block.hpp"

namespace skein {

class Lemmas {
 public:
  explicit Lemmas(Kernel& k, std::optional<Within> within = {}) : k_(k), w_(k), signs_(k, within) {}

  // left == right by an instance of a lemma, which is derived unless its shape was seen before; empty if there is
  // none. Both sides are at the same indices; what lies below `cuts` is not looked at.
  std::optional<Rewrite> prove(const Ref& left, const Ref& right, const std::set<WireId>& cuts,
                               std::chrono::steady_clock::time_point until);
  // Their certificates, each using no other lemma.
  const std::vector<std::string>& certificates() const { return certificates_; }

 private:
  TheoremPtr derive(const Block& block, std::chrono::steady_clock::time_point until);
  std::optional<Rewrite> instance(const Theorem& t, const Block& block);
  std::optional<Sign> sign_of(WireId w);

  Kernel& k_;
  Rewriter w_;
  Signs signs_;
  std::map<std::string, TheoremPtr> by_shape_;  // null where none was found
  std::vector<std::string> certificates_;
};

}  // namespace skein
