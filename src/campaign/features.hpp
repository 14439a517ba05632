#pragma once
// Features: what a random diagram is to contain, with the share of diagrams that are to contain it, and what a diagram
// does contain. A campaign that never reached an empty axis or a stochastic box would say nothing about them.
#include <map>
#include <random>
#include <string>

#include "kernel/theorem.hpp"

namespace skein {

// Counts by name, of whatever a campaign counts.
using Counts = std::map<std::string, long>;
void add(Counts& to, const Counts& from);

// The share of diagrams that are given each feature, between 0 and 1.
struct Shares {
  double ext = 0.35;         // scalars that may be -inf
  double empty_axis = 0.50;  // an axis that may have size 0
  double guard = 0.40;       // cases on index expressions: masks, padding, concatenation
  double take = 0.20;        // entries read at places that are data, by comparisons
  double fold = 0.12;        // a state carried over a symbolic number of steps
  double repeat = 0.08;      // the same over a number that is given
  double stochastic = 0.15;  // boxes that draw noise
  double view = 0.50;        // strides, splits, merges, shifts, diagonals
  double where = 0.35;       // choices by comparisons of numbers
  double opaque = 0.25;      // uninterpreted deterministic operators
  double positive = 0.20;    // an input that is positive by a condition of the claim
  double hypothesis = 0.20;  // two sizes of which one is at least the other
};

// What one diagram is given.
struct FeatureSet {
  bool ext = false, empty_axis = false, guard = false, take = false, fold = false, repeat = false, stochastic = false,
       view = false, where = false, opaque = false, positive = false, hypothesis = false;
};
FeatureSet draw_features(const Shares& shares, std::mt19937_64& random);

// What the left side of a statement contains, by name; "diagrams" is always 1.
Counts features_of(const Statement& s);

}  // namespace skein
