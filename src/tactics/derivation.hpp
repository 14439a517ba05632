#pragma once
// Derivation: a diagram on its way from one side of a claim, with the steps made so far, in the normal form of the
// structure; and all the diagrams that one use of a rule leads to. The steps are what the kernel is asked to repeat.
#include <functional>

#include "monoidal/matcher.hpp"
#include "monoidal/simplify.hpp"
#include "monoidal/step.hpp"

namespace skein::monoidal {

struct Derivation {
  OpenDiagram diagram;
  std::vector<Step> steps;
};

// Brings `d` into normal form; its steps are the moves made.
Derivation begin(OpenDiagram d);
// Calls `visit` with d after each use of the rule, until it returns false. Different matches may lead to isomorphic
// diagrams.
void each_rewrite(const Derivation& d, const OrientedRule& rule, const std::function<bool(Derivation)>& visit);

}  // namespace skein::monoidal
