#pragma once
// SizeScope: the axes of a header by name, the sizes they have, and what is assumed of the size variables. A name of an
// axis without a size declares a size variable; `j:SIZE` gives another axis of that size; `where` adds hypotheses, and
// an equation for a size variable solves it.
#include <map>
#include <string>
#include <vector>

#include "lang/module.hpp"
#include "lang/syntax.hpp"

namespace skein {

// The hypothesis p >= 0 as `positive terms >= negative terms`.
std::string at_least(const Size& p);
// difference == 0, divided by its content and by the sizes >= 1 that divide it, without minus signs.
SizeEquation reduced(const Size& difference, const SizeContext& context);
// The value at which difference == 0 of the last of the variables that occurs in it once, alone, with coefficient 1 or
// -1; empty if there is none.
std::optional<std::pair<Symbol, Size>> solve_linear(const Size& difference, const std::vector<Symbol>& variables);

class SizeScope {
 public:
  explicit SizeScope(const SourceText& source) : source_(source) {}

  // Declares the size parameters and the axes of all the arrays of a header.
  void declare(const std::vector<AxisSyntax>& size_parameters, const std::vector<const ArraySyntax*>& arrays);
  // True iff the condition is about sizes, and then assumes it.
  bool assume(const ConditionSyntax& condition);
  // Solves the equation for a size variable if one occurs in it alone in a linear term, else adds two hypotheses.
  void assume_equal(const Size& left, const Size& right);
  // A size variable that the text does not name, >= 1; its name is new.
  Symbol declare_fresh(Symbol like);
  // Assumes of each declared axis that is not marked ? that it is not empty.
  void assume_nonempty();

  Axis axis(const AxisSyntax& a) const;
  Size size(const Expression& e) const;
  bool is_size(const Expression& e) const;  // by its shape: numerals, |..| and names of axes only
  const Size* find(const std::string& name) const;
  bool is_nat(const std::string& name) const { return nats_.count(name) != 0; }
  std::vector<std::string> names() const;
  std::string axis_suggestion(const std::string& name) const;

  const SizeContext& context() const { return context_; }
  SizeContext& context() { return context_; }
  const std::vector<Symbol>& variables() const { return variables_; }
  const std::vector<Symbol>& parameters() const { return parameters_; }
  const std::vector<FlooredSize>& floored() const { return floored_; }

 private:
  void declare_variable(const std::string& name, int lower);
  void solve(Symbol variable, const Size& value);
  void add_hypothesis(const Size& p);
  bool assume_floor(const ConditionSyntax& condition);

  const SourceText& source_;
  std::map<std::string, Size> sizes_;
  std::map<std::string, bool> nats_;
  struct Nonempty {
    Place place;
    Size size;
    std::vector<Size> parts;  // of a merged axis
  };
  std::vector<Nonempty> nonempty_;
  SizeContext context_;
  std::vector<Symbol> variables_, parameters_;
  std::vector<FlooredSize> floored_;
};

}  // namespace skein
