#include "check/values.hpp"

#include <algorithm>
#include <cmath>

namespace skein {

namespace {

constexpr double tolerance = 1e-8;  // relative to the largest value of the set that is sought
constexpr std::size_t largest_wire = std::size_t{1} << 21;

double largest(const std::vector<double>& sorted) {
  return sorted.empty() ? 0 : std::max(std::fabs(sorted.front()), std::fabs(sorted.back()));
}

}  // namespace

ValueSet::ValueSet(std::vector<double> values) : values_(std::move(values)) {
  std::erase_if(values_, [](double x) { return !std::isfinite(x); });
  std::sort(values_.begin(), values_.end());
  const double near = tolerance * largest(values_);
  values_.erase(std::unique(values_.begin(), values_.end(), [&](double a, double b) { return b - a <= near; }),
                values_.end());
}

bool ValueSet::contains(const ValueSet& other) const {
  const double near = 2 * tolerance * largest(other.values_);
  auto at = values_.begin();
  for (double x : other.values_) {
    at = std::lower_bound(at, values_.end(), x - near);
    if (at == values_.end() || *at > x + near) return false;
  }
  return true;
}

ValueSet ValueSet::scaled(double factor) const {
  std::vector<double> values = values_;
  for (double& x : values) x *= factor;
  return ValueSet(std::move(values));
}

void ValueSet::insert(const ValueSet& other) {
  std::vector<double> all(values_.size() + other.values_.size());
  std::merge(values_.begin(), values_.end(), other.values_.begin(), other.values_.end(), all.begin());
  values_ = std::move(all);
}

std::optional<double> ValueSet::ratio(const ValueSet& other) const {
  if (values_.size() != other.values_.size() || values_.size() < 2 || largest(values_) == 0) return {};
  for (const bool reversed : {false, true}) {
    const double c = reversed ? other.values_.front() / values_.back() : other.values_.back() / values_.back();
    if (std::isfinite(c) && c != 0 && (c < 0) == reversed && scaled(c).contains(other)) return c;
  }
  return {};
}

std::vector<std::set<Symbol>> inputs_below(const Diagram& d) {
  std::vector<std::set<Symbol>> below(d.boxes().size());
  for (std::size_t w = 0; w < d.boxes().size(); ++w) {
    const Box& box = d.boxes()[w];
    if (box.op == Op::input) below[w].insert(box.name);
    for (const Port& p : box.inputs) below[w].insert(below[p.wire.id].begin(), below[p.wire.id].end());
  }
  return below;
}

std::vector<WireId> value_wires(const Diagram& d, const std::map<Symbol, Integer>& sizes) {
  std::vector<bool> only_summed(d.boxes().size(), true);
  for (const OutputPort& o : d.outputs()) only_summed[o.wire.id] = false;
  for (const Box& box : d.boxes())
    for (const Port& p : box.inputs)
      if (box.op != Op::reduce || box.fold != Op::add) only_summed[p.wire.id] = false;
  std::vector<WireId> out;
  for (std::uint32_t w = 0; w < d.boxes().size(); ++w) {
    const Box& box = d.boxes()[w];
    if (box.dtype == DType::boolean || (box.op == Op::mul && only_summed[w])) continue;
    std::size_t count = 1;
    for (std::size_t n : shape_of(box.degree, sizes))
      count = n > largest_wire ? n : std::min(count * n, largest_wire + 1);
    if (count <= largest_wire) out.push_back({w});
  }
  return out;
}

}  // namespace skein
