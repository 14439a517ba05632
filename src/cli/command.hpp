#pragma once
// Commands: what the command line asks for. Each command declares its arguments on a CLI::App and, once parsed, leaves
// in the Invocation what is to be run.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace skein::cli {

struct CommonOptions {
  bool json = false;
  double timeout = 60;  // wall-clock seconds for each statement
  int memory = 0;       // MB; 0: no limit
  int jobs = 1;
  std::uint64_t seed = 1;
};

struct Invocation {
  CommonOptions common;
  std::function<int()> run;  // gives the exit code; may throw
};

// --json, --timeout, --memory, --jobs, --seed
void add_common_options(CLI::App& command, CommonOptions& common);

void add_prove(CLI::App& app, Invocation& call);
void add_check(CLI::App& app, Invocation& call);
void add_replay(CLI::App& app, Invocation& call);
void add_import(CLI::App& app, Invocation& call);
void add_fmt(CLI::App& app, Invocation& call);
void add_run(CLI::App& app, Invocation& call);
void add_rules(CLI::App& app, Invocation& call);
void add_trust(CLI::App& app, Invocation& call);
void add_draw(CLI::App& app, Invocation& call);
void add_search(CLI::App& app, Invocation& call);
void add_batch(CLI::App& app, Invocation& call);
void add_campaign(CLI::App& app, Invocation& call);

// Places in the source tree that skein was built from.
std::filesystem::path source_tree();
std::filesystem::path default_ledger();

// The name of a theorem as part of the name of a file: letters, digits, - _ . and what is not ASCII, all else as %XX. A
// theorem may be called `../x`, and its certificate must not be written there.
std::string file_name(const std::string& name);

// Written aside and renamed: no reader ever sees a part of it.
void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace skein::cli
