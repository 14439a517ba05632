#include "kernel/leaf.hpp"

#include <unordered_map>

namespace skein {
namespace {

// The text of a scalar: a real or a boolean; an ext is a flag "is -inf" and a real that matters where the flag is
// false.
struct Scalar {
  DType dtype;
  std::string text;
  std::string infinite;  // ext only
};

class Printer {
 public:
  Printer(DiagramBuilder& b, const SizeContext& sizes) : b_(b), sizes_(sizes) {}

  std::string index_name(Index i) {
    auto [it, fresh] = indices_.emplace(i, "i" + std::to_string(indices_.size()));
    if (fresh) {
      declare(it->second, "() Int");
      assume("(<= 0 " + it->second + ")");
      assume("(< " + it->second + " " + size(b_.axis(i).size) + ")");
    }
    return it->second;
  }

  Scalar scalar(const Ref& r) {
    std::vector<std::string> at;
    for (Index i : r.at) at.push_back(index_name(i));
    return scalar(r.wire, at);
  }

  void assume(const std::string& f) { lines_.push_back("(assert " + f + ")"); }

  std::string finish(const std::string& negated_goal) {
    std::string out = "(set-logic ALL)\n";
    for (const std::string& l : lines_) out += l + "\n";
    return out + "(assert " + negated_goal + ")\n(check-sat)\n";
  }

  std::string sign(const std::string& t, Sign s) {
    switch (s) {
      case Sign::positive: return "(> " + t + " 0.0)";
      case Sign::nonnegative: return "(>= " + t + " 0.0)";
      case Sign::nonzero: return "(not (= " + t + " 0.0))";
    }
    throw Rejected("unknown sign");
  }

  void hypotheses() {
    for (const Size& h : sizes_.hypotheses) assume("(>= " + size(h) + " 0)");
  }

 private:
  void declare(const std::string& name, const std::string& type) {
    lines_.push_back("(declare-fun " + name + " " + type + ")");
  }
  std::string define(const char* type, const std::string& body) {
    std::string name = "t" + std::to_string(next_++);
    lines_.push_back("(define-fun " + name + " () " + std::string(type) + " " + body + ")");
    return name;
  }
  static std::string integer(const Integer& n) { return n < 0 ? "(- " + Integer(-n).get_str() + ")" : n.get_str(); }
  static std::string real(const Rational& q) {
    Rational a = abs(q);
    std::string t = "(/ " + a.get_num().get_str() + ".0 " + a.get_den().get_str() + ".0)";
    if (a.get_den() == 1) t = a.get_num().get_str() + ".0";
    return q < 0 ? "(- " + t + ")" : t;
  }
  static std::string apply(const std::string& f, const std::vector<std::string>& args) {
    if (args.empty()) return f;
    std::string out = "(" + f;
    for (const auto& a : args) out += " " + a;
    return out + ")";
  }
  // Uninterpreted function symbols are declared once for each name.
  std::string uninterpreted(const std::string& name, const std::string& type) {
    if (declared_.insert(name).second) declare(name, type);
    return name;
  }

  // Wires are numbered by first use, so that the text does not depend on the arena.
  std::string symbol(const char* kind, WireId w) {
    return symbols_.emplace(w, kind + std::to_string(symbols_.size())).first->second;
  }

  std::string size_symbol(Symbol s) {
    auto [it, fresh] = size_names_.emplace(s, "n" + std::to_string(size_names_.size()));
    if (fresh) {
      declare(it->second, "() Int");
      assume("(>= " + it->second + " " + std::to_string(sizes_.lower_bound(s)) + ")");
    }
    return it->second;
  }
  std::string size(const Size& s) {
    return polynomial(s, [&](Symbol v) { return size_symbol(v); });
  }
  template <class Atom, class F>
  std::string polynomial(const Polynomial<Atom, Integer>& p, F&& atom) {
    std::vector<std::string> sum;
    for (const auto& [m, c] : p.terms()) {
      std::vector<std::string> product;
      if (c != 1 || m.empty()) product.push_back(integer(c));
      for (const Atom& a : m) product.push_back(atom(a));
      sum.push_back(product.size() == 1 ? product[0] : apply("*", product));
    }
    if (sum.empty()) return "0";
    return sum.size() == 1 ? sum[0] : apply("+", sum);
  }
  std::string index(const IndexExpression& e, const std::vector<std::string>& local) {
    return polynomial(e, [&](const IndexAtom& a) -> std::string {
      if (const Index* i = a.index()) return local.at(i->id);
      if (const Symbol* s = a.size()) return size_symbol(*s);
      const Quotient& q = *a.quotient();
      if (!sizes_.positive(q.denominator)) throw Rejected("a leaf divides an index by a size that may be 0");
      std::string n = index(q.numerator, local), d = size(q.denominator);
      auto [it, fresh] = quotients_.emplace(n + " div " + d, "q" + std::to_string(quotients_.size()));
      if (fresh) {  // Euclid's witness in place of div
        declare(it->second, "() Int");
        assume("(<= (* " + d + " " + it->second + ") " + n + ")");
        assume("(< " + n + " (+ (* " + d + " " + it->second + ") " + d + "))");
      }
      return it->second;
    });
  }

