#pragma once
// Mutation: the statements one edit away from a statement. One box of one side is edited, wherever its result is read,
// or one side condition is dropped. A library whose mutants are nearly all refuted says no more than what is true, and
// a prover that proves a false mutant is unsound.
#include "kernel/theorem.hpp"

namespace skein {

enum class MutationKind : std::uint8_t {
  operands,   // of an ordered operator, of a difference or quotient, or the branches of a choice, exchanged
  condition,  // a side condition, or that an axis is nonempty, dropped
  indices,    // two indices of a read exchanged
  stride,     // the stride or offset of an index expression changed
  constant,   // a number changed
  neighbour,  // an operator replaced by a neighbour of it
  term,       // a summand, a factor or a function dropped
  axis,       // another range or another axis bound
};
const char* to_string(MutationKind k);

struct Mutant {
  MutationKind kind;
  std::string edit;  // in words: "right side: max becomes min"
  Statement statement;
};

// Every mutant that is another statement, each once, in a fixed order.
std::vector<Mutant> mutants(const Statement& s);
// The same in a random order in which the kinds take turns.
std::vector<Mutant> sample_mutants(const Statement& s, std::uint64_t seed);

}  // namespace skein
