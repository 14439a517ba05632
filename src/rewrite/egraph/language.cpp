#include "rewrite/egraph/language.hpp"

#include <stdexcept>

namespace skein::egraph {

OperatorId Language::op(const std::string& name, Operator traits) {
  const auto [it, fresh] = operator_of_.emplace(name, static_cast<OperatorId>(operators_.size()));
  traits.name = name;
  if (fresh) {
    operators_.push_back(traits);
  } else if (const Operator& known = operators_[it->second];
             known.unordered != traits.unordered || known.unordered_binders != traits.unordered_binders) {
    throw std::invalid_argument("the operator " + name + " is declared twice, with different traits");
  }
  return it->second;
}

OperatorId Language::op(const std::string& name) {
  const auto it = operator_of_.find(name);
  return it != operator_of_.end() ? it->second : op(name, {});
}

TypeId Language::type(const std::string& name, bool may_be_empty) {
  const auto [it, fresh] = type_of_.emplace(name, static_cast<TypeId>(types_.size()));
  if (fresh)
    types_.push_back({name, may_be_empty});
  else if (types_[it->second].may_be_empty != may_be_empty)
    throw std::invalid_argument("the type " + name + " is declared twice, with different traits");
  return it->second;
}

TypeId Language::type(const std::string& name) {
  const auto it = type_of_.find(name);
  return it != type_of_.end() ? it->second : type(name, false);
}

}  // namespace skein::egraph
