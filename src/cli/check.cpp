// skein check: does a model compute a diagram? The verdict of prove on the diagram, read in terms of the model's inputs
// and weights, against the model; a difference is told in the names of the model's nodes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "check/correspondence.hpp"
#include "check/infer.hpp"
#include "check/locate.hpp"
#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/verdict.hpp"
#include "lang/printer.hpp"
#include "prove/rounding.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct CheckArguments {
  std::string diagram, model, map;
  VerdictOptions verdict;
};

std::string read_text(const std::string& file) {
  std::error_code error;
  if (!fs::exists(file, error)) bad_input("there is no such map file", file);
  if (!fs::is_regular_file(file, error)) bad_input("a map file is a regular file", file);
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) bad_input("this file cannot be read", file);
  return text.str();
}

// The correspondence as a map file, to be read, mended, and used for other versions of the model.
std::string write_map(const Correspondence& c, const Subject& subject, const VerdictOptions& options) {
  const fs::path file = fs::path(options.out) / (file_name(subject.name) + ".map");
  write_file(file, fmt::format("# What the sizes and arrays of {} are in {}.\n{}\n", subject.left, subject.right,
                               fmt::join(c.lines, "\n")));
  return file.string();
}

// The text of the statement with the correspondence and the constants on top.
std::string statement_text(const Pairing& p, const Correspondence& c, const RoundedConstants& constants) {
  std::string lines;
  for (const std::string& line : c.lines) lines += "# the diagram's " + line + "\n";
  for (const RoundedConstant& r : constants.list()) lines += "# " + in_words(r) + "\n";
  for (const std::string& note : c.notes) lines += "# note: " + note + "\n";
  std::string text = p.text;
  return text.insert(text.find("#\n") + 2, lines);
}

class Checker {
 public:
  Checker(const CheckArguments& args, const Subject& subject, const CommonOptions& common, const Emit& emit)
      : args_(args), subject_(subject), common_(common), emit_(emit), prover_(subject, args.verdict, common) {}

  void run() {
    if (args_.diagram.ends_with(".onnx"))
      bad_input("a diagram is a def, FILE.skn:NAME; skein prove compares two models", args_.diagram);
    if (!args_.model.ends_with(".onnx")) bad_input("a model is an .onnx file", args_.model);
    const Architecture diagram = read_without_folds(args_.diagram, "check");
    model_ = import_onnx(args_.model);
    if (!args_.map.empty()) {
      const SourceText map(args_.map, read_text(args_.map));
      decide(diagram.diagram, read_map(map, diagram.diagram, model_.diagram), true);
    } else if (named_alike(diagram.diagram)) {
      decide(diagram.diagram, read_map(SourceText("the names", ""), diagram.diagram, model_.diagram), true);
    } else {
      infer(diagram.diagram);
    }
  }

 private:
  // Whether every weight of the diagram has its name in the model, and there is nothing else to be said.
  bool named_alike(const Diagram& diagram) const {
    for (const InputPort& p : diagram.inputs())
      if (p.role == Role::weight && !model_.diagram.find_input(p.name)) return false;
    try {
      read_map(SourceText("the names", ""), diagram, model_.diagram);
      return true;
    } catch (const Unpaired&) {
      return std::none_of(diagram.inputs().begin(), diagram.inputs().end(),
                          [](const InputPort& p) { return p.role == Role::weight; });
    }
  }

  // A correspondence that was found by trying decides nothing unless the proof succeeds.
  void infer(const Diagram& diagram) {
    const auto half = std::chrono::steady_clock::now() + (prover_.deadline() - std::chrono::steady_clock::now()) / 2;
    const InferredMap found = infer_map(diagram, model_, common_.seed, half);
    emit_(to_text({{"inferred", true}}));
    std::optional<Correspondence> c;
    if (!found.map.empty() && (found.agrees || found.complete))
      c = read_map(SourceText("the correspondence found", found.map), diagram, model_.diagram);
    if (found.agrees) {
      for (const std::string& other : found.others)
        c->notes.push_back("another correspondence agrees as well: " + other);
      decide(diagram, *c, false);
      return;
    }
    json j{{"verdict", "unknown"},
           {"reason", fmt::format("no correspondence was found: {}; a map file (--map) can give it", found.missing)},
           {"correspondence", json::array()}};
    std::istringstream lines(found.map);
    for (std::string line; std::getline(lines, line);) j["correspondence"].push_back(line);
    emit_(to_text(j));
    if (!c) return;
    const Diagram left = in_terms_of_model(diagram, model_.diagram, *c), right = at_common_sizes(model_.diagram, *c);
    const RoundedConstants constants(left, right);
    report_node(pairing(left, constants.exact(right)), constants, *c, nullptr);
  }

