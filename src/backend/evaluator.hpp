#pragma once
// Evaluator: the evaluation loop, shared by all number systems. Besides what a NumberSystem has, a backend's system
// gives
//   value(double, DType)                     an input
//   matrix_product(m, n, k, a, b, c)         c[m,n] = sum over k of a[m,k] * b[n,k], into zeros
//   finish(values)                           rounds the result of a box
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "backend/contraction.hpp"
#include "backend/evaluate.hpp"
#include "backend/index_program.hpp"
#include "backend/plan.hpp"

namespace skein::backend {

template <NumberSystem N>
class Evaluator {
  using V = typename N::Value;
  using Wire = std::shared_ptr<const Dense<V>>;

 public:
  // The plan is made for the sizes of the environment.
  Evaluator(const N& n, const Plan& plan, const Environment& e) : n_(n), plan_(plan), environment_(e) {}

  std::vector<Dense<V>> outputs() {
    run(nullptr, nullptr);
    std::vector<Dense<V>> result;
    const auto& ports = plan_.diagram.outputs();
    for (std::size_t k = 0; k < ports.size(); ++k) {
      const Extents& shape = plan_.output_shape[k];
      std::vector<Index> map;
      for (std::uint32_t i : ports[k].map) map.push_back({i});
      const Dense<V>& wire = *wires_[ports[k].wire.id];
      Dense<V> out{shape, {}};
      out.data.reserve(element_count(shape));
      walk<1>(shape, {port_strides(map, wire.shape, shape.size())},
              [&](const auto& o) { out.data.push_back(wire.data[o[0]]); });
      result.push_back(std::move(out));
    }
    return result;
  }

  // `all`: the demand if each box `where` asked for both of its branches. So may no read leave its array: what is read
  // under a condition on data must be in range whatever the data are.
  DomainReport domain_report(const DemandAnalysis& all) {
    if (all.choosing.empty() || (all.violation && all.violation->condition == Requirement::in_range))
      return report_of(all);
    Choices choices;
    for (std::uint32_t w : all.choosing) choices[w];
    choices_ = &choices;
    run(nullptr, nullptr);
    choices_ = nullptr;
    return report_of(DemandAnalysis(plan_, choices));
  }

 private:
  DomainReport report_of(const DemandAnalysis& demand) {
    DomainReport report;
    run(&demand, &report);
    if (demand.violation && (report.inside != Truth::no || demand.violation->box < report.box))
      report = *demand.violation;
    if (report.inside != Truth::yes) {
      const Op op = plan_.diagram.box(report.box).op;
      const char* subject = report.condition == Requirement::nonempty   ? "the range of the reduction"
                            : report.condition == Requirement::in_range ? "the read"
                                                                        : "the argument";
      report.message = fmt::format("box {} ({}) {} its domain at [{}]: {} {}", report.box.id, info(op).name,
                                   report.inside == Truth::no ? "is outside of" : "is not known to be inside of",
                                   fmt::join(report.point, ","), subject, describe(report.condition));
    }
    return report;
  }

  void run(const DemandAnalysis* demand, DomainReport* report) {
    const auto& boxes = plan_.diagram.boxes();
    wires_.assign(boxes.size(), nullptr);
    std::vector<std::vector<std::uint32_t>> dies(boxes.size() + 1);
    for (std::uint32_t w = 0; w < boxes.size(); ++w) dies[plan_.last_use[w]].push_back(w);
    for (std::uint32_t w = 0; w < boxes.size(); ++w) {
      const bool partial = domain(boxes[w].op, boxes[w].fold) != Requirement::none;
      if (report && partial && boxes[w].op != Op::view && boxes[w].op != Op::reduce &&
          !check(w, demand->of[w], *report))
        return;
      if (!plan_.contracted[w]) {
        Dense<V> t = evaluate_box(w);
        n_.finish(t.data);
        wires_[w] = std::make_shared<const Dense<V>>(std::move(t));
      }
      if (choices_)
        if (const auto it = choices_->find(w); it != choices_->end()) it->second = holds(w);
      for (std::uint32_t dead : dies[w]) wires_[dead] = nullptr;
    }
  }

  // Whether the condition of a box `where` holds, at each point.
  std::vector<Truth> holds(std::uint32_t w) const {
    const Box& b = plan_.diagram.boxes()[w];
    const Extents& degree = plan_.degree[w];
    std::vector<Truth> out;
    out.reserve(element_count(degree));
    walk<1>(degree, {strides(b, 0, degree.size())},
            [&, x = data(b, 0)](const auto& o) { out.push_back(!n_.is_zero(x[o[0]])); });
    return out;
  }

