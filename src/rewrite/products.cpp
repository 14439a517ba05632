#include "rewrite/products.hpp"

#include "kernel/contraction.hpp"

namespace skein {

Ref Products::times(std::vector<Ref> factors) {
  if (factors.empty()) return b_.literal(1);
  return factors.size() == 1 ? factors[0] : b_.add(Op::mul, factors);
}

Ref Products::plus(std::vector<Ref> terms) {
  if (terms.empty()) return b_.literal(0);
  return terms.size() == 1 ? terms[0] : b_.add(Op::add, terms);
}

Ref Products::build(const Form& form) {
  std::vector<Ref> terms;
  for (const auto& [contractions, coefficient] : form)
    for (const auto& [sizes, c] : coefficient.terms()) {
      std::vector<Ref> factors;
      if (c != 1 || (sizes.empty() && contractions.empty())) factors.push_back(b_.literal(c));
      for (Symbol s : sizes) factors.push_back(b_.size_value(size_variable(s)));
      factors.insert(factors.end(), contractions.begin(), contractions.end());
      terms.push_back(times(factors));
    }
  return plus(terms);
}

std::optional<Rewrite> Products::polynomial(const Ref& whole) {
  Form form;
  try {
    form = contraction_form(b_, whole);
  } catch (const std::length_error&) {
    return std::nullopt;  // too large to be expanded: it stays as it is
  }
  const Ref built = build(form);
  if (built.wire == whole.wire) return std::nullopt;
  return w_.contraction(whole, built);
}

// product == rest * (chosen), then the chosen factors are rewritten.
std::optional<Rewrite> Products::replace(const Ref& product, const std::vector<std::size_t>& chosen, const Rewrite& r) {
  const auto factors = b_.open(product).inputs;
  std::vector<Ref> rest;
  for (std::size_t k = 0; k < factors.size(); ++k)
    if (std::find(chosen.begin(), chosen.end(), k) == chosen.end()) rest.push_back(factors[k]);
  if (rest.empty()) return w_.chain(w_.contraction(product, r.from), r);
  rest.push_back(r.from);
  const Ref grouped = b_.add(Op::mul, rest);
  const auto ports = b_.open(grouped).inputs;
  for (std::uint32_t p = 0; p < ports.size(); ++p)
    if (ports[p] == r.from) return w_.chain(w_.contraction(product, grouped), w_.inside(grouped, {{p, r}}));
  return std::nullopt;
}

std::optional<Rewrite> Products::product(const Ref& whole) {
  const auto factors = b_.open(whole).inputs;
  std::vector<std::size_t> exponentials;
  for (std::size_t k = 0; k < factors.size(); ++k)
    if (is(factors[k], Op::exp) && b_.dtype(argument(factors[k]).wire) == DType::real) exponentials.push_back(k);
  if (exponentials.size() >= 2 && known("exp_add")) {
    const std::size_t i = exponentials[0], j = exponentials[1];
    const Rewrite e =
        w_.instance(Symbol("exp_add"), {{Symbol("a"), argument(factors[i])}, {Symbol("b"), argument(factors[j])}});
    return replace(whole, {i, j}, w_.reverse(e));
  }
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (is(factors[k], Op::inv)) {
      const Ref x = argument(factors[k]);
      for (std::size_t j = 0; j < factors.size(); ++j)
        if (factors[j] == x && known("mul_inv"))
          if (auto nonzero = signs_.find(x.wire, Sign::nonzero))
            return replace(whole, {j, k}, w_.instance(Symbol("mul_inv"), {{Symbol("a"), x}}, {*nonzero}));
      if (is(x, Op::add))
        if (auto r = fraction(whole, factors, k)) return r;
    }
    if (is(factors[k], Op::sqrt) && known("sqrt_square"))
      for (std::size_t j = k + 1; j < factors.size(); ++j)
        if (factors[j] == factors[k])
          if (auto sign = signs_.find(argument(factors[k]).wire, Sign::nonnegative))
            return replace(whole, {k, j},
                           w_.instance(Symbol("sqrt_square"), {{Symbol("a"), argument(factors[k])}}, {*sign}));
  }
  return std::nullopt;
}

