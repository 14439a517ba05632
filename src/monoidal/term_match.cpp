#include "monoidal/term_match.hpp"

#include <algorithm>
#include <map>

#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

class Splitter {
 public:
  Splitter(const OpenDiagram& host, const RuleSide& side, const Placement& placement)
      : out_{host, {}, placement}, side_(side), pattern_(side.diagram()) {
    for (std::uint32_t b = 0; b < placement.boxes.size(); ++b) on_[placement.boxes[b]].push_back({b});
  }

  std::optional<SplitHost> run() {
    std::vector<BoxId> order = topological_order(out_.host);
    std::reverse(order.begin(), order.end());  // readers are told apart before what they read
    for (BoxId b : order)
      if (on_.count(b) && !split(b)) return std::nullopt;
    return std::move(out_);
  }

 private:
  // The box of the side, of those on b, whose output the consumer reads; none if it is to read a copy.
  std::optional<BoxId> owner(BoxId b, Port consumer, const std::vector<bool>& leads_to_input) const {
    const std::uint32_t port = out_.host.producer(out_.host.read_by(consumer)).index;
    if (consumer.box != boundary) {
      if (const auto at = owner_of_.find(consumer.box); at != owner_of_.end()) {
        const Port from = pattern_.producer(pattern_.sources(at->second)[consumer.index]);
        if (from.box == boundary) return std::nullopt;
        return from.box;
      }
      if (leads_to_input[consumer.box.id]) return std::nullopt;
    }
    for (BoxId a : on_.at(b))
      if (!side_.legs(pattern_.targets(a)[port]).empty()) return a;
    return std::nullopt;
  }

  bool split(BoxId b) {
    const std::vector<BoxId>& here = on_.at(b);
    const bool shareable = out_.host.signature().shares(out_.host.generator(b));
    const std::vector<bool> leads = leading_to_inputs();
    std::map<BoxId, std::vector<Port>> readers;  // by box of the side
    std::vector<Port> foreign;
    for (NodeId n : out_.host.targets(b))
      for (Port p : out_.host.consumers(n)) {
        const auto a = owner(b, p, leads);
        (a ? readers[*a] : foreign).push_back(p);
      }
    std::vector<NodeId> inputs;  // of the side, on outputs of b
    for (NodeId n : pattern_.inputs())
      if (out_.host.producer(out_.placement.nodes[n.id]).box == b) inputs.push_back(n);
    if (here.size() == 1 && foreign.empty() && inputs.empty()) {
      owner_of_[b] = here[0];
      return true;
    }
    if (!shareable) return false;
    if (!foreign.empty() || !inputs.empty()) {
      const std::vector<NodeId> old(out_.host.targets(b).begin(), out_.host.targets(b).end());
      const BoxId copy = split_off(b, foreign);
      for (NodeId n : inputs) {
        NodeId& at = out_.placement.nodes[n.id];
        at = out_.host.targets(copy)[static_cast<std::size_t>(std::ranges::find(old, at) - old.begin())];
      }
    }
    owner_of_[b] = here[0];
    for (std::size_t i = 1; i < here.size(); ++i) {
      const BoxId own = split_off(b, readers[here[i]]);
      owner_of_[own] = here[i];
      out_.placement.boxes[here[i].id] = own;
      for (std::size_t k = 0; k < pattern_.targets(here[i]).size(); ++k)
        out_.placement.nodes[pattern_.targets(here[i])[k].id] = out_.host.targets(own)[k];
    }
    return true;
  }

  BoxId split_off(BoxId b, std::vector<Port> consumers) {
    out_.moves.push_back({.kind = Move::Kind::split, .box = b, .consumers = std::move(consumers)});
    apply(out_.host, out_.moves.back());
    return {out_.host.box_bound() - 1};
  }

  // Boxes from which a path leads to the image of an input of the side.
  std::vector<bool> leading_to_inputs() const {
    std::vector<bool> leads(out_.host.box_bound(), false);
    std::vector<BoxId> stack;
    const auto visit = [&](NodeId n) {
      const BoxId b = out_.host.producer(n).box;
      if (b == boundary || leads[b.id]) return;
      leads[b.id] = true;
      stack.push_back(b);
    };
    for (NodeId n : pattern_.inputs()) visit(out_.placement.nodes[n.id]);
    while (!stack.empty()) {
      const BoxId b = stack.back();
      stack.pop_back();
      for (NodeId n : out_.host.sources(b)) visit(n);
    }
    return leads;
  }

  SplitHost out_;
  const RuleSide& side_;
  const OpenDiagram& pattern_;
  std::map<BoxId, std::vector<BoxId>> on_;  // the boxes of the side on a box of the host
  std::map<BoxId, BoxId> owner_of_;         // the box of the side on a box that is dealt with
};

}  // namespace

std::optional<SplitHost> split_for(const OpenDiagram& host, const RuleSide& side, const Placement& placement) {
  return Splitter(host, side, placement).run();
}

}  // namespace skein::monoidal
