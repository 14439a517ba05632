#pragma once
// The kernel of monoidal theories: the only maker of their theorems. A theory is a signature and rules (its axioms). A
// claim  left == right  or  left => right  is proved by rewriting its two sides, by rules, earlier theorems and moves
// of the structure, until an isomorphism between them is given. Every step is checked by Match::make or apply; nothing
// here searches. What was accepted is logged, and a certificate is that log as text.
#include <map>

#include "kernel/monoidal_text.hpp"

namespace skein::monoidal {

struct Theory {
  Symbol name;
  std::shared_ptr<Signature> signature;
  std::vector<RulePtr> rules;
};

// A theorem of a theory, with its derivation. Made by Kernel::conclude alone.
class Theorem {
 public:
  const RulePtr& statement() const { return statement_; }  // usable as a rule
  Symbol name() const { return statement_->name(); }
  const std::vector<std::pair<Side, Step>>& steps() const { return steps_; }
  // Images, in the right side, of the wires and boxes that the left side is left with, in the order of their numbers.
  const Isomorphism& isomorphism() const { return isomorphism_; }
  // Rests, directly or not, on a claim that was assumed without proof: proves nothing.
  bool tainted() const { return tainted_; }

 private:
  friend class Kernel;
  Theorem() = default;
  RulePtr statement_;
  std::vector<std::pair<Side, Step>> steps_;
  Isomorphism isomorphism_;
  bool tainted_ = false;
};

using TheoremPtr = std::shared_ptr<const Theorem>;

class Kernel {
 public:
  explicit Kernel(Theory theory);  // throws Rejected if a rule is given twice or belongs to another theory

  const Theory& theory() const { return theory_; }
  void add_rule(RulePtr rule);
  // A claim whose proof failed, to go on with: whatever uses it is tainted.
  void assume(const RulePtr& claim) { learn(claim, true); }
  // A rule, theorem or assumed claim; null if there is none.
  RulePtr find(Symbol name) const;
  const std::vector<TheoremPtr>& theorems() const { return theorems_; }

  // The theorems of another kernel, but the tainted ones, whose theory is part of this one: the same structure,
  // objects, generators and rules by name. `digest` is that of the certificate that has them. Throws Rejected.
  void import(const Kernel& other, std::string digest);
  struct Import {
    std::string digest;
    std::vector<Symbol> names;
  };
  const std::vector<Import>& imports() const { return imports_; }

  // --- one claim at a time. All throw Rejected with the reason and leave the sides as they were.
  void open(RulePtr claim);
  const OpenDiagram& side(Side s) const;
  // One-way rules serve one-way claims only, and only on the left side: steps of the right side are read backwards.
  Trace rewrite(Side s, Symbol rule, Direction d, Placement placement);
  void move(Side s, const Move& m);
  void step(Side s, const Step& step);
  // The two sides are isomorphic, so the claim is a theorem.
  TheoremPtr conclude(const Isomorphism& i);
  void abandon() { open_.reset(); }  // forgets the open claim

 private:
  struct Open {
    RulePtr claim;
    OpenDiagram left, right;
    std::vector<std::pair<Side, Step>> steps;
    bool tainted = false;
  };
  OpenDiagram& host(Side s);
  void require_unknown(const RulePtr& claim) const;
  void learn(const RulePtr& claim, bool tainted);

  Theory theory_;
  struct Known {
    RulePtr rule;
    bool tainted = false;
  };
  std::map<Symbol, Known> known_;
  std::vector<TheoremPtr> theorems_;
  std::vector<Import> imports_;
  std::optional<Open> open_;
};

}  // namespace skein::monoidal
