#pragma once
// The plain evaluator: the meaning of a diagram at given sizes and arrays, box by box, in floating point or in exact
// rationals. Every wire becomes a dense array over its indices in range; products that only sums consume are contracted
// without being written out. A read outside of a wire's range gives 0, which no guarded program uses.
//
// The domain D(A) of a diagram (DESIGN D3) at the same arrays: no partial box that an output asks for, under the guards
// of the enclosing cases and the conditions of the enclosing where, is outside its domain.
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "diagram/diagram.hpp"
#include "theory/meaning.hpp"

namespace skein {

// Row major. Booleans are 0 and 1; an ext value may be -infinity.
struct Array {
  std::vector<std::size_t> shape;
  std::vector<double> data;
  friend bool operator==(const Array&, const Array&) = default;
};

struct Environment {
  std::map<Symbol, Integer> sizes;
  std::map<Symbol, Array> inputs;
};

// The environment does not fit the diagram, or an intermediate array is too large.
class EvaluationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Precision : std::uint8_t { float64, float32 };  // float32: the result of each box is rounded

std::vector<Array> evaluate(const Diagram& d, const Environment& e, Precision precision = Precision::float64);

struct RationalArray {
  std::vector<std::size_t> shape;
  std::vector<Rational> data;
  std::vector<bool> neg_inf;
};
// Throws NotExact (theory/numbers.hpp) when a value is not rational.
std::vector<RationalArray> evaluate_exact(const Diagram& d, const Environment& e);

struct DomainReport {
  Truth inside = Truth::yes;
  // Where it is not `yes`: the first such box, what it needs, and at which point of its degree.
  WireId box;
  Requirement condition = Requirement::none;
  std::vector<std::size_t> point;
  std::string message;

  explicit operator bool() const { return inside == Truth::yes; }
};
// In floating point; enclosure.hpp has the certified form.
DomainReport in_domain(const Diagram& d, const Environment& e);

// A diagram that is run many times: what depends on its sizes alone is worked out once for each of them.
class Runs {
 public:
  explicit Runs(const Diagram& d);  // which must outlive it
  ~Runs();
  std::vector<Array> evaluate(const Environment& e, Precision precision = Precision::float64);
  DomainReport in_domain(const Environment& e);

 private:
  struct Prepared;
  Prepared& prepared(const Environment& e);

  const Diagram& diagram_;
  std::map<std::map<Symbol, Integer>, std::unique_ptr<Prepared>> prepared_;
};

// Values of size variables that the shapes of the inputs determine, added to those of `e`; axes whose size is a
// variable, or linear in one unknown variable, are solved. Throws when shapes disagree.
void infer_sizes(const Diagram& d, Environment& e);

// The shape of a list of axes at given sizes; throws EvaluationError when a size is unknown, negative or too large.
std::vector<std::size_t> shape_of(const std::vector<Axis>& axes, const std::map<Symbol, Integer>& sizes);

}  // namespace skein
