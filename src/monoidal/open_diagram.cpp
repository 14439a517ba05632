#include "monoidal/open_diagram.hpp"

#include <atomic>

namespace skein::monoidal {
namespace {

[[noreturn]] void wrong_ports(const Signature& s, const Generator& g, const char* side, const Word& expected) {
  throw IllTyped("the " + std::string(side) + " of '" + g.name.text() + "' must be wires of " + to_string(s, expected) +
                 ".");
}

}  // namespace

OpenDiagram::OpenDiagram(SignaturePtr signature) : signature_(std::move(signature)) { touch(); }

void OpenDiagram::touch() {
  static std::atomic<std::uint64_t> last{0};
  revision_ = ++last;
}

NodeId OpenDiagram::add_node(SortId sort) {
  if (sort.id >= signature_->sorts()) throw IllTyped("a wire has an object that is not declared.");
  nodes_.push_back({.sort = sort});
  ++node_count_;
  touch();
  return {static_cast<std::uint32_t>(nodes_.size() - 1)};
}

std::uint32_t OpenDiagram::add_ports(BoxId owner, std::span<const NodeId> nodes) {
  const auto first = static_cast<std::uint32_t>(port_node_.size());
  for (NodeId n : nodes) {
    port_node_.push_back(n);
    port_box_.push_back(owner);
    port_next_.push_back(none);
    port_previous_.push_back(none);
  }
  return first;
}

BoxId OpenDiagram::add_box(GeneratorId g, std::span<const NodeId> sources, std::span<const NodeId> targets) {
  if (g.id >= signature_->generators()) throw IllTyped("a box has a generator that is not declared.");
  const Generator& generator = signature_->generator(g);
  const auto fits = [&](std::span<const NodeId> nodes, const Word& sorts) {
    if (nodes.size() != sorts.size()) return false;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      if (!has(nodes[i]) || sort(nodes[i]) != sorts[i]) return false;
    return true;
  };
  if (!fits(sources, generator.inputs)) wrong_ports(*signature_, generator, "inputs", generator.inputs);
  if (!fits(targets, generator.outputs)) wrong_ports(*signature_, generator, "outputs", generator.outputs);

  const BoxId b{static_cast<std::uint32_t>(boxes_.size())};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (nodes_[targets[i].id].producer.box != no_box) {
      for (std::size_t k = 0; k < i; ++k) nodes_[targets[k].id].producer = {no_box, 0};
      throw IllTyped("a wire is produced twice: by '" + generator.name.text() + "' and by another box or input.");
    }
    nodes_[targets[i].id].producer = {b, static_cast<std::uint32_t>(i)};
  }
  const std::uint32_t first = add_ports(b, sources);
  add_ports(b, targets);
  for (std::uint32_t i = 0; i < sources.size(); ++i) link(first + i);

  if (occurring_.size() <= g.id) occurring_.resize(signature_->generators());
  Occurring& list = occurring_[g.id];
  boxes_.push_back({.generator = g, .first_port = first, .next = list.first});
  if (list.first != none) boxes_[list.first].previous = b.id;
  list.first = b.id;
  ++list.count;
  ++box_count_;
  touch();
  return b;
}

void OpenDiagram::set_inputs(std::span<const NodeId> nodes) {
  if (inputs_set_) throw IllTyped("the inputs of a diagram are set twice.");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!has(nodes[i])) throw IllTyped("input " + std::to_string(i) + " is not a wire of the diagram.");
    if (nodes_[nodes[i].id].producer.box != no_box)
      throw IllTyped("input " + std::to_string(i) + " is a wire that a box or another input produces.");
    nodes_[nodes[i].id].producer = {boundary, static_cast<std::uint32_t>(i)};
  }
  inputs_.assign(nodes.begin(), nodes.end());
  inputs_set_ = true;
  touch();
}

void OpenDiagram::set_outputs(std::span<const NodeId> nodes) {
  if (outputs_set_) throw IllTyped("the outputs of a diagram are set twice.");
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!has(nodes[i])) throw IllTyped("output " + std::to_string(i) + " is not a wire of the diagram.");
  first_output_ = add_ports(boundary, nodes);
  output_count_ = static_cast<std::uint32_t>(nodes.size());
  for (std::uint32_t i = 0; i < output_count_; ++i) link(first_output_ + i);
  outputs_set_ = true;
  touch();
}

