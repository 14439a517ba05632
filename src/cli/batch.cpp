// skein batch: many pairs and theorems decided, each in a process of its own; the verdicts are kept in a database.
#include "batch/batch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "batch/junit.hpp"
#include "batch/markdown.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct BatchArguments {
  std::vector<std::string> paths;
  std::string out = "out/batch", ledger, junit, markdown;
};

std::string duration(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

// One line on a terminal that is written over; nothing anywhere else.
class ProgressLine {
 public:
  ~ProgressLine() {
    if (drawn_) fmt::print(stderr, "\r\033[K"), std::fflush(stderr);
  }
  void draw(const BatchProgress& p) {
    if (!terminal_) return;
    std::string line = fmt::format("[{}/{}]", p.done, p.total);
    if (p.unexpected > 0) line += fmt::format(" {} unexpected", p.unexpected);
    if (p.unknown > 0) line += fmt::format(" {} unknown", p.unknown);
    if (p.left && p.done < p.total) line += fmt::format(", about {} left", duration(*p.left));
    for (std::size_t k = 0; k < p.running.size(); ++k) line += (k ? ", " : "; proving ") + p.running[k];
    winsize size{};
    const std::size_t width = ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
    fmt::print(stderr, "\r\033[K{}", line.substr(0, width));
    std::fflush(stderr);
    drawn_ = true;
  }

 private:
  bool terminal_ = isatty(2), drawn_ = false;
};

struct Counts {
  std::size_t as_expected = 0, unexpected = 0, unknown = 0, errors = 0, kept = 0;
};

Counts count(const std::vector<BatchResult>& results) {
  Counts c;
  for (const BatchResult& r : results) {
    if (r.kept) ++c.kept;
    if (r.verdict == "error") ++c.errors;
    switch (r.standing()) {
      case Standing::as_expected: ++c.as_expected; break;
      case Standing::unexpected: ++c.unexpected; break;
      case Standing::unknown: ++c.unknown; break;
    }
  }
  return c;
}

int exit_code(const Counts& c) { return c.unexpected ? some_fail : c.unknown ? not_decided : all_hold; }

json to_json(const BatchResult& r) {
  const json report = json::parse(r.report);
  json j{
      {"name", r.the_case.name},   {"left", r.the_case.left},
      {"right", r.the_case.right}, {"expected", r.the_case.expected ? json(to_string(*r.the_case.expected)) : json()},
      {"verdict", r.verdict},      {"as_expected", r.standing() == Standing::as_expected},
      {"seconds", r.seconds},      {"kept", r.kept},
      {"note", r.the_case.note},   {"source", r.the_case.source}};
  for (const char* key :
       {"certificate", "certificates", "witness", "confirmed", "hypotheses", "steps", "reason", "differences", "error"})
    j[key] = report.value(key, json());
  return j;
}

json to_json(const std::vector<BatchResult>& results, const Counts& c) {
  json all = json::array();
  for (const BatchResult& r : results) all.push_back(to_json(r));
  return {{"results", all},
          {"total", results.size()},
          {"as_expected", c.as_expected},
          {"unexpected", c.unexpected},
          {"unknown", c.unknown},
          {"errors", c.errors},
          {"kept", c.kept}};
}

// What the table says of a case that is not as expected, or that holds under hypotheses only.
std::string remark(const BatchResult& r) {
  const json report = json::parse(r.report);
  if (r.standing() == Standing::as_expected) {
    const json hypotheses = report.value("hypotheses", json());
    const std::size_t n = hypotheses.is_array() ? hypotheses.size() : 0;
    return n == 0 ? "" : fmt::format("under {} hypothes{}", n, n == 1 ? "is" : "es");
  }
  if (r.verdict == "error") return report.at("error").value("message", "");
  if (r.standing() == Standing::unexpected) return "not as expected";
  const json reason = report.value("reason", json());
  return reason.is_string() ? reason.get<std::string>() : "";
}

// The names of those in one standing; a long table has scrolled away.
void print_names(const std::vector<BatchResult>& results, Standing standing, const char* title) {
  std::string names;
  for (const BatchResult& r : results)
    if (r.standing() == standing) names += (names.empty() ? "" : ", ") + r.the_case.name;
  if (!names.empty()) fmt::print("{}: {}\n", title, names);
}

void print_table(const std::vector<BatchResult>& results, const Counts& c, double seconds, const std::string& out) {
  std::size_t width = 4;
  for (const BatchResult& r : results) width = std::max(width, r.the_case.name.size());
  width = std::min<std::size_t>(width, 70);
  fmt::print("{:<{}}  {:<9}  {:<8} {:>8}\n", "case", width, "expected", "verdict", "seconds");
  for (const BatchResult& r : results) {
    const std::string text = remark(r);
    fmt::print("{:<{}}  {:<9}  {:<8} {:>8.2f}{}{}\n", r.the_case.name, width,
               r.the_case.expected ? to_string(*r.the_case.expected) : "-",
               r.verdict == "proved_up_to_rounding" ? "rounded" : r.verdict, r.seconds, text.empty() ? "" : "  ",
               text.substr(0, text.find('\n')));
  }
  fmt::print("\n{} of {} as expected, {} unexpected, {} unknown; ", c.as_expected, results.size(), c.unexpected,
             c.unknown);
  if (c.errors > 0) fmt::print("{} of the unexpected are errors; ", c.errors);
  if (c.kept > 0) fmt::print("{} kept from before; ", c.kept);
  fmt::print("{}\n", duration(seconds));
  print_names(results, Standing::unexpected, "unexpected");
  print_names(results, Standing::unknown, "unknown");
  fmt::print("certificates and witnesses are in {}\n", (fs::path(out) / "evidence").string());
}

int run(const BatchArguments& args, const CommonOptions& common) {
  const auto start = std::chrono::steady_clock::now();
  BatchOptions options;
  options.out = fs::path(args.out).lexically_normal();
  if (!options.out.has_filename()) options.out = options.out.parent_path();
  options.ledger = args.ledger.empty() ? default_ledger() : fs::path(args.ledger);
  options.limits = {common.timeout, common.memory, common.seed};
  options.jobs = common.jobs;

  std::vector<BatchResult> results;
  try {
    ProgressLine progress;
    const std::vector<Case> cases = read_cases({args.paths.begin(), args.paths.end()});
    results = run_batch(cases, options, [&](const BatchProgress& p) { progress.draw(p); });
  } catch (const BatchError& e) {
    bad_input(e.what(), e.file.string());
  }

  const Counts counts = count(results);
  const json report = to_json(results, counts);
  write_file(options.out / "results.json", to_text(report) + "\n");
  const std::string command = fmt::format("skein batch {}", fmt::join(args.paths, " "));
  if (!args.junit.empty()) write_file(args.junit, to_junit(results, command));
  if (!args.markdown.empty()) write_file(args.markdown, to_markdown(results, command + " --markdown " + args.markdown));
  if (common.json)
    print_json(report);
  else
    print_table(results, counts, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                options.out.string());
  return exit_code(counts);
}

}  // namespace

void add_batch(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("batch", "Decide many pairs and theorems; go on where an earlier run stopped");
  auto args = std::make_shared<BatchArguments>();
  c->add_option("PATH", args->paths, "JSON manifests, .skn files with theorems, or folders of both")->required();
  c->add_option("--out", args->out, "folder for the database, certificates and witnesses")->capture_default_str();
  c->add_option("--ledger", args->ledger, "folder with the certificates of the rules");
  c->add_option("--junit", args->junit, "also write the results as JUnit XML to this file");
  c->add_option("--markdown", args->markdown, "also write the results as tables in Markdown to this file");
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run(*args, call.common); }; });
}

}  // namespace skein::cli
