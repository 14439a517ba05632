#include "verify/mutate.hpp"

#include <algorithm>
#include <random>

#include "rewrite/rewrite.hpp"
#include "verify/rulebook.hpp"

namespace skein {
namespace {

// A box taken apart at issued indices.
struct Parts {
  Ref whole;
  Box shape;
  std::vector<Ref> inputs;
  std::vector<Index> bound;
};

struct Edit {
  MutationKind kind;
  std::string words;
  std::function<Ref(DiagramBuilder&, Parts)> make;  // the new result at the indices of parts.whole, or fewer
};

std::optional<Op> neighbour(Op op) {
  switch (op) {
    case Op::add: return Op::mul;
    case Op::mul: return Op::add;
    case Op::max: return Op::min;
    case Op::min: return Op::max;
    case Op::conj: return Op::disj;
    case Op::disj: return Op::conj;
    case Op::exp: return Op::log;
    case Op::log: return Op::exp;
    case Op::sin: return Op::cos;
    case Op::cos: return Op::sin;
    case Op::sqrt: return Op::exp;
    case Op::erf: return Op::sin;
    case Op::inv: return Op::exp;
    case Op::less: return Op::less_equal;
    case Op::less_equal: return Op::less;
    case Op::equal: return Op::less_equal;
    default: return {};
  }
}

bool negative(const DiagramBuilder& b, const Ref& r) {
  const Box& box = b.box(r.wire);
  if (box.op == Op::literal) return box.value < 0;
  return box.op == Op::mul && std::any_of(box.inputs.begin(), box.inputs.end(), [&](const Port& p) {
           return b.box(p.wire).op == Op::literal && b.box(p.wire).value < 0;
         });
}

Ref replaced(DiagramBuilder& b, const Parts& p, std::size_t k, const Ref& input) {
  std::vector<Ref> inputs = p.inputs;
  inputs[k] = input;
  return b.make(p.shape, inputs, p.bound);
}

// Numbers of a payload: of views, guards and index values.
Ref with_index(DiagramBuilder& b, const Parts& p, std::size_t k, const IndexExpression& e) {
  Box shape = p.shape;
  shape.index[k] = e;
  return shape.op == Op::view ? b.view(shape.inputs[0].wire, shape.index) : b.make(shape, p.inputs, p.bound);
}

void payload_edits(DiagramBuilder& b, const Parts& p, std::vector<Edit>& out) {
  for (std::size_t k = 0; k < p.shape.index.size(); ++k) {
    out.push_back({MutationKind::stride, "an index expression grows by 1", [k](DiagramBuilder& builder, Parts q) {
                     return with_index(builder, q, k, q.shape.index[k] + index_constant(1));
                   }});
    out.push_back({MutationKind::stride, "an index expression falls by 1", [k](DiagramBuilder& builder, Parts q) {
                     return with_index(builder, q, k, q.shape.index[k] - index_constant(1));
                   }});
    if (!free_indices(p.shape.index[k]).empty())
      out.push_back({MutationKind::stride, "a stride is doubled", [k](DiagramBuilder& builder, Parts q) {
                       const Index i = free_indices(q.shape.index[k]).front();
                       return with_index(builder, q, k, q.shape.index[k] + index_variable(i));
                     }});
  }
  if (p.shape.op != Op::view) return;
  const auto& axes = b.axes(p.shape.inputs[0].wire);
  for (std::size_t k = 0; k < axes.size(); ++k)
    for (std::size_t n = k + 1; n < axes.size(); ++n)
      if (axes[k].size == axes[n].size && p.shape.index[k] != p.shape.index[n])
        out.push_back({MutationKind::indices, "two index expressions of a view are exchanged",
                       [k, n](DiagramBuilder& builder, Parts q) {
                         std::swap(q.shape.index[k], q.shape.index[n]);
                         return builder.view(q.shape.inputs[0].wire, q.shape.index);
                       }});
}

// Edits of what is read at an input: two of its indices exchanged.
void read_edits(DiagramBuilder& b, const Parts& p, std::vector<Edit>& out) {
  for (std::size_t k = 0; k < p.inputs.size(); ++k) {
    const auto& axes = b.axes(p.inputs[k].wire);
    for (std::size_t m = 0; m < axes.size(); ++m)
      for (std::size_t n = m + 1; n < axes.size(); ++n)
        if (axes[m].size == axes[n].size)
          out.push_back({MutationKind::indices,
                         std::string("two indices of an input of ") + info(p.shape.op).name + " are exchanged",
                         [k, m, n](DiagramBuilder& builder, Parts q) {
                           Ref input = q.inputs[k];
                           std::swap(input.at[m], input.at[n]);
                           return replaced(builder, q, k, input);
                         }});
  }
}

void reduction_edits(DiagramBuilder& b, const Parts& p, std::vector<Edit>& out) {
  const Op fold = p.shape.dtype == DType::boolean ? *neighbour(p.shape.fold)
                  : p.shape.fold == Op::max       ? Op::min
                                                  : Op::max;
  if (p.shape.dtype != DType::ext || fold == Op::max)
    out.push_back({MutationKind::neighbour,
                   std::string("a reduction by ") + info(p.shape.fold).name + " becomes one by " + info(fold).name,
                   [fold](DiagramBuilder& builder, Parts q) { return builder.reduce(fold, q.bound, q.inputs[0]); }});
  for (std::size_t k = 0; k < p.bound.size(); ++k) {
    const Axis axis = b.axis(p.bound[k]);
    out.push_back({MutationKind::axis, "a reduction leaves out the last point of " + axis.name.text(),
                   [k](DiagramBuilder& builder, Parts q) {
                     const Axis old = builder.axis(q.bound[k]);
                     const Index shorter = builder.fresh({old.size - size_constant(1), old.name});
                     const Ref body = builder.read(q.inputs[0], {{q.bound[k], index_variable(shorter)}});
                     q.bound[k] = shorter;
                     return builder.reduce(q.shape.fold, q.bound, body);
                   }});
    for (std::size_t n = 0; n < p.whole.at.size(); ++n)
      if (b.axis(p.whole.at[n]).size == axis.size)
        out.push_back(
            {MutationKind::axis, "a reduction binds another axis in place of " + axis.name.text(),
             [k, n](DiagramBuilder& builder, Parts q) {
               const Ref body = builder.rename(q.inputs[0], {{q.bound[k], q.whole.at[n]}, {q.whole.at[n], q.bound[k]}});
               return builder.reduce(q.shape.fold, q.bound, body);
             }});
  }
}

// A number is negated; a truth value is negated, or one of the constants, which are conjunctions with the negation.
void array_edits(const Parts& p, std::vector<Edit>& out) {
  const std::string name = p.shape.name.text();
  if (p.shape.dtype == DType::real)
    out.push_back({MutationKind::constant, name + " is negated", [](DiagramBuilder& builder, const Parts& q) {
                     return builder.add(Op::mul, {builder.literal(-1), q.whole});
                   }});
  if (p.shape.dtype != DType::boolean) return;
  out.push_back({MutationKind::constant, name + " is negated",
                 [](DiagramBuilder& builder, const Parts& q) { return builder.add(Op::negate, {q.whole}); }});
  for (Op fold : {Op::conj, Op::disj})
    out.push_back({MutationKind::constant, name + (fold == Op::conj ? " becomes false" : " becomes true"),
                   [fold](DiagramBuilder& builder, const Parts& q) {
                     return builder.add(fold, {q.whole, builder.add(Op::negate, {q.whole})});
                   }});
}

void fold_edits(DiagramBuilder& b, const Parts& p, std::vector<Edit>& out) {
  const std::string name = info(p.shape.op).name;
  if (p.inputs.size() < 2) return;
  for (std::size_t k = 0; k < p.inputs.size(); ++k)
    out.push_back({MutationKind::term, "one input of " + name + " is dropped", [k](DiagramBuilder& builder, Parts q) {
                     q.inputs.erase(q.inputs.begin() + static_cast<std::ptrdiff_t>(k));
                     return q.inputs.size() == 1 ? q.inputs[0] : builder.add(q.shape.op, q.inputs);
                   }});
  if (p.shape.op == Op::add && p.shape.dtype == DType::real &&
      std::any_of(p.inputs.begin(), p.inputs.end(), [&](const Ref& r) { return negative(b, r); }))
    out.push_back(
        {MutationKind::operands, "the operands of a difference are exchanged", [](DiagramBuilder& builder, Parts q) {
           return builder.add(Op::mul, {builder.literal(-1), q.whole});
         }});
  for (std::size_t k = 0; k < p.inputs.size(); ++k)
    if (p.shape.op == Op::mul && b.box(p.inputs[k].wire).op == Op::inv)
      out.push_back({MutationKind::operands, "the operands of a quotient are exchanged",
                     [](DiagramBuilder& builder, Parts q) { return builder.add(Op::inv, {q.whole}); }});
}

// Every edit of one box.
std::vector<Edit> edits(DiagramBuilder& b, const Parts& p) {
  std::vector<Edit> out;
  const std::string name = info(p.shape.op).name;
  payload_edits(b, p, out);
  read_edits(b, p, out);
  switch (p.shape.op) {
    case Op::literal:
      out.push_back({MutationKind::constant, "a number grows by 1",
                     [](DiagramBuilder& builder, const Parts& q) { return builder.literal(q.shape.value + 1); }});
      if (p.shape.value != 0)
        out.push_back({MutationKind::constant, "a number is halved",
                       [](DiagramBuilder& builder, const Parts& q) { return builder.literal(q.shape.value / 2); }});
      break;
    case Op::size_value:
      out.push_back({MutationKind::constant, "a size grows by 1", [](DiagramBuilder& builder, const Parts& q) {
                       return builder.size_value(q.shape.size + size_constant(1));
                     }});
      break;
    case Op::reduce: reduction_edits(b, p, out); break;
    case Op::less:
    case Op::less_equal:
    case Op::where:
    case Op::cases: {
      const std::size_t first = p.shape.op == Op::where ? 1 : 0;
      out.push_back({MutationKind::operands, "the operands of " + name + " are exchanged",
                     [first](DiagramBuilder& builder, Parts q) {
                       std::swap(q.inputs[first], q.inputs[first + 1]);
                       return builder.make(q.shape, q.inputs, q.bound);
                     }});
      break;
    }
    case Op::add:
    case Op::mul:
    case Op::max:
    case Op::min:
    case Op::conj:
    case Op::disj: fold_edits(b, p, out); break;
    case Op::negate:
    case Op::inv:
    case Op::exp:
    case Op::log:
    case Op::sqrt:
    case Op::erf:
    case Op::sin:
    case Op::cos:
      if (b.dtype(p.inputs[0].wire) == p.shape.dtype)
        out.push_back(
            {MutationKind::term, name + " is dropped", [](DiagramBuilder&, const Parts& q) { return q.inputs[0]; }});
      break;
    case Op::input: array_edits(p, out); break;
    default: break;
  }
  if (const auto other = neighbour(p.shape.op); other && p.shape.op != Op::reduce)
    out.push_back({MutationKind::neighbour, name + " becomes " + info(*other).name,
                   [op = *other](DiagramBuilder& builder, const Parts& q) { return builder.add(op, q.inputs); }});
  return out;
}

Parts parts(DiagramBuilder& b, const Ref& r) {
  auto o = b.open(r);
  Parts p{r, b.box(r.wire), o.inputs, o.bound};
  p.shape.index = o.index;
  return p;
}

// The term with one wire replaced wherever it is read.
class Replacement {
 public:
  Replacement(DiagramBuilder& b, WireId old, DiagramBuilder::Image by) : b_(b) { memo_.emplace(old, std::move(by)); }

