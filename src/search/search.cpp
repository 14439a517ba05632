#include "search/search.hpp"

#include <fmt/format.h>

#include <queue>

#include "prove/unify.hpp"
#include "search/moves.hpp"

namespace skein {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double detour = 1.25;

}  // namespace

class FormSearch {
 public:
  FormSearch(const Architecture& a, RuleBook& rules, const SearchOptions& options)
      : a_(a), rules_(rules), options_(options), kernel_(a.diagram.sizes(), rules.oracle()), b_(kernel_.arena()) {
    choose_sizes();
    if (options.constant_weights)
      for (const InputPort& p : a.diagram.inputs())
        if (p.role == Role::weight) constants_.insert(p.name);
    outputs_ = thaw(b_, a.diagram);
    const auto now = Clock::now();
    expand_until_ =
        options.deadline == Clock::time_point::max() ? options.deadline : now + (options.deadline - now) / 2;
  }

  SearchResult run() {
    rules_.equip(kernel_);
    Moves moves(
        kernel_, rules_.statements(),
        [this](Symbol name) { return rules_.admit(kernel_, name) ? rules_.ledger().find(name) : nullptr; },
        [this](const Size& s) { return evaluate(s, result_.sizes)->get_d(); }, expand_until_);
    State start;
    for (const Output& o : outputs_) start.rewrites.push_back(moves.rewriter().same(o.value));
    add(std::move(start));
    slide(moves);
    expand(moves);
    result_.reached = states_.size();
    report();
    return std::move(result_);
  }

 private:
  struct State {
    std::vector<Rewrite> rewrites;  // of each output of the original
    std::vector<std::string> moves;
    Cost cost;
    CostValue value;
  };

  void choose_sizes() {
    result_.sizes = options_.sizes;
    const std::set<Symbol> all = size_variables(a_.diagram);
    for (const auto& [v, n] : options_.sizes)
      if (!all.count(v)) throw std::invalid_argument("the diagram has no size |" + v.text() + "|");
    for (Symbol v : all) result_.sizes.emplace(v, usual_size);
    const SizeContext& context = a_.diagram.sizes();
    for (Symbol v : all)
      if (result_.sizes.at(v) < context.lower_bound(v))
        throw std::invalid_argument(fmt::format("|{}| is at least {}", v.text(), context.lower_bound(v)));
    for (const Size& h : context.hypotheses)
      if (*evaluate(h, result_.sizes) < 0)
        throw std::invalid_argument("the sizes do not satisfy " + to_string(h) +
                                    " >= 0, which the diagram assumes (a size that is not given is taken to be " +
                                    std::to_string(usual_size) + ")");
  }

  static std::vector<Ref> ends(const std::vector<Rewrite>& rewrites) {
    std::vector<Ref> out;
    for (const Rewrite& r : rewrites) out.push_back(r.to);
    return out;
  }

  // What ranks a form: the chosen measure, then the others.
  std::array<double, 3> key(const CostValue& v) const {
    std::array<double, 3> k{v.of(options_.by), 0, 0};
    std::size_t n = 1;
    for (Measure m : {Measure::operations, Measure::bytes, Measure::peak})
      if (m != options_.by) k[n++] = v.of(m);
    return k;
  }

  void add(State s) {
    const std::vector<Ref> now = ends(s.rewrites);
    if (!seen_.insert(now).second) return;
    s.cost = cost(b_, now, constants_);
    s.value = evaluate(s.cost, result_.sizes);
    states_.push_back(std::move(s));
    // A detour over rules that pays off later is not followed for ever: each makes a form look dearer.
    std::array<double, 3> urgency = key(states_.back().value);
    for (const std::string& move : states_.back().moves)
      if (move != Moves::order && move != Moves::sliding) urgency[0] *= detour;
    queue_.push({urgency, states_.size() - 1});
  }

  void expand(Moves& moves) {
    result_.complete = true;
    try {
      while (!queue_.empty()) {
        const std::size_t at = queue_.top().second;
        queue_.pop();
        std::vector<WireId> roots;
        for (const Ref& r : ends(states_[at].rewrites)) roots.push_back(r.wire);
        const std::vector<WireId> sites = wires_below(b_, roots);
        const std::set<WireId> inner = inside_contractions(sites, roots);
        for (WireId site : sites)
          for (const Move& move : std::vector<Move>(moves.at(site, !inner.count(site)))) {
            if (states_.size() >= options_.most_forms || Clock::now() > expand_until_) {
              result_.complete = false;
              return;
            }
            follow(moves.rewriter(), at, site, move);
          }
      }
    } catch (const OutOfTime&) {
      result_.complete = false;
    }
  }

