#pragma once
// RuleBook: the rules that are known to hold, each a theorem that the kernel replayed from a certificate. Rules come
// from .skn claims (derived here, in order, each with the help of those before it) or from a ledger.
#include "kernel/ledger.hpp"
#include "lang/module.hpp"
#include "verify/derive.hpp"

namespace skein {

// The rules that every normaliser is given, if they are known: the canonical form is what it makes with them.
const std::vector<Symbol>& canonical_form_rules();

enum class RuleStatus { verified, unknown, error };

struct RuleReport {
  Symbol name;
  std::string file;
  int line = 0;
  bool negated = false;
  RuleStatus status = RuleStatus::unknown;
  std::string tactic;       // what closed it
  std::string reason;       // why not
  std::string note;         // if verified: that it is called a rule and is a law, or the reverse
  std::string certificate;  // text, if verified
  TheoremPtr theorem;       // what its replay gave
  std::size_t steps = 0, leaves = 0;
  double seconds = 0;
};

class RuleBook {
 public:
  // `ledger` may be empty or absent: then only rules verified here are known.
  explicit RuleBook(LeafOracle oracle, std::filesystem::path ledger = {});

  // Derives the claim, writes its certificate and replays it; a negated claim is treated as if it were not (it must not
  // verify). On success the theorem joins the book unless the claim is negated. Axioms are compared with the kernel's
  // own. A law should have the tactic "normal form", and a rule should not be within its reach, whatever its hints,
  // unless it is one of canonical_form_rules(): else there is a note.
  RuleReport verify(const Claim& claim, const DeriveOptions& options = {});
  // The same for a statement that nobody has claimed: it joins nothing.
  RuleReport derive_statement(Symbol name, const Statement& statement, const DeriveOptions& options = {});
  // Whether the canonical form closes it by itself: what makes a claim a law.
  bool canonical_form_closes(Symbol name, const Statement& statement, const DeriveOptions& options = {});
  // Gives the kernel the rules that the normaliser uses, as far as they are known, but for one that is being derived.
  void equip(Kernel& k, std::optional<Symbol> except = {});
  // Makes a theorem of the book or the ledger available; false if there is none.
  bool admit(Kernel& k, Symbol name);
  // The theorems of the ledger's folder, by name.
  std::vector<Symbol> names() const;
  // What their certificates claim, which are not replayed: nothing that may be relied on; and what was verified here.
  std::map<Symbol, Statement> statements() const;
  // Rules of the ledger that were left out because their certificates did not hold here, each with the reason.
  const std::map<Symbol, std::string>& left_out() const { return left_out_; }
  Ledger& ledger() { return ledger_; }
  const LeafOracle& oracle() const { return oracle_; }

 private:
  RuleReport verify_axiom(const Claim& claim);
  // A sentence if a verified claim is a law that is called a rule, or the reverse.
  std::string misclassified(const Claim& claim, const Statement& statement, const RuleReport& report,
                            const DeriveOptions& options);

  LeafOracle oracle_;
  Ledger ledger_;
  std::map<Symbol, TheoremPtr> verified_;  // here, by verify()
  std::map<Symbol, std::string> left_out_;
};

Statement to_statement(const Claim& c);
// The conditions of a statement, signs before equations, as those of the kernel's claim.
void assume_conditions(Kernel& k, const Statement& s);
// Its recurrences, their equations numbered as conditions of the kernel.
std::vector<Recurrence> recurrences_as_conditions(const Statement& s);
// The equations of the statement that belong to none of them, as positions among its conditions.
std::vector<std::size_t> hypotheses_as_conditions(const Statement& s);
// The same sizes, inputs, conditions and sides, up to names of indices.
bool same_statement(const Statement& x, const Statement& y);
// The one output of each side as a term, both at the same indices, which are those of the output's axes.
struct Sides {
  Ref left, right;
  std::vector<Index> axes;
};
Sides sides(DiagramBuilder& b, const Diagram& left, const Diagram& right, const DiagramBuilder::Substitution& s = {});

}  // namespace skein
