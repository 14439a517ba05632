// The canonical form of a node: of all arrangements of unordered arguments and bound slots, and all symmetries of the
// arguments, the one whose words, with free slots numbered as they occur, come first. Two nodes with one form are one
// up to renaming. Where there are too many arrangements only some are looked at: then equal nodes may be kept apart.
#include <algorithm>

#include "rewrite/egraph/egraph.hpp"

namespace skein::egraph {
namespace {

constexpr std::size_t most_arrangements = 3000;

class Arrangements {
 public:
  Arrangements(EGraph& g, NodeSpec spec, const Operator& traits) : g_(g), spec_(std::move(spec)), traits_(traits) {}

  EGraph::Shape best() {
    arranged_.op = spec_.op, arranged_.direct = spec_.direct, arranged_.direct_types = spec_.direct_types;
    arranged_.children.reserve(spec_.children.size());
    used_.assign(spec_.children.size(), false);
    choose();
    return std::move(best_);
  }

 private:
  void choose() {
    if (seen_ >= most_arrangements) return;
    if (arranged_.children.size() == spec_.children.size()) return consider();
    if (!traits_.unordered) return place(arranged_.children.size());
    // The spec's arguments are sorted by class, so only equal classes change places.
    Id first = no_id;
    for (std::size_t k = 0; k < used_.size(); ++k) {
      if (used_[k]) continue;
      if (first == no_id) first = spec_.children[k].id;
      if (spec_.children[k].id != first) break;
      place(k);
    }
  }

  void place(std::size_t k) {
    used_[k] = true;
    const Applied& c = spec_.children[k];
    arranged_.children.push_back(c);
    choose();
    for (const Slots& g : g_.symmetries(c.id)) {
      arranged_.children.back().args = c.args.at(g);
      choose();
    }
    arranged_.children.pop_back();
    used_[k] = false;
  }

  // The arrangement with its free slots renamed; bound ones are renumbered where their order is free.
  void consider() {
    ++seen_;
    Slots order, bound_order;
    auto number = [&](Slot s) {
      if (is_bound(s)) {
        if (!traits_.unordered_binders) return s;
        std::size_t k = bound_order.find(s);
        if (k == bound_order.size()) bound_order.push_back(s);
        return static_cast<Slot>(first_bound + k);
      }
      const std::size_t k = order.find(s);
      if (k == order.size()) order.push_back(s);
      return static_cast<Slot>(k);
    };
    Words& w = words_;
    w.assign({spec_.op, 0});
    for (const Applied& c : arranged_.children) w.push_back(c.id);
    for (Slot s : spec_.direct) w.push_back(number(s));
    w.insert(w.end(), spec_.direct_types.begin(), spec_.direct_types.end());
    const std::size_t bound_at = w.size();
    w.insert(w.end(), spec_.bound.begin(), spec_.bound.end());
    for (const Applied& c : arranged_.children)
      for (Slot s : c.args) w.push_back(number(s));
    if (traits_.unordered_binders) {
      std::vector<TypeId> types, unread;
      for (Slot s : bound_order) types.push_back(spec_.bound[s - first_bound]);
      for (std::size_t k = 0; k < spec_.bound.size(); ++k)
        if (!bound_order.contains(static_cast<Slot>(first_bound + k))) unread.push_back(spec_.bound[k]);
      std::sort(unread.begin(), unread.end());
      types.insert(types.end(), unread.begin(), unread.end());
      std::copy(types.begin(), types.end(), w.begin() + static_cast<long>(bound_at));
    }
    const bool slotted = w.size() > 2 + arranged_.children.size();
    w[1] = header(arranged_.children.size(), spec_.direct.size(), spec_.bound.size(), slotted);
    if (best_.words.empty() || w < best_.words) {
      best_.words = w, best_.order = order, best_.same_orders.clear();
      best_.spec = arranged_;
      best_.spec.bound.assign(w.begin() + static_cast<long>(bound_at),
                              w.begin() + static_cast<long>(bound_at + spec_.bound.size()));
      if (traits_.unordered_binders)
        for (Applied& c : best_.spec.children)
          for (Slot& s : c.args)
            if (is_bound(s)) s = static_cast<Slot>(first_bound + bound_order.find(s));
    } else if (w == best_.words && order != best_.order) {
      auto& others = best_.same_orders;
      if (std::find(others.begin(), others.end(), order) == others.end()) others.push_back(order);
    }
  }

  EGraph& g_;
  const NodeSpec spec_;
  const Operator& traits_;
  NodeSpec arranged_;
  std::vector<bool> used_;
  Words words_;
  std::size_t seen_ = 0;
  EGraph::Shape best_;
};

}  // namespace

EGraph::Shape EGraph::shape(const NodeSpec& given) {
  NodeSpec spec = given;
  for (Applied& c : spec.children) c = find(c);
  const Operator& traits = language_[spec.op];
  if (traits.unordered)
    std::stable_sort(spec.children.begin(), spec.children.end(),
                     [](const Applied& a, const Applied& b) { return a.id < b.id; });
  return Arrangements(*this, std::move(spec), traits).best();
}

}  // namespace skein::egraph
