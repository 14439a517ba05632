#pragma once
// Spread: the search behind find_isomorphism, also used to ask for automorphisms under constraints (canonical_form).
// The agenda holds what is still to be matched; an item with several possible matches leaves a choice point, and a
// failure returns to the latest one.
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "diagram/diagram.hpp"
#include "graph/colours.hpp"

namespace skein {

class Spread {
 public:
  Spread(const Diagram& left, const Diagram& right, const Colours& left_colours, const Colours& right_colours);

  // Constraints, before run(). Indices and axes are left -> right.
  void pin_wire(WireId left, WireId right, const std::vector<Index>& axes);
  void pin_bound(WireId box, Index left, Index right) { pinned_bound_[{box.id, left.id}] = right; }
  void pin_input(WireId box, std::uint32_t left, std::uint32_t right) {
    pinned_input_[{box.id, left}] = right;
    taken_input_.insert({box.id, right});
  }
  void pin_view_axis(WireId view, Index left, Index right) { pinned_axis_[{view.id, left.id}] = right; }
  void pin_outputs();  // every output to the one at its position; false from run() if they differ in shape

  bool run();
  bool run(std::size_t& steps);  // at most so many, which are counted down; false as well when none are left
  const IsomorphismWitness& witness() const { return witness_; }

 private:
  enum class Task : std::uint8_t { wire, input, view_axes };
  struct Item {
    Task task;
    std::uint32_t left;           // wire, or box
    std::uint32_t right;          // wire: its image; input: the position of the left input
    std::vector<Index> renaming;  // wire: of its axes
  };
  // How an item may be matched: wire: the whole local renaming; view_axes: that of the input's axes; input: `position`
  // on the right, and the renaming of the axes of the input.
  struct Alternative {
    std::vector<Index> renaming;
    std::uint32_t position = 0;
  };
  struct Cell {
    Item item;
    std::int64_t next;
  };
  struct Choice {
    Item item;
    std::vector<Alternative> alternatives;
    std::size_t tried = 0;
    std::int64_t agenda;
    std::size_t cells, trail;
  };
  struct Undo {
    enum class What : std::uint8_t { wire, input, noise } what;
    std::uint32_t a, b;
  };
  static constexpr std::uint32_t none = 0xffffffffu;

  bool assigned(std::uint32_t l) const { return witness_.wire[l].id != none; }
  bool could_match(WireId l, WireId r) const;
  void push(Item item);
  // Empty if the item cannot be matched; `settled` if it holds already and needs nothing.
  std::vector<Alternative> alternatives(const Item& item, bool& settled) const;
  std::vector<Alternative> local_renamings(const Item& item) const;
  std::vector<Alternative> input_matches(const Item& item) const;
  std::vector<Alternative> view_renamings(const Item& item) const;
  std::optional<std::vector<Index>> carried(const Port& l, const Port& r, const std::vector<Index>& local) const;
  bool apply(const Item& item, const Alternative& a);
  bool payload_fits(const Box& a, const Box& b, const std::vector<Index>& local) const;
  void undo_to(std::size_t trail);

  const Diagram& left_;
  const Diagram& right_;
  const Colours& left_colours_;
  const Colours& right_colours_;
  IsomorphismWitness witness_;
  std::vector<std::uint32_t> back_;  // right wire -> left wire
  std::map<std::uint32_t, std::uint32_t> noise_, noise_back_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Index> pinned_bound_, pinned_axis_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> pinned_input_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> taken_input_;  // (left box, position on the right) of a pin
  std::vector<Cell> cells_;  // the agenda is a list in this arena, so that a choice point keeps it by its head
  std::int64_t agenda_ = -1;
  std::vector<Undo> trail_;
  bool impossible_ = false;
};

// All bijections of 0..n-1 with `fits(i, j)` for each i -> j.
template <class F>
std::vector<std::vector<Index>> bijections(std::size_t n, F&& fits) {
  std::vector<std::vector<Index>> out;
  std::vector<Index> chosen;
  std::vector<bool> used(n);
  auto extend = [&](auto&& self) -> void {
    const auto i = static_cast<std::uint32_t>(chosen.size());
    if (i == n) {
      out.push_back(chosen);
      return;
    }
    for (std::uint32_t j = 0; j < n; ++j) {
      if (used[j] || !fits(i, j)) continue;
      used[j] = true;
      chosen.push_back(Index{j});
      self(self);
      chosen.pop_back();
      used[j] = false;
    }
  };
  extend(extend);
  return out;
}

}  // namespace skein