  Ref in(const Ref& r) { return b_.at(image(r.wire), r.at); }

 private:
  const DiagramBuilder::Image& image(WireId w) {
    if (auto it = memo_.find(w); it != memo_.end()) return it->second;
    const Ref whole = b_.at_fresh(w);
    Parts p = parts(b_, whole);
    DiagramBuilder::Image out{whole.at, whole};
    if (p.shape.op == Op::view) {
      const DiagramBuilder::Image inner = image(p.shape.inputs[0].wire);
      IndexMap where;
      for (std::size_t k = 0; k < inner.at.size(); ++k) where[inner.at[k]] = p.shape.index[k];
      out.value = b_.read(inner.value, where);
    } else if (!p.inputs.empty()) {
      for (Ref& input : p.inputs) input = in(input);
      out.value = b_.make(p.shape, p.inputs, p.bound);
    }
    return memo_[w] = std::move(out);
  }

  DiagramBuilder& b_;
  std::map<WireId, DiagramBuilder::Image> memo_;
};

class Mutator {
 public:
  explicit Mutator(const Statement& s) : s_(s), sides_(sides(b_, s.left, s.right)) {
    seen_.insert({sides_.left, sides_.right});
    seen_.insert({sides_.right, sides_.left});
  }

  std::vector<Mutant> run() {
    edit_side(sides_.left, true);
    edit_side(sides_.right, false);
    drop_conditions();
    admit_empty_axes();
    return std::move(out_);
  }

