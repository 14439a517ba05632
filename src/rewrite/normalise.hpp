#pragma once
// Normaliser: rewrites a wire to a normal form, with a proof. Views go to the leaves and their index expressions are
// simplified; sums of products become polynomials in contractions; exponentials of one product become one, and leave
// the reductions that they do not depend on; inverses are distributed and cancelled where a sign shows it lawful; axes
// that are read split (k div s, k mod s) are split; reductions over pieces are cut at the borders. Rules are used where
// the kernel has admitted them (exp_add, inv_mul, inv_inv, inv_exp, mul_inv, sqrt_square, fraction); without one, its
// step is left out.
#include <chrono>

#include "rewrite/rewrite.hpp"

namespace skein {

class OutOfTime : public std::runtime_error {
 public:
  explicit OutOfTime(const char* why = "the time given is over") : std::runtime_error(why) {}
};

// Where to cut reductions over axes of a size, on top of the borders that the terms below them show: a sum in pieces on
// one side is met by cutting the sum of the other side.
using Cuts = std::map<Size, std::set<Size>>;
// The cuts that the views of a term suggest: an axis of size s read at k + c is the second part of one of size c + s.
Cuts suggested_cuts(const DiagramBuilder& b, const std::vector<WireId>& roots);

// The normal form of `if g then x else 0` over reals: a case, or the product of x with the indicator of g. A product
// takes part in linearity (a convolution with a border of zeros is linear), a case in the laws of guards.
enum class ZeroCases : std::uint8_t { kept, indicators };

struct NormaliserOptions {
  Cuts cuts = {};
  ZeroCases zero_cases = ZeroCases::kept;
  const std::set<WireId>* atoms = nullptr;  // wires that are normal as they stand: nothing looks below them
  std::optional<Within> within = {};
};

class Normaliser {
 public:
  explicit Normaliser(Kernel& k,
                      std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max(),
                      NormaliserOptions options = {});
  ~Normaliser();
  Rewrite normal(const Ref& r);  // throws OutOfTime
  Rewriter& rewriter();
  Signs& signs();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skein
