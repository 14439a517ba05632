#include "backend/evaluate.hpp"

#include <Eigen/Core>
#include <cmath>

#include "backend/evaluator.hpp"
#include "theory/numbers.hpp"

namespace skein {

using namespace backend;

namespace {

struct Doubles : Floating {
  bool single = false;

  double value(double x, DType) const { return single ? static_cast<double>(static_cast<float>(x)) : x; }

  void matrix_product(std::size_t m, std::size_t n, std::size_t k, const double* a, const double* b, double* c) const {
    if (m * n * k < 512) {
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j)
          for (std::size_t l = 0; l < k; ++l) c[i * n + j] += a[i * k + l] * b[j * k + l];
      return;
    }
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto rows = static_cast<Eigen::Index>(m), columns = static_cast<Eigen::Index>(n),
               inner = static_cast<Eigen::Index>(k);
    Eigen::Map<Matrix>(c, rows, columns).noalias() =
        Eigen::Map<const Matrix>(a, rows, inner) * Eigen::Map<const Matrix>(b, columns, inner).transpose();
  }

  void finish(std::vector<double>& values) const {
    if (!single) return;
    for (double& x : values) x = static_cast<double>(static_cast<float>(x));
  }
};

struct Rationals : Exact {
  Value value(double x, DType dtype) const {
    if (dtype == DType::ext && x == -std::numeric_limits<double>::infinity()) return neg_inf();
    if (!std::isfinite(x)) throw EvaluationError("an input that is not finite has no exact value");
    return rational(Rational(x));
  }
  void matrix_product(std::size_t m, std::size_t n, std::size_t k, const Value* a, const Value* b, Value* c) const {
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t l = 0; l < k; ++l) c[i * n + j].value += a[i * k + l].value * b[j * k + l].value;
  }
  void finish(std::vector<Value>&) const {}
};

}  // namespace

std::vector<std::size_t> shape_of(const std::vector<Axis>& axes, const std::map<Symbol, Integer>& sizes) {
  Extents shape;
  for (const Axis& a : axes) {
    const auto n = evaluate(a.size, sizes);
    if (!n) throw EvaluationError(fmt::format("no value is given for a size in {}", to_string(a.size)));
    if (*n < 0)
      throw EvaluationError(fmt::format("the size {} is {}, which is negative", to_string(a.size), n->get_str()));
    if (!n->fits_ulong_p()) throw EvaluationError(fmt::format("the size {} is too large", to_string(a.size)));
    shape.push_back(n->get_ui());
  }
  return shape;
}

struct Runs::Prepared {
  Plan plan;
  std::optional<DemandAnalysis> demand = {};  // made where it is asked for
};

Runs::Runs(const Diagram& d) : diagram_(d) {}
Runs::~Runs() = default;

Runs::Prepared& Runs::prepared(const Environment& e) {
  std::unique_ptr<Prepared>& p = prepared_[e.sizes];
  if (!p) p = std::make_unique<Prepared>(Prepared{Plan(diagram_, e.sizes)});
  return *p;
}

std::vector<Array> Runs::evaluate(const Environment& e, Precision precision) {
  Doubles n;
  n.single = precision == Precision::float32;
  std::vector<Array> result;
  for (Dense<double>& t : Evaluator<Doubles>(n, prepared(e).plan, e).outputs())
    result.push_back({std::move(t.shape), std::move(t.data)});
  return result;
}

DomainReport Runs::in_domain(const Environment& e) {
  Prepared& p = prepared(e);
  if (!p.demand) p.demand.emplace(p.plan);
  const Doubles n;
  return Evaluator<Doubles>(n, p.plan, e).domain_report(*p.demand);
}

std::vector<Array> evaluate(const Diagram& d, const Environment& e, Precision precision) {
  return Runs(d).evaluate(e, precision);
}

std::vector<RationalArray> evaluate_exact(const Diagram& d, const Environment& e) {
  std::vector<RationalArray> result;
  const Rationals n;
  const Plan plan(d, e.sizes);
  for (Dense<ExactValue>& t : Evaluator<Rationals>(n, plan, e).outputs()) {
    RationalArray a{std::move(t.shape), {}, {}};
    for (ExactValue& v : t.data) {
      a.data.push_back(std::move(v.value));
      a.neg_inf.push_back(v.neg_inf);
    }
    result.push_back(std::move(a));
  }
  return result;
}

DomainReport in_domain(const Diagram& d, const Environment& e) { return Runs(d).in_domain(e); }

void infer_sizes(const Diagram& d, Environment& e) {
  // Solves c*v + rest = extent for one unknown v at a time, until nothing new is learned.
  for (bool learned = true; learned;) {
    learned = false;
    for (const InputPort& p : d.inputs()) {
      const auto it = e.inputs.find(p.name);
      if (it == e.inputs.end()) continue;
      const std::vector<std::size_t>& shape = it->second.shape;
      if (shape.size() != p.axes.size())
        throw EvaluationError(fmt::format("the input {} has {} axes, but the diagram needs {}", p.name.text(),
                                          shape.size(), p.axes.size()));
      for (std::size_t s = 0; s < shape.size(); ++s) {
        Integer slope = 0, rest = static_cast<unsigned long>(shape[s]);
        std::optional<Symbol> unknown;
        bool linear = true;
        for (const auto& [monomial, coefficient] : p.axes[s].size.terms()) {
          Integer c = coefficient;
          bool known = true;
          for (Symbol v : monomial) {
            const auto value = e.sizes.find(v);
            if (value != e.sizes.end()) {
              c *= value->second;
            } else {
              if (!known || (unknown && *unknown != v)) linear = false;
              unknown = v;
              known = false;
            }
          }
          if (known)
            rest -= c;
          else
            slope += c;
        }
        if (!linear) continue;
        const bool fits = unknown ? slope != 0 && rest % slope == 0 && rest / slope >= 0 : rest == 0;
        if (!fits)
          throw EvaluationError(fmt::format("axis {} of the input {} has size {}, which cannot be {}", s, p.name.text(),
                                            shape[s], to_string(p.axes[s].size)));
        if (unknown) {
          e.sizes[*unknown] = rest / slope;
          learned = true;
        }
      }
    }
  }
}

}  // namespace skein
