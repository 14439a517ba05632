#include "rewrite/egraph/saturate.hpp"

#include <optional>

namespace skein::egraph {
namespace {

using Clock = std::chrono::steady_clock;

// How many matches of each rule count, and which rules rest.
class Schedule {
 public:
  Schedule(const SaturationLimits& limits, std::size_t rules) : limits_(limits), state_(rules) {}

  bool rests(std::size_t rule, std::size_t round) const { return round < state_[rule].until; }
  std::size_t limit(std::size_t rule) const {
    if (limits_.scheduler == Scheduler::simple) return std::numeric_limits<std::size_t>::max();
    return limits_.match_limit << state_[rule].bans;
  }
  std::uint64_t steps(std::size_t rule) const {
    if (limits_.scheduler == Scheduler::simple) return std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::uint64_t>(limits_.step_limit) << state_[rule].bans;
  }
  // The rule had more matches than its limit, or took more steps.
  void ban(std::size_t rule, std::size_t round) {
    state_[rule].until = round + 1 + (limits_.ban_length << state_[rule].bans++);
  }
  // Whether some rule rests in the next round; then none does, and saturation is not yet found.
  bool lift(std::size_t next_round) {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const State& s : state_)
      if (s.until > next_round) least = std::min(least, s.until);
    if (least == std::numeric_limits<std::size_t>::max()) return false;
    for (State& s : state_)
      if (s.until > next_round) s.until -= least - next_round;
    return true;
  }

 private:
  struct State {
    std::size_t until = 0, bans = 0;
  };
  const SaturationLimits& limits_;
  std::vector<State> state_;
};

}  // namespace

const char* to_string(Stop s) {
  switch (s) {
    case Stop::saturated: return "saturated";
    case Stop::goal: return "goal";
    case Stop::iterations: return "iterations";
    case Stop::nodes: return "nodes";
    case Stop::memory: return "memory";
    case Stop::time: return "time";
  }
  return "";
}

Saturation saturate(EGraph& g, const std::vector<Rule>& rules, const SaturationLimits& limits,
                    const std::function<bool()>& goal) {
  Saturation out;
  Schedule schedule(limits, rules.size());
  Watch watch(limits.deadline);
  auto exceeded = [&]() -> std::optional<Stop> {
    if (g.node_count() > limits.nodes) return Stop::nodes;
    if (Clock::now() > limits.deadline) return Stop::time;
    if (g.bytes() > limits.bytes) return Stop::memory;
    return std::nullopt;
  };
  auto since = [](Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); };
  std::vector<Words> matches(rules.size());

  g.rebuild();
  while (true) {
    if (goal && goal()) return out.stop = Stop::goal, out;
    if (out.iterations == limits.iterations) return out.stop = Stop::iterations, out;
    const std::size_t round = out.iterations++, nodes_before = g.id_count();

    auto start = Clock::now();
    for (std::size_t r = 0; r < rules.size(); ++r) {
      matches[r].clear();
      if (schedule.rests(r, round)) continue;
      const std::size_t limit = schedule.limit(r);
      watch.begin(schedule.steps(r));
      const std::size_t n = rules[r].program().search(
          g, limit == std::numeric_limits<std::size_t>::max() ? limit : limit + 1, watch, matches[r]);
      const bool spent = watch.spent();
      if (n > limit || spent) schedule.ban(r, round);
      if (n > limit)
        matches[r].clear();
      else
        out.matches += n;
    }
    out.search_seconds += since(start);

    start = Clock::now();
    std::optional<Stop> stop;
    std::size_t asked = 0, unions = 0;
    const bool names = g.slotted();
    auto enough = [&] {
      if (!stop && (++asked & 255) == 0) stop = exceeded();
      return stop.has_value();
    };
    for (std::size_t r = 0; r < rules.size() && !stop; ++r) {
      // Matches without names are of no use where a rule before this one has brought slots in: the next round has them.
      if (g.slotted() != names && !rules[r].program().slotted()) continue;
      unions += rules[r].apply(g, matches[r], static_cast<std::uint32_t>(r), enough);
    }
    out.unions += unions;
    out.apply_seconds += since(start);

    start = Clock::now();
    g.rebuild();
    out.rebuild_seconds += since(start);
    if (!stop) stop = exceeded();
    if (stop) {
      if (goal && goal()) stop = Stop::goal;
      return out.stop = *stop, out;
    }
    if (unions == 0 && g.id_count() == nodes_before && !schedule.lift(round + 1))
      return out.stop = Stop::saturated, out;
  }
}

}  // namespace skein::egraph
