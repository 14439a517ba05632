#pragma once
// RuleMemory: what `rules verify` decided before, by content: the executable, the limits and options, the ledger, the
// rules verified before this one in the run, and the claim as it was elaborated. A remembered certificate is replayed
// by the kernel and compared with the claim before it counts; only the answers of the solver to its leaves are taken as
// given.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "lang/module.hpp"

namespace skein::cli {

class RuleMemory {
 public:
  // `setting` says all that a verdict depends on besides the claims and the executable. An empty folder remembers
  // nothing.
  RuleMemory(std::filesystem::path folder, const std::string& setting);

  // The next claims rest on this certificate.
  void rest_on(const std::string& certificate);
  std::optional<nlohmann::json> find(const Claim& claim) const;
  void keep(const Claim& claim, const nlohmann::json& decision) const;

 private:
  std::filesystem::path file(const Claim& claim) const;

  std::filesystem::path folder_;
  std::string state_;  // the digest of everything up to the next claim
};

}  // namespace skein::cli
