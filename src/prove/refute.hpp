#pragma once
// Refutation: a search for a point (sizes and values of all inputs) at which certified enclosures of the two sides are
// disjoint. Random and scaled inputs, special values, then shrinking. Only enclosures count; a difference of floats is
// where to look, never evidence.
#include <chrono>
#include <filesystem>
#include <optional>

#include "prove/statement.hpp"

namespace skein {

struct SearchLimits {
  std::uint64_t seed = 1;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  int attempts = 60;
  bool shrink = true;  // whether the witness is made small and plain, which takes most of the time
  bool total =
      false;  // also points outside of the domain, where partial boxes have their fixed values: what a law claims
};

struct Witness {
  std::map<Symbol, long> sizes;
  std::map<Symbol, WeightArray> inputs;  // every input and weight of the statement
  std::string where;                     // "out[1,3]: left in [..., ...], right in [..., ...]"
  double gap = 0;                        // certified distance there, relative to the larger value
  std::vector<WeightArray> left, right;  // float64 values of the outputs
};

// `fixed` gives inputs that keep their numbers (a pool of weights) at first; perturbed ones are tried later.
std::optional<Witness> refute(const Statement& s, const std::map<Symbol, WeightArray>& fixed,
                              const SearchLimits& limits);

// witness.json (sizes, where, expected outputs) and input_k.npy, k = position among the inputs; written aside and
// renamed.
void write_witness(const Witness& w, const Statement& s, const std::filesystem::path& folder);
// What write_witness wrote; throws std::runtime_error with what is wrong with the folder.
Witness read_witness(const std::filesystem::path& folder);

struct Confirmation {
  int instances = 0;
  double max_abs_error = 0, max_rel_error = 0;  // float32 evaluation of the two sides
  std::vector<std::string> dead_inputs;         // inputs that never moved an output
  std::string problem;                          // why the instances confirm nothing: no spread, outside the domain
};

// Runs both sides on at least `instances` random points (distinct sizes >= 2 where sizes are variables), with outputs
// that have spread; in float64 they must agree to 1e-9 relative or it throws std::logic_error (an internal error: exit
// 70).
Confirmation confirm(const Statement& s, const std::map<Symbol, WeightArray>& fixed, const SearchLimits& limits,
                     int instances = 20);

}  // namespace skein
