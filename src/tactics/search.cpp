#include "tactics/search.hpp"

#include <algorithm>
#include <deque>

#include "tactics/diagram_set.hpp"

namespace skein::monoidal {
namespace {

// What is reached from one side, by the number of rewrites.
class Frontier {
 public:
  Frontier(const Derivation& start, std::span<const OrientedRule> rules) : rules_(rules) {
    add({start.diagram, {}}, fingerprint(start.diagram), 0);
    if (rules.empty()) level_ = states_.size();
  }

  std::size_t level_size() const { return states_.size() - level_; }  // states that are still to be expanded
  std::size_t size() const { return states_.size(); }
  std::optional<std::size_t> find(const OpenDiagram& d, std::uint64_t print) const {
    return known_.find(d, print, [&](std::size_t k) -> const OpenDiagram& { return states_[k].diagram; });
  }

  // One rewrite further. `met` is told of every new diagram and ends the expansion with true.
  template <class Met, class Stop>
  bool expand(const Met& met, const Stop& stop) {
    const std::size_t from = level_, to = states_.size();
    level_ = to;
    for (std::size_t k = from; k < to; ++k)
      for (const OrientedRule& r : rules_) {
        bool done = false;
        const Derivation here{states_[k].diagram, {}};
        each_rewrite(here, r, [&](Derivation next) {
          if (stop()) return false;
          const std::uint64_t print = fingerprint(next.diagram);
          if (find(next.diagram, print)) return true;
          add(std::move(next), print, k);
          done = met(states_.back().diagram, print, states_.size() - 1);
          return !done;
        });
        if (done) return true;
        if (stop()) return false;
      }
    return false;
  }

  // The way to state k, behind the steps of `start`.
  Derivation way(const Derivation& start, std::size_t k) const {
    std::vector<std::size_t> path;
    for (std::size_t at = k; at != 0; at = states_[at].parent) path.push_back(at);
    Derivation out{states_[k].diagram, start.steps};
    for (auto at = path.rbegin(); at != path.rend(); ++at)
      out.steps.insert(out.steps.end(), states_[*at].steps.begin(), states_[*at].steps.end());
    return out;
  }

 private:
  struct State {
    OpenDiagram diagram;
    std::vector<Step> steps;  // from the parent
    std::size_t parent = 0;
  };
  void add(Derivation d, std::uint64_t print, std::size_t parent) {
    known_.add(print, states_.size());
    states_.push_back({std::move(d.diagram), std::move(d.steps), parent});
  }

  std::span<const OrientedRule> rules_;
  std::deque<State> states_;
  std::size_t level_ = 0;  // where the last level begins
  DiagramSet known_;
};

}  // namespace

SearchResult search(const Derivation& left, const Derivation& right, std::span<const OrientedRule> left_rules,
                    std::span<const OrientedRule> right_rules, const SearchLimits& limits) {
  SearchResult out;
  Frontier a(left, left_rules), b(right, right_rules);
  const auto finish = [&](std::size_t in_left, std::size_t in_right) {
    out.found = Meeting{a.way(left, in_left), b.way(right, in_right)};
  };
  const auto stop = [&] {
    return a.size() + b.size() > limits.states || std::chrono::steady_clock::now() > limits.deadline;
  };
  if (b.find(left.diagram, fingerprint(left.diagram))) {
    finish(0, 0);
    return out;
  }
  for (unsigned depth = 0; depth < limits.depth && !out.found && !stop(); ++depth) {
    if (a.level_size() + b.level_size() == 0) break;
    const bool from_left = b.level_size() == 0 || (a.level_size() != 0 && a.level_size() <= b.level_size());
    (from_left ? a : b)
        .expand(
            [&](const OpenDiagram& d, std::uint64_t print, std::size_t k) {
              const auto other = (from_left ? b : a).find(d, print);
              if (other) from_left ? finish(k, *other) : finish(*other, k);
              return other.has_value();
            },
            stop);
  }
  out.states = a.size() + b.size();
  out.exhausted = out.found || !stop();
  return out;
}

}  // namespace skein::monoidal
