#include "theory/meaning.hpp"

namespace skein {

int fold_unit(Op fold) {
  switch (fold) {
    case Op::add:
    case Op::max:
    case Op::min:
    case Op::disj: return 0;
    case Op::mul:
    case Op::conj: return 1;
    default: throw std::invalid_argument("not an operator that folds");
  }
}

bool is_fold(Op op) { return op == Op::add || op == Op::mul || is_idempotent_fold(op); }

bool is_idempotent_fold(Op op) { return op == Op::max || op == Op::min || op == Op::conj || op == Op::disj; }

Requirement domain(Op op, Op fold) {
  switch (op) {
    case Op::inv: return Requirement::nonzero;
    case Op::log: return Requirement::positive;
    case Op::sqrt: return Requirement::nonnegative;
    case Op::view: return Requirement::in_range;
    case Op::reduce: return fold == Op::max || fold == Op::min ? Requirement::nonempty : Requirement::none;
    default: return Requirement::none;
  }
}

std::string_view describe(Requirement c) {
  switch (c) {
    case Requirement::none: return "is any";
    case Requirement::nonzero: return "must not be 0";
    case Requirement::positive: return "must be > 0";
    case Requirement::nonnegative: return "must be >= 0";
    case Requirement::nonempty: return "must not be empty";
    case Requirement::in_range: return "must be in range";
  }
  return "";
}

namespace {

std::uint64_t mix(std::uint64_t x) {  // the finalizer of splitmix64
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::vector<Rational> uninterpreted_coefficients(Symbol name, std::uint64_t draw, std::size_t count) {
  std::uint64_t state = mix(draw);
  for (unsigned char c : name.text()) state = mix(state ^ c);
  std::vector<Rational> result;
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    state = mix(state);
    // An odd number of 1/1024 in (-2, 2): never 0, exact in every number system.
    Rational q(static_cast<long>(state % 2048) * 2 - 2047, 1024);
    q.canonicalize();
    result.push_back(q);
  }
  return result;
}

}  // namespace skein
