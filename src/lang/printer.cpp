#include "lang/printer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "lang/lexer.hpp"

namespace skein {
namespace {

// What may stand at a place without parentheses.
enum Level { whole, term, factor_chain, atom };

constexpr int largest_inlined = 14;       // boxes in one expression
constexpr int largest_inlined_read = 60;  // if reads in it may need the guards around them

std::string size_text(const Size& s, bool bars) {
  if (s.is_zero()) return "0";
  std::string out;
  for (const auto& [m, c] : s.terms()) {
    if (!out.empty())
      out += c < 0 ? " - " : " + ";
    else if (c < 0)
      out += "-";
    const Integer a = abs(c);
    std::string product = a != 1 || m.empty() ? a.get_str() : "";
    for (Symbol v : m)
      product += (product.empty() ? "" : "*") + (bars ? "|" + quote_name(v.text()) + "|" : quote_name(v.text()));
    out += product;
  }
  return out;
}

// p >= 0 as `positive terms >= negative terms`.
template <class P, class Text>
std::string inequality(const P& p, Text&& text) {
  P left, right;
  for (const auto& [m, c] : p.terms()) {
    if (c > 0)
      left += P::term(c, m);
    else
      right += P::term(Integer(-c), m);
  }
  const bool strict = right.constant_term() > 0;
  if (strict) right -= P::constant(Integer(1));
  return fmt::format("{} {} {}", text(left), strict ? ">" : ">=", text(right));
}

class Printer {
 public:
  Printer(const Diagram& d, std::string_view name) : d_(d), name_(name) {}

  std::string run() {
    collect_names();
    choose_statements();
    // Header.
    std::string parameters, outputs, weights, body;
    for (const InputPort& p : d_.inputs()) {
      std::string& list = p.role == Role::weight ? weights : parameters;
      const std::string text = quote_name(p.name.text()) + axes_text(p.axes) + type_text(p.dtype);
      if (p.role == Role::weight)
        list += fmt::format("  weight {}\n", text);
      else
        list += (list.empty() ? "" : ", ") + text;
    }
    const bool plain = d_.outputs().size() == 1 && d_.outputs()[0].name.text() == "out";
    std::vector<std::string> values;
    std::vector<std::vector<Index>> output_indices;
    for (const OutputPort& o : d_.outputs()) {
      std::vector<Index> indices;
      std::string axes;
      in_scope_.clear();
      for (const Axis& a : o.axes) {
        indices.push_back(new_index(a, !plain_variable(a.size)));
        std::string binder = binder_text(indices.back());
        if (!positive(a.size) && binder.find(':') == std::string::npos)
          binder += "?";
        else if (!positive(a.size))
          binder.insert(binder.find(':'), "?");
        axes += (axes.empty() ? "" : ", ") + binder;
        // Names with sizes of their own are the whole header's.
        if (const std::string& n = names_[indices.back().id]; !is_variable(n)) taken_.insert(n);
      }
      output_indices.push_back(indices);
      if (plain) {
        if (!axes.empty()) outputs = "[" + axes + "]";
      } else {
        outputs +=
            (outputs.empty() ? " -> " : ", ") + quote_name(o.name.text()) + (axes.empty() ? "" : "[" + axes + "]");
      }
    }
    for (std::uint32_t w = 0; w < d_.boxes().size(); ++w)
      if (statement_[w]) body += statement(WireId{w});
    for (std::size_t k = 0; k < d_.outputs().size(); ++k) {
      const OutputPort& o = d_.outputs()[k];
      in_scope_.clear();
      for (Index i : output_indices[k]) in_scope_.insert(names_[i.id]);
      std::vector<Index> at;
      for (std::uint32_t s : o.map) at.push_back(output_indices[k][s]);
      values.push_back(wire(o.wire, at, whole));
    }
    std::string header = fmt::format("def {}{}({}){}", quote_name(std::string(name_)), brackets_, parameters, outputs);
    std::string conditions;
    for (const Size& h : d_.sizes().hypotheses) conditions += (conditions.empty() ? "" : ", ") + print_nonnegative(h);
    if (!conditions.empty()) header += "\n  where " + conditions;
    const std::string result = fmt::format("{}", fmt::join(values, ", "));
    if (weights.empty() && body.empty() && values.size() == 1)
      return fmt::format("{}{}= {}\n", header, conditions.empty() && result.size() + header.size() < 116 ? " " : "\n  ",
                         result);
    return fmt::format("{} {{\n{}{}  return {}\n}}\n", header, weights, body, result);
  }

