#include "kernel/certificate.hpp"
#include "kernel/digest.hpp"
#include "kernel/text.hpp"

namespace skein {
namespace {

using text::write;

const char* dtype_name(DType t) { return t == DType::real ? "real" : t == DType::ext ? "ext" : "bool"; }

const char* role_name(Role r) { return r == Role::weight ? "weight" : r == Role::state ? "state" : "input"; }

template <class List, class F>
std::string join(const List& list, const char* separator, F&& f) {
  std::string out;
  for (const auto& x : list) out += (out.empty() ? "" : separator) + f(x);
  return out;
}

class Writer {
 public:
  explicit Writer(Kernel& k) : k_(k), b_(k.arena()) {}

  std::string certificate(Symbol name, const Statement& st, EquationId goal) {
    out_ = "skein-certificate 1\nclaim " + write(name) + "\n";
    std::set<Symbol> theorems;
    plan(goal);
    for (auto& [is_equation, n] : order_) {
      const Step& s = is_equation ? k_.step(equation_of(n)) : k_.step(sign_of(n));
      if (s.rule == Inference::instance) theorems.insert(s.names.at(0));
      if (s.rule == Inference::induction || s.rule == Inference::hypothesis) note_induction(s.numbers.at(0));
      if ((s.rule == Inference::assumed || s.rule == Inference::sign_assumed) && s.numbers.size() > 1)
        note_induction(s.numbers[1]);
    }
    for (const auto& [v, lower] : k_.sizes().lower) out_ += "size " + write(v) + " " + std::to_string(lower) + "\n";
    for (const Size& h : k_.sizes().hypotheses) out_ += "where " + write(h) + "\n";
    for (Symbol t : theorems) {
      const Theorem* th = k_.find_theorem(t);
      out_ += "use " + write(t) + " " + (th->axiom() ? "axiom" : th->digest()) + "\n";
    }
    for (const InputPort& p : st.left.inputs())
      out_ += "array " + write(p.name) + " " + dtype_name(p.dtype) + " " + role_name(p.role) + " " +
              brackets(join(p.axes, ",", [](const Axis& a) { return write(a); })) + "\n";
    side("left", st.left);
    side("right", st.right);
    for (const Condition& c : st.when) side(std::string("when ") + to_string(c.sign), c.value);
    for (const Given& g : st.given) given(g);
    std::vector<std::uint32_t> in_order(inductions_.size());
    for (const auto& [id, number] : inductions_) in_order[number] = id;
    for (std::uint32_t number = 0; number < in_order.size(); ++number) {
      const Kernel::Induction& i = k_.inductions().at(in_order[number]);
      std::set<Index> read;
      for (const Kernel::Goal& g : i.goals)
        for (const Ref* r : {&g.lhs, &g.rhs}) read.insert(r->at.begin(), r->at.end());
      Scope scope(*this, read);
      const std::string goals =
          join(i.goals, ";", [&](const Kernel::Goal& g) { return scope.term(g.lhs) + ";" + scope.term(g.rhs); });
      out_ += "induction " + std::to_string(number) + " " + write(i.size) + scope.indices() + " t=" + goals;
      if (!i.conditions.empty())
        out_ += " n=" + join(i.conditions, ",", [](std::uint32_t c) { return std::to_string(c); });
      out_ += "\n";
    }
    for (auto& [is_equation, n] : order_) step(is_equation, n);
    return out_ + "conclude e" + std::to_string(equation_number_.at(goal.number())) + "\n";
  }

 private:
  static std::string brackets(const std::string& s) { return "[" + s + "]"; }

  // The indices of one line, numbered by first use. Those of a step come first in the order of their issue, for it
  // decides which axis of a symmetric wire is its first.
  class Scope {
   public:
    explicit Scope(Writer& w, const std::set<Index>& first = {}) : w_(w) {
      for (Index i : first) number(i);
    }
    std::uint32_t number(Index i) {
      auto [it, fresh] = numbers_.emplace(i, static_cast<std::uint32_t>(list_.size()));
      if (fresh) list_.push_back(i);
      return it->second;
    }
    std::string term(const Ref& r) {
      std::string t = std::to_string(w_.wire(r.wire)) + "(";
      for (std::size_t k = 0; k < r.at.size(); ++k) t += (k ? "," : "") + std::to_string(number(r.at[k]));
      return t + ")";
    }
    std::string indices() const {
      if (list_.empty()) return "";
      return " i=" + join(list_, ",", [&](Index i) { return write(w_.b_.axis(i)); });
    }

