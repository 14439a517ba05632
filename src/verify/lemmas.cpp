#include "verify/lemmas.hpp"

#include "diagram/variables.hpp"
#include "kernel/certificate.hpp"

namespace skein {
namespace {

Symbol array_name(std::size_t leaf) { return Symbol("a" + std::to_string(leaf)); }

}  // namespace

std::optional<Rewrite> Lemmas::prove(const Ref& left, const Ref& right, const std::set<WireId>& cuts,
                                     std::chrono::steady_clock::time_point until) {
  const auto block = block_of(k_.arena(), left, right, cuts, [this](WireId w) { return sign_of(w); });
  if (!block) return std::nullopt;
  auto known = by_shape_.find(block->shape);
  if (known == by_shape_.end()) known = by_shape_.emplace(block->shape, derive(*block, until)).first;
  return known->second ? instance(*known->second, *block) : std::nullopt;
}

std::optional<Sign> Lemmas::sign_of(WireId w) {
  if (k_.arena().dtype(w) != DType::real) return std::nullopt;
  for (Sign s : {Sign::positive, Sign::nonnegative, Sign::nonzero})
    if (signs_.find(w, s)) return s;
  return std::nullopt;
}

TheoremPtr Lemmas::derive(const Block& block, std::chrono::steady_clock::time_point until) {
  Kernel k(k_.sizes());
  for (const auto& [name, t] : k_.theorems()) k.admit(t);
  DiagramBuilder& b = k.arena();

  const DiagramBuilder& from = k_.arena();
  std::map<WireId, DiagramBuilder::Image> arrays;
  std::vector<InputPort> ports;
  for (const Leaf& leaf : block.leaves) {
    InputPort port{array_name(ports.size()), {}, from.dtype(leaf.wire), Role::input};
    for (std::uint32_t s : leaf.axes) port.axes.push_back(from.axes(leaf.wire)[s]);
    const Ref array = b.input(port.name, port.axes, port.dtype);
    DiagramBuilder::Image image{std::vector<Index>(leaf.axes.size()), array};
    for (std::size_t k = 0; k < leaf.axes.size(); ++k) image.at[leaf.axes[k]] = array.at[k];
    arrays.emplace(leaf.wire, std::move(image));
    ports.push_back(std::move(port));
  }
  Copier copier(from, b, [&](WireId w) {
    const auto it = arrays.find(w);
    return it == arrays.end() ? std::nullopt : std::optional(it->second);
  });
  const Ref left = copier.copy(block.left), right = copier.copy(block.right);
  std::vector<Index> axes;
  for (Index i : block.axes) axes.push_back(copier.copy(i));

  // Another sweep in this kernel may have lemmas of its own.
  std::size_t number = 1;
  while (k_.find_theorem(Symbol("lemma." + std::to_string(number)))) ++number;
  const Symbol name("lemma." + std::to_string(number));
  auto diagram = [&](const char* output, const std::vector<Index>& at, const Ref& value) {
    return freeze(b, name, k.sizes(), ports, {{Symbol(output), at, value}});
  };
  Statement statement{diagram("left", axes, left), diagram("right", axes, right), {}};
  for (const Leaf& leaf : block.leaves)
    if (leaf.sign) {
      const Ref array = arrays.at(leaf.wire).value;
      k.assume_sign(array, *leaf.sign);
      statement.when.push_back({*leaf.sign, diagram("condition", array.at, array)});
    }
  try {
    Normaliser n(k, until);
    const Rewrite x = n.normal(left), y = n.normal(right);
    if (x.to != y.to) return nullptr;
    const Rewrite proof = n.rewriter().chain(x, n.rewriter().reverse(y));
    std::string text = write_certificate(k, name, statement, proof.proof);
    const TheoremPtr t = replay_certificate(text, [&](Symbol s) { return k_.theorems().at(s); }, {}).theorem;
    k_.admit(t);
    certificates_.push_back(std::move(text));
    return t;
  } catch (const Rejected&) {
  } catch (const OutOfTime&) {
  }
  return nullptr;
}

std::optional<Rewrite> Lemmas::instance(const Theorem& t, const Block& block) {
  DiagramBuilder& b = k_.arena();
  DiagramBuilder::Substitution assignment;
  std::set<Symbol> sizes;
  for (const Diagram* d : {&t.statement().left, &t.statement().right}) sizes.merge(size_variables(*d));
  for (Symbol v : sizes) assignment.sizes[v] = size_variable(v);
  for (std::size_t n = 0; n < block.leaves.size(); ++n) {
    const Ref body = b.at_fresh(block.leaves[n].wire);
    std::vector<Index> formals;
    for (std::uint32_t s : block.leaves[n].axes) formals.push_back(body.at[s]);
    assignment.inputs[array_name(n)] = {formals, body};
  }
  try {
    auto r = w_.instance(t, assignment, block.axes, signs_);
    if (r && r->from == block.left && r->to == block.right) return r;
  } catch (const Rejected&) {
  }
  return std::nullopt;
}

}  // namespace skein