 private:
  // --- names
  bool is_variable(const std::string& n) const { return variables_.count(Symbol(n)) != 0; }
  static const Symbol* plain_variable(const Size& s) { return s.as_atom(); }
  bool positive(const Size& s) const { return d_.sizes().find_farkas(s - size_constant(1)).has_value(); }
  static std::string type_text(DType t) { return t == DType::ext ? ": ext" : t == DType::boolean ? ": bool" : ""; }

  void collect_names() {
    auto add = [&](const Size& s, std::set<Symbol>& to) {
      for (const auto& [m, c] : s.terms()) to.insert(m.begin(), m.end());
    };
    std::set<Symbol> inline_header, inline_weight, inline_output, needed_early;
    auto header = [&](const std::vector<Axis>& axes, std::set<Symbol>& declares, std::set<Symbol>& needs) {
      for (const Axis& a : axes) {
        add(a.size, variables_);
        if (const Symbol* v = plain_variable(a.size))
          declares.insert(*v);
        else
          add(a.size, needs);
      }
    };
    for (const InputPort& p : d_.inputs()) {
      header(p.axes, p.role == Role::weight ? inline_weight : inline_header, needed_early);
      taken_.insert(p.name.text());
    }
    for (const OutputPort& o : d_.outputs()) {
      header(o.axes, inline_output, needed_early);
      for (const Axis& a : o.axes) add(a.size, needed_early);
    }
    // An output axis declares its variable unless its index needs another name (see new_index).
    for (Symbol v : inline_output)
      if (!input_named(v.text())) inline_header.insert(v);
    for (const Size& h : d_.sizes().hypotheses) add(h, variables_), add(h, needed_early);
    std::function<void(const IndexExpression&)> add_index = [&](const IndexExpression& e) {
      for (const auto& [m, c] : e.terms())
        for (const IndexAtom& a : m) {
          if (a.size()) variables_.insert(*a.size());
          if (const Quotient* q = a.quotient()) add_index(q->numerator), add(q->denominator, variables_);
        }
    };
    for (const Box& b : d_.boxes()) {
      for (const auto* list : {&b.degree, &b.bound})
        for (const Axis& a : *list) add(a.size, variables_);
      add(b.size, variables_);
      for (const IndexExpression& e : b.index) add_index(e);
    }
    for (Symbol v : variables_) {
      taken_.insert(v.text());
      if (inline_header.count(v) || (inline_weight.count(v) && !needed_early.count(v))) continue;
      brackets_ += fmt::format("{}{}{}:axis", brackets_.empty() ? "[" : ", ", quote_name(v.text()),
                               d_.sizes().lower_bound(v) == 0 ? "?" : "");
    }
    if (!brackets_.empty()) brackets_ += "]";
  }

  std::string fresh_name(const std::string& prefix) {
    for (int& k = counters_[prefix];; ++k) {
      std::string n = prefix + std::to_string(k);
      if (!taken_.count(n) && !in_scope_.count(n)) return n;
    }
  }

