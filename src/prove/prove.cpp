#include "prove/prove.hpp"

#include <fmt/format.h>

#include <cmath>

#include "lang/printer.hpp"
#include "prove/difference.hpp"
#include "prove/domain.hpp"
#include "prove/instances.hpp"
#include "verify/saturation/saturation.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t compared_points = 2;
constexpr double comparing_seconds = 2, arithmetic_of_doubles = 1e-10;

double since(Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); }

// The smallest pairs of terms in which two normal forms differ: same operator above, different below.
class Differences {
 public:
  explicit Differences(DiagramBuilder& b) : b_(b) {}

  void collect(const Ref& l, const Ref& r, int depth = 0) {
    if (l == r || found_.size() >= 3 || depth > 60 || !seen_.insert({l.wire, r.wire}).second) return;
    const Box x = b_.box(l.wire), y = b_.box(r.wire);
    const bool alike = x.op == y.op && x.fold == y.fold && x.op != Op::view && x.inputs.size() == y.inputs.size() &&
                       x.degree.size() == y.degree.size() && x.bound.size() == y.bound.size() && !x.inputs.empty();
    if (alike) {
      const auto in_l = b_.open(l).inputs, in_r = b_.open(r).inputs;
      const std::size_t before = found_.size();
      std::vector<std::size_t> differ;
      for (std::size_t k = 0; k < in_l.size(); ++k)
        if (in_l[k].wire != in_r[k].wire) differ.push_back(k);
      if (differ.size() == 1) {
        collect(in_l[differ[0]], in_r[differ[0]], depth + 1);
        if (found_.size() > before) return;
      }
    }
    found_.emplace_back(l, r);
  }

  std::vector<std::string> text() {
    std::vector<std::string> out;
    for (const auto& [l, r] : found_) out.push_back(sketch(b_, l.wire) + "  against  " + sketch(b_, r.wire));
    return out;
  }

 private:
  DiagramBuilder& b_;
  std::set<std::pair<WireId, WireId>> seen_;
  std::vector<std::pair<Ref, Ref>> found_;
};

}  // namespace

const char* to_string(const Verdict& v) {
  if (const auto* p = std::get_if<Proof>(&v)) return p->rounding() ? "proved_up_to_rounding" : "proved";
  if (std::holds_alternative<Witness>(v)) return "refuted";
  return "unknown";
}

// Whether the two sides differ at an ordinary point by more than the arithmetic of doubles explains.
bool floats_differ(const Pairing& p, std::uint64_t seed) {
  const auto samples = step_samples(p.statement);
  if (samples.empty()) return false;
  Statement s;
  try {
    s = unrolled(p.statement, samples.front());
  } catch (const std::invalid_argument&) {  // too large to be run
    return false;
  }
  const Instances instances(s, p.pool, seed);
  const auto& sizes = instances.regular_sizes();
  const auto start = Clock::now();
  for (std::size_t k = 0; k < compared_points && !sizes.empty() && since(start) < comparing_seconds; ++k) try {
      if (const auto point = instances.draw(sizes[k % sizes.size()], {}, seed + k))
        if (const auto d = float_difference(evaluate(s.left, *point), evaluate(s.right, *point));
            d.finite && d.relative > arithmetic_of_doubles)
          return true;
    } catch (const EvaluationError&) {  // too large to be run
      return false;
    }
  return false;
}

// A term at these indices as the printer writes it, without the header of a def: `[q] = max[k] X[q, k]`.
std::string printed_term(Kernel& k, const std::vector<Index>& axes, const Ref& value) {
  const DiagramBuilder& b = k.arena();
  std::vector<InputPort> ports;
  for (WireId w : wires_below(b, {value.wire}))
    if (const Box& x = b.box(w); x.op == Op::input) ports.push_back({x.name, x.degree, x.dtype, Role::input});
  const std::string text =
      print_diagram(freeze(b, Symbol("term"), k.sizes(), ports, {{Symbol("out"), axes, value}}), "term");
  const std::size_t header =
      text.find(") ") == std::string::npos ? text.find(")[") : std::min(text.find(") "), text.find(")["));
  return text.substr(header + 1, text.size() - header - 2);
}

