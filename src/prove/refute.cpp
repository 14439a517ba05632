#include "prove/refute.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "prove/difference.hpp"
#include "prove/instances.hpp"
#include "verify/recurrence.hpp"

namespace skein {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double worth_certifying = 1e-10, worth_certifying_by_element = 1e-7;
constexpr double plain_gap = 1e-4;  // seen by anybody who runs the witness; smaller ones make the search go on a while
constexpr int more_after_small_gap = 12;
constexpr int shrinking_steps = 60;
constexpr double shrinking_seconds = 3;
constexpr double dear_seconds = 2;  // a certification that takes longer is not repeated to find a larger gap

struct Found {
  Environment point;
  CertifiedDifference difference;
};

class Search {
 public:
  Search(const Statement& s, const std::map<Symbol, WeightArray>& fixed, const SearchLimits& limits)
      : s_(s), fixed_(fixed), limits_(limits), instances_(s, fixed, limits.seed) {}

  std::optional<Witness> run() {
    if (instances_.regular_sizes().empty()) return {};
    std::optional<Found> best;
    int left_after_found = more_after_small_gap;
    for (int k = 0; k < limits_.attempts && !late(); ++k) {
      if (best && left_after_found-- == 0) break;
      const auto point = draw(k);
      if (!point) continue;
      auto difference = look(*point);
      if (!difference || (best && difference->gap <= best->difference.gap)) continue;
      best = Found{*point, std::move(*difference)};
      if (!limits_.shrink || best->difference.gap >= plain_gap || certifying_seconds_ > dear_seconds) break;
    }
    if (!best) return {};
    if (limits_.shrink) shrink(*best);
    return witness(*best);
  }

 private:
  bool late() const { return Clock::now() >= limits_.deadline; }
  double seconds_left() const { return std::chrono::duration<double>(limits_.deadline - Clock::now()).count(); }
  static double since(Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); }

  // Regular sizes for two attempts of three, then degenerate ones; all of them are regular if nothing is symbolic.
  const Instances::Sizes& sizes(int k) const {
    const auto &regular = instances_.regular_sizes(), &degenerate = instances_.degenerate_sizes();
    const int first = degenerate.empty() ? limits_.attempts : std::max(1, limits_.attempts * 2 / 3);
    const auto n = static_cast<std::size_t>(k < first ? k : k - first);
    return k < first ? regular[n % regular.size()] : degenerate[n % degenerate.size()];
  }

  std::optional<CertifiedDifference> look(const Environment& point) {
    try {
      const auto start = Clock::now();
      const FloatDifference d = float_difference(evaluate(s_.left, point), evaluate(s_.right, point));
      if (d.finite && d.relative < worth_certifying && d.by_element < worth_certifying_by_element) return {};
      // An evaluation cannot be interrupted: one that would outlive the deadline is not begun.
      if (limits_.deadline != Clock::time_point::max() && enclosure_cost_ * since(start) > seconds_left()) return {};
      if (!limits_.total && since(start) < 1 && outside(point)) return {};
      const auto begin = Clock::now();
      const double floats = std::chrono::duration<double>(begin - start).count();
      auto result = certified(point);
      certifying_seconds_ = since(begin);
      if (floats > 1e-3) enclosure_cost_ = certifying_seconds_ / floats;
      return result;
    } catch (const EvaluationError&) {
      return {};  // too large to be run
    }
  }
  std::optional<Environment> draw(int k) const {
    try {
      return instances_.draw(sizes(k), Instances::style(k), limits_.seed + 7919u * static_cast<unsigned>(k));
    } catch (const EvaluationError&) {
      return {};  // too large to be drawn
    }
  }

  // In floats, which is cheap and spares the certified question.
  bool outside(const Environment& point) const {
    return in_domain(s_.left, point).inside == Truth::no || in_domain(s_.right, point).inside == Truth::no;
  }
  std::optional<CertifiedDifference> certified(const Environment& point, long precision = 64) const {
    CertifiedDifference d = certify(s_, point, limits_.total, limits_.deadline, precision);
    if (d.verdict != Comparison::different) return {};
    return d;
  }

  void shrink(Found& found);
  bool accept(Found& found, Environment candidate, double least_gap) const;
  Environment cropped(const Environment& point, const Instances::Sizes& sizes) const;
  Witness witness(const Found& found) const;

