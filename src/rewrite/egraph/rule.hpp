#pragma once
// Rules of an e-graph: what matches the left pattern is equal to the instance of the right one, where a condition
// holds.
#include <functional>

#include "rewrite/egraph/machine.hpp"

namespace skein::egraph {

// The classes that a match gives to variables.
class Bindings {
 public:
  explicit Bindings(const Match& m) : match_(&m) {}
  explicit Bindings(std::span<const Id> plain) : plain_(plain) {}
  Applied operator[](std::size_t variable) const {
    return match_ ? match_->variables[variable] : Applied{plain_[variable], {}};
  }
  const Match* match() const { return match_; }  // null where nothing has slots

 private:
  const Match* match_ = nullptr;
  std::span<const Id> plain_ = {};
};

using Condition = std::function<bool(EGraph&, const Bindings&)>;

class Rule {
 public:
  // Throws std::invalid_argument where the right side has variables or types that the left one has not.
  Rule(std::string name, Pattern left, Pattern right, const PatternNames& names, Condition condition = {});
  // The same from text.
  static Rule read(Language& language, std::string name, std::string_view left, std::string_view right,
                   const std::function<Condition(const PatternNames&)>& condition = {});

  const std::string& name() const { return name_; }
  const Program& program() const { return program_; }
  const Pattern& right() const { return right_; }

  // Applies the matches that a search has left in `words`; returns the number of unions. `number` names the rule in
  // proofs. Stops where `enough` says so.
  std::size_t apply(EGraph& g, const Words& words, std::uint32_t number, const std::function<bool()>& enough) const;

 private:
  std::size_t apply_plain(EGraph& g, const Words& words, std::uint32_t number,
                          const std::function<bool()>& enough) const;
  bool apply_named(EGraph& g, std::span<const std::uint32_t> words, std::uint32_t number) const;

  std::string name_;
  Program program_;
  Pattern right_;
  Condition condition_;
};

// The pattern at the given names: variables are classes at the names of their formals, slots that have no name yet get
// new ones. `made`, if given, is told the node for each operator of the pattern, arguments first.
Applied instantiate(EGraph& g, const Pattern& p, const Program& formals, Match& m,
                    std::vector<Applied>* made = nullptr);
// A pattern without variables; its free slots are their numbers.
Applied add_term(EGraph& g, const Pattern& p, const PatternNames& names);

}  // namespace skein::egraph
