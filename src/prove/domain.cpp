#include "prove/domain.hpp"

#include "prove/demands.hpp"

namespace skein {
namespace {

const char* in_words(Sign s) {
  switch (s) {
    case Sign::positive: return "is positive";
    case Sign::nonnegative: return "is not negative";
    case Sign::nonzero: return "is not 0";
  }
  return "?";
}

// Whether no axis that only one side of an equation has may be empty: then what holds of one at all points holds so of
// the other.
bool keeps_axes(Kernel& k, const Equation& e) {
  auto inhabited = [&](const Size& s) { return k.sizes().positive(s); };
  const std::vector<Axis>& axes = k.arena().axes(e.lhs);
  for (std::uint32_t n = 0; n < axes.size(); ++n)
    if (std::find(e.rhs_at.begin(), e.rhs_at.end(), n) == e.rhs_at.end() && !inhabited(axes[n].size)) return false;
  return std::all_of(e.extra.begin(), e.extra.end(), inhabited);
}

bool same_values(Kernel& k, const Equation& e) { return e.uses.empty() && keeps_axes(k, e); }

// A term read in some places only, with the places.
std::string term(const DiagramBuilder& b, WireId w) {
  const Box& x = b.box(w);
  if (x.op != Op::view) return sketch(b, w);
  std::string at;
  for (const IndexExpression& e : x.index)
    at += (at.empty() ? "" : ", ") + to_string(e, [&](Index i) { return x.degree.at(i.id).name.text(); });
  return sketch(b, x.inputs[0].wire) + "[" + at + "]";
}

std::string in_words(const DiagramBuilder& b, const Demand& d) {
  if (d.axis) return "an axis of size " + to_string(*d.axis) + " is not empty";
  return (d.guarded ? "wherever it is asked for, " + sketch(b, d.about) : term(b, d.value)) + " " + in_words(d.sign);
}

}  // namespace

std::string in_words(const Condition& c) {
  DiagramBuilder b;
  return term(b, thaw(b, c.value).front().value.wire) + " " + in_words(c.sign);
}

std::string sketch(const DiagramBuilder& b, WireId w, int depth) {
  const Box& x = b.box(w);
  if (x.op == Op::input) return x.name.text();
  if (x.op == Op::literal) return x.value.get_den() == 1 ? x.value.get_str() : std::to_string(x.value.get_d());
  if (x.op == Op::size_value) return x.size.is_constant() ? to_string(x.size) : "|" + to_string(x.size) + "|";
  if (depth == 0) return "...";
  std::string out = x.op == Op::reduce ? std::string(x.fold == Op::add ? "sum" : info(x.fold).name) : info(x.op).name;
  out += "(";
  for (std::size_t n = 0; n < x.inputs.size(); ++n) out += (n ? ", " : "") + sketch(b, x.inputs[n].wire, depth - 1);
  return out + ")";
}

std::vector<Condition> domain_conditions(const Diagram& left, const Diagram& right) {
  Kernel k(left.sizes());
  DiagramBuilder& b = k.arena();
  Signs signs(k);
  std::set<std::pair<WireId, Sign>> needed;
  for (const Diagram* d : {&left, &right})
    for (const Output& o : thaw(b, *d))
      if (const auto demands = demands_below(b, k.sizes(), {o.value.wire},
                                             [&](WireId w, Sign s) { return signs.find(w, s).has_value(); }))
        for (const Demand& demand : *demands)
          if (!demand.guarded && !demand.axis) needed.insert({demand.value, demand.sign});
  std::vector<Condition> out;
  for (const auto& [value, sign] : needed) {
    const Ref r = b.at_fresh(value);
    out.push_back({sign, freeze(b, Symbol("condition"), left.sizes(), left.inputs(), {{Symbol("out"), r.at, r}})});
  }
  return out;
}

std::vector<std::string> domain_hypotheses(Kernel& k, const std::vector<WireId>& left, const std::vector<WireId>& right,
                                           Points* points,
                                           const std::function<std::optional<Rewrite>(const Ref&)>& simpler,
                                           std::chrono::steady_clock::time_point deadline) {
  auto representative = [&](WireId w) {
    if (!points) return w;
    const Rewrite r = points->image(w);
    return same_values(k, k.equation(r.proof)) ? r.to.wire : w;
  };
  Signs signs(k);
  auto discharged = [&](WireId w, Sign s) {
    if (signs.find(w, s) || signs.find(representative(w), s)) return true;
    const auto other = simpler ? simpler(k.arena().at_fresh(w)) : std::nullopt;
    return other && signs.find(other->to.wire, s);
  };
  std::vector<std::string> out;
  std::vector<Demand> demands[2];
  for (int side = 0; side < 2; ++side)
    if (auto found = demands_below(k.arena(), k.sizes(), side ? right : left, discharged))
      demands[side] = std::move(*found);
    else
      out.push_back(std::string(side ? "the right" : "the left") + " side is defined, which takes too many conditions");

  // Where both sides ask for the same they have one domain.
  auto cancel = [&](const std::function<WireId(WireId)>& form) {
    std::set<std::pair<WireId, Sign>> forms[2];
    std::vector<std::pair<WireId, Sign>> of[2];
    for (int side = 0; side < 2; ++side)
      for (const Demand& d : demands[side]) {
        of[side].emplace_back(form(d.value), d.sign);
        forms[side].insert(of[side].back());
      }
    for (int side = 0; side < 2; ++side) {
      std::vector<Demand> left_over;
      for (std::size_t n = 0; n < demands[side].size(); ++n)
        if (!forms[1 - side].count(of[side][n])) left_over.push_back(demands[side][n]);
      demands[side] = std::move(left_over);
    }
  };
  cancel(representative);
  if (!demands[0].empty() && !demands[1].empty()) {
    Normaliser n(k, deadline);
    try {
      cancel([&](WireId w) {
        const Rewrite r = n.normal(k.arena().at_fresh(w));
        return keeps_axes(k, k.equation(r.proof)) ? r.to.wire : w;
      });
    } catch (const OutOfTime&) {  // what could not be compared stays listed
    } catch (const Rejected&) {
    }
  }
  std::set<std::string> said(out.begin(), out.end());
  for (int side = 0; side < 2; ++side)
    for (const Demand& d : demands[side]) {
      std::string words = (side ? "in the right side, " : "in the left side, ") + in_words(k.arena(), d);
      if (said.insert(words).second) out.push_back(std::move(words));
    }
  return out;
}

}  // namespace skein
