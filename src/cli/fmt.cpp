// skein fmt: the defs of a file in canonical form. Everything else of the file (claims, imports, comments between
// items) stays as it is, and the result is read back and compared before anything is written. Two kinds of def stay as
// they are written, and a note says so: those with a fold, whose diagram has the recurrences of the states beside it,
// and those that the rest of the file calls by parameters or axes that the canonical form names otherwise.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "cli/supervise.hpp"
#include "lang/printer.hpp"

namespace skein::cli {

namespace {

std::string without_last_newline(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

using Kept = std::set<Symbol>;  // names of the defs that stay as they are written

std::string formatted(const Module& module, const std::vector<std::string>& lines, const Kept& kept) {
  std::string out;
  std::size_t at = 0;
  for (const auto& def : module.defs()) {
    if (kept.contains(def->name)) continue;
    const LineRange range = item_lines(lines, def->line);
    for (; at < range.first; ++at) out += lines[at] + "\n";
    out += without_last_newline(print_diagram(def->diagram, def->name)) + "\n";
    at = range.last;
  }
  for (; at < lines.size(); ++at) out += lines[at] + "\n";
  return out;
}

bool same_axes(const std::vector<Axis>& x, const std::vector<Axis>& y) {
  return std::ranges::equal(x, y, [](const Axis& a, const Axis& b) { return a.size == b.size; });
}

bool same_input(const InputPort& x, const InputPort& y) {
  return x.name == y.name && x.role == y.role && x.dtype == y.dtype && same_axes(x.axes, y.axes);
}

bool same_diagram(const Diagram& x, const Diagram& y) {
  if (!std::ranges::equal(x.inputs(), y.inputs(), same_input)) return false;
  const auto same_output = [](const OutputPort& a, const OutputPort& b) {
    return a.name == b.name && same_axes(a.axes, b.axes);
  };
  if (!std::ranges::equal(x.outputs(), y.outputs(), same_output)) return false;
  if (!std::ranges::is_permutation(x.sizes().hypotheses, y.sizes().hypotheses)) return false;
  for (const auto* sizes : {&x.sizes(), &y.sizes()})
    for (const auto& [v, bound] : sizes->lower)
      if (x.sizes().lower_bound(v) != y.sizes().lower_bound(v)) return false;
  DiagramBuilder b;
  const std::vector<Output> l = thaw(b, x), r = thaw(b, y);
  for (std::size_t k = 0; k < l.size(); ++k) {
    std::map<Index, Index> same;
    for (std::size_t i = 0; i < l[k].axes.size(); ++i) same[r[k].axes[i]] = l[k].axes[i];
    if (l[k].value != b.rename(r[k].value, same)) return false;
  }
  return true;
}

// Whether the text is a file with the same defs.
bool reads_back(const Module& before, const std::string& text, const std::string& file, const Kept& kept) {
  try {
    const Module after = parse_module(text, file);
    return std::ranges::all_of(before.defs(), [&](const auto& def) {
      const Definition* again = after.find_def(def->name.text());
      return again && (kept.contains(def->name) || same_diagram(def->diagram, again->diagram));
    });
  } catch (const SourceError&) {
    return false;
  }
}

// The defs that must stay as they are written: as few as taking one after the other tells.
Kept defs_to_keep(const Module& module, const std::vector<std::string>& lines, const std::string& file) {
  Kept kept;
  for (const auto& def : module.defs())
    if (!def->given.empty()) kept.insert(def->name);
  if (reads_back(module, formatted(module, lines, kept), file, kept)) return kept;
  Kept all;
  for (const auto& def : module.defs()) all.insert(def->name);
  for (const auto& def : module.defs()) {
    if (kept.contains(def->name)) continue;
    all.erase(def->name);
    if (!reads_back(module, formatted(module, lines, all), file, all)) all.insert(def->name);
  }
  return all;
}

int run(const std::string& file, bool in_place, const CommonOptions& common) {
  nlohmann::json result;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory}, "formatting " + file,
      [&](const Emit& emit) {
        const Module module = read_module(file);
        const std::vector<std::string> lines = read_lines(file);
        const Kept kept = defs_to_keep(module, lines, file);
        const std::string formed = formatted(module, lines, kept);
        if (!reads_back(module, formed, file, kept)) throw std::logic_error("the formatted text is not the same");
        nlohmann::json notes = nlohmann::json::array();
        for (const auto& def : module.defs())
          if (kept.contains(def->name))
            notes.push_back(
                fmt::format("{}:{}: {} stays as it is written: {}", file, def->line, def->name.text(),
                            def->given.empty() ? "the file names its parameters or axes" : "it has a fold"));
        emit(nlohmann::json{{"text", formed}, {"notes", notes}}.dump());
      },
      [&](std::string_view message) { result = nlohmann::json::parse(message); });
  const std::string text = result["text"];
  for (const std::string note : result["notes"]) fmt::print(stderr, "{}\n", note);
  if (in_place) write_file(file, text);
  if (common.json)
    print_json({{"file", file}, {"text", text}, {"notes", result["notes"]}, {"written", in_place}});
  else if (!in_place)
    fmt::print("{}", text);
  return all_hold;
}

}  // namespace

void add_fmt(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("fmt", "Print a .skn file with its defs in canonical form");
  struct Arguments {
    std::string file;
    bool in_place = false;
  };
  auto args = std::make_shared<Arguments>();
  c->add_option("FILE", args->file, "FILE.skn")->required();
  c->add_flag("-i,--in-place", args->in_place, "write the file instead of printing it; comments within defs are lost");
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run(args->file, args->in_place, call.common); }; });
}

}  // namespace skein::cli
