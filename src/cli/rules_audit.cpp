// skein rules audit: what keeps the library of rules honest. The axioms are few and cited; no two statements are the
// same, none is one step with another, none names a def of an architecture or is larger than it must be, each has a
// false twin, and all of them hold for random terms in place of their arrays.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/report.hpp"
#include "cli/rule_files.hpp"
#include "cli/rules.hpp"
#include "cli/supervise.hpp"
#include "lang/parser.hpp"
#include "prove/lifts.hpp"
#include "verify/audit.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

namespace skein::cli {

using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_operators = 8, most_axioms = 40;
// What a line of the comment above a claim begins with that is an exception, and says why.
constexpr const char *reason_for_size = "Large because", *reason_for_instance = "Kept because";

struct AuditArguments {
  std::vector<std::string> files;
  int lifts = 100;
};

struct Finding {
  std::string what, file;
  int line = 0;
};

// A check, what it is about, and what it found: no findings, no objection.
struct Check {
  std::string name, holds;
  std::vector<Finding> findings;
};

class Audit {
 public:
  Audit(const AuditArguments& args, const CommonOptions& common, const std::vector<RuleEntry>& rules)
      : args_(args), common_(common), rules_(rules) {
    for (const RuleEntry& r : rules)
      if (!r.claim->negated && r.claim->kind != ClaimKind::theorem) true_.push_back(&r);
    for (const RuleEntry* r : true_) statements_.push_back(to_statement(*r->claim));
  }

  json run(const Emit& emit) {
    std::vector<Check> checks;
    for (auto check : {&Audit::axioms, &Audit::kinds, &Audit::twins, &Audit::imports, &Audit::sizes, &Audit::sameness,
                       &Audit::one_step}) {
      checks.push_back((this->*check)());
      emit("");
    }
    checks.push_back(lifts(emit));
    json out = json::array();
    for (const Check& c : checks) {
      json findings = json::array();
      for (const Finding& f : c.findings) findings.push_back({{"what", f.what}, {"file", f.file}, {"line", f.line}});
      out.push_back({{"check", c.name}, {"holds", c.findings.empty()}, {"claim", c.holds}, {"findings", findings}});
    }
    int count[4] = {};
    for (const RuleEntry* r : true_) ++count[static_cast<int>(r->claim->kind)];
    return {{"statements", true_.size()},
            {"axioms", count[static_cast<int>(ClaimKind::axiom)]},
            {"rules", count[static_cast<int>(ClaimKind::rule)]},
            {"laws", count[static_cast<int>(ClaimKind::law)]},
            {"checks", out},
            {"kept_instances", kept_},
            {"lifts",
             {{"instances", counts_.instances},
              {"missed", counts_.missed},
              {"further", counts_.further},
              {"repeated", counts_.repeated},
              {"strided", counts_.strided},
              {"diagonal", counts_.diagonal},
              {"computed", counts_.computed},
              {"shared", counts_.shared},
              {"sizes", counts_.sizes},
              {"false", refuted_},
              {"verified_but_false", contradicted_}}}};
  }

 private:
  static std::string name(const RuleEntry& r) { return r.claim->name.text(); }

  Finding about(const RuleEntry& r, std::string what) const { return {std::move(what), r.file, r.claim->line}; }

  DeriveOptions with_deadline() const {
    DeriveOptions options;
    options.deadline = Clock::now() + std::chrono::milliseconds(static_cast<long>(500 * common_.timeout));
    return options;
  }

  static bool has_line(const RuleEntry& r, const std::string& start) {
    const std::string& comment = r.claim->description;
    return comment.starts_with(start) || comment.find("\n" + start) != std::string::npos;
  }

  Check axioms() {
    Check c{
        "axioms", fmt::format("they are fewer than {}, each has a source, none is about a reduction", most_axioms), {}};
    std::size_t count = 0;
    for (std::size_t k = 0; k < true_.size(); ++k) {
      const RuleEntry& r = *true_[k];
      if (r.claim->kind != ClaimKind::axiom) continue;
      if (++count == most_axioms) c.findings.push_back(about(r, fmt::format("there are {} axioms", most_axioms)));
      const std::size_t open = r.claim->description.find('[');
      if (open == std::string::npos || r.claim->description.find(']', open) == std::string::npos)
        c.findings.push_back(about(r, name(r) + " has no [source] in its comment"));
      for (const Diagram* d : {&statements_[k].left, &statements_[k].right})
        if (std::any_of(d->boxes().begin(), d->boxes().end(), [](const Box& b) { return b.op == Op::reduce; })) {
          c.findings.push_back(about(r, name(r) + " is about a reduction, which is for induction to prove"));
          break;
        }
    }
    return c;
  }

  // What matters here is what the statements say: whether they hold is the business of `verify`, which asks a solver.
  static bool believe(const std::string&) { return true; }

