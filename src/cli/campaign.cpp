// skein campaign: many random tests of soundness, in blocks; the counts are kept in a file after every block, from
// which an interrupted campaign goes on.
#include "campaign/campaign.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

using nlohmann::json;

namespace {

constexpr std::uint64_t cases_per_block = 20;

struct CampaignArguments {
  std::uint64_t diagrams = 1000, pairs = 20, first = 0;
  double seconds = 3;
  std::string state;
};

// Cases that are worked on together: those from `first` on, of one kind.
struct Block {
  bool pairs = false;
  std::uint64_t first = 0, count = 0;
};

const char* kind(bool pairs) { return pairs ? "pairs" : "diagrams"; }

// The cases that are wanted and that the state does not have.
std::vector<Block> blocks_left(const CampaignArguments& args, const json& state) {
  std::vector<Block> out;
  for (bool pairs : {false, true}) {
    std::set<std::uint64_t> done;
    for (const json& range : state.at(kind(pairs)).at("done"))
      for (std::uint64_t k = 0; k < range[1].get<std::uint64_t>(); ++k) done.insert(range[0].get<std::uint64_t>() + k);
    const std::uint64_t end = args.first + (pairs ? args.pairs : args.diagrams);
    for (std::uint64_t k = args.first; k < end; ++k) {
      if (done.count(k)) continue;
      const bool joins = !out.empty() && out.back().pairs == pairs && out.back().first + out.back().count == k &&
                         out.back().count < cases_per_block;
      if (!joins) out.push_back({pairs, k, 0});
      ++out.back().count;
    }
  }
  return out;
}

// --- in the child

json to_json(const CaseReport& r, std::uint64_t number) {
  json findings = json::array();
  for (const Finding& f : r.findings)
    findings.push_back({{"number", number}, {"kind", f.kind}, {"text", f.text}, {"diagrams", f.diagrams}});
  return {{"features", r.features}, {"counts", r.counts}, {"rules", r.rules}, {"findings", findings}};
}

// Counts are added, findings put behind one another.
void merge(json& into, const json& from) {
  for (const char* key : {"features", "counts", "rules"})
    for (const auto& [name, n] : from.at(key).items()) into[key][name] = into[key].value(name, 0L) + n.get<long>();
  for (const json& f : from.at("findings")) into["findings"].push_back(f);
}

json nothing() {
  return {
      {"features", json::object()}, {"counts", json::object()}, {"rules", json::object()}, {"findings", json::array()}};
}

json run(Campaign& campaign, const Block& b) {
  json out = nothing();
  for (std::uint64_t k = b.first; k < b.first + b.count; ++k) try {
      merge(out, to_json(b.pairs ? campaign.pair(k) : campaign.diagram(k), k));
    } catch (const std::exception& e) {
      CaseReport r;
      r.findings.push_back({"error", e.what(), ""});
      merge(out, to_json(r, k));
    }
  return out;
}

void work(const std::vector<Block>& blocks, const CampaignArguments& args, const CommonOptions& common,
          const Emit& emit) {
  std::atomic<std::size_t> next = 0;
  std::mutex one_at_a_time;
  std::exception_ptr error;
  CampaignOptions options;
  options.seed = common.seed, options.seconds = args.seconds;
  auto worker = [&] {
    try {
      Z3Oracle z3;
      RuleBook book(z3.oracle(), default_ledger());
      const RuleLibrary rules(verified_rules(book));
      Campaign campaign(rules, book, options);
      for (std::size_t k = next++; k < blocks.size(); k = next++) {
        const json done = run(campaign, blocks[k]);
        const std::lock_guard lock(one_at_a_time);
        emit(to_text(
            {{"kind", kind(blocks[k].pairs)}, {"cases", {blocks[k].first, blocks[k].count}}, {"report", done}}));
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

// --- the state

json read_state(const CampaignArguments& args, std::uint64_t seed) {
  json none = nothing();
  none["done"] = json::array();
  const json fresh{{"seed", seed}, {"seconds", 0.0}, {"diagrams", none}, {"pairs", none}};
  if (args.state.empty() || !std::filesystem::exists(args.state)) return fresh;
  std::ifstream in(args.state);
  const json state = json::parse(in, nullptr, false);
  if (!state.is_object() || !state.contains("seed") || !state.contains("diagrams") || !state.contains("pairs"))
    bad_input("this is not the state of a campaign", args.state);
  if (state.at("seed") != seed)
    bad_input(fmt::format("this campaign has the seed {}", state.at("seed").get<std::uint64_t>()), args.state);
  return state;
}

// --- the report

void print_counts(const json& counts, long whole) {
  for (const auto& [name, n] : counts.items()) {
    const long value = n.get<long>();
    if (whole > 0)
      fmt::print("  {:<40} {:>9} {:>6.1f} %\n", name, value,
                 100.0 * static_cast<double>(value) / static_cast<double>(whole));
    else
      fmt::print("  {:<40} {:>9}\n", name, value);
  }
}

void print(const json& state) {
  for (const char* kind : {"diagrams", "pairs"}) {
    const json& r = state.at(kind);
    const long whole = r.at("features").value("diagrams", 0L);
    if (whole == 0) continue;
    fmt::print("{}: {}\n", kind, whole);
    print_counts(r.at("features"), whole);
    fmt::print("what came of them\n");
    print_counts(r.at("counts"), 0);
    std::size_t rules = 0, others = 0;
    for (const auto& [name, n] : r.at("rules").items()) ++(name.starts_with("rule ") ? rules : others);
    if (rules + others > 0) fmt::print("  different rules used: {}; other steps: {}\n", rules, others);
    for (const json& f : r.at("findings"))
      fmt::print("\n{} {}: {}\n{}\n{}", kind, f.at("number").get<std::uint64_t>(), f.at("kind").get<std::string>(),
                 f.at("text").get<std::string>(), f.at("diagrams").get<std::string>());
  }
  fmt::print("{:.0f} s; {} findings\n", state.at("seconds").get<double>(),
             state.at("diagrams").at("findings").size() + state.at("pairs").at("findings").size());
}

int campaign(const CampaignArguments& args, const CommonOptions& common) {
  json state = read_state(args, common.seed);
  const std::vector<Block> left = blocks_left(args, state);
  const double before = state.at("seconds");
  const auto start = std::chrono::steady_clock::now();
  auto receive = [&](std::string_view message) {
    const json j = json::parse(message);
    json& part = state[j.at("kind").get<std::string>()];
    part["done"].push_back(j.at("cases"));
    merge(part, j.at("report"));
    state["seconds"] = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!args.state.empty()) write_file(args.state, to_text(state));
  };
  const Budget budget{
      .seconds = common.timeout * cases_per_block, .megabytes = common.memory, .grace = 2, .per_message = true};
  if (!left.empty())
    supervise_to_end(
        budget, "running a campaign", [&](const Emit& emit) { work(left, args, common, emit); }, receive);
  if (common.json)
    print_json(state);
  else
    print(state);
  const bool clean = state.at("diagrams").at("findings").empty() && state.at("pairs").at("findings").empty();
  if (clean) return all_hold;
  fmt::print(stderr, "skein: internal error: a campaign of random tests has findings\n");
  return defect;
}

}  // namespace

void add_campaign(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("campaign", "Test soundness with random diagrams, rewritten by verified rules");
  auto args = std::make_shared<CampaignArguments>();
  c->add_option("--diagrams", args->diagrams, "random diagrams, each rewritten and run")->capture_default_str();
  c->add_option("--pairs", args->pairs, "random pairs, each given to the prover; every second one is edited")
      ->capture_default_str();
  c->add_option("--first", args->first, "number of the first diagram and pair")->capture_default_str();
  c->add_option("--seconds", args->seconds, "for the verdict on a pair")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("--state", args->state, "file that the counts are kept in, and taken from if it is there");
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return campaign(*args, call.common); }; });
}

}  // namespace skein::cli