std::string invariant_text(Kernel& k, const Invariant& invariant) {
  return fmt::format("after all steps, {} ({}): {}", invariant.state.text(), invariant.accumulator,
                     printed_term(k, invariant.value.at, invariant.closed));
}

// An equation that the claim assumes: `given [i, k:i]: sum[j:i] Q[i, j] * Q[k, j] == if i == k then 1 else 0`.
std::string hypothesis_text(Kernel& k, const Kernel::Assumption& a) {
  std::set<Index> read(a.value.at.begin(), a.value.at.end());
  read.insert(a.equal_to->at.begin(), a.equal_to->at.end());
  const std::vector<Index> axes(read.begin(), read.end());
  const std::string left = printed_term(k, axes, a.value), right = printed_term(k, axes, *a.equal_to);
  const std::size_t equals = left.find("= "), same = right.find("= ");
  if (equals == std::string::npos || same == std::string::npos || left.find('{') != std::string::npos)
    return fmt::format("given: {} == {}", left, right);
  const std::string indices = axes.empty() ? "" : " " + left.substr(0, equals - 1);
  return fmt::format("given{}: {} == {}", indices, left.substr(equals + 2), right.substr(same + 2));
}

class Strategy {
 public:
  Strategy(const Pairing& p, RuleBook& rules, const ProveOptions& options) : p_(p), rules_(rules), options_(options) {
    // Half of the time at most goes to the proof, so that a false statement still gets its search for a witness.
    const auto now = Clock::now();
    derive_until_ =
        options.deadline == Clock::time_point::max() ? options.deadline : now + (options.deadline - now) / 2;
  }

  Outcome run() {
    std::optional<Witness> w;
    auto look_for_witness = [&] {
      const auto start = Clock::now();
      w = refute(p_.statement, p_.pool, limits());
      out_.seconds["refute"] += since(start);
    };
    if (const std::size_t n = hypotheses(p_.statement).size(); n != 0 && n != p_.statement.given.size()) {
      unknown_.reason = "it assumes equations beside those that define the states of its folds, which is not supported";
      out_.verdict = unknown_;
      return out_;
    }
    // Floats that differ are no evidence, but they say what to try first.
    const bool differ = floats_differ(p_, options_.seed);
    if (differ) look_for_witness();
    if (!w || rounding(*w))
      if (std::optional<Proof> proof = derive_all()) return confirmed(std::move(*proof));
    if (!differ) look_for_witness();
    if (!w)
      out_.verdict = unknown_;
    else if (auto why = rounding(*w))
      out_.verdict = Unknown{*why, unknown_.differences};
    else
      out_.verdict = *w;
    return out_;
  }

  // The same for a statement whose constants and weights are exact where `stored` has them rounded: a proof of it, or
  // nothing.
  std::optional<Outcome> run_up_to_rounding(const Pairing& stored, const std::vector<RoundedConstant>& constants,
                                            const std::vector<FoldedWeight>& weights) {
    const double error = rounding_error(stored.statement, stored.pool, options_.seed);
    if (error > largest_rounding_error) return std::nullopt;
    std::optional<Proof> proof = derive_all();
    if (!proof) return std::nullopt;
    proof->rounding_ = Rounding{p_.statement, constants, weights, error};
    return confirmed(std::move(*proof));
  }

 private:
  SearchLimits limits() const {
    SearchLimits l;
    l.seed = options_.seed;
    l.deadline = options_.deadline;
    return l;
  }

