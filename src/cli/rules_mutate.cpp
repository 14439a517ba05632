// skein rules mutate: every statement of the library edited in several ways; what is no longer true must be refuted,
// and what is still proved must be true. Statements are worked on side by side; but for what a time limit decides, the
// report does not depend on --jobs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "cli/rules.hpp"
#include "cli/supervise.hpp"
#include "prove/mutants.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

using nlohmann::json;

namespace {

constexpr double most_unknown = 0.05;

struct MutateArguments {
  std::vector<std::string> files;
  std::size_t count = 0, statements = 0;  // 0: all
};

// --- in the child

json fates_of(const Claim& claim, RuleBook& book, const MutateArguments& args, std::uint64_t seed) {
  const Statement s = to_statement(claim);
  json out = json::array();
  std::size_t decided = 0;
  for (const Mutant& m : sample_mutants(s, seed)) {
    if (args.count > 0 && decided == args.count) break;
    MutantLimits limits;
    limits.seed = seed;
    limits.hints = claim.hints;
    const MutantFate f = decide(m, book, limits);
    decided += f.fate != Fate::ill_formed;
    out.push_back({{"statement", claim.name.text()},
                   {"kind", to_string(m.kind)},
                   {"edit", m.edit},
                   {"fate", to_string(f.fate)},
                   {"detail", f.detail},
                   {"runs", f.runs},
                   {"seconds", f.seconds}});
  }
  return out;
}

void work(const std::vector<const Claim*>& claims, const MutateArguments& args, const CommonOptions& common,
          const Emit& emit) {
  std::atomic<std::size_t> next = 0;
  std::mutex one_at_a_time;
  std::exception_ptr error;
  auto worker = [&] {
    try {
      Z3Oracle z3;
      RuleBook book(z3.oracle(), default_ledger());
      for (std::size_t k = next++; k < claims.size(); k = next++) {
        const json fates = fates_of(*claims[k], book, args, common.seed + 7919 * k);
        const std::lock_guard lock(one_at_a_time);
        emit(to_text({{"number", k}, {"mutants", fates}}));
      }
    } catch (...) {
      const std::lock_guard lock(one_at_a_time);
      error = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (int n = 1; n < common.jobs; ++n) threads.emplace_back(worker);
  worker();
  for (std::thread& t : threads) t.join();
  if (error) std::rethrow_exception(error);
}

// --- the report

struct Tally {
  std::map<std::string, int> by_fate;
  int total() const {
    int n = 0;
    for (const auto& [fate, count] : by_fate)
      if (fate != to_string(Fate::ill_formed)) n += count;
    return n;
  }
  int of(Fate f) const {
    const auto it = by_fate.find(to_string(f));
    return it == by_fate.end() ? 0 : it->second;
  }
  json as_json() const {
    return {
        {"mutants", total()},           {"refuted", of(Fate::refuted)},           {"proved", of(Fate::proved)},
        {"unknown", of(Fate::unknown)}, {"contradicted", of(Fate::contradicted)}, {"ill_formed", of(Fate::ill_formed)}};
  }
};

int report(const std::vector<json>& by_statement, const CommonOptions& common) {
  Tally all;
  std::map<std::string, Tally> by_kind;
  std::vector<json> unknown, contradicted;
  json every = json::array();
  int runs = 0;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const json& mutants : by_statement) {
    std::size_t decided = 0;
    for (const json& m : mutants) {
      decided += m.at("fate") != to_string(Fate::ill_formed);
      const std::string fate = m.at("fate");
      ++all.by_fate[fate], ++by_kind[m.at("kind")].by_fate[fate];
      runs += m.at("runs").get<int>();
      if (fate == to_string(Fate::unknown)) unknown.push_back(m);
      if (fate == to_string(Fate::contradicted)) contradicted.push_back(m);
      every.push_back(m);
    }
    fewest = std::min(fewest, decided);
  }
  const double share = all.total() ? static_cast<double>(all.of(Fate::unknown)) / all.total() : 0;
  if (common.json) {
    json kinds;
    for (const auto& [kind, t] : by_kind) kinds[kind] = t.as_json();
    json j = all.as_json();
    j["statements"] = by_statement.size(), j["by_kind"] = kinds, j["unknown_share"] = share, j["runs"] = runs;
    j["fewest_per_statement"] = fewest, j["results"] = every;
    print_json(j);
  } else {
    const char* row = "{:<12} {:>8} {:>8} {:>8} {:>8} {:>11}\n";
    fmt::print(fmt::runtime(row), "edited", "mutants", "refuted", "proved", "unknown", "ill-formed");
    auto line = [&](const std::string& name, const Tally& t) {
      fmt::print(fmt::runtime(row), name, t.total(), t.of(Fate::refuted), t.of(Fate::proved), t.of(Fate::unknown),
                 t.of(Fate::ill_formed));
    };
    for (const auto& [kind, t] : by_kind) line(kind, t);
    line("all", all);
    fmt::print(
        "\n{} statements, at least {} mutants of each; the proved ones ran {} times without a certified difference; "
        "{:.1f} % unknown\n",
        by_statement.size(), fewest, runs, 100 * share);
    for (const json& m : unknown)
      fmt::print("unknown: {}: {} ({})\n", m.at("statement").get<std::string>(), m.at("edit").get<std::string>(),
                 m.at("detail").get<std::string>());
    for (const json& m : contradicted)
      fmt::print("PROVED THOUGH FALSE: {}: {}: {}\n", m.at("statement").get<std::string>(),
                 m.at("edit").get<std::string>(), m.at("detail").get<std::string>());
  }
  if (!contradicted.empty()) {
    fmt::print(stderr, "skein: internal error: a mutant was proved and refuted\n");
    return defect;
  }
  return share < most_unknown ? all_hold : some_fail;
}

int mutate(const MutateArguments& args, const CommonOptions& common) {
  const std::vector<RuleEntry> rules = read_rules(args.files);
  std::vector<const Claim*> claims;
  for (const RuleEntry& r : rules)
    if (!r.claim->negated && r.claim->kind != ClaimKind::axiom && r.claim->kind != ClaimKind::theorem)
      claims.push_back(r.claim);
  if (claims.empty()) bad_input("the files have no rules", args.files.empty() ? "" : args.files.front());
  if (args.statements > 0 && args.statements < claims.size()) {
    std::mt19937_64 random(common.seed);
    for (std::size_t k = 0; k < args.statements; ++k) std::swap(claims[k], claims[k + random() % (claims.size() - k)]);
    claims.resize(args.statements);
  }
  std::vector<json> by_statement(claims.size(), json::array());
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory, .grace = 2, .per_message = true}, "mutating rules",
      [&](const Emit& emit) { work(claims, args, common, emit); },
      [&](std::string_view message) {
        const json j = json::parse(message);
        by_statement.at(j.at("number").get<std::size_t>()) = j.at("mutants");
      });
  return report(by_statement, common);
}

}  // namespace

void add_rules_mutate(CLI::App& rules, Invocation& call) {
  CLI::App* c = rules.add_subcommand("mutate", "Edit every rule and see that what is false is refuted");
  auto args = std::make_shared<MutateArguments>();
  c->add_option("FILE", args->files, "files with rules; all of rules/ if there is none");
  c->add_option("--count", args->count, "mutants of each statement at most; 0: all")->capture_default_str();
  c->add_option("--statements", args->statements, "take only so many statements, chosen by the seed; 0: all")
      ->capture_default_str();
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return mutate(*args, call.common); }; });
}

}  // namespace skein::cli
