#include "check/infer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <queue>

#include "backend/sample.hpp"
#include "check/correspondence.hpp"
#include "check/layouts.hpp"
#include "check/values.hpp"
#include "lang/lexer.hpp"
#include "prove/difference.hpp"
#include "prove/rounding.hpp"
#include "prove/unify.hpp"

namespace skein {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_sizes = 24;  // choices of sizes that are searched
constexpr std::size_t most_size_trials = 2000;
constexpr int evaluations[] = {400, 4000};  // for one choice of sizes, in two rounds
constexpr int worth_of_weight = 2;          // a further weight makes up for so many unexplained wires
constexpr std::size_t most_others = 3;
constexpr double agreement = 1e-7;  // relative, of outputs

// What the shapes tell of the sizes, with some sizes given.
struct Sizes {
  std::map<Symbol, long> given;
  Correspondence common;  // sizes and context only
};

class SizeSearch {
 public:
  SizeSearch(const Diagram& diagram, const Diagram& model) : diagram_(diagram), model_(model) {
    std::set<Symbol> open = size_variables(diagram);
    for (const auto& axes : boundary(diagram))
      for (const Axis& a : axes)
        if (const Symbol* v = a.size.as_atom()) open.erase(*v);
    open_.assign(open.begin(), open.end());
    auto collect = [&](const std::vector<Axis>& axes) {
      for (const Axis& a : axes)
        if (a.size.is_constant() && a.size.constant_term() > 1 && a.size.constant_term().fits_sint_p())
          values_.insert(a.size.constant_term().get_si());
    };
    for (const Box& b : model.boxes()) collect(b.degree), collect(b.bound);
    for (const InputPort& p : model.inputs()) collect(p.axes);
  }

  std::vector<Sizes> run() {
    search({}, 0);
    if (found_.empty()) throw Unpaired(why_);
    return std::move(found_);
  }

 private:
  // The axes of the inputs that are no weights, and of the outputs.
  static std::vector<std::vector<Axis>> boundary(const Diagram& d) {
    std::vector<std::vector<Axis>> out;
    for (const InputPort& p : d.inputs())
      if (p.role == Role::input) out.push_back(p.axes);
    for (const OutputPort& p : d.outputs()) out.push_back(p.axes);
    return out;
  }

  void search(const std::map<Symbol, long>& given, std::size_t next) {
    if (found_.size() >= most_sizes || ++trials_ > most_size_trials) return;
    if (auto c = attempt(given)) {
      const bool known =
          std::any_of(found_.begin(), found_.end(), [&](const Sizes& s) { return s.common.sizes == c->sizes; });
      if (!known) found_.push_back({given, std::move(*c)});
      return;
    }
    if (next == open_.size()) return;
    for (long n : values_) {
      std::map<Symbol, long> more = given;
      more[open_[next]] = n;
      search(more, next + 1);
    }
    search(given, next + 1);
  }

  std::optional<Correspondence> attempt(const std::map<Symbol, long>& given) {
    try {
      SizeUnifier u(diagram_, model_);
      bool fits = true;
      for (const auto& [v, n] : given) fits = fits && u.equate(size_variable(v), size_constant(n), v.text());
      const auto l = boundary(diagram_), r = boundary(model_);
      if (l.size() != r.size()) throw Unpaired("the diagram and the model have different numbers of inputs or outputs");
      for (std::size_t k = 0; k < l.size(); ++k) {
        if (l[k].size() != r[k].size())
          throw Unpaired(fmt::format("an input or output has {} axes in the diagram and {} in the model", l[k].size(),
                                     r[k].size()));
        for (std::size_t a = 0; a < l[k].size(); ++a) {
          fits = fits && u.equate(l[k][a].size, r[k][a].size, fmt::format("axis {} of an input or output", a));
          if (!fits && why_.empty())
            why_ = fmt::format("axis {} of an input or output has size {} in the diagram and {} in the model", a,
                               to_string(l[k][a].size), to_string(r[k][a].size));
        }
      }
      if (!fits) return {};
      u.finish();
      Correspondence c;
      c.sizes = u.left(), c.model_sizes = u.right(), c.context = u.context();
      std::set<Symbol> known;
      for (const auto& [v, image] : c.model_sizes)
        for (const auto& [monomial, n] : image.terms()) known.insert(monomial.begin(), monomial.end());
      for (const auto& [v, image] : c.sizes)
        for (const auto& [monomial, n] : image.terms())
          for (Symbol s : monomial)
            if (!known.count(s)) return {};
      return c;
    } catch (const Unpaired& e) {
      if (why_.empty()) why_ = e.what();
      return {};
    }
  }

