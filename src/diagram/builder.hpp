#pragma once
// DiagramBuilder: the mutable, hash-consed form of a typed open hypergraph: boxes are only ever added, equal
// deterministic boxes are one box, so equality of wires is equality of diagrams up to sharing, names of indices, order
// of the inputs of an unordered box and order of the bound indices of a reduction. A Ref is a wire read at issued
// indices: a term with free indices. Boxes are added through refs; the builder numbers the local indices canonically.
//
//   b.add(Op::add, {x, y})     the refs' indices are matched by identity: x[i], y[j] give a wire with axes i, j
//   b.reduce(Op::add, {k}, f)  sum over k
//   b.read(x, {{i, e}})        x at index expression e in place of i: a renaming where possible, else a View
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "diagram/box.hpp"

namespace skein {

// Breaking a typing rule of boxes: a defect of the caller, or a forged certificate.
class IllTyped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Ref {
  WireId wire;
  std::vector<Index> at;  // one index for each axis of the wire, pairwise different
  friend auto operator<=>(const Ref&, const Ref&) = default;
};

using IndexMap = std::map<Index, IndexExpression>;

class DiagramBuilder {
 public:
  DiagramBuilder() = default;
  // A builder only grows: wires that were named once must keep their meaning, so none is ever replaced.
  DiagramBuilder(const DiagramBuilder&) = delete;
  DiagramBuilder& operator=(const DiagramBuilder&) = delete;

  // --- indices
  Index fresh(const Axis& axis);
  const Axis& axis(Index i) const { return axes_.at(i.id); }
  std::function<Size(Index)> size_of() const;

  // --- boxes; each throws IllTyped with a sentence
  Ref input(Symbol name, const std::vector<Axis>& axes, DType dtype = DType::real);  // at fresh indices
  Ref literal(const Rational& value);
  Ref neg_inf();
  Ref size_value(const Size& s);
  Ref index_value(const IndexExpression& e);
  Ref add(Op op, const std::vector<Ref>& inputs);  // operators without payload
  Ref reduce(Op fold, const std::vector<Index>& bound, const Ref& body);
  Ref read(const Ref& r, const IndexMap& at);
  Ref cases(const std::vector<IndexExpression>& guard, const Ref& then, const Ref& otherwise);
  Ref opaque(Symbol name, const std::vector<Ref>& inputs, bool deterministic, std::optional<std::uint32_t> noise = {});
  // The general form: what the ones above call. `shape` gives op, fold, value, size, name, index (over issued indices),
  // deterministic, noise; degree, bound, inputs and dtype of it are ignored.
  Ref make(const Box& shape, const std::vector<Ref>& inputs, const std::vector<Index>& bound);
  // A View box even where a renaming would do.
  Ref view(WireId wire, const std::vector<IndexExpression>& at);

  // --- reading
  std::size_t wire_count() const { return boxes_.size(); }
  const Box& box(WireId w) const { return boxes_.at(w.id); }
  const std::vector<Axis>& axes(WireId w) const { return boxes_.at(w.id).degree; }
  DType dtype(WireId w) const { return boxes_.at(w.id).dtype; }
  bool deterministic(WireId w) const { return deterministic_.at(w.id); }  // the wire and all it depends on
  std::uint64_t content(WireId w) const { return content_.at(w.id); }     // a hash, for ordering only
  Ref at_fresh(WireId w);                                                 // w at new indices
  Ref rename(const Ref& r, const std::map<Index, Index>& map) const;
  // The opened box of a ref: its inputs and bound indices as refs over the ref's indices and fresh bound ones.
  struct Opened {
    std::vector<Ref> inputs;  // empty for a view
    std::vector<Index> bound;
    std::vector<IndexExpression> index;  // payload over issued indices
  };
  Opened open(const Ref& r);
  // The same boxes with inputs replaced (by name) and size variables replaced. A replacement is given at `formals`, one
  // for each axis of the input; its other indices are free and must not be among those of r. Memoised over sharing.
  struct Substitution {
    struct Array {
      std::vector<Index> formals;
      Ref body;
    };
    std::map<Symbol, Array> inputs;
    std::map<Symbol, Size> sizes;
  };
  // The image of a wire, at new indices: one for each axis of the wire, in order.
  struct Image {
    std::vector<Index> at;
    Ref value;
  };
  Image substitute(WireId w, const Substitution& s);
  // The image at given indices.
  Ref at(const Image& image, const std::vector<Index>& indices) const;

 private:
  Ref intern(Box box, const std::vector<Index>& degree);

  std::vector<Axis> axes_;
  std::vector<Box> boxes_;
  std::vector<std::uint64_t> content_;
  std::vector<bool> deterministic_;
  std::unordered_multimap<std::uint64_t, WireId> lookup_;
  std::uint32_t next_noise_ = 0;
};

}  // namespace skein