  Outcome confirmed(Proof proof) {
    const auto start = Clock::now();
    proof.confirmation_ = confirm(p_.statement, p_.pool, limits());
    out_.seconds["confirm"] = since(start);
    if (proof.confirmation_.instances < 20)
      out_.verdict = Unknown{fmt::format("the kernel accepted a proof, but only {} of 20 instances confirm it: {}",
                                         proof.confirmation_.instances, proof.confirmation_.problem),
                             {}};
    else
      out_.verdict = std::move(proof);
    return out_;
  }

  // A certified difference that the rounding of stored constants explains says nothing about the architectures: weights
  // of one side that the other stores in no form (a folded normalisation), or literals that are, up to the
  // rounding of a float32, a literal of the other side, its inverse or a root of either.
  std::optional<std::string> rounding(const Witness& w) const {
    double difference = 0, scale = 0;
    for (std::size_t n = 0; n < w.left.size() && n < w.right.size(); ++n)
      for (std::size_t k = 0; k < w.left[n].values.size(); ++k) {
        difference = std::max(difference, std::abs(w.left[n].values[k] - w.right[n].values[k]));
        scale = std::max(scale, std::abs(w.left[n].values[k]));
      }
    if (difference > 2e-5 * scale) return std::nullopt;
    if (!one_sided_weights() && !rounded_literals()) return std::nullopt;
    return fmt::format(
        "the two sides differ, but by no more than the rounding of constants that they store differently ({:.1e} "
        "relative); equality up to rounding is not decided",
        difference / scale);
  }

  bool one_sided_weights() const {
    auto reads = [](const Diagram& d, Symbol name) {
      return std::any_of(d.boxes().begin(), d.boxes().end(),
                         [&](const Box& x) { return x.op == Op::input && x.name == name; });
    };
    bool left_only = false, right_only = false;
    for (const auto& [name, array] : p_.pool) {
      const bool l = reads(p_.statement.left, name), r = reads(p_.statement.right, name);
      left_only = left_only || (l && !r);
      right_only = right_only || (r && !l);
    }
    return left_only && right_only;
  }

  bool rounded_literals() const {
    auto literals = [](const Diagram& d) {
      std::set<double> out;
      for (const Box& x : d.boxes())
        if (x.op == Op::literal) out.insert(std::abs(x.value.get_d()));
      return out;
    };
    const std::set<double> l = literals(p_.statement.left), r = literals(p_.statement.right);
    bool any = false;
    auto explained = [&](const std::set<double>& these, const std::set<double>& others) {
      for (double a : these) {
        if (others.count(a)) continue;
        auto close = [&](double b) { return std::abs(a - b) <= 3e-7 * std::abs(a); };
        bool found = false;
        for (double b : others)
          found = found || close(b) || close(1 / b) || close(std::sqrt(b)) || close(1 / std::sqrt(b));
        if (!found) return false;
        any = true;
      }
      return true;
    };
    return explained(l, r) && explained(r, l) && any;
  }

  static bool draws(const Diagram& d) {
    return std::any_of(d.boxes().begin(), d.boxes().end(), [](const Box& x) { return !x.deterministic; });
  }

  // One derivation for each output; nothing is proved unless all are.
  std::optional<Proof> derive_all() {
    const Statement& s = p_.statement;
    const std::size_t outputs = s.left.outputs().size();
    if (outputs == 0 || s.right.outputs().size() != outputs) {
      unknown_.reason = "the two sides have different numbers of outputs";
      return std::nullopt;
    }
    auto given_draws = [](const Given& g) { return draws(g.left) || draws(g.right); };
    if (draws(s.left) || draws(s.right) || std::any_of(s.given.begin(), s.given.end(), given_draws)) {
      unknown_.reason =
          "a side draws random values, which no certificate speaks of: equal draws would need to be paired";
      return std::nullopt;
    }
    Proof proof;
    for (std::size_t n = 0; n < outputs; ++n) {
      Statement one{only_output(s.left, n), only_output(s.right, n), s.when, s.given};
      const Symbol name(outputs == 1 ? options_.name.text() : options_.name.text() + "." + std::to_string(n));
      if (derive_one(name, one, proof)) continue;
      // Equal where both are defined: the conditions of the two domains become conditions of the claim.
      if (!recurrences(one).empty()) return std::nullopt;
      const Unknown without = unknown_;
      const std::vector<Condition> domain = domain_conditions(one.left, one.right);
      one.when.insert(one.when.end(), domain.begin(), domain.end());
      if (domain.empty() || Clock::now() > derive_until_ || !derive_one(name, one, proof)) {
        unknown_ = without;
        out_.hypotheses.clear();  // of outputs that were derived before this one
        return std::nullopt;
      }
    }
    return proof;
  }

