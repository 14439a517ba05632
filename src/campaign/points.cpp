#include "campaign/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "campaign/stepped.hpp"
#include "prove/unify.hpp"
#include "verify/recurrence.hpp"

namespace skein {
namespace {

constexpr double worth_certifying = 1e-10, worth_certifying_by_element = 1e-7;
constexpr double plain = 1e-3;           // no rounding of float64 is expected to be so large
constexpr double largest_float = 1e150;  // whose square is still a float64
constexpr unsigned largest_size = 3, largest_steps = 4;
constexpr int attempts_at_sizes = 30;
constexpr double most_elements = 5000;
constexpr long precision = 128, precision_of_floats = 53;
constexpr unsigned enclosed_one_in = 8;  // of the points at which floats agree, so many are enclosed as well

enum class Style { normal, whole_numbers, specials, nearly_constant, large };

class Runner {
 public:
  Runner(const Statement& s, const PointOptions& options, std::mt19937_64& random)
      : s_(s), options_(options), random_(random), positive_(positive_inputs(s)) {
    for (const Diagram* d : {&s.left, &s.right})
      for (Symbol v : size_variables(*d)) variables_.insert(v);
  }

  using Check = std::function<bool(Runner&, const Environment&)>;  // false once something was found

  bool run(int k, const Check& check) {
    const auto sizes = draw_sizes(k);
    if (!sizes) return count("points without sizes small enough");
    const Environment e = draw(*sizes, static_cast<Style>(random_() % 5));
    try {
      return check(*this, e);
    } catch (const EvaluationError&) {
      return count("points that cannot be run");
    }
  }

  PointsReport report;

  bool has_sign(const Environment& e, Sign sign) {
    ++report.counts["points of signs"];
    const auto balls = evaluate_enclosures(s_.left, e, precision);
    for (const Interval& x : balls.front().data) {
      const bool below = x.upper && *x.upper < 0, zero = x.lower && x.upper && *x.lower == 0 && *x.upper == 0;
      if (!x.neg_inf && (sign == Sign::nonzero ? !zero : !below && (sign == Sign::nonnegative || !zero))) continue;
      if (x.neg_inf && x.finite) continue;
      report.mismatch =
          fmt::format("at {}: {} by the kernel, but enclosed in {}", shown(e), to_string(sign), to_string(x));
      report.where = e;
      return false;
    }
    return true;
  }

  bool compare(const Environment& e) {
    const auto left = options_.floats(s_.left, e, Precision::float64),
               right = options_.floats(s_.right, e, Precision::float64);
    ++report.counts["points"];
    if (std::any_of(e.sizes.begin(), e.sizes.end(), [](const auto& v) { return v.second == 0; }))
      ++report.counts["points with a size 0"];
    if (std::exchange(ext_, false)) ++report.counts["points with -inf"];
    if (left.front().data.empty()) return count("points without output");
    const FloatDifference d = float_difference(left, right);
    if (d.finite && d.relative < worth_certifying && d.by_element < worth_certifying_by_element)
      return random_() % enclosed_one_in != 0 || enclosed(e, left, s_.left);
    const CertifiedDifference c = certify(s_, e, options_.total, std::chrono::steady_clock::time_point::max());
    if (c.verdict == Comparison::different) {
      report.mismatch = fmt::format("at {}: left in {}, right in {}", shown(e), to_string(c.separation->left),
                                    to_string(c.separation->right));
      report.where = e, report.gap = c.gap;
      return false;
    }
    if (c.verdict == Comparison::open) return count("points that enclosures leave open");
    ++report.counts["points where floats are rounded"];
    return enclosed(e, left, s_.left) && enclosed(e, right, s_.right);
  }

  bool in_range(const Environment& e) {
    for (const Diagram* d : {&s_.left, &s_.right})
      if (const DomainReport r = in_domain(*d, e); r.inside == Truth::no && r.condition == Requirement::in_range) {
        report.mismatch = r.message;
        return false;
      }
    return true;
  }

 private:
  bool count(const char* name) {
    ++report.counts[name];
    return true;
  }

  // Conditions are about inputs: positive ones are drawn positive.
  static std::set<Symbol> positive_inputs(const Statement& s) {
    std::set<Symbol> out;
    for (const Condition& c : s.when)
      for (const Box& x : c.value.boxes())
        if (x.op == Op::input) out.insert(x.name);
    return out;
  }

  bool admissible(const std::map<Symbol, Integer>& sizes) const {
    for (const Diagram* d : {&s_.left, &s_.right}) {
      for (const Size& h : d->sizes().hypotheses)
        if (*evaluate(h, sizes) < 0) return false;
      for (const InputPort& p : d->inputs())
        for (const Axis& a : p.axes)
          if (*evaluate(a.size, sizes) < 0) return false;
    }
    return std::all_of(options_.inhabited.begin(), options_.inhabited.end(), [&](const Size& size) {
      const auto n = evaluate(size, sizes);
      return !n || *n > 0;
    });
  }

