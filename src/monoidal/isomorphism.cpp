#include "monoidal/isomorphism.hpp"

namespace skein::monoidal {
namespace {

// Whether `image` maps what `exists` of [0, bound) injectively to what is in the other diagram.
template <class Id, class Bound>
bool injective(const OpenDiagram& left, const OpenDiagram& right, const std::vector<Id>& image, Bound bound,
               std::uint32_t right_bound) {
  if (image.size() != bound) return false;
  std::vector<bool> hit(right_bound, false);
  for (std::uint32_t i = 0; i < image.size(); ++i) {
    if (!left.has(Id{i})) continue;
    if (!right.has(image[i]) || hit[image[i].id]) return false;
    hit[image[i].id] = true;
  }
  return true;
}

}  // namespace

std::string no_isomorphism(const OpenDiagram& left, const OpenDiagram& right, const Isomorphism& i) {
  if (&left.signature() != &right.signature()) return "the diagrams belong to different theories.";
  if (left.nodes() != right.nodes() || left.boxes() != right.boxes())
    return "one diagram has more wires or boxes than the other.";
  if (!injective(left, right, i.nodes, left.node_bound(), right.node_bound())) return "the wires are not paired.";
  if (!injective(left, right, i.boxes, left.box_bound(), right.box_bound())) return "the boxes are not paired.";
  const auto corresponds = [&](std::span<const NodeId> a, std::span<const NodeId> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t k = 0; k < a.size(); ++k)
      if (i.nodes[a[k].id] != b[k]) return false;
    return true;
  };
  for (std::uint32_t n = 0; n < left.node_bound(); ++n)
    if (left.has(NodeId{n}) && left.sort({n}) != right.sort(i.nodes[n]))
      return "wire " + std::to_string(n) + " is paired with one of another object.";
  for (std::uint32_t b = 0; b < left.box_bound(); ++b) {
    if (!left.has(BoxId{b})) continue;
    if (left.generator({b}) != right.generator(i.boxes[b]))
      return "box " + std::to_string(b) + " is paired with one of another generator.";
    if (!corresponds(left.sources({b}), right.sources(i.boxes[b])) ||
        !corresponds(left.targets({b}), right.targets(i.boxes[b])))
      return "the ports of box " + std::to_string(b) + " are on other wires than those of its partner.";
  }
  if (!corresponds(left.inputs(), right.inputs())) return "the inputs are on other wires.";
  if (!corresponds(left.outputs(), right.outputs())) return "the outputs are on other wires.";
  return "";
}

}  // namespace skein::monoidal
