#include "campaign/drawn.hpp"

#include <algorithm>

#include "lang/printer.hpp"
#include "prove/statement.hpp"

namespace skein {
namespace {

constexpr int depth = 3;
constexpr std::chrono::seconds most_seconds(5);  // for the normal forms of parts that explode

Ref random_root(RandomTerms& terms, const FeatureSet& f, std::mt19937_64& random) {
  std::vector<Index> over;
  for (std::uint64_t n = random() % 4; n > 0; --n) over.push_back(terms.fresh_index());
  const std::uint64_t kind = random() % 8;
  return terms.root(kind == 0 ? DType::boolean : kind == 1 && f.ext ? DType::ext : DType::real, over, depth);
}

}  // namespace

std::uint64_t case_seed(std::uint64_t seed, std::uint64_t number) {
  std::seed_seq mixed{seed & 0xffffffff, seed >> 32, number & 0xffffffff, number >> 32};
  std::uint32_t out[2];
  mixed.generate(std::begin(out), std::end(out));
  return (std::uint64_t{out[0]} << 32) + out[1];
}

Drawn::Drawn(const RuleLibrary& rules, RuleBook& book, const Shares& shares, std::mt19937_64& random)
    : rules_(rules),
      book_(book),
      features_(draw_features(shares, random)),
      kernel_(random_sizes(features_, random), book.oracle()),
      terms_(kernel_, features_, rules, random),
      root_(random_root(terms_, features_, random)),
      rewrites_(kernel_, rules, terms_, random, std::chrono::steady_clock::now() + most_seconds) {
  book.equip(kernel_);
}

Statement Drawn::statement(const Ref& left, const Ref& right) const {
  std::vector<Index> axes = left.at;
  for (Index i : right.at)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) axes.push_back(i);
  return {terms_.frozen(axes, left), terms_.frozen(axes, right), terms_.when(), terms_.given()};
}

TheoremSource Drawn::source() const {
  return [this](Symbol name) {
    const TheoremPtr t = rules_.find(name);
    return t ? t : book_.ledger().find(name);
  };
}

std::string Drawn::text(const Statement& s) {
  return recurrences_text(s) + print_diagram(s.left, "left") + "\n" + print_diagram(s.right, "right") + "\n";
}

}  // namespace skein
