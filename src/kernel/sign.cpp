// Inferences about signs.
#include "kernel/inferences.hpp"
#include "kernel/leaf.hpp"

namespace skein {

SignFact Inferences::sign(const Step& s) {
  switch (s.rule) {
    case Inference::sign_rule: return sign_rule(s);
    case Inference::sign_transport: return sign_transport(s);
    case Inference::sign_smt: return sign_smt(s);
    case Inference::sign_assumed: {
      const Place p = place(s);
      const Kernel::Assumption a = k_.assumptions()[p.use.condition];
      if (a.equal_to) reject("the condition is an equation, not a sign");
      // At other sizes the term may lose an index: then it is said to have the sign only where the index has a value.
      const DiagramBuilder::Image at = b_.substitute(a.value.wire, p.sizes);
      for (Index i : at.at)
        if (std::find(at.value.at.begin(), at.value.at.end(), i) == at.value.at.end() &&
            !k_.sizes().positive(b_.axis(i).size))
          reject("a condition at other sizes no longer reads an axis that may be empty");
      return {at.value.wire, a.sign, {p.use}};
    }
    default: reject("this inference concludes an equation, not a sign");
  }
}

SignFact Inferences::sign_rule(const Step& s) {
  const Ref whole = term(s, 0);
  const Box x = b_.box(whole.wire);
  SignFact out{whole.wire, s.sign, {}};
  if (x.dtype != DType::real) reject("only a real has a sign");
  for (const SignId& id : s.signs) {
    const SignFact& f = k_.fact(id);
    out.uses.insert(f.uses.begin(), f.uses.end());
  }
  // Whether a premise gives this sign for a wire; positive implies the other two.
  auto have = [&](WireId w, Sign sign) {
    for (const SignId& id : s.signs) {
      const SignFact& f = k_.fact(id);
      if (f.wire == w && (f.sign == sign || f.sign == Sign::positive)) return true;
    }
    return false;
  };
  auto all = [&](Sign sign) {
    return std::all_of(x.inputs.begin(), x.inputs.end(), [&](const Port& p) { return have(p.wire, sign); });
  };
  auto any = [&](Sign sign) {
    return std::any_of(x.inputs.begin(), x.inputs.end(), [&](const Port& p) { return have(p.wire, sign); });
  };
  auto real_inputs = [&] {
    return std::all_of(x.inputs.begin(), x.inputs.end(),
                       [&](const Port& p) { return b_.dtype(p.wire) == DType::real; });
  };
  auto inhabited = [&] {
    return std::all_of(x.bound.begin(), x.bound.end(), [&](const Axis& a) { return k_.sizes().positive(a.size); });
  };
  auto paired = [&] {  // every factor occurs an even number of times: a square
    std::map<Port, int> count;
    for (const Port& p : x.inputs) ++count[p];
    return std::all_of(count.begin(), count.end(), [](const auto& c) { return c.second % 2 == 0; });
  };
  const bool positive = s.sign == Sign::positive, nonnegative = s.sign == Sign::nonnegative;
  if (have(whole.wire, s.sign)) return out;  // weakening
  bool holds = false;
  switch (x.op) {
    case Op::literal: holds = positive ? x.value > 0 : nonnegative ? x.value >= 0 : x.value != 0; break;
    case Op::size_value:
      holds = nonnegative ? k_.sizes().find_farkas(x.size).has_value()
                          : k_.sizes().find_farkas(x.size - size_constant(1)).has_value();
      break;
    case Op::index_value: {  // of indices in range
      const IndexExpression e = b_.open(whole).index.at(0);
      holds = k_.ranges().nonnegative(nonnegative ? e : e - index_constant(1));
      break;
    }
    case Op::exp: holds = real_inputs() || nonnegative; break;
    case Op::sqrt: holds = nonnegative || all(Sign::positive); break;
    case Op::add: holds = nonnegative ? all(Sign::nonnegative) : all(Sign::nonnegative) && any(Sign::positive); break;
    case Op::mul: holds = all(s.sign) || (nonnegative && paired()); break;
    case Op::inv: holds = all(s.sign); break;
    case Op::max: holds = nonnegative ? any(Sign::nonnegative) : any(Sign::positive); break;
    case Op::min: holds = all(s.sign) && s.sign != Sign::nonzero; break;
    case Op::where:
    case Op::cases: {
      const std::size_t from = x.op == Op::where ? 1 : 0;
      holds = have(x.inputs[from].wire, s.sign) && have(x.inputs[from + 1].wire, s.sign);
      break;
    }
    case Op::view: {
      const IndexRanges ranges = k_.ranges();
      auto o = b_.open(whole);
      holds = all(s.sign);
      for (std::size_t k = 0; k < o.index.size(); ++k)
        holds = holds && ranges.within(o.index[k], b_.axes(x.inputs[0].wire)[k].size);
      break;
    }
    case Op::reduce:
      if (x.fold == Op::conj || x.fold == Op::disj) break;
      if (nonnegative)
        holds = all(Sign::nonnegative);  // of nothing: 0 or 1
      else if (positive)
        holds = all(Sign::positive) && (inhabited() || x.fold == Op::mul);
      else
        holds = all(Sign::positive) && inhabited();
      break;
    default: break;
  }
  if (!holds) reject(std::string("the sign of this ") + info(x.op).name + " box does not follow from its premises");
  return out;
}

SignFact Inferences::sign_transport(const Step& s) {
  const Equation& e = eq(s, 0);
  const SignFact& f = fact(s, 0);
  if (f.wire != e.lhs) reject("the sign is about another wire than the equation");
  if (b_.dtype(e.rhs) != DType::real) reject("only a real has a sign");
  // The conclusion speaks of rhs at its own indices only: all others of the context must be inhabited.
  std::set<std::uint32_t> read(e.rhs_at.begin(), e.rhs_at.end());
  const std::size_t n = b_.axes(e.lhs).size();
  for (std::uint32_t i = 0; i < n + e.extra.size(); ++i) {
    const Size& size = i < n ? b_.axes(e.lhs)[i].size : e.extra[i - n];
    if (!read.count(i) && !k_.sizes().positive(size)) reject("the equation may hold of no index at all");
  }
  SignFact out{e.rhs, f.sign, e.uses};
  out.uses.insert(f.uses.begin(), f.uses.end());
  return out;
}

SignFact Inferences::sign_smt(const Step& s) {
  const Ref whole = term(s, 0);
  SignFact out{whole.wire, s.sign, {}};
  std::vector<Index> indices;
  premises(s, 1, out.uses, indices);
  for (Index i : indices)
    if (std::find(whole.at.begin(), whole.at.end(), i) == whole.at.end() && !k_.sizes().positive(b_.axis(i).size))
      reject("a premise over an axis that may be empty");
  if (!ask(k_.leaf_text(s))) reject("the solver did not confirm a leaf");
  return out;
}

}  // namespace skein
