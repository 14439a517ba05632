#include "verify/parts.hpp"

namespace skein {
namespace {

// A part of a term: sum over k of (value[k] where offset + k == i).
struct Part {
  Ref sum;    // the whole part
  Ref cases;  // under the sum
  Ref value;  // under the case
  Index k;
};

struct Cut {
  Rewrite rewrite;  // the term == parts[0].sum + parts[1].sum
  Part parts[2];
};

std::uint32_t port_of(DiagramBuilder& b, const Ref& whole, const Ref& input) {
  const auto inputs = b.open(whole).inputs;
  const auto it = std::find(inputs.begin(), inputs.end(), input);
  if (it == inputs.end()) throw Rejected("a sum of two parts lost one of them");
  return static_cast<std::uint32_t>(it - inputs.begin());
}

Cut cut(Rewriter& w, const Ref& term, Index i, const Size& border) {
  DiagramBuilder& b = w.arena();
  const Axis axis = b.axis(i);
  const Index k = b.fresh(axis);
  const IndexExpression ahead = index_variable(k) - index_variable(i);
  const Ref at_k = b.cases({ahead, -ahead}, b.rename(term, {{i, k}}), b.literal(0));
  const Ref sum = b.reduce(Op::add, {k}, at_k);

  const Rewrite chosen = w.apply(Inference::delta, sum);
  const Rewrite in_range = w.chain(chosen, w.apply(Inference::cases_then, chosen.to));
  Rewrite so_far = w.chain(
      w.reverse(in_range),
      w.apply({.rule = Inference::reduce_split, .terms = {sum}, .numbers = {0}, .sizes = {border, axis.size - border}},
              sum));

  // The two parts as the inference builds them, to tell them apart; then the choice of k is moved below no view.
  Cut out{so_far, {}};
  const Ref whole = so_far.to;
  std::vector<std::pair<std::uint32_t, Rewrite>> moved;
  for (int p = 0; p < 2; ++p) {
    const Index j = b.fresh({p == 0 ? border : axis.size - border, axis.name});
    const IndexExpression position = p == 0 ? index_variable(j) : index_size(border) + index_variable(j);
    const Ref part = b.reduce(Op::add, {j}, b.read(at_k, {{k, position}}));
    const Rewrite r = w.inside(part, {{0, w.apply(Inference::push_view, b.open(part).inputs[0])}});
    moved.emplace_back(port_of(b, whole, part), r);
    const auto opened = b.open(r.to);
    out.parts[p] = {r.to, opened.inputs[0], b.open(opened.inputs[0]).inputs[0], opened.bound[0]};
  }
  out.rewrite = w.chain(so_far, w.inside(whole, moved));
  return out;
}

}  // namespace

std::optional<Rewrite> equal_by_parts(Rewriter& w, const Ref& left, const Ref& right, Index i, const Size& border,
                                      const ProveEqual& prove) {
  DiagramBuilder& b = w.arena();
  if (b.dtype(left.wire) != DType::real || b.dtype(right.wire) != DType::real) return std::nullopt;
  const Cut l = cut(w, left, i, border), r = cut(w, right, i, border);
  std::vector<std::pair<std::uint32_t, Rewrite>> proved;
  for (int p = 0; p < 2; ++p) {
    const Part& part = l.parts[p];
    const auto equal = prove(part.value, b.rename(r.parts[p].value, {{r.parts[p].k, part.k}}));
    if (!equal) return std::nullopt;
    const Rewrite under_case = w.inside(part.cases, {{port_of(b, part.cases, part.value), *equal}});
    proved.emplace_back(port_of(b, l.rewrite.to, part.sum), w.inside(part.sum, {{0, under_case}}));
  }
  const Rewrite middle = w.inside(l.rewrite.to, proved);
  if (middle.to != r.rewrite.to) return std::nullopt;
  return w.chain(w.chain(l.rewrite, middle), w.reverse(r.rewrite));
}

}  // namespace skein
