#pragma once
// EGraph: a set of terms with binders, closed under congruence: the slotted e-graph of Schneider et al. (PLDI 2025)
// with the deferred rebuilding of egg (Willsey et al., POPL 2021). A class is a set of equal terms, parametrised by
// slots; nodes are hash-consed up to the renaming of slots, the order of unordered arguments and the symmetries of the
// argument classes. Slots of a term that its class has lost are redundant: an equation u(x,y) == v(x) makes y redundant
// in u, unless y ranges over a type that may be empty, for then the equation may hold of nothing and is refused.
//
// With proofs on, every union keeps its reason: an edge of a proof forest over the nodes, whose paths are never
// compressed (Nieuwenhuis and Oliveras, RTA 2005); explain.hpp reads it. Nothing here is trusted by anybody.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "rewrite/egraph/id_list.hpp"
#include "rewrite/egraph/symmetry.hpp"

namespace skein::egraph {

class EGraph;

// What an analysis knows of each class: a join-semilattice, kept by the analysis and indexed by leaders (egg, section
// 4.1).
class Analysis {
 public:
  struct Joined {
    bool changed;  // what is known of the first class
    bool differs;  // it is now more than was known of the second one
  };
  virtual ~Analysis() = default;
  virtual bool grow(EGraph& g, Id node) = 0;    // a new class of one node; whether anything is known of it
  virtual bool update(EGraph& g, Id node) = 0;  // what is known of its arguments has changed; whether its class has
  virtual Joined join(EGraph& g, Id into, Id from) = 0;
  virtual void modify(EGraph&, Id /*leader*/) {}  // may add nodes and merge, when the e-graph is rebuilt
};

enum class ReasonKind : std::uint32_t { given, rule, congruence, analysis };

// Why two nodes are equal. `record` is kept only where it is needed: with proofs, of unions that unite.
struct Reason {
  ReasonKind kind = ReasonKind::given;
  std::uint32_t number = 0;                    // of a rule, or the caller's
  std::span<const std::uint32_t> record = {};  // of a rule: what matched; of an analysis: the constant arguments
};

// An edge of the proof forest: node u at slots 0, 1, .. is node v at slots `to`, where no_slot stands for any.
struct Edge {
  Id u, v;
  ReasonKind kind;
  std::uint32_t number, record, record_size;
  std::uint32_t to;  // index of the slots, 0: none
};

class EGraph {
 public:
  explicit EGraph(Language& language, bool proofs = false);
  EGraph(const EGraph&) = delete;
  EGraph& operator=(const EGraph&) = delete;

  Language& language() { return language_; }
  bool proofs() const { return proofs_; }
  void attach(Analysis& a) { analyses_.push_back(&a); }  // before any node is added

  // --- adding. The result is the node, which need not be the leader of its class.
  Id add(OperatorId op, std::span<const Id> children) {
    if (any_slotted_) return add_mixed(op, children);
    return add_plain(op, children);
  }
  // Names of free slots are any numbers below first_bound. The result's args give the name of each slot of the node.
  Applied add(const NodeSpec& spec);
  // The same, of just this term: explanations speak of a node as it was first made, and what is equal to this one may
  // have been made of other arguments. Only with proofs.
  Applied add_exactly(const NodeSpec& spec);
  // Such a node, if there is one.
  std::optional<Applied> lookup(const NodeSpec& spec);

  // --- equality
  Id find(Id id) {
    while (parent_[id] != id) {
      if (arity_[id]) return find_slotted(id);
      const Id up = parent_[id];
      parent_[id] = parent_[up];
      id = up;
    }
    return id;
  }
  Applied find(const Applied& a);
  bool equal(const Applied& a, const Applied& b);
  // Whether the union told anything new. Congruence is restored by rebuild().
  bool merge(Id a, Id b, const Reason& why);
  bool merge(const Applied& a, const Applied& b, const Reason& why);
  void rebuild();

  // --- reading; classes and nodes as of the last rebuild
  std::size_t node_count() const { return live_; }  // different nodes, as egg counts them
  std::size_t class_count() const { return classes_count_; }
  std::size_t id_count() const { return parent_.size(); }  // nodes ever made
  std::size_t bytes() const;                               // of all that grows, roughly
  bool slotted() const { return any_slotted_; }
  std::size_t refused() const { return refused_; }  // equations left out for their slots
  std::size_t arity(Id id) const { return arity_[id]; }
  TypeId slot_type(Id id, std::size_t slot) const { return slotted_[slotted_index_[id]].types[slot]; }
  // The nodes of a class, sorted by operator.
  const IdList& nodes(Id leader) const { return lists_[leader].nodes; }
  const std::vector<Id>& nodes_of(OperatorId op);  // some may be dead
  bool alive(Id node) const { return !dead_[node]; }
  bool is_leader(Id id) const { return parent_[id] == id; }
  OperatorId op(Id node) const { return words_[start_[node]]; }
  std::uint32_t header_of(Id node) const { return words_[start_[node] + 1]; }
  std::span<const Id> children(Id node) const {
    return {words_.data() + start_[node] + 2, child_count(words_[start_[node] + 1])};
  }
  // The node over its own slots 0, 1, ..; slots of the class's leader: where[k] is the node's slot for leader slot k.
  NodeSpec spec(Id node) const { return decode(words_.data() + start_[node]); }
  Applied leader_of(Id node) { return find(Applied{node, Slots::identity(arity_[node])}); }
  // The permutations under which the class is the same.
  const std::vector<Slots>& symmetries(Id leader) const;