  Check kinds() {
    Check c{"kinds", "the canonical form closes every law and no rule but its own", {}};
    RuleBook book(believe, default_ledger());
    const auto& own = canonical_form_rules();
    for (std::size_t k = 0; k < true_.size(); ++k) {
      const RuleEntry& r = *true_[k];
      if (r.claim->kind == ClaimKind::axiom || std::find(own.begin(), own.end(), r.claim->name) != own.end()) continue;
      const bool law = r.claim->kind == ClaimKind::law;
      if (book.canonical_form_closes(r.claim->name, statements_[k], with_deadline()) != law)
        c.findings.push_back(about(r, name(r) + (law ? " is a rule; write `rule`" : " is a law; write `law`")));
    }
    return c;
  }

  Check twins() {
    Check c{"twins", "each rule and law is followed by a false twin of its kind", {}};
    for (std::size_t k = 0; k < rules_.size(); ++k) {
      const Claim& own = *rules_[k].claim;
      if (own.negated || own.kind == ClaimKind::axiom || own.kind == ClaimKind::theorem) continue;
      const Claim* next = k + 1 < rules_.size() && rules_[k + 1].file == rules_[k].file ? rules_[k + 1].claim : nullptr;
      if (!next || !next->negated || next->kind != own.kind)
        c.findings.push_back(about(rules_[k], own.name.text() + " has no false twin behind it"));
    }
    return c;
  }

  Check imports() {
    Check c{"imports", "no rule names a def of an architecture", {}};
    std::set<std::string> seen;
    for (const RuleEntry& r : rules_) {
      if (!seen.insert(r.file).second) continue;
      std::string text;
      for (const std::string& l : read_lines(r.file)) text += l + "\n";
      for (const ImportSyntax& i : parse_syntax(SourceText(r.file, text)).imports)
        if (i.quoted)
          c.findings.push_back(
              {"rules rest on the prelude alone, but \"" + i.path + "\" is imported", r.file, i.place.line});
    }
    return c;
  }

  Check sizes() {
    Check c{"sizes", fmt::format("no side has more than {} operators without a reason", most_operators), {}};
    for (std::size_t k = 0; k < true_.size(); ++k) {
      const std::size_t n = std::max(operator_count(statements_[k].left), operator_count(statements_[k].right));
      if (n > most_operators && !has_line(*true_[k], reason_for_size))
        c.findings.push_back(about(*true_[k], fmt::format("{} has {} operators on a side, and no line \"{} ...\" above",
                                                          name(*true_[k]), n, reason_for_size)));
    }
    return c;
  }

  Check sameness() {
    Check c{"same", "no two statements are the same up to names", {}};
    for (const auto& [first, second] : same_statements(statements_))
      c.findings.push_back(about(*true_[second], name(*true_[second]) + " is " + name(*true_[first])));
    return c;
  }

  Check one_step() {
    Check c{"one step",
            fmt::format("none is one step with another, but for laws that are \"{} ...\"", reason_for_instance),
            {}};
    RuleBook book(believe, default_ledger());
    std::vector<TheoremPtr> theorems;
    for (std::size_t k = 0; k < true_.size(); ++k) {
      theorems.push_back(theorem(book, *true_[k]->claim, statements_[k]));
      if (!theorems.back())
        c.findings.push_back(about(*true_[k], name(*true_[k]) + " is not derived: skein rules verify says why"));
    }
    for (const OneStep& s : one_step_instances(theorems)) {
      const RuleEntry& r = *true_[s.instance];
      const std::string what = name(r) + " is one step with " + name(*true_[s.of]);
      if (r.claim->kind == ClaimKind::law && has_line(r, reason_for_instance))
        kept_.push_back(what);
      else
        c.findings.push_back(about(r, what));
    }
    return c;
  }

  // That of the ledger if it says what the claim says.
  TheoremPtr theorem(RuleBook& book, const Claim& claim, const Statement& s) const {
    try {
      if (TheoremPtr t = book.ledger().find(claim.name); t && same(t->statement(), s)) return t;
    } catch (const Rejected&) {  // the ledger is out of date
    }
    DeriveOptions options = with_deadline();
    options.hints = claim.hints;
    return book.derive_statement(claim.name, s, options).theorem;
  }

  // With a solver, unlike the theorems above: a statement that is verified and false is a defect of skein.
  bool verified(const RuleEntry& r, const Statement& s) const {
    if (r.claim->kind == ClaimKind::axiom) return true;
    Z3Oracle z3;
    DeriveOptions options = with_deadline();
    options.hints = r.claim->hints;
    return RuleBook(z3.oracle(), default_ledger()).derive_statement(r.claim->name, s, options).status ==
           RuleStatus::verified;
  }