// t * inv(c t + r) with a leading term c t: (1 - r inv(c t + r)) / c. The leading term is the last non-constant one in
// the order of contractions, so that the rule is not applied back and forth.
std::optional<Rewrite> Products::fraction(const Ref& whole, const std::vector<Ref>& factors, std::size_t at) {
  if (!known("fraction")) return std::nullopt;
  const Ref sum = argument(factors[at]);
  const Form form = contraction_form(b_, sum);
  const auto& [lead, coefficient] = *form.rbegin();
  if (lead.empty() || !coefficient.is_constant()) return std::nullopt;
  std::vector<std::size_t> chosen{at};
  for (const Ref& t : lead) {
    std::size_t k = 0;
    while (k < factors.size() && (!(factors[k] == t) || std::find(chosen.begin(), chosen.end(), k) != chosen.end()))
      ++k;
    if (k == factors.size()) return std::nullopt;
    chosen.push_back(k);
  }
  auto nonzero = signs_.find(sum.wire, Sign::nonzero);
  if (!nonzero) return std::nullopt;
  const Rational c = coefficient.constant_term();
  Form rest = form;
  rest.erase(lead);
  const Ref a = build({{lead, coefficient}}), b = build(rest);
  const Ref split = b_.add(Op::add, {a, b});
  if (split.wire != sum.wire) return std::nullopt;  // more than two terms: the condition would be about another wire
  const Rewrite e = w_.instance(Symbol("fraction"), {{Symbol("a"), a}, {Symbol("b"), b}}, {*nonzero});
  // lead * inv(sum) == (1/c) * (a * inv(sum)), then the rule inside.
  std::vector<Ref> left = lead;
  left.push_back(factors[at]);
  const Ref from = times(left), scaled = b_.add(Op::mul, {b_.literal(Rational(1 / c)), e.from});
  const auto ports = b_.open(scaled).inputs;
  for (std::uint32_t p = 0; p < ports.size(); ++p)
    if (ports[p] == e.from)
      return replace(whole, chosen, w_.chain(w_.contraction(from, scaled), w_.inside(scaled, {{p, e}})));
  return std::nullopt;
}

Rewrite Products::then(const Ref& whole, const Rewrite& input, const std::function<Rewrite(const Ref&)>& next) {
  const Rewrite first = w_.inside(whole, {{0, input}});
  return w_.chain(first, next(first.to));
}

std::optional<Rewrite> Products::inverse(const Ref& whole, const std::function<Rewrite(const Ref&)>& normal) {
  const Ref x = argument(whole);
  auto rule = [&](const char* name, const std::map<Symbol, Ref>& arrays) { return w_.instance(Symbol(name), arrays); };
  if (is(x, Op::literal)) return w_.apply(Inference::evaluate, whole);
  if (is(x, Op::inv) && known("inv_inv")) return rule("inv_inv", {{Symbol("a"), argument(x)}});
  if (is(x, Op::exp) && b_.dtype(argument(x).wire) == DType::real && known("inv_exp"))
    return rule("inv_exp", {{Symbol("a"), argument(x)}});
  if (!known("inv_mul")) return std::nullopt;
  if (is(x, Op::mul)) {
    const auto factors = b_.open(x).inputs;
    const Ref a = factors[0], b = times({factors.begin() + 1, factors.end()});
    const Ref grouped = b_.add(Op::mul, {a, b});
    const Rewrite split = rule("inv_mul", {{Symbol("a"), a}, {Symbol("b"), b}});
    return w_.chain(w_.inside(whole, {{0, w_.contraction(x, grouped)}}), split);
  }
  if (is(x, Op::add))
    return common_factor(whole, x, normal, [&](const Ref& a, const Ref& b) {
      return rule("inv_mul", {{Symbol("a"), a}, {Symbol("b"), b}});
    });
  return std::nullopt;
}

std::optional<Rewrite> Products::log_of_product(const Ref& a, const Ref& b) {
  const auto of_a = signs_.find(a.wire, Sign::positive), of_b = signs_.find(b.wire, Sign::positive);
  if (!of_a || !of_b) return std::nullopt;
  return w_.instance(Symbol("log_mul"), {{Symbol("a"), a}, {Symbol("b"), b}}, {*of_a, *of_b});
}

std::optional<Rewrite> Products::logarithm(const Ref& whole, const std::function<Rewrite(const Ref&)>& normal) {
  const Ref x = argument(whole);
  if (is(x, Op::exp) && b_.dtype(argument(x).wire) == DType::real && known("log_exp"))
    return w_.instance(Symbol("log_exp"), {{Symbol("a"), argument(x)}});
  if (is(x, Op::inv) && known("log_inv"))
    if (const auto sign = signs_.find(argument(x).wire, Sign::positive))
      return w_.instance(Symbol("log_inv"), {{Symbol("a"), argument(x)}}, {*sign});
  if (!known("log_mul")) return std::nullopt;
  if (is(x, Op::mul)) {
    const auto factors = b_.open(x).inputs;
    const Ref a = factors[0], b = times({factors.begin() + 1, factors.end()});
    const auto split = log_of_product(a, b);
    if (!split) return std::nullopt;
    return w_.chain(w_.inside(whole, {{0, w_.contraction(x, b_.add(Op::mul, {a, b}))}}), *split);
  }
  if (is(x, Op::add))
    return common_factor(whole, x, normal, [&](const Ref& a, const Ref& b) { return log_of_product(a, b); });
  return std::nullopt;
}

