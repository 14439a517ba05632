// skein: proves deep-learning architectures equal. The command line: parses the arguments, runs one command, and turns
// whatever goes wrong into one message and an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/report.hpp"
#include "lang/source.hpp"

namespace skein::cli {

namespace {

constexpr const char* about =
    "skein proves two deep-learning architectures equal, or shows where they differ.\n"
    "An architecture is FILE.skn:NAME, FILE.skn with a single def, FILE.onnx, or prelude:NAME.";
constexpr const char* exits =
    "Exit codes: 0 proved / all hold, 1 refuted / some fail, 2 unknown, 64 usage, 65 bad input, 70 internal error.";

int fail(const Failure& f, bool json) {
  if (json) {
    nlohmann::json error = to_json(f);
    error.erase("shown"), error.erase("exit");
    print_json({{"error", error}});
  }
  const bool placed = f.line > 0;  // a rendered diagnostic names the file itself
  fmt::print(stderr, "{}{}\n", placed ? "" : "skein: ", f.shown);
  return f.exit;
}

// The command that the arguments name, and what they may have meant where they name nothing known.
std::string suggestion(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::vector<std::string> known;
    if (word.size() > 1 && word[0] == '-') {
      const std::string name = word.substr(0, word.find('='));
      for (const CLI::Option* o : at->get_options())
        for (const std::string& l : o->get_lnames()) known.push_back("--" + l);
      if (std::find(known.begin(), known.end(), name) == known.end() && word[1] == '-')
        return did_you_mean(name, known);
      continue;
    }
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) continue;
    const CLI::App* next = nullptr;
    for (const CLI::App* c : commands) {
      known.push_back(c->get_name());
      if (c->get_name() == word) next = c;
    }
    if (!next) {
      const std::string hint = did_you_mean(word, known);
      return fmt::format("there is no command \"{}\"{}", word, hint.empty() ? "" : "; " + hint);
    }
    at = next;
  }
  return "";
}

Failure usage_failure(const CLI::ParseError& e, const CLI::App& app, int argc, char** argv) {
  Failure f;
  f.exit = wrong_usage, f.kind = "usage";
  const std::string hint = suggestion(app, argc, argv);
  f.message =
      hint.starts_with("there is no command") ? hint : fmt::format("{}{}{}", e.what(), hint.empty() ? "" : "; ", hint);
  f.shown = f.message + "\n(skein --help lists the commands, skein COMMAND --help their options)";
  return f;
}

int run(int argc, char** argv) {
  CLI::App app(about, "skein");
  app.footer(exits);
  app.require_subcommand(1);
  Invocation call;
  add_prove(app, call);
  add_check(app, call);
  add_search(app, call);
  add_batch(app, call);
  add_rules(app, call);
  add_campaign(app, call);
  add_run(app, call);
  add_replay(app, call);
  add_import(app, call);
  add_fmt(app, call);
  add_trust(app, call);
  add_draw(app, call);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help
    const bool json = std::any_of(argv + 1, argv + argc, [](const char* a) { return std::strcmp(a, "--json") == 0; });
    return fail(usage_failure(e, app, argc, argv), json);
  }
  try {
    if (call.common.timeout <= 0) usage_error("--timeout takes a positive number of seconds");
    return call.run();
  } catch (...) {
    return fail(describe(std::current_exception()), call.common.json);
  }
}

}  // namespace

}  // namespace skein::cli

int main(int argc, char** argv) {
  try {
    return skein::cli::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "skein: internal error: {}\n", e.what());
    return skein::cli::defect;
  }
}
