#pragma once
// Extraction: for each class its cheapest term, where the cost of a term is a function of its operator and the costs of
// its arguments that is at least each of these (a fixed point from below, as Knuth's of grammars, IPL 1977).
#include <functional>
#include <string>

#include "rewrite/egraph/egraph.hpp"

namespace skein::egraph {

class Extractor {
 public:
  using Cost = std::function<double(OperatorId, std::span<const double>)>;

  Extractor(EGraph& g, const Cost& cost);  // of a graph that was rebuilt

  // Of a class by its leader; empty if every term of it contains one of its own class.
  std::optional<double> cost(Id leader) const;
  Id node(Id leader) const { return best_.at(leader); }
  // The term, with its free slots $0, $1, .. and bound ones by depth.
  std::string text(Id leader) const;

 private:
  std::string text(const Applied& at, const std::vector<std::string>& names, int depth) const;

  EGraph& g_;
  std::vector<double> cost_;  // by leader, infinite where unknown
  std::vector<Id> best_;
};

}  // namespace skein::egraph
