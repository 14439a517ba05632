#include "prove/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "backend/enclosure.hpp"
#include "prove/difference.hpp"
#include "prove/domain.hpp"
#include "prove/instances.hpp"

namespace skein {

namespace {

constexpr long precision_bits = 192;
constexpr std::size_t rounding_instances = 4;
constexpr int powers[] = {0, 1, -1, 2, -2};  // of two: a number and its double are rounded alike

Rational power_of_two(int n) { return n < 0 ? Rational(1) / power_of_two(-n) : Rational(1L << n); }

// Real scalars that depend on nothing: arithmetic and functions of numerals and fixed sizes.
std::vector<WireId> closed_terms(const Diagram& d) {
  std::vector<bool> closed(d.boxes().size(), false);
  std::vector<WireId> out;
  for (std::uint32_t w = 0; w < d.boxes().size(); ++w) {
    const Box& box = d.boxes()[w];
    if (!box.degree.empty() || box.dtype != DType::real || !box.deterministic) continue;
    if (box.op == Op::literal)
      closed[w] = true;
    else if (box.op == Op::size_value)
      closed[w] = box.size.is_constant();
    else
      closed[w] = info(box.op).pointwise && box.op != Op::opaque && box.index.empty() && !box.inputs.empty() &&
                  std::all_of(box.inputs.begin(), box.inputs.end(), [&](const Port& p) { return closed[p.wire.id]; });
    if (closed[w]) out.push_back({w});
  }
  return out;
}

// Numbers that may stand for another: no whole numbers, and nothing on which a comparison depends, for there the
// smallest difference may be the whole.
std::set<Rational> candidates(const Diagram& model) {
  std::set<Rational> out;
  for (const Box& box : model.boxes())
    if (box.op == Op::literal && box.value.get_den() != 1) out.insert(box.value);
  const std::vector<bool> compared = compared_boxes(model);
  for (std::size_t w = 0; w < compared.size(); ++w)
    if (compared[w] && model.boxes()[w].op == Op::literal) out.erase(model.boxes()[w].value);
  return out;
}

// The closed diagram `term`, times a number.
Diagram times(const Rational& factor, const Diagram& term) {
  if (factor == 1) return term;
  DiagramBuilder b;
  const Ref value = b.add(Op::mul, {b.literal(factor), thaw(b, term).front().value});
  return freeze(b, term.name, {}, {}, {{Symbol("out"), {}, value}});
}

// The distance of neighbouring float32 numbers at x, if x is one.
std::optional<Rational> last_place(const Rational& x) {
  const double value = x.get_d();
  const auto single = static_cast<float>(value);
  if (Rational(value) != x || static_cast<double>(single) != value || !std::isnormal(single)) return {};
  return Rational(std::ldexp(1.0, std::ilogb(single) - 23));
}

}  // namespace

std::vector<bool> compared_boxes(const Diagram& d) {
  std::vector<bool> out(d.boxes().size(), false);
  for (std::size_t w = out.size(); w-- > 0;) {  // a box stands after its inputs
    const Box& box = d.boxes()[w];
    if (out[w] || box.op == Op::less || box.op == Op::less_equal || box.op == Op::equal)
      for (const Port& p : box.inputs) out[p.wire.id] = true;
  }
  return out;
}

RoundedConstants::RoundedConstants(const Diagram& diagram, const Diagram& model) {
  const std::set<Rational> stored = candidates(model);
  if (stored.empty()) return;
  std::set<Rational> kept;  // numbers that the diagram has as well
  struct Term {
    Diagram diagram;
    Interval value;
    std::string text;
  };
  std::vector<Term> terms;
  for (WireId w : closed_terms(diagram)) {
    DiagramBuilder b;
    const std::vector<Output> value = thaw(b, with_outputs(diagram, {w}));
    Term term{freeze(b, Symbol("constant"), {}, {}, value), {}, {}};
    term.value = evaluate_enclosures(term.diagram, {}, precision_bits).at(0).data.at(0);
    if (!term.value.lower || !term.value.upper) continue;
    if (*term.value.lower == *term.value.upper) kept.insert(*term.value.lower);
    const Box& box = diagram.box(w);
    term.text = box.op == Op::literal ? box.value.get_str() : sketch(b, value.front().value.wire);
    terms.push_back(std::move(term));
  }
  for (const Rational& x : stored) {
    const auto place = last_place(x);
    if (!place || kept.count(x)) continue;
    for (int power : powers) {
      if (terms_.count(x)) break;
      for (const Term& term : terms) {
        const Rational factor = power_of_two(power), y = x / factor;
        const Rational difference = factor * std::max<Rational>(abs(y - *term.value.lower), abs(y - *term.value.upper));
        if (difference * 2 > *place) continue;
        const std::string text = power == 0 ? term.text : factor.get_str() + " * " + term.text;
        list_.push_back({x, text, difference.get_d(), Rational(difference / *place).get_d()});
        terms_.emplace(x, times(factor, term.diagram));
        break;
      }
    }
  }
}

Diagram RoundedConstants::exact(const Diagram& model) const {
  if (terms_.empty()) return model;
  // The literals become inputs, for which their terms are substituted.
  auto name = [](const Rational& x) { return Symbol("the constant " + x.get_str()); };
  std::vector<Box> boxes = model.boxes();
  std::vector<InputPort> ports = model.inputs();
  for (Box& box : boxes) {
    if (box.op != Op::literal || !terms_.count(box.value)) continue;
    Box input;
    input.op = Op::input;
    input.name = name(box.value);
    box = std::move(input);
  }
  for (const auto& [x, term] : terms_) ports.push_back({name(x), {}, DType::real, Role::input});
  const Diagram open = Diagram::from_arrays(model.name, model.sizes(), std::move(ports), model.outputs(), boxes);
  DiagramBuilder b;
  DiagramBuilder::Substitution s;
  for (const auto& [x, term] : terms_) s.inputs[name(x)] = {{}, thaw(b, term).front().value};
  return freeze(b, model.name, model.sizes(), model.inputs(), thaw(b, open, s));
}

double rounding_error(const Statement& stored, const std::map<Symbol, WeightArray>& numbers, std::uint64_t seed) {
  const Instances instances(stored, numbers, seed);
  const auto& sizes = instances.regular_sizes();
  std::optional<double> largest;
  try {
    for (std::size_t k = 0; k < rounding_instances && !sizes.empty(); ++k)
      if (const auto point = instances.draw(sizes[k % sizes.size()], {}, seed + k)) {
        const auto d = float_difference(evaluate(stored.left, *point), evaluate(stored.right, *point));
        largest = std::max(largest.value_or(0), d.finite ? d.relative : INFINITY);
      }
  } catch (const EvaluationError&) {  // too large to be run
    return INFINITY;
  }
  return largest.value_or(INFINITY);
}

}  // namespace skein
