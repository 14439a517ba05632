#include "verify/fold_induction.hpp"

#include <algorithm>

#include "verify/fold_case.hpp"

namespace skein {
namespace {

// The conditions of the kernel that an induction on these states carries: their recurrences, and all that is no
// recurrence of another fold.
std::vector<std::uint32_t> conditions_of(const Kernel& k, const std::vector<FoldState>& states,
                                         const DeriveOptions& options) {
  std::vector<std::uint32_t> out;
  auto defines = [](const Recurrence& r, std::uint32_t c) { return r.first == c || r.next == c; };
  for (std::uint32_t c = 0; c < k.assumptions().size(); ++c) {
    const bool own =
        std::any_of(states.begin(), states.end(), [&](const FoldState& s) { return defines(s.recurrence, c); });
    const bool recurrence = std::any_of(options.recurrences.begin(), options.recurrences.end(),
                                        [&](const Recurrence& r) { return defines(r, c); });
    if (own || !recurrence) out.push_back(c);
  }
  return out;
}

}  // namespace

std::vector<Invariant> stated_invariants(DiagramBuilder& b, const std::vector<FoldState>& states,
                                         const std::vector<StatedInvariant>& invariants, std::string& reason) {
  std::vector<Invariant> out;
  for (const StatedInvariant& i : invariants)
    for (const FoldState& s : states) {
      const std::string name = s.recurrence.state.text();
      if (name.substr(0, name.find('@')) != i.state) continue;
      const Output closed = thaw(b, i.closed).front();
      std::vector<Index> axes = s.any.at;
      axes.erase(axes.begin() + s.recurrence.counter);
      const bool any = closed.axes.size() == axes.size() + 1;
      if (any) axes.insert(axes.begin(), s.point);
      std::map<Index, Index> same;
      bool fits = closed.axes.size() == axes.size();
      for (std::size_t k = 0; k < axes.size() && fits; ++k) {
        fits = b.axis(closed.axes[k]).size == b.axis(axes[k]).size;
        same[closed.axes[k]] = axes[k];
      }
      if (fits)
        out.push_back({s.recurrence.state, any ? s.any : s.last, b.rename(closed.value, same), "stated"});
      else
        reason += (reason.empty() ? "" : "; ") + std::string("the stated invariant of ") + i.state +
                  " does not have the axes of " + name;
    }
  return out;
}

void prove_together(Kernel& k, const std::vector<Invariant>& proposals, const std::vector<FoldState>& states,
                    Symbol size, const std::vector<FoldState>& carried, const std::vector<FoldLemma>& known,
                    const DeriveOptions& options, FoldProof& out) {
  const std::vector<std::uint32_t> conditions = conditions_of(k, carried, options);
  std::map<Symbol, std::vector<Invariant>> waiting;  // by state, the next one last
  for (auto p = proposals.rbegin(); p != proposals.rend(); ++p) waiting[p->state].push_back(*p);
  for (;;) {
    std::vector<Invariant> tried;
    for (const FoldState& s : states)
      if (const auto w = waiting.find(s.recurrence.state); w != waiting.end() && !w->second.empty())
        tried.push_back(w->second.back());
    if (tried.empty()) return;
    std::vector<Kernel::Goal> goals;
    for (const Invariant& i : tried) goals.push_back({i.value, i.closed});
    const std::uint32_t number = k.open_induction(goals, size, conditions);
    std::vector<EquationId> premises;
    std::optional<std::size_t> failed;
    for (bool step : {false, true}) {
      if (failed) break;
      FoldCase part(k, number, step, states, known, options);
      for (std::size_t g = 0; g < goals.size() && !failed; ++g) {
        std::string reason;
        if (const auto e = part.derive_goal(g, reason)) {
          premises.push_back(*e);
          continue;
        }
        failed = g;
        out.reason += (out.reason.empty() ? "" : "; ") + std::string("the invariant of ") + tried[g].state.text() +
                      " (" + tried[g].accumulator + ") failed in the " + (step ? "step: " : "base: ") + reason;
      }
      out.lemmas.insert(out.lemmas.end(), part.lemmas.begin(), part.lemmas.end());
    }
    if (failed) {
      waiting[tried[*failed].state].pop_back();
      continue;
    }
    Rewriter w(k);
    for (std::uint32_t g = 0; g < goals.size(); ++g) {
      const EquationId e = k.prove({.rule = Inference::induction, .equations = premises, .numbers = {number, g}});
      out.last.push_back(w.read_at(w.read(e), goals[g].lhs.at));
      out.invariants.push_back(tried[g]);
    }
    return;
  }
}

}  // namespace skein