  const Diagram& diagram_;
  const Diagram& model_;
  std::vector<Symbol> open_;  // that no axis of the boundary is
  std::set<long> values_;
  std::size_t trials_ = 0;
  std::vector<Sizes> found_;
  std::string why_;
};

// What an array of the diagram might be.
struct Candidate {
  std::string line;
  std::string key;  // each part of a weight of the model is used once
  Symbol weight;
  std::vector<std::size_t> positions;
  std::optional<double> number;  // a literal of the model

  Array values(const std::vector<std::size_t>& shape, const Environment& model) const {
    Array a{shape, {}};
    if (number) return {shape, {*number}};
    const std::vector<double>& from = model.inputs.at(weight).data;
    for (std::size_t p : positions) a.data.push_back(from[p]);
    return a;
  }
};

Diagram at_sizes(const Diagram& d, const Correspondence& c) {
  Correspondence own;
  own.model_sizes = c.sizes, own.context = c.context;
  return at_common_sizes(d, own);
}

// The search for the weights at fixed sizes.
class WeightSearch {
 public:
  struct Found {
    std::vector<std::string> lines;
    std::size_t assigned = 0;
    int unexplained = 0;
    bool agrees = false;
    std::vector<std::string> others;
  };

  WeightSearch(const Diagram& diagram, const Model& model, const Sizes& sizes, std::uint64_t seed)
      : diagram_(at_sizes(diagram, sizes.common)), sizes_(sizes), below_(inputs_below(diagram_)) {
    const Diagram stored = at_common_sizes(model.diagram, sizes.common);
    model_ = RoundedConstants(diagram_, stored).exact(stored);
    const std::map<Symbol, Integer> instance = sample_sizes({&diagram_, &model_}, seed);
    for (std::size_t k = 0; k < std::size(points_); ++k) points_[k] = point(instance, seed + k);
    expected_[0] = evaluate(model_, points_[0]), expected_[1] = evaluate(model_, points_[1]);
    for (const Array& a : evaluate(with_outputs(model_, value_wires(model_, instance)), points_[0]))
      wires_.emplace_back(a.data);
    choose_order();
    for (const InputPort* w : order_) candidates_.push_back(candidates(*w));
    choose_stages();
  }

  Found run(int left, Clock::time_point deadline) {
    Found best;
    std::priority_queue<State> queue;
    queue.push({0, 0, {}});
    std::optional<int> accepted;
    while (!queue.empty() && left > 0 && Clock::now() < deadline) {
      const State s = queue.top();
      queue.pop();
      if (accepted && (s.cost() > *accepted || best.others.size() >= most_others)) break;
      const std::size_t depth = s.choice.size();
      if (depth == order_.size()) {
        const bool agrees = agrees_at(s, 0) && agrees_at(s, 1);
        if (agrees && accepted) best.others.push_back(fmt::format("{}", fmt::join(differing(best.lines, s), "; ")));
        if (agrees && !accepted) accepted = s.cost();
        if (accepted && !best.agrees) best = found(s), best.agrees = true;
      }
      if (!accepted && depth >= best.assigned && (depth > best.assigned || best.lines.empty())) best = found(s);
      if (depth == order_.size()) continue;
      for (std::size_t c = 0; c < candidates_[depth].size() && left > 0; ++c) {
        if (used(s, candidates_[depth][c].key)) continue;
        State next = s;
        next.choice.push_back(c);
        next.number = ++pushed_;
        next.unexplained += unexplained(next);
        --left;
        queue.push(std::move(next));
      }
    }
    return best;
  }

