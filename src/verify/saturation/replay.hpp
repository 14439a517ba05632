#pragma once
// Replay: an explanation of an e-graph as inferences of the kernel. Each equation becomes a rewrite; where a term comes
// out arranged otherwise than the e-graph has it (sums grouped, in another order) the kernel's polynomials bridge it.
#include "verify/saturation/rules.hpp"

namespace skein {

class ExplanationReplay {
 public:
  // `given` are the rewrites that were merged with ReasonKind::given, by number.
  ExplanationReplay(Kernel& k, DiagramTerms& terms, TheoremRules& rules, Rewriter& rewriter,
                    const std::vector<Rewrite>& given)
      : k_(k), terms_(terms), rules_(rules), w_(rewriter), given_(given) {}

  // from == to, at the indices that `terms` has for the names; throws Rejected where the kernel does not follow.
  Rewrite run(const egraph::Explanation& x);

 private:
  // An equation's rewrite, and the index for each slot of its context.
  struct Done {
    Rewrite rewrite;
    std::vector<Index> context;
  };
  Done equation(const egraph::ExplainedEquation& e);
  // `index` gives the index for a name; the name's own index in the equation stays where it gives none.
  Rewrite use(const egraph::EquationUse& u, const std::function<std::optional<Index>(egraph::Slot)>& index);
  Rewrite rule(const egraph::RuleStep& s, const std::vector<Index>& context, const Ref& left, const Ref& right);
  Rewrite congruence(const egraph::CongruenceStep& s, const Ref& left, const std::vector<Index>& context,
                     const egraph::Term& t);
  Rewrite bridge(const Ref& from, const Ref& to);
  Ref at(egraph::TermId t, const egraph::Slots& args, const std::vector<Index>& context);

  Kernel& k_;
  DiagramTerms& terms_;
  TheoremRules& rules_;
  Rewriter& w_;
  const std::vector<Rewrite>& given_;
  const egraph::Explanation* x_ = nullptr;
  std::map<egraph::TermId, DiagramTerms::Built> known_;  // terms of x_
  std::vector<Done> done_;
};

}  // namespace skein
