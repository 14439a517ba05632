#pragma once
// Countermodels: models of a theory in which an equation does not hold, so that no proof of it can exist. The models
// that the theory declares come first, then random ones of the structure, of which those count in which all rules hold.
#include <optional>
#include <string>

#include "lang/theory.hpp"

namespace skein::monoidal {

struct Countermodel {
  std::string name;  // of a declared model; empty for one that was found
  Model model;
  Matrix left, right;
};

// Models of one theory; those that were found are kept for the next question.
class ModelFinder {
 public:
  ModelFinder(TheoryPtr theory, std::uint64_t seed, std::size_t draws = 4000);

  std::optional<Countermodel> refute(const Rule& claim);
  // The number of models at hand, of those in which that is little work, in which the claim was found to hold. Throws
  // std::logic_error if it fails in one: for what was proved, which then contradicts the model.
  std::size_t confirm(const Rule& claim) const;

 private:
  std::optional<Countermodel> differs(const Rule& claim, const Model& m, const std::string& name) const;
  std::optional<Model> draw();

  TheoryPtr theory_;
  std::mt19937_64 random_;
  std::size_t draws_left_, drawn_ = 0;
  std::vector<Model> found_;
};

// Why the model does not refute the claim, in one sentence; empty if it does: it is a model of the structure, all rules
// of the theory hold in it, and the two sides differ.
std::string no_refutation(const TheoryDeclaration& theory, const Rule& claim, const Model& m);

}  // namespace skein::monoidal
