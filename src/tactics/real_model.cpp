#include "tactics/real_model.hpp"

#include <fmt/format.h>

#include <random>
#include <stdexcept>

#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

constexpr int random_points = 500;
constexpr std::size_t largest_bits = 1 << 16;  // of a coordinate at a point
constexpr std::size_t largest_text = 1 << 22;
constexpr std::size_t largest_runs = 1 << 18;  // a def is run wherever it is used

// Terms of SMT-LIB, each with a name, so that what is read often is written once.
class Text {
 public:
  using Value = std::string;

  Value number(const Rational& q) {
    const Rational a = abs(q);
    std::string t = a.get_num().get_str() + ".0";
    if (a.get_den() != 1) t = "(/ " + t + " " + a.get_den().get_str() + ".0)";
    return q < 0 ? "(- " + t + ")" : t;
  }
  Value variable(const std::string& name) {
    lines += "(declare-fun " + name + " () Real)\n";
    return name;
  }
  Value apply(char op, const Value& a, const Value& b) {
    const std::string name = fmt::format("t{}", next_++);
    lines += fmt::format("(define-fun {} () Real ({} {} {}))\n", name, op, a, b);
    if (lines.size() > largest_text) throw std::length_error("the diagram is too large to be written out");
    return name;
  }

  std::string lines;

 private:
  std::size_t next_ = 0;
};

// Rational numbers at a point.
class At {
 public:
  using Value = Rational;
  explicit At(const std::map<std::string, Rational>& point) : point_(point) {}

  Value number(const Rational& q) { return q; }
  Value variable(const std::string& name) {
    const auto x = point_.find(name);
    return x == point_.end() ? Rational(0) : x->second;  // the solver leaves out what does not matter
  }
  Value apply(char op, const Value& a, const Value& b) {
    Rational q = op == '+' ? Rational(a + b) : op == '-' ? Rational(a - b) : Rational(a * b);
    if (mpz_sizeinbase(q.get_num_mpz_t(), 2) + mpz_sizeinbase(q.get_den_mpz_t(), 2) > largest_bits)
      throw std::length_error("the numbers are too large");
    return q;
  }

 private:
  const std::map<std::string, Rational>& point_;
};

// What a diagram computes, in the arithmetic `Algebra`.
template <class Algebra>
class Evaluation {
 public:
  using Value = typename Algebra::Value;
  using Vector = std::vector<Value>;

  Evaluation(const TheoryDeclaration& theory, const RealModel& m, Algebra& algebra)
      : theory_(theory), m_(m), algebra_(algebra) {
    for (std::size_t i = 0; i < m.parameters.size(); ++i)
      parameters_.emplace(m.parameters[i], algebra.variable(fmt::format("p{}", i + 1)));
  }

  Vector inputs(const OpenDiagram& d) {
    Vector out;
    std::size_t coordinates = 0;
    for (SortId s : d.input_sorts()) coordinates += m_.dimension[s.id];
    for (std::size_t i = 0; i < coordinates; ++i) out.push_back(algebra_.variable(fmt::format("x{}", i + 1)));
    return out;
  }

  Vector run(const OpenDiagram& d, const Vector& in) {
    if (++runs_ > largest_runs) throw std::length_error("the defs of the diagram unfold to too many");
    std::vector<Vector> wires(d.node_bound());
    auto next = in.begin();
    for (NodeId n : d.inputs()) {
      const auto end = next + static_cast<std::ptrdiff_t>(m_.dimension[d.sort(n).id]);
      wires[n.id].assign(next, end);
      next = end;
    }
    for (BoxId b : topological_order(d)) {
      Vector read;
      for (NodeId n : d.sources(b)) read.insert(read.end(), wires[n.id].begin(), wires[n.id].end());
      const Vector made = box(d.generator(b), read);
      auto from = made.begin();
      for (NodeId n : d.targets(b)) {
        const auto end = from + static_cast<std::ptrdiff_t>(m_.dimension[d.sort(n).id]);
        wires[n.id].assign(from, end);
        from = end;
      }
    }
    Vector out;
    for (NodeId n : d.outputs()) out.insert(out.end(), wires[n.id].begin(), wires[n.id].end());
    return out;
  }

  Value formula(const FormulaSyntax& f) { return formula(f, parameters_); }

 private:
  Vector box(GeneratorId g, const Vector& in) {
    const TheoryClaim* def = theory_.find(theory_.signature->generator(g).name);
    if (def && def->kind == TheoryClaim::Kind::definition) return run(def->statement->right(), in);
    const RealModel::Map& map = m_.maps[g.id];
    std::map<std::string, Value> names = parameters_;
    for (std::size_t i = 0; i < in.size(); ++i) names.emplace(map.variables[i], in[i]);
    Vector out;
    for (const FormulaSyntax& f : map.outputs) out.push_back(formula(f, names));
    return out;
  }

  Value formula(const FormulaSyntax& f, const std::map<std::string, Value>& names) {
    const auto both = [&](char op) {
      const Value left = formula(f.parts[0], names), right = formula(f.parts[1], names);
      return algebra_.apply(op, left, right);
    };
    switch (f.kind) {
      case FormulaSyntax::Kind::number: break;
      case FormulaSyntax::Kind::variable: return names.at(f.name);
      case FormulaSyntax::Kind::sum: return both('+');
      case FormulaSyntax::Kind::difference: return both('-');
      case FormulaSyntax::Kind::product: return both('*');
    }
    return algebra_.number(f.number);
  }

