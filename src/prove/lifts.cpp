#include "prove/lifts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "prove/difference.hpp"
#include "prove/instances.hpp"

namespace skein {
namespace {

constexpr double worth_certifying = 1e-10, worth_certifying_by_element = 1e-7;
constexpr int lifts_per_instance = 4;  // where the conditions are hard to meet
constexpr unsigned long largest_size = 3;

class Lifter {
 public:
  Lifter(const Statement& s, std::mt19937_64& random, LiftCounts& counts) : s_(s), random_(random), counts_(counts) {}

  Statement run() {
    Symbol lift("lift");
    for (const InputPort& p : s_.left.inputs())
      for (const Axis& a : p.axes) sizes_.insert(to_string(a.size));
    while (sizes_.count(lift.text())) lift = Symbol(lift.text() + "'");
    lift_ = b_.fresh({size_variable(lift), lift});
    for (const InputPort& p : s_.left.inputs()) map_.inputs[p.name] = term(p);
    const Output left = thaw(b_, s_.left, map_).front(), right = thaw(b_, s_.right, map_).front();
    return {side(left), side(right), conditions()};
  }

 private:
  using Array = DiagramBuilder::Substitution::Array;

  // One in n.
  bool chance(unsigned n) { return random_() % n == 0; }

  // A new array, read in a random way at the indices `at` and perhaps at the lift.
  Ref read(const std::vector<Index>& at, DType dtype) {
    std::vector<Axis> axes;
    std::vector<IndexExpression> where;
    auto add = [&](Index i) {
      const Axis axis = b_.axis(i);
      const IndexExpression e = index_variable(i);
      switch (random_() % 6) {
        case 0:
          ++counts_.strided;
          axes.push_back({axis.size + axis.size + size_constant(1), axis.name});
          where.push_back(e + e + index_constant(static_cast<long>(random_() % 2)));
          return;
        case 1:
          ++counts_.diagonal;
          axes.push_back(axis), axes.push_back(axis);
          where.push_back(e), where.push_back(e);
          return;
        case 2: ++counts_.repeated; return;
        default: axes.push_back(axis); where.push_back(e);
      }
    };
    for (Index i : at) add(i);
    if (chance(2)) ++counts_.further, add(lift_);
    const Symbol name("x" + std::to_string(inputs_.size()));
    inputs_.push_back({name, axes, dtype, Role::input});
    const Ref array = b_.input(name, axes, dtype);
    IndexMap map;
    for (std::size_t k = 0; k < where.size(); ++k) map[array.at[k]] = where[k];
    return b_.read(array, map);
  }

  Array term(const InputPort& p) {
    std::vector<Index> formals;
    for (const Axis& a : p.axes) formals.push_back(b_.fresh(a));
    if (chance(6))
      for (const InputPort& other : s_.left.inputs())
        if (map_.inputs.count(other.name) && like(p, other)) {
          ++counts_.shared;
          return map_.inputs.at(other.name);
        }
    Ref body = read(formals, p.dtype);
    if (p.dtype == DType::real && chance(3)) {
      ++counts_.computed;
      constexpr Op folds[] = {Op::add, Op::mul, Op::max};
      body = b_.add(folds[random_() % 3], {body, read(formals, p.dtype)});
    }
    return {formals, body};
  }

  static bool like(const InputPort& p, const InputPort& q) {
    return p.dtype == q.dtype && p.axes.size() == q.axes.size() &&
           std::equal(p.axes.begin(), p.axes.end(), q.axes.begin(),
                      [](const Axis& a, const Axis& b) { return a.size == b.size; });
  }

  // The sides have the axes of the claim, then the lift.
  Diagram side(const Output& o) {
    std::vector<Index> axes = o.axes;
    axes.push_back(lift_);
    return freeze(b_, s_.left.name, s_.left.sizes(), inputs_, {{o.name, axes, o.value}});
  }

  std::vector<Condition> conditions() {
    std::vector<Condition> out;
    for (const Condition& c : s_.when) out.push_back({c.sign, side(thaw(b_, c.value, map_).front())});
    return out;
  }

  const Statement& s_;
  std::mt19937_64& random_;
  LiftCounts& counts_;
  DiagramBuilder b_;
  Index lift_;
  std::set<std::string> sizes_;
  std::vector<InputPort> inputs_;
  DiagramBuilder::Substitution map_;
};

// Each size from its lower bound to 3, or what the statement's hypotheses allow.
std::optional<Instances::Sizes> small_sizes(const Instances& instances, const Statement& s, std::mt19937_64& random) {
  constexpr int attempts = 40;
  const auto& regular = instances.regular_sizes();
  if (regular.empty()) return std::nullopt;
  for (int k = 0; k < attempts; ++k) {
    Instances::Sizes sizes = regular.front();
    for (auto& [v, n] : sizes) {
      const auto least = static_cast<unsigned long>(s.left.sizes().lower_bound(v));
      n = least + random() % (largest_size + 1 - least);
    }
    if (instances.admissible(sizes)) return sizes;
  }
  return regular[random() % regular.size()];
}

std::string shown(const Instances::Sizes& sizes) {
  std::string out;
  for (const auto& [v, n] : sizes) out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", v.text(), n.get_str());
  return out;
}

// A certified difference at the point, in words.
std::string difference(const Statement& s, const Environment& point) {
  const FloatDifference d = float_difference(evaluate(s.left, point), evaluate(s.right, point));
  if (d.finite && d.relative < worth_certifying && d.by_element < worth_certifying_by_element) return "";
  const CertifiedDifference c = certify(s, point, true, std::chrono::steady_clock::time_point::max());
  if (c.verdict != Comparison::different) return "";
  return fmt::format("at {}: left in {}, right in {}", shown(point.sizes), to_string(c.separation->left),
                     to_string(c.separation->right));
}

}  // namespace

LiftCounts& LiftCounts::operator+=(const LiftCounts& o) {
  instances += o.instances, missed += o.missed, further += o.further, repeated += o.repeated;
  strided += o.strided, diagonal += o.diagonal, computed += o.computed, shared += o.shared;
  for (std::size_t n = 0; n < std::size(sizes); ++n) sizes[n] += o.sizes[n];
  return *this;
}

Statement random_lift(const Statement& s, std::mt19937_64& random, LiftCounts& counts) {
  return Lifter(s, random, counts).run();
}

LiftReport run_lifts(const Statement& s, int count, std::uint64_t seed) {
  LiftReport report;
  std::mt19937_64 random(seed);
  const std::map<Symbol, WeightArray> no_weights;
  for (int k = 0; k < count; ++k) {
    std::optional<Environment> point;
    for (int n = 0; n < lifts_per_instance && !point; ++n) {
      LiftCounts forms;
      const Statement lifted = random_lift(s, random, forms);
      const Instances instances(lifted, no_weights, random());
      const auto sizes = small_sizes(instances, lifted, random);
      if (sizes) point = instances.draw(*sizes, Instances::style(k + n), random());
      if (!point) continue;
      report.counts += forms;
      for (const auto& [v, size] : point->sizes)
        if (size <= largest_size) ++report.counts.sizes[size.get_ui()];
      if (const std::string d = difference(lifted, *point); !d.empty()) {
        report.failure = d;
        return report;
      }
    }
    ++(point ? report.counts.instances : report.counts.missed);
  }
  return report;
}

}  // namespace skein
