#include "verify/accumulators.hpp"

#include <algorithm>
#include <functional>

namespace skein {
namespace {

const char *const extremum = "extremum", *const total = "total", *const multiplied = "product",
                  *const rescaled = "online softmax", *const decayed = "decay", *const quotient = "quotient",
                  *const difference = "difference", *const same = "equal states";

class Proposer {
 public:
  Proposer(DiagramBuilder& b, const std::vector<FoldState>& states, Reach reach, const std::set<std::string>& without)
      : b_(b), states_(states), reach_(reach), without_(without) {}

  std::vector<Invariant> run() {
    closed_forms();
    differences();
    return out_;
  }

 private:
  void closed_forms() {
    // A rescaled state needs the closed form of the one that rescales it.
    for (bool progress = true; progress;) {
      progress = false;
      for (const FoldState& s : states_) {
        if (find(s.recurrence.state)) continue;
        if (auto form = closed_form(s)) {
          out_.push_back(std::move(*form));
          progress = true;
        }
      }
    }
  }

  // s' = s + x and t' = t + y: perhaps the same increments.
  void differences() {
    if (!known(difference)) return;
    for (const FoldState& s : states_) {
      if (find(s.recurrence.state) || !grows(s)) continue;
      for (const FoldState& t : states_) {
        const auto &a = b_.axes(s.before.wire), &c = b_.axes(t.before.wire);
        if (s.recurrence.state == t.recurrence.state || !grows(t) || a.size() != c.size()) continue;
        std::map<Index, Index> map;
        bool alike = true;
        for (std::size_t i = 0; i < a.size(); ++i) {
          alike = alike && a[i].size == c[i].size;
          map[t.before.at[i]] = s.before.at[i];
        }
        if (!alike || s.recurrence.state < t.recurrence.state) continue;
        const Ref start = b_.add(Op::mul, {b_.literal(-1), b_.rename(t.first, map)});
        out_.push_back(form(s, b_.add(Op::add, {b_.rename(value_of(t), map), s.first, start}), difference));
      }
    }
  }

  bool grows(const FoldState& s) {
    if (b_.box(s.next.wire).op != Op::add || b_.dtype(s.before.wire) != DType::real) return false;
    const std::vector<Ref> terms = b_.open(s.next).inputs;
    return std::find(terms.begin(), terms.end(), s.before) != terms.end();
  }

  bool known(const char* name) const { return !without_.count(name); }

  const Invariant* find(Symbol state) const {
    for (const Invariant& i : out_)
      if (i.state == state) return &i;
    return nullptr;
  }

  std::optional<Invariant> closed_form(const FoldState& s) {
    const Op op = b_.box(s.next.wire).op;
    if (op == Op::max || op == Op::min) return extremum_of(s, op);
    if (auto quotient = quotient_of(s)) return quotient;
    return linear(s, s.next, {});
  }

  // s' = (l*...*s + x) / l', for a state l of closed form: the state l*s, divided by l.
  std::optional<Invariant> quotient_of(const FoldState& s) {
    if (!known(quotient) || b_.box(s.next.wire).op != Op::mul) return std::nullopt;
    std::vector<Ref> factors = b_.open(s.next).inputs;
    for (const FoldState& by : states_) {
      const Invariant* divisor = find(by.recurrence.state);
      if (!divisor) continue;
      const auto at = std::find_if(factors.begin(), factors.end(), [&](const Ref& f) {
        return b_.box(f.wire).op == Op::inv && b_.open(f).inputs[0].wire == by.next.wire;
      });
      if (at == factors.end()) continue;
      const Ref below = b_.open(*at).inputs[0];
      factors.erase(at);
      if (factors.empty()) return std::nullopt;
      auto whole = linear(s, factors.size() == 1 ? factors[0] : b_.add(Op::mul, factors), by.before);
      const auto last = replaced(below, {{by.next, divisor->closed}});
      if (!whole || !last) return std::nullopt;
      whole->closed = b_.add(Op::mul, {whole->closed, b_.add(Op::inv, {*last})});
      whole->accumulator = quotient;
      return whole;
    }
    return std::nullopt;
  }

