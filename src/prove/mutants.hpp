#pragma once
// The fate of a mutant: refuted by a certified difference, or proved by the kernel and then run many times, or unknown.
// A mutant that was proved and differs at some point is a contradiction between the kernel and the enclosures.
#include "verify/mutate.hpp"
#include "verify/rulebook.hpp"

namespace skein {

enum class Fate : std::uint8_t {
  refuted,
  proved,  // and no run of it shows a difference
  unknown,
  ill_formed,    // it reads outside of an array, or no sizes and arrays meet its conditions: it says nothing
  contradicted,  // proved and refuted
};
const char* to_string(Fate f);

struct MutantFate {
  Fate fate = Fate::unknown;
  std::string detail;  // where the sides differ; what closed the proof; why it is unknown
  int runs = 0;        // of a proved one
  double seconds = 0;
};

struct MutantLimits {
  std::uint64_t seed = 1;
  double seconds = 2;              // for the refutation, and again for the proof
  int runs = 200;                  // of a proved one
  std::vector<std::string> hints;  // those of the statement it was made from
};

MutantFate decide(const Mutant& m, RuleBook& book, const MutantLimits& limits);

}  // namespace skein
