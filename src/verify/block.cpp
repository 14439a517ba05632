#include "verify/block.hpp"

#include <numeric>

#include "graph/canonical_form.hpp"

namespace skein {

Index Copier::copy(Index i) {
  const auto it = indices_.find(i);
  if (it != indices_.end()) return it->second;
  return indices_[i] = to_.fresh(Axis(from_.axis(i)));
}

Ref Copier::copy(const Ref& r) {
  std::vector<Index> at;
  for (Index i : r.at) at.push_back(copy(i));
  return to_.at(image(r.wire), at);
}

const DiagramBuilder::Image& Copier::image(WireId root) {
  std::vector<WireId> stack{root};
  while (!stack.empty()) {
    const WireId w = stack.back();
    if (images_.count(w)) {
      stack.pop_back();
      continue;
    }
    if (auto leaf = leaf_(w)) {
      images_.emplace(w, std::move(*leaf));
      continue;
    }
    bool ready = true;
    for (const Port& p : from_.box(w).inputs)
      if (!images_.count(p.wire)) stack.push_back(p.wire), ready = false;
    if (ready) images_.emplace(w, box(w));
  }
  return images_.at(root);
}

DiagramBuilder::Image Copier::box(WireId w) {
  Box shape = from_.box(w);
  DiagramBuilder::Image out;
  for (const Axis& a : shape.degree) out.at.push_back(to_.fresh(a));
  std::vector<Index> local = out.at, bound;
  for (const Axis& a : shape.bound) local.push_back(bound.emplace_back(to_.fresh(a)));
  for (IndexExpression& e : shape.index) e = substitute(e, [&](Index i) { return index_variable(local.at(i.id)); });
  if (shape.op == Op::view) {
    const DiagramBuilder::Image& in = images_.at(shape.inputs[0].wire);
    IndexMap at;
    for (std::size_t k = 0; k < in.at.size(); ++k) at[in.at[k]] = shape.index[k];
    out.value = to_.read(in.value, at);
    return out;
  }
  std::vector<Ref> inputs;
  for (const Port& p : shape.inputs) {
    std::vector<Index> at;
    for (Index i : p.map) at.push_back(local.at(i.id));
    inputs.push_back(to_.at(images_.at(p.wire), at));
  }
  out.value = to_.make(shape, inputs, bound);
  return out;
}

namespace {

// A large block with many leaves that look alike may miss its lemma, which is then proved again.
constexpr std::size_t most_alternatives = 64;

bool is_leaf(const DiagramBuilder& b, WireId w, const std::set<WireId>& cuts) {
  return b.box(w).op == Op::input || cuts.count(w) > 0;
}

std::string leaf_name(DType type, const std::optional<Sign>& sign) {
  const std::string name = type == DType::real ? "leaf" : type == DType::ext ? "ext leaf" : "boolean leaf";
  return sign ? name + ", " + to_string(*sign) : name;
}

// Random boxes stand for the leaves: which draw one is, a canonical form does not say. A leaf reads the sum of its
// indices, so none of them comes first.
class Anonymous {
 public:
  Anonymous(DiagramBuilder& b, const std::set<WireId>& cuts, const SignOf& sign_of)
      : b_(b), cuts_(cuts), sign_of_(sign_of), copier_(b, scratch_, [this](WireId w) { return leaf(w); }) {}

