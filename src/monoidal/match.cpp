#include "monoidal/match.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

namespace skein::monoidal {
namespace {

// The checks of one placement; each returns a reason, or null.
class Check {
 public:
  Check(const OpenDiagram& host, const RuleSide& side, const Placement& p)
      : host_(host), side_(side), pattern_(side.diagram()), p_(p), copies_(host.signature().copies()) {}

  const char* morphism() {
    if (p_.nodes.size() != pattern_.nodes() || p_.boxes.size() != pattern_.boxes())
      return "it does not place every wire and box of the side.";
    for (std::uint32_t n = 0; n < p_.nodes.size(); ++n)
      if (!host_.has(p_.nodes[n]) || host_.sort(p_.nodes[n]) != pattern_.sort({n}))
        return "a wire is placed on none of its object.";
    for (std::uint32_t b = 0; b < p_.boxes.size(); ++b) {
      if (!host_.has(p_.boxes[b]) || host_.generator(p_.boxes[b]) != pattern_.generator({b}))
        return "a box is placed on none of its generator.";
      if (!follows(pattern_.sources({b}), host_.sources(p_.boxes[b])) ||
          !follows(pattern_.targets({b}), host_.targets(p_.boxes[b])))
        return "a port of a box does not lie where its wire does.";
    }
    return nullptr;
  }

  const char* injective() {
    image_ = p_.boxes;
    std::sort(image_.begin(), image_.end());
    if (std::adjacent_find(image_.begin(), image_.end()) != image_.end()) return "two boxes are placed on one.";
    // Wires that boxes of the side produce are then apart. What is left are its inputs.
    for (NodeId n : pattern_.inputs()) {
      inputs_.push_back(p_.nodes[n.id]);
      if (inside(host_.producer(p_.nodes[n.id]).box)) return "an input is placed on a wire that the side produces.";
    }
    std::sort(inputs_.begin(), inputs_.end());
    if (!copies_ && std::adjacent_find(inputs_.begin(), inputs_.end()) != inputs_.end())
      return "two inputs are placed on one wire.";
    return nullptr;
  }

  // Which leg each further consumer of an output wire reads.
  const char* complement(std::vector<Exit>& moved) {
    std::vector<std::pair<NodeId, std::uint32_t>> legs;  // of the host's nodes
    for (std::uint32_t n = 0; n < p_.nodes.size(); ++n) {
      const auto at = side_.legs({n});
      for (std::uint32_t leg : at) legs.emplace_back(p_.nodes[n], leg);
      if (at.empty() && !side_.is_input({n}) && host_.consumer_count(p_.nodes[n]) != pattern_.consumer_count({n}))
        return "a wire inside of the side is used outside of it.";
    }
    std::sort(legs.begin(), legs.end());
    std::vector<Exit> exits = p_.exits;
    std::sort(exits.begin(), exits.end());
    for (std::size_t i = 1; i < exits.size(); ++i)
      if (exits[i].consumer == exits[i - 1].consumer) return "a consumer is given two exits.";
    std::size_t used = 0;
    for (std::size_t first = 0, last; first < legs.size(); first = last) {
      const NodeId n = legs[first].first;
      for (last = first; last < legs.size() && legs[last].first == n;) ++last;
      for (Port consumer : host_.consumers(n)) {
        if (inside(consumer.box)) continue;
        std::uint32_t leg = legs[first].second;
        const auto exit = std::lower_bound(exits.begin(), exits.end(), Exit{consumer, 0});
        if (exit != exits.end() && exit->consumer == consumer) {
          leg = exit->leg;
          ++used;
          const bool stays_legal = copies_ && std::binary_search(inputs_.begin(), inputs_.end(), n);
          if (leg == stays ? !stays_legal
                           : !std::binary_search(legs.begin() + static_cast<std::ptrdiff_t>(first),
                                                 legs.begin() + static_cast<std::ptrdiff_t>(last), std::pair(n, leg)))
            return "a consumer is given an exit that its wire does not have.";
        }
        if (leg != stays) moved.push_back({consumer, leg});
      }
    }
    return used == exits.size() ? nullptr : "an exit is given to what does not read an output of the side.";
  }

