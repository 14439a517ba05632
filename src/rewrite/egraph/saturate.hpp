#pragma once
// Saturation: rules are searched for and applied in rounds until nothing new comes of it, or a limit is met (egg's
// runner). A scheduler says how many matches of a rule count in a round.
#include <chrono>
#include <functional>
#include <limits>

#include "rewrite/egraph/rule.hpp"

namespace skein::egraph {

enum class Stop : std::uint8_t { saturated, goal, iterations, nodes, memory, time };
const char* to_string(Stop s);

enum class Scheduler : std::uint8_t {
  simple,   // every match in every round
  back_off  // a rule with too many matches, or that takes too many steps, is left out for some rounds; all three
            // numbers double each time
};

struct SaturationLimits {
  std::size_t iterations = 30;
  std::size_t nodes = 10'000;
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  Scheduler scheduler = Scheduler::back_off;
  std::size_t match_limit = 1'000, step_limit = 1'000'000, ban_length = 5;  // of back-off, at first
};

struct Saturation {
  Stop stop = Stop::saturated;
  std::size_t iterations = 0, matches = 0, unions = 0;
  double search_seconds = 0, apply_seconds = 0, rebuild_seconds = 0;
};

// `goal` is asked after each round; true ends it. The rules' numbers in proofs are their positions.
Saturation saturate(EGraph& g, const std::vector<Rule>& rules, const SaturationLimits& limits,
                    const std::function<bool()>& goal = {});

}  // namespace skein::egraph
