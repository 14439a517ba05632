#pragma once
// Z3 as the oracle for leaves, through its C++ API in a forked child that ends when its memory or its processor time is
// used up, or four times that time has passed (Z3's own timeouts are soft). Answers are kept by text for the life of
// the object, and counted.
#include <map>
#include <optional>

#include "kernel/kernel.hpp"

namespace skein {

struct Z3Limits {
  int milliseconds = 6000;  // of processor time, so that a busy machine gives the same answers
  int megabytes = 2048;
};

class Z3Oracle {
 public:
  using Limits = Z3Limits;
  explicit Z3Oracle(Limits limits = {}) : limits_(limits) {}
  bool unsatisfiable(const std::string& smtlib);
  LeafOracle oracle() {
    return [this](const std::string& t) { return unsatisfiable(t); };
  }
  // For closed texts about reals: that they have no model, or one, if all its numbers are rational.
  struct Answer {
    bool none = false;
    std::optional<std::map<std::string, Rational>> point;
  };
  Answer solve(const std::string& smtlib) const;
  std::size_t asked() const { return answers_.size(); }

 private:
  Limits limits_;
  std::map<std::string, bool> answers_;
};

}  // namespace skein