  std::string axes_text(const std::vector<Axis>& axes) {
    std::string out;
    for (const Axis& a : axes) {
      if (!out.empty()) out += ", ";
      const char* mark = positive(a.size) ? "" : "?";
      if (const Symbol* v = plain_variable(a.size)) {
        out += quote_name(v->text()) + mark;
      } else if (a.size.is_constant()) {
        out += size_text(a.size, false) + mark;
      } else {
        auto [it, fresh] = aliases_.try_emplace(a.size);
        if (fresh) {
          it->second = usable(a.name.text()) ? a.name.text() : fresh_name("a");
          taken_.insert(it->second);
        }
        out += fmt::format("{}{}:{}", it->second, mark, size_text(a.size, false));
      }
    }
    return out.empty() ? "" : "[" + out + "]";
  }

  // As the name of an index or an axis that has an explicit size.
  bool usable(const std::string& n) const {
    return !n.empty() && quote_name(n) == n && n.find('.') == std::string::npos && !taken_.count(n) &&
           !in_scope_.count(n);
  }

  // A new index in the scope of the statement, named after its axis where the name is free.
  Index new_index(const Axis& a, bool explicit_size) {
    const Index i{static_cast<std::uint32_t>(names_.size())};
    const Symbol* v = explicit_size ? nullptr : plain_variable(a.size);
    std::string n;
    if (v && !in_scope_.count(v->text()) && !input_named(v->text()))
      n = v->text();
    else if (usable(a.name.text()))
      n = a.name.text();
    else {
      for (int k = 0; n.empty(); ++k)
        if (std::string c = "i" + std::to_string(k); !taken_.count(c) && !in_scope_.count(c)) n = c;
    }
    names_.push_back(n);
    sizes_.push_back(a.size);
    in_scope_.insert(n);
    return i;
  }
  bool input_named(const std::string& n) const { return d_.find_input(Symbol(n)) != nullptr; }

  std::string binder_text(Index i) const {
    const std::string& n = names_[i.id];
    return is_variable(n) ? quote_name(n) : fmt::format("{}:{}", n, size_text(sizes_[i.id], false));
  }

  std::string index_text(const IndexExpression& e) const {
    if (e.is_zero()) return "0";
    std::string out;
    for (const auto& [m, c] : e.terms()) {
      if (!out.empty())
        out += c < 0 ? " - " : " + ";
      else if (c < 0)
        out += "-";
      const Integer a = abs(c);
      std::string product = a != 1 || m.empty() ? a.get_str() : "";
      for (const IndexAtom& x : m) {
        if (!product.empty()) product += "*";
        if (x.index())
          product += quote_name(names_[x.index()->id]);
        else if (x.size())
          product += "|" + quote_name(x.size()->text()) + "|";
        else
          product += fmt::format("(({}) / ({}))", index_text(x.quotient()->numerator),
                                 size_text(x.quotient()->denominator, true));
      }
      out += product;
    }
    return out;
  }

  // --- which wires are statements
  void choose_statements() {
    const std::size_t n = d_.boxes().size();
    std::vector<int> uses(n, 0), weight(n, 0);
    std::vector<bool> viewed(n, false), reads(n, false);
    for (const Box& b : d_.boxes())
      for (const Port& p : b.inputs) {
        ++uses[p.wire.id];
        if (b.op == Op::view) viewed[p.wire.id] = true;
      }
    for (const OutputPort& o : d_.outputs()) ++uses[o.wire.id];
    statement_.assign(n, false);
    statement_names_.resize(n);
    for (std::size_t w = 0; w < n; ++w) {
      const Box& b = d_.boxes()[w];
      weight[w] = 1;
      reads[w] = b.op == Op::view;
      for (const Port& p : b.inputs)
        if (!statement_[p.wire.id]) weight[w] += weight[p.wire.id], reads[w] = reads[w] || reads[p.wire.id];
      if (b.op == Op::input) continue;
      const bool leaf = b.inputs.empty() || b.op == Op::view;
      const bool large = weight[w] > (reads[w] ? largest_inlined_read : largest_inlined);
      statement_[w] = viewed[w] || (!leaf && (uses[w] > 1 || large));
      if (statement_[w]) weight[w] = 1, reads[w] = false;
    }
  }