std::optional<Rewrite> Products::common_factor(const Ref& whole, const Ref& sum,
                                               const std::function<Rewrite(const Ref&)>& normal, const Split& split) {
  const Form form = contraction_form(b_, sum);
  if (form.empty() || !form.begin()->second.is_constant()) return std::nullopt;
  const Rational c = form.rbegin()->second.is_constant() ? form.rbegin()->second.constant_term() : Rational(1);
  // Factors that every term has.
  std::vector<Ref> common = form.begin()->first;
  for (const auto& [key, coefficient] : form) {
    std::vector<Ref> both;
    std::set_intersection(common.begin(), common.end(), key.begin(), key.end(), std::back_inserter(both));
    common = both;
  }
  // Exponentials are left to the least exponent below.
  const auto exponential = [&](const Ref& f) { return is(f, Op::exp) && b_.dtype(argument(f).wire) == DType::real; };
  common.erase(std::remove_if(common.begin(), common.end(), exponential), common.end());
  // The least exponent, in the order of polynomials by their leading difference; 0 for terms without exponential.
  std::vector<Ref> exponents;
  bool any = false;
  for (const auto& [key, coefficient] : form) {
    Ref e = b_.literal(0);
    for (const Ref& f : key)
      if (exponential(f)) e = argument(f), any = true;
    exponents.push_back(e);
  }
  auto difference = [&](const Ref& p, const Ref& q) {
    return contraction_form(b_, b_.add(Op::add, {p, b_.add(Op::mul, {b_.literal(-1), q})}));
  };
  Ref least = exponents[0];
  if (any && known("exp_add"))
    for (const Ref& e : exponents) {
      const auto d = difference(e, least);
      if (!d.empty() && d.begin()->second.terms().begin()->second < 0) least = e;
    }
  const bool shift = any && known("exp_add") && !is(least, Op::literal);
  if (c == 1 && common.empty() && !shift) return std::nullopt;
  std::vector<Ref> outer = common, terms;
  outer.insert(outer.begin(), b_.literal(c));
  if (shift) outer.push_back(b_.add(Op::exp, {least}));
  std::size_t n = 0;
  for (const auto& [key, coefficient] : form) {
    std::vector<Ref> rest;
    std::set_difference(key.begin(), key.end(), common.begin(), common.end(), std::back_inserter(rest));
    if (shift) {
      rest.erase(std::remove_if(rest.begin(), rest.end(), exponential), rest.end());
      Form d = difference(exponents[n], least);
      if (!d.empty()) rest.push_back(b_.add(Op::exp, {build(d)}));
    }
    ++n;
    std::sort(rest.begin(), rest.end());
    terms.push_back(build({{rest, coefficient * Polynomial<Symbol, Rational>::constant(Rational(1 / c))}}));
  }
  const Ref a = times(outer), b = plus(terms), factored = b_.add(Op::mul, {a, b});
  const Rewrite back = normal(factored);
  if (back.to.wire != sum.wire) return std::nullopt;
  const auto outside = split(a, b);
  if (!outside) return std::nullopt;
  return w_.chain(w_.inside(whole, {{0, w_.reverse(back)}}), *outside);
}

std::optional<Rewrite> Products::exponential(const Ref& whole) {
  const Ref x = argument(whole);
  if (b_.dtype(x.wire) == DType::real) return exp_of_log(whole);
  if (!is(x, Op::add) || !known("exp_add")) return std::nullopt;
  std::vector<Ref> ext, real;
  for (const Ref& r : b_.open(x).inputs) (b_.dtype(r.wire) == DType::ext ? ext : real).push_back(r);
  if (real.empty()) return std::nullopt;
  const Ref a = plus(ext), b = plus(real);
  if (b_.add(Op::add, {a, b}).wire != x.wire) return std::nullopt;
  return w_.instance(Symbol("exp_add"), {{Symbol("a"), a}, {Symbol("b"), b}});
}