  std::optional<Block> run(const Ref& left, const Ref& right) {
    Block out{left, right, {}, {}, {}};
    const Ref l = to_real(copier_.copy(left)), r = to_real(copier_.copy(right));
    Box shape;
    shape.op = Op::opaque, shape.name = Symbol("sides");
    const Ref both = scratch_.make(shape, {l, r}, {});
    const Ref closed = both.at.empty() ? both : scratch_.reduce(Op::add, both.at, both);
    const Diagram d = freeze(scratch_, Symbol("block"), {}, {}, {{Symbol("out"), {}, closed}});
    const CanonicalForm form = numbered_form(d, most_alternatives);
    out.shape = form.text;

    // Axes of the sides: in the order of the bound indices of the sum over all of them.
    std::map<Index, Index> original;
    for (const Ref* side : {&left, &right})
      for (Index i : side->at) original[copier_.copy(i)] = i;
    if (!both.at.empty()) {
      const WireId top = d.outputs()[0].wire;
      std::map<std::uint32_t, Index> by_rank;
      for (std::size_t s = 0; s < both.at.size(); ++s)
        by_rank[form.rank[top.id][d.box(top).inputs[0].map[s].id]] = original.at(both.at[s]);
      for (const auto& [rank, i] : by_rank) out.axes.push_back(i);
    }
    for (WireId w : form.order) {
      const Box& box = d.box(w);
      if (box.deterministic) continue;
      Leaf leaf = leaves_.at(box.noise - 1);
      // Slot s of the drawn box is axis slots_[s] of the leaf.
      const std::vector<std::uint32_t>& slots = slots_.at(box.noise - 1);
      std::vector<std::uint32_t> order(slots.size());
      for (std::size_t s = 0; s < slots.size(); ++s) order.at(form.rank[w.id][s]) = slots[s];
      leaf.axes = order;
      out.leaves.push_back(std::move(leaf));
    }
    return out;
  }

 private:
  std::optional<DiagramBuilder::Image> leaf(WireId w) {
    if (!is_leaf(b_, w, cuts_)) return std::nullopt;
    const Leaf l{w, {}, sign_of_(w)};
    DiagramBuilder::Image out;
    std::vector<Ref> indices;
    for (const Axis& a : b_.axes(w)) {
      out.at.push_back(scratch_.fresh(a));
      indices.push_back(scratch_.index_value(index_variable(out.at.back())));
    }
    const Ref seed = indices.empty() ? scratch_.literal(0) : scratch_.add(Op::add, indices);
    leaves_.push_back(l);
    const Ref drawn = scratch_.opaque(Symbol(leaf_name(b_.dtype(w), l.sign)), {seed}, false,
                                      static_cast<std::uint32_t>(leaves_.size()));
    out.value = of_type(b_.dtype(w), drawn);
    std::vector<std::uint32_t> slots;
    for (Index i : drawn.at)
      slots.push_back(static_cast<std::uint32_t>(std::find(out.at.begin(), out.at.end(), i) - out.at.begin()));
    slots_.push_back(std::move(slots));
    return out;
  }

  // What is drawn is real; this has the type of the leaf.
  Ref of_type(DType type, const Ref& drawn) {
    if (type == DType::real) return drawn;
    const Ref negative = scratch_.add(Op::less, {drawn, scratch_.literal(0)});
    return type == DType::boolean ? negative : scratch_.add(Op::where, {negative, scratch_.neg_inf(), drawn});
  }

  // A side as the box above both reads it.
  Ref to_real(const Ref& side) {
    switch (scratch_.dtype(side.wire)) {
      case DType::boolean: return scratch_.add(Op::where, {side, scratch_.literal(1), scratch_.literal(0)});
      case DType::ext: return scratch_.add(Op::exp, {side});
      case DType::real: break;
    }
    return side;
  }

  DiagramBuilder& b_;
  const std::set<WireId>& cuts_;
  const SignOf& sign_of_;
  DiagramBuilder scratch_;
  Copier copier_;
  std::vector<Leaf> leaves_;                       // leaf k is draw k + 1
  std::vector<std::vector<std::uint32_t>> slots_;  // of leaf k: slot of its box -> axis of its wire
};

}  // namespace

std::optional<Block> block_of(DiagramBuilder& b, const Ref& left, const Ref& right, const std::set<WireId>& cuts,
                              const SignOf& sign_of) {
  return Anonymous(b, cuts, sign_of).run(left, right);
}

}  // namespace skein
