#pragma once
// Content: what a verdict was computed from, as digests. Two cases with equal content have the same verdict: the bytes
// of both architectures (for .skn with all that is imported and the prelude), the rules that the certificate rests on,
// and the executable that decided.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "batch/cases.hpp"

namespace skein {

// None if a file is missing: then there is nothing to be remembered.
std::optional<std::string> content_digest(const Case& c);
std::optional<std::string> file_digest(const std::filesystem::path& file);
// Of the names and the contents of all files below a folder; empty if there is no such folder.
std::string folder_digest(const std::filesystem::path& folder);

// By rule, the digest of what it is; under `every_rule`, that of the whole ledger.
using RuleDigests = std::map<std::string, std::string>;
inline constexpr const char* every_rule = "*";

// The ledger at one moment.
class RuleSet {
 public:
  explicit RuleSet(const std::filesystem::path& ledger);
  // The rules that the certificates name, and those on which these rest. Axioms have no certificate; their digest is
  // empty.
  RuleDigests used_by(const std::vector<std::string>& certificates) const;
  // All of them, as one: what a search that ended without a proof depends on.
  RuleDigests whole() const;
  // Whether all of these are still what they were.
  bool agrees(const RuleDigests& recorded) const;

 private:
  struct Rule {
    std::string digest;
    std::vector<std::string> uses;
  };
  std::string digest_of(const std::string& rule) const;

  std::map<std::string, Rule> rules_;
  std::string whole_;
};

}  // namespace skein
