#pragma once
// A scratch folder, and a prover that answers what the left file says: "proved RULE", "refuted", "unknown SECONDS", ...
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "batch/batch.hpp"

namespace skein::testing {

namespace fs = std::filesystem;

class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "skein-batch-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Scratch() {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  fs::path operator/(const std::string& name) const { return folder_ / name; }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

 private:
  fs::path folder_;
};

inline std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Appends the left architecture's name to `log` each time it is asked.
inline fs::path stub_prover(const Scratch& scratch) {
  const fs::path script = scratch.write("prover.sh", R"(#!/bin/bash
left="$2"
while (($# > 0)); do
  [[ "$1" != --out ]] || out="$2"
  shift
done
basename "$left" >>")" + (scratch / "log").string() + R"("
read -r verdict argument <"$left"
case "$verdict" in
  proved)
    printf 'skein-certificate 1\nclaim x\nuse %s 00\n' "$argument" >"$out/x.cert"
    echo "{\"verdict\": \"proved\", \"certificate\": \"$out/x.cert\", \"certificates\": [\"$out/x.cert\"]}" ;;
  refuted)
    mkdir "$out/x.witness" && echo '{}' >"$out/x.witness/witness.json"
    echo "{\"verdict\": \"refuted\", \"witness\": \"$out/x.witness\"}" ;;
  unknown)
    sleep "$argument"
    echo '{"verdict": "unknown", "reason": "not found"}' ;;
  crash) kill -SEGV $$ ;;
  invalid) echo '{"error": {"kind": "unsupported", "message": "no such operator"}}'; exit 65 ;;
  tight) echo '{"error": {"kind": "budget", "message": "the memory is spent"}}'; exit 2 ;;
esac
)");
  fs::permissions(script, fs::perms::owner_all);
  return script;
}

}  // namespace skein::testing