  const Statement& s_;
  const std::map<Symbol, WeightArray>& fixed_;
  const SearchLimits& limits_;
  Instances instances_;
  double certifying_seconds_ = 0;  // what the last certification took
  double enclosure_cost_ = 4;      // and how many times as long as in floats; a guess at first
};

// The point at smaller sizes: the leading part of each array.
Environment Search::cropped(const Environment& point, const Instances::Sizes& sizes) const {
  Environment e{sizes, {}};
  for (const InputPort& p : s_.left.inputs()) {
    const Array& from = point.inputs.at(p.name);
    Array to{shape_of(p.axes, sizes), {}};
    std::size_t count = 1;
    for (std::size_t n : to.shape) count *= n;
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t rest = i, position = 0, stride = 1;
      bool inside = true;
      for (std::size_t k = to.shape.size(); k-- > 0;) {
        const std::size_t at = rest % to.shape[k];
        inside = inside && at < from.shape[k];
        position += at * stride;
        stride *= from.shape[k];
        rest /= to.shape[k];
      }
      to.data.push_back(inside ? from.data[position] : 0);
    }
    e.inputs.emplace(p.name, std::move(to));
  }
  return e;
}

bool Search::accept(Found& found, Environment candidate, double least_gap) const {
  try {
    auto d = certified(candidate, found.difference.precision);
    if (!d || d->gap < least_gap) return false;
    found = {std::move(candidate), std::move(*d)};
    return true;
  } catch (const EvaluationError&) {
    return false;
  }
}

// Smaller sizes, then whole inputs zero, then short decimals, as long as the difference stays about as plain as it is.
void Search::shrink(Found& found) {
  if (certifying_seconds_ > shrinking_seconds / 4) return;
  const double least_gap = std::min(found.difference.gap / 4, 1e-2);
  const auto start = Clock::now();
  int steps = shrinking_steps;
  auto over = [&] { return late() || --steps < 0 || since(start) > shrinking_seconds; };
  const std::map<Symbol, Integer> sizes = found.point.sizes;
  for (const auto& [v, n] : sizes)
    for (Integer smaller = 1; smaller < n && !over(); ++smaller) {
      Instances::Sizes candidate = found.point.sizes;
      candidate[v] = smaller;
      if (instances_.admissible(candidate) && accept(found, cropped(found.point, candidate), least_gap)) break;
    }
  auto free_inputs = [&](auto&& change) {
    for (const InputPort& p : s_.left.inputs()) {
      if (fixed_.count(p.name) || p.dtype == DType::boolean || over()) continue;
      Environment candidate = found.point;
      bool changed = false;
      for (double& x : candidate.inputs.at(p.name).data) {
        const double y = std::isfinite(x) ? change(x) : x;
        changed = changed || y != x;
        x = y;
      }
      if (changed) accept(found, std::move(candidate), least_gap);
    }
  };
  free_inputs([](double) { return 0.0; });
  free_inputs([](double x) { return std::round(x); });
  free_inputs([](double x) { return std::round(x * 8) / 8; });
}

Witness Search::witness(const Found& found) const {
  Witness w;
  for (const auto& [v, n] : found.point.sizes) w.sizes[v] = n.get_si();
  for (const InputPort& p : s_.left.inputs()) w.inputs[p.name] = to_weights(found.point.inputs.at(p.name));
  w.gap = found.difference.gap;
  const Separation& at = *found.difference.separation;
  const std::string index = at.index.empty() ? "" : fmt::format("[{}]", fmt::join(at.index, ","));
  w.where = fmt::format("{}{}: left in {}, right in {}", s_.left.outputs()[at.output].name.text(), index,
                        to_string(at.left), to_string(at.right));
  for (const Array& a : evaluate(s_.left, found.point)) w.left.push_back(to_weights(a));
  for (const Array& a : evaluate(s_.right, found.point)) w.right.push_back(to_weights(a));
  return w;
}

}  // namespace

std::optional<Witness> refute(const Statement& s, const std::map<Symbol, WeightArray>& fixed,
                              const SearchLimits& limits) {
  if (recurrences(s).empty()) return Search(s, fixed, limits).run();
  for (const auto& steps : step_samples(s)) try {
      const Statement at_steps = unrolled(s, steps);
      auto w = Search(at_steps, fixed, limits).run();
      if (!w) continue;
      for (const auto& [v, n] : steps) w->sizes[v] = n.get_si();
      return w;
    } catch (const std::invalid_argument&) {  // too large to be run; others may not be
      continue;
    }
  return {};
}

}  // namespace skein