 private:
  void edit_side(const Ref& side, bool left) {
    for (WireId w : wires_below(b_, {side.wire})) {
      const Parts p = parts(b_, b_.at_fresh(w));
      std::vector<Edit> all = edits(b_, p);
      read_others(p, all);
      for (const Edit& e : all) try {
          const Ref changed = Replacement(b_, w, {p.whole.at, e.make(b_, p)}).in(side);
          const std::pair both(left ? changed : sides_.left, left ? sides_.right : changed);
          if (!seen_.insert(both).second) continue;
          out_.push_back({e.kind,
                          std::string(left ? "left" : "right") + " side: " + e.words,
                          {freeze_side(both.first), freeze_side(both.second), s_.when}});
        } catch (const IllTyped&) {  // the neighbour of an operator may not exist for its type
        }
    }
  }

  // Another array of the same axes in place of an array.
  void read_others(const Parts& p, std::vector<Edit>& out) {
    if (p.shape.op != Op::input) return;
    for (const InputPort& q : s_.left.inputs()) {
      const Ref other = b_.input(q.name, q.axes, q.dtype);
      const auto &axes = b_.axes(p.whole.wire), &others = b_.axes(other.wire);
      const bool like =
          q.dtype == p.shape.dtype && std::equal(axes.begin(), axes.end(), others.begin(), others.end(),
                                                 [](const Axis& x, const Axis& y) { return x.size == y.size; });
      if (like && other.wire != p.whole.wire)
        out.push_back({MutationKind::operands, q.name.text() + " is read in place of " + p.shape.name.text(),
                       [w = other.wire](DiagramBuilder&, const Parts& parts) {
                         return Ref{w, parts.whole.at};
                       }});
    }
  }

