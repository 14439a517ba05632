// skein import: the diagram that was read from a model, as .skn.
#include "onnx/import.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "lang/printer.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

void import_model(const std::string& file, const Emit& emit) {
  std::error_code error;
  if (!fs::exists(file, error)) bad_input("there is no such file", file);
  if (fs::is_directory(file, error)) bad_input("this is a directory, not a model", file);
  const Model model = import_onnx(file);
  json inputs = json::array();
  for (const InputPort& p : model.diagram.inputs()) {
    json sizes = json::array();
    for (const Axis& a : p.axes) sizes.push_back(to_string(a.size));
    inputs.push_back({{"name", p.name.text()}, {"sizes", sizes}, {"weight", p.role == Role::weight}});
  }
  emit(to_text({{"model", file},
                {"text", print_diagram(model.diagram, file_stem(file))},
                {"inputs", inputs},
                {"boxes", model.diagram.boxes().size()},
                {"notes", model.notes}}));
}

int run(const std::string& file, const CommonOptions& common) {
  json result;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory}, "reading " + file,
      [&](const Emit& emit) { import_model(file, emit); },
      [&](std::string_view message) { result = json::parse(message); });
  for (const json& note : result.at("notes")) fmt::print(stderr, "note: {}\n", note.get<std::string>());
  if (common.json)
    print_json(result);
  else
    fmt::print("{}", result.at("text").get<std::string>());
  return all_hold;
}

}  // namespace

void add_import(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("import", "Print the diagram of an ONNX model as .skn");
  auto file = std::make_shared<std::string>();
  c->add_option("MODEL", *file, "FILE.onnx")->required();
  add_common_options(*c, call.common);
  c->callback([&call, file] { call.run = [&call, file] { return run(*file, call.common); }; });
}

}  // namespace skein::cli
