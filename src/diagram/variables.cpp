#include "diagram/variables.hpp"

namespace skein {

void collect_variables(const Size& s, std::set<Symbol>& out) {
  for (const auto& [m, c] : s.terms()) out.insert(m.begin(), m.end());
}

void collect_variables(const IndexExpression& e, std::set<Symbol>& out) {
  for (const auto& [m, c] : e.terms())
    for (const IndexAtom& a : m) {
      if (a.size()) out.insert(*a.size());
      if (const Quotient* q = a.quotient()) {
        collect_variables(q->numerator, out);
        collect_variables(q->denominator, out);
      }
    }
}

std::set<Symbol> size_variables(const Diagram& d) {
  std::set<Symbol> out;
  auto axes = [&](const std::vector<Axis>& list) {
    for (const Axis& a : list) collect_variables(a.size, out);
  };
  for (const InputPort& p : d.inputs()) axes(p.axes);
  for (const OutputPort& p : d.outputs()) axes(p.axes);
  for (const Box& box : d.boxes()) {
    axes(box.degree);
    axes(box.bound);
    collect_variables(box.size, out);
    for (const IndexExpression& e : box.index) collect_variables(e, out);
  }
  for (const Size& h : d.sizes().hypotheses) collect_variables(h, out);
  return out;
}

}  // namespace skein