  static bool same(const Statement& a, const Statement& b) {
    DiagramBuilder builder;
    const Sides x = sides(builder, a.left, a.right), y = sides(builder, b.left, b.right);
    auto conditions = [&](const Statement& s) {
      std::vector<std::pair<Sign, WireId>> out;
      for (const Condition& c : s.when) out.emplace_back(c.sign, thaw(builder, c.value).front().value.wire);
      return out;
    };
    return x.left.wire == y.left.wire && x.right.wire == y.right.wire && a.left.sizes() == b.left.sizes() &&
           conditions(a) == conditions(b);
  }

  Check lifts(const Emit& emit) {
    Check c{"lifts", fmt::format("each holds at {} random lifts", args_.lifts), {}};
    for (std::size_t k = 0; k < true_.size(); ++k) {
      const LiftReport r = run_lifts(statements_[k], args_.lifts, common_.seed + 7919 * k);
      counts_ += r.counts;
      if (!r.failure.empty()) {
        refuted_.push_back(name(*true_[k]));
        if (verified(*true_[k], statements_[k])) contradicted_.push_back(name(*true_[k]));
        c.findings.push_back(about(*true_[k], name(*true_[k]) + " is false " + r.failure));
      } else if (r.counts.instances < args_.lifts) {
        c.findings.push_back(about(*true_[k], fmt::format("{} was run at {} of {} lifts only", name(*true_[k]),
                                                          r.counts.instances, args_.lifts)));
      }
      emit("");
    }
    return c;
  }

  const AuditArguments& args_;
  const CommonOptions& common_;
  const std::vector<RuleEntry>& rules_;
  std::vector<const RuleEntry*> true_;  // rules, laws and axioms
  std::vector<Statement> statements_;
  LiftCounts counts_;
  std::vector<std::string> kept_;  // laws that are one step with another statement, for a reason
  std::vector<std::string> refuted_, contradicted_;
};

void print(const json& j) {
  fmt::print("{} statements: {} axioms, {} rules, {} laws\n", j.at("statements").get<int>(), j.at("axioms").get<int>(),
             j.at("rules").get<int>(), j.at("laws").get<int>());
  for (const json& c : j.at("checks")) {
    fmt::print("{} {:<9} {}\n", c.at("holds").get<bool>() ? " " : "!", c.at("check").get<std::string>(),
               c.at("claim").get<std::string>());
    for (const json& f : c.at("findings"))
      fmt::print("    {}:{}: {}\n", f.at("file").get<std::string>(), f.at("line").get<int>(),
                 f.at("what").get<std::string>());
  }
  for (const json& k : j.at("kept_instances")) fmt::print("kept for a reason: {}\n", k.get<std::string>());
  const json& l = j.at("lifts");
  fmt::print(
      "{} instances; terms with a further axis {}, repeated {}, strided {}, diagonal {}, computed {}, shared {}; "
      "sizes 0: {}, 1: {}, 2: {}, 3: {}\n",
      l.at("instances").get<int>(), l.at("further").get<int>(), l.at("repeated").get<int>(), l.at("strided").get<int>(),
      l.at("diagonal").get<int>(), l.at("computed").get<int>(), l.at("shared").get<int>(), l.at("sizes")[0].get<int>(),
      l.at("sizes")[1].get<int>(), l.at("sizes")[2].get<int>(), l.at("sizes")[3].get<int>());
}

int audit(const AuditArguments& args, const CommonOptions& common) {
  const std::vector<RuleEntry> rules = read_rules(args.files);
  if (rules.empty()) bad_input("the files have no rules", args.files.empty() ? "" : args.files.front());
  json result;
  supervise_to_end(
      {.seconds = common.timeout, .megabytes = common.memory, .grace = 2, .per_message = true}, "auditing rules",
      [&](const Emit& emit) { emit(to_text(Audit(args, common, rules).run(emit))); },
      [&](std::string_view message) {
        if (!message.empty()) result = json::parse(message);
      });
  if (common.json)
    print_json(result);
  else
    print(result);
  if (!result.at("lifts").at("verified_but_false").empty()) {
    fmt::print(stderr, "skein: internal error: a verified statement is false at a lift\n");
    return defect;
  }
  const bool holds = std::all_of(result.at("checks").begin(), result.at("checks").end(),
                                 [](const json& c) { return c.at("holds").get<bool>(); });
  return holds ? all_hold : some_fail;
}

}  // namespace

void add_rules_audit(CLI::App& rules, Invocation& call) {
  CLI::App* c =
      rules.add_subcommand("audit", "Check that no rule repeats another, and run all of them at random lifts");
  auto args = std::make_shared<AuditArguments>();
  c->add_option("FILE", args->files, "files with rules; all of rules/ if there is none");
  c->add_option("--lifts", args->lifts, "instances of each statement")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  add_common_options(*c, call.common);
  c->callback([&call, args] { call.run = [&call, args] { return audit(*args, call.common); }; });
}

}  // namespace skein::cli
