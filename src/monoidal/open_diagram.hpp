#pragma once
// OpenDiagram: a string diagram as an open hypergraph, a cospan  inputs -> nodes and boxes <- outputs  (Bonchi et al.,
// String diagram rewrite theory II). Nodes are wires and carry a sort, boxes are occurrences of generators. A node has
// at most one *producer* (a target port of a box, or an input leg) and a list of *consumers* (source ports of boxes,
// output legs): diagrams of all supported structures are left-monogamous, and symmetric ones have exactly one consumer.
// What is required in full is checked by valid.hpp.
//
// Stored in flat arrays; all surgery is local: adding or removing a box, or moving one consumer, costs the number of
// ports touched, whatever the size of the diagram. Identities are serial numbers that are never used again, so a
// derivation can name boxes that earlier steps have made.
#include <iterator>
#include <span>

#include "monoidal/signature.hpp"

namespace skein::monoidal {

struct NodeId {
  std::uint32_t id = 0;
  friend auto operator<=>(NodeId, NodeId) = default;
};
struct BoxId {
  std::uint32_t id = 0;
  friend auto operator<=>(BoxId, BoxId) = default;
};

// In the place of a box: the boundary of the diagram.
inline constexpr BoxId boundary{0xffffffff};
inline constexpr BoxId no_box{0xfffffffe};
inline constexpr NodeId no_node{0xffffffff};

// A place where a wire ends or starts: port number `index` of a box, or leg number `index` of the boundary.
struct Port {
  BoxId box;
  std::uint32_t index = 0;
  friend auto operator<=>(Port, Port) = default;
};

class OpenDiagram {
 public:
  explicit OpenDiagram(SignaturePtr signature);

  // --- building. All throw IllTyped, naming the generator or leg: wrong number or sorts of ports, a second producer.
  // Arguments must not be spans of this diagram.
  NodeId add_node(SortId sort);
  BoxId add_box(GeneratorId g, std::span<const NodeId> sources, std::span<const NodeId> targets);
  void set_inputs(std::span<const NodeId> nodes);   // once; each node at most one leg
  void set_outputs(std::span<const NodeId> nodes);  // once; nodes may repeat where wires fan out

  // --- surgery
  void remove_box(BoxId b);
  void remove_node(NodeId n);               // without producer and consumers
  void reconnect(Port consumer, NodeId n);  // the source port or output leg now reads n, a node of the same sort

  // --- reading
  const Signature& signature() const { return *signature_; }
  const SignaturePtr& shared_signature() const { return signature_; }
  std::size_t nodes() const { return node_count_; }
  std::size_t boxes() const { return box_count_; }
  std::uint32_t node_bound() const { return static_cast<std::uint32_t>(nodes_.size()); }  // all ids are below
  std::uint32_t box_bound() const { return static_cast<std::uint32_t>(boxes_.size()); }
  bool has(NodeId n) const { return n.id < nodes_.size() && nodes_[n.id].alive; }
  bool has(BoxId b) const { return b.id < boxes_.size() && boxes_[b.id].alive; }

  SortId sort(NodeId n) const { return nodes_[n.id].sort; }
  Port producer(NodeId n) const { return nodes_[n.id].producer; }  // box is no_box if there is none
  std::uint32_t consumer_count(NodeId n) const { return nodes_[n.id].consumers; }
  GeneratorId generator(BoxId b) const { return boxes_[b.id].generator; }
  std::span<const NodeId> sources(BoxId b) const;
  std::span<const NodeId> targets(BoxId b) const;
  std::span<const NodeId> inputs() const { return inputs_; }
  std::span<const NodeId> outputs() const { return {port_node_.data() + first_output_, output_count_}; }
  NodeId read_by(Port consumer) const;  // the node of a source port or output leg; no_node if there is no such port
  Word input_sorts() const;
  Word output_sorts() const;

