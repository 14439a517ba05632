#pragma once
// derive: the search for a derivation of left == right in the kernel. Tactics in order: normal forms; a ground leaf;
// normal forms and then a leaf; clearing a denominator; induction where a hint asks for it. What comes out is an
// equation that the kernel accepted, so nothing here needs to be right.
#include "backend/evaluate.hpp"
#include "lang/module.hpp"
#include "rewrite/normalise.hpp"
#include "verify/accumulators.hpp"
#include "verify/points.hpp"

namespace skein {

struct Derivation {
  std::optional<Rewrite> proof;
  std::string tactic;                      // what closed it
  std::string reason;                      // if nothing did: where it stopped
  Ref left, right;                         // how far the two sides were brought, for reports
  std::vector<Invariant> invariants = {};  // of folds, proved by induction on the number of steps
  std::function<std::optional<Rewrite>(const Ref&)> without_states = {};  // a term with these put in place of states
  std::vector<std::string> lemmas = {};                                   // certificates that the proof uses
  std::shared_ptr<Points> points =
      {};  // wires of the two sides that were proved equal on the way, if any were looked for

  // The certificate of the statement that `proof` proves in k, behind those of the lemmas.
  std::string certificate(Kernel& k, Symbol name, const Statement& statement) const;
};

struct DeriveOptions {
  std::vector<std::string> hints;                   // "induction n"
  bool leaves = true;                               // whether the solver may be asked
  std::vector<Recurrence> recurrences = {};         // states of folds; first and next are conditions of the kernel
  std::vector<std::size_t> hypotheses = {};         // positions of the conditions that are other equations
  std::set<std::string> without_accumulators = {};  // names of entries that are not to be used
  std::vector<StatedInvariant> invariants = {};     // of states, tried before those of the accumulators
  std::optional<Within> within = {};                // where the derivation stands, if not in the claim itself
  std::map<Symbol, Array> stored = {};  // numbers of arrays, where the architectures come with some: hints, no more
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// left and right are at the same indices.
Derivation derive(Kernel& k, const Ref& left, const Ref& right, const DeriveOptions& options = {});

}  // namespace skein
