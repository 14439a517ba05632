#pragma once
// Elaboration: the meaning of expressions as boxes of a DiagramBuilder, within one def or claim. An array name stands
// for a term with free indices, an index name for an index expression; every read is proved to be in bounds, or
// guarded.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lang/module.hpp"
#include "lang/sizes.hpp"
#include "lang/syntax.hpp"

namespace skein {

// The definitions in sight, by name.
using Definitions = std::map<std::string, std::shared_ptr<const Definition>, std::less<>>;

// An array-valued expression: its value at the formal indices, one for each axis.
struct ArrayValue {
  std::vector<Index> formals;
  Ref body;
};

// Raised while conditions are inferred: an axis has one size and needs another.
struct SizeNeeded {
  SizeEquation equation;
};

// The claim; where it says `when ?`, under the size equations without which its sides have no type.
Claim elaborate_claim(const SourceText& source, const Definitions& definitions, const ClaimSyntax& syntax);

class Elaboration {
 public:
  Elaboration(const SourceText& source, const Definitions& definitions)
      : sizes_(source), source_(source), defs_(definitions) {}

  Definition def(const DefSyntax& syntax);
  // Assumes the equations that were `found` before; if `infer`, throws SizeNeeded where one more is needed.
  Claim claim(const ClaimSyntax& syntax, const std::vector<SizeEquation>& found = {}, bool infer = false);

 private:
  struct BoundIndex {
    std::string name;
    IndexExpression value;
    Size size;
  };
  struct FreeIndex {  // of a claim: the axis of a parameter
    std::string name;
    Index index;
    Size size;
    bool used = false;
    bool rebound = false;
    Place rebound_at;
  };
  struct UseInstance {
    std::shared_ptr<const Definition> def;
    Place place;
    std::map<Symbol, Size> fixed;  // sizes given at `use`, later all sizes of the weights
    bool applied = false;
    std::size_t group = 0;           // of weights_
    std::optional<Index> step = {};  // of the fold in which it stands: its weights have an axis of steps
  };
  using Thunk = std::function<Ref()>;
  using Guards = std::vector<IndexExpression>;

  // --- declarations (declarations.cpp)
  void add_parameter(const ArraySyntax& a, Role role, std::vector<InputPort>& ports);
  void add_use(const UseSyntax& use);
  void statement(const StatementSyntax& s, const DefSyntax& def, std::vector<Output>& outputs);
  ArrayValue definition(const std::vector<AxisSyntax>& axes, const Expression& e);
  Index bind_axis(const AxisSyntax& a, IndexMap& parts_at);  // where the parts of merged axes are in the whole
  void bind_merged(const AxisSyntax& a, const IndexExpression& value, const Size& size, IndexMap& parts_at);
  void bind_name(const AxisSyntax& a, Index i, const Size& size);
  void define_array(Place place, const std::string& name, ArrayValue value);

  // --- claims (claims.cpp)
  struct GivenEquation {  // at all values of its indices: of a claim, or of the states of a fold
    std::vector<Index> axes;
    Ref left, right;
  };
  Claim claim_of_defs(const ClaimSyntax& syntax, Claim out);
  // The two sides of an equation, at indices of their own where they are arrays. Indices over axes of one size serve
  // several equations.
  std::pair<Ref, Ref> equation(const ClaimSyntax::Equation& e, std::vector<Index>& array_indices);
  ArrayValue side(const Expression& e);
  // Several equations as one: the equation of the values that `which` chooses.
  Ref chosen(Index which, const std::vector<Ref>& values);
  GivenEquation given(const GivenSyntax& g);
  std::vector<Index> used_free_indices() const;

