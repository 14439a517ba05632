// skein prove: the verdict on two architectures, or on every theorem of a file.
#include "prove/prove.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr double grace = 1;  // seconds between the deadline that the search respects and the end of the process

struct ProveArguments {
  std::vector<std::string> architectures;
  std::string out = "out", ledger;
  bool exact = false, explain = false;
};

// A statement to be decided, and where its outputs go.
struct Task {
  std::string name;
  std::string left, right;
  std::function<Pairing()> pairing;
  std::vector<std::string> hints;
  bool expect_refuted = false;
};

json empty_result(const Task& t) {
  return {{"name", t.name},
          {"verdict", "unknown"},
          {"statement", nullptr},
          {"left", t.left},
          {"right", t.right},
          {"certificate", nullptr},
          {"witness", nullptr},
          {"hypotheses", json::array()},
          {"confirmed", nullptr},
          {"steps", nullptr},
          {"seconds", json::object()},
          {"certificates", json::array()},
          {"reason", nullptr},
          {"differences", json::array()}};
}

// How often each inference occurs, and which theorems are used, read off the certificates.
json outline(const std::vector<std::string>& certificates) {
  std::map<std::string, int> inferences;
  std::set<std::string> uses;
  for (const std::string& text : certificates) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string first, second;
      words >> first >> second;
      if (first == "use")
        uses.insert(second);
      else if (first.size() > 1 && (first[0] == 'e' || first[0] == 's') && find_inference(second))
        ++inferences[second];
    }
  }
  return {{"inferences", inferences}, {"uses", uses}};
}

// --- in the child

json report_proof(const Proof& p, const Task& task, const fs::path& out, const ProveArguments& args) {
  json j;
  json paths = json::array();
  for (std::size_t k = 0; k < p.certificates().size(); ++k) {
    const std::string suffix = p.certificates().size() == 1 ? "" : fmt::format(".{}", k);
    const fs::path file = out / (task.name + suffix + ".cert");
    write_file(file, p.certificates()[k]);
    paths.push_back(file.string());
  }
  const Confirmation& c = p.confirmation();
  j["certificate"] = paths.empty() ? json() : paths.front();
  j["certificates"] = paths;
  j["steps"] = p.steps();
  j["leaves"] = p.leaves();
  j["confirmed"] = {{"instances", c.instances},
                    {"max_abs_error", c.max_abs_error},
                    {"max_rel_error", c.max_rel_error},
                    {"dead_inputs", c.dead_inputs},
                    {"problem", c.problem.empty() ? json() : json(c.problem)}};
  if (args.explain) j["outline"] = outline(p.certificates());
  return j;
}

json report_witness(const Witness& w, const Statement& s, const Task& task, const fs::path& out) {
  const fs::path folder = out / (task.name + ".witness");
  fs::create_directories(out);
  write_witness(w, s, folder);
  json sizes = json::object();
  for (const auto& [v, n] : w.sizes) sizes[v.text()] = n;
  return {{"witness", folder.string()}, {"where", w.where}, {"sizes", sizes}};
}

void decide(const Task& task, const ProveArguments& args, const CommonOptions& common, const Emit& emit) {
  const auto start = std::chrono::steady_clock::now();
  const Pairing pairing = task.pairing();
  const double reading = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  emit(to_text({{"statement", pairing.text}, {"notes", pairing.notes}, {"seconds", {{"read", reading}}}}));

  ProveOptions options;
  options.deadline = start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                 std::chrono::duration<double>(common.timeout));
  options.seed = common.seed;
  options.name = Symbol(task.name);
  options.hints = task.hints;
  Z3Oracle z3;
  RuleBook rules(z3.oracle(), args.ledger.empty() ? default_ledger() : fs::path(args.ledger));
  const Outcome outcome = prove(pairing, rules, options);

  json j;
  if (const auto* p = std::get_if<Proof>(&outcome.verdict)) j = report_proof(*p, task, args.out, args);
  if (const auto* w = std::get_if<Witness>(&outcome.verdict)) j = report_witness(*w, pairing.statement, task, args.out);
  if (const auto* u = std::get_if<Unknown>(&outcome.verdict))
    j = {{"reason", u->reason}, {"differences", u->differences}};
  j["verdict"] = to_string(outcome.verdict);
  j["hypotheses"] = outcome.hypotheses;
  j["seconds"] = outcome.seconds;
  j["seconds"]["read"] = reading;
  j["seconds"]["total"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  emit(to_text(j));
}