  // `fixed`: the user or the names said what is what, so that a difference is one of the model.
  void decide(const Diagram& diagram, const Correspondence& c, bool fixed) {
    const Diagram left = in_terms_of_model(diagram, model_.diagram, c), right = at_common_sizes(model_.diagram, c);
    RoundedConstants constants(left, right);
    const Pairing stored = pairing(left, right);
    Pairing exact = pairing(left, constants.exact(right));
    double error = 0;
    if (!constants.list().empty()) {
      error = rounding_error(stored.statement, stored.pool, common_.seed);
      if (error > largest_rounding_error) constants = {}, exact = stored;
    }
    json rounded = json::array();
    for (const RoundedConstant& r : constants.list()) rounded.push_back(to_json(r));
    emit_(to_text({{"statement", statement_text(exact, c, constants)},
                   {"notes", exact.notes},
                   {"correspondence", c.lines},
                   {"map", write_map(c, subject_, args_.verdict)},
                   {"rounded", rounded},
                   {"seconds", {{"read", prover_.elapsed()}}}}));

    Outcome outcome = prover_.prove(exact);
    const bool proved = std::holds_alternative<Proof>(outcome.verdict);
    if (std::holds_alternative<Witness>(outcome.verdict) && !constants.list().empty()) refute_stored(stored, outcome);
    const std::optional<Witness> witness = std::holds_alternative<Witness>(outcome.verdict)
                                               ? std::optional(std::get<Witness>(outcome.verdict))
                                               : std::nullopt;
    if (witness && !fixed)
      outcome.verdict =
          Unknown{"with the correspondence that was found the two are nearly equal, but not equal: " + witness->where +
                      "; a map file (--map) that says the same makes this a refutation",
                  {}};
    const Statement& statement = proved ? exact.statement : stored.statement;
    json j = prover_.report(outcome, statement);
    if (proved && !constants.list().empty()) {
      j["verdict"] = "proved_up_to_rounding";
      j["rounding_error"] = error;
    }
    j["statement_file"] = write_statement(statement, subject_, args_.verdict);
    emit_(to_text(j));
    if (!proved) report_node(exact, constants, c, witness ? &*witness : nullptr);
  }

  void report_node(const Pairing& exact, const RoundedConstants& constants, const Correspondence& c,
                   const Witness* witness) {
    const Diagram trace = constants.exact(at_common_sizes(model_.trace, c));
    if (const auto d = first_difference(exact.statement, exact.pool, model_, trace, witness))
      emit_(to_text({{"node", {{"name", d->node}, {"op", d->op}, {"tensor", d->tensor}, {"nearest", d->nearest}}}}));
  }

  Pairing pairing(const Diagram& left, const Diagram& right) const {
    Architecture l{left, {}, args_.diagram}, r{right, {}, args_.model};
    for (const auto& [name, t] : model_.weights) r.weights[name] = {{t.shape.begin(), t.shape.end()}, t.values};
    return pair(l, r);
  }

  // A model that differs with its constants exact is refuted by a witness against the model as it is.
  void refute_stored(const Pairing& stored, Outcome& outcome) {
    SearchLimits limits;
    limits.seed = common_.seed;
    limits.deadline = prover_.deadline();
    if (const auto w = refute(stored.statement, stored.pool, limits))
      outcome.verdict = *w;
    else
      outcome.verdict = Unknown{
          "the model differs once its rounded constants are exact, but no witness was found against "
          "the model as it is stored",
          {}};
  }

  const CheckArguments& args_;
  const Subject& subject_;
  const CommonOptions& common_;
  const Emit& emit_;
  Prover prover_;
  Model model_;
};

int run_check(const CheckArguments& args, const CommonOptions& common) {
  const Subject subject{file_stem(args.model) + "_computes_" + file_stem(args.diagram), args.diagram, args.model};
  const json result = run_verdict(subject, "checking " + args.model, common,
                                  [&](const Emit& emit) { Checker(args, subject, common, emit).run(); });
  if (common.json) {
    print_json(result);
  } else {
    const std::string file = result.value("statement_file", "");
    const bool stated = !result.at("statement").is_null();
    print_verdict(result, file + ":left " + file + ":right", args.verdict.explain);
    if (stated) print_detail("map", result.at("map").get<std::string>());
    for (const json& line : stated ? json::array() : result.value("correspondence", json::array()))
      print_detail("tried", line.get<std::string>());
    if (result.contains("node")) {
      const json& n = result.at("node");
      print_detail("first",
                   fmt::format("the first node without a counterpart in the diagram is {} ({}), which makes {}",
                               n.at("name").get<std::string>(), n.at("op").get<std::string>(),
                               n.at("tensor").get<std::string>()));
      if (const auto nearest = n.at("nearest").get<std::string>(); !nearest.empty()) print_detail("", nearest);
    }
  }
  return exit_code(result, args.verdict.exact);
}

}  // namespace

void add_check(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("check", "Prove or refute that a model computes a diagram");
  auto args = std::make_shared<CheckArguments>();
  c->add_option("DIAGRAM", args->diagram, "FILE.skn:NAME, FILE.skn or prelude:NAME")->required();
  c->add_option("MODEL", args->model, "FILE.onnx")->required();
  c->add_option("--map", args->map, "file that says what the diagram's sizes, inputs and weights are in the model");
  add_verdict_options(*c, args->verdict);
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run_check(*args, call.common); }; });
}

}  // namespace skein::cli
