#pragma once
// Sweep: equality by internal points. Two diagrams of one function mostly agree at many wires between their inputs and
// their outputs: the residual stream after each layer, a state after each step. Such pairs of wires are found by
// running both on random arrays, and proved in order from the inputs, each with the wires proved before as atoms: what
// lies below an atom is not looked at again. So the proof grows with the number of layers, where one normal form of the
// whole multiplies out. (SAT sweeping, Kuehlmann and Krohm, DAC 1997, for real functions.) The numbers only say what to
// try.
#include "backend/evaluate.hpp"
#include "rewrite/normalise.hpp"
#include "verify/points.hpp"

namespace skein {

struct Sweep {
  std::optional<Rewrite> proof;
  std::size_t candidates = 0, proved = 0;  // pairs of wires below the two
  std::vector<std::string> lemmas = {};    // certificates that the proof uses
  std::shared_ptr<Points> points = {};     // the pairs that were proved
};

// left and right are at the same indices. Arrays that have `stored` numbers are drawn near these.
Sweep sweep(Kernel& k, const Ref& left, const Ref& right, const std::map<Symbol, Array>& stored,
            std::chrono::steady_clock::time_point deadline, std::optional<Within> within = {});

}  // namespace skein