  // --- folds (folds.cpp)
  void fold(const StatementSyntax& s, const DefSyntax& def);
  // A new state with these axes; its name is made different from all others.
  Ref add_state(const std::string& name, const std::vector<Axis>& axes, DType dtype);
  // The states of a called def, over the indices that its arguments leave free; s gets them in place of its own.
  void add_states_of(const Definition& def, DiagramBuilder::Substitution& s);
  // The invariants that a claim states, over its boundary. (invariants.cpp)
  std::vector<StatedInvariant> stated_invariants(const ClaimSyntax& syntax, const Claim& claim);
  std::vector<Given> frozen_givens(Symbol name, const std::vector<InputPort>& ports) const;

  // --- expressions (expressions.cpp)
  Ref scalar(const Expression& e);
  Ref sum(const Expression& e);
  Ref product(const Expression& e, bool negated);
  Ref reduction(const Expression& e);
  Ref comparison(const Expression& e);
  Ref conditional(const Expression& condition, const Thunk& then, const Thunk& otherwise);
  Ref guarded(const Guards& atoms, const Thunk& then, const Thunk& otherwise);
  Ref apply(const Expression& e);
  Ref name(const Expression& e);
  Ref function(const Expression& e);
  Ref opaque(const Expression& e);
  template <class F>
  auto typed(Place place, F&& build);

  // --- indices (indices.cpp)
  bool is_index(const Expression& e);
  IndexExpression index(const Expression& e);
  bool is_index_condition(const Expression& e);
  bool is_conjunction_of_atoms(const Expression& e) const;
  void collect_atoms(const Expression& e, Guards& out);
  const BoundIndex* find_index(const std::string& name);
  Index bind_index(Place place, const std::string& name, const Size& size);
  Size binder_size(const BracketItem& item) const;
  std::vector<Index> bind_items(const Bracket& items);
  std::string shown(const IndexExpression& e) const;

  // --- arrays and calls (calls.cpp)
  ArrayValue array(const Expression& e, std::size_t rank, const std::string& wanted_by);
  const ArrayValue* find_array(const std::string& name) const;
  // X at the index expressions of its first axes; the other axes remain.
  ArrayValue read(const ArrayValue& x, const std::string& what, Place place, const Bracket& items,
                  const Expression* otherwise, bool unproved);
  ArrayValue call(const Expression& e);
  ArrayValue lifted_arguments_call(const Expression& e, const Definition& def, UseInstance* use, const Bracket& binders,
                                   const std::map<Symbol, Size>& given);
  ArrayValue instantiate(const Expression& e, const Definition& def, UseInstance* use,
                         const std::vector<ArrayValue>& arguments, std::map<Symbol, Size> given);
  std::map<Symbol, Size> unify(const Expression& e, const Definition& def, const std::vector<ArrayValue>& arguments,
                               std::map<Symbol, Size> known);
  [[noreturn]] void need(const Size& left, const Size& right, std::optional<Symbol> fresh = {}) const;
  void infer_quotient(const Definition& def, const std::vector<ArrayValue>& arguments,
                      const std::map<Symbol, Size>& known);
  [[noreturn]] void undefined(const Expression& e);
  void check_type(const Expression& e, const Definition& def, const InputPort& port, const ArrayValue& argument);

  DiagramBuilder b_;
  SizeScope sizes_;
  const SourceText& source_;
  const Definitions& defs_;
  std::map<std::string, ArrayValue> arrays_;
  std::map<std::string, Place> places_;
  std::vector<BoundIndex> scope_;
  std::vector<FreeIndex> free_;
  BoundIndex found_free_;
  Guards guards_;
  std::map<std::string, UseInstance> uses_;
  bool infer_ = false;
  std::vector<InputPort> states_;
  std::vector<GivenEquation> givens_;
  std::optional<Index> step_;                    // of the fold whose body is read
  std::vector<std::vector<InputPort>> weights_;  // in order of declaration; a use has one group
};

template <class F>
auto Elaboration::typed(Place place, F&& build) {
  try {
    return build();
  } catch (const IllTyped& error) {
    source_.fail(place, error.what());
  }
}

}  // namespace skein
