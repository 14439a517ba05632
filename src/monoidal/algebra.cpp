#include "monoidal/algebra.hpp"

#include <algorithm>
#include <numeric>

#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

using Nodes = std::vector<NodeId>;

// Copies the nodes and boxes of `part` into `out`; its inputs become `inputs` if those are given. Returns its outputs.
Nodes paste(OpenDiagram& out, const OpenDiagram& part, const Nodes* inputs) {
  Nodes node(part.node_bound(), no_node);
  if (inputs)
    for (std::size_t i = 0; i < inputs->size(); ++i) node[part.inputs()[i].id] = (*inputs)[i];
  for (std::uint32_t n = 0; n < part.node_bound(); ++n)
    if (part.has(NodeId{n}) && node[n] == no_node) node[n] = out.add_node(part.sort({n}));
  const auto renamed = [&](std::span<const NodeId> nodes) {
    Nodes result;
    for (NodeId n : nodes) result.push_back(node[n.id]);
    return result;
  };
  for (std::uint32_t b = 0; b < part.box_bound(); ++b)
    if (part.has(BoxId{b})) out.add_box(part.generator({b}), renamed(part.sources({b})), renamed(part.targets({b})));
  return renamed(part.outputs());
}

Nodes add_nodes(OpenDiagram& out, const Word& w) {
  Nodes nodes;
  for (SortId s : w) nodes.push_back(out.add_node(s));
  return nodes;
}

}  // namespace

OpenDiagram generator(const SignaturePtr& s, GeneratorId g) {
  OpenDiagram out(s);
  const Generator& generator = s->generator(g);
  const Nodes sources = add_nodes(out, generator.inputs), targets = add_nodes(out, generator.outputs);
  out.add_box(g, sources, targets);
  out.set_inputs(sources);
  out.set_outputs(targets);
  return out;
}

OpenDiagram rewiring(const SignaturePtr& s, const Word& inputs, std::span<const std::uint32_t> sources) {
  std::vector<std::uint32_t> uses(inputs.size(), 0);
  for (std::uint32_t i : sources) {
    if (i >= inputs.size())
      throw IllTyped("there is no wire " + std::to_string(i) + " among " + to_string(*s, inputs) + ".");
    ++uses[i];
  }
  if (!s->copies() && std::any_of(uses.begin(), uses.end(), [](std::uint32_t n) { return n != 1; }))
    throw IllTyped("a symmetric theory can neither copy nor discard wires; declare it comonoid, markov or cartesian.");
  OpenDiagram out(s);
  const Nodes nodes = add_nodes(out, inputs);
  Nodes outputs;
  for (std::uint32_t i : sources) outputs.push_back(nodes[i]);
  out.set_inputs(nodes);
  out.set_outputs(outputs);
  return out;
}

OpenDiagram identity(const SignaturePtr& s, const Word& w) {
  std::vector<std::uint32_t> sources(w.size());
  std::iota(sources.begin(), sources.end(), 0u);
  return rewiring(s, w, sources);
}

OpenDiagram swap(const SignaturePtr& s, const Word& left, const Word& right) {
  Word both = left;
  both.insert(both.end(), right.begin(), right.end());
  std::vector<std::uint32_t> sources(both.size());
  std::iota(sources.begin(), sources.end(), 0u);
  std::rotate(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(left.size()), sources.end());
  return rewiring(s, both, sources);
}

OpenDiagram copy(const SignaturePtr& s, const Word& w) {
  std::vector<std::uint32_t> sources(2 * w.size());
  for (std::size_t i = 0; i < sources.size(); ++i) sources[i] = static_cast<std::uint32_t>(i % w.size());
  return rewiring(s, w, sources);
}

OpenDiagram discard(const SignaturePtr& s, const Word& w) { return rewiring(s, w, {}); }

OpenDiagram compose(const OpenDiagram& first, const OpenDiagram& second) {
  if (first.output_sorts() != second.input_sorts())
    throw IllTyped("cannot compose: the first diagram ends in " + to_string(first.signature(), first.output_sorts()) +
                   ", the second starts from " + to_string(second.signature(), second.input_sorts()) + ".");
  OpenDiagram out(first.shared_signature());
  const Nodes inputs = add_nodes(out, first.input_sorts());
  const Nodes middle = paste(out, first, &inputs);
  const Nodes outputs = paste(out, second, &middle);
  out.set_inputs(inputs);
  out.set_outputs(outputs);
  return out;
}

OpenDiagram tensor(const OpenDiagram& left, const OpenDiagram& right) {
  OpenDiagram out(left.shared_signature());
  Nodes inputs = add_nodes(out, left.input_sorts());
  const Nodes more = add_nodes(out, right.input_sorts());
  Nodes outputs = paste(out, left, &inputs);
  const Nodes others = paste(out, right, &more);
  inputs.insert(inputs.end(), more.begin(), more.end());
  outputs.insert(outputs.end(), others.begin(), others.end());
  out.set_inputs(inputs);
  out.set_outputs(outputs);
  return out;
}

OpenDiagram substitute(const OpenDiagram& d, const SignaturePtr& s, std::span<const Word> objects,
                       std::span<const OpenDiagram> generators) {
  OpenDiagram out(s);
  std::vector<Nodes> image(d.node_bound());
  const auto images = [&](std::span<const NodeId> nodes) {
    Nodes all;
    for (NodeId n : nodes) all.insert(all.end(), image[n.id].begin(), image[n.id].end());
    return all;
  };
  for (NodeId n : d.inputs()) image[n.id] = add_nodes(out, objects[d.sort(n).id]);
  for (BoxId b : topological_order(d)) {
    const OpenDiagram& value = generators[d.generator(b).id];
    const auto word = [&](std::span<const NodeId> nodes) {
      Word w;
      for (NodeId n : nodes) w.insert(w.end(), objects[d.sort(n).id].begin(), objects[d.sort(n).id].end());
      return w;
    };
    if (value.input_sorts() != word(d.sources(b)) || value.output_sorts() != word(d.targets(b)))
      throw IllTyped("what stands for '" + d.signature().generator(d.generator(b)).name.text() +
                     "' must have the type " + to_string(*s, word(d.sources(b))) + " -> " +
                     to_string(*s, word(d.targets(b))) + ".");
    const Nodes inputs = images(d.sources(b));
    const Nodes outputs = paste(out, value, &inputs);
    std::size_t at = 0;
    for (NodeId n : d.targets(b))
      for (std::size_t i = 0; i < objects[d.sort(n).id].size(); ++i) image[n.id].push_back(outputs[at++]);
  }
  out.set_inputs(images(d.inputs()));
  out.set_outputs(images(d.outputs()));
  return out;
}

}  // namespace skein::monoidal