  // Elements of the largest array on the way, those of a reduction's body included.
  double largest_array(const std::map<Symbol, Integer>& sizes) const {
    double largest = 0;
    for (const Diagram* d : {&s_.left, &s_.right})
      for (const Box& x : d->boxes()) {
        double n = 1;
        for (const auto* axes : {&x.degree, &x.bound})
          for (const Axis& a : *axes) n *= evaluate(a.size, sizes)->get_d();
        largest = std::max(largest, n);
      }
    return largest;
  }

  // Different from 0 and 1 at the first point if possible, then any from the lower bounds on.
  std::optional<std::map<Symbol, Integer>> draw_sizes(int k) {
    for (int attempt = 0; attempt < attempts_at_sizes; ++attempt) {
      std::map<Symbol, Integer> sizes;
      for (Symbol v : variables_) {
        const bool regular = k == 0 && attempt < attempts_at_sizes / 2;
        const auto least = static_cast<unsigned>(regular ? 2 : s_.left.sizes().lower_bound(v));
        sizes[v] = least + static_cast<unsigned>(random_() % (largest_size + 1 - least));
        if (least == 0 && random_() % 3 == 0) sizes[v] = 0;
      }
      if (admissible(sizes) && largest_array(sizes) <= most_elements) return sizes;
    }
    return std::nullopt;
  }

  double value(Style style) {
    const double u = static_cast<double>(random_() >> 40) * 0x1p-24;  // of 24 bits, so that it is a float32
    switch (style) {
      case Style::whole_numbers: return static_cast<double>(random_() % 5) - 1;
      case Style::specials: {
        static constexpr double values[] = {0, 0, 1, -1, 0.5, -0.5, 2, 3, 0x1p-12, -0x1p10};
        return random_() % 4 ? values[random_() % std::size(values)] : 4 * u - 2;
      }
      case Style::nearly_constant: return 1 + (u - 0.5) / 64;
      case Style::large: return 32 * u - 16;
      default: return 4 * u - 2;
    }
  }

  Environment draw(const std::map<Symbol, Integer>& sizes, Style style) {
    Environment e{sizes, {}};
    for (const InputPort& p : s_.left.inputs()) {
      Array a{shape_of(p.axes, sizes), {}};
      std::size_t n = 1;
      for (std::size_t d : a.shape) n *= d;
      const unsigned masked = random_() % 4 == 0 ? 1 : 4;  // all -inf, or one in four
      for (std::size_t k = 0; k < n; ++k) {
        double x = p.dtype == DType::boolean ? static_cast<double>(random_() % 2) : value(style);
        if (positive_.count(p.name)) x = std::fabs(x) + 0.125;
        if (p.dtype == DType::ext && random_() % masked == 0) {
          x = -std::numeric_limits<double>::infinity();
          ext_ = true;
        }
        a.data.push_back(static_cast<double>(static_cast<float>(x)));
      }
      e.inputs.emplace(p.name, std::move(a));
    }
    return e;
  }

  // Whether floats lie at the enclosures, or need not: where balls of their precision are wide, and where a value on
  // the way is beyond their range, rounding may do anything.
  bool enclosed(const Environment& e, const std::vector<Array>& floats, const Diagram& d) {
    const auto balls = evaluate_enclosures(d, e, precision);
    ++report.counts["floats compared with enclosures"];
    double scale = 1;
    for (double x : floats[0].data)
      if (std::isfinite(x)) scale = std::max(scale, std::fabs(x));
    for (std::size_t k = 0; k < floats[0].data.size(); ++k) {
      if (distance(floats[0].data[k], balls[0].data[k]) <= plain * scale) continue;
      const Interval coarse = evaluate_enclosures(d, e, precision_of_floats)[0].data[k];
      if (width(coarse) > plain * scale || !in_range_of_floats(d, e)) return count("floats far off by rounding");
      report.conflict =
          fmt::format("at {}: {} in float64, enclosed in {}", shown(e), floats[0].data[k], to_string(balls[0].data[k]));
      report.where = e;
      return false;
    }
    return true;
  }

  static double width(const Interval& i) {
    if (!i.finite) return 0;
    return i.lower && i.upper && !i.neg_inf ? Rational(*i.upper - *i.lower).get_d() : HUGE_VAL;
  }