// --- in the parent

void print_verdict(const json& r, const Task& task, const ProveArguments& args) {
  const std::string verdict = r.at("verdict");
  auto line = [](const char* label, const std::string& text) { fmt::print("  {:<12} {}\n", label, text); };
  // What is assumed belongs to the statement, so it stands before the verdict.
  for (const json& h : r.at("hypotheses")) fmt::print("hypothesis: {}\n", h.get<std::string>());
  if (verdict == "proved") {
    fmt::print("proved: the two sides are equal over the real numbers\n");
    line("steps", fmt::format("{}; {} leaves asked of the solver", r.at("steps").dump(), r.at("leaves").dump()));
    for (const json& c : r.at("certificates")) line("certificate", c.get<std::string>());
    const json& c = r.at("confirmed");
    line("confirmed", fmt::format("{} instances; float32 differs by at most {:.2g} absolute, {:.2g} relative",
                                  c.at("instances").get<int>(), c.at("max_abs_error").get<double>(),
                                  c.at("max_rel_error").get<double>()));
    if (c.at("problem").is_string()) line("", c.at("problem").get<std::string>());
    for (const json& d : c.at("dead_inputs")) line("dead input", d.get<std::string>() + " never moved an output");
  } else if (verdict == "refuted") {
    fmt::print("refuted: {}\n", r.at("where").get<std::string>());
    line("witness", r.at("witness").get<std::string>());
    std::string replayed;
    for (const std::string& a : args.architectures) replayed += " " + a;
    if (args.architectures.size() == 1) replayed += ":" + task.name;
    line("replay", fmt::format("skein run {}{}", r.at("witness").get<std::string>(), replayed));
  } else {
    fmt::print("unknown: {}\n", r.at("reason").is_string() ? r.at("reason").get<std::string>() : "no reason was given");
    for (const json& d : r.at("differences")) line("differs", d.get<std::string>());
  }
  if (verdict == "proved" && r.at("hypotheses").empty()) line("hypotheses", "none");
  if (!args.explain) return;
  for (const auto& [phase, seconds] : r.at("seconds").items())
    line("seconds", fmt::format("{} {:.3f}", phase, seconds.get<double>()));
  if (!r.contains("outline")) return;
  for (const auto& [inference, count] : r.at("outline").at("inferences").items())
    line("inference", fmt::format("{} x {}", count.get<int>(), inference));
  for (const json& use : r.at("outline").at("uses")) line("uses", use.get<std::string>());
}

json run_task(const Task& task, const ProveArguments& args, const CommonOptions& common) {
  json result = empty_result(task);
  const auto start = std::chrono::steady_clock::now();
  const Budget budget{.seconds = common.timeout, .megabytes = common.memory, .grace = grace};
  auto receive = [&](std::string_view message) {
    const json update = json::parse(message);
    if (update.contains("statement") && !common.json) {
      fmt::print("{}\n", update.at("statement").get<std::string>());
      std::fflush(stdout);
    }
    result.update(update);
  };
  const Ending ending = supervise(
      budget, "proving " + task.name, [&](const Emit& emit) { decide(task, args, common, emit); }, receive);
  if (ending != Ending::finished) {
    result["verdict"] = "unknown";
    result["reason"] = describe(ending, budget);
  }
  result["seconds"]["total"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!common.json) print_verdict(result, task, args);
  return result;
}

int exit_code(const std::string& verdict) {
  return verdict == "proved" ? all_hold : verdict == "refuted" ? some_fail : not_decided;
}