// exp(r + c log z) for z > 0 and a whole number c: exp(r + (c - 1) log z) * z, or with a negative c, ... * inv(z).
std::optional<Rewrite> Products::exp_of_log(const Ref& whole) {
  if (!known("exp_log") || !known("exp_add") || !known("inv_exp")) return std::nullopt;
  const Ref x = argument(whole);
  Form form;
  try {
    form = contraction_form(b_, x);
  } catch (const std::length_error&) {
    return std::nullopt;
  }
  for (const auto& [key, coefficient] : form) {
    if (key.size() != 1 || !is(key[0], Op::log) || !coefficient.is_constant()) continue;
    const Rational c = coefficient.constant_term();
    const Ref z = argument(key[0]);
    if (c.get_den() != 1) continue;
    const auto sign = signs_.find(z.wire, Sign::positive);
    if (!sign) continue;
    const Rewrite is_z = w_.instance(Symbol("exp_log"), {{Symbol("a"), z}}, {*sign});  // exp(log z) == z
    // exp(log z) == z, or exp(-log z) == inv(exp(log z)) == inv(z).
    Rewrite one = is_z;
    if (c < 0) {
      const Rewrite inverse = w_.reverse(w_.instance(Symbol("inv_exp"), {{Symbol("a"), key[0]}}));
      one = w_.chain(inverse, w_.inside(inverse.to, {{0, is_z}}));
    }
    if (one.from == whole) return one;
    Form rest = form;
    rest.erase(key);
    if (abs(c) != 1) rest[key] = Polynomial<Symbol, Rational>::constant(c > 0 ? Rational(c - 1) : Rational(c + 1));
    const Ref a = build(rest), log = argument(one.from), sum = b_.add(Op::add, {a, log});
    const Rewrite split = w_.instance(Symbol("exp_add"), {{Symbol("a"), a}, {Symbol("b"), log}});
    const Rewrite grouped = w_.inside(whole, {{0, w_.contraction(x, sum)}});
    const auto factors = b_.open(split.to).inputs;
    for (std::uint32_t p = 0; p < factors.size(); ++p)
      if (factors[p] == one.from) return w_.chain(w_.chain(grouped, split), w_.inside(split.to, {{p, one}}));
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Rewrite> Products::leave_reduction(const Ref& whole) {
  if (!known("exp_add")) return std::nullopt;
  const auto o = b_.open(whole);
  const Ref body = o.inputs[0];
  const std::set<Index> bound(o.bound.begin(), o.bound.end());
  const std::vector<Ref> factors = is(body, Op::mul) ? b_.open(body).inputs : std::vector<Ref>{body};
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (!is(factors[k], Op::exp)) continue;
    const Ref x = argument(factors[k]);
    if (!is(x, Op::add) || b_.dtype(x.wire) != DType::real) continue;
    std::vector<Ref> inner, outer;
    for (const Ref& t : b_.open(x).inputs) {
      const bool reads = std::any_of(t.at.begin(), t.at.end(), [&](Index i) { return bound.count(i) > 0; });
      (reads ? inner : outer).push_back(t);
    }
    if (inner.empty() || outer.empty()) continue;
    const Ref a = plus(inner), b = plus(outer), split = b_.add(Op::add, {a, b});
    // exp(x) == exp(a + b) == exp a * exp b
    Rewrite e = w_.instance(Symbol("exp_add"), {{Symbol("a"), a}, {Symbol("b"), b}});
    if (split.wire != x.wire)
      e = w_.chain(w_.inside(factors[k], {{0, w_.contraction(x, split)}}), e);
    else
      e = w_.read_at(e, factors[k].at);
    Rewrite in_body = e;
    if (is(body, Op::mul)) in_body = w_.inside(body, {{static_cast<std::uint32_t>(k), e}});
    const Rewrite under = w_.inside(whole, {{0, in_body}});
    if (auto p = polynomial(under.to)) return w_.chain(under, *p);
  }
  return std::nullopt;
}

namespace {

void collect(DiagramBuilder& b, const Ref& r, Op op, std::vector<Index> bound, std::set<Ref>& out) {
  const Op own = b.box(r.wire).op;
  const auto o = b.open(r);
  if (own == op) {
    for (const Ref& in : o.inputs) collect(b, in, op, bound, out);
  } else if (own == Op::reduce && b.box(r.wire).fold == op) {
    bound.insert(bound.end(), o.bound.begin(), o.bound.end());
    collect(b, o.inputs[0], op, bound, out);
  } else {
    out.insert(bound.empty() ? r : b.reduce(op, bound, r));
  }
}

}  // namespace

std::optional<Rewrite> Products::flatten(const Ref& whole) {
  const Box& box = b_.box(whole.wire);
  const Op op = box.op == Op::reduce ? box.fold : box.op;
  if (op != Op::max && op != Op::min && op != Op::conj && op != Op::disj) return std::nullopt;
  std::set<Ref> elements;
  collect(b_, whole, op, {}, elements);
  if (op == Op::max && elements.size() > 1) std::erase_if(elements, [&](const Ref& x) { return is(x, Op::neg_inf); });
  const std::vector<Ref> list(elements.begin(), elements.end());
  const Ref flat = list.size() == 1 ? list[0] : b_.add(op, list);
  if (flat.wire == whole.wire) return std::nullopt;
  return w_.lattice(whole, flat);
}

}  // namespace skein