  const TheoryDeclaration& theory_;
  const RealModel& m_;
  Algebra& algebra_;
  std::map<std::string, Value> parameters_;
  std::size_t runs_ = 0;
};

bool holds(const std::string& relation, const Rational& a, const Rational& b) {
  if (relation == "==") return a == b;
  if (relation == "<") return a < b;
  if (relation == "<=") return a <= b;
  return relation == ">" ? a > b : a >= b;
}

class Check {
 public:
  Check(const TheoryDeclaration& theory, const RealModel& m, const RealSolver& solver)
      : theory_(theory), m_(m), solver_(solver) {}

  RealVerdict run() {
    if (!m_.conditions.empty() && solver_(question(nullptr)).none) {
      out_.reason = "no values of its parameters satisfy its conditions";
      return out_;
    }
    bool all = true;
    for (const TheoryClaim& c : theory_.claims) {
      if (c.kind != TheoryClaim::Kind::rule) continue;
      const RealVerdict::Kind kind = rule(*c.statement);
      out_.rule = c.name();
      if (kind == RealVerdict::Kind::fails) return out_.kind = kind, out_;
      if (kind == RealVerdict::Kind::holds) ++out_.rules;
      all = all && kind == RealVerdict::Kind::holds;
    }
    if (all) out_.kind = RealVerdict::Kind::holds;
    return out_;
  }

 private:
  // Satisfiable iff the sides differ somewhere; without a rule, iff some parameters satisfy the conditions.
  std::string question(const Rule* r) {
    Text text;
    Evaluation<Text> e(theory_, m_, text);
    std::string asserts;
    for (const ModelSyntax::Condition& c : m_.conditions) {
      const std::string left = e.formula(c.left), right = e.formula(c.right);
      asserts += fmt::format("(assert ({} {} {}))\n", c.relation == "==" ? "=" : c.relation, left, right);
    }
    if (r) {
      const std::vector<std::string> in = e.inputs(r->left()), left = e.run(r->left(), in),
                                     right = e.run(r->right(), in);
      std::string differ;
      for (std::size_t k = 0; k < left.size(); ++k) differ += fmt::format(" (not (= {} {}))", left[k], right[k]);
      asserts += fmt::format("(assert (or false{}))\n", differ);
    }
    return "(set-logic QF_NRA)\n" + text.lines + asserts + "(check-sat)\n";
  }

  RealVerdict::Kind rule(const Rule& r) {
    const auto unknown = [&](const std::string& why) {
      if (out_.reason.empty()) out_.reason = fmt::format("{}: {}", r.name().text(), why);
      return RealVerdict::Kind::unknown;
    };
    try {
      const RealAnswer answer = solver_(question(&r));
      if (answer.none) return RealVerdict::Kind::holds;
      if (answer.point && differs(r, *answer.point)) return RealVerdict::Kind::fails;
      // Small numbers, in case that the solver gave up or that its numbers have roots in them.
      std::mt19937_64 random(1);
      for (int k = 0; k < random_points; ++k) {
        std::map<std::string, Rational> point;
        const auto draw = [&](const char* letter, std::size_t count) {
          for (std::size_t i = 1; i <= count; ++i)
            point[fmt::format("{}{}", letter, i)] = Rational(static_cast<long>(random() % 7) - 3);
        };
        draw("p", m_.parameters.size());
        std::size_t coordinates = 0;
        for (SortId s : r.left().input_sorts()) coordinates += m_.dimension[s.id];
        draw("x", coordinates);
        if (differs(r, point)) return RealVerdict::Kind::fails;
      }
      return unknown("the solver found neither a proof nor a rational point where the sides differ");
    } catch (const std::length_error& e) {
      return unknown(e.what());
    }
  }

  // Whether the sides differ at the point, and the parameters satisfy the conditions: in exact numbers.
  bool differs(const Rule& r, const std::map<std::string, Rational>& point) {
    At at(point);
    Evaluation<At> e(theory_, m_, at);
    for (const ModelSyntax::Condition& c : m_.conditions)
      if (!holds(c.relation, e.formula(c.left), e.formula(c.right))) return false;
    const std::vector<Rational> in = e.inputs(r.left()), left = e.run(r.left(), in), right = e.run(r.right(), in);
    for (std::size_t k = 0; k < left.size(); ++k) {
      if (left[k] == right[k]) continue;
      out_.left = left[k].get_str(), out_.right = right[k].get_str();
      out_.where.clear();
      for (std::size_t i = 0; i < m_.parameters.size(); ++i)
        out_.where[m_.parameters[i]] = at.variable(fmt::format("p{}", i + 1));
      for (std::size_t i = 0; i < in.size(); ++i) out_.where[fmt::format("x{}", i + 1)] = in[i];
      return true;
    }
    return false;
  }

  const TheoryDeclaration& theory_;
  const RealModel& m_;
  const RealSolver& solver_;
  RealVerdict out_;
};

}  // namespace

RealVerdict check(const TheoryDeclaration& theory, const RealModel& m, const RealSolver& solver) {
  return Check(theory, m, solver).run();
}

}  // namespace skein::monoidal