 private:
  struct State {
    int unexplained = 0;
    std::size_t number = 0;
    std::vector<std::size_t> choice;  // a candidate for each of the first weights

    int cost() const { return unexplained - worth_of_weight * static_cast<int>(choice.size()); }
    // A queue gives the largest: what costs least, then what is nearer to the end, then what came first.
    friend bool operator<(const State& a, const State& b) {
      if (a.cost() != b.cost()) return a.cost() > b.cost();
      if (a.choice.size() != b.choice.size()) return a.choice.size() < b.choice.size();
      return a.number > b.number;
    }
  };

  std::vector<std::size_t> shape(const InputPort& p) const { return shape_of(p.axes, points_[0].sizes); }

  // Random inputs and weights of the model, not those that it stores: those may be special.
  Environment point(const std::map<Symbol, Integer>& instance, std::uint64_t seed) const {
    std::mt19937_64 random(seed);
    Environment e{instance, {}};
    for (const InputPort& p : model_.inputs())
      e.inputs[p.name] = sample_array(shape_of(p.axes, instance), p.dtype, random, {});
    return e;
  }

  // Weights in an order in which wires are soon determined by those that come first, otherwise as declared.
  void choose_order() {
    std::vector<const InputPort*> open;
    for (const InputPort& p : diagram_.inputs())
      if (p.role == Role::weight) open.push_back(&p);
    auto missing = [&](const std::set<Symbol>& names) {
      return std::count_if(open.begin(), open.end(), [&](const InputPort* p) { return names.count(p->name); });
    };
    while (!open.empty()) {
      auto next = open.begin();
      std::ptrdiff_t fewest = std::ssize(open) + 1;
      for (auto p = open.begin(); p != open.end(); ++p)
        for (const auto& names : below_)
          if (names.count((*p)->name) && depends_on_input(names) && missing(names) < fewest)
            fewest = missing(names), next = p;
      order_.push_back(*next);
      open.erase(next);
    }
  }
  bool depends_on_input(const std::set<Symbol>& names) const {
    return std::any_of(names.begin(), names.end(),
                       [&](Symbol s) { return diagram_.find_input(s)->role == Role::input; });
  }

  std::vector<Candidate> candidates(const InputPort& w) const {
    std::vector<Candidate> out;
    const std::vector<std::size_t> needed = shape(w);
    const std::string left = left_side(w, needed);
    for (const InputPort& p : model_.inputs()) {
      if (p.role != Role::weight || p.dtype != w.dtype) continue;
      for (const Layout& l : layouts(w, needed, shape(p)))
        out.push_back({left + " = " + quote_name(p.name.text()) + l.right,
                       fmt::format("{} {}", p.name.text(), l.piece),
                       p.name,
                       l.positions,
                       {}});
    }
    if (needed.empty())
      for (const Box& b : model_.boxes())
        if (b.op == Op::literal) out.push_back({left + " = " + b.value.get_str(), "", {}, {}, b.value.get_d()});
    std::stable_sort(out.begin(), out.end(), [&](const Candidate& a, const Candidate& b) {
      return (a.weight == w.name) > (b.weight == w.name);
    });
    return out;
  }

  // The wires that the first k weights determine, and not fewer.
  void choose_stages() {
    std::map<Symbol, std::size_t> stage;
    for (std::size_t k = 0; k < order_.size(); ++k) stage[order_[k]->name] = k;
    std::vector<std::vector<WireId>> wires(order_.size());
    for (WireId w : value_wires(diagram_, points_[0].sizes)) {
      if (!depends_on_input(below_[w.id])) continue;
      std::optional<std::size_t> last;
      for (Symbol s : below_[w.id])
        if (const auto it = stage.find(s); it != stage.end()) last = std::max(last.value_or(0), it->second);
      if (last) wires[*last].push_back(w);
    }
    for (const auto& w : wires) stages_.push_back(with_outputs(diagram_, w));
  }

