#pragma once
// Diagram: the frozen form of a typed open hypergraph (a cospan inputs -> boxes <- outputs): boxes in topological
// order, numbered by wire, only those that an output depends on, with an ordered boundary. Made by freeze, read back by
// thaw.
#include <vector>

#include "diagram/builder.hpp"

namespace skein {

// A state is an array that recurrences define (the values of a fold, one for each step); nobody passes it in.
enum class Role : std::uint8_t { input, weight, state };

struct InputPort {
  Symbol name;
  std::vector<Axis> axes;
  DType dtype = DType::real;
  Role role = Role::input;
};

// An output: axes in order, and a wire read at some of them (axis s of the wire is output axis map[s]).
struct OutputPort {
  Symbol name;
  std::vector<Axis> axes;
  WireId wire;
  std::vector<std::uint32_t> map;
};

class Diagram {
 public:
  Symbol name;
  const SizeContext& sizes() const { return sizes_; }
  const std::vector<InputPort>& inputs() const { return inputs_; }  // boundary order; unused ones included
  const std::vector<OutputPort>& outputs() const { return outputs_; }
  const std::vector<Box>& boxes() const { return boxes_; }  // box w has result wire w; inputs precede
  const Box& box(WireId w) const { return boxes_[w.id]; }
  const InputPort* find_input(Symbol name) const;

  // The diagram with these arrays; throws IllTyped with what validate says unless they are valid.
  static Diagram from_arrays(Symbol name, SizeContext sizes, std::vector<InputPort> inputs,
                             std::vector<OutputPort> outputs, std::vector<Box> boxes);

 private:
  friend Diagram freeze(const DiagramBuilder&, Symbol, SizeContext, std::vector<InputPort>,
                        const std::vector<struct Output>&);
  SizeContext sizes_;
  std::vector<InputPort> inputs_;
  std::vector<OutputPort> outputs_;
  std::vector<Box> boxes_;
};

// An output while building: its value at `axes` (issued indices, one for each axis, pairwise different).
struct Output {
  Symbol name;
  std::vector<Index> axes;
  Ref value;
};

Diagram freeze(const DiagramBuilder& b, Symbol name, SizeContext sizes, std::vector<InputPort> inputs,
               const std::vector<Output>& outputs);
// The outputs of d as terms of b. `sizes` replaces size variables, `arrays` replaces inputs by name
// (DiagramBuilder::substitute); other inputs become inputs of b under their own name.
std::vector<Output> thaw(DiagramBuilder& b, const Diagram& d, const DiagramBuilder::Substitution& s = {});

// The algebra of open diagrams (boundaries match by position; sizes are unified by the caller). Inputs of the result
// are renamed apart by a suffix where names clash.
Diagram compose(const Diagram& first, const Diagram& second);  // first ; second
Diagram product(const Diagram& left, const Diagram& right);    // left * right
Diagram lift(const Diagram& d, const Axis& axis);  // d ^ axis: a further first axis on every input and output
// Checks every typing rule of boxes again from the arrays alone; empty if valid, else what is wrong.
std::string validate(const Diagram& d);

// A bijection of boxes and, for each, of its local indices and inputs.
struct IsomorphismWitness {
  std::vector<WireId> wire;                        // of left -> of right
  std::vector<std::vector<Index>> local;           // left local index -> right local index
  std::vector<std::vector<std::uint32_t>> inputs;  // left input position -> right input position
};
// True iff the witness is an isomorphism left -> right that fixes the boundary. Linear in the size of the diagrams.
bool is_isomorphism(const Diagram& left, const Diagram& right, const IsomorphismWitness& w);

}  // namespace skein
