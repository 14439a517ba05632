#pragma once
// Accumulators: closed forms that states of folds are known to take, by the shape of their step. A state that is the
// larger of itself and x[t] is the maximum of all x; one that is rescaled when another state moves is a sum relative to
// the last value of that state (the online softmax: Milakov and Gimelshein, "Online normalizer calculation for
// softmax", 2018; FlashAttention, Dao et al. 2022, Algorithm 1). A proposal is a guess from the syntax: induction
// proves it or it is dropped.
#include <string>

#include "verify/recurrence.hpp"

namespace skein {

struct FoldState {
  Recurrence recurrence;  // `first` and `next` are conditions of the kernel
  Ref before, last;       // the state before step t; after all steps
  Ref any;                // after any number of steps: at `point`, an index over one more point than there are steps
  Index point;            // the same for all states that have as many steps
  Ref first, next;        // its first value; its value after step t
  Index step;             // t
};

// Whether an invariant is about the states after all steps, or after any number of them: what is read outside of a
// fold.
enum class Reach : std::uint8_t { last, any };

struct Invariant {
  Symbol state;
  Ref value;                // the state after all steps, or after any number
  Ref closed;               // what it is, at the same indices
  std::string accumulator;  // by which entry
};

// Name and description of each entry, in the order in which they are tried.
struct Accumulator {
  std::string name, shape;
};
const std::vector<Accumulator>& accumulators();

// A closed form for each state for which an entry that is not among `without` gives one.
std::vector<Invariant> propose_closed_forms(DiagramBuilder& b, const std::vector<FoldState>& states, Reach reach,
                                            const std::set<std::string>& without);

// Pairs of states that may be equal after all steps: with the same axes, in order, one on each side.
std::vector<Invariant> propose_equal_states(DiagramBuilder& b, const std::vector<FoldState>& left,
                                            const std::vector<FoldState>& right, Reach reach,
                                            const std::set<std::string>& without);

}  // namespace skein
