// skein rules verify: every rule derived anew and every false twin refuted. The rules of a run rest on one another, so
// one child process works through them; if one claim exceeds its limits, a new child goes on behind it, with the
// certificates that were accepted so far.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "batch/content.hpp"
#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "cli/rule_memory.hpp"
#include "cli/rules.hpp"
#include "cli/supervise.hpp"
#include "cli/theories.hpp"
#include "prove/conditions.hpp"
#include "prove/instances.hpp"
#include "prove/refute.hpp"
#include "verify/recurrence.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr double grace = 2;
constexpr int draws_for_conditions = 60;

struct VerifyArguments {
  std::vector<std::string> files;
  std::string out = "out", write_ledger, stub;
  int confirm = 0;
  bool anew = false;

  fs::path ledger() const { return files.empty() || !stub.empty() ? fs::path() : default_ledger(); }
};

Clock::time_point in_seconds(double s) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
}

// --- in the child

class Verifier {
 public:
  // All rules are derived from nothing. Those of single files may use what the ledger has.
  Verifier(const VerifyArguments& args, const CommonOptions& common)
      : args_(args),
        common_(common),
        book_(oracle(), args.ledger()),
        memory_(args.anew ? fs::path() : fs::path(args.out) / "decided",
                fmt::format("{} {} {} {} {} {} {}", common.timeout, common.memory, common.seed, args.stub, args.confirm,
                            args.out, folder_digest(args.ledger()))) {}

  // What was accepted by an earlier child is replayed, not searched for again.
  void admit(const std::string& certificate) {
    book_.ledger().add(replay_certificate(certificate, book_.ledger().source(), book_.oracle()).theorem);
    memory_.rest_on(certificate);
  }

  json decide(const Claim& claim) {
    const auto start = Clock::now();
    auto j = remembered(claim);
    if (!j) {
      j = decide_anew(claim);
      const std::string status = j->at("status");
      if (status == "verified" || (status == "refuted" && !j->at("derived").get<bool>())) memory_.keep(claim, *j);
    }
    if (j->contains("certificate_text")) memory_.rest_on(j->at("certificate_text").get<std::string>());
    (*j)["seconds"] = std::chrono::duration<double>(Clock::now() - start).count();
    return *j;
  }

 private:
  // A decision of an earlier run, as far as it can still be relied upon.
  std::optional<json> remembered(const Claim& claim) {
    auto j = memory_.find(claim);
    if (!j) return std::nullopt;
    const std::string status = j->at("status");
    const bool proof = status == "verified" && j->contains("certificate_text");
    const bool witness = status == "refuted" && !j->at("derived").get<bool>() && j->at("witness").is_string();
    if (proof == witness) return std::nullopt;  // a verdict without its evidence is none
    if (proof) try {
        // The leaves are asked again: what lies in a folder of results answers for nothing.
        const Replay r =
            replay_certificate(j->at("certificate_text").get<std::string>(), book_.ledger().source(), book_.oracle());
        if (r.theorem->name() != claim.name || !same_statement(r.theorem->statement(), to_statement(claim)))
          return std::nullopt;
        book_.ledger().add(r.theorem);
      } catch (const std::exception&) {
        return std::nullopt;
      }
    if (witness && j->value("witness_digest", std::string()) != digest_of_witness(*j)) return std::nullopt;
    (*j)["remembered"] = true;
    return j;
  }

  // Another claim of the same name may have left its own there.
  static std::string digest_of_witness(const json& j) {
    return file_digest(fs::path(j.at("witness").get<std::string>()) / "witness.json").value_or("absent");
  }

