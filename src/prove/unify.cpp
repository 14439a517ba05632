#include "prove/unify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "prove/statement.hpp"

namespace skein {

namespace {

// No name of a .skn or ONNX file contains it.
constexpr char apart_mark = '\x01';

bool is_apart(Symbol v) { return !v.text().empty() && v.text().front() == apart_mark; }

// The size s for which v = s solves difference == 0, where v occurs linearly.
std::optional<Size> solution(const Size& difference, Symbol v) {
  Size slope, rest;
  for (const auto& [monomial, coefficient] : difference.terms()) {
    const auto power = std::count(monomial.begin(), monomial.end(), v);
    if (power > 1) return {};
    Size::Monomial others = monomial;
    std::erase(others, v);
    (power == 1 ? slope : rest) += Size::term(coefficient, others);
  }
  if (slope.is_zero()) return {};
  return divide_exactly(-rest, slope);
}

}  // namespace

SizeUnifier::SizeUnifier(const Diagram& left, const Diagram& right)
    : left_diagram_(left),
      right_diagram_(right),
      left_variables_(size_variables(left)),
      right_variables_(size_variables(right)) {
  for (Symbol v : right_variables_) apart_[v] = Symbol(apart_mark + v.text());
}

std::string SizeUnifier::show(const Size& s) const {
  std::string text = to_string(s);
  std::erase(text, apart_mark);
  return text;
}

void SizeUnifier::bind(Symbol v, const Size& s) {
  for (auto& [variable, image] : bindings_) image = substitute(image, {{v, s}});
  bindings_[v] = s;
}

bool SizeUnifier::equate(const Size& left, const Size& right, const std::string& what) {
  std::map<Symbol, Size> apart;
  for (const auto& [v, name] : apart_) apart[v] = size_variable(name);
  const Equation e{left, substitute(right, apart), what};
  const Size difference = solved(e.left) - solved(e.right);
  if (!difference.is_zero() && difference.is_constant()) return false;
  if (!solve(e)) postponed_.push_back(e);
  return true;
}

bool SizeUnifier::solve(const Equation& e) {
  const Size difference = solved(e.left) - solved(e.right);
  if (difference.is_zero()) return true;
  std::set<Symbol> variables;
  collect_variables(difference, variables);
  std::vector<Symbol> order;  // the right side's first, so that the left side's names stay
  for (bool apart : {true, false})
    for (Symbol v : variables)
      if (is_apart(v) == apart) order.push_back(v);
  // A plain variable or constant as the solution is better than a polynomial.
  for (bool plain : {true, false})
    for (Symbol v : order)
      if (auto s = solution(difference, v); s && (!plain || s->is_constant() || s->as_atom())) {
        bind(v, *s);
        return true;
      }
  return false;
}

// Products like |b|*|s| on both sides: equal if variables of one name are one variable.
bool SizeUnifier::equal_by_names(const Equation& e) {
  std::set<Symbol> variables;
  collect_variables(solved(e.right), variables);
  std::map<Symbol, Size> named;
  for (Symbol v : variables)
    if (is_apart(v) && left_variables_.count(Symbol(v.text().substr(1))))
      named[v] = solved(size_variable(Symbol(v.text().substr(1))));
  if (!(solved(e.left) == substitute(solved(e.right), named))) return false;
  for (const auto& [v, s] : named) {
    bind(v, s);
    notes_.push_back(fmt::format("the size {} of both sides is taken to be the same", v.text().substr(1)));
  }
  return true;
}

void SizeUnifier::finish() {
  for (bool progress = true; progress && !postponed_.empty();) {
    const std::size_t before = postponed_.size();
    std::erase_if(postponed_, [&](const Equation& e) { return solve(e); });
    progress = postponed_.size() < before;
  }
  std::erase_if(postponed_, [&](const Equation& e) { return equal_by_names(e); });
  for (const Equation& e : postponed_)
    throw Unpaired(fmt::format("{} has size {} on the left and {} on the right, which are not known to be equal",
                               e.what, show(solved(e.left)), show(solved(e.right))));
  name_leftovers();
  for (Symbol v : left_variables_) left_[v] = solved(size_variable(v));
  for (Symbol v : right_variables_) right_[v] = solved(size_variable(apart_.at(v)));
  meet_contexts();
}

// Variables of the right side that are left: one that is called like a free variable of the left side, and is off the
// boundary on both sides, is the same parameter; others get their own name, or one with a suffix.
void SizeUnifier::name_leftovers() {
  std::set<Symbol> taken = left_variables_;
  std::set<Symbol> used;
  for (const auto& [v, s] : bindings_) collect_variables(s, used);
  std::vector<Symbol> open;
  for (Symbol v : right_variables_)
    if (!bindings_.count(apart_.at(v))) open.push_back(v);
  for (Symbol v : open) {
    const bool parameter_of_both =
        left_variables_.count(v) && !bindings_.count(v) && !used.count(v) && !used.count(apart_.at(v));
    if (parameter_of_both) {
      bind(apart_.at(v), size_variable(v));
      notes_.push_back(
          fmt::format("the size {} is on no common axis; it is the same on both sides by its name", v.text()));
      continue;
    }
    Symbol name = v;
    for (int k = 2; taken.count(name); ++k) name = Symbol(fmt::format("{}_{}", v.text(), k));
    taken.insert(name);
    bind(apart_.at(v), size_variable(name));
  }
}

void SizeUnifier::meet_contexts() {
  std::map<Symbol, std::pair<int, int>>
      lower;  // of common variables: the least and the largest bound that is asked for
  auto add_hypothesis = [&](const Size& h, const std::string& reason) {
    if (h.is_constant()) {
      if (h.constant_term() < 0)
        throw Unpaired(fmt::format("the sizes of the two sides contradict each other: {}", reason));
      return;
    }
    if (std::find(context_.hypotheses.begin(), context_.hypotheses.end(), h) == context_.hypotheses.end())
      context_.hypotheses.push_back(h);
  };
  // First what the images of variables are, then the bounds of those images that are no variables.
  struct Bounded {
    Symbol variable;
    Size image;
    int bound;
    const char* side;
  };
  std::vector<Bounded> composite;
  auto visit = [&](const Diagram& d, const std::map<Symbol, Size>& images, const char* side) {
    for (const auto& [v, image] : images) {
      const int bound = d.sizes().lower_bound(v);
      if (const Symbol* common = image.as_atom()) {
        auto [it, fresh] = lower.try_emplace(*common, bound, bound);
        it->second = {std::min(it->second.first, bound), std::max(it->second.second, bound)};
      } else {
        composite.push_back({v, image, bound, side});
      }
    }
  };
  visit(left_diagram_, left_, "left");
  visit(right_diagram_, right_, "right");
  for (const auto& [v, bounds] : lower) {
    if (bounds.second == 0) context_.lower[v] = 0;
    if (bounds.first != bounds.second)
      notes_.push_back(
          fmt::format("the axis {} may be empty on one side only; the statement is for {} >= 1", v.text(), v.text()));
  }
  std::map<Symbol, std::vector<std::string>> merged;  // left variables that became one
  for (const auto& [v, image] : left_)
    if (const Symbol* common = image.as_atom()) merged[*common].push_back(v.text());
  for (const auto& [v, names] : merged)
    if (names.size() > 1)
      notes_.push_back(fmt::format("equal where the left side's sizes {} are one size", fmt::join(names, ", ")));
  merged.clear();
  for (const auto& [v, image] : right_)
    if (const Symbol* common = image.as_atom()) merged[*common].push_back(v.text());
  for (const auto& [v, names] : merged)
    if (names.size() > 1)
      notes_.push_back(fmt::format("equal where the right side's sizes {} are one size", fmt::join(names, ", ")));

  for (const Size& h : left_diagram_.sizes().hypotheses)
    add_hypothesis(substitute(h, left_), fmt::format("the left side needs {} >= 0", to_string(h)));
  for (const Size& h : right_diagram_.sizes().hypotheses)
    add_hypothesis(substitute(h, right_), fmt::format("the right side needs {} >= 0", to_string(h)));
  for (const Bounded& c : composite) {
    notes_.push_back(
        fmt::format("equal where {} = {} (a size of the {} side)", c.variable.text(), to_string(c.image), c.side));
    const Size above = c.image - size_constant(c.bound);
    if (!context_.find_farkas(above))
      add_hypothesis(above, fmt::format("the {} side's {} would be {}", c.side, c.variable.text(), to_string(c.image)));
  }
}

}  // namespace skein
