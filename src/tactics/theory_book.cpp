#include "tactics/theory_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "monoidal/isomorphism_search.hpp"
#include "tactics/transport.hpp"

namespace skein::monoidal {
namespace {

using Clock = std::chrono::steady_clock;

// Decides the claims of one theory in order.
class Decision {
 public:
  Decision(ProvedTheory& out, const std::vector<std::unique_ptr<ProvedTheory>>& earlier, const BookOptions& options)
      : out_(out), earlier_(earlier), options_(options), models_(out.theory, options.seed) {}

  void run(const std::function<void(const ClaimReport&)>& told) {
    for (const TheoryClaim& c : out_.theory->claims) {
      const auto start = Clock::now();
      deadline_ = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
      ClaimReport r;
      r.claim = &c;
      switch (c.kind) {
        case TheoryClaim::Kind::rule:
        case TheoryClaim::Kind::definition:
          out_.kernel.add_rule(c.statement);
          lemmas_.push_back({c.statement, true});
          continue;
        case TheoryClaim::Kind::imported: imported(c, r); break;
        case TheoryClaim::Kind::theorem: c.negated ? refute(c, r) : prove(c, r); break;
      }
      if (!c.negated) {
        const bool proved = r.verdict == ClaimReport::Verdict::proved;
        if (!r.theorem) out_.kernel.assume(c.statement);
        if (!proved) r.theorem = nullptr, failed_.insert(c.name());
        lemmas_.push_back({c.statement, proved});
      }
      r.seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (c.kind == TheoryClaim::Kind::imported && r.expected()) continue;  // reported where it was proved
      out_.reports.push_back(std::move(r));
      if (told) told(out_.reports.back());
    }
  }

 private:
  ScriptLimits limits() const {
    ScriptLimits l;
    l.deadline = deadline_;
    return l;
  }

  // A theorem without a proof is searched for.
  std::vector<Tactic> default_script(const TheoryClaim& c) const {
    Tactic t;
    t.kind = Tactic::Kind::search;
    t.place = {c.line, 1};
    t.depth = options_.depth;
    return {t};
  }

  void prove(const TheoryClaim& c, ClaimReport& r) {
    r.script = run_script(*c.statement, c.proof ? *c.proof : default_script(c), lemmas_, limits());
    if (r.script.proof) return conclude(c, *r.script.proof, r);
    r.reason = r.script.reason;
    if (r.script.hole) return;
    refute_by_model(c, r);
  }

  void refute_by_model(const TheoryClaim& c, ClaimReport& r) {
    r.countermodel = models_.refute(*c.statement);
    if (r.countermodel) r.verdict = ClaimReport::Verdict::refuted, r.reason.clear();
  }

  // A model refutes; if there is none, a proof would show that the claim is true after all.
  void refute(const TheoryClaim& c, ClaimReport& r) {
    refute_by_model(c, r);
    if (r.countermodel) return;
    r.script = run_script(*c.statement, default_script(c), lemmas_, limits());
    if (r.script.proof) return conclude(c, *r.script.proof, r);
    r.reason = "no model was found in which it does not hold; declare one with `model`";
  }

  void imported(const TheoryClaim& c, ClaimReport& r) {
    const auto from = std::ranges::find_if(earlier_, [&](const auto& t) { return t->theory == c.source->from; });
    const Kernel& kernel = (*from)->kernel;
    const auto theorem =
        std::ranges::find_if(kernel.theorems(), [&](const TheoremPtr& t) { return t->name() == c.original; });
    if (theorem == kernel.theorems().end() || (*theorem)->tainted()) {
      r.reason = fmt::format("{} is not proved in {}", c.original.text(), c.source->from->name.text());
      return;
    }
    const auto way = transport(**theorem, kernel, *c.source, out_.theory->signature,
                               [&](Symbol name) { return out_.kernel.find(name); });
    if (way) return conclude(c, *way, r);
    r.reason = fmt::format("the proof of {} could not be followed here", c.original.text());
  }

  // Everything is repeated by the kernel; what it does not accept is not proved.
  void conclude(const TheoryClaim& c, const Meeting& way, ClaimReport& r) {
    Kernel& k = out_.kernel;
    try {
      k.open(c.statement);
      for (const Step& s : way.left.steps) k.step(Side::left, s);
      for (const Step& s : way.right.steps) k.step(Side::right, s);
      const auto i = find_isomorphism(k.side(Side::left), k.side(Side::right));
      if (!i) throw Rejected("the sides of the derivation are not isomorphic.");
      r.theorem = k.conclude(*i);
    } catch (const std::runtime_error& e) {
      k.abandon();
      r.reason = std::string("the kernel rejects the derivation: ") + e.what();
      return;
    }
    if (!r.theorem->tainted()) {
      r.verdict = ClaimReport::Verdict::proved;
      r.models = models_.confirm(*c.statement);
      return;
    }
    std::set<Symbol> used;
    for (const auto& [side, step] : r.theorem->steps())
      if (const auto* rule = std::get_if<RuleStep>(&step); rule && failed_.count(rule->rule)) used.insert(rule->rule);
    r.rests_on.assign(used.begin(), used.end());
    std::vector<std::string> names;
    for (Symbol s : r.rests_on) names.push_back(s.text());
    r.reason = fmt::format("its proof rests on {}, which {} not proved", fmt::join(names, ", "),
                           names.size() == 1 ? "is" : "are");
  }

  ProvedTheory& out_;
  const std::vector<std::unique_ptr<ProvedTheory>>& earlier_;
  const BookOptions& options_;
  ModelFinder models_;
  std::vector<Lemma> lemmas_;
  std::set<Symbol> failed_;
  Clock::time_point deadline_;
};

}  // namespace

const ProvedTheory& TheoryBook::add(const TheoryPtr& theory, const std::function<void(const ClaimReport&)>& told) {
  auto proved = std::make_unique<ProvedTheory>(ProvedTheory{theory, Kernel({theory->name, theory->signature, {}}), {}});
  Decision(*proved, theories_, options_).run(told);
  theories_.push_back(std::move(proved));
  return *theories_.back();
}

}  // namespace skein::monoidal
