#include "cli/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <fstream>

#include "cli/report.hpp"

namespace skein::cli {

namespace fs = std::filesystem;

void add_common_options(CLI::App& command, CommonOptions& common) {
  command.add_flag("--json", common.json, "one JSON object on stdout, everything else on stderr");
  command.add_option("--timeout", common.timeout, "wall-clock seconds for each statement")->capture_default_str();
  command.add_option("--memory", common.memory, "limit in MB; 0 for none")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command.add_option("--jobs", common.jobs, "number of jobs")->capture_default_str()->check(CLI::PositiveNumber);
  command.add_option("--seed", common.seed, "of all random choices")->capture_default_str();
}

fs::path source_tree() { return SKEIN_SOURCE_DIR; }

fs::path default_ledger() { return source_tree() / "proofs" / "ledger"; }

std::string file_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || byte >= 128 || c == '-' || c == '_' || (c == '.' && !out.empty());
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

void write_file(const fs::path& file, const std::string& text) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) bad_input("this folder cannot be made: " + error.message(), file.parent_path().string());
  const fs::path aside = file.string() + fmt::format(".{}.part", getpid());
  {
    std::ofstream out(aside, std::ios::binary);
    out << text;
    out.flush();
    if (!out) {
      fs::remove(aside, error);
      bad_input("this file cannot be written", file.string());
    }
  }
  fs::rename(aside, file, error);
  if (error) {
    std::error_code ignored;
    fs::remove(aside, ignored);
    bad_input("this file cannot be written: " + error.message(), file.string());
  }
}

}  // namespace skein::cli
