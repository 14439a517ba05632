#pragma once
// Cases: what a batch is asked to decide. A case is a pair of architectures from a JSON manifest, or a theorem of a
// .skn file, with the verdict that is expected of it.
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace skein {

enum class Expectation { equal, different };
const char* to_string(Expectation e);

struct Case {
  std::string name;                    // unique in the batch; names the folder of its evidence
  std::vector<std::string> arguments;  // of `skein prove`: two architectures, or FILE.skn:THEOREM
  std::string left, right;             // as they are shown
  std::optional<Expectation> expected;
  std::string note;
  std::string source;  // the manifest or the .skn file
};

// Something is wrong with what the batch was given; `file` is the file that it is about.
struct BatchError : std::runtime_error {
  BatchError(const std::string& message, std::filesystem::path about)
      : std::runtime_error(message), file(std::move(about)) {}
  std::filesystem::path file;
};

// The cases of manifests, of .skn files and of folders of both, in order. A manifest is a JSON list of
// {"left", "right", "expect": "equal" | "different", "note"}, of which the last two may be absent; its paths are
// relative to its folder. Throws BatchError, or SourceError for a .skn file that does not read.
std::vector<Case> read_cases(const std::vector<std::filesystem::path>& paths);

}  // namespace skein
