#pragma once
// Real models of a theory: whether each rule holds in one for all values of its parameters, at all points. What a
// diagram computes there is written out as polynomials, and a solver of nonlinear real arithmetic is asked for a place
// where the two sides differ. That there is none rests on the solver; a place is computed anew in rational numbers.
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "lang/theory.hpp"

namespace skein::monoidal {

// Values of the constants of an SMT-LIB text by which all of it holds, where they are rational; or that there are none.
struct RealAnswer {
  bool none = false;
  std::optional<std::map<std::string, Rational>> point;
};
using RealSolver = std::function<RealAnswer(const std::string& smtlib)>;

struct RealVerdict {
  enum class Kind { holds, fails, unknown };
  Kind kind = Kind::unknown;
  std::string reason;                     // why it is unknown
  Symbol rule;                            // that fails
  std::map<std::string, Rational> where;  // parameters, and the coordinates x1, x2, ... of the inputs
  std::string left, right;                // the coordinate in which the sides differ there
  std::size_t rules = 0;                  // that hold
};

// All rules, until one fails. The conditions on the parameters must be satisfiable.
RealVerdict check(const TheoryDeclaration& theory, const RealModel& m, const RealSolver& solver);

}  // namespace skein::monoidal