  Diagram freeze_side(const Ref& value) const {
    return freeze(b_, s_.left.name, s_.left.sizes(), s_.left.inputs(),
                  {{s_.left.outputs().front().name, sides_.axes, value}});
  }

  void drop_conditions() {
    for (std::size_t k = 0; k < s_.when.size(); ++k) {
      Statement s = s_;
      s.when.erase(s.when.begin() + static_cast<std::ptrdiff_t>(k));
      out_.push_back({MutationKind::condition, "a condition is dropped", std::move(s)});
    }
  }

  void admit_empty_axes() {
    std::set<Symbol> variables;
    for (const InputPort& p : s_.left.inputs())
      for (const Axis& a : p.axes)
        if (const Symbol* v = a.size.as_atom()) variables.insert(*v);
    for (Symbol v : variables) {
      SizeContext sizes = s_.left.sizes();
      if (sizes.lower_bound(v) == 0) continue;
      sizes.lower[v] = 0;
      auto with_sizes = [&](const Diagram& d) {
        return Diagram::from_arrays(d.name, sizes, d.inputs(), d.outputs(), d.boxes());
      };
      Statement s{with_sizes(s_.left), with_sizes(s_.right), {}};
      for (const Condition& c : s_.when) s.when.push_back({c.sign, with_sizes(c.value)});
      out_.push_back({MutationKind::condition, "the axis " + v.text() + " may be empty", std::move(s)});
    }
  }

  const Statement& s_;
  DiagramBuilder b_;
  Sides sides_;
  std::set<std::pair<Ref, Ref>> seen_;
  std::vector<Mutant> out_;
};

}  // namespace

const char* to_string(MutationKind k) {
  switch (k) {
    case MutationKind::operands: return "operands";
    case MutationKind::condition: return "condition";
    case MutationKind::indices: return "indices";
    case MutationKind::stride: return "stride";
    case MutationKind::constant: return "constant";
    case MutationKind::neighbour: return "neighbour";
    case MutationKind::term: return "term";
    case MutationKind::axis: return "axis";
  }
  return "";
}

std::vector<Mutant> mutants(const Statement& s) { return Mutator(s).run(); }

std::vector<Mutant> sample_mutants(const Statement& s, std::uint64_t seed) {
  std::map<MutationKind, std::vector<Mutant>> by_kind;
  for (Mutant& m : mutants(s)) by_kind[m.kind].push_back(std::move(m));
  std::mt19937_64 random(seed);
  std::vector<Mutant> out;
  while (!by_kind.empty())
    for (auto it = by_kind.begin(); it != by_kind.end();) {
      std::vector<Mutant>& left = it->second;
      const auto k = static_cast<std::ptrdiff_t>(random() % left.size());
      out.push_back(std::move(left[static_cast<std::size_t>(k)]));
      left.erase(left.begin() + k);
      it = left.empty() ? by_kind.erase(it) : std::next(it);
    }
  return out;
}

}  // namespace skein
