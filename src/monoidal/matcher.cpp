#include "monoidal/matcher.hpp"

#include <algorithm>

#include "monoidal/term_match.hpp"

namespace skein::monoidal {
namespace {

// How to find the next box of the side: from a wire that is placed already, or among all of its generator.
struct Find {
  enum class How : std::uint8_t { anywhere, producer, consumer };
  BoxId box;
  How how = How::anywhere;
  NodeId at = no_node;
  std::uint32_t port = 0;  // of `box`, at that wire
};

// The boxes of the component of `start`, each after one that it hangs on; producers, which are unique, first.
std::vector<Find> component_order(const OpenDiagram& pattern, BoxId start) {
  std::vector<Find> order = {{start}};
  std::vector<bool> known(pattern.box_bound(), false);
  known[start.id] = true;
  const auto add = [&](Port p, NodeId n, Find::How how) {
    if (p.box == boundary || known[p.box.id]) return false;
    known[p.box.id] = true;
    order.push_back({p.box, how, n, p.index});
    return true;
  };
  std::size_t backward = 0, forward = 0;  // boxes looked at in either way
  while (true) {
    if (backward < order.size()) {
      const BoxId b = order[backward++].box;
      for (NodeId n : pattern.sources(b)) add(pattern.producer(n), n, Find::How::producer);
    } else if (forward < order.size()) {
      const BoxId b = order[forward].box;
      bool added = false;
      for (auto nodes : {pattern.targets(b), pattern.sources(b)})
        for (NodeId n : nodes)
          for (Port p : pattern.consumers(n)) added = added || add(p, n, Find::How::consumer);
      if (!added) ++forward;
    } else {
      return order;
    }
  }
}

}  // namespace

struct Matcher::Plan {
  explicit Plan(const RuleSide& side) : pattern(side.diagram()), shares(side.diagram().box_bound(), false) {
    std::vector<bool> done(pattern.box_bound(), false);
    for (std::uint32_t b = 0; b < pattern.box_bound(); ++b) {
      order.push_back(component_order(pattern, {b}));
      shares[b] = pattern.signature().shares(pattern.generator({b}));
      if (done[b]) continue;
      components.emplace_back();
      for (const Find& f : order[b]) {
        done[f.box.id] = true;
        components.back().push_back(f.box);
      }
    }
    for (std::uint32_t n = 0; n < pattern.node_bound(); ++n) {
      bool bare = side.is_input({n});
      for (Port p : pattern.consumers({n})) bare = bare && p.box == boundary;
      if (bare) wires.push_back({n});
    }
    any_shared = std::ranges::find(shares, true) != shares.end();
  }

  const OpenDiagram& pattern;
  std::vector<std::vector<BoxId>> components;
  std::vector<std::vector<Find>> order;  // of its component, by the box to start from
  std::vector<NodeId> wires;             // inputs that no box reads
  std::vector<bool> shares;              // by box: may coincide with others in the host
  bool any_shared = false;
};

namespace {

// One search: places boxes in a given order, then bare wires, with backtracking.
class Search {
 public:
  Search(const OpenDiagram& host, const Rule& rule, Direction d, const OpenDiagram& pattern,
         const std::vector<bool>& shares, bool any_shared, const std::vector<NodeId>& wires,
         const Matcher::Visit& visit)
      : host_(host),
        rule_(rule),
        direction_(d),
        pattern_(pattern),
        shares_(shares),
        any_shared_(any_shared),
        wires_(wires),
        visit_(visit),
        nodes_(pattern.node_bound(), no_node),
        boxes_(pattern.box_bound(), no_box) {}

  std::vector<Find> order;
  BoxId pinned = no_box;  // where order[0] must lie

  // False once the visitor has ended the search.
  bool run(std::size_t step = 0) {
    if (step == order.size()) return place_wires(0);
    const Find& f = order[step];
    const GeneratorId g = pattern_.generator(f.box);
    switch (f.how) {
      case Find::How::anywhere:
        if (step == 0 && pinned != no_box) return try_box(step, pinned);
        for (BoxId b : host_.occurrences(g))
          if (!try_box(step, b)) return false;
        return true;
      case Find::How::producer: {
        const Port p = host_.producer(nodes_[f.at.id]);
        return p.box == boundary || p.index != f.port || try_box(step, p.box);
      }
      case Find::How::consumer:
        for (Port p : host_.consumers(nodes_[f.at.id]))
          if (p.box != boundary && p.index == f.port && !try_box(step, p.box)) return false;
        return true;
    }
    return true;
  }

 private:
  bool try_box(std::size_t step, BoxId b) {
    const BoxId a = order[step].box;
    if (host_.generator(b) != pattern_.generator(a)) return true;
    if (!shares_[a.id] && std::ranges::find(boxes_, b) != boxes_.end()) return true;
    const std::size_t mark = placed_.size();
    bool more = true;
    if (place(pattern_.sources(a), host_.sources(b)) && place(pattern_.targets(a), host_.targets(b))) {
      boxes_[a.id] = b;
      more = run(step + 1);
      boxes_[a.id] = no_box;
    }
    undo(mark);
    return more;
  }

  bool place(std::span<const NodeId> pattern, std::span<const NodeId> host) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      NodeId& at = nodes_[pattern[i].id];
      if (at == host[i]) continue;
      if (at != no_node) return false;
      at = host[i];
      placed_.push_back(pattern[i]);
    }
    return true;
  }

  void undo(std::size_t mark) {
    for (; placed_.size() > mark; placed_.pop_back()) nodes_[placed_.back().id] = no_node;
  }

