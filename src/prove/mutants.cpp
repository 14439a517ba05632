#include "prove/mutants.hpp"

#include "prove/difference.hpp"
#include "prove/instances.hpp"
#include "prove/refute.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double worth_certifying = 1e-10;
constexpr int points_for_ranges = 12, attempts = 36, more_attempts = 400;

class Judge {
 public:
  Judge(const Mutant& m, RuleBook& book, const MutantLimits& limits)
      : s_(m.statement), book_(book), limits_(limits), instances_(s_, no_weights_, limits.seed) {}

  MutantFate run() {
    if (instances_.regular_sizes().empty()) return {Fate::ill_formed, "no sizes are admissible", 0, 0};
    if (same_sides()) return confirmed("the two sides are the same diagram");
    if (const auto w = witness(attempts, limits_.seed)) return {Fate::refuted, w->where, 0, 0};
    std::string reason;
    for (const auto& hints : hints_to_try()) {
      DeriveOptions options;
      options.hints = hints;
      options.deadline = deadline();
      const RuleReport r = book_.derive_statement(Symbol("mutant"), s_, options);
      if (r.status == RuleStatus::verified) return confirmed(r.tactic);
      reason = r.reason;
    }
    if (const auto w = witness(more_attempts, limits_.seed + 1)) return {Fate::refuted, w->where, 0, 0};
    if (!speaks()) return {Fate::ill_formed, "it reads outside of an array, or its conditions are not met", 0, 0};
    return {Fate::unknown, reason, 0, 0};
  }

 private:
  std::optional<Witness> witness(int tries, std::uint64_t seed) const {
    SearchLimits search;
    search.seed = seed, search.attempts = tries, search.total = true, search.shrink = false;
    search.deadline = deadline();
    return refute(s_, {}, search);
  }

  Clock::time_point deadline() const {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits_.seconds));
  }

  bool same_sides() const {
    DiagramBuilder b;
    const Sides both = sides(b, s_.left, s_.right);
    return both.left == both.right;
  }

  std::vector<std::vector<std::string>> hints_to_try() const {
    if (limits_.hints.empty()) return {{}};
    return {{}, limits_.hints};
  }

  std::optional<Environment> point(int k) const {
    const auto &regular = instances_.regular_sizes(), &degenerate = instances_.degenerate_sizes();
    const auto n = static_cast<std::size_t>(k);
    const auto& sizes =
        k % 4 == 3 && !degenerate.empty() ? degenerate[n / 4 % degenerate.size()] : regular[n % regular.size()];
    return instances_.draw(sizes, Instances::style(k), limits_.seed + 104729u * n);
  }

  // Runs of what was proved.
  MutantFate confirmed(const std::string& how) const {
    MutantFate out{Fate::proved, how, 0, 0};
    for (int k = 0; k < limits_.runs; ++k) {
      const auto e = point(k);
      if (!e) continue;
      ++out.runs;
      const FloatDifference d = float_difference(evaluate(s_.left, *e), evaluate(s_.right, *e));
      if (d.finite && d.relative < worth_certifying) continue;
      const CertifiedDifference c = certify(s_, *e, true, Clock::time_point::max());
      if (c.verdict != Comparison::different) continue;
      out.fate = Fate::contradicted;
      out.detail =
          how + ", but left in " + to_string(c.separation->left) + ", right in " + to_string(c.separation->right);
      break;
    }
    if (out.runs == 0) return {Fate::ill_formed, "no point was found that meets its conditions", 0, 0};
    return out;
  }

  // Whether some point meets the conditions and reads inside of all arrays.
  bool speaks() const {
    for (int k = 0; k < points_for_ranges; ++k) {
      const auto e = point(k);
      if (!e) continue;
      bool inside = true;
      for (const Diagram* d : {&s_.left, &s_.right}) {
        const DomainReport r = in_domain(*d, *e);
        inside = inside && !(r.inside == Truth::no && r.condition == Requirement::in_range);
      }
      return inside;
    }
    return false;
  }

  const Statement& s_;
  RuleBook& book_;
  const MutantLimits& limits_;
  const std::map<Symbol, WeightArray> no_weights_;
  Instances instances_;
};

}  // namespace

const char* to_string(Fate f) {
  switch (f) {
    case Fate::refuted: return "refuted";
    case Fate::proved: return "proved";
    case Fate::unknown: return "unknown";
    case Fate::ill_formed: return "ill-formed";
    case Fate::contradicted: return "contradicted";
  }
  return "";
}

MutantFate decide(const Mutant& m, RuleBook& book, const MutantLimits& limits) {
  const auto start = Clock::now();
  MutantFate f;
  try {
    f = Judge(m, book, limits).run();
  } catch (const EvaluationError& e) {
    f.detail = e.what();
  }
  f.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return f;
}

}  // namespace skein
