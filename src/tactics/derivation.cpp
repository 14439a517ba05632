#include "tactics/derivation.hpp"

#include "monoidal/normal_form.hpp"

namespace skein::monoidal {

namespace {

void tidy(Derivation& d) {
  for (Move& m : normalise(d.diagram)) d.steps.emplace_back(std::move(m));
}

}  // namespace

Derivation begin(OpenDiagram d) {
  Derivation out{std::move(d), {}};
  tidy(out);
  return out;
}

void each_rewrite(const Derivation& d, const OrientedRule& rule, const std::function<bool(Derivation)>& visit) {
  Matcher(*rule.rule, rule.direction).each(d.diagram, [&](const Redex& redex) {
    Derivation next = d;
    apply(next.diagram, *rule.rule, rule.direction, redex);
    for (const Move& m : redex.moves) next.steps.emplace_back(m);
    next.steps.emplace_back(RuleStep{rule.rule->name(), rule.direction, redex.placement});
    tidy(next);
    return visit(std::move(next));
  });
}

}  // namespace skein::monoidal
