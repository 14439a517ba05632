#include "prove/instances.hpp"

#include <algorithm>
#include <cmath>

#include "prove/satisfy.hpp"
#include "prove/unify.hpp"

namespace skein {

namespace {

constexpr int largest_size = 5;
constexpr int regular_choices = 6;
constexpr int draws_for_conditions = 64;

// Nearly constant arrays come early: they are where an epsilon under a root shows.
constexpr Instances::Style styles[] = {
    {.scale = 1},
    {.scale = 1e-2},
    {.scale = 1e-3, .offset = 1},
    {.scale = 1, .signs = true},
    {.scale = 1, .signs = true, .specials = true},
    {.scale = 10},
    {.values = Values::mixed},
    {.scale = 1e-2, .offset = 0.5, .signs = true},
    {.scale = 100},
    {.scale = 1, .specials = true},
    {.values = Values::ones},
    {.values = Values::zeros},
    {.scale = 1e-3},
    {.values = Values::huge, .signs = true},
    {.values = Values::tiny},
    {.values = Values::mixed, .signs = true, .specials = true},
};

std::set<Symbol> inputs_read(const Diagram& d) {
  std::set<Symbol> names;
  for (const Box& b : d.boxes())
    if (b.op == Op::input) names.insert(b.name);
  return names;
}

bool holds(Sign sign, double x) {
  return sign == Sign::positive ? x > 0 : sign == Sign::nonnegative ? x >= 0 : x != 0 && !std::isnan(x);
}

}  // namespace

Instances::Instances(const Statement& s, const std::map<Symbol, WeightArray>& fixed, std::uint64_t seed)
    : statement_(s), fixed_(fixed) {
  Environment e;
  for (const auto& [name, w] : fixed) e.inputs.emplace(name, to_array(w)), numbered_.insert(name);
  infer_sizes(s.left, e);
  given_ = e.sizes;
  std::set<Symbol> all = size_variables(s.left);
  all.merge(size_variables(s.right));
  for (const Condition& c : s.when) all.merge(size_variables(c.value));
  for (const Given& g : s.given) all.merge(size_variables(g.left)), all.merge(size_variables(g.right));
  for (Symbol v : all)
    if (!given_.count(v)) variables_.push_back(v);
  const std::set<Symbol> right = inputs_read(s.right);
  for (Symbol name : inputs_read(s.left))
    if (right.count(name)) shared_.insert(name);
  choose_sizes(seed);
}

bool Instances::admissible(const Sizes& sizes) const {
  for (const Diagram* d : {&statement_.left, &statement_.right}) {
    for (const Size& h : d->sizes().hypotheses)
      if (const auto value = evaluate(h, sizes); !value || *value < 0) return false;
    for (const auto& [v, n] : sizes)
      if (n < d->sizes().lower_bound(v)) return false;
    auto axes = [&](const std::vector<Axis>& list) {
      return std::all_of(list.begin(), list.end(), [&](const Axis& a) {
        const auto value = evaluate(a.size, sizes);
        return value && *value >= 0;
      });
    };
    for (const InputPort& p : d->inputs())
      if (!axes(p.axes)) return false;
    for (const Box& b : d->boxes())
      if (!axes(b.degree) || !axes(b.bound)) return false;
  }
  return true;
}

void Instances::choose_sizes(std::uint64_t seed) {
  if (variables_.empty()) {
    if (admissible(given_)) regular_.push_back(given_);
    return;
  }
  auto add = [&](std::vector<Sizes>& list, const Sizes& sizes) {
    if (admissible(sizes) && std::find(list.begin(), list.end(), sizes) == list.end()) list.push_back(sizes);
  };
  SampleOptions options;
  options.largest_size = largest_size;
  options.sizes = given_;
  for (int k = 0; k < regular_choices; ++k) {
    try {
      add(regular_, sample_sizes({&statement_.left, &statement_.right}, seed + static_cast<std::uint64_t>(k), options));
    } catch (const EvaluationError&) {
      break;  // no such sizes up to the sampler's limit; the degenerate ones remain
    }
  }
  auto uniform = [&](long n) {
    Sizes sizes = given_;
    for (Symbol v : variables_) sizes[v] = n;
    return sizes;
  };
  add(degenerate_, uniform(1));
  for (long small : {1L, 0L})
    for (Symbol v : variables_) {
      Sizes sizes = uniform(2);
      sizes[v] = small;
      add(degenerate_, sizes);
    }
  add(degenerate_, uniform(0));
  if (regular_.empty()) std::swap(regular_, degenerate_);
}

Instances::Style Instances::style(int k) {
  Style s = styles[static_cast<std::size_t>(k) % std::size(styles)];
  // The first round keeps the weights, which is what a user of the models means; later ones alternate.
  if (k >= static_cast<int>(std::size(styles)) && k % 2 == 1) s.weights = Weights::perturbed;
  return s;
}

Environment Instances::arrays(const Sizes& sizes, const Style& style, std::uint64_t seed) const {
  Environment e{sizes, {}};
  std::mt19937_64 random(seed);
  SampleOptions options;
  options.values = style.values;
  options.scale = style.scale;
  for (const InputPort& p : statement_.left.inputs()) {
    if (auto it = fixed_.find(p.name); it != fixed_.end()) {
      Array a = to_array(it->second);
      if (style.weights == Weights::perturbed && shared_.count(p.name) && p.dtype != DType::boolean) {
        // By a factor, so that a variance stays positive.
        const Array factor = sample_array(a.shape, DType::real, random, {});
        for (std::size_t k = 0; k < a.data.size(); ++k)
          if (std::isfinite(a.data[k]))
            a.data[k] = static_cast<double>(static_cast<float>(a.data[k] * std::exp2(factor.data[k] / 4)));
      }
      e.inputs.emplace(p.name, std::move(a));
      continue;
    }
    Array a = sample_array(shape_of(p.axes, sizes), p.dtype, random, options);
    if (p.dtype != DType::boolean) {
      const std::uint64_t sign = style.signs ? random() % 3 : 0, special = style.specials ? random() % 5 : 2;
      for (double& x : a.data) {
        x = static_cast<double>(static_cast<float>(x + style.offset));
        if (std::isfinite(x) && sign != 0) x = sign == 1 ? std::fabs(x) : -std::fabs(x);
        if (special < 2) x = static_cast<double>(special);
      }
    }
    e.inputs.emplace(p.name, std::move(a));
  }
  return e;
}

bool Instances::conditions_hold(const Environment& e) const {
  for (const Condition& c : statement_.when)
    for (const Array& a : evaluate(c.value, e))
      if (!std::all_of(a.data.begin(), a.data.end(), [&](double x) { return holds(c.sign, x); })) return false;
  return true;
}

std::optional<Environment> Instances::draw(const Sizes& sizes, const Style& style, std::uint64_t seed) const {
  Style varied = style;
  for (int k = 0; k < draws_for_conditions; ++k, varied.signs = true) {
    const std::uint64_t own = seed + 0x9e3779b97f4a7c15u * static_cast<std::uint64_t>(k);
    Environment e = arrays(sizes, varied, own);
    std::mt19937_64 random(~own);
    if (!satisfy(statement_, numbered_, e, random)) return {};
    if (conditions_hold(e)) return e;
  }
  return {};
}

}  // namespace skein
