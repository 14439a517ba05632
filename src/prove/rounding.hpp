#pragma once
// Rounded constants: a model stores 2.828427... where its diagram, or another model, says sqrt(|e|). The two are
// different numbers, so the model as stored does not compute the diagram; it does up to rounding if the model with
// these literals replaced by the diagram's constants computes it exactly. Only a literal that is the float32 nearest to
// a closed term of the diagram is replaced; whole numbers and what a comparison depends on never are. And rounding
// excuses a small difference only: models that differ by more, as they are stored, differ.
#include "prove/statement.hpp"

namespace skein {

struct RoundedConstant {
  Rational stored;
  std::string exact;      // the term of the diagram, as text
  double difference = 0;  // certified bound of the distance between them
  double ulps = 0;        // the same in units of the stored number's last place
};

class RoundedConstants {
 public:
  RoundedConstants() = default;
  // The literals of `model` that are roundings of closed terms of `diagram`.
  RoundedConstants(const Diagram& diagram, const Diagram& model);

  const std::vector<RoundedConstant>& list() const { return list_; }
  // The model, or another diagram over its inputs, with these literals exact.
  Diagram exact(const Diagram& model) const;

 private:
  std::vector<RoundedConstant> list_;
  std::map<Rational, Diagram> terms_;  // by the stored number: the term as the output of a closed diagram
};

// For each box of a diagram, whether a comparison depends on it.
std::vector<bool> compared_boxes(const Diagram& d);

constexpr double largest_rounding_error = 2e-5;

// The largest relative difference, in float64 at a few random points, between the two sides of a statement with its
// constants and weights as they are stored; infinite if it could not be seen.
double rounding_error(const Statement& stored, const std::map<Symbol, WeightArray>& numbers, std::uint64_t seed);

}  // namespace skein
