#pragma once
// Stepped: a fold's values put in for its state one step after the other, by substitution alone: slow, plain, and
// without anything in common with the unrolling that prove and run rely on, which is compared with it.
#include <optional>

#include "kernel/theorem.hpp"

namespace skein {

// The state after all steps, unrolled, against the same step by step. Empty where there is not exactly one state, and
// where boxes draw, since each step has draws of its own.
std::optional<Statement> last_state(const Statement& s, const std::map<Symbol, Integer>& steps);

}  // namespace skein