  bool derive_one(Symbol name, const Statement& s, Proof& proof) {
    auto start = Clock::now();
    Kernel k(s.left.sizes(), rules_.oracle());
    rules_.equip(k);
    assume_conditions(k, s);
    const Output l = thaw(k.arena(), s.left).front(), r = thaw(k.arena(), s.right).front();
    std::map<Index, Index> same;
    for (std::size_t i = 0; i < l.axes.size(); ++i) same[r.axes[i]] = l.axes[i];
    DeriveOptions o;
    for (const auto& [name, numbers] : p_.pool) o.stored.emplace(name, to_array(numbers));
    o.deadline = derive_until_;
    o.hints = options_.hints;
    o.recurrences = recurrences_as_conditions(s);
    o.hypotheses = hypotheses_as_conditions(s);
    o.without_accumulators = options_.without_accumulators;
    o.invariants = p_.invariants;
    const Ref right = k.arena().rename(r.value, same);
    Derivation d = derive(k, l.value, right, o);
    out_.seconds["derive"] += since(start);
    out_.invariants.clear();
    for (const Invariant& i : d.invariants) out_.invariants.push_back(invariant_text(k, i));
    if (!d.proof && o.hints.empty()) {
      start = Clock::now();
      // States of folds are induction's business: what is left is about what they are after all steps.
      Rewriter w(k);
      auto known = [&](const Ref& x) {
        const auto r = d.without_states ? d.without_states(x) : std::nullopt;
        return r ? *r : w.same(x);
      };
      const Rewrite a = known(l.value), b = known(right);
      SaturationOptions limits;
      limits.deadline = s.when.size() == p_.statement.when.size() && !domain_conditions(s.left, s.right).empty()
                            ? half_way()
                            : derive_until_;
      const SaturationProof saturated = prove_by_saturation(k, rules_, a.to, b.to, limits);
      if (saturated.proof) d.proof = w.chain(w.chain(a, *saturated.proof), w.reverse(b));
      d.reason += "; " + saturated.reason;
      out_.seconds["saturate"] += since(start);
    }
    if (!d.proof) {
      unknown_.reason = d.reason;
      for (const auto& [rule, why] : rules_.left_out()) unknown_.reason += "; the rule was left out: " + why;
      Differences differences(k.arena());
      differences.collect(d.left, d.right);
      unknown_.differences = differences.text();
      return false;
    }
    start = Clock::now();
    try {
      const std::string text = d.certificate(k, name, s);
      const Replay replay = replay_certificate(text, rules_.ledger().source(), rules_.oracle());
      proof.certificates_.push_back(text);
      proof.steps_ += replay.steps;
      proof.leaves_ += replay.leaves;
      proof.lemmas_ += replay.lemmas;
    } catch (const Rejected& e) {
      throw std::logic_error(std::string("a fresh kernel rejects the certificate that the prover wrote: ") + e.what());
    }
    out_.seconds["replay"] += since(start);
    start = Clock::now();
    for (std::size_t n = 0; n < s.when.size(); ++n)
      out_.hypotheses.push_back((n < p_.statement.when.size() ? "given: " : "where both sides are defined: ") +
                                in_words(s.when[n]));
    for (std::size_t n : o.hypotheses)
      if (const std::string text = hypothesis_text(k, k.assumptions().at(n));
          std::find(out_.hypotheses.begin(), out_.hypotheses.end(), text) == out_.hypotheses.end())
        out_.hypotheses.push_back(text);
    for (std::string& h :
         domain_hypotheses(k, all_below(k, l.value.wire, o.recurrences), all_below(k, r.value.wire, o.recurrences),
                           d.points.get(), d.without_states, options_.deadline))
      out_.hypotheses.push_back(std::move(h));
    out_.seconds["domain"] += since(start);
    return true;
  }

