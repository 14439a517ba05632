#include "cli/verdict.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/report.hpp"
#include "lang/printer.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double grace = 1;  // seconds between the deadline that the search respects and the end of the process

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

json report_proof(const Proof& p, const std::string& name, const VerdictOptions& options) {
  json j;
  json paths = json::array();
  for (std::size_t k = 0; k < p.certificates().size(); ++k) {
    const std::string suffix = p.certificates().size() == 1 ? "" : fmt::format(".{}", k);
    const fs::path file = fs::path(options.out) / (file_name(name) + suffix + ".cert");
    write_file(file, p.certificates()[k]);
    paths.push_back(file.string());
  }
  const Confirmation& c = p.confirmation();
  j["certificate"] = paths.empty() ? json() : paths.front();
  j["certificates"] = paths;
  j["steps"] = p.steps();
  j["leaves"] = p.leaves();
  j["lemmas"] = p.lemmas();
  j["confirmed"] = {{"instances", c.instances},
                    {"max_abs_error", c.max_abs_error},
                    {"max_rel_error", c.max_rel_error},
                    {"dead_inputs", c.dead_inputs},
                    {"problem", c.problem.empty() ? json() : json(c.problem)}};
  if (options.explain) j["outline"] = outline(p.certificates());
  return j;
}

json report_witness(const Witness& w, const Statement& s, const std::string& name, const fs::path& out) {
  const fs::path folder = out / (file_name(name) + ".witness");
  fs::create_directories(out);
  write_witness(w, s, folder);
  json sizes = json::object();
  for (const auto& [v, n] : w.sizes) sizes[v.text()] = n;
  return {{"witness", folder.string()}, {"where", w.where}, {"sizes", sizes}};
}

}  // namespace

void add_verdict_options(CLI::App& command, VerdictOptions& options) {
  command.add_option("--out", options.out, "folder for certificates and witnesses")->capture_default_str();
  command.add_option("--ledger", options.ledger, "folder with the certificates of the rules");
  std::vector<std::string> names;
  for (const Accumulator& a : accumulators()) names.push_back(a.name);
  command
      .add_option("--without-accumulator", options.without_accumulators,
                  "an entry of the accumulator library that is not to be used for folds")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(names));
  command.add_flag("--exact", options.exact, "take equality up to rounding for unknown");
  command.add_flag("--explain", options.explain, "also print phases, inferences and rules used");
}

Prover::Prover(const Subject& subject, const VerdictOptions& options, const CommonOptions& common)
    : subject_(subject),
      options_(options),
      start_(Clock::now()),
      deadline_(start_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(common.timeout))),
      seed_(common.seed),
      rules_(z3_.oracle(), options.ledger.empty() ? default_ledger() : fs::path(options.ledger)) {}

double Prover::elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

Outcome Prover::prove(const Pairing& pairing, const std::vector<std::string>& hints, bool rounding) {
  ProveOptions o;
  o.deadline = deadline_;
  o.seed = seed_;
  o.name = Symbol(subject_.name);
  o.hints = hints;
  o.without_accumulators = {options_.without_accumulators.begin(), options_.without_accumulators.end()};
  o.rounding = rounding;
  return skein::prove(pairing, rules_, o);
}

json Prover::report(const Outcome& outcome, const Statement& statement) const {
  json j;
  if (const auto* p = std::get_if<Proof>(&outcome.verdict)) j = report_proof(*p, subject_.name, options_);
  if (const auto* w = std::get_if<Witness>(&outcome.verdict))
    j = report_witness(*w, statement, subject_.name, options_.out);
  if (const auto* u = std::get_if<Unknown>(&outcome.verdict))
    j = {{"reason", u->reason}, {"differences", u->differences}};
  j["verdict"] = to_string(outcome.verdict);
  j["hypotheses"] = outcome.hypotheses;
  j["invariants"] = outcome.invariants;
  j["seconds"] = outcome.seconds;
  return j;
}

json Prover::decide(const Pairing& pairing, const std::vector<std::string>& hints, bool rounding) {
  const Outcome outcome = prove(pairing, hints, rounding);
  json j = report(outcome, pairing.statement);
  if (const auto* p = std::get_if<Proof>(&outcome.verdict); p && p->rounding()) {
    j["rounded"] = json::array();
    for (const FoldedWeight& w : p->rounding()->weights) j["rounded"].push_back(to_json(w));
    for (const RoundedConstant& c : p->rounding()->constants) j["rounded"].push_back(to_json(c));
    j["rounding_error"] = p->rounding()->error;
    j["statement_file"] = write_statement(p->rounding()->exact, subject_, options_);
  }
  return j;
}

std::string write_statement(const Statement& s, const Subject& subject, const VerdictOptions& options) {
  const fs::path file = fs::path(options.out) / (file_name(subject.name) + ".skn");
  write_file(file, print_diagram(s.left, "left") + "\n" + print_diagram(s.right, "right"));
  return file.string();
}

json to_json(const FoldedWeight& w) {
  return {{"weight", w.name.text()},
          {"exact", w.exact},
          {"difference", w.difference},
          {"text", fmt::format("weight: {} stands for {}, which is stored within {:.1g} of its largest value", w.exact,
                               w.name.text(), w.difference)}};
}