  bool place_wires(std::size_t next) {
    if (next == wires_.size()) return propose();
    NodeId& at = nodes_[wires_[next].id];
    for (std::uint32_t n = 0; n < host_.node_bound(); ++n) {
      if (!host_.has(NodeId{n}) || host_.sort({n}) != pattern_.sort(wires_[next])) continue;
      at = {n};
      if (!place_wires(next + 1)) return false;
    }
    at = no_node;
    return true;
  }

  bool propose() {
    Redex redex{{}, {nodes_, boxes_, {}}, std::nullopt};
    if (!any_shared_) return each_context(host_, redex);
    std::string why;
    if (Match::make(host_, rule_, direction_, redex.placement, &why)) return each_context(host_, redex);
    // A term may be there though the box-by-box match is not: give it boxes of its own first.
    if (auto split = split_for(host_, rule_.source(direction_), redex.placement)) {
      if (split->moves.empty()) return each_context(host_, redex);
      redex.moves = std::move(split->moves);
      redex.placement = std::move(split->placement);
      return each_context(split->host, redex);
    }
    return each_context(host_, redex);
  }

  // All ways in which further consumers of output wires can read its legs.
  bool each_context(const OpenDiagram& host, Redex& redex) {
    const RuleSide& side = rule_.source(direction_);
    struct Free {
      Port consumer;
      std::vector<std::uint32_t> legs;
    };
    std::vector<Free> free;
    if (host.signature().copies()) {
      std::vector<std::pair<NodeId, std::uint32_t>> legs;
      std::vector<NodeId> inputs;
      for (std::uint32_t n = 0; n < pattern_.node_bound(); ++n) {
        for (std::uint32_t leg : side.legs({n})) legs.emplace_back(redex.placement.nodes[n], leg);
        if (side.is_input({n})) inputs.push_back(redex.placement.nodes[n]);
      }
      std::ranges::sort(legs);
      for (std::size_t first = 0, last; first < legs.size(); first = last) {
        const NodeId n = legs[first].first;
        std::vector<std::uint32_t> choices;
        for (last = first; last < legs.size() && legs[last].first == n; ++last) choices.push_back(legs[last].second);
        if (std::ranges::find(inputs, n) != inputs.end()) choices.push_back(stays);
        if (choices.size() == 1) continue;
        for (Port p : host.consumers(n))
          if (p.box == boundary || std::ranges::find(redex.placement.boxes, p.box) == redex.placement.boxes.end())
            free.push_back({p, choices});
      }
    }
    std::vector<std::size_t> choice(free.size(), 0);
    while (true) {
      redex.placement.exits.clear();
      for (std::size_t i = 0; i < free.size(); ++i)
        if (choice[i] != 0) redex.placement.exits.push_back({free[i].consumer, free[i].legs[choice[i]]});
      if (auto m = Match::make(host, rule_, direction_, redex.placement)) {
        redex.match.reset();
        if (redex.moves.empty()) redex.match = std::move(m);
        if (!visit_(redex)) return false;
      }
      std::size_t i = 0;
      while (i < free.size() && ++choice[i] == free[i].legs.size()) choice[i++] = 0;
      if (i == free.size()) return true;
    }
  }

  const OpenDiagram& host_;
  const Rule& rule_;
  const Direction direction_;
  const OpenDiagram& pattern_;
  const std::vector<bool>& shares_;
  const bool any_shared_;
  const std::vector<NodeId>& wires_;
  const Matcher::Visit& visit_;
  std::vector<NodeId> nodes_;
  std::vector<BoxId> boxes_;
  std::vector<NodeId> placed_;
};

}  // namespace

Matcher::Matcher(const Rule& rule, Direction d)
    : rule_(&rule), direction_(d), plan_(std::make_unique<Plan>(rule.source(d))) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

namespace {

// Appends, for each component but `except`, its order from the box whose generator is rarest in the host.
template <class Plan>
void add_components(const Plan& plan, const OpenDiagram& host, std::optional<BoxId> except, std::vector<Find>& order) {
  for (const std::vector<BoxId>& boxes : plan.components) {
    if (except && std::ranges::find(boxes, *except) != boxes.end()) continue;
    const BoxId start =
        *std::ranges::min_element(boxes, {}, [&](BoxId b) { return host.occurrence_count(plan.pattern.generator(b)); });
    order.insert(order.end(), plan.order[start.id].begin(), plan.order[start.id].end());
  }
}

}  // namespace

void Matcher::each(const OpenDiagram& host, const Visit& visit) const {
  const Plan& p = *plan_;
  Search search(host, *rule_, direction_, p.pattern, p.shares, p.any_shared, p.wires, visit);
  add_components(p, host, std::nullopt, search.order);
  search.run();
}

void Matcher::each_at(const OpenDiagram& host, BoxId box, const Visit& visit) const {
  const Plan& p = *plan_;
  for (std::uint32_t b = 0; b < p.pattern.box_bound(); ++b) {
    if (p.pattern.generator({b}) != host.generator(box)) continue;
    Search search(host, *rule_, direction_, p.pattern, p.shares, p.any_shared, p.wires, visit);
    search.order = p.order[b];
    search.pinned = box;
    add_components(p, host, BoxId{b}, search.order);
    if (!search.run()) return;
  }
}

std::optional<Redex> Matcher::first(const OpenDiagram& host) const {
  std::optional<Redex> found;
  each(host, [&](const Redex& r) {
    found = r;
    return false;
  });
  return found;
}

Trace apply(OpenDiagram& host, const Rule& rule, Direction d, const Redex& redex) {
  if (redex.match && redex.match->revision() == host.revision()) return rewrite(host, *redex.match);
  for (const Move& m : redex.moves) apply(host, m);
  std::string why;
  const auto match = Match::make(host, rule, d, redex.placement, &why);
  if (!match) throw IllTyped("the rule '" + rule.name().text() + "' does not match there: " + why);
  return rewrite(host, *match);
}

}  // namespace skein::monoidal
