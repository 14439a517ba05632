#pragma once
// Recurrence: the two given equations that define the state of a fold, m[0] == first and m[t+1] == next, for t below
// the number of steps; a state may be lifted, so that its counter is not its first axis. Unrolling gives a statement
// without states, at a fixed number of steps: what can be run.
#include "kernel/theorem.hpp"

namespace skein {

struct Recurrence {
  Symbol state;
  std::uint32_t counter;  // which axis of the state counts the steps; it has one point more than there are steps
  Size steps;
  std::size_t first, next;  // positions in Statement::given
};

// Those among the given equations of the statement, in order.
std::vector<Recurrence> recurrences(const Statement& s);

// Positions of the given equations that belong to none of them: they may be impossible to satisfy.
std::vector<std::size_t> hypotheses(const Statement& s);

// The size variables that numbers of steps depend on.
std::set<Symbol> step_variables(const Statement& s);

// Small values of the step variables at which a statement can be tried; one empty choice if it has none.
std::vector<std::map<Symbol, Integer>> step_samples(const Statement& s);

// The statement at these values of its step variables, with every state replaced by its value. Throws
// std::invalid_argument if a step variable has no value, or if the diagram becomes larger than `most_boxes`.
Statement unrolled(const Statement& s, const std::map<Symbol, Integer>& sizes, std::size_t most_boxes = 200000);

}  // namespace skein
