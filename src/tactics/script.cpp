#include "tactics/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lang/lexer.hpp"
#include "lang/theory_printer.hpp"
#include "monoidal/isomorphism_search.hpp"
#include "tactics/diagram_set.hpp"

namespace skein::monoidal {
namespace {

constexpr std::size_t most_nexts = 30;

bool same(const OpenDiagram& a, const OpenDiagram& b) {
  return search_isomorphism(a, b).outcome == IsomorphismSearch::Outcome::found;
}

std::string use_text(const OrientedRule& r) {
  return (r.direction == Direction::backward ? "<- " : "") + r.rule->name().text();
}

class Runner {
 public:
  Runner(const Rule& claim, std::span<const Tactic> script, std::span<const Lemma> lemmas, const ScriptLimits& limits)
      : claim_(claim), script_(script), lemmas_(lemmas), limits_(limits) {}

  ScriptResult run() {
    Meeting start{begin(claim_.left()), begin(claim_.right())};
    step(start, 0);
    return std::move(out_);
  }

 private:
  // Whether the script succeeds from its step `at` on; true as well when a hole ends it.
  bool step(const Meeting& goal, std::size_t at) {
    if (at == script_.size()) return close(goal, at);
    if (tried_ >= limits_.goals || std::chrono::steady_clock::now() > limits_.deadline)
      return fail(at, goal,
                  tried_ >= limits_.goals ? fmt::format("after {} goals no way through was found", tried_)
                                          : "the time limit was reached");
    ++tried_;
    const Tactic& t = script_[at];
    switch (t.kind) {
      case Tactic::Kind::rewrite: return rewrite(goal, at, t);
      case Tactic::Kind::simp: return simp(goal, at, t);
      case Tactic::Kind::search: return search(goal, at, t);
      case Tactic::Kind::refl: return t.target ? reach(goal, at, t, on_left(t)) : close(goal, at);
      case Tactic::Kind::hole: return hole(goal, at);
    }
    return false;
  }

  static bool on_left(const Tactic& t) { return t.on_left.value_or(true); }

  bool close(const Meeting& goal, std::size_t at) {
    if (!same(goal.left.diagram, goal.right.diagram))
      return fail(at, goal, "the two sides are not yet the same diagram");
    out_.proof = goal;
    return true;
  }

  // Fails unless the side has become what the step says, then goes on.
  bool reach(const Meeting& goal, std::size_t at, const Tactic& t, bool left) {
    const OpenDiagram& d = left ? goal.left.diagram : goal.right.diagram;
    if (t.target && !same(d, begin(*t.target).diagram))
      return fail(at, goal, "the step does not lead to the diagram that is written");
    return step(goal, at + 1);
  }

  bool rewrite(const Meeting& goal, std::size_t at, const Tactic& t) {
    const bool left = on_left(t);
    const std::optional<OrientedRule> rule = usable(t.rules[0], left, at, goal);
    if (!rule) return false;
    std::optional<OpenDiagram> target;
    if (t.target) target = begin(*t.target).diagram;
    const std::vector<Derivation> all = results(left ? goal.left : goal.right, *rule, target ? &*target : nullptr);
    if (all.empty())
      return fail(at, goal,
                  fmt::format("the {} side of {} {}", rule->direction == Direction::forward ? "left" : "right",
                              rule->rule->name().text(),
                              target ? "occurs nowhere such that the diagram that is written results"
                                     : "occurs nowhere in it"));
    if (t.asks) return ask(goal, at, t, left, *rule, all);
    for (const Derivation& d : all) {
      Meeting next = goal;
      (left ? next.left : next.right) = d;
      if (!fresh(next, at + 1)) continue;
      if (step(next, at + 1)) return true;
    }
    return false;
  }

