// One diagram, rewritten and run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "campaign/campaign.hpp"
#include "campaign/drawn.hpp"

namespace skein {
namespace {

constexpr int most_steps = 6, wires_for_signs = 2, points_for_signs = 1;
constexpr unsigned replayed_one_in = 10;

}  // namespace

class Campaign::DiagramCase {
 public:
  DiagramCase(const Campaign& c, std::uint64_t number)
      : c_(c), random_(case_seed(c.options_.seed, number)), drawn_(c.rules_, c.book_, c.options_.shares, random_) {}

  CaseReport run() {
    const auto rewritten = drawn_.rewrite(1 + static_cast<int>(random_() % most_steps));
    const Statement s = drawn_.statement(rewritten.whole);
    out_.features = features_of(s);
    add(out_.counts, drawn_.refused());
    out_.counts["steps"] += static_cast<long>(rewritten.steps.size());
    for (const std::string& step : rewritten.steps) ++out_.rules[step];
    if (rewritten.steps.empty()) ++out_.counts["diagrams without a step"];
    const bool theorem = conclude(s, rewritten.whole);
    compare(s, rewritten, theorem);
    signs(rewritten.whole.to);
    return std::move(out_);
  }

 private:
  // As a theorem it holds at all sizes; otherwise where the axes that were forgotten on the way are not empty.
  bool conclude(const Statement& s, const Rewrite& r) {
    Kernel& k = drawn_.kernel();
    try {
      k.conclude(Symbol("campaign"), s, r.proof);
    } catch (const Rejected&) {
      ++out_.counts["equations that are no claims"];
      return false;
    }
    ++out_.counts["theorems"];
    if (random_() % replayed_one_in != 0) return true;
    ++out_.counts["certificates replayed"];
    const std::string text = write_certificate(k, Symbol("campaign"), s, r.proof);
    try {
      replay_certificate(text, drawn_.source(), c_.book_.oracle());
    } catch (const Rejected& e) {
      out_.findings.push_back({"rejected certificate", e.what(), drawn_.text(s) + "\n" + text});
    }
    return true;
  }

  void compare(const Statement& s, const RandomRewrites::Result& r, bool theorem) {
    PointOptions options = c_.options_.points;
    if (!theorem) options.inhabited = drawn_.kernel().equation(r.whole.proof).extra;
    const PointsReport p = run_points(s, options, random_);
    add(out_.counts, p.counts);
    if (p.mismatch.empty() && p.conflict.empty()) return;
    std::string text = p.mismatch.empty() ? p.conflict : p.mismatch;
    text += fmt::format("\nsteps: {}", fmt::join(r.steps, ", "));
    out_.findings.push_back({p.mismatch.empty() ? "conflict" : "mismatch", text, guilty(s, r)});
  }

  // The forms around the first step that shows a difference, found again at points of its own.
  std::string guilty(const Statement& whole, const RandomRewrites::Result& r) {
    Ref before = r.whole.from;
    for (std::size_t k = 0; k < r.forms.size(); ++k) {
      const Statement s = drawn_.statement(before, r.forms[k]);
      PointOptions options = c_.options_.points;
      options.points = 40;
      if (const PointsReport p = run_points(s, options, random_); !p.mismatch.empty())
        return fmt::format("# step {}: {}; {}\n{}", k + 1, r.steps[k], p.mismatch, drawn_.text(s));
      before = r.forms[k];
    }
    return drawn_.text(whole);
  }

  // Signs that the kernel derives of parts, against their values.
  void signs(const Ref& root) {
    Kernel& k = drawn_.kernel();
    Signs signs(k);
    const std::vector<WireId> wires = wires_below(k.arena(), {root.wire});
    for (int n = 0; n < wires_for_signs; ++n) {
      const WireId w = wires[random_() % wires.size()];
      if (!k.arena().deterministic(w) || k.arena().dtype(w) != DType::real) continue;
      for (Sign sign : {Sign::positive, Sign::nonnegative, Sign::nonzero}) {
        if (!signs.find(w, sign)) continue;
        ++out_.counts["signs derived"];
        const Ref value = k.arena().at_fresh(w);
        const Statement s = drawn_.statement(value, value);
        PointOptions options = c_.options_.points;
        options.points = points_for_signs;
        const PointsReport p = run_sign(s, sign, options, random_);
        add(out_.counts, p.counts);
        if (!p.mismatch.empty()) out_.findings.push_back({"conflict", p.mismatch, drawn_.text(s)});
        break;
      }
    }
  }

  const Campaign& c_;
  std::mt19937_64 random_;
  Drawn drawn_;
  CaseReport out_;
};

CaseReport Campaign::diagram(std::uint64_t number) { return DiagramCase(*this, number).run(); }

std::vector<TheoremPtr> verified_rules(RuleBook& book) {
  std::vector<TheoremPtr> out = kernel_axioms();
  for (Symbol name : book.names()) try {
      if (const TheoremPtr t = book.ledger().find(name); t && !t->axiom()) out.push_back(t);
    } catch (const Rejected&) {  // an edited certificate, or a solver that gave no answer in time
    }
  return out;
}

}  // namespace skein
