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

bool same_statement(const Statement& x, const Statement& y) {
  auto ports = [](const InputPort& p, const InputPort& q) {
    return p.name == q.name && p.dtype == q.dtype &&
           std::equal(p.axes.begin(), p.axes.end(), q.axes.begin(), q.axes.end(),
                      [](const Axis& a, const Axis& b) { return a.size == b.size; });
  };
  const auto &xs = x.left.inputs(), &ys = y.left.inputs();
  if (!(x.left.sizes() == y.left.sizes()) || x.when.size() != y.when.size() ||
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
  return same(x.left, y.left) && same(x.right, y.right);
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
  for (const char* name : {"exp_add", "inv_mul", "inv_inv", "mul_inv", "inv_exp", "sqrt_square", "fraction"})
    if (except != Symbol(name)) admit(k, Symbol(name));
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
    // One diagram from different defs holds by definition.
    if (l == r && claim.same_calls)
      return done(RuleStatus::error, "the two sides are the same diagram: there is nothing to prove");
    DeriveOptions o = options;
    o.hints.insert(o.hints.end(), claim.hints.begin(), claim.hints.end());
    const Derivation d = derive(k, l, r, o);
    if (!d.proof) return done(RuleStatus::unknown, d.reason);
    report.tactic = d.tactic;
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