  // Tests the domain of a partial pointwise box wherever it is asked for; false when it is certainly left.
  bool check(std::uint32_t w, const Demand& demand, DomainReport& report) const {
    if (demand.kind == Demand::none) return true;
    const Box& b = plan_.diagram.boxes()[w];
    const Requirement condition = domain(b.op, b.fold);
    const Dense<V>& in = *wires_[b.inputs[0].wire.id];
    const Extents& degree = plan_.degree[w];
    const Extents strides = port_strides(b.inputs[0].map, in.shape, degree.size());
    bool inside = true;
    walk_points(degree, [&](auto point, std::size_t i) {
      if (!inside || !demand[i]) return;
      const Truth t = satisfies(n_, condition, in.data[offset_of(point, strides)]);
      if (t == Truth::yes || (t == Truth::unknown && report.inside == Truth::unknown)) return;
      report = {t, {w}, condition, {point.begin(), point.end()}, {}};
      inside = t != Truth::no;
    });
    return inside;
  }

  Dense<V> evaluate_box(std::uint32_t w) {
    const Box& b = plan_.diagram.boxes()[w];
    const Extents& degree = plan_.degree[w];
    Dense<V> t{degree, {}};
    const std::size_t count = element_count(degree);
    switch (b.op) {
      case Op::input: return input(b, degree);
      case Op::literal: t.data.assign(count, n_.rational(b.value)); break;
      case Op::neg_inf: t.data.assign(count, n_.neg_inf()); break;
      case Op::size_value: {
        const auto size = evaluate(b.size, plan_.sizes);
        if (!size) throw EvaluationError(fmt::format("no value is given for a size in {}", to_string(b.size)));
        t.data.assign(count, n_.rational(Rational(*size)));
        break;
      }
      case Op::index_value: {
        const IndexProgram e(b.index[0], plan_.sizes, degree);
        t.data.reserve(count);
        walk_points(degree,
                    [&](auto point, std::size_t) { t.data.push_back(n_.rational(Rational(Integer(e(point))))); });
        break;
      }
      case Op::view: view(b, t, count); break;
      case Op::cases: cases(b, t, count); break;
      case Op::reduce: return reduce(w, b);
      case Op::opaque: opaque(b, t, count); break;
      default:
        if (is_fold(b.op))
          fold(b, t, count);
        else
          pointwise(b, t, count);
    }
    return t;
  }

  Dense<V> input(const Box& b, const Extents& degree) const {
    const auto it = environment_.inputs.find(b.name);
    if (it == environment_.inputs.end())
      throw EvaluationError(fmt::format("no array is given for the input {}", b.name.text()));
    const Array& a = it->second;
    if (a.shape != degree || a.data.size() != element_count(degree))
      throw EvaluationError(fmt::format("the input {} has shape [{}], but the diagram needs [{}]", b.name.text(),
                                        fmt::join(a.shape, ","), fmt::join(degree, ",")));
    Dense<V> t{degree, {}};
    t.data.reserve(a.data.size());
    for (double x : a.data) t.data.push_back(n_.value(x, b.dtype));
    return t;
  }

  Extents strides(const Box& b, std::size_t input, std::size_t locals) const {
    const Port& p = b.inputs[input];
    return port_strides(p.map, plan_.degree[p.wire.id], locals);
  }
  const V* data(const Box& b, std::size_t input) const { return wires_[b.inputs[input].wire.id]->data.data(); }

  void view(const Box& b, Dense<V>& t, std::size_t count) const {
    const Dense<V>& in = *wires_[b.inputs[0].wire.id];
    const Extents axis = row_major(in.shape);
    std::vector<IndexProgram> at;
    for (const IndexExpression& e : b.index) at.emplace_back(e, plan_.sizes, t.shape);
    t.data.reserve(count);
    walk_points(t.shape, [&](auto point, std::size_t) {
      std::size_t offset = 0;
      for (std::size_t s = 0; s < at.size(); ++s) {
        const std::int64_t x = at[s](point);
        if (x < 0 || static_cast<std::size_t>(x) >= in.shape[s]) {
          t.data.push_back(unknown(b.dtype));
          return;
        }
        offset += static_cast<std::size_t>(x) * axis[s];
      }
      t.data.push_back(in.data[offset]);
    });
  }

  V unknown(DType dtype) const { return n_.unknown(dtype); }

  void cases(const Box& b, Dense<V>& t, std::size_t count) const {
    const GuardProgram guard(b.index, plan_.sizes, t.shape);
    const Extents then = strides(b, 0, t.shape.size()), otherwise = strides(b, 1, t.shape.size());
    t.data.reserve(count);
    walk_points(t.shape, [&](auto point, std::size_t) {
      t.data.push_back(guard(point) ? data(b, 0)[offset_of(point, then)] : data(b, 1)[offset_of(point, otherwise)]);
    });
  }