  std::string statement(WireId w) {
    in_scope_.clear();
    std::vector<Index> at;
    std::string axes;
    for (const Axis& a : d_.box(w).degree) {
      at.push_back(new_index(a, false));
      axes += (axes.empty() ? "" : ", ") + binder_text(at.back());
    }
    const std::string value = box(w, at, whole);
    statement_names_[w.id] = fresh_name("w");
    taken_.insert(statement_names_[w.id]);
    return fmt::format("  {}{} = {}\n", statement_names_[w.id], axes.empty() ? "" : "[" + axes + "]", value);
  }

  // --- expressions
  std::string read_text(WireId w, const std::vector<IndexExpression>& at, bool proved) const {
    const Box& b = d_.box(w);
    std::string out = b.op == Op::input ? quote_name(b.name.text()) : statement_names_[w.id];
    if (!proved) out += "!";
    std::string list;
    for (const IndexExpression& e : at) list += (list.empty() ? "" : ", ") + index_text(e);
    return list.empty() ? out : fmt::format("{}[{}]", out, list);
  }

  std::string wire(WireId w, const std::vector<Index>& at, Level level) {
    if (d_.box(w).op != Op::input && !statement_[w.id]) return box(w, at, level);
    std::vector<IndexExpression> indices;
    for (Index i : at) indices.push_back(index_variable(i));
    return read_text(w, indices, true);
  }

  static std::string parenthesized(bool yes, const std::string& text) { return yes ? "(" + text + ")" : text; }

  std::string box(WireId w, const std::vector<Index>& at, Level level) {
    const Box& b = d_.box(w);
    std::vector<Index> local = at;
    const std::set<std::string> outer = in_scope_;
    std::string binders;
    for (const Axis& a : b.bound) {
      local.push_back(new_index(a, false));
      binders += (binders.empty() ? "" : ", ") + binder_text(local.back());
    }
    auto payload = [&](const IndexExpression& e) {
      return substitute(e, [&](Index i) { return index_variable(local[i.id]); });
    };
    auto input = [&](std::size_t k, Level l) {
      std::vector<Index> inner;
      for (Index i : b.inputs[k].map) inner.push_back(local[i.id]);
      return wire(b.inputs[k].wire, inner, l);
    };
    std::string out = [&]() -> std::string {
      switch (b.op) {
        case Op::literal:
          if (b.value.get_den() == 1) return b.value.get_num().get_str();
          return "(" + b.value.get_str() + ")";
        case Op::neg_inf: return "-inf";
        case Op::size_value: return "|" + size_text(b.size, false) + "|";
        case Op::index_value: {
          const IndexExpression e = payload(b.index[0]);
          const IndexAtom* a = e.as_atom();
          return a && a->index() ? quote_name(names_[a->index()->id]) : "index(" + index_text(e) + ")";
        }
        case Op::view: return view(b, local);
        case Op::add: return sum(b, local, level);
        case Op::mul: {
          if (b.inputs.size() == 1) return "mul(" + input(0, whole) + ")";
          return parenthesized(level > factor_chain, product(b, local, b.inputs.size()));
        }
        case Op::reduce: {
          static const std::map<Op, const char*> words{{Op::add, "sum"}, {Op::mul, "prod"}, {Op::max, "max"},
                                                       {Op::min, "min"}, {Op::conj, "all"}, {Op::disj, "any"}};
          return parenthesized(level > factor_chain,
                               fmt::format("{}[{}] {}", words.at(b.fold), binders, input(0, factor_chain)));
        }
        case Op::less: return fmt::format("({} < {})", input(0, term), input(1, term));
        case Op::less_equal: return fmt::format("({} <= {})", input(0, term), input(1, term));
        case Op::equal: return fmt::format("({} == {})", input(0, term), input(1, term));
        case Op::cases: return cases(b, local, level);
        default: {
          std::string list;
          for (std::size_t k = 0; k < b.inputs.size(); ++k) list += (k ? ", " : "") + input(k, whole);
          if (b.op == Op::opaque)
            return parenthesized(
                level == atom, fmt::format("{} {}({})", b.deterministic ? "opaque" : fmt::format("random[{}]", b.noise),
                                           quote_name(b.name.text()), list));
          return fmt::format("{}({})", info(b.op).name, list);
        }
      }
    }();
    in_scope_ = outer;
    return out;
  }

