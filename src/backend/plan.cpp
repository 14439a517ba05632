#include "backend/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backend/index_program.hpp"

namespace skein::backend {

namespace {

constexpr std::size_t element_limit = std::size_t{1} << 28;

bool contains_zero(const Extents& e) { return std::find(e.begin(), e.end(), 0u) != e.end(); }

}  // namespace

std::size_t element_count(const Extents& shape) {
  if (contains_zero(shape)) return 0;
  std::size_t n = 1;
  for (std::size_t e : shape)
    if (__builtin_mul_overflow(n, e, &n) || n > element_limit)
      throw EvaluationError(
          fmt::format("an intermediate array of shape [{}] exceeds {} elements", fmt::join(shape, ","), element_limit));
  return n;
}

Extents row_major(const Extents& shape) {
  Extents strides(shape.size());
  std::size_t n = 1;
  for (std::size_t i = shape.size(); i-- > 0;) strides[i] = n, n *= shape[i];
  return strides;
}

Plan::Plan(const Diagram& d, const std::map<Symbol, Integer>& sizes) : diagram(d), sizes(sizes) {
  const auto& boxes = d.boxes();
  const auto count = static_cast<std::uint32_t>(boxes.size());
  std::map<Size, std::size_t> extent;  // a diagram has far fewer sizes than axes
  auto append = [&](const std::vector<Axis>& axes, Extents& shape) {
    for (const Axis& a : axes) {
      auto it = extent.find(a.size);
      if (it == extent.end()) it = extent.emplace(a.size, shape_of({a}, sizes).front()).first;
      shape.push_back(it->second);
    }
  };
  for (const Box& b : boxes) {
    append(b.degree, degree.emplace_back());
    append(b.bound, locals.emplace_back(degree.back()));
  }
  for (const OutputPort& o : d.outputs()) output_shape.push_back(shape_of(o.axes, sizes));

  // Consumers come after what they consume, so one pass from the back knows all about them.
  std::vector<bool> summed(count, true);
  last_use.assign(count, 0);
  contracted.assign(count, false);
  for (const OutputPort& o : d.outputs()) summed[o.wire.id] = false, last_use[o.wire.id] = count;
  for (std::uint32_t w = count; w-- > 0;) {
    const Box& b = boxes[w];
    contracted[w] = b.op == Op::mul && summed[w];
    const bool sums = contracted[w] || (b.op == Op::reduce && b.fold == Op::add);
    const std::uint32_t time = contracted[w] ? last_use[w] : w;
    for (const Port& p : b.inputs) {
      last_use[p.wire.id] = std::max(last_use[p.wire.id], time);
      if (!sums) summed[p.wire.id] = false;
    }
  }
}

DemandAnalysis::DemandAnalysis(const Plan& plan, const Choices& choices) {
  const auto& boxes = plan.diagram.boxes();
  of.resize(boxes.size());
  // Demand matters only for wires that depend on a partial box.
  std::vector<bool> matters(boxes.size(), false);
  for (std::uint32_t w = 0; w < boxes.size(); ++w) {
    matters[w] = domain(boxes[w].op, boxes[w].fold) != Requirement::none;
    for (const Port& p : boxes[w].inputs) matters[w] = matters[w] || matters[p.wire.id];
    if (boxes[w].op == Op::where && (matters[boxes[w].inputs[1].wire.id] || matters[boxes[w].inputs[2].wire.id]))
      choosing.push_back(w);
  }
  auto demand_all = [&](WireId w) {
    if (matters[w.id]) of[w.id] = {Demand::all, {}};
  };
  auto mask = [&](WireId w) -> std::vector<bool>* {
    Demand& d = of[w.id];
    if (d.kind == Demand::all || !matters[w.id]) return nullptr;
    if (d.kind == Demand::none) d = {Demand::some, std::vector<bool>(element_count(plan.degree[w.id]), false)};
    return &d.points;
  };
  auto violated = [&](std::uint32_t w, Requirement c, std::span<const std::size_t> point) {
    violation = DomainReport{Truth::no, {w}, c, {point.begin(), point.end()}, {}};
  };

  for (std::size_t k = 0; k < plan.output_shape.size(); ++k)
    if (!contains_zero(plan.output_shape[k])) demand_all(plan.diagram.outputs()[k].wire);

  for (auto w = static_cast<std::uint32_t>(boxes.size()); w-- > 0;) {
    const Box& b = boxes[w];
    if (std::find(of[w].points.begin(), of[w].points.end(), false) == of[w].points.end() && of[w].kind == Demand::some)
      of[w] = {Demand::all, {}};
    const Demand demand = of[w];
    if (demand.kind == Demand::none) continue;
    const Extents &degree = plan.degree[w], &locals = plan.locals[w];

    if (b.op == Op::view) {
      const WireId in = b.inputs[0].wire;
      const Extents& shape = plan.degree[in.id];
      const Extents strides = row_major(shape);
      std::vector<IndexProgram> at;
      for (const IndexExpression& e : b.index) at.emplace_back(e, plan.sizes, degree);
      auto* points = mask(in);
      bool found = false;
      walk_points(degree, [&](auto point, std::size_t i) {
        if (found || !demand[i]) return;
        std::size_t offset = 0;
        for (std::size_t s = 0; s < at.size(); ++s) {
          const std::int64_t x = at[s](point);
          if (x < 0 || static_cast<std::size_t>(x) >= shape[s]) {
            violated(w, Requirement::in_range, point);
            found = true;
            return;
          }
          offset += static_cast<std::size_t>(x) * strides[s];
        }
        if (points) (*points)[offset] = true;
      });
      continue;
    }
    // Asks for an input at the points that are chosen.
    auto ask = [&](const Port& p, auto&& chosen) {
      auto* points = mask(p.wire);
      if (!points) return;
      const Extents strides = port_strides(p.map, plan.degree[p.wire.id], degree.size());
      walk_points(degree, [&](auto point, std::size_t i) {
        if (demand[i] && chosen(point, i)) (*points)[offset_of(point, strides)] = true;
      });
    };
    if (b.op == Op::cases) {
      const GuardProgram guard(b.index, plan.sizes, degree);
      for (std::size_t branch = 0; branch < 2; ++branch)
        ask(b.inputs[branch], [&](auto point, std::size_t) { return guard(point) == (branch == 0); });
      continue;
    }
    if (const auto choice = choices.find(w); choice != choices.end()) {
      const std::vector<Truth>& holds = choice->second;
      ask(b.inputs[0], [](auto, std::size_t) { return true; });
      ask(b.inputs[1], [&](auto, std::size_t i) { return holds[i] != Truth::no; });
      ask(b.inputs[2], [&](auto, std::size_t i) { return holds[i] != Truth::yes; });
      continue;
    }
    if (contains_zero(locals)) {  // a fold of nothing asks for nothing
      if (domain(b.op, b.fold) == Requirement::nonempty)
        walk_points(degree, [&](auto point, std::size_t i) {
          if (demand[i] && (!violation || violation->box.id != w)) violated(w, Requirement::nonempty, point);
        });
      continue;
    }
    for (const Port& p : b.inputs) {
      if (demand.kind == Demand::all) {
        demand_all(p.wire);
      } else if (auto* points = mask(p.wire)) {
        Extents own = row_major(degree);
        own.resize(locals.size(), 0);
        walk<2>(locals, {own, port_strides(p.map, plan.degree[p.wire.id], locals.size())}, [&](const auto& o) {
          if (demand.points[o[0]]) (*points)[o[1]] = true;
        });
      }
    }
  }
}

}  // namespace skein::backend
