#pragma once
// Box: one operator of a diagram, broadcast over its degree (the seed morphism of Abbott-Zardini, "Weaves, Wires, and
// Morphisms", Def. 13, with one result wire). A box has local indices 0 .. degree-1, which are free and are the axes of
// its result wire in this order, and degree .. degree+bound-1, which it binds (the targets of a reduction). Each input
// reads a wire through an injective renaming of the wire's axes to local indices; a local index that an input does not
// mention is a repeat. Everything that is not a renaming (stride, diagonal, split, merge, shift) is a View box.
//
// Meaning: a wire denotes a total function from *all* integer indices to its scalars; sizes matter where an index is
// bound by a reduction and in equations, which speak of indices in range. So views slide past deterministic boxes
// without a side condition, and a read outside of an input's axis has an unknown value that no guarded program ever
// uses.
#include <cstdint>
#include <vector>

#include "diagram/index.hpp"

namespace skein {

// ext is real with minus infinity (masks): real is a subtype of it.
enum class DType : std::uint8_t { real, ext, boolean };

enum class Op : std::uint8_t {
  input,        // name, axes: an array variable, a pattern variable in rules
  literal,      // value: a rational number
  neg_inf,      // the ext value minus infinity
  size_value,   // size: |k| as a real
  index_value,  // index[0]: the value of an index expression as a real
  add,          // n-ary, unordered
  mul,
  max,
  min,
  conj,  // boolean and, or, not
  disj,
  negate,
  inv,   // 1/x, and 0 at 0
  exp,   // of ext: exp(-inf) = 0
  log,   // 0 for x <= 0
  sqrt,  // 0 for x < 0
  erf,
  sin,
  cos,
  less,  // real or ext, two ordered inputs, boolean
  less_equal,
  equal,
  where,   // (boolean, x, y)
  fin,     // ext to real: 0 at -inf
  reduce,  // fold over the bound indices: `fold` is add, mul, max, min, conj or disj; max and min of nothing are 0
  view,    // index[s] is where axis s of the input is read; the input's own renaming is empty
  cases,   // (then, otherwise); `index` is the guard: the conjunction of index[i] >= 0
  opaque,  // name: an uninterpreted elementwise operator; not deterministic ones draw fresh noise, `noise` tells draws
           // apart
};

struct WireId {
  std::uint32_t id = 0;
  friend auto operator<=>(const WireId&, const WireId&) = default;
};

struct Axis {
  Size size;
  Symbol name;  // for people only: no comparison looks at it
};

struct Port {
  WireId wire;
  std::vector<Index> map;  // axis s of the wire is local index map[s]; injective
  friend auto operator<=>(const Port&, const Port&) = default;
};

struct Box {
  Op op = Op::literal;
  Op fold = Op::add;
  DType dtype = DType::real;  // of the result wire
  bool deterministic = true;
  std::uint32_t noise = 0;
  std::vector<Axis> degree;
  std::vector<Axis> bound;
  std::vector<Port> inputs;
  Rational value;
  Size size;
  std::vector<IndexExpression> index;  // over local indices
  Symbol name;

  const Axis& local(Index i) const { return i.id < degree.size() ? degree[i.id] : bound[i.id - degree.size()]; }
  bool binds(Index i) const { return i.id >= degree.size(); }
};

// What an operator is, for all who need to treat operators alike.
struct OpInfo {
  Op op;
  const char* name;
  int arity;       // number of inputs; -1: one or more
  bool unordered;  // inputs may be permuted
  bool pointwise;  // its value at an index depends on the inputs' values at that index only
};
const OpInfo& info(Op op);
const OpInfo* find_op(std::string_view name);

}  // namespace skein
