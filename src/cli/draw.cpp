// skein draw: an architecture as a neural circuit diagram, or the proof in a certificate as a page of them, in SVG.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "draw/page.hpp"
#include "draw/picture.hpp"
#include "kernel/ledger.hpp"
#include "kernel/solver.hpp"

namespace skein::cli {

namespace fs = std::filesystem;

namespace {

struct DrawArguments {
  std::string architecture, proof, out, ledger, solver = "z3 -in";
};

// Only a certificate that the kernel accepts is drawn.
std::string proof_page(const DrawArguments& args) {
  std::error_code error;
  if (!fs::exists(args.proof, error)) bad_input("there is no such file; draw --proof takes a certificate", args.proof);
  if (fs::is_directory(args.proof, error)) bad_input("this is a directory, not a certificate", args.proof);
  SolverProcess solver(args.solver);
  const LeafOracle oracle = args.solver == "none" ? LeafOracle() : solver.oracle();
  Ledger ledger(args.ledger.empty() ? default_ledger() : fs::path(args.ledger), oracle);
  try {
    const Replay r = replay_certificate(read_text(args.proof), ledger.source(), oracle);
    return draw_page(read_phases(r)).svg("Proof of " + r.theorem->name().text());
  } catch (const Rejected& e) {
    bad_input(fmt::format("the kernel rejects this certificate, so there is no proof to draw: {}", e.what()),
              args.proof);
  }
}

int run(const DrawArguments& args, const CommonOptions& common) {
  if (args.architecture.empty() == args.proof.empty())
    usage_error("draw takes an architecture, or --proof with a certificate");
  std::string svg;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory},
      "drawing " + (args.proof.empty() ? args.architecture : args.proof),
      [&](const Emit& emit) {
        emit(args.proof.empty()
                 ? draw(read_without_folds(args.architecture, "draw").diagram).svg(file_stem(args.architecture))
                 : proof_page(args));
      },
      [&](std::string_view message) { svg = message; });
  const bool to_file = !args.out.empty() && args.out != "-";
  if (to_file) write_file(args.out, svg);
  if (common.json)
    print_json(
        {{args.proof.empty() ? "architecture" : "certificate", args.proof.empty() ? args.architecture : args.proof},
         {"file", to_file ? args.out : ""},
         {"svg", to_file ? "" : svg}});
  else if (!to_file)
    fmt::print("{}", svg);
  return all_hold;
}

}  // namespace

void add_draw(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("draw", "Draw an architecture, or a proof, as neural circuit diagrams, in SVG");
  auto args = std::make_shared<DrawArguments>();
  c->add_option("ARCH", args->architecture, "FILE.skn:NAME, FILE.skn, FILE.onnx or prelude:NAME");
  c->add_option("--proof", args->proof, "a certificate as written by prove: draw its phases");
  c->add_option("--ledger", args->ledger, "folder with the certificates of the rules");
  c->add_option("--solver", args->solver, "asked again for every leaf; none rejects leaves")->capture_default_str();
  c->add_option("-o,--out", args->out, "the .svg file; without it, or with -, the picture goes to stdout");
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run(*args, call.common); }; });
}

}  // namespace skein::cli