  json decide_anew(const Claim& claim) {
    json j{{"witness", nullptr}, {"where", nullptr}, {"conditions", json::array()}, {"missing_condition", nullptr}};
    for (const SizeEquation& e : claim.inferred) j["conditions"].push_back(to_string(e));
    bool refuted = false;
    if (claim.negated) refuted = search_witness(claim, j);
    DeriveOptions options;
    options.deadline = in_seconds(common_.timeout / 2);
    const RuleReport r = book_.verify(claim, options);
    j["tactic"] = r.tactic, j["reason"] = r.reason, j["note"] = r.note, j["steps"] = r.steps, j["leaves"] = r.leaves;
    bool derived = r.status == RuleStatus::verified;
    if (const auto why = derived && claim.kind != ClaimKind::axiom ? vacuous(claim) : std::nullopt) {
      derived = false;
      j["reason"] = *why;
    }
    j["derived"] = derived;
    if (!claim.negated && !derived && claim.kind != ClaimKind::axiom) refuted = search_witness(claim, j);
    if (claim.negated) {
      j["status"] = refuted ? "refuted" : "unknown";
      if (refuted && !derived) j["reason"] = "";
    } else {
      j["status"] = derived ? "verified" : refuted ? "refuted" : r.status == RuleStatus::error ? "error" : "unknown";
      if (derived) j["certificate_text"] = r.certificate;
    }
    if (derived && !claim.negated && args_.confirm > 0) {
      SearchLimits limits;
      limits.seed = common_.seed;
      limits.total = true;
      j["confirmed"] = confirm(to_statement(claim), {}, limits, args_.confirm).instances;
    }
    if (refuted && !derived && claim.infers) search_condition(claim, j);
    return j;
  }

  // Why the claim may say nothing: nowhere small are its conditions met at an output that is not empty.
  std::optional<std::string> vacuous(const Claim& claim) const {
    const Statement s = to_statement(claim);
    const std::map<Symbol, WeightArray> nothing_fixed;
    const Instances instances(s, nothing_fixed, common_.seed);
    std::vector<Instances::Sizes> sizes = instances.regular_sizes();
    if (sizes.empty()) return "no sizes were found that satisfy its conditions, so that it may say nothing";
    std::erase_if(sizes, [&](const Instances::Sizes& at) {
      const auto& axes = s.left.outputs().front().axes;
      return std::any_of(axes.begin(), axes.end(), [&](const Axis& a) { return *evaluate(a.size, at) <= 0; });
    });
    if (sizes.empty()) return "no sizes were found at which the two sides have an element, so that it may say nothing";
    if (s.when.empty() && hypotheses(s).empty()) return std::nullopt;
    for (int k = 0; k < draws_for_conditions; ++k)
      if (instances.draw(sizes[static_cast<std::size_t>(k) % sizes.size()], Instances::style(k),
                         common_.seed + static_cast<std::uint64_t>(k)))
        return std::nullopt;
    return "no arrays were found that satisfy its conditions, so that it may say nothing";
  }

  void search_condition(const Claim& claim, json& j) {
    DeriveOptions options;
    options.deadline = in_seconds(common_.timeout / 2);
    const auto found = find_condition(book_, claim, common_.seed, options);
    if (!found) return;
    j["missing_condition"] = {{"condition", found->text},       {"separates", found->agreeing_outside == 0},
                              {"agreeing", found->agreeing},    {"differing", found->differing},
                              {"tactic", found->report.tactic}, {"steps", found->report.steps},
                              {"leaves", found->report.leaves}};
  }

  LeafOracle oracle() {
    if (args_.stub == "unknown") return [](const std::string&) { return false; };
    if (args_.stub == "unsat") return [](const std::string&) { return true; };
    return z3_.oracle();
  }

  bool search_witness(const Claim& claim, json& j) {
    SearchLimits limits;
    limits.seed = common_.seed;
    limits.deadline = in_seconds(common_.timeout / 2);
    limits.total = true;  // a law holds of the total functions
    const Statement s = to_statement(claim);
    const auto w = refute(s, {}, limits);
    if (!w) return false;
    const fs::path folder = fs::path(args_.out) / (file_name(claim.name.text()) + ".witness");
    fs::create_directories(args_.out);
    write_witness(*w, s, folder);
    j["witness"] = folder.string();
    j["witness_digest"] = digest_of_witness(j);
    j["where"] = w->where;
    return true;
  }

  const VerifyArguments& args_;
  const CommonOptions& common_;
  Z3Oracle z3_;
  RuleBook book_;
  RuleMemory memory_;
};

// --- in the parent

struct Counts {
  int verified = 0, refuted = 0, unknown = 0, error = 0, false_refuted = 0, false_accepted = 0, false_unknown = 0;
};

class Run {
 public:
  Run(const VerifyArguments& args, const CommonOptions& common) : args_(args), common_(common) {
    std::vector<std::string> tensors;
    for (const std::string& f : args.files) (declares_theories(f) ? theories_ : tensors).push_back(f);
    if (args.files.empty() || !tensors.empty()) rules_ = read_rules(tensors);
  }

