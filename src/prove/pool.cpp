#include "prove/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace skein {

namespace {

bool all_equal(const WeightArray& w) {
  return std::all_of(w.values.begin(), w.values.end(), [&](double x) { return x == w.values.front(); });
}

}  // namespace

WeightPool::WeightPool(const std::map<Symbol, WeightArray>& left, const std::vector<InputPort>& left_ports,
                       const std::map<Symbol, WeightArray>& right, const std::vector<InputPort>& right_ports,
                       std::vector<Symbol> taken)
    : taken_(std::move(taken)) {
  std::vector<Weight> weights;
  for (const InputPort& p : left_ports) weights.push_back({Side::left, &p, &left.at(p.name), weights.size()});
  for (const InputPort& p : right_ports) weights.push_back({Side::right, &p, &right.at(p.name), weights.size()});
  std::stable_sort(weights.begin(), weights.end(), [](const Weight& a, const Weight& b) {
    return a.numbers->values.size() > b.numbers->values.size();
  });
  for (const Weight& w : weights) {
    std::optional<Place> found = find(w);
    if (!found) {
      add(w);
      found = Place{entries_.size() - 1, {}, {}};
      found->view = *haystacks_.back().find(*w.numbers, {});
    }
    Entry& e = entries_[found->entry];
    ++e.readers;
    e.renamed = e.renamed || e.owner_name != w.port->name;
    std::vector<bool>& used = used_[index(w.side)][found->entry];
    for (std::size_t p : found->view.positions(w.numbers->shape)) used[p] = true;
    places_[index(w.side)].emplace(w.port->name, std::move(*found));
  }

  for (const Entry& e : entries_)
    constant_.push_back(all_equal(e.numbers) && std::isfinite(e.numbers.values.front()) &&
                        (e.readers == 1 || interchangeable(e)));
  for (auto& side : places_)
    for (auto& [name, place] : side)
      if (constant_[place.entry]) place.constant = entries_[place.entry].numbers.values.front();
}

// Prefers, in this order: the array of the other side with the same name, shape and numbers; an array that this side
// has not read yet; one of the other side. Arrays of equal numbers are never views of this side's own.
std::optional<WeightPool::Place> WeightPool::find(const Weight& w) const {
  std::optional<Place> best;
  std::size_t best_cost = 0;
  const bool plain = all_equal(*w.numbers);
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    const Entry& e = entries_[k];
    const bool own = e.owner == w.side;
    if (e.dtype != w.port->dtype || (own && plain)) continue;
    const std::vector<bool>& used = used_[index(w.side)][k];
    std::optional<ArrayView> view = haystacks_[k].find(*w.numbers, used);
    if (!view) continue;
    std::size_t overlap = 0;
    for (std::size_t p : view->positions(w.numbers->shape)) overlap += used[p];
    if (overlap > 0 && plain) continue;
    const bool same_shape = e.numbers.shape == w.numbers->shape;
    const bool same_name = e.owner_name == w.port->name;
    const std::size_t cost = 8 * (overlap > 0) + 4 * own + 2 * !same_shape + !same_name;
    if (!best || cost < best_cost) best = Place{k, std::move(*view), {}}, best_cost = cost;
    if (best_cost == 0) break;
  }
  return best;
}

// Whether neither numbers nor names say which of several arrays is meant, as of the zeros that a recurrence starts
// with.
bool WeightPool::interchangeable(const Entry& e) const {
  std::size_t alike = 0;
  bool renamed = false;
  for (const Entry& other : entries_)
    if (other.dtype == e.dtype && other.numbers.shape == e.numbers.shape && other.numbers.values == e.numbers.values)
      ++alike, renamed = renamed || other.renamed;
  return alike > 1 && renamed;
}

void WeightPool::add(const Weight& w) {
  Symbol name = w.port->name;
  for (int k = 2; std::find(taken_.begin(), taken_.end(), name) != taken_.end(); ++k)
    name = Symbol(fmt::format("{}_{}", w.port->name.text(), k));
  taken_.push_back(name);
  Entry e{name, w.port->dtype, *w.numbers, {}, w.side, w.port->name, w.order, 0, false};
  for (const Axis& a : w.port->axes) e.axis_names.push_back(a.name);
  entries_.push_back(std::move(e));
  haystacks_.emplace_back(entries_.back().numbers);
  for (auto& side : used_) side.emplace_back(entries_.back().numbers.values.size(), false);
}

std::vector<std::size_t> WeightPool::inputs() const {
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < entries_.size(); ++k)
    if (!constant_[k]) out.push_back(k);
  std::sort(out.begin(), out.end(),
            [&](std::size_t a, std::size_t b) { return entries_[a].order < entries_[b].order; });
  return out;
}

}  // namespace skein