   private:
    Writer& w_;
    std::map<Index, std::uint32_t> numbers_;
    std::vector<Index> list_;
  };

  void side(const std::string& keyword, const Diagram& d) {
    Output o = thaw(b_, d).front();
    Scope scope(*this);
    for (Index i : o.axes) scope.number(i);
    std::string t = scope.term(o.value);
    out_ += keyword + " " + write(o.name) + scope.indices() + " t=" + t + "\n";
  }

  void given(const Given& g) {
    const Output l = thaw(b_, g.left).front(), r = thaw(b_, g.right).front();
    std::map<Index, Index> same;
    for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
    Scope scope(*this);
    for (Index i : l.axes) scope.number(i);
    const std::string t = scope.term(l.value) + ";" + scope.term(b_.rename(r.value, same));
    out_ += "given " + write(l.name) + scope.indices() + " t=" + t + "\n";
  }

  void note_induction(std::uint32_t id) { inductions_.emplace(id, static_cast<std::uint32_t>(inductions_.size())); }

  // The number of a wire in the certificate; its boxes are written first.
  std::uint32_t wire(WireId root) {
    std::vector<WireId> stack{root};
    while (!stack.empty()) {
      WireId w = stack.back();
      if (wires_.count(w)) {
        stack.pop_back();
        continue;
      }
      bool ready = true;
      for (const Port& p : b_.box(w).inputs)
        if (!wires_.count(p.wire)) stack.push_back(p.wire), ready = false;
      if (!ready) continue;
      stack.pop_back();
      box(w);
    }
    return wires_.at(root);
  }

  void box(WireId w) {
    const Box& x = b_.box(w);
    const auto n = static_cast<std::uint32_t>(wires_.size());
    std::string line = "box " + std::to_string(n) + " " + info(x.op).name;
    auto axes = [](const std::vector<Axis>& l) { return join(l, ",", [](const Axis& a) { return write(a); }); };
    auto own = [](Index i) { return i.id; };
    if (x.op == Op::reduce) line += std::string(" fold=") + info(x.fold).name;
    if (x.op == Op::input) line += std::string(" type=") + dtype_name(x.dtype);
    if (!x.name.empty()) line += " name=" + write(x.name);
    if (x.op == Op::opaque) line += x.deterministic ? " noise=0" : " noise=" + std::to_string(x.noise);
    if (x.op == Op::literal) line += " value=" + x.value.get_str();
    if (x.op == Op::size_value) line += " size=" + write(x.size);
    if (!x.degree.empty()) line += " degree=" + axes(x.degree);
    if (!x.bound.empty()) line += " bound=" + axes(x.bound);
    if (!x.inputs.empty())
      line += " in=" + join(x.inputs, ";", [&](const Port& p) {
                return std::to_string(wires_.at(p.wire)) + "(" +
                       join(p.map, ",", [](Index i) { return std::to_string(i.id); }) + ")";
              });
    if (!x.index.empty()) line += " x=" + join(x.index, ";", [&](const IndexExpression& e) { return write(e, own); });
    out_ += line + "\n";
    wires_.emplace(w, n);
  }

  EquationId equation_of(std::uint32_t n) const { return equations_.at(n); }
  SignId sign_of(std::uint32_t n) const { return signs_.at(n); }

  // The judgements that the goal rests on, premises first.
  void plan(EquationId goal) {
    std::vector<std::pair<bool, std::uint32_t>> stack;
    auto push_e = [&](EquationId e) { equations_.emplace(e.number(), e), stack.emplace_back(true, e.number()); };
    auto push_s = [&](SignId s) { signs_.emplace(s.number(), s), stack.emplace_back(false, s.number()); };
    std::set<std::pair<bool, std::uint32_t>> done;
    push_e(goal);
    while (!stack.empty()) {
      auto top = stack.back();
      if (done.count(top)) {
        stack.pop_back();
        continue;
      }
      const Step& s = top.first ? k_.step(equation_of(top.second)) : k_.step(sign_of(top.second));
      bool ready = true;
      for (EquationId e : s.equations)
        if (!done.count({true, e.number()})) push_e(e), ready = false;
      for (SignId f : s.signs)
        if (!done.count({false, f.number()})) push_s(f), ready = false;
      if (!ready) continue;
      stack.pop_back();
      done.insert(top);
      order_.push_back(top);
    }
  }