  // s' = a*s + x, and with `times` s' = a*times*s + x, where times*s is what has the closed form.
  std::optional<Invariant> linear(const FoldState& s, const Ref& next, const std::optional<Ref>& times) {
    std::vector<Ref> terms = b_.box(next.wire).op == Op::add ? b_.open(next).inputs : std::vector<Ref>{next};
    const auto own = std::stable_partition(terms.begin(), terms.end(), [&](const Ref& t) { return reads(t, s); });
    if (own - terms.begin() != 1) return std::nullopt;
    const Ref old = terms[0];
    terms.erase(terms.begin());
    if (old == s.before) return known(total) ? sum_of(s, terms, total) : std::nullopt;
    if (b_.box(old.wire).op != Op::mul) return std::nullopt;
    std::vector<Ref> factors = b_.open(old).inputs;
    const auto at = std::find(factors.begin(), factors.end(), s.before);
    if (at == factors.end()) return std::nullopt;
    factors.erase(at);
    if (times) {
      const auto extra =
          std::find_if(factors.begin(), factors.end(), [&](const Ref& f) { return f.wire == times->wire; });
      if (extra == factors.end()) return std::nullopt;
      factors.erase(extra);
    }
    if (factors.empty() || std::any_of(factors.begin(), factors.end(), [&](const Ref& f) { return reads(f, s); }))
      return std::nullopt;
    const Ref factor = factors.size() == 1 ? factors[0] : b_.add(Op::mul, factors);
    for (const FoldState& other : states_)
      if (const Invariant* form = find(other.recurrence.state); form && below(factor, other.next.wire))
        return known(rescaled) ? rescaled_sum(s, terms, factor, other, *form) : std::nullopt;
    if (terms.empty()) return known(multiplied) ? product_of(s, factor) : std::nullopt;
    return known(decayed) ? decayed_sum(s, terms, factor) : std::nullopt;
  }

  std::optional<Invariant> extremum_of(const FoldState& s, Op op) {
    std::vector<Ref> rest = b_.open(s.next).inputs;
    const auto own = std::find(rest.begin(), rest.end(), s.before);
    if (!known(extremum) || own == rest.end()) return std::nullopt;
    rest.erase(own);
    if (std::any_of(rest.begin(), rest.end(), [&](const Ref& x) { return reads(x, s); })) return std::nullopt;
    if (reach_ == Reach::any) return std::nullopt;  // no step yet: the largest of nothing
    const Ref over = b_.reduce(op, {s.step}, rest.size() == 1 ? rest[0] : b_.add(op, rest));
    const bool unit = op == Op::max && b_.box(s.first.wire).op == Op::neg_inf;
    return form(s, unit ? over : b_.add(op, {s.first, over}), extremum);
  }

  std::optional<Invariant> sum_of(const FoldState& s, const std::vector<Ref>& terms, const char* name) {
    // What depends on a state before the step would need that state at every step.
    for (const Ref& t : terms)
      for (const FoldState& other : states_)
        if (reads(t, other)) return std::nullopt;
    std::vector<Ref> parts;
    if (!terms.empty()) parts.push_back(steps_of(s, Op::add, terms.size() == 1 ? terms[0] : b_.add(Op::add, terms)));
    if (!zero(s.first) || parts.empty()) parts.push_back(s.first);
    return form(s, parts.size() == 1 ? parts[0] : b_.add(Op::add, parts), name);
  }

  std::optional<Invariant> product_of(const FoldState& s, const Ref& factor) {
    return form(s, b_.add(Op::mul, {s.first, steps_of(s, Op::mul, factor)}), multiplied);
  }

  // The terms with the last value of the state that rescales in place of its value after their own step; the first
  // value is rescaled from the first value of that state.
  std::optional<Invariant> rescaled_sum(const FoldState& s, const std::vector<Ref>& terms, const Ref& factor,
                                        const FoldState& by, const Invariant& form_of) {
    const std::vector<Replaced> last{{by.next, form_of.closed}};
    std::vector<Ref> moved;
    for (const Ref& t : terms) {
      const auto m = replaced(t, last);
      if (!m) return std::nullopt;
      moved.push_back(*m);
    }
    if (moved.empty()) return std::nullopt;
    FoldState begin = s;
    if (!zero(s.first)) {
      const auto whole = replaced(factor, {{by.next, form_of.closed}, {by.before, by.first}});
      if (!whole) return std::nullopt;
      begin.first = b_.add(Op::mul, {s.first, *whole});
    }
    return sum_of(begin, moved, rescaled);
  }

  // Each term shrinks by the factors of the steps after its own.
  std::optional<Invariant> decayed_sum(const FoldState& s, const std::vector<Ref>& terms, const Ref& factor) {
    for (const FoldState& other : states_)
      if (reads(factor, other)) return std::nullopt;
    const Index later = b_.fresh(b_.axis(s.step));
    Ref after = b_.cases({index_variable(later) - index_variable(s.step) - index_constant(1)},
                         b_.rename(factor, {{s.step, later}}), b_.literal(1));
    if (reach_ == Reach::any) after = b_.cases({before_point(s, later)}, after, b_.literal(1));
    const Ref shrinking = b_.reduce(Op::mul, {later}, after);
    std::vector<Ref> shrunk;
    for (const Ref& t : terms) shrunk.push_back(b_.add(Op::mul, {t, shrinking}));
    FoldState begin = s;
    if (!zero(s.first)) begin.first = b_.add(Op::mul, {s.first, steps_of(s, Op::mul, factor)});
    return sum_of(begin, shrunk, decayed);
  }

