#pragma once
// The analysis of exact constants: which classes are rational numbers. Folding makes the number a node of its class and
// takes the others away, as egg's math example does, but with exact numbers, so that two different numbers in one class
// are no rounding: they show that a rule or an equation given is wrong, and are reported.
#include <functional>
#include <map>
#include <unordered_map>

#include "diagram/size.hpp"
#include "rewrite/egraph/egraph.hpp"

namespace skein::egraph {

class Constants : public Analysis {
 public:
  struct Meaning {
    std::function<std::optional<Rational>(OperatorId)> literal;  // the number that an operator without arguments is
    std::function<OperatorId(const Rational&)> operator_of;
    std::function<std::optional<Rational>(OperatorId, std::span<const Rational>)> fold;  // of one argument or more
  };
  // Two numbers that were found equal, by these nodes.
  struct Conflict {
    Id left, right;
    Rational left_value, right_value;
  };

  explicit Constants(Meaning meaning, bool prune = true) : meaning_(std::move(meaning)), prune_(prune) {
    values_.emplace_back();  // number 0: unknown
  }

  // Null if the class is not known to be a number.
  const Rational* value(EGraph& g, Id id) const {
    const std::uint32_t n = number(g.find(id));
    return n ? &values_[n] : nullptr;
  }
  bool known(EGraph& g, Id id) const { return number(g.find(id)) != 0; }
  const std::vector<Conflict>& conflicts() const { return conflicts_; }

  bool grow(EGraph& g, Id node) override;
  bool update(EGraph& g, Id node) override;
  Joined join(EGraph& g, Id into, Id from) override;
  void modify(EGraph& g, Id leader) override;

 private:
  std::uint32_t number(Id leader) const { return leader < known_.size() ? known_[leader] : 0; }
  std::uint32_t number_of(const Rational& r);
  std::uint32_t evaluate(EGraph& g, Id node);
  void set(Id leader, std::uint32_t value, Id source);

  Meaning meaning_;
  bool prune_;
  std::vector<std::uint32_t> known_;  // by leader: a number into values_
  std::vector<Id> source_;            // the node that it was found at
  std::vector<Rational> values_;
  std::map<Rational, std::uint32_t> index_;
  std::vector<std::int64_t> literal_;  // by operator: -1 not asked yet, else a number into values_
  std::unordered_map<std::uint64_t, std::uint32_t> folded_;  // of one or two arguments
  std::vector<Conflict> conflicts_;
};

}  // namespace skein::egraph
