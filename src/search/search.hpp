#pragma once
// Search: the forms of a diagram that verified rules reach, cheapest first. The search starts from the diagram as it is
// written (its normal form has lost what makes one form cheaper than another) and expands the cheapest form known, a
// move at a time; a form is a tuple of wires of one arena, so forms that are equal as diagrams are one. What is
// reported carries a certificate original == form, accepted by a fresh kernel, and a numeric confirmation.
#include "prove/refute.hpp"
#include "search/cost.hpp"
#include "verify/rulebook.hpp"

namespace skein {

struct SearchOptions {
  std::map<Symbol, Integer> sizes;  // by which forms are ranked; those that are missing are taken to be `usual_size`
  Measure by = Measure::operations;
  std::size_t most_forms = 3000;  // then the search ends
  std::size_t report = 10;        // how many of the cheapest are certified and confirmed
  bool constant_weights = false;  // what depends on weights alone costs nothing
  std::uint64_t seed = 1;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};
inline constexpr long usual_size = 64;

// Made by search() only: the certificates were replayed.
class Form {
 public:
  const Diagram& diagram() const { return diagram_; }
  const Cost& cost() const { return cost_; }
  const CostValue& value() const { return value_; }  // at the sizes of the ranking
  const std::vector<std::string>& moves() const { return moves_; }
  const std::vector<std::string>& certificates() const { return certificates_; }  // one for each output
  std::size_t steps() const { return steps_; }
  const Confirmation& confirmation() const { return confirmation_; }
  bool original() const { return moves_.empty(); }

 private:
  friend class FormSearch;
  Form(Diagram d, Cost c) : diagram_(std::move(d)), cost_(std::move(c)) {}
  Diagram diagram_;
  Cost cost_;
  CostValue value_;
  std::vector<std::string> moves_, certificates_;
  std::size_t steps_ = 0;
  Confirmation confirmation_;
};

struct SearchResult {
  std::vector<Form> forms;          // cheapest first; the original is always among them
  std::size_t reached = 0;          // how many there are in all
  bool complete = false;            // no move from any of them leads to another
  std::map<Symbol, Integer> sizes;  // of the ranking, all of them
};

// Throws std::logic_error where kernel and evaluator disagree (exit 70), and std::invalid_argument for sizes that the
// diagram does not admit.
SearchResult search(const Architecture& a, RuleBook& rules, const SearchOptions& options);

}  // namespace skein
