#pragma once
// Certificates: a claim and its derivation as text, one judgement a line, each with its inference, its arguments and
// its conclusion (DESIGN D8). Reading one replays it in a new kernel; the theorem that comes out is the only product.
// A text may begin with the certificates of lemmas, each a whole one, which those after it may use by name and digest:
// what it claims is the last claim.
#include "kernel/kernel.hpp"

namespace skein {

// The certificate of left == right when ..., which `e` proves in `k`: only the steps that e rests on are written.
std::string write_certificate(Kernel& k, Symbol name, const Statement& statement, EquationId e);

// Finds an earlier theorem by name; returns null if there is none. Digests are compared by the reader.
using TheoremSource = std::function<TheoremPtr(Symbol name)>;

struct Replay {
  TheoremPtr theorem;
  std::size_t steps = 0, leaves = 0;  // of the lemmas too
  std::size_t lemmas = 0;
  std::shared_ptr<Kernel> kernel;        // in which it was replayed, for whoever reads the derivation
  std::optional<EquationId> conclusion;  // of that kernel
};
// Throws Rejected with the line and the reason. `oracle` is asked for every leaf.
Replay replay_certificate(std::string_view text, const TheoremSource& source, const LeafOracle& oracle);
// The name, and the theorems it uses besides its lemmas, of a certificate, without replaying it.
struct CertificateHead {
  Symbol name;
  std::vector<Symbol> uses;
};
CertificateHead read_head(std::string_view text);
// What a certificate claims, without replaying it.
Statement read_claim(std::string_view text);

}  // namespace skein
