// Two diagrams, equal by construction or edited in one place, and what `prove` says of them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "campaign/campaign.hpp"
#include "campaign/drawn.hpp"
#include "prove/prove.hpp"
#include "verify/mutate.hpp"
#include "verify/recurrence.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_steps = 6, steps_in_a_fold = 2, attempts = 8;
constexpr int points_for_equal = 6, points_for_edited = 60;
constexpr std::size_t most_edits = 12;
constexpr long precision_of_witnesses = 256;

// What `prove` has no place for: claims about stochastic boxes, and conditions on signs.
Shares without_conditions(Shares s) {
  s.stochastic = s.positive = 0;
  return s;
}

struct TwoSides {
  Statement statement;  // with the recurrences of the left side
  std::vector<Given> right_given;
  std::vector<std::string> steps;
};

Pairing paired(const TwoSides& s) {
  return pair(Architecture{s.statement.left, {}, "left", s.statement.given},
              Architecture{s.statement.right, {}, "right", s.right_given});
}

}  // namespace

class Campaign::PairCase {
 public:
  PairCase(const Campaign& c, std::uint64_t number)
      : c_(c), number_(number), random_(case_seed(~c.options_.seed, number)) {}

  CaseReport run() {
    const bool edited = number_ % 2 == 1;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      auto sides = equal_sides();
      if (!sides) continue;
      if (edited && !edit(*sides)) continue;
      judge(*sides, edited);
      return std::move(out_);
    }
    ++out_.counts["pairs that could not be made"];
    return std::move(out_);
  }

 private:
  // A diagram and its rewritten form, a theorem of the kernel; of a fold, each with a step of its own.
  std::optional<TwoSides> equal_sides() {
    Drawn drawn(c_.rules_, c_.book_, without_conditions(c_.options_.shares), random_);
    const auto r = drawn.rewrite(1 + static_cast<int>(random_() % most_steps));
    TwoSides out{drawn.statement(r.whole), {}, r.steps};
    try {
      drawn.kernel().conclude(Symbol("campaign"), out.statement, r.whole.proof);
    } catch (const Rejected&) {
      return std::nullopt;
    }
    out.right_given = out.statement.given;
    if (!out.right_given.empty() && random_() % 2) {
      const auto& next = drawn.terms().state_equations().back();
      const auto step = drawn.rewrite(next.right, steps_in_a_fold);
      const Equation& e = drawn.kernel().equation(step.whole.proof);
      // Without conditions, for these are the equations themselves; at the axes of the state.
      if (e.uses.empty() && e.extra.empty()) {
        out.right_given.back().right = drawn.terms().frozen(next.axes, step.whole.to);
        for (const std::string& name : step.steps) out.steps.push_back("in the fold: " + name);
      }
    }
    if (out.steps.empty()) return std::nullopt;
    out_.features = features_of(out.statement);
    return out;
  }

  // One edit of the right side under which it is a diagram still, and reads inside of its arrays.
  bool edit(TwoSides& s) {
    std::vector<Mutant> mutants = sample_mutants(s.statement, random_());
    std::erase_if(mutants, [](const Mutant& m) { return !m.edit.starts_with("right side"); });
    for (std::size_t k = 0; k < mutants.size() && k < most_edits; ++k) {
      TwoSides edited = s;
      edited.statement.right = mutants[k].statement.right;
      if (!in_range(edited)) continue;
      s = edited;
      s.steps.push_back("edit: " + mutants[k].edit);
      ++out_.counts[std::string("edits: ") + to_string(mutants[k].kind)];
      return true;
    }
    return false;
  }

  bool in_range(const TwoSides& s) {
    try {
      const Statement p = paired(s).statement;
      PointOptions options = c_.options_.points;
      options.points = 4;
      return !leaves_range(p, options, random_);
    } catch (const Unpaired&) {
      return false;
    }
  }

  void judge(const TwoSides& s, bool edited) {
    const Pairing p = paired(s);
    PointOptions options = c_.options_.points;
    options.points = edited ? points_for_edited : points_for_equal;
    options.total = false;
    const PointsReport seen = run_points(p.statement, options, random_);
    const bool different = !seen.mismatch.empty();
    const std::string kind = !edited ? "equal" : different ? "edited and different" : "edited, no difference seen";
    auto found = [&](const char* what, const std::string& text) {
      out_.findings.push_back({what, fmt::format("{}: {}\nsteps: {}", kind, text, fmt::join(s.steps, ", ")), p.text});
    };
    if (!edited && different) found("mismatch", seen.mismatch);
    if (!seen.conflict.empty()) found("conflict", seen.conflict);
    ProveOptions prove_options;
    prove_options.seed = random_();
    prove_options.deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(c_.options_.seconds));
    try {
      const Outcome o = prove(p, c_.book_, prove_options);
      const std::string verdict = to_string(o.verdict);
      ++out_.counts[kind + ": " + verdict];
      if (std::holds_alternative<Proof>(o.verdict)) {
        if (different) found("wrong verdict", "proved, but " + seen.mismatch);
        if (!o.invariants.empty()) ++out_.counts["proved by induction"];
      } else if (const auto* w = std::get_if<Witness>(&o.verdict)) {
        if (!edited) found("wrong verdict", "refuted, " + w->where);
        if (!holds(p.statement, *w)) found("wrong verdict", "refuted by a witness that shows nothing, " + w->where);
      }
    } catch (const std::logic_error& e) {
      found("conflict", e.what());
    } catch (const std::exception& e) {
      found("error", e.what());
    }
  }

  // Whether the sides certainly differ at the witness.
  static bool holds(const Statement& s, const Witness& w) {
    Environment e;
    for (const auto& [v, n] : w.sizes) e.sizes[v] = n;
    for (const auto& [name, a] : w.inputs) e.inputs[name] = {a.shape, a.values};
    const Statement at_steps = s.given.empty() ? s : unrolled(s, e.sizes);
    return certify(at_steps, e, false, Clock::time_point::max(), precision_of_witnesses).verdict ==
           Comparison::different;
  }

  const Campaign& c_;
  std::uint64_t number_;
  std::mt19937_64 random_;
  CaseReport out_;
};

CaseReport Campaign::pair(std::uint64_t number) { return PairCase(*this, number).run(); }

}  // namespace skein
