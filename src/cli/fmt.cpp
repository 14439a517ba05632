// skein fmt: the defs of a file in canonical form. Everything else of the file (claims, imports, comments between
// items) stays as it is, and the result is read back and compared before anything is written. A def with a fold is
// refused: its diagram has the recurrences of the states beside it, and no text of them is made.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

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

std::string formatted(const Module& module, const std::string& file) {
  std::vector<std::string> lines = read_lines(file);
  std::string out;
  std::size_t at = 0;
  for (const auto& def : module.defs()) {
    if (!def->given.empty())
      bad_input(fmt::format("{}:{}: {} has a fold, which skein fmt does not print; put it into a file of its own", file,
                            def->line, def->name.text()),
                file);
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

void need_same_defs(const Module& before, const std::string& text, const std::string& file) {
  const auto broken = [](const std::string& why) {
    return std::logic_error("the formatted text is not the same: " + why);
  };
  try {
    const Module after = parse_module(text, file);
    for (const auto& def : before.defs()) {
      const Definition* again = after.find_def(def->name.text());
      const bool same = again && def->given.empty() && again->given.empty();
      if (!same || !same_diagram(def->diagram, again->diagram)) throw broken("the def " + def->name.text());
    }
  } catch (const SourceError& e) {
    throw broken(e.what());
  }
}

int run(const std::string& file, bool in_place, const CommonOptions& common) {
  std::string text;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory}, "formatting " + file,
      [&](const Emit& emit) {
        const Module module = read_module(file);
        const std::string formed = formatted(module, file);
        need_same_defs(module, formed, file);
        emit(formed);
      },
      [&](std::string_view message) { text = message; });
  if (in_place) write_file(file, text);
  if (common.json)
    print_json({{"file", file}, {"text", text}, {"written", in_place}});
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
