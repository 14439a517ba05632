#pragma once
// E-matching by a small virtual machine (de Moura and Bjorner, CADE 2007, as egg has it): a pattern is compiled into
// instructions over registers that hold classes,
//
//   bind r      for each node of the class in r with this operator: its arguments into the next registers
//   compare r   the class in r is the one that the variable has already
//   lookup r    the class in r is the one of a term without variables, which is looked up once
//   scan        the variable is any class at all
//
// and run with backtracking. Where the graph has no slots the registers are plain ids; otherwise they are classes at
// names, bind tries the symmetries of the class, the order of unordered arguments and of bound slots, and a variable is
// checked not to mention slots that it is not applied to.
#include <chrono>
#include <limits>

#include "rewrite/egraph/egraph.hpp"
#include "rewrite/egraph/pattern.hpp"

namespace skein::egraph {

struct Instruction {
  enum class Kind : std::uint8_t { bind, variable, compare, lookup, scan } kind;
  std::uint32_t from = 0;      // register
  std::uint32_t out = 0;       // bind: first register; lookup: the operator; otherwise the variable
  std::uint32_t node = 0;      // in the pattern
  std::uint32_t position = 0;  // bind: among the binds
  OperatorId op = 0;
};

// What matched: the node for each operator of the pattern, in the order of the binds, and the class for each variable,
// both at names; the names for the pattern's slots (no_slot for those that only another side has), and the types. Its
// words are what a search returns and a proof keeps.
struct Match {
  std::vector<Applied> nodes;
  std::vector<Applied> variables;
  Slots slots;
  std::vector<TypeId> types;
};

// A point in time, asked for seldom, and a number of steps for each search.
class Watch {
 public:
  explicit Watch(std::chrono::steady_clock::time_point deadline) : deadline_(deadline) {}
  void begin(std::uint64_t steps) {
    until_ = steps > none - asked_ ? none : asked_ + steps;
    over_ = late_;
  }
  bool over() {
    if (!over_ && (++asked_ & 4095) == 0) {
      late_ = std::chrono::steady_clock::now() > deadline_;
      over_ = late_ || spent();
    }
    return over_;
  }
  bool spent() const { return asked_ >= until_; }

 private:
  static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  std::chrono::steady_clock::time_point deadline_;
  std::uint64_t asked_ = 0, until_ = none;
  bool over_ = false, late_ = false;
};

class Program {
 public:
  Program(Pattern pattern, const PatternNames& names);

  const Pattern& pattern() const { return pattern_; }
  // The operator nodes of the pattern in the order of Match::nodes: those that are bound, the root first, then those of
  // terms without variables.
  const std::vector<std::uint32_t>& operators() const { return operators_; }
  const std::vector<Instruction>& instructions() const { return instructions_; }
  std::size_t variables() const { return first_use_.size(); }
  std::size_t slots() const { return slot_types_.size(); }
  std::size_t types() const { return types_; }
  PatternType slot_type(Slot s) const { return slot_types_[s]; }
  // The slots that a variable is applied to where it occurs first: its formals.
  const Slots& formals(std::size_t variable) const { return pattern_.nodes[first_use_[variable]].slots; }
  bool slotted() const { return slotted_; }  // some side of the rule names slots
  // Words of a match where nothing has slots: the nodes, then the variables.
  std::size_t plain_words() const { return operators_.size() + first_use_.size(); }

  // Appends the words of at most `limit` matches, fewer when time is over; returns their number. Where slots are in
  // play each match is preceded by its length.
  std::size_t search(EGraph& g, std::size_t limit, Watch& watch, Words& out) const;
  Match read(const EGraph& g, std::span<const std::uint32_t> words) const;  // of a search with slots
  // Whether searching this graph gives matches with names.
  bool with_names(const EGraph& g) const { return slotted_ || g.slotted(); }

 private:
  void compile(std::uint32_t root);
  // The node for each operator that is not bound; false if there is none for one of them.
  bool find_grounds(EGraph& g, std::vector<Id>& nodes) const;

  Pattern pattern_;
  std::vector<Instruction> instructions_;
  std::vector<std::uint32_t> operators_, first_use_;
  std::size_t binds_ = 0;  // of the operators, the first ones
  std::vector<PatternType> slot_types_;
  std::size_t types_ = 0, registers_ = 0;
  bool slotted_ = false;

  friend class PlainMachine;
  friend class SlottedMachine;
};

}  // namespace skein::egraph
