#pragma once
// Models of a theory, in which equations are tested: equal diagrams agree in every model of the structure, and diagrams
// that the rules prove equal agree in every model in which the rules hold. So a difference refutes.
//
// A model gives each sort a finite basis and each generator a matrix, over the field of 2^31 - 1 elements for
// symmetric and comonoid theories, over the rationals for the others. Copying copies basis elements, discarding sums
// over them. In a markov theory the matrices are stochastic, and functions for deterministic generators; in a cartesian
// one all are functions.
#include <gmpxx.h>

#include <random>

#include "monoidal/rule.hpp"

namespace skein::monoidal {

// Rows are outputs, columns inputs; a row or column is numbered with its first wire most significant.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<mpq_class> entries;  // row by row; from 0 to 2^31 - 2 where the model is modular
  const mpq_class& at(std::size_t r, std::size_t c) const { return entries[r * columns + c]; }
  friend bool operator==(const Matrix&, const Matrix&) = default;
};

struct Model {
  std::vector<std::size_t> dimension;  // by sort, at least 1
  std::vector<Matrix> boxes;           // by generator
};

inline constexpr std::uint32_t model_modulus = 2147483647;
inline constexpr std::size_t largest_matrix = std::size_t{1} << 16;  // entries

// The number of basis elements of a product. Throws std::length_error beyond what a size holds, IllTyped at dimension
// 0.
std::size_t size_of(const Word& w, const Model& m);
// The residue of a rational, as models of symmetric and comonoid theories have it. Throws IllTyped if there is none.
mpq_class residue(const mpq_class& q);

// dense: any entries. small: entries -1, 0 and 1, or few different probabilities. functions: of basis elements. The
// more special ones satisfy given rules more often; what the structure demands is kept by all.
enum class Flavour : std::uint8_t { dense, small, functions };

// Dimensions from 1 to `largest`. Throws std::length_error if a matrix would exceed `largest_matrix` entries.
Model random_model(const Signature& s, std::mt19937_64& random, Flavour flavour, std::size_t largest = 3);

// The matrix of a diagram. Throws IllTyped unless the model has a matrix of the right size for every generator, and
// std::length_error if an intermediate table would exceed `limit` entries.
Matrix evaluate(const OpenDiagram& d, const Model& m, std::size_t limit = std::size_t{1} << 20);
// Whether both sides have the same matrix.
bool holds(const Rule& r, const Model& m, std::size_t limit = std::size_t{1} << 20);
// The dimensions and matrices, a line each.
std::string to_string(const Signature& s, const Model& m);

}  // namespace skein::monoidal