  // Takes from the class of `leader` all nodes but those without arguments (egg prunes constants so).
  void prune(Id leader);

  // --- proofs
  const std::vector<Edge>& edges() const { return edges_; }
  std::span<const std::uint32_t> record(const Edge& e) const { return {records_.data() + e.record, e.record_size}; }
  const Slots& edge_slots(const Edge& e) const { return edge_slots_[e.to]; }
  Id proof_parent(Id node) const { return proof_parent_[node]; }  // no_id at a root
  std::uint32_t proof_edge(Id node) const { return proof_edge_[node]; }
  NodeSpec origin(Id node) const { return decode(origins_.data() + origin_start_[node]); }  // as it was first made
  // Unions that are no edge of the forest, since the classes were one: symmetries, and the edges that lost a slot.
  const std::vector<std::uint32_t>& symmetry_edges(Id leader) const;
  const std::vector<std::uint32_t>& losing_edges(Id leader) const;

  // The canonical form of a node up to renaming (shape.cpp).
  struct Shape {
    Words words;                     // free slots numbered as they occur
    Slots order;                     // shape slot -> name in the spec
    std::vector<Slots> same_orders;  // others that give the same words: symmetries of the node
    NodeSpec spec;                   // the arrangement of the spec that the words are of, under its own names
  };
  Shape shape(const NodeSpec& spec);

 private:
  struct Lists {
    IdList nodes, parents;
  };
  struct Slotted {
    Slots to_parent;  // slot of the parent in the union-find -> own slot
    std::vector<TypeId> types;
  };
  struct ClassSymmetry {
    Symmetries group;
    std::vector<std::uint32_t> symmetric, losing;  // edges
  };
  struct Named {
    Id node;
    Slots order;  // shape slot -> slot of the node
  };
  struct WordsHash {
    std::size_t operator()(const Words& w) const;
  };

  Id add_plain(OperatorId op, std::span<const Id> children);
  Id add_mixed(OperatorId op, std::span<const Id> children);
  Id find_slotted(Id id);
  Id found(const std::uint32_t* words, std::size_t n, std::size_t arity);
  Id found(const Shape& s);
  void link_parents(Id node);
  NodeSpec decode(const std::uint32_t* words) const;
  Words encode(const NodeSpec& spec) const;
  void write_words(Id node, const Words& words);

  std::uint32_t hash(const std::uint32_t* words) const;
  bool same(Id node, const std::uint32_t* words) const;
  Id* slot_in_memo(std::uint32_t hash, const std::uint32_t* words);
  void grow_memo();

  std::uint32_t note_edge(Id u, Id v, const Slots* to, const Reason& why);
  void link_proofs(Id u, Id v, std::uint32_t edge);
  void unite(Id winner, Id loser);
  void repair(Id node);
  void repair_slotted(Id node);
  void retire(Id node);

  Language& language_;
  const bool proofs_;
  std::vector<Analysis*> analyses_;

  // By node.
  std::vector<std::uint32_t> start_;
  std::vector<Id> parent_;
  std::vector<std::uint32_t> size_;  // of the class, at leaders
  std::vector<std::uint8_t> arity_;
  std::vector<std::uint8_t> dead_;  // a duplicate of another node, or pruned
  std::vector<std::uint32_t> slotted_index_;
  std::vector<Lists> lists_;
  Words words_;

  std::vector<Slotted> slotted_;  // the first stands for all nodes without slots
  std::unordered_map<Id, ClassSymmetry> symmetry_;
  bool any_slotted_ = false;

  std::vector<std::uint32_t> memo_hash_;
  std::vector<Id> memo_;
  std::size_t memo_used_ = 0;
  std::unordered_map<Words, Named, WordsHash> slotted_memo_;

  std::vector<std::vector<Id>> by_op_;
  std::vector<Id> pending_, analysis_pending_, modify_pending_, dirty_;
  std::size_t live_ = 0, classes_count_ = 0, refused_ = 0;

  std::vector<std::uint32_t> origin_start_;
  Words origins_, records_;
  std::vector<Edge> edges_;
  std::vector<Slots> edge_slots_{Slots{}};
  std::vector<Id> proof_parent_;
  std::vector<std::uint32_t> proof_edge_;
};

}  // namespace skein::egraph