  Scalar scalar(WireId w, const std::vector<std::string>& at) {
    std::string key = std::to_string(w.id);
    for (const auto& a : at) key += " " + a;
    if (auto it = memo_.find(key); it != memo_.end()) return it->second;
    if (++depth_ > 500) throw Rejected("a leaf is nested too deeply");
    Scalar s = print(w, at);
    --depth_;
    const char* type = s.dtype == DType::boolean ? "Bool" : "Real";
    if (s.text.find('(') != std::string::npos) s.text = define(type, s.text);
    if (s.infinite.find('(') != std::string::npos) s.infinite = define("Bool", s.infinite);
    return memo_[key] = s;
  }

  Scalar opaque(const std::string& name, DType t, const std::vector<std::string>& args, const char* domain) {
    std::string type = "(";
    for (std::size_t i = 0; i < args.size(); ++i) type += std::string(i ? " " : "") + domain;
    type += ") ";
    Scalar s{t, apply(uninterpreted(name, type + (t == DType::boolean ? "Bool" : "Real")), args), ""};
    if (t == DType::ext) s.infinite = apply(uninterpreted(name + "_inf", type + "Bool"), args);
    return s;
  }

  static std::string infinite(const Scalar& s) { return s.dtype == DType::ext ? s.infinite : "false"; }

  Scalar choose(const std::string& c, const Scalar& a, const Scalar& b) {
    Scalar s{a.dtype == DType::ext ? a.dtype : b.dtype, "(ite " + c + " " + a.text + " " + b.text + ")", ""};
    if (s.dtype == DType::ext) s.infinite = "(ite " + c + " " + infinite(a) + " " + infinite(b) + ")";
    return s;
  }