  void fold(const Box& b, Dense<V>& t, std::size_t count) const {
    const Extents own = row_major(t.shape);
    t.data.reserve(count);
    walk<1>(t.shape, {strides(b, 0, t.shape.size())},
            [&, x = data(b, 0)](const auto& o) { t.data.push_back(x[o[0]]); });
    with_fold(n_, b.op, [&](auto f) {
      for (std::size_t k = 1; k < b.inputs.size(); ++k)
        walk<2>(t.shape, {own, strides(b, k, t.shape.size())},
                [&, y = t.data.data(), x = data(b, k)](const auto& o) { y[o[0]] = f(y[o[0]], x[o[1]]); });
    });
  }

  void pointwise(const Box& b, Dense<V>& t, std::size_t count) const {
    t.data.reserve(count);
    const std::size_t rank = t.shape.size();
    auto each = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
      std::array<Extents, K> step;
      std::array<const V*, K> from;
      for (std::size_t k = 0; k < K; ++k) step[k] = strides(b, k, rank), from[k] = data(b, k);
      std::array<V, K> x;
      walk<K>(t.shape, step, [&](const auto& o) {
        for (std::size_t k = 0; k < K; ++k) x[k] = from[k][o[k]];
        t.data.push_back(apply(n_, b.op, std::span<const V>(x)));
      });
    };
    switch (b.inputs.size()) {
      case 1: return each(std::integral_constant<std::size_t, 1>());
      case 2: return each(std::integral_constant<std::size_t, 2>());
      case 3: return each(std::integral_constant<std::size_t, 3>());
      default:
        throw EvaluationError(
            fmt::format("the operator {} has no value at {} arguments", info(b.op).name, b.inputs.size()));
    }
  }

  void opaque(const Box& b, Dense<V>& t, std::size_t count) const {
    std::vector<Extents> step;
    for (std::size_t k = 0; k < b.inputs.size(); ++k) step.push_back(strides(b, k, t.shape.size()));
    std::vector<V> x(b.inputs.size());
    t.data.reserve(count);
    walk_points(t.shape, [&](auto point, std::size_t i) {
      for (std::size_t k = 0; k < x.size(); ++k) x[k] = data(b, k)[offset_of(point, step[k])];
      // Each point of a stochastic box has a draw of its own.
      const std::uint64_t draw = b.deterministic ? 0 : (std::uint64_t{b.noise} << 32) + i + 1;
      t.data.push_back(uninterpreted(n_, b.name, std::span<const V>(x), draw));
    });
  }

  Dense<V> reduce(std::uint32_t w, const Box& b) const {
    const Extents &degree = plan_.degree[w], &locals = plan_.locals[w];
    if (b.fold == Op::add) {
      std::vector<Factor<V>> factors;
      Labels labels;
      for (Index i : b.inputs[0].map) labels.push_back(i.id);
      collect(b.inputs[0].wire, labels, factors);
      return Contraction<N>(n_, locals, degree.size())(std::move(factors));
    }
    Dense<V> t{degree, {}};
    t.data.assign(element_count(degree), n_.rational(fold_unit(b.fold)));
    Extents own = row_major(degree);
    own.resize(locals.size(), 0);
    const Extents from = strides(b, 0, locals.size());
    V* y = t.data.data();
    const V* x = data(b, 0);
    // max and min have no unit: they start at the first element, and may meet it again.
    if (is_idempotent_fold(b.fold) && element_count(locals) != 0)
      walk<2>(degree, {own, from}, [&](const auto& o) { y[o[0]] = x[o[1]]; });
    with_fold(n_, b.fold, [&](auto f) {
      walk<2>(locals, {own, from}, [&](const auto& o) { y[o[0]] = f(y[o[0]], x[o[1]]); });
    });
    return t;
  }

  void collect(WireId w, const Labels& labels, std::vector<Factor<V>>& factors) const {
    if (!plan_.contracted[w.id]) {
      factors.push_back({wires_[w.id], labels});
      return;
    }
    for (const Port& p : plan_.diagram.box(w).inputs) {
      Labels inner;
      for (Index i : p.map) inner.push_back(labels[i.id]);
      collect(p.wire, inner, factors);
    }
  }

  const N& n_;
  const Plan& plan_;
  const Environment& environment_;
  std::vector<Wire> wires_;
  Choices* choices_ = nullptr;  // to be filled by a run
};

}  // namespace skein::backend
