#pragma once
// Evidence, looked at again: a proof's certificates are replayed by a fresh kernel and must end in the statement that
// was asked; a witness is read back from its folder and the two sides enclosed there once more.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "backend/enclosure.hpp"
#include "models.hpp"
#include "prove/prove.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::testing {

inline std::filesystem::path source_tree() { return SKEIN_SOURCE_DIR; }

// The .skn files of a folder: axioms and core rules first, which the others rest on.
inline std::vector<std::filesystem::path> skn_files(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_tree() / folder))
    if (entry.path().extension() == ".skn") files.push_back(entry.path());
  auto rank = [](const std::filesystem::path& p) { return p.stem() == "axioms" ? 0 : p.stem() == "core" ? 1 : 2; };
  std::sort(files.begin(), files.end(),
            [&](const auto& a, const auto& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
  return files;
}

inline std::chrono::steady_clock::time_point in_seconds(int s) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(s);
}

// Every claim of rules/, in order, with what a book made of it.
struct VerifiedRules {
  struct Entry {
    Claim claim;
    RuleReport report;
  };
  RuleBook book;
  std::vector<Entry> entries;

  explicit VerifiedRules(LeafOracle oracle, int seconds_each = 60) : book(std::move(oracle)) {
    for (const auto& file : skn_files("rules")) {
      const Module m = load_module(file);
      for (const Claim& c : m.claims()) {
        DeriveOptions options;
        options.deadline = in_seconds(seconds_each);
        entries.push_back({c, book.verify(c, options)});
      }
    }
  }
};

// With Z3 for the leaves; made once.
inline VerifiedRules& rules() {
  static Z3Oracle z3;
  static VerifiedRules all(z3.oracle());
  return all;
}

inline Outcome decide(const Pairing& p, const std::string& name, const std::vector<std::string>& hints = {}) {
  ProveOptions options;
  options.name = Symbol(name);
  options.hints = hints;
  options.deadline = in_seconds(120);
  return prove(p, rules().book, options);
}

// The outputs of a diagram as wires of b, on the axes of the first.
inline std::vector<WireId> wires(DiagramBuilder& b, const Diagram& d) {
  std::vector<WireId> out;
  for (const Output& o : thaw(b, d)) out.push_back(o.value.wire);
  return out;
}

// Returns the number of steps.
inline std::size_t check_proof(const Proof& proof, const Statement& s) {
  std::size_t steps = 0;
  REQUIRE(proof.certificates().size() == s.left.outputs().size());
  for (std::size_t n = 0; n < proof.certificates().size(); ++n) {
    RuleBook& book = rules().book;
    const Replay replay = replay_certificate(proof.certificates()[n], book.ledger().source(), book.oracle());
    steps += replay.steps;
    DiagramBuilder b;
    const Statement& proved = replay.theorem->statement();
    CHECK(wires(b, proved.left) == std::vector{wires(b, s.left).at(n)});
    CHECK(wires(b, proved.right) == std::vector{wires(b, s.right).at(n)});
    CHECK(proved.when.size() == s.when.size());
  }
  CHECK(steps == proof.steps());
  CHECK(proof.confirmation().instances >= 20);
  return steps;
}

inline void check_witness(const Witness& w, const Statement& s) {
  const auto folder = std::filesystem::temp_directory_path() / ("skein_evidence_" + std::to_string(getpid()));
  write_witness(w, s, folder);
  const Witness back = read_witness(folder);
  std::filesystem::remove_all(folder);
  Environment e;
  for (const auto& [v, n] : back.sizes) e.sizes[v] = n;
  for (const auto& [name, a] : back.inputs) e.inputs[name] = {a.shape, a.values};
  CHECK(disjoint(evaluate_enclosures(s.left, e, 1024), evaluate_enclosures(s.right, e, 1024)));
}

// Checks what the verdict rests on; returns the steps of a proof.
inline std::size_t check_evidence(const Outcome& o, const Statement& s) {
  if (const auto* proof = std::get_if<Proof>(&o.verdict)) return check_proof(*proof, s);
  if (const auto* witness = std::get_if<Witness>(&o.verdict)) check_witness(*witness, s);
  if (const auto* unknown = std::get_if<Unknown>(&o.verdict)) UNSCOPED_INFO(unknown->reason);
  return 0;
}

}  // namespace skein::testing