  // For an attempt after which there is another one, under the conditions of the domains.
  Clock::time_point half_way() const {
    const auto now = Clock::now();
    return derive_until_ == Clock::time_point::max() ? derive_until_ : now + (derive_until_ - now) / 2;
  }

  // A side and the recurrences of the states that it depends on.
  static std::vector<WireId> all_below(Kernel& k, WireId side, const std::vector<Recurrence>& recurrences) {
    std::vector<WireId> roots{side};
    std::set<Symbol> seen;
    for (std::size_t n = 0; n < roots.size(); ++n)
      for (WireId w : wires_below(k.arena(), {roots[n]})) {
        const Box& x = k.arena().box(w);
        if (x.op != Op::input || !seen.insert(x.name).second) continue;
        for (const Recurrence& state : recurrences)
          if (state.state == x.name)
            for (std::size_t equation : {state.first, state.next})
              roots.push_back(k.assumptions().at(equation).equal_to->wire);
      }
    return roots;
  }

  const Pairing& p_;
  RuleBook& rules_;
  const ProveOptions& options_;
  Clock::time_point derive_until_;
  Unknown unknown_;
  Outcome out_{Unknown{}, {}, {}, {}};
};

namespace {

enum class Side : std::uint8_t { left, right };

// Literals of a side replaced by the other side's constants; whether there are any.
bool make_exact(Statement& s, Side side, std::vector<RoundedConstant>& constants) {
  Diagram &stored = side == Side::left ? s.left : s.right, &other = side == Side::left ? s.right : s.left;
  const RoundedConstants found(other, stored);
  stored = found.exact(stored);
  constants.insert(constants.end(), found.list().begin(), found.list().end());
  return !found.list().empty();
}

// The statement as it is, and with the weights of one side, or of both, unfolded.
std::vector<Folded> foldings(const Pairing& p) {
  std::vector<Folded> out{{p, {}}};
  for (bool left : {false, true})
    if (auto f = fold_weights(p, left)) {
      out.push_back(*f);
      if (auto both = fold_weights(f->pairing, !left)) {
        both->weights.insert(both->weights.begin(), f->weights.begin(), f->weights.end());
        out.push_back(*both);
      }
    }
  return out;
}

}  // namespace

Outcome prove(const Pairing& p, RuleBook& rules, const ProveOptions& options) {
  if (!options.rounding || !floats_differ(p, options.seed)) return Strategy(p, rules, options).run();
  for (const Folded& folded : foldings(p))
    // Literals of one side, then those of the other one too: for the constants that the first has by then.
    for (const auto& order :
         {std::vector<Side>{}, {Side::right}, {Side::left}, {Side::left, Side::right}, {Side::right, Side::left}}) {
      if (Clock::now() > options.deadline) break;
      if (order.empty() && folded.weights.empty()) continue;
      Pairing exact = folded.pairing;
      std::vector<RoundedConstant> constants;
      if (!std::all_of(order.begin(), order.end(),
                       [&](Side side) { return make_exact(exact.statement, side, constants); }) ||
          floats_differ(exact, options.seed))
        continue;
      if (auto rounded = Strategy(exact, rules, options).run_up_to_rounding(p, constants, folded.weights))
        return *rounded;
    }
  return Strategy(p, rules, options).run();
}

}  // namespace skein
