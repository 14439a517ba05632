#include "diagram/diagram.hpp"

#include <set>

namespace skein {

const InputPort* Diagram::find_input(Symbol name) const {
  for (const InputPort& p : inputs_)
    if (p.name == name) return &p;
  return nullptr;
}

Diagram freeze(const DiagramBuilder& b, Symbol name, SizeContext sizes, std::vector<InputPort> inputs,
               const std::vector<Output>& outputs) {
  Diagram d;
  d.name = name;
  d.sizes_ = std::move(sizes);
  d.inputs_ = std::move(inputs);
  std::set<Symbol> names;
  for (const InputPort& p : d.inputs_)
    if (!names.insert(p.name).second) throw IllTyped("two arrays of the boundary are called " + p.name.text());

  // A depth-first postorder from the outputs keeps only what they depend on and puts inputs of boxes first.
  std::unordered_map<std::uint32_t, WireId> renumbered;
  std::vector<WireId> stack;
  for (const Output& o : outputs) {
    stack.push_back(o.value.wire);
    while (!stack.empty()) {
      WireId w = stack.back();
      if (renumbered.count(w.id)) {
        stack.pop_back();
        continue;
      }
      const Box& box = b.box(w);
      bool ready = true;
      for (auto it = box.inputs.rbegin(); it != box.inputs.rend(); ++it)
        if (!renumbered.count(it->wire.id)) stack.push_back(it->wire), ready = false;
      if (!ready) continue;
      stack.pop_back();
      Box copy = box;
      for (Port& p : copy.inputs) p.wire = renumbered.at(p.wire.id);
      renumbered[w.id] = WireId{static_cast<std::uint32_t>(d.boxes_.size())};
      d.boxes_.push_back(std::move(copy));
    }
  }
  for (const Output& o : outputs) {
    OutputPort port{o.name, {}, renumbered.at(o.value.wire.id), {}};
    std::map<Index, std::uint32_t> position;
    for (Index i : o.axes) {
      if (!position.emplace(i, static_cast<std::uint32_t>(port.axes.size())).second)
        throw IllTyped("an output has one index for two axes");
      port.axes.push_back(b.axis(i));
    }
    const std::vector<Axis>& axes = b.axes(o.value.wire);
    if (axes.size() != o.value.at.size())
      throw IllTyped("the output " + o.name.text() + " reads its wire at a wrong number of indices");
    for (std::size_t s = 0; s < axes.size(); ++s) {
      const Index i = o.value.at[s];
      if (!(b.axis(i).size == axes[s].size))
        throw IllTyped("the output " + o.name.text() + " reads an axis at an index of another size");
      auto it = position.find(i);
      if (it == position.end())
        throw IllTyped("the output " + o.name.text() + " depends on an index that is not an axis of it");
      port.map.push_back(it->second);
    }
    d.outputs_.push_back(std::move(port));
  }
  for (const Box& box : d.boxes_) {
    if (box.op != Op::input) continue;
    const InputPort* port = d.find_input(box.name);
    if (!port) throw IllTyped("the array " + box.name.text() + " is used but is not an input of the diagram");
    const bool same = std::equal(port->axes.begin(), port->axes.end(), box.degree.begin(), box.degree.end(),
                                 [](const Axis& a, const Axis& c) { return a.size == c.size; });
    if (!same || port->dtype != box.dtype)
      throw IllTyped("the array " + box.name.text() + " is used with other axes or another type than its input has");
  }
  return d;
}

std::vector<Output> thaw(DiagramBuilder& b, const Diagram& d, const DiagramBuilder::Substitution& s) {
  // Boxes are added as they are, then substituted: two passes, both linear, and one meaning of substitution.
  std::vector<Ref> wires;  // wire w of d, at its own indices in order
  for (const Box& box : d.boxes()) {
    std::vector<Index> local, degree;
    for (const Axis& a : box.degree) local.push_back(b.fresh(a));
    degree = local;
    std::vector<Index> bound;
    for (const Axis& a : box.bound) {
      bound.push_back(b.fresh(a));
      local.push_back(bound.back());
    }
    auto payload = [&](const IndexExpression& e) {
      return substitute(e, [&](Index i) { return index_variable(local.at(i.id)); });
    };
    Ref made;
    if (box.op == Op::input) {
      made = b.input(box.name, box.degree, box.dtype);
      std::map<Index, Index> map;
      for (std::size_t k = 0; k < degree.size(); ++k) map[made.at[k]] = degree[k];
      made = b.rename(made, map);
    } else {
      std::vector<Ref> inputs;
      for (const Port& p : box.inputs) {
        const Ref& in = wires.at(p.wire.id);
        if (box.op == Op::view) continue;
        // `in` was made at indices that stand for the axes of wire p in order; see below.
        Ref at{in.wire, {}};
        for (Index slot : in.at) at.at.push_back(local.at(p.map.at(slot.id).id));
        inputs.push_back(std::move(at));
      }
      if (box.op == Op::view) {
        const Ref& in = wires.at(box.inputs.at(0).wire.id);
        std::vector<IndexExpression> where;
        for (Index slot : in.at) where.push_back(payload(box.index.at(slot.id)));
        made = b.view(in.wire, where);
      } else {
        Box shape = box;
        for (IndexExpression& e : shape.index) e = payload(e);
        made = b.make(shape, inputs, bound);
      }
    }
    // Keep axis numbers in place of indices: axis k of the builder's wire is axis at[k] of the diagram's wire.
    std::map<Index, std::uint32_t> position;
    for (std::size_t k = 0; k < degree.size(); ++k) position[degree[k]] = static_cast<std::uint32_t>(k);
    for (Index& i : made.at) i = Index{position.at(i)};
    wires.push_back(std::move(made));
  }
  std::vector<Output> out;
  for (const OutputPort& port : d.outputs()) {
    Output o{port.name, {}, {}};
    for (const Axis& a : port.axes) o.axes.push_back(b.fresh({substitute(a.size, s.sizes), a.name}));
    const Ref& w = wires.at(port.wire.id);
    std::vector<Index> at;
    for (Index slot : w.at) at.push_back(o.axes.at(port.map.at(slot.id)));
    if (s.inputs.empty() && s.sizes.empty())
      o.value = Ref{w.wire, at};
    else
      o.value = b.at(b.substitute(w.wire, s), at);
    out.push_back(std::move(o));
  }
  return out;
}

}  // namespace skein
