#include "prove/conditions.hpp"

#include <algorithm>
#include <random>

#include "lang/sizes.hpp"
#include "prove/difference.hpp"
#include "prove/instances.hpp"

namespace skein {
namespace {

constexpr int largest_size = 3, wanted_instances = 48, attempts = 4000, draws = 3;
constexpr double same_floats = 1e-9;

struct Instance {
  Instances::Sizes sizes;
  bool agree = false;
};

struct Candidate {
  std::string text;
  SizeEquation equation;
  Symbol variable;
  Size value;  // of the variable, where the equation holds
};

// Small sizes, each with whether the two sides agree there on random arrays.
std::vector<Instance> instances_of(const Claim& claim, std::uint64_t seed, const DeriveOptions& options) {
  const Statement s = to_statement(claim);
  const std::map<Symbol, WeightArray> nothing_fixed;
  const Instances source(s, nothing_fixed, seed);
  std::vector<Instance> out;
  if (!source.symbolic() || source.regular_sizes().empty()) return out;
  std::mt19937_64 random(seed);
  for (int k = 0; k < attempts && out.size() < wanted_instances; ++k) {
    if (std::chrono::steady_clock::now() > options.deadline) break;
    Instance i{source.regular_sizes().front(), true};
    for (auto& [v, n] : i.sizes) n = 1 + static_cast<long>(random() % largest_size);
    if (!source.admissible(i.sizes)) continue;
    for (int d = 0; d < draws && i.agree; ++d)
      if (const auto point = source.draw(i.sizes, Instances::style(0), random()))
        i.agree = float_difference(evaluate(s.left, *point), evaluate(s.right, *point)).relative < same_floats;
    out.push_back(std::move(i));
  }
  return out;
}

std::vector<Candidate> candidates_of(const Claim& claim) {
  std::vector<Symbol> variables;
  for (const auto& [name, size] : claim.named_sizes)
    for (const auto& [m, c] : size.terms()) variables.insert(variables.end(), m.begin(), m.end());
  std::sort(variables.begin(), variables.end());
  variables.erase(std::unique(variables.begin(), variables.end()), variables.end());

  std::vector<Candidate> out;
  auto add = [&](const std::string& text, const Size& difference) {
    const SizeEquation e = reduced(difference, claim.left.sizes());
    const auto solved = solve_linear(e.left - e.right, variables);
    if (!solved || std::any_of(out.begin(), out.end(), [&](const Candidate& c) { return c.equation == e; })) return;
    out.push_back({text, e, solved->first, solved->second});
  };
  const auto& sizes = claim.named_sizes;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    for (std::size_t j = i + 1; j < sizes.size(); ++j)
      add(sizes[i].first.text() + " == " + sizes[j].first.text(), sizes[i].second - sizes[j].second);
  for (const auto& [name, size] : sizes) add(name.text() + " == 1", size - size_constant(1));
  return out;
}

Claim restricted(const Claim& claim, Symbol variable, const Size& value) {
  const std::map<Symbol, Size> map{{variable, value}};
  SizeContext context;
  for (const auto& [v, lower] : claim.left.sizes().lower)
    if (v != variable) context.lower[v] = lower;
  std::vector<Size> hypotheses{value - size_constant(claim.left.sizes().lower_bound(variable))};
  for (const Size& h : claim.left.sizes().hypotheses) hypotheses.push_back(substitute(h, map));
  for (const Size& h : hypotheses)
    if (!context.nonnegative(h)) context.hypotheses.push_back(h);
  DiagramBuilder b;
  auto at_sizes = [&](const Diagram& d) {
    std::vector<InputPort> ports = d.inputs();
    for (InputPort& p : ports)
      for (Axis& a : p.axes) a.size = substitute(a.size, map);
    DiagramBuilder::Substitution s;
    s.sizes = map;
    return freeze(b, d.name, context, std::move(ports), thaw(b, d, s));
  };
  Claim out = claim;
  out.negated = true;      // it has the name of the claim, and must not be taken for it
  out.same_calls = false;  // it may hold by definition
  out.left = at_sizes(claim.left);
  out.right = at_sizes(claim.right);
  for (SignCondition& c : out.when) c.value = at_sizes(c.value);
  return out;
}

}  // namespace

std::optional<MissingCondition> find_condition(RuleBook& book, const Claim& claim, std::uint64_t seed,
                                               const DeriveOptions& options) {
  const std::vector<Instance> instances = instances_of(claim, seed, options);
  struct Ranked {
    Candidate candidate;
    int agreeing_outside = 0;
  };
  std::vector<Ranked> ranked;
  MissingCondition out;
  for (const Instance& i : instances) ++(i.agree ? out.agreeing : out.differing);
  for (Candidate& c : candidates_of(claim)) {
    int inside = 0, wrong = 0;
    for (const Instance& i : instances) {
      const bool holds = evaluate(c.equation.left, i.sizes) == evaluate(c.equation.right, i.sizes);
      if (holds) ++(i.agree ? inside : wrong);
    }
    if (inside > 0 && wrong == 0) ranked.push_back({std::move(c), out.agreeing - inside});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.agreeing_outside < b.agreeing_outside; });
  for (const auto& [candidate, outside] : ranked) {
    out.report = book.verify(restricted(claim, candidate.variable, candidate.value), options);
    if (out.report.status != RuleStatus::verified) continue;
    out.text = candidate.text;
    out.agreeing_outside = outside;
    return out;
  }
  return std::nullopt;
}

}  // namespace skein