  // Consumers of a node and boxes of a generator, in no particular order; invalidated by surgery.
  class Consumers;
  class Occurrences;
  Consumers consumers(NodeId n) const;
  Occurrences occurrences(GeneratorId g) const;
  std::uint32_t occurrence_count(GeneratorId g) const;

  // Changes with every change of the diagram; equal only for copies of one. A Match is for one revision.
  std::uint64_t revision() const { return revision_; }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  struct Node {
    SortId sort;
    Port producer{no_box, 0};
    std::uint32_t first_consumer = none;  // a port
    std::uint32_t consumers = 0;
    bool alive = true;
  };
  struct Box {
    GeneratorId generator;
    std::uint32_t first_port = 0;                // sources, then targets
    std::uint32_t next = none, previous = none;  // among the boxes of the generator
    bool alive = true;
  };
  struct Occurring {
    std::uint32_t first = none, count = 0;
  };

  void link(std::uint32_t port);
  void unlink(std::uint32_t port);
  std::uint32_t port_number(Port consumer) const;
  std::uint32_t add_ports(BoxId owner, std::span<const NodeId> nodes);
  void touch();

  SignaturePtr signature_;
  std::vector<Node> nodes_;
  std::vector<Box> boxes_;
  std::vector<Occurring> occurring_;  // by generator
  std::vector<NodeId> inputs_;
  std::uint32_t first_output_ = 0, output_count_ = 0;
  bool inputs_set_ = false, outputs_set_ = false;
  // By port; the last two link the consumers of a node.
  std::vector<NodeId> port_node_;
  std::vector<BoxId> port_box_;
  std::vector<std::uint32_t> port_next_, port_previous_;
  std::size_t node_count_ = 0, box_count_ = 0;
  std::uint64_t revision_ = 0;
};

class OpenDiagram::Consumers {
 public:
  class iterator {
   public:
    using value_type = Port;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    iterator(const OpenDiagram* d, std::uint32_t at) : d_(d), at_(at) {}
    Port operator*() const {
      const BoxId b = d_->port_box_[at_];
      return {b, at_ - (b == boundary ? d_->first_output_ : d_->boxes_[b.id].first_port)};
    }
    iterator& operator++() {
      at_ = d_->port_next_[at_];
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      ++*this;
      return old;
    }
    friend bool operator==(iterator a, iterator b) { return a.at_ == b.at_; }

   private:
    const OpenDiagram* d_ = nullptr;
    std::uint32_t at_ = none;
  };
  Consumers(const OpenDiagram* d, std::uint32_t first) : d_(d), first_(first) {}
  iterator begin() const { return {d_, first_}; }
  iterator end() const { return {d_, none}; }
  bool empty() const { return first_ == none; }

 private:
  const OpenDiagram* d_;
  std::uint32_t first_;
};

class OpenDiagram::Occurrences {
 public:
  class iterator {
   public:
    using value_type = BoxId;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    iterator(const OpenDiagram* d, std::uint32_t at) : d_(d), at_(at) {}
    BoxId operator*() const { return {at_}; }
    iterator& operator++() {
      at_ = d_->boxes_[at_].next;
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      ++*this;
      return old;
    }
    friend bool operator==(iterator a, iterator b) { return a.at_ == b.at_; }

   private:
    const OpenDiagram* d_ = nullptr;
    std::uint32_t at_ = none;
  };
  Occurrences(const OpenDiagram* d, std::uint32_t first) : d_(d), first_(first) {}
  iterator begin() const { return {d_, first_}; }
  iterator end() const { return {d_, none}; }

 private:
  const OpenDiagram* d_;
  std::uint32_t first_;
};

inline OpenDiagram::Consumers OpenDiagram::consumers(NodeId n) const { return {this, nodes_[n.id].first_consumer}; }

// The same diagram with nodes and boxes numbered from 0 in the order of their old numbers.
OpenDiagram renumbered(const OpenDiagram& d);

}  // namespace skein::monoidal
