#pragma once
// Instances of a statement: sizes and arrays at which both sides can be run. Sizes are small and pairwise different at
// first, degenerate (1, or 0 where an axis may be empty) later; arrays are normal at several scales, nearly constant,
// or special; weights keep their numbers or are perturbed; signs are chosen so that conditions hold.
#include <set>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "prove/statement.hpp"

namespace skein {

class Instances {
 public:
  using Sizes = std::map<Symbol, Integer>;
  // Perturbed: only those that both sides read. To change the numbers of one side alone would say nothing of the
  // models.
  enum class Weights : std::uint8_t { given, perturbed };
  struct Style {
    Values values = Values::normal;
    double scale = 1;
    double offset = 0;
    bool signs = false;     // each array: as it is, all >= 0, or all <= 0
    bool specials = false;  // each array: as it is, or all 0, or all 1
    Weights weights = Weights::given;
  };

  Instances(const Statement& s, const std::map<Symbol, WeightArray>& fixed, std::uint64_t seed);

  bool symbolic() const { return !variables_.empty(); }
  const std::vector<Sizes>& regular_sizes() const { return regular_; }        // >= 2 and different if possible
  const std::vector<Sizes>& degenerate_sizes() const { return degenerate_; }  // with ones and zeros
  bool admissible(const Sizes& sizes) const;

  // The style of the k-th attempt.
  static Style style(int k);
  // An instance at which the conditions hold in floating point, and the equations that are assumed exactly; empty if
  // none was found.
  std::optional<Environment> draw(const Sizes& sizes, const Style& style, std::uint64_t seed) const;
  bool conditions_hold(const Environment& e) const;

 private:
  Environment arrays(const Sizes& sizes, const Style& style, std::uint64_t seed) const;
  void choose_sizes(std::uint64_t seed);

  const Statement& statement_;
  const std::map<Symbol, WeightArray>& fixed_;
  Sizes given_;                    // sizes that the fixed arrays determine
  std::vector<Symbol> variables_;  // the others
  std::set<Symbol> numbered_;      // inputs with numbers of their own
  std::set<Symbol> shared_;        // inputs that both sides read
  std::vector<Sizes> regular_, degenerate_;
};

// The arrays of an environment as those of a witness, and back.
inline Array to_array(const WeightArray& w) { return {w.shape, w.values}; }
inline WeightArray to_weights(const Array& a) { return {a.shape, a.data}; }

}  // namespace skein
