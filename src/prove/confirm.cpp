// Confirmation: both sides run on random instances. It proves nothing; it guards against a statement that says nothing
// (constant outputs, dead inputs, an empty domain), and against a kernel and an evaluator that disagree.
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "prove/difference.hpp"
#include "prove/instances.hpp"
#include "prove/refute.hpp"
#include "verify/recurrence.hpp"

namespace skein {

namespace {

constexpr double agreement = 1e-9;
constexpr int draws_per_instance = 8;
constexpr std::size_t instances_for_dead_inputs = 4, most_groups = 64;

// The instances that confirm speak of ordinary points: normal values, all signs, sizes >= 2.
Instances::Style ordinary(int k, int draw) {
  Instances::Style style;
  style.scale = k % 4 == 3 ? 0.1 : 1;
  style.signs = draw > 0;
  if (k % 2 == 1 && draw < draws_per_instance / 2) style.weights = Instances::Weights::perturbed;
  return style;
}

// The smallest and the largest value of one output over all instances.
struct Spread {
  double low = HUGE_VAL, high = -HUGE_VAL;
  void add(const Array& a) {
    for (double x : a.data)
      if (std::isfinite(x)) low = std::min(low, x), high = std::max(high, x);
  }
  bool any() const { return high > low && high - low > 1e-9 * std::max(std::fabs(low), std::fabs(high)); }
};

class Confirmer {
 public:
  Confirmer(const Statement& s, const std::map<Symbol, WeightArray>& fixed, const SearchLimits& limits)
      : s_(s),
        left_(s.left),
        right_(s.right),
        limits_(limits),
        instances_(s, fixed, limits.seed ^ 0xc0ffee),
        spread_(s.left.outputs().size()) {
    for (const InputPort& p : s.left.inputs()) unmoved_.insert(p.name);
  }

  Confirmation run(int wanted) {
    std::string reason = s_.given.empty() ? "no point was found at which the conditions hold"
                                          : "no arrays were found that satisfy the equations that it assumes, which "
                                            "may be impossible";
    if (instances_.regular_sizes().empty()) {
      result_.problem = "no sizes were found at which the conditions hold";
      return result_;
    }
    try {
      for (int k = 0; k < 2 * wanted && result_.instances < wanted && !late(); ++k) one(k, reason);
      for (const Environment& point : kept_) move_inputs(point);
    } catch (const EvaluationError& e) {
      reason = e.what();
    }
    if (result_.instances < wanted)
      result_.problem =
          late() ? fmt::format("time ran out after {} of {} instances", result_.instances, wanted)
                 : fmt::format("only {} of {} instances could be run: {}", result_.instances, wanted, reason);
    for (std::size_t k = 0; k < spread_.size() && result_.problem.empty(); ++k)
      if (!spread_[k].any())
        result_.problem = fmt::format("the output {} had the same value at all points that were run",
                                      s_.left.outputs()[k].name.text());
    if (!kept_.empty())
      for (const InputPort& p : s_.left.inputs())
        if (unmoved_.count(p.name)) result_.dead_inputs.push_back(p.name.text());
    return result_;
  }

 private:
  bool late() const { return std::chrono::steady_clock::now() >= limits_.deadline; }

  void one(int k, std::string& reason) {
    const auto& sizes = instances_.regular_sizes();
    for (int draw = 0; draw < draws_per_instance && !late(); ++draw) {
      const std::uint64_t seed = limits_.seed * 1000003u + static_cast<unsigned>(k * draws_per_instance + draw);
      const auto point = instances_.draw(sizes[static_cast<std::size_t>(k) % sizes.size()], ordinary(k, draw), seed);
      if (!point) continue;
      bool outside = false;
      for (Runs* side : {&left_, &right_})
        if (const DomainReport report = side->in_domain(*point); !report) {
          reason = report.message;
          outside = true;
          break;
        }
      if (!outside && counts(*point, reason)) return;
    }
  }

