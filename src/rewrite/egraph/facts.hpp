#pragma once
// The analysis of facts: a set of bits for each class, for instance signs and determinism. A class has the facts that
// any of its nodes has, for its nodes are equal; facts that exclude each other show that something given is wrong.
#include <functional>

#include "rewrite/egraph/egraph.hpp"

namespace skein::egraph {

class Facts : public Analysis {
 public:
  struct Meaning {
    // The facts of a node, from those of its arguments; monotone.
    std::function<std::uint32_t(OperatorId, std::span<const std::uint32_t>)> transfer;
    std::function<bool(std::uint32_t)> contradiction = {};
  };
  // The facts of this node and those known of its class before exclude each other.
  struct Conflict {
    Id node;
    std::uint32_t facts;
  };

  explicit Facts(Meaning meaning) : meaning_(std::move(meaning)) {}
  std::uint32_t of(EGraph& g, Id id) const { return at(g.find(id)); }
  const std::vector<Conflict>& conflicts() const { return conflicts_; }

  bool grow(EGraph& g, Id node) override;
  bool update(EGraph& g, Id node) override;
  Joined join(EGraph& g, Id into, Id from) override;

 private:
  std::uint32_t at(Id leader) const { return leader < facts_.size() ? facts_[leader] : 0; }
  std::uint32_t evaluate(EGraph& g, Id node) const;
  bool add(Id leader, Id node, std::uint32_t facts);

  Meaning meaning_;
  std::vector<std::uint32_t> facts_;  // by leader
  std::vector<Conflict> conflicts_;
};

}  // namespace skein::egraph