  int run() {
    for (const std::string& file : theories_) verify_theories(file);
    if (rules_.empty() && results_.empty())
      bad_input("the files have no rules", args_.files.empty() ? "" : args_.files.front());
    while (next_ < rules_.size()) {
      const std::size_t from = next_;
      const Budget budget{.seconds = common_.timeout, .megabytes = common_.memory, .grace = grace, .per_message = true};
      const Ending ending = supervise(
          budget, "verifying rules", [&](const Emit& emit) { work(from, emit); },
          [&](std::string_view message) { record(json::parse(message)); });
      if (ending == Ending::finished || next_ >= rules_.size()) continue;
      record({{"status", "unknown"},
              {"reason", describe(ending, budget)},
              {"witness", nullptr},
              {"seconds", common_.timeout},
              {"derived", false}});
    }
    return finish();
  }

 private:
  void work(std::size_t from, const Emit& emit) {
    Verifier verifier(args_, common_);
    for (const std::string& c : certificates_) verifier.admit(c);
    for (std::size_t k = from; k < rules_.size(); ++k) emit(to_text(verifier.decide(*rules_[k].claim)));
  }

  // The rules of a theory are assumed: what is verified are its theorems, and its false theorems are refuted.
  void verify_theories(const std::string& file) {
    CommonOptions quiet = common_;
    quiet.json = true;
    for (const json& v : decide_theories(file, "", args_.out, quiet)) {
      const bool negated = v.at("expected") == "refuted";
      const std::string verdict = v.at("verdict"), status = verdict == "proved" ? "verified" : verdict;
      if (negated) {
        ++(status == "refuted" ? counts_.false_refuted : counts_.false_unknown);
        if (status == "verified") ++counts_.false_accepted, accepted_.push_back(v.at("name"));
      } else {
        ++(status == "verified" ? counts_.verified : status == "refuted" ? counts_.refuted : counts_.unknown);
      }
      const bool good = v.at("as_expected");
      const std::string reason = v.at("reason").is_string() ? v.at("reason").get<std::string>() : "";
      if (!common_.json)
        fmt::print("{} {:<9} {:<36} {:6.2f} s  {}\n", good ? " " : "!", status,
                   (negated ? "false " : "") + v.at("name").get<std::string>(),
                   v.at("seconds").at("total").get<double>(),
                   !reason.empty()           ? reason
                   : v.at("steps").is_null() ? "by a model"
                                             : fmt::format("{} steps", v.at("steps").dump()));
      results_.push_back({{"name", v.at("name")},
                          {"file", file},
                          {"kind", negated ? "false theorem" : "theorem"},
                          {"status", status},
                          {"witness", v.at("witness")},
                          {"reason", reason},
                          {"seconds", v.at("seconds").at("total")}});
    }
  }

  void record(json r) {
    const RuleEntry& entry = rules_[next_++];
    const Claim& claim = *entry.claim;
    r["name"] = claim.name.text(), r["file"] = entry.file, r["line"] = claim.line, r["kind"] = describe(claim);
    const std::string status = r.at("status");
    if (r.contains("certificate_text")) {
      const std::string text = r.at("certificate_text");
      r.erase("certificate_text");
      if (!text.empty()) {
        certificates_.push_back(text);
        if (!args_.write_ledger.empty()) write_file(Ledger(args_.write_ledger, {}).path(claim.name), text);
      }
    }
    if (claim.negated) {
      if (status == "refuted")
        ++counts_.false_refuted;
      else
        ++counts_.false_unknown;
      if (r.at("derived").get<bool>()) {
        ++counts_.false_accepted, accepted_.push_back(claim.name.text());
        contradicted_ = contradicted_ || status == "refuted";
      }
    } else if (status == "verified")
      ++counts_.verified;
    else if (status == "refuted")
      ++counts_.refuted;
    else if (status == "unknown")
      ++counts_.unknown;
    else
      ++counts_.error;
    if (!common_.json) {
      const bool good =
          status == (claim.negated ? "refuted" : "verified") && !(claim.negated && r.at("derived").get<bool>());
      std::string detail = r.value("tactic", std::string());
      if (r.value("steps", 0) > 0)
        detail += fmt::format(", {} steps, {} leaves", r.value("steps", 0), r.value("leaves", 0));
      if (const std::string note = r.value("note", std::string()); !note.empty()) detail += "; " + note;
      if (claim.negated && r.at("where").is_string()) detail = r.at("where").get<std::string>();
      if (claim.negated && r.at("derived").get<bool>())
        detail = "it is true: it was derived";
      else if (!good && r.contains("where") && r.at("where").is_string())
        detail = r.at("where").get<std::string>();
      else if (!good)
        detail = r.value("reason", std::string());
      fmt::print("{} {:<9} {:<36} {:6.2f} s  {}\n", good ? " " : "!", status,
                 (claim.negated ? "false " : "") + claim.name.text(), r.at("seconds").get<double>(), detail);
      print_conditions(r);
      std::fflush(stdout);
    }
    results_.push_back(std::move(r));
  }

