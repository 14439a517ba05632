#pragma once
// Z3 as the oracle for leaves, through its C++ API in a forked child with a memory limit and a wall-clock kill (Z3's
// own timeouts are soft). Answers are kept by text for the life of the object, and counted.
#include <map>
#include <optional>

#include "kernel/kernel.hpp"

namespace skein {

struct Z3Limits {
  int milliseconds = 6000;  // wall clock: a loaded machine is slow, and a leaf takes milliseconds
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