  // No path leads from an output of the hole to an input of it.
  const char* convex(const std::vector<Exit>& moved) const {
    if (side_.connects()) return nullptr;
    std::vector<BoxId> stack;
    std::unordered_set<std::uint32_t> seen;
    const auto visit = [&](Port p) {
      if (p.box != boundary && seen.insert(p.box.id).second) stack.push_back(p.box);
    };
    for (const Exit& e : moved) visit(e.consumer);
    while (!stack.empty()) {
      const BoxId b = stack.back();
      stack.pop_back();
      for (NodeId n : host_.targets(b)) {
        if (std::binary_search(inputs_.begin(), inputs_.end(), n))
          return "it is not convex: a path leaves it by an output and enters it again by an input.";
        for (Port p : host_.consumers(n)) visit(p);
      }
    }
    return nullptr;
  }

 private:
  bool follows(std::span<const NodeId> pattern, std::span<const NodeId> host) const {
    for (std::size_t i = 0; i < pattern.size(); ++i)
      if (p_.nodes[pattern[i].id] != host[i]) return false;
    return true;
  }
  bool inside(BoxId b) const { return std::binary_search(image_.begin(), image_.end(), b); }

  const OpenDiagram& host_;
  const RuleSide& side_;
  const OpenDiagram& pattern_;
  const Placement& p_;
  const bool copies_;
  std::vector<BoxId> image_;    // sorted
  std::vector<NodeId> inputs_;  // images of the side's inputs, sorted
};

}  // namespace

std::optional<Match> Match::make(const OpenDiagram& host, const Rule& rule, Direction d, Placement placement,
                                 std::string* why) {
  const auto refuse = [&](const char* reason) {
    if (why) *why = reason;
    return std::nullopt;
  };
  if (&host.signature() != &rule.left().signature()) return refuse("the rule belongs to another theory.");
  if (d == Direction::backward && !rule.two_way()) return refuse("the rule is one-way.");
  Check check(host, rule.source(d), placement);
  std::vector<Exit> moved;
  if (const char* r = check.morphism()) return refuse(r);
  if (const char* r = check.injective()) return refuse(r);
  if (const char* r = check.complement(moved)) return refuse(r);
  if (const char* r = check.convex(moved)) return refuse(r);
  Match m;
  m.rule_ = &rule;
  m.direction_ = d;
  m.placement_ = std::move(placement);
  m.moved_ = std::move(moved);
  m.revision_ = host.revision();
  return m;
}

Trace rewrite(OpenDiagram& host, const Match& m) {
  if (m.revision() != host.revision())
    throw std::logic_error("a match is applied to a diagram that it was not made for.");
  const RuleSide& source = m.rule().source(m.direction());
  const OpenDiagram& from = source.diagram();
  const OpenDiagram& to = m.rule().target(m.direction()).diagram();
  const Placement& p = m.placement();

  for (BoxId b : p.boxes) host.remove_box(b);
  Trace trace;
  trace.nodes.reserve(to.nodes());
  for (std::uint32_t n = 0; n < to.nodes(); ++n) {
    const Port producer = to.producer({n});
    trace.nodes.push_back(producer.box == boundary ? p.nodes[from.inputs()[producer.index].id]
                                                   : host.add_node(to.sort({n})));
  }
  for (const Exit& e : m.moved()) host.reconnect(e.consumer, trace.nodes[to.outputs()[e.leg].id]);
  for (std::uint32_t n = 0; n < from.nodes(); ++n)
    if (!source.is_input({n})) host.remove_node(p.nodes[n]);

  std::vector<NodeId> sources, targets;
  const auto placed = [&](std::span<const NodeId> nodes, std::vector<NodeId>& out) {
    out.clear();
    for (NodeId n : nodes) out.push_back(trace.nodes[n.id]);
  };
  trace.boxes.reserve(to.boxes());
  for (std::uint32_t b = 0; b < to.boxes(); ++b) {
    placed(to.sources({b}), sources);
    placed(to.targets({b}), targets);
    trace.boxes.push_back(host.add_box(to.generator({b}), sources, targets));
  }
  return trace;
}

}  // namespace skein::monoidal
