// skein replay: a certificate replayed by the kernel, and its endpoints compared with what the two files say today.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/architecture.hpp"
#include "cli/command.hpp"
#include "cli/report.hpp"
#include "cli/supervise.hpp"
#include "cli/theories.hpp"
#include "kernel/ledger.hpp"
#include "kernel/monoidal_certificate.hpp"
#include "kernel/solver.hpp"
#include "prove/domain.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct ReplayArguments {
  std::string certificate;
  std::vector<std::string> architectures;
  std::string ledger, solver = "z3 -in";
};

bool contains(const std::vector<Size>& all, const Size& s) { return std::find(all.begin(), all.end(), s) != all.end(); }

// Why the theorem's context assumes more than the statement's; empty if it does not.
std::string stronger_context(const SizeContext& theorem, const SizeContext& wanted) {
  for (const auto& [v, bound] : wanted.lower)
    if (theorem.lower_bound(v) > bound)
      return fmt::format("the certificate assumes {} >= {}, the statement {} >= {}", v.text(), theorem.lower_bound(v),
                         v.text(), bound);
  for (const Size& h : theorem.hypotheses)
    if (!contains(wanted.hypotheses, h))
      return fmt::format("the certificate assumes {} >= 0, the statement does not", to_string(h));
  return "";
}

std::string different_inputs(const Diagram& theorem, const Diagram& wanted) {
  for (const InputPort& p : theorem.inputs()) {
    const InputPort* q = wanted.find_input(p.name);
    if (!q) return fmt::format("the certificate has an input {} that the statement has not", p.name.text());
    bool same = p.dtype == q->dtype && p.axes.size() == q->axes.size();
    for (std::size_t k = 0; same && k < p.axes.size(); ++k) same = p.axes[k].size == q->axes[k].size;
    if (!same) return fmt::format("the input {} has other axes in the certificate", p.name.text());
  }
  return "";
}

// Output k of d at the indices `at`; these are set by the first call.
std::optional<Ref> output_at(DiagramBuilder& b, const Diagram& d, std::size_t k, std::vector<Index>& at, bool first) {
  const Output o = thaw(b, d).at(k);
  if (first) at = o.axes;
  if (o.axes.size() != at.size()) return std::nullopt;
  std::map<Index, Index> same;
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (!(b.axis(o.axes[i]).size == b.axis(at[i]).size)) return std::nullopt;
    same[o.axes[i]] = at[i];
  }
  return b.rename(o.value, same);
}

// Why the theorem is not about output k of the statement; empty if it is.
std::string different_endpoints(const Statement& theorem, const Statement& wanted, std::size_t k) {
  if (auto why = stronger_context(theorem.left.sizes(), wanted.left.sizes()); !why.empty()) return why;
  if (auto why = different_inputs(theorem.left, wanted.left); !why.empty()) return why;
  DiagramBuilder b;
  std::vector<Index> at;
  const auto left = output_at(b, theorem.left, 0, at, true), right = output_at(b, theorem.right, 0, at, false);
  const auto want_left = output_at(b, wanted.left, k, at, false), want_right = output_at(b, wanted.right, k, at, false);
  if (!left || !right || !want_left || !want_right) return "the output has other axes in the certificate";
  if (*left != *want_left)
    return *left == *want_right && *right == *want_left
               ? "the certificate proves the converse: left and right are swapped"
               : "the left side is another diagram in the certificate";
  if (*right != *want_right) return "the right side is another diagram in the certificate";
  // A certificate may assume that both sides are defined: a verdict speaks of their common domain.
  std::vector<Condition> allowed = wanted.when;
  if (!theorem.when.empty())
    for (Condition& c : domain_conditions(wanted.left, wanted.right)) allowed.push_back(std::move(c));
  for (const Condition& c : theorem.when) {
    std::vector<Index> where;
    const auto value = output_at(b, c.value, 0, where, true);
    bool found = false;
    for (const Condition& w : allowed) {
      const auto wanted_value = output_at(b, w.value, 0, where, false);
      found = found || (w.sign == c.sign && wanted_value && *wanted_value == *value);
    }
    if (!found) return "the certificate assumes a condition that the statement has not";
  }
  // Equations may be assumed in any number: each must be one of the statement's own.
  for (const Given& g : theorem.given) {
    const bool found = std::any_of(wanted.given.begin(), wanted.given.end(), [&](const Given& w) {
      std::vector<Index> where;
      const auto l = output_at(b, g.left, 0, where, true), r = output_at(b, g.right, 0, where, false);
      const auto wanted_l = output_at(b, w.left, 0, where, false), wanted_r = output_at(b, w.right, 0, where, false);
      return l && r && wanted_l && wanted_r && *l == *wanted_l && *r == *wanted_r;
    });
    if (!found) return "the certificate assumes an equation that the statement does not have";
  }
  return "";
}

