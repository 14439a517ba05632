#include "draw/idioms.hpp"

#include <algorithm>
#include <set>

#include "lang/module.hpp"

namespace skein {

// A def with the array or scalar x and, maybe, the scalar eps.
struct Idioms::Entry {
  std::string label;
  Diagram diagram;
  Op root;
  bool has_axis, folds, has_epsilon;
  std::set<Op> ops;  // a term without one of them is none of this
};

namespace {

// The prelude's own, the larger ones first, and those that are parts of its defs.
constexpr const char* text = R"(
def idiom_layer_norm(x[n], eps)[n] = (x[n] - mean[j:n](x[j])) / sqrt(variance[j:n](x[j]) + eps)
def idiom_rms_norm(x[n], eps)[n] = x[n] / sqrt(mean[j:n](square(x[j])) + eps)
)";
struct Name {
  const char* def;
  const char* label;
};
constexpr Name names[] = {
    {"idiom_layer_norm", "layer norm"},
    {"idiom_rms_norm", "RMS norm"},
    {"stable_softmax", "stable softmax"},
    {"stable_softmax_ext", "stable softmax"},
    {"softmax", "softmax"},
    {"log_softmax", "log softmax"},
    {"variance", "variance"},
    {"mean", "mean"},
    {"log_sum_exp", "log sum exp"},
    {"gelu_tanh", "gelu (tanh)"},
    {"gelu", "gelu"},
    {"silu", "silu"},
    {"tanh", "tanh"},
    {"sigmoid", "sigmoid"},
    {"softplus", "softplus"},
    {"relu", "relu"},
    {"abs", "abs"},
    {"square", "square"},
};

bool is_chain(Op op) { return op == Op::mul || op == Op::add; }

}  // namespace

const std::vector<Idioms::Entry>& Idioms::entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> found;
    const Module m = parse_module(text, "idioms");
    for (const auto& [def, label] : names) {
      const Definition* d = m.find_def(def);
      if (!d) continue;
      const auto& in = d->diagram.inputs();
      found.push_back({label,
                       d->diagram,
                       d->diagram.box(d->diagram.outputs().at(0).wire).op,
                       !in.at(0).axes.empty(),
                       d->diagram.outputs()[0].axes.empty() && !in[0].axes.empty(),
                       in.size() == 2,
                       {}});
      for (const Box& box : d->diagram.boxes())
        if (box.op != Op::input) found.back().ops.insert(box.op);
    }
    return found;
  }();
  return all;
}

// What an argument may be: the terms below, nearest first, as far as a def of the prelude is deep.
std::vector<Ref> Idioms::subterms(const Ref& term) {
  constexpr std::size_t most = 48;
  std::vector<Ref> found{term};
  std::set<Ref> seen{term};
  for (std::size_t k = 0; k < found.size() && found.size() < most; ++k) {
    const Op op = b_.box(found[k].wire).op;
    if (op == Op::view || op == Op::input) continue;
    for (const Ref& r : b_.open(found[k]).inputs)
      if (seen.insert(r).second) found.push_back(r);
  }
  found.erase(found.begin());
  return found;
}

std::optional<Idiom> Idioms::match(const Entry& e, const Ref& term, const Ref& argument, std::optional<Index> along,
                                   const Ref* epsilon) {
  const auto& in = e.diagram.inputs();
  DiagramBuilder::Substitution s;
  s.inputs[in[0].name] = {along ? std::vector<Index>{*along} : std::vector<Index>{}, argument};
  if (epsilon) s.inputs[in[1].name] = {{}, *epsilon};
  if (along)
    for (const auto& [monomial, c] : in[0].axes[0].size.terms())
      for (const Symbol v : monomial) s.sizes[v] = b_.axis(*along).size;
  std::vector<Output> outputs;
  try {
    outputs = thaw(b_, e.diagram, s);
  } catch (const IllTyped&) {
    return std::nullopt;  // an argument of another scalar type
  }
  Ref value = outputs.at(0).value;
  if (!outputs[0].axes.empty()) value = b_.rename(value, {{outputs[0].axes[0], *along}});
  Idiom found{e.label, argument, along, e.folds, epsilon ? std::optional(*epsilon) : std::nullopt, {}};
  if (value == term) return found;
  if (!is_chain(e.root) || b_.box(term.wire).op != e.root || b_.box(value.wire).op != e.root) return std::nullopt;
  std::vector<Ref> rest = b_.open(term).inputs;
  const std::vector<Ref> need = b_.open(value).inputs;
  if (need.size() >= rest.size()) return std::nullopt;
  for (const Ref& r : need) {
    const auto at = std::find(rest.begin(), rest.end(), r);
    if (at == rest.end()) return std::nullopt;
    rest.erase(at);
  }
  found.left_over = std::move(rest);
  return found;
}

std::optional<Idiom> Idioms::find(const Ref& term) {
  const Op op = b_.box(term.wire).op;
  if (op == Op::input || op == Op::literal || op == Op::view) return std::nullopt;
  const std::vector<Ref> below = subterms(term);
  std::set<Op> ops{op};
  for (const Ref& r : below) ops.insert(b_.box(r.wire).op);
  for (const Entry& e : entries_) {
    if (e.root != op || !std::includes(ops.begin(), ops.end(), e.ops.begin(), e.ops.end())) continue;
    for (const Ref& x : below) {
      if (!e.has_axis) {
        if (auto found = match(e, term, x, {}, nullptr)) return found;
        continue;
      }
      for (const Index n : x.at) {
        const bool kept = std::find(term.at.begin(), term.at.end(), n) != term.at.end();
        if (kept == e.folds) continue;
        if (!e.has_epsilon) {
          if (auto found = match(e, term, x, n, nullptr)) return found;
          continue;
        }
        for (const Ref& epsilon : below)
          if (epsilon.at.empty())
            if (auto found = match(e, term, x, n, &epsilon)) return found;
      }
    }
  }
  return std::nullopt;
}

}  // namespace skein
