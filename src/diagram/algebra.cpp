#include <fmt/format.h>

#include <set>

#include "diagram/diagram.hpp"
#include "diagram/variables.hpp"

namespace skein {
namespace {

using Arrays = std::map<Symbol, DiagramBuilder::Substitution::Array>;

// The outputs of d as terms of b, with every input replaced. Unlike thaw it moves the noise sources of d by `noise`, so
// that two copies of a stochastic diagram draw apart.
std::vector<Output> embed(DiagramBuilder& b, const Diagram& d, const Arrays& arrays, std::uint32_t noise,
                          std::optional<Index> lifted = {}) {
  struct Image {
    std::vector<Index> at;
    Ref value;
  };
  std::vector<Image> images;
  auto read = [&](const Image& image, const std::vector<IndexExpression>& where) {
    IndexMap map;
    for (std::size_t s = 0; s < where.size(); ++s) map[image.at[s]] = where[s];
    return b.read(image.value, map);
  };
  for (const Box& box : d.boxes()) {
    std::vector<Index> local;
    for (const Axis& a : box.degree) local.push_back(b.fresh(a));
    Image image{local, {}};
    for (const Axis& a : box.bound) local.push_back(b.fresh(a));
    const std::vector<Index> bound(local.begin() + static_cast<std::ptrdiff_t>(box.degree.size()), local.end());
    std::vector<IndexExpression> index;
    for (const IndexExpression& e : box.index)
      index.push_back(substitute(e, [&](Index i) { return index_variable(local.at(i.id)); }));
    auto renamed = [&](const Port& p) {
      std::vector<IndexExpression> where;
      for (Index i : p.map) where.push_back(index_variable(local.at(i.id)));
      return read(images.at(p.wire.id), where);
    };
    if (box.op == Op::input) {
      const auto it = arrays.find(box.name);
      if (it == arrays.end()) throw IllTyped("the array " + box.name.text() + " is not an input of the diagram");
      std::vector<IndexExpression> where;
      for (Index i : image.at) where.push_back(index_variable(i));
      image.value = read({it->second.formals, it->second.body}, where);
    } else if (box.op == Op::view) {
      image.value = read(images.at(box.inputs.at(0).wire.id), index);
    } else {
      Box shape = box;
      shape.index = index;
      shape.noise += noise;
      std::vector<Ref> inputs;
      for (const Port& p : box.inputs) inputs.push_back(renamed(p));
      image.value = b.make(shape, inputs, bound);
      if (lifted && !box.deterministic &&
          std::find(image.value.at.begin(), image.value.at.end(), *lifted) == image.value.at.end())
        throw IllTyped("a random draw that depends on no input cannot be lifted: it would be shared along the axis");
    }
    images.push_back(std::move(image));
  }
  std::vector<Output> outputs;
  for (const OutputPort& port : d.outputs()) {
    Output o{port.name, {}, {}};
    if (lifted) o.axes.push_back(*lifted);
    const std::size_t first = o.axes.size();
    for (const Axis& a : port.axes) o.axes.push_back(b.fresh(a));
    std::vector<IndexExpression> where;
    for (std::uint32_t s : port.map) where.push_back(index_variable(o.axes.at(first + s)));
    o.value = read(images.at(port.wire.id), where);
    outputs.push_back(std::move(o));
  }
  return outputs;
}

// The input port `p` as an array of b.
DiagramBuilder::Substitution::Array variable(DiagramBuilder& b, const InputPort& p) {
  Ref r = b.input(p.name, p.axes, p.dtype);
  return {r.at, r};
}

std::uint32_t noise_bound(const Diagram& d) {
  std::uint32_t n = 0;
  for (const Box& box : d.boxes())
    if (!box.deterministic) n = std::max(n, box.noise + 1);
  return n;
}

// What both diagrams assume: a variable may be 0 only where every diagram in which it occurs allows it.
SizeContext meet(const Diagram& a, const Diagram& b) {
  SizeContext both;
  const std::set<Symbol> in_a = size_variables(a), in_b = size_variables(b);
  for (const auto* d : {&a, &b})
    for (const auto& [v, bound] : d->sizes().lower) {
      int lower = bound;
      if (in_a.count(v)) lower = std::max(lower, a.sizes().lower_bound(v));
      if (in_b.count(v)) lower = std::max(lower, b.sizes().lower_bound(v));
      both.lower[v] = lower;
    }
  both.hypotheses = a.sizes().hypotheses;
  for (const Size& h : b.sizes().hypotheses)
    if (std::find(both.hypotheses.begin(), both.hypotheses.end(), h) == both.hypotheses.end())
      both.hypotheses.push_back(h);
  return both;
}

// A name for `p` that no port of `taken` has: the name itself, else with the least suffix _2, _3, ...
InputPort apart(InputPort p, const std::vector<InputPort>& taken) {
  auto clashes = [&](Symbol s) {
    return std::any_of(taken.begin(), taken.end(), [&](const InputPort& q) { return q.name == s; });
  };
  const std::string stem = p.name.text();
  for (int k = 2; clashes(p.name); ++k) p.name = Symbol(fmt::format("{}_{}", stem, k));
  return p;
}

}  // namespace

Diagram compose(const Diagram& first, const Diagram& second) {
  DiagramBuilder b;
  std::vector<InputPort> inputs = first.inputs();
  Arrays arrays;
  for (const InputPort& p : inputs) arrays[p.name] = variable(b, p);
  const std::vector<Output> middle = embed(b, first, arrays, 0);

  Arrays fed;
  std::size_t position = 0;
  for (const InputPort& p : second.inputs()) {
    if (p.role == Role::weight) {
      inputs.push_back(apart(p, inputs));
      fed[p.name] = variable(b, inputs.back());
      continue;
    }
    if (position == middle.size()) throw IllTyped("the second diagram has more inputs than the first has outputs");
    const OutputPort& o = first.outputs()[position];
    if (!std::equal(o.axes.begin(), o.axes.end(), p.axes.begin(), p.axes.end(),
                    [](const Axis& x, const Axis& y) { return x.size == y.size; }))
      throw IllTyped(fmt::format("output {} and input {} have different axes", o.name.text(), p.name.text()));
    const DType given = first.box(o.wire).dtype;
    if (given != p.dtype && !(given == DType::real && p.dtype == DType::ext))
      throw IllTyped(fmt::format("output {} and input {} have different types", o.name.text(), p.name.text()));
    fed[p.name] = {middle[position].axes, middle[position].value};
    ++position;
  }
  if (position != middle.size()) throw IllTyped("the first diagram has more outputs than the second has inputs");
  const std::vector<Output> outputs = embed(b, second, fed, noise_bound(first));
  return freeze(b, Symbol(first.name.text() + ";" + second.name.text()), meet(first, second), std::move(inputs),
                outputs);
}

Diagram product(const Diagram& left, const Diagram& right) {
  DiagramBuilder b;
  std::vector<InputPort> inputs = left.inputs();
  Arrays left_arrays, right_arrays;
  for (const InputPort& p : left.inputs()) left_arrays[p.name] = variable(b, p);
  for (const InputPort& p : right.inputs()) {
    inputs.push_back(apart(p, inputs));
    right_arrays[p.name] = variable(b, inputs.back());
  }
  std::vector<Output> outputs = embed(b, left, left_arrays, 0);
  for (Output& o : embed(b, right, right_arrays, noise_bound(left))) outputs.push_back(std::move(o));
  return freeze(b, Symbol(left.name.text() + "*" + right.name.text()), meet(left, right), std::move(inputs), outputs);
}

Diagram lift(const Diagram& d, const Axis& axis) {
  DiagramBuilder b;
  const Index t = b.fresh(axis);
  std::vector<InputPort> inputs = d.inputs();
  Arrays arrays;
  for (InputPort& p : inputs) {
    p.axes.insert(p.axes.begin(), axis);
    Ref r = b.input(p.name, p.axes, p.dtype);
    const std::vector<Index> formals(r.at.begin() + 1, r.at.end());
    r.at.front() = t;
    arrays[p.name] = {formals, r};
  }
  return freeze(b, d.name, d.sizes(), std::move(inputs), embed(b, d, arrays, 0, t));
}

}  // namespace skein
