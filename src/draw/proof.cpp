#include "draw/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "draw/derivation.hpp"
#include "lang/printer.hpp"

namespace skein {

namespace {

constexpr std::size_t most_candidates = 48;  // boundaries that are sketched
constexpr std::size_t most_boxes = 250;      // of a diagram that is sketched
constexpr std::size_t most_glyphs = 48;      // that a reader can follow
constexpr std::size_t longest_equation = 60;

// A body that is one expression, else nothing: print_diagram gives "def x(...)[..] = EXPRESSION".
std::string one_expression(const Diagram& d) {
  const std::string text = print_diagram(d, "x");
  const std::size_t at = text.find(" = ");
  if (at == std::string::npos || text.find('{') != std::string::npos) return "";
  std::string body = text.substr(at + 3);
  while (!body.empty() && body.back() == '\n') body.pop_back();
  return body.find('\n') == std::string::npos ? body : "";
}

std::string cite(const Theorem* t, Symbol name, bool backwards) {
  if (!t) return name.text();
  const Statement& s = t->statement();
  std::string from = one_expression(s.left), to = one_expression(s.right);
  if (backwards) std::swap(from, to);
  if (from.empty() || to.empty() || from.size() + to.size() > longest_equation) return name.text();
  return fmt::format("{}\n{} = {}", name.text(), from, to);
}

std::string in_words(const Kernel& k, EquationId inference, bool backwards) {
  const Step& s = k.step(inference);
  switch (s.rule) {
    case Inference::contraction: return "sums of products rearranged";
    case Inference::lattice: return "maxima and minima rearranged";
    case Inference::evaluate: return "numbers worked out";
    case Inference::push_view:
    case Inference::simplify_view: return "views moved and merged";
    case Inference::reindex: return "summation axes split or merged";
    case Inference::reduce_empty:
    case Inference::reduce_single:
    case Inference::reduce_unused: return "axes that nothing depends on dropped";
    case Inference::reduce_split: return backwards ? "two parts of an axis joined" : "an axis cut in two";
    case Inference::delta: return "sums over a delta worked out";
    case Inference::cases_then:
    case Inference::cases_else:
    case Inference::cases_same:
    case Inference::cases_nested:
    case Inference::cases_hoist: return "cases decided by their guards";
    case Inference::instance: return cite(k.find_theorem(s.names.at(0)), s.names.at(0), backwards);
    case Inference::hypothesis: return "the induction hypothesis";
    case Inference::induction: return "induction on the size " + k.inductions().at(s.numbers.at(0)).size.text();
    case Inference::smt: return "arithmetic at each point, by the solver";
    default: return to_string(s.rule);
  }
}

class PhaseReader {
 public:
  explicit PhaseReader(const Replay& r)
      : replay_(r),
        k_(*r.kernel),
        left_(r.theorem->statement().left),
        d_(read_derivation(k_, left_, r.theorem->statement().right, *r.conclusion)) {
    std::map<std::string, int> numbers;
    for (const DerivationLink& link : d_.links) {
      kinds_.emplace_back();
      for (const auto& [inference, backwards] : inferences_of(k_, link)) {
        const std::string words = in_words(k_, inference, backwards);
        const auto [it, fresh] = numbers.emplace(words, static_cast<int>(words_.size()));
        if (fresh) words_.push_back(words), rings_.push_back(k_.step(inference).rule == Inference::contraction);
        auto& of_link = kinds_.back();
        if (std::find(of_link.begin(), of_link.end(), it->second) == of_link.end()) of_link.push_back(it->second);
      }
    }
  }

  ProofPhases run(std::size_t most) {
    ProofPhases out{replay_.theorem->name(), d_.steps, replay_.leaves, {}, {}, {}};
    find_candidates();
    const std::vector<std::size_t> cut = best_cut(most);
    for (std::size_t k = 0; k < cut.size(); ++k) {
      const Candidate& c = candidates_[cut[k]];
      if (k > 0) out.phases.push_back(phase(candidates_[cut[k - 1]].at, c.at));
      if (middle_ && (cut[k] == *middle_ || (!out.normal_form && c.look == candidates_[*middle_].look)))
        out.normal_form = k;
      out.diagrams.push_back(c.diagram);
    }
    out.diagrams.back() = replay_.theorem->statement().right;
    return out;
  }

 private:
  struct Candidate {
    std::size_t at = 0;  // the number of links before it
    int level = 0;
    Diagram diagram;
    std::string look;
    bool legible = true;
  };

  const Ref& term(std::size_t at) const { return at == 0 ? d_.first : d_.links[at - 1].after; }

  // The term as a diagram over the claim's boundary; none if it has an index that the output has not, as where an array
  // is multiplied by zero.
  std::optional<Diagram> whole(std::size_t at) const {
    const Ref& t = term(at);
    for (const Index i : t.at)
      if (std::find(d_.axes.begin(), d_.axes.end(), i) == d_.axes.end()) return std::nullopt;
    return freeze(k_.arena(), left_.name, left_.sizes(), left_.inputs(), {{left_.outputs()[0].name, d_.axes, t}});
  }

  void add(std::size_t at, int level) {
    const auto d = whole(at);
    if (!d) return;
    const auto s = legible_sketch(*d);
    candidates_.push_back(
        {at, level, *d, s ? appearance(*s) : fmt::format("{} boxes", d->boxes().size()), s.has_value()});
  }