void OpenDiagram::link(std::uint32_t port) {
  Node& n = nodes_[port_node_[port].id];
  port_previous_[port] = none;
  port_next_[port] = n.first_consumer;
  if (n.first_consumer != none) port_previous_[n.first_consumer] = port;
  n.first_consumer = port;
  ++n.consumers;
}

void OpenDiagram::unlink(std::uint32_t port) {
  Node& n = nodes_[port_node_[port].id];
  const std::uint32_t next = port_next_[port], previous = port_previous_[port];
  (previous == none ? n.first_consumer : port_next_[previous]) = next;
  if (next != none) port_previous_[next] = previous;
  --n.consumers;
}

void OpenDiagram::remove_box(BoxId b) {
  if (!has(b)) throw IllTyped("the box to be removed is not in the diagram.");
  Box& box = boxes_[b.id];
  const Generator& g = signature_->generator(box.generator);
  for (std::uint32_t i = 0; i < g.inputs.size(); ++i) unlink(box.first_port + i);
  for (NodeId n : targets(b)) nodes_[n.id].producer = {no_box, 0};
  Occurring& list = occurring_[box.generator.id];
  (box.previous == none ? list.first : boxes_[box.previous].next) = box.next;
  if (box.next != none) boxes_[box.next].previous = box.previous;
  --list.count;
  box.alive = false;
  --box_count_;
  touch();
}

void OpenDiagram::remove_node(NodeId n) {
  if (!has(n) || nodes_[n.id].producer.box != no_box || nodes_[n.id].consumers != 0)
    throw IllTyped("only a wire that nothing produces or reads can be removed.");
  nodes_[n.id].alive = false;
  --node_count_;
  touch();
}

std::uint32_t OpenDiagram::port_number(Port consumer) const {
  if (consumer.box == boundary) return consumer.index < output_count_ ? first_output_ + consumer.index : none;
  if (!has(consumer.box) || consumer.index >= sources(consumer.box).size()) return none;
  return boxes_[consumer.box.id].first_port + consumer.index;
}

void OpenDiagram::reconnect(Port consumer, NodeId n) {
  const std::uint32_t port = port_number(consumer);
  if (port == none || !has(n) || sort(port_node_[port]) != sort(n))
    throw IllTyped("a consumer can only be moved to a wire of the same object.");
  unlink(port);
  port_node_[port] = n;
  link(port);
  touch();
}

std::span<const NodeId> OpenDiagram::sources(BoxId b) const {
  const Box& box = boxes_[b.id];
  return {port_node_.data() + box.first_port, signature_->generator(box.generator).inputs.size()};
}

std::span<const NodeId> OpenDiagram::targets(BoxId b) const {
  const Box& box = boxes_[b.id];
  const Generator& g = signature_->generator(box.generator);
  return {port_node_.data() + box.first_port + g.inputs.size(), g.outputs.size()};
}

NodeId OpenDiagram::read_by(Port consumer) const {
  const std::uint32_t port = port_number(consumer);
  return port == none ? no_node : port_node_[port];
}

Word OpenDiagram::input_sorts() const {
  Word w;
  for (NodeId n : inputs()) w.push_back(sort(n));
  return w;
}

Word OpenDiagram::output_sorts() const {
  Word w;
  for (NodeId n : outputs()) w.push_back(sort(n));
  return w;
}

OpenDiagram::Occurrences OpenDiagram::occurrences(GeneratorId g) const {
  return {this, g.id < occurring_.size() ? occurring_[g.id].first : none};
}

std::uint32_t OpenDiagram::occurrence_count(GeneratorId g) const {
  return g.id < occurring_.size() ? occurring_[g.id].count : 0;
}

OpenDiagram renumbered(const OpenDiagram& d) {
  OpenDiagram out(d.shared_signature());
  std::vector<NodeId> node(d.node_bound(), no_node);
  for (std::uint32_t n = 0; n < d.node_bound(); ++n)
    if (d.has(NodeId{n})) node[n] = out.add_node(d.sort({n}));
  const auto renamed = [&](std::span<const NodeId> nodes) {
    std::vector<NodeId> result;
    for (NodeId n : nodes) result.push_back(node[n.id]);
    return result;
  };
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b})) out.add_box(d.generator({b}), renamed(d.sources({b})), renamed(d.targets({b})));
  out.set_inputs(renamed(d.inputs()));
  out.set_outputs(renamed(d.outputs()));
  return out;
}

}  // namespace skein::monoidal