void replay(const ReplayArguments& args, const Emit& emit) {
  std::error_code error;
  if (!fs::exists(args.certificate, error)) bad_input("there is no such file", args.certificate);
  if (fs::is_directory(args.certificate, error)) bad_input("this is a directory, not a certificate", args.certificate);
  if (monoidal::is_monoidal_certificate(read_text(args.certificate))) {
    if (args.architectures.size() != 1)
      usage_error("a certificate of a theory is replayed against FILE.skn or FILE.skn:THEOREM");
    const TheoryReplay r = replay_theory(args.certificate, args.architectures[0]);
    emit(to_text({{"statement", r.statement},
                  {"accepted", r.reason.empty()},
                  {"reason", r.reason.empty() ? json() : json(r.reason)},
                  {"output", nullptr},
                  {"steps", r.steps},
                  {"leaves", 0}}));
    return;
  }
  const Pairing pairing = read_pairing(args.architectures);
  emit(to_text({{"statement", pairing.text}}));
  SolverProcess solver(args.solver);
  const LeafOracle oracle = args.solver == "none" ? LeafOracle() : solver.oracle();
  Ledger ledger(args.ledger.empty() ? default_ledger() : fs::path(args.ledger), oracle);
  json j{{"accepted", false}, {"reason", nullptr}, {"output", nullptr}, {"when", json::array()}};
  try {
    const Replay r = replay_certificate(read_text(args.certificate), ledger.source(), oracle);
    j["steps"] = r.steps, j["leaves"] = r.leaves;
    for (const Condition& c : r.theorem->statement().when) j["when"].push_back(in_words(c));
    j["given"] = r.theorem->statement().given.size();
    std::string reason;
    for (std::size_t k = 0; k < pairing.statement.left.outputs().size(); ++k) {
      reason = different_endpoints(r.theorem->statement(), pairing.statement, k);
      if (!reason.empty()) continue;
      j["accepted"] = true;
      j["output"] = pairing.statement.left.outputs()[k].name.text();
      break;
    }
    if (!j.at("accepted").get<bool>()) j["reason"] = "its endpoints are not those of the statement: " + reason;
  } catch (const Rejected& e) {
    j["reason"] = std::string("the kernel rejects it: ") + e.what();
  } catch (const IllTyped& e) {
    j["reason"] = std::string("the kernel rejects it: ") + e.what();
  }
  emit(to_text(j));
}

int run(const ReplayArguments& args, const CommonOptions& common) {
  if (args.architectures.empty() || args.architectures.size() > 2)
    usage_error("replay takes a certificate and what it is about: two architectures, or FILE.skn:CLAIM");
  json result{{"certificate", args.certificate}, {"accepted", false}, {"statement", nullptr}, {"reason", nullptr}};
  const Budget budget{.seconds = common.timeout, .megabytes = common.memory};
  const Ending ending = supervise(
      budget, "replaying " + args.certificate, [&](const Emit& emit) { replay(args, emit); },
      [&](std::string_view message) {
        const json update = json::parse(message);
        if (update.contains("statement") && !common.json) fmt::print("{}\n", update.at("statement").get<std::string>());
        result.update(update);
      });
  if (ending != Ending::finished) result["reason"] = describe(ending, budget);
  const bool accepted = result.at("accepted");
  if (common.json)
    print_json(result);
  else if (accepted) {
    fmt::print("accepted {}: {} steps{}\n", args.certificate, result.at("steps").dump(),
               result.at("output").is_null()
                   ? ""
                   : fmt::format(", {} leaves asked, for the output {}", result.at("leaves").dump(),
                                 result.at("output").get<std::string>()));
    for (const json& c : result.value("when", json::array())) fmt::print("  when {}\n", c.get<std::string>());
    if (const std::size_t given = result.value("given", std::size_t{0}); given > 0)
      fmt::print("  given the {} equations of its states, printed above\n", given);
  } else
    fmt::print("rejected {}: {}\n", args.certificate, result.at("reason").get<std::string>());
  return accepted ? all_hold : ending != Ending::finished ? not_decided : some_fail;
}

}  // namespace

void add_replay(CLI::App& app, Invocation& call) {
  CLI::App* c = app.add_subcommand("replay", "Replay a certificate and compare its endpoints with the files");
  auto args = std::make_shared<ReplayArguments>();
  c->add_option("CERTIFICATE", args->certificate, "as written by prove")->required();
  c->add_option("ARCHITECTURE", args->architectures, "two architectures, FILE.skn:CLAIM, or FILE.skn with theories")
      ->required()
      ->expected(1, 2);
  c->add_option("--ledger", args->ledger, "folder with the certificates of the rules");
  c->add_option("--solver", args->solver, "asked again for every leaf; none rejects leaves")->capture_default_str();
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return run(*args, call.common); }; });
}

}  // namespace skein::cli
