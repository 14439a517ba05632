#pragma once
// Random models of a theory, in which equations are tested: equal diagrams agree in every model, so a difference
// refutes an equation, whatever rules the model satisfies itself (a refutation needs those of the theory to hold in
// it).
//
// symmetric, comonoid: matrices over the field of 2^31 - 1 elements; a sort is a dimension, and its comonoid copies a
// basis. markov: stochastic matrices of exact rationals, deterministic boxes being functions. cartesian: functions of
// finite sets.
#include <gmpxx.h>

#include <map>
#include <random>

#include "monoidal/open_diagram.hpp"

namespace skein::monoidal {

// Rows are outputs, columns inputs, both numbered with the first factor most significant.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<mpq_class> entries;  // row by row; integers below the modulus where the model is modular
  const mpq_class& at(std::size_t r, std::size_t c) const { return entries[r * columns + c]; }
  friend bool operator==(const Matrix&, const Matrix&) = default;
};

struct Model {
  std::vector<std::size_t> dimension;  // by sort
  std::vector<Matrix> boxes;           // by generator
};

inline constexpr std::uint32_t model_modulus = 2147483647;

// A model that fits the structure, dimensions from 2 to `largest`.
Model random_model(const Signature& s, std::mt19937_64& random, std::size_t largest = 3);
// The matrix of a diagram; throws std::length_error if an intermediate table would exceed `limit` entries.
Matrix evaluate(const OpenDiagram& d, const Model& m, std::size_t limit = 1 << 20);
std::string to_string(const Signature& s, const Model& m);

}  // namespace skein::monoidal
