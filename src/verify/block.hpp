#pragma once
// Block: two terms of an arena cut off at some wires, up to names: what is cut off, its leaves, may be any arrays. Two
// blocks of one shape state one equation about different arrays, as the layers of a stack do. The shape is the text of
// a canonical form, so neither the order of unordered inputs nor that of axes is seen in it.
#include <functional>

#include "kernel/kernel.hpp"

namespace skein {

struct Leaf {
  WireId wire;
  std::vector<std::uint32_t> axes;  // its axes in canonical order
  std::optional<Sign> sign = {};    // what is known of it
};

struct Block {
  Ref left, right;  // of the arena, at the same indices
  std::string shape;
  std::vector<Leaf> leaves;  // in canonical order
  std::vector<Index> axes;   // the indices of the two sides, in canonical order
};

// The sign that a wire has, if any is known.
using SignOf = std::function<std::optional<Sign>(WireId)>;

// The block of two real terms below which `cuts` and all arrays are leaves. Empty where a leaf is not real.
std::optional<Block> block_of(DiagramBuilder& b, const Ref& left, const Ref& right, const std::set<WireId>& cuts,
                              const SignOf& sign_of);

// A copy of a term of one builder in another one, where leaves are what `leaf` makes of them. Indices are copied too,
// each once.
class Copier {
 public:
  // The leaf at new indices of `to`, one for each axis of the wire; empty where the wire is none.
  using MakeLeaf = std::function<std::optional<DiagramBuilder::Image>(WireId)>;

  Copier(const DiagramBuilder& from, DiagramBuilder& to, MakeLeaf leaf)
      : from_(from), to_(to), leaf_(std::move(leaf)) {}
  Ref copy(const Ref& r);
  Index copy(Index i);

 private:
  const DiagramBuilder::Image& image(WireId root);
  DiagramBuilder::Image box(WireId w);

  const DiagramBuilder& from_;
  DiagramBuilder& to_;
  MakeLeaf leaf_;
  std::map<WireId, DiagramBuilder::Image> images_;
  std::map<Index, Index> indices_;
};

}  // namespace skein
