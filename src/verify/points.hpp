#pragma once
// Points: wires of an arena that were proved equal to others, which stand for them. Terms are compared with what stands
// for the points put in.
#include "rewrite/rewrite.hpp"

namespace skein {

class Points {
 public:
  explicit Points(Kernel& k) : b_(k.arena()), w_(k) {}

  // r.to stands for r.from from now on, and is not looked into.
  void add(const Rewrite& r);
  const std::set<WireId>& representatives() const { return representatives_; }

  // The wire with the points below it put in, not itself.
  Rewrite below(WireId wire);
  // The same for a wire that may be a point itself.
  Rewrite image(WireId wire);

 private:
  const Rewrite* find(WireId wire) const;  // the image, where it is known

  DiagramBuilder& b_;
  Rewriter w_;
  std::map<WireId, Rewrite> known_;
  std::set<WireId> representatives_;
  std::map<WireId, Rewrite> memo_;  // of `image`, for wires that are no points
};

}  // namespace skein
