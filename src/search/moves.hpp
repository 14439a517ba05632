#pragma once
// Moves: the steps of the search from one form of a diagram to others. At a contraction: every order of its joins. At
// any wire: every instance of a verified rule, in both directions. A move is a rewrite that the kernel has accepted.
#include "kernel/certificate.hpp"
#include "rewrite/match.hpp"
#include "search/contraction_order.hpp"

namespace skein {

struct Move {
  Rewrite rewrite;
  std::string name;  // of the rule, or Moves::order
};

class Moves {
 public:
  // `size` gives a number for each size, by which scalars are placed and, where there are too many orders to be
  // listed, the best is chosen.
  // A rule's theorem is asked for where its operators are met first; a null one is passed over.
  Moves(Kernel& k, const std::map<Symbol, Statement>& rules, TheoremSource theorem,
        std::function<double(const Size&)> size, std::chrono::steady_clock::time_point deadline);

  // Those at a wire; `outermost`: it is not a part of a larger contraction. Throws OutOfTime.
  const std::vector<Move>& at(WireId w, bool outermost);
  // The wire with every view slid to the inputs, where it is free and parts no contraction from another. Nothing if
  // there is none to be slid.
  std::optional<Move> slid(WireId w);
  Rewriter& rewriter() { return matcher_.rewriter(); }

  // Whether a rule, so directed, can lead to a cheaper form: not if it merely brackets products, perhaps over
  // merged axes (a case of "order of products"), nor if it costs no less at all sizes and gives no new sum for others
  // to meet.
  static bool promising(const Statement& s, Direction d);
  static constexpr const char *order = "order of products", *sliding = "views slid to the inputs";
  static bool is_contraction(const Box& box) {
    return box.dtype == DType::real && (box.op == Op::mul || (box.op == Op::reduce && box.fold == Op::add));
  }
  static constexpr std::size_t most_orders = 1500;

 private:
  struct Flat;
  struct Pattern {
    Symbol rule;
    Direction direction;
    OperatorSet operators;
  };
  OperatorSet operators_below(WireId w);
  void contraction_moves(const Ref& whole, std::vector<Move>& out);
  Rewrite slide(WireId w);
  void rule_moves(const Ref& whole, std::vector<Move>& out);

  DiagramBuilder& b_;
  std::vector<Pattern> rules_;
  TheoremSource theorem_;
  std::function<double(const Size&)> size_;
  std::chrono::steady_clock::time_point deadline_;
  Matcher matcher_;
  std::map<std::pair<WireId, bool>, std::vector<Move>> memo_;
  std::map<WireId, Rewrite> slid_;
  std::map<WireId, OperatorSet> operators_;
  std::set<WireId> ordered_;  // results of contraction moves: their orders were listed where they came from
};

}  // namespace skein