json to_json(const RoundedConstant& c) {
  return {{"stored", c.stored.get_str()},
          {"exact", c.exact},
          {"difference", c.difference},
          {"ulps", c.ulps},
          {"text", in_words(c)}};
}

std::string in_words(const RoundedConstant& c) {
  return fmt::format("constant: {} stands for {}, which is stored {:.2g} units of the last place off", c.exact,
                     c.stored.get_str(), c.ulps);
}

json empty_verdict(const Subject& s) {
  return {{"name", s.name},
          {"verdict", "unknown"},
          {"statement", nullptr},
          {"left", s.left},
          {"right", s.right},
          {"certificate", nullptr},
          {"witness", nullptr},
          {"hypotheses", json::array()},
          {"invariants", json::array()},
          {"confirmed", nullptr},
          {"steps", nullptr},
          {"seconds", json::object()},
          {"certificates", json::array()},
          {"reason", nullptr},
          {"differences", json::array()}};
}

json run_verdict(const Subject& subject, const std::string& activity, const CommonOptions& common,
                 const std::function<void(const Emit&)>& work) {
  json result = empty_verdict(subject);
  const auto start = Clock::now();
  const Budget budget{.seconds = common.timeout, .megabytes = common.memory, .grace = grace};
  auto receive = [&](std::string_view message) {
    const json update = json::parse(message);
    if (update.contains("statement") && !common.json) {
      fmt::print("{}\n", update.at("statement").get<std::string>());
      std::fflush(stdout);
    }
    result.update(update, true);
  };
  const Ending ending = supervise(budget, activity, work, receive);
  if (ending != Ending::finished) {
    result["verdict"] = "unknown";
    result["reason"] = describe(ending, budget);
  }
  result["seconds"]["total"] = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

void print_detail(const char* label, const std::string& text) { fmt::print("  {:<12} {}\n", label, text); }

void print_verdict(const json& r, const std::string& replay, bool explain) {
  const std::string verdict = r.at("verdict");
  const bool rounded = verdict == "proved_up_to_rounding", proved = verdict == "proved" || rounded;
  // What is assumed belongs to the statement, so it stands before the verdict.
  for (const json& h : r.at("hypotheses")) fmt::print("hypothesis: {}\n", h.get<std::string>());
  if (rounded)
    for (const json& c : r.at("rounded")) fmt::print("{}\n", c.at("text").get<std::string>());
  if (proved) {
    fmt::print("{}\n", rounded ? "proved up to rounding: the two sides are equal over the real numbers, once the "
                                 "stored constants listed above are exact"
                               : "proved: the two sides are equal over the real numbers");
    print_detail("steps",
                 fmt::format("{}; {} leaves asked of the solver", r.at("steps").dump(), r.at("leaves").dump()));
    if (r.at("lemmas") != 0)
      print_detail("lemmas", fmt::format("{}, each for every block of its shape", r.at("lemmas").dump()));
    for (const json& c : r.at("certificates")) print_detail("certificate", c.get<std::string>());
    const json& c = r.at("confirmed");
    print_detail("confirmed", fmt::format("{} instances; float32 differs by at most {:.2g} absolute, {:.2g} relative",
                                          c.at("instances").get<int>(), c.at("max_abs_error").get<double>(),
                                          c.at("max_rel_error").get<double>()));
    if (r.contains("rounding_error"))
      print_detail("rounding", fmt::format("moves the outputs by at most {:.2g} relative at random points",
                                           r.at("rounding_error").get<double>()));
    if (c.at("problem").is_string()) print_detail("", c.at("problem").get<std::string>());
    for (const json& d : c.at("dead_inputs"))
      print_detail("dead input", d.get<std::string>() + " never moved an output");
  } else if (verdict == "refuted") {
    fmt::print("refuted: {}\n", r.at("where").get<std::string>());
    print_detail("witness", r.at("witness").get<std::string>());
    print_detail("replay", fmt::format("skein run {} {}", r.at("witness").get<std::string>(), replay));
  } else {
    fmt::print("unknown: {}\n", r.at("reason").is_string() ? r.at("reason").get<std::string>() : "no reason was given");
    for (const json& d : r.at("differences")) print_detail("differs", d.get<std::string>());
  }
  for (const json& i : r.at("invariants")) print_detail("induction", i.get<std::string>());
  if (proved && r.at("hypotheses").empty()) print_detail("hypotheses", "none");
  if (!explain) return;
  for (const auto& [phase, seconds] : r.at("seconds").items())
    print_detail("seconds", fmt::format("{} {:.3f}", phase, seconds.get<double>()));
  if (!r.contains("outline")) return;
  for (const auto& [inference, count] : r.at("outline").at("inferences").items())
    print_detail("inference", fmt::format("{} x {}", count.get<int>(), inference));
  for (const json& use : r.at("outline").at("uses")) print_detail("uses", use.get<std::string>());
}

int exit_code(const json& r, bool exact) {
  const std::string verdict = r.at("verdict");
  if (verdict == "proved_up_to_rounding") return exact ? not_decided : all_hold;
  return verdict == "proved" ? all_hold : verdict == "refuted" ? some_fail : not_decided;
}

}  // namespace skein::cli
