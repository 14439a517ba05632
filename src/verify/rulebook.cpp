#include "verify/rulebook.hpp"

namespace skein {
namespace {

Sign to_sign(SignCondition::Kind k) {
  switch (k) {
    case SignCondition::positive: return Sign::positive;
    case SignCondition::nonnegative: return Sign::nonnegative;
    case SignCondition::nonzero: return Sign::nonzero;
  }
  return Sign::positive;
}

// The two sides at the same indices.
std::pair<Ref, Ref> sides(DiagramBuilder& b, const Diagram& left, const Diagram& right) {
  const Output l = thaw(b, left).front(), r = thaw(b, right).front();
  std::map<Index, Index> same;
  for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
  return {l.value, b.rename(r.value, same)};
}

}  // namespace

const std::vector<Symbol>& canonical_form_rules() {
  static const std::vector<Symbol> names = [] {
    std::vector<Symbol> out;
    for (const char* n : {"exp_add", "inv_mul", "inv_inv", "mul_inv", "inv_exp", "sqrt_square", "fraction"})
      out.emplace_back(n);
    return out;
  }();
  return names;
}

Statement to_statement(const Claim& c) {
  Statement s{c.left, c.right, {}};
  for (const SignCondition& w : c.when) s.when.push_back({to_sign(w.kind), w.value});
  return s;
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

bool RuleBook::is_law(const Claim& claim, const DeriveOptions& options) {
  Kernel k(claim.left.sizes(), oracle_);
  equip(k, claim.name);
  for (const Condition& c : to_statement(claim).when) k.assume_sign(thaw(k.arena(), c.value).front().value, c.sign);
  const auto [l, r] = sides(k.arena(), claim.left, claim.right);
  DeriveOptions plain;
  plain.leaves = false;
  plain.deadline = options.deadline;
  return derive(k, l, r, plain).tactic == "normal form";
}

RuleReport RuleBook::verify(const Claim& claim, const DeriveOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  RuleReport report;
  report.name = claim.name, report.file = claim.file, report.line = claim.line, report.negated = claim.negated;
  auto done = [&](RuleStatus s, std::string reason) {
    report.status = s;
    report.reason = std::move(reason);
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
  };
  const Statement statement = to_statement(claim);
  if (claim.kind == ClaimKind::axiom) {
    const TheoremPtr own = ledger_.find(claim.name);
    if (!own || !own->axiom()) return done(RuleStatus::error, "the kernel has no axiom of this name");
    DiagramBuilder b;
    const auto [l, r] = sides(b, claim.left, claim.right);
    const auto [kl, kr] = sides(b, own->statement().left, own->statement().right);
    const bool same = l.wire == kl.wire && r.wire == kr.wire && statement.when.size() == own->statement().when.size();
    report.tactic = "axiom";
    return same ? done(RuleStatus::verified, "")
                : done(RuleStatus::error, "the kernel's axiom of this name says something else");
  }
  try {
    Kernel k(claim.left.sizes(), oracle_);
    equip(k, claim.name);
    for (const Condition& c : statement.when) k.assume_sign(thaw(k.arena(), c.value).front().value, c.sign);
    const auto [l, r] = sides(k.arena(), claim.left, claim.right);
    if (l == r) return done(RuleStatus::error, "the two sides are the same diagram: there is nothing to prove");
    DeriveOptions o = options;
    o.hints.insert(o.hints.end(), claim.hints.begin(), claim.hints.end());
    const Derivation d = derive(k, l, r, o);
    if (!d.proof) return done(RuleStatus::unknown, d.reason);
    report.tactic = d.tactic;
    if (claim.kind == ClaimKind::law && !claim.negated && d.tactic != "normal form")
      return done(RuleStatus::error,
                  "the canonical form alone does not close it (" + d.tactic + " does): write `rule`");
    const auto& own = canonical_form_rules();
    if (claim.kind == ClaimKind::rule && !claim.negated && std::find(own.begin(), own.end(), claim.name) == own.end() &&
        (d.tactic == "normal form" || (!o.hints.empty() && is_law(claim, options))))
      return done(RuleStatus::error, "the canonical form alone closes it: it is a law; write `law`");
    report.certificate = write_certificate(k, claim.name, statement, d.proof->proof);
    const Replay replay = replay_certificate(report.certificate, ledger_.source(), oracle_);
    report.steps = replay.steps, report.leaves = replay.leaves;
    if (!claim.negated) ledger_.add(replay.theorem);
    return done(RuleStatus::verified, "");
  } catch (const Rejected& e) {
    return done(RuleStatus::error, std::string("the kernel rejected the derivation: ") + e.what());
  }
}

}  // namespace skein