  static double distance(double x, const Interval& i) {
    if (i.contains(x)) return 0;
    if (!std::isfinite(x) || !i.finite) return HUGE_VAL;
    if (i.upper && x > i.upper->get_d()) return x - i.upper->get_d();
    return i.lower ? i.lower->get_d() - x : HUGE_VAL;
  }

  // Whether every value on the way is a number that float64 has, but for rounding.
  static bool in_range_of_floats(const Diagram& d, const Environment& e) {
    std::vector<WireId> wires;
    for (std::uint32_t w = 0; w < d.boxes().size(); ++w) wires.push_back({w});
    for (const EnclosureArray& a : evaluate_enclosures(with_outputs(d, wires), e, precision))
      for (const Interval& i : a.data) {
        if (!i.finite) continue;
        if (!i.lower || !i.upper) return false;
        const double low = i.lower->get_d(), high = i.upper->get_d();
        const double magnitude = std::max(std::fabs(low), std::fabs(high));
        if (magnitude > largest_float || (magnitude < 1 / largest_float && (*i.lower != 0 || *i.upper != 0)))
          return false;
      }
    return true;
  }

  static std::string shown(const Environment& e) {
    std::string out;
    for (const auto& [v, n] : e.sizes) out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", v.text(), n.get_str());
    return out.empty() ? "a point" : out;
  }

  const Statement& s_;
  const PointOptions& options_;
  std::mt19937_64& random_;
  std::set<Symbol> positive_, variables_;
  bool ext_ = false;
};

// The number of steps, from its lower bound on.
std::map<Symbol, Integer> draw_steps(const Statement& s, std::mt19937_64& random) {
  std::map<Symbol, Integer> out;
  for (Symbol v : step_variables(s)) {
    const auto least = static_cast<unsigned>(s.left.sizes().lower_bound(v));
    out[v] = least + static_cast<unsigned>(random() % (largest_steps + 1 - least));
  }
  return out;
}

}  // namespace

PointOptions default_point_options() {
  PointOptions o;
  o.floats = [](const Diagram& d, const Environment& e, Precision p) { return evaluate(d, e, p); };
  return o;
}

namespace {

// Whether unrolling gives what the steps give one after the other.
bool steps_agree(const Statement& s, const std::map<Symbol, Integer>& steps, const PointOptions& options,
                 std::mt19937_64& random, PointsReport& all) {
  const auto end = last_state(s, steps);
  if (!end) return true;
  Runner runner(*end, options, random);
  const bool go_on = runner.run(0, [](Runner& r, const Environment& e) { return r.compare(e); });
  ++all.counts["unrolled folds compared with their steps"];
  if (go_on) return true;
  all.conflict = "unrolled, against step by step: " + runner.report.mismatch + runner.report.conflict;
  all.where = runner.report.where;
  return false;
}

PointsReport run_all(const Statement& s, const PointOptions& options, std::mt19937_64& random,
                     const Runner::Check& check) {
  PointsReport all;
  for (int k = 0; k < options.points; ++k) {
    const auto steps = draw_steps(s, random);
    PointOptions here = options;
    std::map<Symbol, Size> fixed;
    for (const auto& [v, n] : steps) fixed[v] = Size::constant(n);
    for (Size& size : here.inhabited) size = substitute(size, fixed);
    if (std::any_of(here.inhabited.begin(), here.inhabited.end(), [](const Size& x) { return x.is_zero(); })) continue;
    const Statement at_steps = s.given.empty() ? s : unrolled(s, steps);
    if (!s.given.empty() && !steps_agree(s, steps, here, random, all)) break;
    Runner runner(at_steps, here, random);
    const bool go_on = runner.run(k, check);
    add(all.counts, runner.report.counts);
    for (const auto& [v, n] : steps)
      if (n == 0) ++all.counts["points with no step"];
    if (go_on) continue;
    all.mismatch = runner.report.mismatch, all.conflict = runner.report.conflict;
    all.where = runner.report.where, all.gap = runner.report.gap;
    break;
  }
  return all;
}

}  // namespace

PointsReport run_points(const Statement& s, const PointOptions& options, std::mt19937_64& random) {
  return run_all(s, options, random, [](Runner& r, const Environment& e) { return r.compare(e); });
}

PointsReport run_sign(const Statement& s, Sign sign, const PointOptions& options, std::mt19937_64& random) {
  return run_all(s, options, random, [sign](Runner& r, const Environment& e) { return r.has_sign(e, sign); });
}

bool leaves_range(const Statement& s, const PointOptions& options, std::mt19937_64& random) {
  try {
    return !run_all(s, options, random, [](Runner& r, const Environment& e) { return r.in_range(e); }).mismatch.empty();
  } catch (const std::invalid_argument&) {  // a state is read at a step that it does not have
    return true;
  }
}

}  // namespace skein