  static std::set<Index> indices_of(const Step& s) {
    std::set<Index> all(s.indices.begin(), s.indices.end());
    for (const Ref& r : s.terms) all.insert(r.at.begin(), r.at.end());
    for (const IndexExpression& e : s.index)
      for (Index i : free_indices(e)) all.insert(i);
    for (const auto& f : s.formals) all.insert(f.begin(), f.end());
    return all;
  }

  void step(bool is_equation, std::uint32_t n) {
    const Step& s = is_equation ? k_.step(equation_of(n)) : k_.step(sign_of(n));
    Scope scope(*this, indices_of(s));
    std::string args;
    auto list = [&](const char* key, const auto& items, const char* separator, auto&& f) {
      if (!items.empty()) args += std::string(" ") + key + "=" + join(items, separator, f);
    };
    list("t", s.terms, ";", [&](const Ref& r) { return scope.term(r); });
    list("e", s.equations, ",", [&](EquationId e) { return std::to_string(equation_number_.at(e.number())); });
    list("s", s.signs, ",", [&](SignId f) { return std::to_string(sign_number_.at(f.number())); });
    std::vector<std::uint32_t> numbers = s.numbers;
    if (s.rule == Inference::induction || s.rule == Inference::hypothesis) numbers.at(0) = inductions_.at(numbers[0]);
    if ((s.rule == Inference::assumed || s.rule == Inference::sign_assumed) && numbers.size() > 1)
      numbers[1] = inductions_.at(numbers[1]);
    list("n", numbers, ",", [](std::uint32_t k) { return std::to_string(k); });
    list("z", s.sizes, ",", [](const Size& z) { return write(z); });
    list("b", s.indices, ",", [&](Index i) { return std::to_string(scope.number(i)); });
    list("x", s.index, ";",
         [&](const IndexExpression& e) { return write(e, [&](Index i) { return scope.number(i); }); });
    list("m", s.names, ",", [](Symbol m) { return write(m); });
    list("f", s.formals, ";", [&](const std::vector<Index>& f) {
      return "(" + join(f, ",", [&](Index i) { return std::to_string(scope.number(i)); }) + ")";
    });
    list("k", s.farkas, ";", [](const std::vector<Rational>& v) {
      return "(" + join(v, ",", [](const Rational& q) { return q.get_str(); }) + ")";
    });
    if (!is_equation) args += std::string(" g=") + to_string(s.sign);
    if (s.rule == Inference::smt || s.rule == Inference::sign_smt) args += " leaf=" + digest(k_.leaf_text(s));
    std::string conclusion;
    if (is_equation) {
      const Equation& e = k_.equation(equation_of(n));
      const auto lhs = wire(e.lhs), rhs = wire(e.rhs);
      conclusion = " => " + std::to_string(lhs) + " " + std::to_string(rhs) + "(" +
                   join(e.rhs_at, ",", [](std::uint32_t k) { return std::to_string(k); }) + ")";
      if (!e.extra.empty()) conclusion += " " + join(e.extra, ",", [](const Size& z) { return write(z); });
      equation_number_.emplace(n, static_cast<std::uint32_t>(equation_number_.size()));
    } else {
      const SignFact& f = k_.fact(sign_of(n));
      conclusion = " => " + std::to_string(wire(f.wire));
      sign_number_.emplace(n, static_cast<std::uint32_t>(sign_number_.size()));
    }
    out_ += (is_equation ? "e" + std::to_string(equation_number_.at(n)) : "s" + std::to_string(sign_number_.at(n))) +
            " " + to_string(s.rule) + scope.indices() + args + conclusion + "\n";
  }

  Kernel& k_;
  DiagramBuilder& b_;
  std::string out_;
  std::map<WireId, std::uint32_t> wires_;
  std::map<std::uint32_t, std::uint32_t> equation_number_, sign_number_;
  std::map<std::uint32_t, EquationId> equations_;
  std::map<std::uint32_t, SignId> signs_;
  std::vector<std::pair<bool, std::uint32_t>> order_;
  std::map<std::uint32_t, std::uint32_t> inductions_;  // of the kernel -> of the certificate
};

}  // namespace

std::string write_certificate(Kernel& k, Symbol name, const Statement& statement, EquationId e) {
  return Writer(k).certificate(name, statement, e);
}

}  // namespace skein
