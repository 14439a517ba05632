#pragma once
// The judgements of the kernel (DESIGN D7), about wires of one growing diagram, its arena.
//
//   Equation   for all indices in range: lhs[i0 .. i(n-1)] == rhs[...]
//     The context of an equation is numbered: 0 .. n-1 are the axes of lhs in order, n .. are further indices with
//     sizes `extra`: those only rhs reads, and *ghosts* that neither side reads. A ghost over a nonempty axis is
//     dropped at once; over a possibly empty axis it stays, for the equation may then hold of nothing at all.
//   SignFact   for all indices in range: wire[...] > 0, >= 0 or != 0
//
// `uses` lists the open assumptions that a judgement rests on (Use).
// Both are made by Kernel::apply only, which alone can name them (EquationId, SignId).
#include <set>

#include "diagram/diagram.hpp"

namespace skein {

enum class Sign : std::uint8_t { positive, nonnegative, nonzero };
const char* to_string(Sign s);

// An assumption: a condition of the claim at the claim's own sizes, or at those of the base or of the step of an
// induction, or the hypothesis of an induction. The inference `induction` discharges the last three.
struct Use {
  enum class Kind : std::uint8_t { condition, base, step, hypothesis };
  Kind kind = Kind::condition;
  std::uint32_t induction = 0;  // of base, step and hypothesis
  std::uint32_t condition = 0;  // of all but hypothesis
  friend auto operator<=>(const Use&, const Use&) = default;
};
using Uses = std::set<Use>;

struct Equation {
  WireId lhs, rhs;
  std::vector<std::uint32_t> rhs_at;  // axis of rhs -> number in the context
  std::vector<Size> extra;
  Uses uses;
};

struct SignFact {
  WireId wire;
  Sign sign = Sign::positive;
  Uses uses;
};

class EquationId {
 public:
  std::uint32_t number() const { return number_; }
  friend auto operator<=>(const EquationId&, const EquationId&) = default;

 private:
  friend class Kernel;
  explicit EquationId(std::uint32_t n) : number_(n) {}
  std::uint32_t number_;
};

class SignId {
 public:
  std::uint32_t number() const { return number_; }
  friend auto operator<=>(const SignId&, const SignId&) = default;

 private:
  friend class Kernel;
  explicit SignId(std::uint32_t n) : number_(n) {}
  std::uint32_t number_;
};

// The inferences. In the comments t0, t1 are Step::terms, e0 .. equations, s0 .. signs, and so on.
enum class Inference : std::uint8_t {
  refl,            // |- t0 == t0
  sym,             // e0: a == b            |- b == a
  trans,           // e0: a == b, e1: b == c |- a == c; numbers match extra indices of e1 with the context of e0
  congruence,      // t0 a box; numbers[k] is the input that equations[k] rewrites, or what a guarded view there reads
  contraction,     // t0 == t1 as polynomials in sums of products (linearity, Fubini, distributivity, AC)
  lattice,         // t0 == t1 as folds of max, min, and, or (AC, idempotence, nesting, max(-inf, x) == x)
  evaluate,        // a closed box of literals |- its value; fin of a real |- that real
  push_view,       // a view of a box |- the box of views; a view of a view |- one view
  simplify_view,   // a view |- the view with index expressions simplified in range
  reduce_empty,    // a reduction over an axis of size 0 |- the unit of the fold
  reduce_single,   // a reduction over an axis of size 1 |- its body at 0
  reduce_unused,   // idempotent fold over a nonempty axis that its body does not read |- without it; product of 1 |- 1
  reduce_split,    // numbers[0] bound axis, sizes a, b with a + b its size |- fold of the two parts
  reindex,         // indices: new bound; index: old bound as expressions in new ones, then new in old ones
  delta,           // sum over k of (f where k == e, else 0) |- f at e where e is in range, else 0
  cases_then,      // the guard holds for all indices in range
  cases_else,      // the guard fails for all indices in range
  cases_same,      // both branches are equal
  cases_nested,    // numbers[0] = 0: a case decided by the guard around it; 1: by the failure of it
  cases_hoist,     // numbers[0]: an input that is a cases box |- cases outside
  instance,        // names[0] a theorem; names[1..] its arrays: terms at indices; sizes: values of its size variables
  assumed,         // numbers: a condition of the claim that is an equation [, an induction, 0 its base or 1 its step]
  hypothesis,      // numbers: an open induction, one of its goals; arrays as for instance; its conditions as premises
  induction,       // numbers: an open induction, one of its goals; equations: all bases, then all steps
  smt,             // t0 == t1 at every point: a ground leaf; signs hold at terms 2, 3, ...
  sign_rule,       // sign of t0 from signs of its inputs
  sign_transport,  // e0: a == b, s0: sign of a |- sign of b
  sign_smt,        // sign of t0: a ground leaf; signs hold at terms 1, 2, ...
  sign_assumed,    // numbers: as of assumed
};
const char* to_string(Inference i);
const Inference* find_inference(std::string_view name);

// One inference with its arguments, all of them explicit: what a line of a certificate says.
struct Step {
  Inference rule = Inference::refl;
  std::vector<Ref> terms = {};
  std::vector<EquationId> equations = {};
  std::vector<SignId> signs = {};
  std::vector<std::uint32_t> numbers = {};
  std::vector<Size> sizes = {};
  std::vector<Index> indices = {};
  std::vector<IndexExpression> index = {};
  std::vector<Symbol> names = {};
  std::vector<std::vector<Index>> formals = {};    // of the arrays of an instance
  std::vector<std::vector<Rational>> farkas = {};  // for the size conditions of an instance, in order
  Sign sign = Sign::positive;
};

// Raised when an inference does not hold, with the reason.
class Rejected : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace skein
