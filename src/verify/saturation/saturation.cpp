#include "verify/saturation/saturation.hpp"

#include "rewrite/egraph/constants.hpp"
#include "rewrite/egraph/saturate.hpp"
#include "verify/saturation/replay.hpp"

namespace skein {

using namespace egraph;

namespace {

class Attempt {
 public:
  Attempt(Kernel& k, RuleBook& book, const SaturationOptions& options)
      : k_(k),
        book_(book),
        options_(options),
        normaliser_(k, options.deadline),
        terms_(k, language_),
        rules_(k, language_, terms_, normaliser_, [&](Symbol name) { return book.admit(k, name); }),
        numbers_({.literal = [this](OperatorId o) { return terms_.number(o); },
                  .operator_of = [this](const Rational& r) { return terms_.literal(r); },
                  .fold = [this](OperatorId o, std::span<const Rational> a) { return terms_.fold(o, a); }},
                 false),
        graph_(language_, true) {
    graph_.attach(numbers_);
  }

  SaturationProof run(const Ref& left, const Ref& right) {
    if (wires_below(k_.arena(), {left.wire, right.wire}).size() > options_.boxes)
      return out_.reason = "the diagrams are too large for saturation", out_;
    try {
      const Rewrite a = normaliser_.normal(left), b = normaliser_.normal(right);
      load_rules({left.wire, right.wire, a.to.wire, b.to.wire});
      const Applied l = terms_.add(graph_, left), r = terms_.add(graph_, right);
      const Applied nl = terms_.add(graph_, a.to), nr = terms_.add(graph_, b.to);
      give(a, l, nl), give(b, r, nr);
      const Saturation s = saturate(graph_, rules_.rules(), limits(), [&] {
        if (graph_.equal(l, r)) return true;
        normalise_best(l), normalise_best(r);
        return graph_.equal(l, r);
      });
      out_.rounds = s.iterations, out_.nodes = graph_.node_count();
      if (const auto& c = numbers_.conflicts(); !c.empty())
        return out_.reason = "saturation ended in a contradiction: it found " + c.front().left_value.get_str() +
                             " equal to " + c.front().right_value.get_str(),
               out_;
      if (!graph_.equal(l, r)) return out_.reason = std::string("saturation ended: ") + to_string(s.stop), out_;
      const auto why = explain(graph_, rules_.rules(), l, r);
      if (!why) return out_.reason = "saturation found the sides equal, and no explanation", out_;
      for (const ExplainedEquation& e : why->equations)
        if (const auto* step = std::get_if<RuleStep>(&e.why)) out_.rules.push_back(rules_.rules()[step->rule].name());
      out_.proof = ExplanationReplay(k_, terms_, rules_, normaliser_.rewriter(), given_).run(*why);
    } catch (const OutOfTime& e) {
      out_.reason = e.what();
    } catch (const TooManySlots& e) {
      out_.reason = e.what();
    } catch (const Rejected& e) {
      out_.reason = std::string("the kernel did not follow the explanation: ") + e.what();
    } catch (const IllTyped& e) {
      out_.reason = std::string("the kernel did not follow the explanation: ") + e.what();
    }
    return out_;
  }

 private:
  SaturationLimits limits() const {
    SaturationLimits l;
    l.iterations = options_.rounds, l.nodes = options_.nodes, l.bytes = options_.bytes;
    l.deadline = options_.deadline;
    return l;
  }

  // The canonical form decides what rules would spend rounds on, so the cheapest term of a class is given its own.
  void normalise_best(const Applied& a) {
    try {
      const Extractor cheapest(graph_, [&](OperatorId o, std::span<const double> in) { return terms_.cost(o, in); });
      const Applied leader = graph_.find(a);
      std::vector<Index> indices;
      for (Slot s : leader.args) indices.push_back(terms_.index(s).value());
      const Ref best = terms_.at(terms_.best(graph_, cheapest, leader.id), indices);
      if (!normalised_.insert(best.wire).second) return;
      const Rewrite n = normaliser_.normal(best);
      give(n, terms_.add(graph_, best), terms_.add(graph_, n.to));
      graph_.rebuild();
    } catch (const Rejected&) {
    } catch (const IllTyped&) {
    }
  }

  void give(const Rewrite& r, const Applied& from, const Applied& to) {
    if (r.trivial()) return;
    graph_.merge(from, to, {ReasonKind::given, static_cast<std::uint32_t>(given_.size())});
    given_.push_back(r);
  }

  // The theorems one side of which has only operators that occur.
  void load_rules(const std::vector<WireId>& roots) {
    OperatorSet here;
    std::set<std::string> grouped;
    for (WireId w : wires_below(k_.arena(), roots)) {
      const Box& box = k_.arena().box(w);
      here |= operator_of(box);
      if (info(box.op).unordered) grouped.insert(info(box.op).name);
    }
    for (const auto& [name, statement] : book_.statements()) {
      const bool fits = (Matcher::operators(statement, Direction::forward) & ~here).none() ||
                        (Matcher::operators(statement, Direction::backward) & ~here).none();
      if (fits && statement.given.empty()) rules_.add(name, statement);
    }
    for (const std::string& op : grouped) {
      language_.op(op, {.unordered = true});
      rules_.add_grouping(op);
    }
  }

  Kernel& k_;
  RuleBook& book_;
  const SaturationOptions& options_;
  Normaliser normaliser_;
  Language language_;
  DiagramTerms terms_;
  TheoremRules rules_;
  Constants numbers_;
  EGraph graph_;
  std::vector<Rewrite> given_;
  std::set<WireId> normalised_;
  SaturationProof out_;
};

}  // namespace

SaturationProof prove_by_saturation(Kernel& k, RuleBook& book, const Ref& left, const Ref& right,
                                    const SaturationOptions& options) {
  return Attempt(k, book, options).run(left, right);
}

}  // namespace skein