  IndexExpression before_point(const FoldState& s, Index step) const {
    return index_variable(s.point) - index_variable(step) - index_constant(1);
  }
  // The sum or product over the steps in question.
  Ref steps_of(const FoldState& s, Op op, const Ref& body) {
    if (reach_ == Reach::last) return b_.reduce(op, {s.step}, body);
    const Ref unit = b_.literal(op == Op::mul ? 1 : 0);
    return b_.reduce(op, {s.step}, b_.cases({before_point(s, s.step)}, body, unit));
  }
  const Ref& value_of(const FoldState& s) const { return reach_ == Reach::any ? s.any : s.last; }

  bool zero(const Ref& r) const { return b_.box(r.wire).op == Op::literal && b_.box(r.wire).value == 0; }

  Invariant form(const FoldState& s, const Ref& closed, const char* name) {
    return {s.recurrence.state, value_of(s), closed, name};
  }

  bool below(const Ref& r, WireId w) const {
    std::set<WireId> seen;
    std::vector<WireId> stack{r.wire};
    while (!stack.empty()) {
      const WireId x = stack.back();
      stack.pop_back();
      if (x == w) return true;
      if (!seen.insert(x).second) continue;
      for (const Port& p : b_.box(x).inputs) stack.push_back(p.wire);
    }
    return false;
  }
  // Whether a term depends on the state before the step.
  bool reads(const Ref& r, const FoldState& s) const { return below(r, s.before.wire); }

  // A wire of which each occurrence becomes another term.
  struct Replaced {
    Ref from, to;
  };
  std::optional<Ref> replaced(const Ref& r, const std::vector<Replaced>& all) {
    for (const Replaced& x : all)
      if (r.wire == x.from.wire) {
        std::map<Index, Index> map;
        for (std::size_t k = 0; k < r.at.size(); ++k) map[x.from.at[k]] = r.at[k];
        return b_.rename(x.to, map);
      }
    const Box x = b_.box(r.wire);
    if (std::none_of(all.begin(), all.end(), [&](const Replaced& e) { return below(r, e.from.wire); })) return r;
    if (x.op == Op::view) return std::nullopt;
    const auto o = b_.open(r);
    std::vector<Ref> inputs;
    for (const Ref& in : o.inputs) {
      const auto moved = replaced(in, all);
      if (!moved) return std::nullopt;
      inputs.push_back(*moved);
    }
    Box shape = x;
    shape.index = o.index;
    return b_.make(shape, inputs, o.bound);
  }

  DiagramBuilder& b_;
  const std::vector<FoldState>& states_;
  const Reach reach_;
  const std::set<std::string>& without_;
  std::vector<Invariant> out_;
};

}  // namespace

const std::vector<Accumulator>& accumulators() {
  static const std::vector<Accumulator> list{
      {same, "two states, one of each side, that have the same value after every step"},
      {extremum, "m' = max(m, x[t]) (or min): the largest of the first value and all x"},
      {total, "s' = s + x[t]: the first value and the sum of all x"},
      {rescaled, "s' = s*exp(m - m') + x(m'): the sum of all x relative to the last m, for a state m of closed form"},
      {multiplied, "p' = p * x[t]: the first value times the product of all x"},
      {quotient, "s' = (l*a*s + x) / l' for a state l of closed form: the closed form of l*s, divided by l"},
      {difference, "s' = s + x[t] and r' = r + x[t]: two states that keep their distance"},
      {decayed, "s' = a[t]*s + x[t]: the sum of all x, each times the later a"},
  };
  return list;
}

std::vector<Invariant> propose_closed_forms(DiagramBuilder& b, const std::vector<FoldState>& states, Reach reach,
                                            const std::set<std::string>& without) {
  return Proposer(b, states, reach, without).run();
}

std::vector<Invariant> propose_equal_states(DiagramBuilder& b, const std::vector<FoldState>& left,
                                            const std::vector<FoldState>& right, Reach reach,
                                            const std::set<std::string>& without) {
  std::vector<Invariant> out;
  if (without.count(same)) return out;
  std::vector<bool> taken(right.size(), false);
  for (const FoldState& l : left)
    for (std::size_t k = 0; k < right.size(); ++k) {
      const FoldState& r = right[k];
      const auto &a = b.axes(l.before.wire), &c = b.axes(r.before.wire);
      if (taken[k] || a.size() != c.size() || !(l.recurrence.steps == r.recurrence.steps) ||
          b.dtype(l.before.wire) != b.dtype(r.before.wire) || l.recurrence.counter != r.recurrence.counter)
        continue;
      std::map<Index, Index> map;
      bool alike = true;
      for (std::size_t i = 0; i < a.size(); ++i) {
        alike = alike && a[i].size == c[i].size;
        map[r.before.at[i]] = l.before.at[i];
      }
      if (!alike) continue;
      taken[k] = true;
      const bool any = reach == Reach::any;
      out.push_back({l.recurrence.state, any ? l.any : l.last, b.rename(any ? r.any : r.last, map), same});
      break;
    }
  return out;
}

}  // namespace skein
