#pragma once
// Database: the verdicts of batches, in SQLite, so that a batch that was killed goes on where it stopped and one that
// is repeated decides only what has changed. A record is found by content and by the executable that decided; whether
// it is still good is for the caller to say.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "batch/content.hpp"

namespace skein {

struct Limits {
  double seconds = 60;
  int megabytes = 0;  // 0: none
  std::uint64_t seed = 1;
};

struct Record {
  std::string verdict;
  std::string report;    // a JSON object: what `skein prove --json` said, its paths relative to `folder`
  std::string folder;    // of the evidence, relative to the output folder
  std::string evidence;  // digest of that folder
  double seconds = 0;
  Limits limits;
  RuleDigests rules;
};

class Database {
 public:
  // Opens the file, or makes it. Throws BatchError if it is not such a database.
  explicit Database(const std::filesystem::path& file);
  ~Database();

  std::optional<Record> find(const std::string& content, const std::string& tool);
  // In one transaction: after a kill the record is there as a whole, or not at all.
  void store(const std::string& content, const std::string& tool, const Record& record);

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

// Whether an undecided record says what a run under `now` would say: its search was not cut short, or got no less.
bool good_for(const Record& undecided, const Limits& now);

}  // namespace skein
