// skein fmt: the defs of a file in canonical form. Everything else of the file (claims, imports, comments between
// items) stays as it is, and the result is read back and compared before anything is written.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
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
    const LineRange range = item_lines(lines, def->line);
    for (; at < range.first; ++at) out += lines[at] + "\n";
    out += without_last_newline(print_diagram(def->diagram, def->name)) + "\n";
    at = range.last;
  }
  for (; at < lines.size(); ++at) out += lines[at] + "\n";
  return out;
}

bool same_diagram(const Diagram& x, const Diagram& y) {
  DiagramBuilder b;
  const std::vector<Output> l = thaw(b, x), r = thaw(b, y);
  if (l.size() != r.size()) return false;
  for (std::size_t k = 0; k < l.size(); ++k) {
    if (l[k].axes.size() != r[k].axes.size()) return false;
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
      if (!again || !same_diagram(def->diagram, again->diagram)) throw broken("the def " + def->name.text());
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