  // Contractions that only larger contractions read.
  std::set<WireId> inside_contractions(const std::vector<WireId>& wires, const std::vector<WireId>& roots) const {
    std::set<WireId> free(roots.begin(), roots.end()), out;
    for (WireId w : wires)
      if (!Moves::is_contraction(b_.box(w)))
        for (const Port& p : b_.box(w).inputs) free.insert(p.wire);
    for (WireId w : wires)
      if (!free.count(w)) out.insert(w);
    return out;
  }

  // The original without views between its boxes: contractions that they part are one there.
  void slide(Moves& moves) {
    State next;
    for (const Rewrite& r : states_[0].rewrites)
      if (const auto move = moves.slid(r.to.wire)) {
        next.rewrites.push_back(moves.rewriter().chain(r, move->rewrite));
        next.moves = {move->name};
      } else {
        next.rewrites.push_back(r);
      }
    add(std::move(next));
  }

  void follow(Rewriter& w, std::size_t from, WireId site, const Move& move) {
    State next;
    next.moves = states_[from].moves;
    next.moves.push_back(move.name);
    std::map<WireId, std::optional<Rewrite>> memo;
    try {
      for (const Rewrite& r : states_[from].rewrites) {
        const auto changed = everywhere(w, r.to.wire, site, move.rewrite, memo);
        next.rewrites.push_back(changed ? w.chain(r, *changed) : r);
      }
    } catch (const Rejected&) {  // below a view that may read out of range
      return;
    }
    add(std::move(next));
  }

  // The rewrite of a wire that comes from that of `site` below it; empty if the site is not below it.
  std::optional<Rewrite> everywhere(Rewriter& w, WireId wire, WireId site, const Rewrite& r,
                                    std::map<WireId, std::optional<Rewrite>>& memo) {
    if (wire == site) return r;
    if (auto it = memo.find(wire); it != memo.end()) return it->second;
    std::vector<std::pair<std::uint32_t, Rewrite>> inputs;
    const std::vector<Port> ports = b_.box(wire).inputs;
    for (std::uint32_t p = 0; p < ports.size(); ++p)
      if (auto changed = everywhere(w, ports[p].wire, site, r, memo)) inputs.emplace_back(p, *changed);
    std::optional<Rewrite> out;
    if (!inputs.empty()) out = w.inside(b_.at_fresh(wire), inputs);
    return memo[wire] = out;
  }

  void report() {
    std::vector<std::size_t> order(states_.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t x, std::size_t y) { return key(states_[x].value) < key(states_[y].value); });
    // Of forms with the same formulas the one with the fewest moves is told: it was reached first.
    std::set<std::tuple<Size, Size, std::vector<Size>>> told;
    const Cost& own = states_[0].cost;
    told.insert({own.operations, own.bytes, own.peak});
    std::vector<std::size_t> chosen;
    for (std::size_t k : order) {
      const Cost& c = states_[k].cost;
      if (chosen.size() < options_.report && (k == 0 || told.insert({c.operations, c.bytes, c.peak}).second))
        chosen.push_back(k);
    }
    if (std::find(chosen.begin(), chosen.end(), 0) == chosen.end()) chosen.push_back(0);
    for (std::size_t k : chosen) result_.forms.push_back(certified(states_[k]));
  }

  Form certified(const State& s) {
    std::vector<Output> outputs = outputs_;
    for (std::size_t n = 0; n < outputs.size(); ++n) outputs[n].value = s.rewrites[n].to;
    Form f(freeze(b_, a_.diagram.name, a_.diagram.sizes(), a_.diagram.inputs(), outputs), s.cost);
    f.value_ = s.value;
    f.moves_ = s.moves;
    for (std::size_t n = 0; n < outputs.size(); ++n) {
      const Statement one{only_output(a_.diagram, n), only_output(f.diagram_, n), {}};
      try {
        const std::string text = write_certificate(kernel_, Symbol("form_is_original"), one, s.rewrites[n].proof);
        f.steps_ += replay_certificate(text, rules_.ledger().source(), rules_.oracle()).steps;
        f.certificates_.push_back(text);
      } catch (const Rejected& e) {
        throw std::logic_error(std::string("a fresh kernel rejects the certificate of a form: ") + e.what());
      }
    }
    SearchLimits limits;
    limits.seed = options_.seed;
    limits.deadline = options_.deadline;
    f.confirmation_ = confirm({a_.diagram, f.diagram_, {}}, a_.weights, limits);
    return f;
  }

  const Architecture& a_;
  RuleBook& rules_;
  const SearchOptions& options_;
  Kernel kernel_;
  DiagramBuilder& b_;
  std::vector<Output> outputs_;
  std::set<Symbol> constants_;
  Clock::time_point expand_until_;
  std::vector<State> states_;
  std::set<std::vector<Ref>> seen_;
  using Entry = std::pair<std::array<double, 3>, std::size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  SearchResult result_;
};

SearchResult search(const Architecture& a, RuleBook& rules, const SearchOptions& options) {
  return FormSearch(a, rules, options).run();
}

}  // namespace skein
