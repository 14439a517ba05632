#include "graph/isomorphism.hpp"

#include <algorithm>
#include <stdexcept>

#include "graph/spread.hpp"

namespace skein {

Spread::Spread(const Diagram& left, const Diagram& right, const Colours& left_colours, const Colours& right_colours)
    : left_(left), right_(right), left_colours_(left_colours), right_colours_(right_colours) {
  const std::size_t n = left.boxes().size();
  witness_.wire.assign(n, WireId{none});
  witness_.local.resize(n);
  witness_.inputs.resize(n);
  for (std::size_t w = 0; w < n; ++w) witness_.inputs[w].assign(left.boxes()[w].inputs.size(), none);
  back_.assign(right.boxes().size(), none);
  impossible_ = right.boxes().size() != n;
}

void Spread::push(Item item) {
  cells_.push_back({std::move(item), agenda_});
  agenda_ = static_cast<std::int64_t>(cells_.size()) - 1;
}

void Spread::pin_wire(WireId l, WireId r, const std::vector<Index>& axes) { push({Task::wire, l.id, r.id, axes}); }

void Spread::pin_outputs() {
  if (left_.outputs().size() != right_.outputs().size()) {
    impossible_ = true;
    return;
  }
  for (std::size_t k = left_.outputs().size(); k-- > 0;) {
    const OutputPort &a = left_.outputs()[k], &b = right_.outputs()[k];
    std::vector<Index> axes;
    for (std::uint32_t position : a.map) {
      const auto it = std::find(b.map.begin(), b.map.end(), position);
      if (it == b.map.end()) impossible_ = true;
      axes.push_back(Index{static_cast<std::uint32_t>(it - b.map.begin())});
    }
    impossible_ = impossible_ || a.map.size() != b.map.size();
    pin_wire(a.wire, b.wire, axes);
  }
}

bool Spread::could_match(WireId l, WireId r) const {
  if (assigned(l.id)) return witness_.wire[l.id] == r;
  return back_[r.id] == none && left_colours_.wire[l.id] == right_colours_.wire[r.id];
}

// The renaming of the axes of l's wire to those of r's that makes l, renamed by `local`, equal to r.
std::optional<std::vector<Index>> Spread::carried(const Port& l, const Port& r, const std::vector<Index>& local) const {
  if (l.map.size() != r.map.size()) return std::nullopt;
  std::vector<Index> axes;
  for (Index i : l.map) {
    const auto it = std::find(r.map.begin(), r.map.end(), local[i.id]);
    if (it == r.map.end()) return std::nullopt;
    axes.push_back(Index{static_cast<std::uint32_t>(it - r.map.begin())});
  }
  return axes;
}

bool Spread::payload_fits(const Box& a, const Box& b, const std::vector<Index>& local) const {
  if (a.op != b.op || a.fold != b.fold || a.inputs.size() != b.inputs.size() || a.index.size() != b.index.size())
    return false;
  if (a.op == Op::index_value || a.op == Op::cases) {
    std::vector<IndexExpression> mapped, there = b.index;
    for (const IndexExpression& e : a.index)
      mapped.push_back(substitute(e, [&](Index i) { return index_variable(local[i.id]); }));
    std::sort(mapped.begin(), mapped.end());
    std::sort(there.begin(), there.end());
    if (mapped != there) return false;
  }
  if (a.deterministic != b.deterministic) return false;
  if (!a.deterministic) {
    const auto to = noise_.find(a.noise), from = noise_back_.find(b.noise);
    if ((to == noise_.end()) != (from == noise_back_.end())) return false;
    if (to != noise_.end() && (to->second != b.noise || from->second != a.noise)) return false;
  }
  return true;
}

std::vector<Spread::Alternative> Spread::local_renamings(const Item& item) const {
  const Box &a = left_.boxes()[item.left], &b = right_.boxes()[item.right];
  if (!could_match(WireId{item.left}, WireId{item.right})) return {};
  if (a.degree.size() != b.degree.size() || a.bound.size() != b.bound.size()) return {};
  const auto &l = left_colours_.local[item.left], &r = right_colours_.local[item.right];
  const auto free = static_cast<std::uint32_t>(a.degree.size());
  for (std::uint32_t i = 0; i < free; ++i) {
    const Index j = item.renaming[i];
    if (l[i] != r[j.id] || !(a.degree[i].size == b.degree[j.id].size)) return {};
    if (a.op == Op::input && j.id != i) return {};
  }
  std::vector<Alternative> out;
  for (const std::vector<Index>&bound : bijections(a.bound.size(), [&](std::uint32_t i, std::uint32_t j) {
         const auto pin = pinned_bound_.find({item.left, free + i});
         if (pin != pinned_bound_.end() && pin->second.id != free + j) return false;
         return l[free + i] == r[free + j] && a.bound[i].size == b.bound[j].size;
       })) {
    Alternative alternative{item.renaming, 0};
    for (Index j : bound) alternative.renaming.push_back(Index{free + j.id});
    if (payload_fits(a, b, alternative.renaming)) out.push_back(std::move(alternative));
  }
  return out;
}

std::vector<Spread::Alternative> Spread::input_matches(const Item& item) const {
  const Box &a = left_.boxes()[item.left], &b = right_.box(witness_.wire[item.left]);
  const std::vector<std::uint32_t>& matched = witness_.inputs[item.left];
  const Port& l = a.inputs[item.right];
  const auto pin = pinned_input_.find({item.left, item.right});
  std::vector<Alternative> out;
  for (std::uint32_t q = 0; q < b.inputs.size(); ++q) {
    if (pin != pinned_input_.end() ? q != pin->second : taken_input_.count({item.left, q}) > 0) continue;
    if (std::find(matched.begin(), matched.end(), q) != matched.end()) continue;
    const Port& r = b.inputs[q];
    if (!could_match(l.wire, r.wire)) continue;
    const bool repeated =
        std::any_of(out.begin(), out.end(), [&](const Alternative& o) { return b.inputs[o.position] == r; });
    if (repeated) continue;
    auto axes = carried(l, r, witness_.local[item.left]);
    if (!axes) continue;
    if (assigned(l.wire.id) && !std::equal(axes->begin(), axes->end(), witness_.local[l.wire.id].begin())) continue;
    out.push_back({std::move(*axes), q});
  }
  return out;
}

std::vector<Spread::Alternative> Spread::view_renamings(const Item& item) const {
  const Box &a = left_.boxes()[item.left], &b = right_.box(witness_.wire[item.left]);
  const WireId l = a.inputs[0].wire, r = b.inputs[0].wire;
  if (!could_match(l, r)) return {};
  std::vector<IndexExpression> mapped;
  for (const IndexExpression& e : a.index)
    mapped.push_back(substitute(e, [&](Index i) { return index_variable(witness_.local[item.left][i.id]); }));
  std::vector<Alternative> out;
  for (std::vector<Index>&axes : bijections(mapped.size(), [&](std::uint32_t s, std::uint32_t t) {
         const auto pin = pinned_axis_.find({item.left, s});
         if (pin != pinned_axis_.end() && pin->second.id != t) return false;
         if (assigned(l.id) && witness_.local[l.id][s].id != t) return false;
         return left_colours_.local[l.id][s] == right_colours_.local[r.id][t] && mapped[s] == b.index[t];
       }))
    out.push_back({std::move(axes), 0});
  return out;
}

std::vector<Spread::Alternative> Spread::alternatives(const Item& item, bool& settled) const {
  settled = false;
  switch (item.task) {
    case Task::wire:
      if (!assigned(item.left)) return local_renamings(item);
      settled = witness_.wire[item.left].id == item.right &&
                std::equal(item.renaming.begin(), item.renaming.end(), witness_.local[item.left].begin());
      return {};
    case Task::input: return input_matches(item);
    case Task::view_axes: return view_renamings(item);
  }
  return {};
}

bool Spread::apply(const Item& item, const Alternative& choice) {
  if (item.task == Task::view_axes) {
    const Box &a = left_.boxes()[item.left], &b = right_.box(witness_.wire[item.left]);
    push({Task::wire, a.inputs[0].wire.id, b.inputs[0].wire.id, choice.renaming});
    return true;
  }
  if (item.task == Task::input) {
    const Box &a = left_.boxes()[item.left], &b = right_.box(witness_.wire[item.left]);
    witness_.inputs[item.left][item.right] = choice.position;
    trail_.push_back({Undo::What::input, item.left, item.right});
    push({Task::wire, a.inputs[item.right].wire.id, b.inputs[choice.position].wire.id, choice.renaming});
    return true;
  }
  const Box &a = left_.boxes()[item.left], &b = right_.boxes()[item.right];
  witness_.wire[item.left] = WireId{item.right};
  witness_.local[item.left] = choice.renaming;
  back_[item.right] = item.left;
  trail_.push_back({Undo::What::wire, item.left, item.right});
  if (!a.deterministic && noise_.emplace(a.noise, b.noise).second) {
    noise_back_.emplace(b.noise, a.noise);
    trail_.push_back({Undo::What::noise, a.noise, b.noise});
  }
  if (a.op == Op::view) {
    witness_.inputs[item.left][0] = 0;
    push({Task::view_axes, item.left, 0, {}});
    return true;
  }
  for (auto p = static_cast<std::uint32_t>(a.inputs.size()); p-- > 0;) {
    if (info(a.op).unordered) {
      push({Task::input, item.left, p, {}});
      continue;
    }
    auto axes = carried(a.inputs[p], b.inputs[p], choice.renaming);
    if (!axes) return false;
    witness_.inputs[item.left][p] = p;
    push({Task::wire, a.inputs[p].wire.id, b.inputs[p].wire.id, std::move(*axes)});
  }
  return true;
}

void Spread::undo_to(std::size_t trail) {
  for (; trail_.size() > trail; trail_.pop_back()) {
    const Undo& u = trail_.back();
    switch (u.what) {
      case Undo::What::wire:
        witness_.wire[u.a] = WireId{none};
        witness_.local[u.a].clear();
        std::fill(witness_.inputs[u.a].begin(), witness_.inputs[u.a].end(), none);
        back_[u.b] = none;
        break;
      case Undo::What::input: witness_.inputs[u.a][u.b] = none; break;
      case Undo::What::noise:
        noise_.erase(u.a);
        noise_back_.erase(u.b);
        break;
    }
  }
}

bool Spread::run() {
  std::size_t steps = SIZE_MAX;
  return run(steps);
}

bool Spread::run(std::size_t& steps) {
  if (impossible_) return false;
  std::vector<Choice> choices;
  bool failed = false;
  for (; steps > 0; --steps) {
    if (failed) {
      while (!choices.empty() && choices.back().tried == choices.back().alternatives.size()) choices.pop_back();
      if (choices.empty()) return false;
      Choice& c = choices.back();
      undo_to(c.trail);
      cells_.resize(c.cells);
      agenda_ = c.agenda;
      failed = !apply(c.item, c.alternatives[c.tried++]);
      continue;
    }
    if (agenda_ < 0) {
      const bool complete =
          std::all_of(witness_.wire.begin(), witness_.wire.end(), [](WireId w) { return w.id != none; });
      if (complete) return true;
      failed = true;
      continue;
    }
    Cell& cell = cells_[static_cast<std::size_t>(agenda_)];
    const Item item = cell.item;
    agenda_ = cell.next;
    bool settled = false;
    std::vector<Alternative> found = alternatives(item, settled);
    if (settled) continue;
    if (found.empty()) {
      failed = true;
    } else if (found.size() == 1) {
      failed = !apply(item, found.front());
    } else {
      choices.push_back({item, std::move(found), 1, agenda_, cells_.size(), trail_.size()});
      const Choice& c = choices.back();
      failed = !apply(c.item, c.alternatives.front());
    }
  }
  return false;
}

std::optional<IsomorphismWitness> find_isomorphism(const Diagram& left, const Diagram& right) {
  const Colours l = refine_colours(left), r = refine_colours(right);
  Spread search(left, right, l, r);
  search.pin_outputs();
  if (!search.run()) return std::nullopt;
  if (!is_isomorphism(left, right, search.witness())) return std::nullopt;
  return search.witness();
}

}  // namespace skein