  Scalar print(WireId w, const std::vector<std::string>& at) {
    const Box box = b_.box(w);
    std::vector<std::string> local = at;
    if (box.op == Op::input) {
      return opaque(symbol("x", w), box.dtype, at, "Int");
    }
    if (box.op == Op::reduce) return opaque(symbol("r", w), box.dtype, at, "Int");
    if (box.op == Op::view) {
      std::vector<std::string> where;
      for (const auto& e : box.index) where.push_back(index(e, local));
      for (auto& t : where)
        if (t.find('(') != std::string::npos) t = define("Int", t);
      return scalar(box.inputs[0].wire, where);
    }
    if (!box.deterministic) throw Rejected("a leaf mentions a stochastic box");
    std::vector<Scalar> in;
    for (const Port& p : box.inputs) {
      std::vector<std::string> a;
      for (Index i : p.map) a.push_back(local.at(i.id));
      in.push_back(scalar(p.wire, a));
    }
    auto texts = [&] {
      std::vector<std::string> t;
      for (const Scalar& s : in) t.push_back(s.text);
      return t;
    };
    auto fold = [&](const std::string& f) { return in.size() == 1 ? in[0].text : apply(f, texts()); };
    auto function = [&](const char* f) {
      return apply(uninterpreted(std::string("fn_") + f, "(Real) Real"), {in[0].text});
    };
    auto guard = [&] {
      std::vector<std::string> g;
      for (const auto& e : box.index) g.push_back("(>= " + index(e, local) + " 0)");
      return g.size() == 1 ? g[0] : apply("and", g);
    };
    switch (box.op) {
      case Op::literal: return {DType::real, real(box.value), ""};
      case Op::neg_inf: return {DType::ext, "0.0", "true"};
      case Op::size_value: return {DType::real, "(to_real " + size(box.size) + ")", ""};
      case Op::index_value: return {DType::real, "(to_real " + index(box.index[0], local) + ")", ""};
      case Op::add: {
        Scalar s{box.dtype, fold("+"), ""};
        if (box.dtype == DType::ext) {
          std::vector<std::string> f;
          for (const Scalar& x : in) f.push_back(infinite(x));
          s.infinite = f.size() == 1 ? f[0] : apply("or", f);
        }
        return s;
      }
      case Op::mul: return {DType::real, fold("*"), ""};
      case Op::max:
      case Op::min: {
        Scalar s = in[0];
        for (std::size_t k = 1; k < in.size(); ++k) {
          const Scalar& y = in[k];
          std::string first = "(" + std::string(box.op == Op::max ? ">=" : "<=") + " " + s.text + " " + y.text + ")";
          if (s.dtype == DType::ext || y.dtype == DType::ext)
            first = "(or " + infinite(y) + " (and (not " + infinite(s) + ") " + first + "))";
          Scalar next = choose(first, s, y);
          next.text = define("Real", next.text);
          if (next.dtype == DType::ext) next.infinite = define("Bool", next.infinite);
          s = next;
        }
        return s;
      }
      case Op::conj: return {DType::boolean, fold("and"), ""};
      case Op::disj: return {DType::boolean, fold("or"), ""};
      case Op::negate: return {DType::boolean, "(not " + in[0].text + ")", ""};
      case Op::inv: {
        std::string t = in[0].text, f = define("Real", function("inv"));
        assume("(=> (not (= " + t + " 0.0)) (= (* " + t + " " + f + ") 1.0))");
        assume("(=> (= " + t + " 0.0) (= " + f + " 0.0))");
        return {DType::real, f, ""};
      }
      case Op::sqrt: {
        std::string t = in[0].text, f = define("Real", function("sqrt"));
        assume("(>= " + f + " 0.0)");
        assume("(=> (>= " + t + " 0.0) (= (* " + f + " " + f + ") " + t + "))");
        assume("(=> (< " + t + " 0.0) (= " + f + " 0.0))");
        return {DType::real, f, ""};
      }
      case Op::exp: {
        std::string f = define("Real", function("exp"));
        assume("(> " + f + " 0.0)");
        if (in[0].dtype == DType::ext) return {DType::real, "(ite " + in[0].infinite + " 0.0 " + f + ")", ""};
        return {DType::real, f, ""};
      }
      case Op::log:
      case Op::erf:
      case Op::sin:
      case Op::cos: return {DType::real, function(info(box.op).name), ""};
      case Op::less:
      case Op::less_equal: {
        std::string c = "(" + std::string(box.op == Op::less ? "<" : "<=") + " " + in[0].text + " " + in[1].text + ")";
        std::string a = infinite(in[0]), b = infinite(in[1]);
        if (a == "false" && b == "false") return {DType::boolean, c, ""};
        if (box.op == Op::less) return {DType::boolean, "(and (not " + b + ") (or " + a + " " + c + "))", ""};
        return {DType::boolean, "(or " + a + " (and (not " + b + ") " + c + "))", ""};
      }
      case Op::equal: {
        std::string c = "(= " + in[0].text + " " + in[1].text + ")", a = infinite(in[0]), b = infinite(in[1]);
        if (a == "false" && b == "false") return {DType::boolean, c, ""};
        return {DType::boolean, "(and (= " + a + " " + b + ") (or " + a + " " + c + "))", ""};
      }
      case Op::where: return choose(in[0].text, in[1], in[2]);
      case Op::cases: return choose(guard(), in[0], in[1]);
      case Op::fin:
        if (in[0].dtype == DType::real) return in[0];
        return {DType::real, "(ite " + in[0].infinite + " 0.0 " + in[0].text + ")", ""};
      case Op::opaque: {
        // One symbol for each operator name and arity, so that congruence holds.
        const std::string key = box.name.text() + "/" + std::to_string(in.size());
        const std::string name = operators_.emplace(key, "g" + std::to_string(operators_.size())).first->second;
        return opaque(name, DType::real, texts(), "Real");
      }
      case Op::input:
      case Op::reduce:
      case Op::view: break;
    }
    throw Rejected("a leaf mentions an operator without a meaning for solvers");
  }

  DiagramBuilder& b_;
  const SizeContext& sizes_;
  std::vector<std::string> lines_;
  std::map<Index, std::string> indices_;
  std::map<WireId, std::string> symbols_;
  std::map<Symbol, std::string> size_names_;
  std::map<std::string, std::string> quotients_, operators_;
  std::set<std::string> declared_;
  std::unordered_map<std::string, Scalar> memo_;
  std::size_t next_ = 0;
  int depth_ = 0;  // of the recursion
};

}  // namespace

std::string leaf_text(DiagramBuilder& b, const SizeContext& sizes, const LeafGoal& goal) {
  Printer p(b, sizes);
  p.hypotheses();
  for (const auto& [r, s] : goal.premises) {
    Scalar t = p.scalar(r);
    if (t.dtype != DType::real) throw Rejected("a premise of a leaf is not a real");
    p.assume(p.sign(t.text, s));
  }
  Scalar l = p.scalar(goal.lhs);
  if (!goal.rhs) {
    if (l.dtype != DType::real) throw Rejected("only a real has a sign");
    return p.finish("(not " + p.sign(l.text, goal.sign) + ")");
  }
  Scalar r = p.scalar(*goal.rhs);
  if ((l.dtype == DType::boolean) != (r.dtype == DType::boolean))
    throw Rejected("a leaf equates a boolean and a number");
  if (l.dtype == DType::ext || r.dtype == DType::ext) {
    std::string a = l.dtype == DType::ext ? l.infinite : "false", c = r.dtype == DType::ext ? r.infinite : "false";
    return p.finish("(not (and (= " + a + " " + c + ") (or " + a + " (= " + l.text + " " + r.text + "))))");
  }
  return p.finish("(not (= " + l.text + " " + r.text + "))");
}

}  // namespace skein