  // The ends, the normal form, and the outermost of the boundaries between links of different kinds.
  void find_candidates() {
    const std::size_t n = d_.links.size();
    std::vector<std::pair<int, std::size_t>> inner;
    for (std::size_t at = 1; at < n; ++at)
      if (at == d_.middle || kinds_[at - 1] != kinds_[at]) inner.emplace_back(level(at), at);
    std::stable_sort(inner.begin(), inner.end());
    if (inner.size() > most_candidates) inner.resize(most_candidates);
    std::sort(inner.begin(), inner.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    add(0, 0);
    for (const auto& [level, at] : inner) {
      add(at, level);
      if (at == d_.middle && candidates_.back().at == at) middle_ = candidates_.size() - 1;
    }
    add(n, 0);
    if (n == 0) candidates_.push_back(candidates_[0]);
  }

  int level(std::size_t at) const { return at == d_.middle ? -1 : d_.links[at - 1].level; }

  // The cheapest way from the left side to the right: a phase costs the more, the more kinds of inference it mixes, and
  // a boundary the deeper it lies. The normal form is passed unless it looks like an end.
  std::vector<std::size_t> best_cut(std::size_t most) const {
    constexpr double alike = 1000, never = 1e9, a_picture = 0.4, per_level = 0.06, illegible = 1.5, passing_by = 20;
    const std::size_t n = candidates_.size(), last = n - 1;
    std::vector<std::vector<double>> cost(most, std::vector<double>(n, never));  // by number of phases, by end
    std::vector<std::vector<std::size_t>> from(most, std::vector<std::size_t>(n, 0));
    cost[0][0] = 0;
    for (std::size_t a = 0; a < last; ++a) {
      std::set<int> kinds;
      double mixed = 0;
      std::size_t link = candidates_[a].at;
      for (std::size_t b = a + 1; b < n; ++b) {
        for (; link < candidates_[b].at; ++link)
          for (const int kind : kinds_[link])
            if (kinds.insert(kind).second) mixed += rings_[kind] ? 0.4 : 1;
        double edge = std::pow(mixed, 1.5);
        if (b < last) edge += a_picture + per_level * std::max(0, candidates_[b].level);
        if (!candidates_[b].legible) edge += illegible;
        if (candidates_[a].look == candidates_[b].look) edge += alike;
        if (middle_ && a < *middle_ && *middle_ < b) edge += passing_by;
        for (std::size_t used = 0; used + 1 < most; ++used)
          if (cost[used][a] + edge < cost[used + 1][b]) cost[used + 1][b] = cost[used][a] + edge, from[used + 1][b] = a;
      }
    }
    std::size_t used = 1;
    for (std::size_t u = 2; u < most; ++u)
      if (cost[u][last] < cost[used][last]) used = u;
    std::vector<std::size_t> cut{last};
    for (; used > 0; --used) cut.push_back(from[used][cut.back()]);
    std::reverse(cut.begin(), cut.end());
    return cut;
  }

  ProofPhase phase(std::size_t from, std::size_t to) const {
    ProofPhase p;
    std::set<int> named;
    for (std::size_t k = from; k < to; ++k) {
      p.steps += d_.links[k].steps;
      for (const int kind : kinds_[k])
        if (named.insert(kind).second) p.reasons.push_back(words_[kind]);
    }
    return p;
  }

  const Replay& replay_;
  Kernel& k_;
  const Diagram& left_;
  DerivationChain d_;
  std::vector<std::string> words_;       // the kinds of inference
  std::vector<bool> rings_;              // by kind: mere rearrangement of sums of products
  std::vector<std::vector<int>> kinds_;  // by link
  std::vector<Candidate> candidates_;
  std::optional<std::size_t> middle_;
};

}  // namespace

ProofPhases read_phases(const Replay& replay, std::size_t most) { return PhaseReader(replay).run(most); }

std::string appearance(const Sketch& s) {
  std::vector<int> number(s.nodes.size(), -1);
  std::string text;
  int numbered = 0;
  std::function<void(int)> visit = [&](int n) {
    if (number[n] >= 0) return;
    const SketchNode& node = s.nodes[n];
    for (const SketchPort& p : node.inputs) visit(p.node);
    number[n] = numbered++;
    text += fmt::format("{} {} {} {}", static_cast<int>(node.glyph), node.label, node.degree, node.local.size());
    for (const SketchPort& p : node.inputs) text += fmt::format(" {}({})", number[p.node], fmt::join(p.map, ","));
    text += '\n';
  };
  for (const SketchOutput& o : s.outputs) {
    visit(o.value.node);
    text += fmt::format("{}({})\n", number[o.value.node], fmt::join(o.value.map, ","));
  }
  return text;
}

std::optional<Sketch> legible_sketch(const Diagram& d) {
  if (d.boxes().size() > most_boxes) return std::nullopt;
  Sketch s = sketch(d);
  if (s.nodes.size() > most_glyphs) return std::nullopt;
  return s;
}

void name_axes_after_boundary(Sketch& s) {
  std::set<Symbol> known;
  for (const SketchNode& n : s.nodes)
    if (n.glyph == Glyph::source)
      for (const Axis& a : n.local) known.insert(a.name);
  for (const SketchOutput& o : s.outputs)
    for (const Axis& a : o.axes) known.insert(a.name);
  for (SketchNode& n : s.nodes)
    for (const SketchPort& p : n.inputs)
      for (std::size_t k = 0; k < p.map.size(); ++k) {
        Axis& axis = n.local[p.map[k]];
        const Axis& source = s.nodes[p.node].local[k];
        if (!known.count(axis.name) && known.count(source.name)) axis.name = source.name;
      }
}

}  // namespace skein
