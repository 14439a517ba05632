#include "tactics/transport.hpp"

#include "monoidal/algebra.hpp"
#include "monoidal/isomorphism_search.hpp"

namespace skein::monoidal {
namespace {

bool same(const OpenDiagram& a, const OpenDiagram& b) {
  return search_isomorphism(a, b).outcome == IsomorphismSearch::Outcome::found;
}

}  // namespace

std::optional<Meeting> transport(const Theorem& theorem, const Kernel& kernel, const Interpretation& meaning,
                                 const SignaturePtr& to, const std::function<RulePtr(Symbol)>& find) {
  const auto image = [&](const OpenDiagram& d) { return substitute(d, to, meaning.objects, meaning.generators); };
  OpenDiagram hosts[] = {theorem.statement()->left(), theorem.statement()->right()};
  Derivation ways[] = {begin(image(hosts[0])), begin(image(hosts[1]))};
  for (const auto& [side, step] : theorem.steps()) {
    const auto at = static_cast<std::size_t>(side);
    OpenDiagram& host = hosts[at];
    if (const auto* move = std::get_if<Move>(&step)) {
      apply(host, *move);
      continue;
    }
    const RuleStep& use = std::get<RuleStep>(step);
    const RulePtr rule = kernel.find(use.rule);
    const auto match = Match::make(host, *rule, use.direction, use.placement);
    if (!match) return std::nullopt;
    rewrite(host, *match);
    const OpenDiagram wanted = begin(image(host)).diagram;
    if (same(ways[at].diagram, wanted)) continue;
    const auto name = meaning.rules.find(use.rule);
    const RulePtr here = name == meaning.rules.end() ? nullptr : find(name->second);
    if (!here) return std::nullopt;
    std::optional<Derivation> next;
    each_rewrite(ways[at], {here, use.direction}, [&](Derivation d) {
      if (same(d.diagram, wanted)) next = std::move(d);
      return !next;
    });
    if (!next) return std::nullopt;
    ways[at] = std::move(*next);
  }
  if (!same(ways[0].diagram, ways[1].diagram)) return std::nullopt;
  return Meeting{std::move(ways[0]), std::move(ways[1])};
}

}  // namespace skein::monoidal
