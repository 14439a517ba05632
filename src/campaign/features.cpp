#include "campaign/features.hpp"

#include <algorithm>

#include "verify/recurrence.hpp"

namespace skein {
namespace {

// A sum of products one factor of which chooses by the comparison of a number with the place: x[i] for i that is data.
bool reads_by_comparison(const Diagram& d, const Box& sum) {
  if (sum.op != Op::reduce || sum.fold != Op::add) return false;
  const Box& body = d.box(sum.inputs[0].wire);
  auto chooses_place = [&](const Box& x) {
    if (x.op != Op::where) return false;
    const Box& condition = d.box(x.inputs[0].wire);
    return condition.op == Op::equal && std::any_of(condition.inputs.begin(), condition.inputs.end(),
                                                    [&](const Port& p) { return d.box(p.wire).op == Op::index_value; });
  };
  return body.op == Op::mul && std::any_of(body.inputs.begin(), body.inputs.end(),
                                           [&](const Port& p) { return chooses_place(d.box(p.wire)); });
}

bool may_be_empty(const Diagram& d, const Axis& a) {
  return !a.size.is_constant() && d.sizes().nonnegative(a.size) && !d.sizes().positive(a.size);
}

}  // namespace

void add(Counts& to, const Counts& from) {
  for (const auto& [name, n] : from) to[name] += n;
}

FeatureSet draw_features(const Shares& s, std::mt19937_64& random) {
  auto chance = [&](double share) { return static_cast<double>(random() >> 11) * 0x1p-53 < share; };
  FeatureSet f;
  f.ext = chance(s.ext), f.empty_axis = chance(s.empty_axis), f.guard = chance(s.guard), f.take = chance(s.take);
  f.fold = chance(s.fold), f.repeat = !f.fold && chance(s.repeat), f.stochastic = chance(s.stochastic);
  f.view = chance(s.view), f.where = chance(s.where), f.opaque = chance(s.opaque);
  f.positive = chance(s.positive), f.hypothesis = chance(s.hypothesis);
  return f;
}

Counts features_of(const Statement& s) {
  const Diagram& d = s.left;
  std::map<std::string, bool> has;
  for (const Box& x : d.boxes()) {
    if (x.op == Op::cases) has["guards"] = true;
    if (x.op == Op::view) has["views"] = true;
    if (x.op == Op::where) has["where"] = true;
    if (x.op == Op::opaque) has[x.deterministic ? "opaque boxes" : "stochastic boxes"] = true;
    if (x.op == Op::reduce) has[std::string("reductions by ") + info(x.fold).name] = true;
    if (x.dtype == DType::ext) has["ext"] = true;
    if (x.dtype == DType::boolean) has["booleans"] = true;
    if (reads_by_comparison(d, x)) has["take"] = true;
    for (const auto* axes : {&x.degree, &x.bound})
      for (const Axis& a : *axes)
        if (may_be_empty(d, a)) has["axes that may be empty"] = true;
  }
  for (const Recurrence& r : recurrences(s)) has[r.steps.is_constant() ? "repeat" : "folds"] = true;
  if (!s.when.empty()) has["conditions on signs"] = true;
  if (!d.sizes().hypotheses.empty()) has["hypotheses on sizes"] = true;
  Counts out{{"diagrams", 1}};
  for (const auto& [name, yes] : has) out[name] = yes;
  return out;
}

}  // namespace skein
