#pragma once
// FoldGroup: folds that are proved by one induction, those of one number of steps; a fold that begins where another one
// ends comes after it, and a fold in the body of another one comes before that.
#include "verify/accumulators.hpp"
#include "verify/derive.hpp"

namespace skein {

struct FoldGroup {
  Symbol steps;
  std::vector<FoldState> states;
  std::set<std::size_t> reads;   // groups whose states these depend on, through others as well, without `around`
  std::set<std::size_t> around;  // groups in whose bodies these folds stand
};

// The states of the recurrences, which are conditions of the kernel.
std::vector<FoldState> fold_states(Kernel& k, const std::vector<Recurrence>& recurrences);

// States whose numbers of steps are size variables, in an order in which the groups can be proved.
std::vector<FoldGroup> fold_groups(const DiagramBuilder& b, std::vector<FoldState> states);

// The names of those among the states that a term depends on, through states as well.
std::set<Symbol> states_below(const DiagramBuilder& b, const std::vector<Ref>& roots,
                              const std::vector<FoldState>& states);

// Whether a term reads one of the states elsewhere than after all steps.
bool reads_between(const DiagramBuilder& b, const std::vector<WireId>& roots, const std::vector<FoldState>& states);

}  // namespace skein