  // False if floats cannot tell at this point.
  bool counts(const Environment& point, std::string& reason) {
    const std::vector<Array> left = left_.evaluate(point), right = right_.evaluate(point);
    const FloatDifference d = float_difference(left, right);
    if (!d.finite || d.relative > agreement) {
      // Cancellation and overflow are the floats' own; enclosures decide.
      const CertifiedDifference c = certify(s_, point, limits_.total, limits_.deadline);
      if (c.verdict == Comparison::different)
        throw std::logic_error(fmt::format("the two sides of a proved statement differ by {:.3g} (relative) at a point",
                                           std::max(c.gap, d.relative)));
      reason = "floating point is too coarse at the points that were tried";
      return false;
    }
    const FloatDifference single =
        float_difference(left_.evaluate(point, Precision::float32), right_.evaluate(point, Precision::float32));
    result_.max_abs_error = std::max(result_.max_abs_error, single.absolute);
    result_.max_rel_error = std::max(result_.max_rel_error, single.relative);
    for (std::size_t k = 0; k < left.size(); ++k) spread_[k].add(left[k]);
    ++result_.instances;
    if (kept_.size() < instances_for_dead_inputs) kept_.push_back(point);
    return true;
  }

  // Which of the inputs that moved nothing so far move an output here? Many inputs are moved in groups, so that a deep
  // stack is not run once for each of its weights: of a group that moves an output none is known to be dead.
  void move_inputs(const Environment& point) {
    if (unmoved_.empty() || late()) return unmoved_.clear();  // those that were not asked are not known to be dead
    const std::vector<Array> before = left_.evaluate(point);
    std::mt19937_64 random(limits_.seed);
    std::vector<const InputPort*> asked;
    for (const InputPort& p : s_.left.inputs())
      if (unmoved_.count(p.name)) asked.push_back(&p);
    const std::size_t group = (asked.size() + most_groups - 1) / most_groups;
    for (std::size_t from = 0; from < asked.size(); from += group) {
      if (late()) return unmoved_.clear();
      const std::size_t to = std::min(asked.size(), from + group);
      Environment moved = point;
      for (std::size_t n = from; n < to; ++n) move(*asked[n], moved.inputs.at(asked[n]->name), random);
      if (left_.evaluate(moved) != before)
        for (std::size_t n = from; n < to; ++n) unmoved_.erase(asked[n]->name);
    }
  }

  static void move(const InputPort& p, Array& a, std::mt19937_64& random) {
    const Array factors = sample_array(a.shape, DType::real, random, {});
    for (std::size_t i = 0; i < a.data.size(); ++i) {
      double& x = a.data[i];
      if (p.dtype == DType::boolean)
        x = 1 - x;
      else if (std::isfinite(x))
        x = x == 0 ? factors.data[i] : x * std::exp2(factors.data[i]);
    }
  }

  const Statement& s_;
  Runs left_, right_;
  const SearchLimits& limits_;
  Instances instances_;
  std::vector<Spread> spread_;
  std::set<Symbol> unmoved_;
  std::vector<Environment> kept_;
  Confirmation result_;
};

}  // namespace

Confirmation confirm(const Statement& s, const std::map<Symbol, WeightArray>& fixed, const SearchLimits& limits,
                     int instances) {
  if (recurrences(s).empty()) return Confirmer(s, fixed, limits).run(instances);
  // Some of the instances at each number of steps; all of them must be run.
  const auto samples = step_samples(s);
  Confirmation all;
  std::map<std::string, std::size_t> dead, constant;
  if (samples.empty()) all.problem = "no number of steps was found at which the sizes are admissible";
  for (const auto& steps : samples) {
    Statement at_steps;
    try {
      at_steps = unrolled(s, steps);
    } catch (const std::invalid_argument& e) {
      Confirmation none;
      none.problem = e.what();
      return none;
    }
    const int share = (instances + static_cast<int>(samples.size()) - 1) / static_cast<int>(samples.size());
    const Confirmation c = Confirmer(at_steps, fixed, limits).run(share);
    if (c.instances < share) return c;
    if (!c.problem.empty()) ++constant[c.problem];
    all.instances += c.instances;
    all.max_abs_error = std::max(all.max_abs_error, c.max_abs_error);
    all.max_rel_error = std::max(all.max_rel_error, c.max_rel_error);
    for (const std::string& input : c.dead_inputs) ++dead[input];
  }
  for (const auto& [input, times] : dead)
    if (times == samples.size()) all.dead_inputs.push_back(input);
  for (const auto& [problem, times] : constant)
    if (times == samples.size()) all.problem = problem + ", for each number of steps";
  return all;
}

}  // namespace skein