  std::string view(const Box& b, const std::vector<Index>& local) {
    const WireId w = b.inputs[0].wire;
    const auto& axes = d_.box(w).degree;
    const IndexRanges ranges(d_.sizes(), [&](Index i) { return sizes_.at(i.id); });
    std::vector<IndexExpression> at;
    bool proved = true, renaming = true;
    std::set<Index> seen;
    for (std::size_t s = 0; s < b.index.size(); ++s) {
      at.push_back(substitute(b.index[s], [&](Index i) { return index_variable(local[i.id]); }));
      proved = proved && ranges.within(at.back(), axes[s].size, guards_);
      const IndexAtom* a = at.back().as_atom();
      renaming =
          renaming && a && a->index() && sizes_[a->index()->id] == axes[s].size && seen.insert(*a->index()).second;
    }
    const std::string read = read_text(w, at, proved);
    return renaming ? "view(" + read + ")" : read;
  }

  std::string child(const Port& p, const std::vector<Index>& local, Level level) {
    std::vector<Index> inner;
    for (Index i : p.map) inner.push_back(local[i.id]);
    return wire(p.wire, inner, level);
  }
  // The box of a port that is printed in place.
  const Box* inlined(const Port& p) const {
    const Box& b = d_.box(p.wire);
    return b.op == Op::input || statement_[p.wire.id] ? nullptr : &b;
  }
  static bool is_literal(const Box* b, int value) { return b && b->op == Op::literal && b->value == value; }

  // The factors of a product but the one at `skip`, with inv(x) as a division where the text reads back the same.
  std::string product(const Box& b, const std::vector<Index>& local, std::size_t skip) {
    std::vector<std::size_t> dividends, divisors;
    for (std::size_t k = 0; k < b.inputs.size(); ++k) {
      if (k == skip) continue;
      const Box* x = inlined(b.inputs[k]);
      (x && x->op == Op::inv ? divisors : dividends).push_back(k);
    }
    std::string out;
    std::size_t left = dividends.size() + divisors.size();
    for (std::size_t k : dividends) {
      out +=
          (out.empty() ? "" : " * ") + child(b.inputs[k], local, --left == 0 ? factor_chain_tail(b.inputs[k]) : atom);
    }
    for (std::size_t k : divisors) {
      const Box& inverse = *inlined(b.inputs[k]);
      std::vector<Index> inner;
      for (Index i : b.inputs[k].map) inner.push_back(local[i.id]);
      const Box* under = inlined(inverse.inputs[0]);
      // A numeral divided by a numeral would be one literal.
      const bool divide = !out.empty() && !(under && under->op == Op::literal);
      if (divide)
        out += " / " + child(inverse.inputs[0], inner, atom);
      else
        out += (out.empty() ? "" : " * ") + ("inv(" + child(inverse.inputs[0], inner, whole) + ")");
    }
    return out;
  }
  // A reduction may end a product without parentheses; a product may not.
  Level factor_chain_tail(const Port& p) const {
    const Box* x = inlined(p);
    return x && x->op == Op::reduce ? factor_chain : atom;
  }

