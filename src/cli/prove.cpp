// skein prove: the verdict on two architectures, or on every theorem of a file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "cli/theories.hpp"
#include "cli/verdict.hpp"

namespace skein::cli {

using nlohmann::json;

namespace {

struct ProveArguments {
  std::vector<std::string> architectures;
  VerdictOptions verdict;
};

// A statement to be decided, and what names it when its witness is run.
struct Task {
  Subject subject;
  std::string replay;
  std::function<Pairing()> pairing;
  std::vector<std::string> hints;
  bool rounding = false;
};

json run_task(const Task& task, const ProveArguments& args, const CommonOptions& common) {
  const json result = run_verdict(task.subject, "proving " + task.subject.name, common, [&](const Emit& emit) {
    Prover prover(task.subject, args.verdict, common);
    const Pairing pairing = task.pairing();
    const double reading = prover.elapsed();
    emit(to_text({{"statement", pairing.text}, {"notes", pairing.notes}, {"seconds", {{"read", reading}}}}));
    emit(to_text(prover.decide(pairing, task.hints, task.rounding)));
  });
  if (!common.json) print_verdict(result, task.replay, args.verdict.explain);
  return result;
}

int prove_pair(const ProveArguments& args, const CommonOptions& common) {
  const std::string &a = args.architectures[0], &b = args.architectures[1];
  const Task task{{file_stem(a) + "_is_" + file_stem(b), a, b},
                  a + " " + b,
                  [&] { return pair(read_architecture(a), read_architecture(b)); },
                  {},
                  a.ends_with(".onnx") || b.ends_with(".onnx")};
  const json result = run_task(task, args, common);
  if (common.json) print_json(result);
  return exit_code(result, args.verdict.exact);
}

// The theorems of a file, or one of them.
struct Theorems {
  std::string file, only;
};

// Prints what became of the theorems, all in one object or as the last line, and gives the exit code.
int summarise(const Theorems& theorems, const std::vector<json>& results, const CommonOptions& common) {
  int expected = 0, unknown = 0;
  bool refuted = false;
  for (const json& r : results) {
    if (r.at("as_expected").get<bool>())
      ++expected;
    else if (r.at("verdict") == "unknown")
      ++unknown;
    else
      refuted = true;  // a theorem refuted, or a false one proved
  }
  const int total = static_cast<int>(results.size());
  if (total == 0)
    bad_input(
        theorems.only.empty() ? "the file has no theorem" : fmt::format("the file has no theorem {}", theorems.only),
        theorems.file);
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

// Runs in a process of its own, since the file itself may be too large to be read within the limits. Every message ends
// one theorem; the last one is the exit code.
void decide_theorems(const Theorems& theorems, const ProveArguments& args, CommonOptions common, const Emit& emit) {
  const auto& [file, only] = theorems;
  const auto start = std::chrono::steady_clock::now();
  const Module module = read_module(file);
  // Reading is part of the time of each theorem.
  common.timeout =
      std::max(0.001, common.timeout - std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());

  std::vector<json> results;
  for (const Claim& claim : module.claims()) {
    if (claim.kind != ClaimKind::theorem || (!only.empty() && claim.name.text() != only)) continue;
    const std::string place = claim.file + ":" + claim.name.text();
    const Task task{{claim.name.text(), place + " (left side)", place + " (right side)"},
                    file + ":" + claim.name.text(),
                    [&] { return to_pairing(claim); },
                    claim.hints};
    if (!common.json)
      fmt::print("{}# --- {}theorem {}\n", results.empty() ? "" : "\n", claim.negated ? "false " : "",
                 claim.name.text());
    json r = run_task(task, args, common);
    std::fflush(stdout);
    emit(to_text(nullptr));
    r["expected"] = claim.negated ? "refuted" : "proved";
    r["as_expected"] = r.at("verdict") == r.at("expected");
    results.push_back(std::move(r));
  }
  const int exit = summarise(theorems, results, common);
  std::fflush(stdout);
  emit(to_text(exit));
}

int prove_theorems(const ProveArguments& args, const CommonOptions& common) {
  const std::string& argument = args.architectures[0];
  const auto colon = argument.rfind(".skn:");
  const Theorems theorems{colon == std::string::npos ? argument : argument.substr(0, colon + 4),
                          colon == std::string::npos ? "" : argument.substr(colon + 5)};
  if (!theorems.file.ends_with(".skn"))
    usage_error("one argument is a .skn file with theorems; two arguments are architectures");
  if (declares_theories(theorems.file))
    return summarise(theorems, decide_theories(theorems.file, theorems.only, args.verdict.out, common), common);
  int exit = not_decided;
  // Each theorem keeps to the limits in a process below this one, which is killed only if reading does not.
  const Budget budget{.seconds = common.timeout, .megabytes = common.memory, .grace = 1.5, .per_message = true};
  const Ending ending = supervise(
      budget, "", [&](const Emit& emit) { decide_theorems(theorems, args, common, emit); },
      [&](std::string_view message) {
        if (const json last = json::parse(message); last.is_number()) exit = last;
      });
  if (ending == Ending::finished) return exit;
  const std::string reason = fmt::format("{} could not be read: {}", theorems.file, describe(ending, budget));
  if (common.json)
    print_json({{"verdict", "unknown"},
                {"reason", reason},
                {"results", json::array()},
                {"total", 0},
                {"as_expected", 0},
                {"unexpected", 0},
                {"unknown", 0}});
  else
    fmt::print("unknown: {}\n", reason);
  return not_decided;
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
  add_verdict_options(*c, args->verdict);
  add_common_options(*c, call.common);
  c->callback([&call, args] {
    call.run = [&call, args] {
      return args->architectures.size() == 2 ? prove_pair(*args, call.common) : prove_theorems(*args, call.common);
    };
  });
}

}  // namespace skein::cli
