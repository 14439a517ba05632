#pragma once
// Ledger: a folder of certificates, one for each rule, NAME.cert. A theorem is had from it by replaying its certificate
// and, first, those it uses; a cycle is an error. Replays are kept for the life of the object.
#include <filesystem>

#include "kernel/certificate.hpp"

namespace skein {

class Ledger {
 public:
  Ledger(std::filesystem::path folder, LeafOracle oracle);
  // Null if the ledger has no such theorem; throws Rejected if its certificate does not hold.
  TheoremPtr find(Symbol name);
  TheoremSource source() {
    return [this](Symbol n) { return find(n); };
  }
  // Puts in a theorem that was replayed elsewhere.
  void add(TheoremPtr t);
  std::filesystem::path path(Symbol name) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  LeafOracle oracle_;
  std::map<Symbol, TheoremPtr> known_;
  std::set<Symbol> open_;
};

// The text of a file; throws Rejected with a sentence if it cannot be read or is larger than 256 MiB.
std::string read_text(const std::filesystem::path& path);

}  // namespace skein