  void print_conditions(const json& r) const {
    std::string conditions;
    for (const json& c : r.value("conditions", json::array()))
      conditions += (conditions.empty() ? "" : ", ") + c.get<std::string>();
    if (!conditions.empty()) fmt::print("              well-formed when {}\n", conditions);
    const json missing = r.value("missing_condition", json());
    if (missing.is_object())
      fmt::print("              verified when {} ({}, {} steps; {})\n", missing.at("condition").get<std::string>(),
                 missing.at("tactic").get<std::string>(), missing.at("steps").dump(),
                 missing.at("separates").get<bool>()
                     ? fmt::format("the sides agree at {} instances, differ at {}: exactly so",
                                   missing.at("agreeing").dump(), missing.at("differing").dump())
                     : "the sides agree at some other instances too");
  }

  int finish() {
    if (common_.json) {
      print_json({{"rules", results_},
                  {"verified", counts_.verified},
                  {"refuted", counts_.refuted},
                  {"unknown", counts_.unknown},
                  {"error", counts_.error},
                  {"false_refuted", counts_.false_refuted},
                  {"false_accepted", counts_.false_accepted},
                  {"false_unknown", counts_.false_unknown},
                  {"accepted_twins", accepted_},
                  {"solver", args_.stub.empty() ? "z3" : args_.stub}});
    } else {
      fmt::print(
          "\n{} verified, {} refuted, {} unknown, {} in error; false rules: {} refuted, {} unknown, {} accepted\n",
          counts_.verified, counts_.refuted, counts_.unknown, counts_.error, counts_.false_refuted,
          counts_.false_unknown, counts_.false_accepted);
      for (const std::string& name : accepted_) fmt::print("claimed to be false, but derived: {}\n", name);
    }
    if (contradicted_ && args_.stub.empty()) {
      fmt::print(stderr, "skein: internal error: a claim was both derived and refuted\n");
      return defect;
    }
    if (counts_.refuted || counts_.error || counts_.false_accepted) return some_fail;
    return counts_.unknown || counts_.false_unknown ? not_decided : all_hold;
  }

  const VerifyArguments& args_;
  const CommonOptions& common_;
  std::vector<RuleEntry> rules_;
  std::vector<std::string> theories_;  // files
  std::size_t next_ = 0;
  std::vector<std::string> certificates_;
  json results_ = json::array();
  Counts counts_;
  std::vector<std::string> accepted_;
  bool contradicted_ = false;  // a claim was derived and refuted
};

}  // namespace

void add_rules_verify(CLI::App& rules, Invocation& call) {
  CLI::App* c = rules.add_subcommand("verify", "Derive every rule and refute every false rule");
  auto args = std::make_shared<VerifyArguments>();
  c->add_option("FILE", args->files, "files with rules; all of rules/ if there is none");
  c->add_option("--out", args->out, "folder for witnesses")->capture_default_str();
  c->add_option("--confirm", args->confirm, "instances at which every verified rule is run as well")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  c->add_flag("--anew", args->anew, "decide again what an earlier run with this --out decided");
  c->add_option("--write-ledger", args->write_ledger, "folder to write the certificates to");
  c->add_option("--solver-stub", args->stub,
                "what a stub answers in the solver's place, to see how much the leaves matter")
      ->check(CLI::IsMember({"unknown", "unsat"}));
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return Run(*args, call.common).run(); }; });
}

}  // namespace skein::cli