  std::string sum(const Box& b, const std::vector<Index>& local, Level level) {
    if (b.inputs.size() == 1) return "add(" + child(b.inputs[0], local, whole) + ")";
    std::string out;
    // Terms (-1)*x last, as subtractions.
    std::vector<std::pair<const Port*, std::size_t>> minus;
    for (const Port& p : b.inputs) {
      const Box* x = inlined(p);
      std::size_t sign = 0;
      if (x && x->op == Op::mul && x->inputs.size() > 1) {
        while (sign < x->inputs.size() && !is_literal(inlined(x->inputs[sign]), -1)) ++sign;
        if (sign < x->inputs.size() && reads_back_negated(*x, sign)) {
          minus.emplace_back(&p, sign);
          continue;
        }
      }
      out += (out.empty() ? "" : " + ") + child(p, local, factor_chain);
    }
    for (const auto& [p, sign] : minus) {
      std::vector<Index> inner;
      for (Index i : p->map) inner.push_back(local[i.id]);
      out += (out.empty() ? "-" : " - ") + product(d_.box(p->wire), inner, sign);
    }
    return parenthesized(level > term, out);
  }
  // `- x`, for (-1)*x, must not be read as a negative literal, nor flatten a product or a negation.
  bool reads_back_negated(const Box& mul, std::size_t sign) const {
    if (mul.inputs.size() > 2) {
      // A leading literal after a leading minus sign would swallow the sign.
      for (std::size_t k = 0; k < mul.inputs.size(); ++k)
        if (const Box* x = inlined(mul.inputs[k]); k != sign && x && x->op == Op::literal) return false;
      return true;
    }
    const Box* rest = inlined(mul.inputs[1 - sign]);
    return !rest || !(rest->op == Op::literal || rest->op == Op::mul || rest->op == Op::neg_inf);
  }

  std::string cases(const Box& b, const std::vector<Index>& local, Level level) {
    std::vector<IndexExpression> atoms;
    for (const IndexExpression& e : b.index)
      atoms.push_back(substitute(e, [&](Index i) { return index_variable(local[i.id]); }));
    auto text = [&](const IndexExpression& e) { return index_text(e); };
    std::string condition;
    for (std::size_t k = 0; k < atoms.size(); ++k) {
      if (k) condition += " and ";
      if (k + 1 < atoms.size() && !atoms[k].is_constant() && (atoms[k] + atoms[k + 1]).is_zero()) {
        IndexExpression left, right;  // right - left is the atom
        for (const auto& [m, c] : atoms[k].terms()) {
          if (c > 0)
            right += IndexExpression::term(c, m);
          else
            left += IndexExpression::term(Integer(-c), m);
        }
        condition += fmt::format("{} == {}", text(left), text(right));
        ++k;
      } else {
        condition += inequality(atoms[k], text);
      }
    }
    const std::size_t depth = guards_.size();
    guards_.insert(guards_.end(), atoms.begin(), atoms.end());
    const std::string then = child(b.inputs[0], local, whole);
    guards_.resize(depth);
    if (atoms.size() == 1) guards_.push_back(-atoms[0] - index_constant(1));
    const std::string otherwise = child(b.inputs[1], local, whole);
    guards_.resize(depth);
    return parenthesized(level != whole, fmt::format("if {} then {} else {}", condition, then, otherwise));
  }

  const Diagram& d_;
  std::string_view name_;
  std::set<Symbol> variables_;
  std::set<std::string> taken_;     // names with a meaning in the whole def
  std::set<std::string> in_scope_;  // names of the indices in scope
  std::map<Size, std::string> aliases_;
  std::map<std::string, int> counters_;
  std::string brackets_;
  std::vector<std::string> names_;  // of the printer's indices
  std::vector<Size> sizes_;
  std::vector<bool> statement_;
  std::vector<std::string> statement_names_;
  std::vector<IndexExpression> guards_;
};

}  // namespace

std::string print_nonnegative(const Size& s) {
  return inequality(s, [](const Size& side) { return size_text(side, true); });
}

std::string print_diagram(const Diagram& d, std::string_view name) { return Printer(d, name).run(); }

}  // namespace skein
