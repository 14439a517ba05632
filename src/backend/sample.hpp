#pragma once
// Sampling: random environments of a diagram. Sizes are small, pairwise different, at least 2 where nothing else is
// said, and satisfy the lower bounds and hypotheses of the SizeContext; values are about normal, or special. Equal
// seeds give equal environments on every machine, and every value is a float32, so that a witness survives its file.
#include <cstdint>
#include <random>

#include "backend/evaluate.hpp"

namespace skein {

// The values of inputs: normal times scale, or constants, or, for `mixed`, normal with zeros, ones, tiny and huge ones
// strewn in.
enum class Values : std::uint8_t { normal, zeros, ones, tiny, huge, mixed };

struct SampleOptions {
  Values values = Values::normal;
  double scale = 1;
  int largest_size = 6;                  // tried first; grows when the hypotheses need it
  std::map<Symbol, Integer> sizes;       // given ones
  std::size_t largest_input = 1u << 24;  // elements of one input
};

// Two diagrams to be compared share one environment: that of the left one, with the sizes that the right one adds.
std::map<Symbol, Integer> sample_sizes(const std::vector<const Diagram*>& diagrams, std::uint64_t seed,
                                       const SampleOptions& options = {});
Array sample_array(const std::vector<std::size_t>& shape, DType dtype, std::mt19937_64& random,
                   const SampleOptions& options);
Environment sample(const Diagram& d, std::uint64_t seed, const SampleOptions& options = {});
Environment sample(const std::vector<const Diagram*>& diagrams, std::uint64_t seed, const SampleOptions& options = {});

}  // namespace skein
