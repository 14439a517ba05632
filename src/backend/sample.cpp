#include "backend/sample.hpp"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "backend/dense.hpp"
#include "diagram/variables.hpp"

namespace skein {

using namespace backend;

namespace {

constexpr int attempts_per_range = 200, ranges = 6, largest_raise = 100;

// What the library's distributions leave open is written out, since it differs between standard libraries.
std::uint64_t below(std::mt19937_64& random, std::uint64_t n) { return random() % n; }

// Irwin-Hall: the sum of 12 uniforms less 6 has mean 0 and variance 1, and needs no transcendental function.
double normal(std::mt19937_64& random) {
  double sum = -6;
  for (int i = 0; i < 6; ++i) {
    const std::uint64_t bits = random();
    sum += static_cast<double>(bits >> 32) * 0x1p-32 + static_cast<double>(bits & 0xffffffff) * 0x1p-32;
  }
  return sum;
}

double special(std::mt19937_64& random, Values values) {
  auto near = [&](double magnitude) {
    const double sign = below(random, 2) == 0 ? 1 : -1;
    return sign * magnitude * (1 + normal(random) / 16);
  };
  switch (values) {
    case Values::zeros: return 0;
    case Values::ones: return 1;
    case Values::tiny: return near(0x1p-20);
    case Values::huge: return near(0x1p10);
    default: return normal(random);
  }
}

// All size variables of a diagram, and all sizes of its axes.
struct Sizes {
  std::set<Symbol> variables;
  std::vector<const Size*> axes;

  void add(const Diagram& d) {
    auto list = [&](const std::vector<Axis>& l) {
      for (const Axis& a : l) {
        collect_variables(a.size, variables);
        if (!a.size.is_constant()) axes.push_back(&a.size);
      }
    };
    for (const InputPort& p : d.inputs()) list(p.axes);
    for (const OutputPort& p : d.outputs()) list(p.axes);
    for (const Box& b : d.boxes()) {
      list(b.degree);
      list(b.bound);
      collect_variables(b.size, variables);
      for (const IndexExpression& e : b.index) collect_variables(e, variables);
    }
    for (const Size& h : d.sizes().hypotheses) collect_variables(h, variables);
  }
};

bool admissible(const Diagram& d, const std::map<Symbol, Integer>& sizes) {
  for (const Size& h : d.sizes().hypotheses) {
    const auto value = evaluate(h, sizes);
    if (!value || *value < 0) return false;
  }
  for (const auto& [v, lower] : d.sizes().lower)
    if (auto it = sizes.find(v); it != sizes.end() && it->second < lower) return false;
  return true;
}

// Where a hypothesis fails, a variable that it is linear in is raised as far as it takes: sizes drawn at random seldom
// satisfy |n| >= a + s*(m - 1) + 1.
void raise_to_hypotheses(const Diagram& d, const std::set<Symbol>& open, std::map<Symbol, Integer>& sizes) {
  for (const Size& h : d.sizes().hypotheses) {
    const auto value = evaluate(h, sizes);
    if (!value || *value >= 0 || *value < -largest_raise) continue;
    for (const auto& [m, c] : h.terms())
      if (m.size() == 1 && c == 1 && open.count(m.front())) {
        sizes[m.front()] -= *value;
        break;
      }
  }
}

}  // namespace

std::map<Symbol, Integer> sample_sizes(const std::vector<const Diagram*>& diagrams, std::uint64_t seed,
                                       const SampleOptions& options) {
  Sizes all;
  for (const Diagram* d : diagrams) all.add(*d);
  std::vector<Symbol> open;
  for (Symbol v : all.variables)
    if (!options.sizes.count(v)) open.push_back(v);

  std::mt19937_64 random(seed);
  int largest = std::max(options.largest_size, static_cast<int>(open.size()) + 2);
  for (int range = 0; range < ranges; ++range, largest *= 2)
    for (int attempt = 0; attempt < attempts_per_range; ++attempt) {
      // Later ranges give up, first that sizes are different, then that they are 2 at least.
      const bool distinct = range < 4;
      const std::uint64_t least = range < 4 || attempt % 2 == 0 ? 2 : 1;
      std::map<Symbol, Integer> sizes = options.sizes;
      std::set<std::uint64_t> used;
      for (Symbol v : open) {
        std::uint64_t n;
        do n = least + below(random, static_cast<std::uint64_t>(largest) - least + 1);
        while (distinct && used.count(n));
        used.insert(n);
        sizes[v] = static_cast<unsigned long>(n);
      }
      for (const Diagram* d : diagrams) raise_to_hypotheses(*d, {open.begin(), open.end()}, sizes);
      auto positive = [&](const Size* s) { return *evaluate(*s, sizes) > 0; };
      auto nonnegative = [&](const Size* s) { return *evaluate(*s, sizes) >= 0; };
      const bool strict = range < ranges - 1;
      if (std::all_of(diagrams.begin(), diagrams.end(), [&](const Diagram* d) { return admissible(*d, sizes); }) &&
          (strict ? std::all_of(all.axes.begin(), all.axes.end(), positive)
                  : std::all_of(all.axes.begin(), all.axes.end(), nonnegative)))
        return sizes;
      if (open.empty()) throw EvaluationError("the given sizes do not satisfy the hypotheses");
    }
  throw EvaluationError(fmt::format("no sizes up to {} were found that satisfy the hypotheses", largest / 2));
}

Array sample_array(const std::vector<std::size_t>& shape, DType dtype, std::mt19937_64& random,
                   const SampleOptions& options) {
  std::size_t count = 1;
  for (std::size_t n : shape)
    if (__builtin_mul_overflow(count, n, &count) || count > options.largest_input)
      throw EvaluationError(
          fmt::format("an input of more than {} elements is too large to sample", options.largest_input));
  Array a{shape, std::vector<double>(count)};
  for (double& x : a.data) {
    Values values = options.values;
    if (values == Values::mixed) {
      static constexpr Values strewn[] = {Values::zeros, Values::ones, Values::tiny, Values::huge};
      values = below(random, 4) == 0 ? strewn[below(random, 4)] : Values::normal;
    }
    if (dtype == DType::boolean) {
      x = values == Values::zeros ? 0 : values == Values::ones ? 1 : static_cast<double>(below(random, 2));
      continue;
    }
    x = static_cast<double>(
        static_cast<float>(special(random, values) * (values == Values::normal ? options.scale : 1)));
    if (dtype == DType::ext && below(random, 8) == 0) x = -std::numeric_limits<double>::infinity();
  }
  return a;
}

Environment sample(const std::vector<const Diagram*>& diagrams, std::uint64_t seed, const SampleOptions& options) {
  Environment e{sample_sizes(diagrams, seed, options), {}};
  std::mt19937_64 random(seed ^ 0x5851f42d4c957f2du);
  for (const Diagram* d : diagrams)
    for (const InputPort& p : d->inputs())
      if (!e.inputs.count(p.name)) e.inputs[p.name] = sample_array(shape_of(p.axes, e.sizes), p.dtype, random, options);
  return e;
}

Environment sample(const Diagram& d, std::uint64_t seed, const SampleOptions& options) {
  return sample(std::vector<const Diagram*>{&d}, seed, options);
}

}  // namespace skein