  // The different diagrams that one use of the rule leads to; only the target if there is one.
  std::vector<Derivation> results(const Derivation& from, const OrientedRule& rule, const OpenDiagram* target) {
    std::vector<Derivation> out;
    std::set<std::uint64_t> seen;
    DiagramSet set;
    each_rewrite(from, rule, [&](Derivation d) {
      if (++tried_ >= limits_.goals) return false;
      if (target) {
        if (!same(d.diagram, *target)) return true;
        out.push_back(std::move(d));
        return false;
      }
      const std::uint64_t print = fingerprint(d.diagram);
      if (set.find(d.diagram, print, [&](std::size_t k) -> const OpenDiagram& { return out[k].diagram; })) return true;
      set.add(print, out.size());
      out.push_back(std::move(d));
      return true;
    });
    return out;
  }

  bool simp(const Meeting& goal, std::size_t at, const Tactic& t) {
    Meeting next = goal;
    for (const bool left : {true, false}) {
      if (t.target ? left != on_left(t) : t.on_left && *t.on_left != left) continue;
      std::vector<OrientedRule> rules;
      for (const RuleUse& u : t.rules) {
        const auto r = usable(u, left, at, goal);
        if (!r) return false;
        rules.push_back(*r);
      }
      Derivation& d = left ? next.left : next.right;
      Simplification s = simplify(d.diagram, rules, limits_.rewrites);
      d.steps.insert(d.steps.end(), s.steps.begin(), s.steps.end());
      if (!s.finished) return fail(at, goal, fmt::format("the rules still apply after {} rewrites", limits_.rewrites));
    }
    if (t.asks) {
      hole_at(next, at,
              {fmt::format("= {} by {}", print_term((on_left(t) ? next.left : next.right).diagram), "simp(...)")});
      return true;
    }
    return reach(next, at, t, on_left(t));
  }

  bool search(const Meeting& goal, std::size_t at, const Tactic& t) {
    std::vector<OrientedRule> left, right;
    for (const Lemma& l : lemmas_) {
      const auto named = std::ranges::find(t.rules, l.rule->name(), &RuleUse::rule);
      if (t.rules.empty() ? !l.proved : named == t.rules.end()) continue;
      if (!l.rule->two_way() && claim_.two_way()) continue;
      left.push_back({l.rule, Direction::forward});
      if (!l.rule->two_way()) continue;
      left.push_back({l.rule, Direction::backward});
      if (!claim_.two_way()) continue;  // all of the way may be one-way, and only the left side goes that way
      right.push_back({l.rule, Direction::forward});
      right.push_back({l.rule, Direction::backward});
    }
    const bool on_side = t.target.has_value();
    const Derivation& from = on_left(t) ? goal.left : goal.right;
    const std::vector<OrientedRule>& side_rules = on_left(t) ? left : right;
    // Towards a stated diagram both ends move by equations, and the way from there is walked backwards: so only the
    // side itself is rewritten.
    const SearchLimits limits{t.depth, limits_.goals, limits_.deadline};
    const SearchResult r = on_side ? monoidal::search(from, begin(*t.target), side_rules, {}, limits)
                                   : monoidal::search(goal.left, goal.right, left, right, limits);
    if (!r.found)
      return fail(at, goal,
                  fmt::format("no proof with {} {} was found among {} diagrams{}", t.depth,
                              t.depth == 1 ? "rewrite" : "rewrites", r.states,
                              r.exhausted ? "; there is none" : ", which is the limit"));
    Meeting next = goal;
    if (on_side)
      (on_left(t) ? next.left : next.right) = r.found->left;
    else
      next = *r.found;
    const std::size_t before = out_.found.size();
    describe(next.left, goal.left.steps.size(), true);
    describe(next.right, goal.right.steps.size(), false);
    if (step(next, at + 1)) return true;
    out_.found.resize(before);
    return false;
  }

  void describe(const Derivation& d, std::size_t from, bool left) {
    for (std::size_t i = from; i < d.steps.size(); ++i)
      if (const auto* r = std::get_if<RuleStep>(&d.steps[i]))
        out_.found.push_back(fmt::format("rewrite {}{}{}", r->direction == Direction::backward ? "<- " : "",
                                         r->rule.text(), left ? "" : " on right"));
  }

