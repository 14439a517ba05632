#pragma once
// Diagrams in an e-graph: a box is a node, its degree the node's slots, what it binds the node's binders, and the size
// of an axis the type of its slot. Inputs and stochastic boxes are leaves; a view binds the axes of what it reads and
// its index expressions are part of the operator. And back: terms as wires of the kernel's arena.
#include <map>
#include <optional>

#include "kernel/kernel.hpp"
#include "rewrite/egraph/explain.hpp"
#include "rewrite/egraph/extract.hpp"

namespace skein {

class DiagramTerms {
 public:
  DiagramTerms(Kernel& k, egraph::Language& language) : k_(k), b_(k.arena()), language_(language) {}

  // The term as nodes; its indices are named in the order in which they are met, the same in all calls.
  egraph::Applied add(egraph::EGraph& g, const Ref& r);
  egraph::Slot name(Index i);
  std::optional<Index> index(egraph::Slot name) const {
    const auto it = index_of_.find(name);
    return it == index_of_.end() ? std::nullopt : std::optional(it->second);
  }

  // Operators and types; those of a box in a rule are the same as those of a box in a diagram.
  std::optional<egraph::OperatorId> structural(const Box& box);  // empty: a box with index expressions, or an array
  egraph::OperatorId literal(const Rational& value);
  std::optional<Rational> number(egraph::OperatorId o) const;  // of a literal
  // Sums and products of numbers.
  std::optional<Rational> fold(egraph::OperatorId o, std::span<const Rational> arguments) const;
  egraph::TypeId type(const Size& s);
  const Size& size(egraph::TypeId t) const { return size_of_.at(t); }

  // The cost of a term from those of its arguments: functions count more than arithmetic, and what a reduction repeats
  // counts twice, so that the cheapest term of a class has drawn out of its reductions what it can.
  double cost(egraph::OperatorId o, std::span<const double> arguments) const;

  // A term with an index for each of its slots.
  struct Built {
    Ref value;
    std::vector<Index> slots;
  };
  // The term that a node was made as, and a term of an explanation. Throws IllTyped where a box cannot be built.
  Built node(const egraph::EGraph& g, egraph::Id id);
  Built term(const egraph::Explanation& x, egraph::TermId t, std::map<egraph::TermId, Built>& known);
  // The cheapest term of a class. Throws IllTyped where it reads an index that the class does not.
  Built best(egraph::EGraph& g, const egraph::Extractor& e, egraph::Id leader);
  Ref at(const Built& b, const std::vector<Index>& indices) const;

 private:
  struct Payload {
    Op op = Op::literal, fold = Op::add;
    Rational value = 0;
    Symbol name = {};
    WireId wire = {};
    std::vector<IndexExpression> index = {};  // over indices 0, 1, ..: the slots that the operator reads
  };
  // A child at the names of a node: free slots below first_bound.
  struct Child {
    Built term;
    egraph::Slots args;
  };

  egraph::Applied wire(egraph::EGraph& g, WireId w);
  egraph::OperatorId op(const std::string& key, egraph::Operator traits, Payload p);
  Built build(egraph::OperatorId op, const std::vector<Child>& children, const egraph::Slots& direct,
              const std::vector<egraph::TypeId>& bound, const std::vector<egraph::TypeId>& slot_types);

  Kernel& k_;
  DiagramBuilder& b_;
  egraph::Language& language_;
  std::map<egraph::OperatorId, Payload> payload_;
  std::map<Size, egraph::TypeId> type_of_;
  std::map<egraph::TypeId, Size> size_of_;
  std::map<WireId, egraph::Applied> wires_;
  std::map<Index, egraph::Slot> name_of_;
  std::map<egraph::Slot, Index> index_of_;
  std::map<egraph::Id, Built> nodes_;
};

}  // namespace skein