int prove_pair(const ProveArguments& args, const CommonOptions& common) {
  const std::string &a = args.architectures[0], &b = args.architectures[1];
  const Task task{file_stem(a) + "_is_" + file_stem(b),
                  a,
                  b,
                  [&] { return pair(read_architecture(a), read_architecture(b)); },
                  {},
                  false};
  const json result = run_task(task, args, common);
  if (common.json) print_json(result);
  return exit_code(result.at("verdict"));
}

int prove_theorems(const ProveArguments& args, const CommonOptions& common) {
  const std::string& argument = args.architectures[0];
  const auto colon = argument.rfind(".skn:");
  const std::string file = colon == std::string::npos ? argument : argument.substr(0, colon + 4);
  const std::string only = colon == std::string::npos ? "" : argument.substr(colon + 5);
  if (!file.ends_with(".skn"))
    usage_error("one argument is a .skn file with theorems; two arguments are architectures");
  const Module module = read_module(file);

  json results = json::array();
  int expected = 0, unknown = 0;
  bool refuted = false;
  for (const Claim& claim : module.claims()) {
    if (claim.kind != ClaimKind::theorem || (!only.empty() && claim.name.text() != only)) continue;
    const std::string place = claim.file + ":" + claim.name.text();
    const Task task{
        claim.name.text(), place + " (left side)", place + " (right side)", [&] { return to_pairing(claim); },
        claim.hints,       claim.negated};
    if (!common.json)
      fmt::print("{}# --- {}theorem {}\n", results.empty() ? "" : "\n", claim.negated ? "false " : "", task.name);
    ProveArguments one = args;
    one.architectures = {file};
    json r = run_task(task, one, common);
    const std::string verdict = r.at("verdict");
    const bool as_expected = verdict == (claim.negated ? "refuted" : "proved");
    r["expected"] = claim.negated ? "refuted" : "proved";
    r["as_expected"] = as_expected;
    if (as_expected)
      ++expected;
    else if (verdict == "unknown")
      ++unknown;
    else
      refuted = true;  // a theorem refuted, or a false one proved
    results.push_back(std::move(r));
  }
  const int total = static_cast<int>(results.size());
  if (total == 0)
    bad_input(only.empty() ? "the file has no theorem" : fmt::format("the file has no theorem {}", only), file);
  const int exit = refuted ? some_fail : unknown ? not_decided : all_hold;
  if (common.json) {
    print_json({{"verdict", exit == all_hold    ? "proved"
                            : exit == some_fail ? "refuted"
                                                : "unknown"},
                {"results", results},
                {"total", total},
                {"as_expected", expected},
                {"unexpected", total - expected - unknown},
                {"unknown", unknown}});
  } else {
    fmt::print("\n{} of {} theorems as expected", expected, total);
    for (const json& r : results)
      if (!r.at("as_expected").get<bool>())
        fmt::print("; {}: expected {}, {}", r.at("name").get<std::string>(), r.at("expected").get<std::string>(),
                   r.at("verdict").get<std::string>());
    fmt::print("\n");
  }
  return exit;
}

}  // namespace

void add_prove(CLI::App& app, Invocation& call) {
  CLI::App* c =
      app.add_subcommand("prove", "Prove or refute that two architectures are equal, or the theorems of a file");
  auto args = std::make_shared<ProveArguments>();
  c->add_option("ARCHITECTURE", args->architectures,
                "two of FILE.skn:NAME, FILE.skn, FILE.onnx, prelude:NAME; or one FILE.skn with theorems")
      ->required()
      ->expected(1, 2);
  c->add_option("--out", args->out, "folder for certificates and witnesses")->capture_default_str();
  c->add_option("--ledger", args->ledger, "folder with the certificates of the rules");
  c->add_flag("--exact", args->exact, "take equality up to rounding for unknown");
  c->add_flag("--explain", args->explain, "also print phases, inferences and rules used");
  add_common_options(*c, call.common);
  c->callback([&call, args] {
    call.run = [&call, args] {
      return args->architectures.size() == 2 ? prove_pair(*args, call.common) : prove_theorems(*args, call.common);
    };
  });
}

}  // namespace skein::cli
