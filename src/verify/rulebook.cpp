#include "verify/rulebook.hpp"

#include <algorithm>
#include <set>

namespace skein {
namespace {

constexpr const char* canonical_tactic = "normal form";

Sign to_sign(SignCondition::Kind k) {
  switch (k) {
    case SignCondition::positive: return Sign::positive;
    case SignCondition::nonnegative: return Sign::nonnegative;
    case SignCondition::nonzero: return Sign::nonzero;
  }
  return Sign::positive;
}

}  // namespace

bool same_statement(const Statement& x, const Statement& y) {
  auto ports = [](const InputPort& p, const InputPort& q) {
    return p.name == q.name && p.dtype == q.dtype &&
           std::equal(p.axes.begin(), p.axes.end(), q.axes.begin(), q.axes.end(),
                      [](const Axis& a, const Axis& b) { return a.size == b.size; });
  };
  const auto &xs = x.left.inputs(), &ys = y.left.inputs();
  if (!(x.left.sizes() == y.left.sizes()) || x.when.size() != y.when.size() || x.given.size() != y.given.size() ||
      !std::equal(xs.begin(), xs.end(), ys.begin(), ys.end(), ports))
    return false;
  DiagramBuilder b;
  auto same = [&](const Diagram& p, const Diagram& q) {
    const Output l = thaw(b, p).front(), r = thaw(b, q).front();
    if (l.axes.size() != r.axes.size()) return false;
    std::map<Index, Index> at;
    for (std::size_t i = 0; i < l.axes.size(); ++i) {
      if (!(b.axis(l.axes[i]).size == b.axis(r.axes[i]).size)) return false;
      at[r.axes[i]] = l.axes[i];
    }
    return l.value == b.rename(r.value, at);
  };
  for (std::size_t k = 0; k < x.when.size(); ++k)
    if (x.when[k].sign != y.when[k].sign || !same(x.when[k].value, y.when[k].value)) return false;
  for (std::size_t k = 0; k < x.given.size(); ++k)
    if (!same(x.given[k].left, y.given[k].left) || !same(x.given[k].right, y.given[k].right)) return false;
  return same(x.left, y.left) && same(x.right, y.right);
}

const std::vector<Symbol>& canonical_form_rules() {
  static const std::vector<Symbol> names = [] {
    std::vector<Symbol> out;
    for (const char* n : {"exp_add", "inv_mul", "inv_inv", "mul_inv", "inv_exp", "sqrt_square", "fraction", "exp_log",
                          "log_exp", "log_mul", "log_inv"})
      out.emplace_back(n);
    return out;
  }();
  return names;
}

Statement to_statement(const Claim& c) {
  Statement s{c.left, c.right, {}};
  for (const SignCondition& w : c.when) s.when.push_back({to_sign(w.kind), w.value});
  s.given = c.given;
  return s;
}

void assume_conditions(Kernel& k, const Statement& s) {
  for (const Condition& c : s.when) k.assume_sign(thaw(k.arena(), c.value).front().value, c.sign);
  for (const Given& g : s.given) {
    const Sides x = sides(k.arena(), g.left, g.right);
    k.assume_equal(x.left, x.right);
  }
}

std::vector<Recurrence> recurrences_as_conditions(const Statement& s) {
  std::vector<Recurrence> out = recurrences(s);
  for (Recurrence& r : out) r.first += s.when.size(), r.next += s.when.size();
  return out;
}

std::vector<std::size_t> hypotheses_as_conditions(const Statement& s) {
  std::vector<std::size_t> out;
  for (std::size_t n : hypotheses(s)) out.push_back(s.when.size() + n);
  return out;
}

Sides sides(DiagramBuilder& b, const Diagram& left, const Diagram& right, const DiagramBuilder::Substitution& s) {
  const Output l = thaw(b, left, s).front(), r = thaw(b, right, s).front();
  std::map<Index, Index> same;
  for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
  return {l.value, b.rename(r.value, same), l.axes};
}

RuleBook::RuleBook(LeafOracle oracle, std::filesystem::path ledger)
    : oracle_(std::move(oracle)), ledger_(std::move(ledger), oracle_) {}

std::vector<Symbol> RuleBook::names() const {
  std::vector<Symbol> out;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(ledger_.folder(), error))
    if (file.path().extension() == ".cert") out.push_back(read_head(read_text(file.path())).name);
  std::sort(out.begin(), out.end());
  return out;
}

std::map<Symbol, Statement> RuleBook::statements() const {
  std::map<Symbol, Statement> out;
  for (const TheoremPtr& axiom : kernel_axioms()) out.emplace(axiom->name(), axiom->statement());
  for (const auto& [name, theorem] : verified_) out.emplace(name, theorem->statement());
  for (Symbol name : names()) try {
      out.emplace(name, read_claim(read_text(ledger_.path(name))));
    } catch (const Rejected&) {  // an edited certificate
    }
  return out;
}

