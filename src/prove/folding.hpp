#pragma once
// Folded weights: an optimiser multiplies the weights of a linear map by the factors behind it (a normalisation, a
// scale) and stores the products, rounded. The stored array is then no array of the other side; up to rounding it is
// what the other side multiplies its weights by. Such a term is found by following the sums and products above each
// linear map, evaluated at the numbers of the other side, and matched; then it takes the place of the stored array,
// unless a comparison depends on that. What is proved afterwards holds for all weights, and is equality up to rounding.
#include "prove/statement.hpp"

namespace skein {

struct FoldedWeight {
  Symbol name;
  std::string exact;      // the term that it stands for, as text
  double difference = 0;  // largest, relative to the largest value
};

// The pairing with weights that only one side reads, as far as they are found folded from those of the other side,
// replaced by their terms. `left`: the weights of the left side are. Empty if there is none.
struct Folded {
  Pairing pairing;
  std::vector<FoldedWeight> weights;
};
std::optional<Folded> fold_weights(const Pairing& p, bool left);

}  // namespace skein
