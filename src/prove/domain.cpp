#include "prove/domain.hpp"

namespace skein {
namespace {

struct Demand {
  WireId about;
  Sign sign;
  friend auto operator<=>(const Demand&, const Demand&) = default;
};

const char* in_words(Sign s) {
  switch (s) {
    case Sign::positive: return "is positive";
    case Sign::nonnegative: return "is not negative";
    case Sign::nonzero: return "is not 0";
  }
  return "?";
}

// What the partial boxes below a wire demand of their inputs.
void collect(const Kernel& k, const DiagramBuilder& b, const std::vector<WireId>& roots, std::set<Demand>& demands,
             std::set<std::string>& empty) {
  for (WireId w : wires_below(b, roots)) {
    const Box& box = b.box(w);
    if (box.op == Op::inv) demands.insert({box.inputs[0].wire, Sign::nonzero});
    if (box.op == Op::log) demands.insert({box.inputs[0].wire, Sign::positive});
    if (box.op == Op::sqrt) demands.insert({box.inputs[0].wire, Sign::nonnegative});
    if (box.op == Op::reduce && (box.fold == Op::max || box.fold == Op::min))
      for (const Axis& a : box.bound)
        if (!k.sizes().positive(a.size)) empty.insert("an axis of size " + to_string(a.size) + " is not empty");
  }
}

// Whether the two sides of an equation have the same values: no axis that only one of them has may be empty.
bool same_values(Kernel& k, const Equation& e) {
  auto inhabited = [&](const Size& s) { return k.sizes().positive(s); };
  const std::vector<Axis>& axes = k.arena().axes(e.lhs);
  for (std::uint32_t n = 0; n < axes.size(); ++n)
    if (std::find(e.rhs_at.begin(), e.rhs_at.end(), n) == e.rhs_at.end() && !inhabited(axes[n].size)) return false;
  return e.uses.empty() && std::all_of(e.extra.begin(), e.extra.end(), inhabited);
}

// Those that stand below a branch of cases: they hold under its guard only, which is not recorded here.
std::set<Demand> guarded_demands(const Kernel& k, const DiagramBuilder& b, const std::vector<WireId>& roots) {
  std::set<Demand> out;
  std::set<std::string> ignored;
  for (WireId w : wires_below(b, roots))
    if (b.box(w).op == Op::cases)
      for (const Port& p : b.box(w).inputs) collect(k, b, {p.wire}, out, ignored);
  return out;
}

}  // namespace

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
  std::set<Demand> demands;
  std::set<std::string> ignored;
  for (const Diagram* d : {&left, &right})
    for (const Output& o : thaw(b, *d)) {
      std::set<Demand> all;
      collect(k, b, {o.value.wire}, all, ignored);
      const std::set<Demand> guarded = guarded_demands(k, b, {o.value.wire});
      for (const Demand& demand : all)
        if (!guarded.count(demand)) demands.insert(demand);
    }
  Signs signs(k);
  std::vector<Condition> out;
  for (const Demand& d : demands) {
    if (signs.find(d.about, d.sign)) continue;
    const Ref r = b.at_fresh(d.about);
    out.push_back({d.sign, freeze(b, Symbol("condition"), left.sizes(), left.inputs(), {{Symbol("out"), r.at, r}})});
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
  std::set<Demand> all[2], guarded[2], demands[2], free[2];
  std::set<std::string> words[2];
  Signs signs(k);
  for (int side = 0; side < 2; ++side) {
    const std::vector<WireId>& roots = side ? right : left;
    collect(k, k.arena(), roots, all[side], words[side]);
    guarded[side] = guarded_demands(k, k.arena(), roots);
    for (const Demand& d : all[side]) {
      if (!guarded[side].count(d)) free[side].insert({representative(d.about), d.sign});
      if (signs.find(d.about, d.sign) || signs.find(representative(d.about), d.sign)) continue;
      const auto other = simpler ? simpler(k.arena().at_fresh(d.about)) : std::nullopt;
      if (!other || !signs.find(other->to.wire, d.sign)) demands[side].insert(d);
    }
  }
  // Conditions that both sides have outside of guards are about one domain.
  for (int side = 0; side < 2; ++side)
    std::erase_if(demands[side], [&](const Demand& d) {
      return !guarded[side].count(d) && free[1 - side].count({representative(d.about), d.sign});
    });
  if (!demands[0].empty() || !demands[1].empty()) {
    Normaliser n(k, deadline);
    std::map<Demand, Demand> normal[2];  // by normal form
    try {
      for (int side = 0; side < 2; ++side)
        for (const Demand& d : all[side])
          if (!guarded[side].count(d))
            normal[side].emplace(Demand{n.normal(k.arena().at_fresh(d.about)).to.wire, d.sign}, d);
      for (int side = 0; side < 2; ++side)
        for (const auto& [form, d] : normal[side])
          if (normal[1 - side].count(form)) demands[side].erase(d);
    } catch (const OutOfTime&) {  // what could not be compared stays listed
    } catch (const Rejected&) {
    }
  }
  std::vector<std::string> out;
  for (int side = 0; side < 2; ++side) {
    const std::string where = side ? "in the right side, " : "in the left side, ";
    for (const Demand& d : demands[side]) out.push_back(where + sketch(k.arena(), d.about) + " " + in_words(d.sign));
    for (const std::string& w : words[side])
      if (!words[1 - side].count(w)) out.push_back(where + w);
  }
  return out;
}

}  // namespace skein