  bool hole(const Meeting& goal, std::size_t at) {
    std::vector<std::string> nexts;
    for (const bool left : {true, false})
      for (const Lemma& l : lemmas_)
        for (const Direction d : {Direction::forward, Direction::backward}) {
          if (!allowed(*l.rule, d, left) || nexts.size() >= most_nexts) continue;
          for (const Derivation& r : results(left ? goal.left : goal.right, {l.rule, d}, nullptr)) {
            if (nexts.size() >= most_nexts) break;
            nexts.push_back(fmt::format("= {} by rewrite {}{}", print_term(r.diagram), use_text({l.rule, d}),
                                        left ? "" : " on right"));
          }
        }
    hole_at(goal, at, std::move(nexts));
    return true;
  }

  bool ask(const Meeting& goal, std::size_t at, const Tactic& t, bool left, const OrientedRule& rule,
           const std::vector<Derivation>& all) {
    std::vector<std::string> nexts;
    for (const Derivation& d : all)
      nexts.push_back(fmt::format("= {} by rewrite {}{}", print_term(d.diagram), use_text(rule),
                                  t.on_left && !left ? " on right" : ""));
    hole_at(goal, at, std::move(nexts));
    return true;
  }

  void hole_at(const Meeting& goal, std::size_t at, std::vector<std::string> nexts) {
    out_.proof.reset();
    out_.hole = true;
    out_.place = script_[at].place;
    out_.reason = "there is a hole in the proof";
    out_.goal = text(goal);
    out_.nexts = std::move(nexts);
  }

  bool allowed(const Rule& r, Direction d, bool left) const {
    if (r.two_way()) return true;
    return left && d == Direction::forward && !claim_.two_way();
  }

  std::optional<OrientedRule> usable(const RuleUse& u, bool left, std::size_t at, const Meeting& goal) {
    const auto l = std::ranges::find_if(lemmas_, [&](const Lemma& x) { return x.rule->name() == u.rule; });
    if (l == lemmas_.end()) {
      fail(at, goal, fmt::format("there is no rule {}", u.rule.text()));
      return std::nullopt;
    }
    if (!allowed(*l->rule, u.direction, left)) {
      fail(at, goal,
           claim_.two_way()
               ? fmt::format("the rule {} goes one way (=>) and cannot prove an equation", u.rule.text())
               : fmt::format("the rule {} goes one way (=>) and cannot be used on the right", u.rule.text()));
      return std::nullopt;
    }
    return OrientedRule{l->rule, u.direction};
  }

  // What fails furthest into the script is told.
  bool fail(std::size_t at, const Meeting& goal, const std::string& why) {
    if (!failed_ || at > furthest_) {
      failed_ = true, furthest_ = at;
      out_.place = at < script_.size() ? script_[at].place : Place{};
      out_.reason = why;
      out_.goal = text(goal);
    }
    return false;
  }

  std::string text(const Meeting& goal) const {
    return fmt::format("{} {} {}", print_term(goal.left.diagram), claim_.two_way() ? "==" : "=>",
                       print_term(goal.right.diagram));
  }

  bool fresh(const Meeting& goal, std::size_t at) {
    return seen_.insert({at, fingerprint(goal.left.diagram), fingerprint(goal.right.diagram)}).second;
  }

  const Rule& claim_;
  std::span<const Tactic> script_;
  std::span<const Lemma> lemmas_;
  const ScriptLimits& limits_;
  ScriptResult out_;
  std::size_t tried_ = 0, furthest_ = 0;
  bool failed_ = false;
  std::set<std::tuple<std::size_t, std::uint64_t, std::uint64_t>> seen_;  // goals by step
};

}  // namespace

ScriptResult run_script(const Rule& claim, std::span<const Tactic> script, std::span<const Lemma> lemmas,
                        const ScriptLimits& limits) {
  return Runner(claim, script, lemmas, limits).run();
}

}  // namespace skein::monoidal