bool RuleBook::admit(Kernel& k, Symbol name) {
  if (k.find_theorem(name)) return true;
  try {
    const TheoremPtr t = ledger_.find(name);
    if (t) k.admit(t);
    return t != nullptr;
  } catch (const Rejected& e) {  // an edited certificate, or a solver that gave no answer in time
    left_out_[name] = e.what();
    return false;
  }
}

void RuleBook::equip(Kernel& k, std::optional<Symbol> except) {
  for (Symbol name : canonical_form_rules())
    if (except != name) admit(k, name);
}

RuleReport RuleBook::derive_statement(Symbol name, const Statement& statement, const DeriveOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  RuleReport report;
  report.name = name;
  auto done = [&](RuleStatus s, std::string reason) {
    report.status = s;
    report.reason = std::move(reason);
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
  };
  try {
    Kernel k(statement.left.sizes(), oracle_);
    equip(k, name);
    assume_conditions(k, statement);
    const auto [l, r, axes] = sides(k.arena(), statement.left, statement.right);
    DeriveOptions with_folds = options;
    with_folds.recurrences = recurrences_as_conditions(statement);
    with_folds.hypotheses = hypotheses_as_conditions(statement);
    const Derivation d = derive(k, l, r, with_folds);
    if (!d.proof) return done(RuleStatus::unknown, d.reason);
    report.tactic = d.tactic;
    report.certificate = d.certificate(k, name, statement);
    const Replay replay = replay_certificate(report.certificate, ledger_.source(), oracle_);
    report.steps = replay.steps, report.leaves = replay.leaves, report.theorem = replay.theorem;
    return done(RuleStatus::verified, "");
  } catch (const Rejected& e) {
    return done(RuleStatus::error, std::string("the kernel rejected the derivation: ") + e.what());
  }
}

RuleReport RuleBook::verify_axiom(const Claim& claim) {
  RuleReport report;
  report.tactic = "axiom";
  report.status = RuleStatus::error;
  report.theorem = ledger_.find(claim.name);
  if (!report.theorem || !report.theorem->axiom()) {
    report.reason = "the kernel has no axiom of this name";
    return report;
  }
  const Statement& own = report.theorem->statement();
  DiagramBuilder b;
  const auto [l, r, axes] = sides(b, claim.left, claim.right);
  const auto [kl, kr, own_axes] = sides(b, own.left, own.right);
  auto conditions = [&](const Statement& s) {
    std::set<std::pair<Sign, WireId>> out;
    for (const Condition& c : s.when) out.emplace(c.sign, thaw(b, c.value).front().value.wire);
    return out;
  };
  if (l.wire == kl.wire && r.wire == kr.wire && conditions(to_statement(claim)) == conditions(own))
    report.status = RuleStatus::verified;
  else
    report.reason = "the kernel's axiom of this name says something else";
  return report;
}

RuleReport RuleBook::verify(const Claim& claim, const DeriveOptions& options) {
  const Statement statement = to_statement(claim);
  DeriveOptions hinted = options;
  hinted.hints.insert(hinted.hints.end(), claim.hints.begin(), claim.hints.end());
  RuleReport report =
      claim.kind == ClaimKind::axiom ? verify_axiom(claim) : derive_statement(claim.name, statement, hinted);
  report.name = claim.name, report.file = claim.file, report.line = claim.line, report.negated = claim.negated;
  // One diagram from different defs holds by definition.
  if (report.tactic == "by definition" && claim.same_calls) {
    report.status = RuleStatus::error, report.reason = "the two sides are the same diagram: there is nothing to prove";
    return report;
  }
  if (report.status != RuleStatus::verified || claim.negated || claim.kind == ClaimKind::axiom) return report;
  report.note = misclassified(claim, statement, report, hinted);
  ledger_.add(report.theorem);
  verified_[claim.name] = report.theorem;
  return report;
}

bool RuleBook::canonical_form_closes(Symbol name, const Statement& statement, const DeriveOptions& options) {
  DeriveOptions plain = options;
  plain.hints.clear(), plain.leaves = false;
  return derive_statement(name, statement, plain).tactic == canonical_tactic;
}

std::string RuleBook::misclassified(const Claim& claim, const Statement& statement, const RuleReport& report,
                                    const DeriveOptions& options) {
  if (claim.kind == ClaimKind::law && report.tactic != canonical_tactic)
    return "the canonical form alone does not close it (" + report.tactic + " does): write `rule`";
  const auto& own = canonical_form_rules();
  if (claim.kind != ClaimKind::rule || std::find(own.begin(), own.end(), claim.name) != own.end()) return "";
  const bool asked = options.hints.empty();  // with hints, the canonical form was not asked alone
  const bool closes = asked ? report.tactic == canonical_tactic : canonical_form_closes(claim.name, statement, options);
  return closes ? "the canonical form alone closes it: it is a law; write `law`" : "";
}

}  // namespace skein
