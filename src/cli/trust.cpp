// skein trust: what a verdict rests on, and how large it is.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "kernel/theorem.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Part {
  const char* what;
  const char* why;
  std::vector<const char*> folders;  // of src/; empty: not ours
};

const std::vector<Part>& trusted() {
  static const std::vector<Part> parts{
      {"diagrams", "the data on which everything stands, and the substitution of terms", {"diagram"}},
      {"meaning of the primitive boxes",
       "what each operator denotes, and where it is outside of its domain",
       {"theory"}},
      {"kernel", "the inferences, certificates and the ledger; all of skein-kernel", {"kernel"}},
      {"elaborator of .skn", "a statement is printed before its verdict: read it", {"lang"}},
      {"importer of ONNX", "skein import prints what was read; models are run against recorded outputs", {"onnx"}},
      {"enclosures", "for refutations only: witnesses can be run by anyone", {"backend"}},
      {"solver on ground leaves", "Z3; skein-kernel --solver asks any other, as 'cvc5 --lang smt2'", {}},
      {"libraries", "GMP, fmt; Arb for enclosures; protobuf for models", {}},
  };
  return parts;
}

const std::vector<Part>& untrusted() {
  static const std::vector<Part> parts{
      {"canonical forms and isomorphism search", "", {"graph"}},
      {"normalising and rewriting", "", {"rewrite"}},
      {"search for derivations", "", {"verify"}},
      {"strategy and pairing of weights", "what is paired is in the statement", {"prove"}},
      {"command line", "", {"cli"}},
  };
  return parts;
}

// Lines that are neither blank nor only a comment.
std::size_t count_lines(const fs::path& folder) {
  std::size_t lines = 0;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      const auto at = line.find_first_not_of(" \t");
      if (at != std::string::npos && line.compare(at, 2, "//") != 0) ++lines;
    }
  }
  return lines;
}

json list(const std::vector<Part>& parts, bool print) {
  json all = json::array();
  for (const Part& p : parts) {
    std::size_t lines = 0;
    for (const char* f : p.folders) lines += count_lines(source_tree() / "src" / f);
    const std::string where = p.folders.empty() ? "" : fmt::format("src/{}", p.folders.front());
    if (print)
      fmt::print("  {:<40} {:<12} {:>6}  {}\n", p.what, where, lines ? fmt::format("{}", lines) : std::string("-"),
                 p.why);
    all.push_back({{"what", p.what}, {"why", p.why}, {"folders", p.folders}, {"lines", lines}});
  }
  return all;
}

// The text of an axiom as rules/axioms.skn states it.
std::string axiom_text(const std::vector<RuleEntry>& rules, Symbol name) {
  for (const RuleEntry& r : rules)
    if (r.claim->name == name) return r.text.substr(0, r.text.find('\n'));
  return "axiom " + name.text();
}

int run(const CommonOptions& common) {
  const bool text = !common.json;
  json j;
  if (text) fmt::print("Trusted (lines of code, without blanks and comments):\n");
  j["trusted"] = list(trusted(), text);
  if (text) fmt::print("\nNot trusted: what these produce is checked by the kernel or shown in the statement.\n");
  j["untrusted"] = list(untrusted(), text);
  std::vector<RuleEntry> rules;
  const fs::path file = source_tree() / "rules" / "axioms.skn";
  std::error_code error;
  if (fs::exists(file, error)) rules = read_rules({file.string()});
  if (text) fmt::print("\nAxioms about real functions:\n");
  j["axioms"] = json::array();
  for (const TheoremPtr& t : kernel_axioms()) {
    const std::string stated = axiom_text(rules, t->name());
    std::string description;
    for (const RuleEntry& r : rules)
      if (r.claim->name == t->name()) description = r.claim->description;
    if (text) fmt::print("  {}\n      {}\n", stated, description);
    j["axioms"].push_back({{"name", t->name().text()}, {"text", stated}, {"description", description}});
  }
  if (text)
    fmt::print(
        "\nEquality is over the real numbers, not floats; partial operators have fixed values outside of their domain\n"
        "(inv(0) = 0, log(x <= 0) = 0, sqrt(x < 0) = 0, max of nothing = 0).\n");
  else
    print_json(j);
  return all_hold;
}

}  // namespace

void add_trust(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("trust", "List what a verdict rests on");
  add_common_options(*c, call.common);
  c->callback([&call] { call.run = [&call] { return run(call.common); }; });
}

}  // namespace skein::cli
