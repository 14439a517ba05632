// skein draw: an architecture as a neural circuit diagram, in SVG.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "draw/picture.hpp"

namespace skein::cli {

namespace {

int run(const std::string& argument, const std::string& out, const CommonOptions& common) {
  const Architecture a = read_architecture(argument);
  const std::string svg = draw(a.diagram).svg(file_stem(argument));
  const bool to_file = !out.empty() && out != "-";
  if (to_file) write_file(out, svg);
  if (common.json)
    print_json({{"architecture", argument}, {"file", to_file ? out : ""}, {"svg", to_file ? "" : svg}});
  else if (!to_file)
    fmt::print("{}", svg);
  return all_hold;
}

}  // namespace

void add_draw(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("draw", "Draw an architecture as a neural circuit diagram, in SVG");
  struct Arguments {
    std::string architecture, out;
  };
  auto args = std::make_shared<Arguments>();
  c->add_option("ARCH", args->architecture, "FILE.skn:NAME, FILE.skn, FILE.onnx or prelude:NAME")->required();
  c->add_option("-o,--out", args->out, "the .svg file; without it, or with -, the picture goes to stdout");
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run(args->architecture, args->out, call.common); }; });
}

}  // namespace skein::cli