  bool used(const State& s, const std::string& key) const {
    for (std::size_t k = 0; k < s.choice.size(); ++k)
      if (!key.empty() && candidates_[k][s.choice[k]].key == key) return true;
    return false;
  }

  Environment environment(const State& s, std::size_t at) const {
    const Environment& model = points_[at];
    Environment e{model.sizes, {}};
    std::vector<const InputPort*> inputs;
    for (const InputPort& p : model_.inputs())
      if (p.role == Role::input) inputs.push_back(&p);
    std::size_t position = 0;
    for (const InputPort& p : diagram_.inputs())
      if (p.role == Role::input) e.inputs[p.name] = model.inputs.at(inputs.at(position++)->name);
    for (std::size_t k = 0; k < s.choice.size(); ++k)
      e.inputs[order_[k]->name] = candidates_[k][s.choice[k]].values(shape(*order_[k]), model);
    return e;
  }

  int unexplained(const State& s) const {
    int count = 0;
    for (const Array& a : evaluate(stages_[s.choice.size() - 1], environment(s, 0))) {
      const ValueSet values(a.data);
      count += std::none_of(wires_.begin(), wires_.end(), [&](const ValueSet& w) { return w.contains(values); });
    }
    return count;
  }

  bool agrees_at(const State& s, std::size_t at) const {
    const FloatDifference d = float_difference(evaluate(diagram_, environment(s, at)), expected_[at]);
    return d.finite && d.relative < agreement;
  }

  std::vector<std::string> lines(const State& s) const {
    std::vector<std::string> out;
    for (std::size_t k = 0; k < s.choice.size(); ++k) out.push_back(candidates_[k][s.choice[k]].line);
    return out;
  }
  std::vector<std::string> differing(const std::vector<std::string>& known, const State& s) const {
    std::vector<std::string> out = lines(s);
    std::erase_if(out, [&](const std::string& l) { return std::find(known.begin(), known.end(), l) != known.end(); });
    return out;
  }
  Found found(const State& s) const {
    Found f{lines(s), s.choice.size(), s.unexplained, false, {}};
    for (const auto& [v, n] : sizes_.given) f.lines.push_back(fmt::format("{} = {}", quote_name(v.text()), n));
    return f;
  }

  Diagram diagram_, model_;  // at the sizes of the statement, the model with exact constants
  const Sizes& sizes_;
  std::vector<std::set<Symbol>> below_;
  Environment points_[2];
  std::vector<Array> expected_[2];  // the model's outputs
  std::vector<ValueSet> wires_;     // of the model, at the first point
  std::vector<const InputPort*> order_;
  std::vector<std::vector<Candidate>> candidates_;
  std::vector<Diagram> stages_;
  std::size_t pushed_ = 0;
};

}  // namespace

InferredMap infer_map(const Diagram& diagram, const Model& model, std::uint64_t seed, Clock::time_point deadline) {
  InferredMap result;
  std::optional<WeightSearch::Found> best;
  const std::vector<Sizes> choices = SizeSearch(diagram, model.diagram).run();
  for (int budget : evaluations)
    for (const Sizes& sizes : choices) {
      if (best && (best->agrees || Clock::now() >= deadline)) break;
      const WeightSearch::Found f = WeightSearch(diagram, model, sizes, seed).run(budget, deadline);
      if (!best || f.agrees || std::pair(f.assigned, -f.unexplained) > std::pair(best->assigned, -best->unexplained))
        best = f;
    }
  result.map = fmt::format("{}", fmt::join(best->lines, "\n"));
  result.agrees = best->agrees;
  result.others = best->others;
  std::size_t weights = 0;
  for (const InputPort& p : diagram.inputs()) weights += p.role == Role::weight;
  result.complete = best->assigned == weights;
  if (!best->agrees)
    result.missing = best->assigned < weights
                         ? fmt::format("only {} of the diagram's {} weights have an array of the model that fits",
                                       best->assigned, weights)
                         : "with the best assignment that was found, the outputs differ";
  return result;
}

}  // namespace skein
