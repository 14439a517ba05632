#pragma once
// Language: the operators of the terms in an e-graph, interned by name. An operator may have unordered arguments (an
// n-ary node is then a multiset: associativity and commutativity are not rules), and it may bind slots in all of its
// arguments. Slots are typed; a type says whether it may have no values at all (an axis of size 0).
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace skein::egraph {

using OperatorId = std::uint32_t;
using TypeId = std::uint32_t;

struct Operator {
  bool unordered = false;          // its arguments
  bool unordered_binders = false;  // what it binds: one fold over several axes
  unsigned binders = 0;            // how many slots it binds, where terms are read from text
  std::string name = {};
};

class Language {
 public:
  Language() { types_.push_back({"*", false}), type_of_["*"] = 0; }

  // The operator of this name, interned with the given traits; throws std::invalid_argument if it has others.
  OperatorId op(const std::string& name, Operator traits);
  OperatorId op(const std::string& name);  // as it was declared, or else ordered and without binders
  const Operator& operator[](OperatorId o) const { return operators_[o]; }

  static constexpr TypeId any_type = 0;  // "*", which has values
  TypeId type(const std::string& name, bool may_be_empty);
  TypeId type(const std::string& name);  // as it was declared, or else one that has values
  bool may_be_empty(TypeId t) const { return types_[t].may_be_empty; }

 private:
  struct Type {
    std::string name;
    bool may_be_empty;
  };
  std::vector<Operator> operators_;
  std::vector<Type> types_;
  std::unordered_map<std::string, OperatorId> operator_of_;
  std::unordered_map<std::string, TypeId> type_of_;
};

}  // namespace skein::egraph
