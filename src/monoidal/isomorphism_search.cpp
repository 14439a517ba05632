#include "monoidal/isomorphism_search.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace skein::monoidal {
namespace {

constexpr int refinement_rounds = 24;

// A partial isomorphism, closed under what wires and ports determine, with undo.
class Pairing {
 public:
  Pairing(const OpenDiagram& left, const OpenDiagram& right)
      : left_(left),
        right_(right),
        image_{std::vector<NodeId>(left.node_bound(), no_node), std::vector<BoxId>(left.box_bound(), no_box)},
        node_taken_(right.node_bound(), false),
        box_taken_(right.box_bound(), false) {}

  bool pair_boundary() {
    for (std::size_t i = 0; i < left_.inputs().size(); ++i)
      if (!pair(left_.inputs()[i], right_.inputs()[i])) return false;
    for (std::size_t i = 0; i < left_.outputs().size(); ++i)
      if (!pair(left_.outputs()[i], right_.outputs()[i])) return false;
    return spread();
  }
  bool pair_and_spread(BoxId a, BoxId b) { return pair(a, b) && spread(); }

  const Isomorphism& image() const { return image_; }
  bool paired(BoxId left) const { return image_.boxes[left.id] != no_box; }
  bool taken(BoxId right) const { return box_taken_[right.id]; }

  const std::vector<NodeId>& paired_nodes() const { return nodes_; }  // of the left diagram, in order

  struct Mark {
    std::size_t nodes, boxes;
  };
  Mark mark() const { return {nodes_.size(), boxes_.size()}; }
  void undo(Mark m) {
    for (; nodes_.size() > m.nodes; nodes_.pop_back()) {
      NodeId& image = image_.nodes[nodes_.back().id];
      node_taken_[image.id] = false;
      image = no_node;
    }
    for (; boxes_.size() > m.boxes; boxes_.pop_back()) {
      BoxId& image = image_.boxes[boxes_.back().id];
      box_taken_[image.id] = false;
      image = no_box;
    }
    next_ = nodes_.size();
  }

 private:
  bool pair(NodeId a, NodeId b) {
    NodeId& image = image_.nodes[a.id];
    if (image != no_node) return image == b;
    if (node_taken_[b.id] || left_.sort(a) != right_.sort(b) || left_.consumer_count(a) != right_.consumer_count(b))
      return false;
    image = b;
    node_taken_[b.id] = true;
    nodes_.push_back(a);
    return true;
  }

  bool pair(BoxId a, BoxId b) {
    BoxId& image = image_.boxes[a.id];
    if (image != no_box) return image == b;
    if (box_taken_[b.id] || left_.generator(a) != right_.generator(b)) return false;
    image = b;
    box_taken_[b.id] = true;
    boxes_.push_back(a);
    for (std::size_t i = 0; i < left_.sources(a).size(); ++i)
      if (!pair(left_.sources(a)[i], right_.sources(b)[i])) return false;
    for (std::size_t i = 0; i < left_.targets(a).size(); ++i)
      if (!pair(left_.targets(a)[i], right_.targets(b)[i])) return false;
    return true;
  }

  bool pair(Port a, Port b) {
    if (a.index != b.index) return false;
    const bool a_box = a.box != boundary && a.box != no_box, b_box = b.box != boundary && b.box != no_box;
    return a_box && b_box ? pair(a.box, b.box) : a.box == b.box;
  }

  // Wires determine their producers, and their consumer if there is but one.
  bool spread() {
    for (; next_ < nodes_.size(); ++next_) {
      const NodeId a = nodes_[next_], b = image_.nodes[a.id];
      if (!pair(left_.producer(a), right_.producer(b))) return false;
      if (left_.consumer_count(a) == 1 && !pair(*left_.consumers(a).begin(), *right_.consumers(b).begin()))
        return false;
    }
    return true;
  }

  const OpenDiagram &left_, &right_;
  Isomorphism image_;
  std::vector<bool> node_taken_, box_taken_;
  std::vector<NodeId> nodes_;  // paired ones of the left diagram, in order; those before next_ have spread
  std::vector<BoxId> boxes_;
  std::size_t next_ = 0;
};

std::uint64_t mix(std::uint64_t h, std::uint64_t x) {
  h = (h ^ x) * 0x9e3779b97f4a7c15ULL;
  return h ^ (h >> 29);
}

// Colours of boxes that any isomorphism extending the pairing preserves. `key` is the number in the left diagram of a
// box that is paired already, else none.
template <class Key>
std::vector<std::uint64_t> refined_colours(const OpenDiagram& d, const Key& key) {
  std::vector<std::uint64_t> box(d.box_bound()), node(d.node_bound());
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b})) box[b] = mix(mix(1, d.generator({b}).id), key(BoxId{b}));
  const auto at = [&](Port p) { return p.box == boundary ? mix(7, p.index) : mix(box[p.box.id], p.index); };
  for (int round = 0; round < refinement_rounds; ++round) {
    for (std::uint32_t n = 0; n < d.node_bound(); ++n) {
      if (!d.has(NodeId{n})) continue;
      std::uint64_t readers = 0;  // a sum: consumers have no order
      for (Port p : d.consumers({n})) readers += mix(3, at(p));
      node[n] = mix(mix(mix(2, d.sort({n}).id), at(d.producer({n}))), readers);
    }
    for (std::uint32_t b = 0; b < d.box_bound(); ++b) {
      if (!d.has(BoxId{b})) continue;
      for (NodeId n : d.sources({b})) box[b] = mix(box[b], node[n.id]);
      for (NodeId n : d.targets({b})) box[b] = mix(box[b], node[n.id] + 1);
    }
  }
  return box;
}

// The boxes that the boundary does not determine, by colour; both lists of a class have the same length.
struct ColourClass {
  std::vector<BoxId> left, right;
};

std::optional<std::vector<ColourClass>> colour_classes(const OpenDiagram& left, const OpenDiagram& right,
                                                       const Pairing& p) {
  std::vector<std::uint32_t> origin(right.box_bound(), boundary.id);
  for (std::uint32_t b = 0; b < left.box_bound(); ++b)
    if (left.has(BoxId{b}) && p.paired({b})) origin[p.image().boxes[b].id] = b;
  const auto left_colours = refined_colours(left, [&](BoxId b) { return p.paired(b) ? b.id : boundary.id; });
  const auto right_colours = refined_colours(right, [&](BoxId b) { return origin[b.id]; });
  std::map<std::uint64_t, ColourClass> by_colour;
  for (std::uint32_t b = 0; b < left.box_bound(); ++b)
    if (left.has(BoxId{b}) && !p.paired({b})) by_colour[left_colours[b]].left.push_back({b});
  for (std::uint32_t b = 0; b < right.box_bound(); ++b)
    if (right.has(BoxId{b}) && !p.taken({b})) by_colour[right_colours[b]].right.push_back({b});
  std::vector<ColourClass> classes;
  for (auto& [colour, c] : by_colour) {
    if (c.left.size() != c.right.size()) return std::nullopt;
    classes.push_back(std::move(c));
  }
  std::stable_sort(classes.begin(), classes.end(),
                   [](const auto& a, const auto& b) { return a.left.size() < b.left.size(); });
  return classes;
}

// Pairs the boxes of the classes by trying, with backtracking. The parts that hang together by no wire but those that
// the boundary determines are paired one after the other: a part whose first box finds no partner has no counterpart,
// whatever the parts before it were paired with.
class Branching {
 public:
  using Outcome = IsomorphismSearch::Outcome;
  Branching(const OpenDiagram& left, const OpenDiagram& right, Pairing& p, const std::vector<ColourClass>& classes,
            std::size_t limit)
      : left_(left), right_(right), p_(p), classes_(classes), limit_(limit), floor_(p.mark().nodes) {}

  Outcome run() {
    while (choose_reader() || choose_first()) {
      while (!advance()) {
        if (gave_up_) return Outcome::gave_up;
        if (choices_.back().first) return Outcome::none;
        choices_.pop_back();
      }
    }
    return Outcome::found;
  }

 private:
  struct Choice {
    bool first;  // of a part
    BoxId box;
    std::vector<BoxId> readers;  // among which the partner is, if not the first of a part
    std::size_t tried = 0;
    Pairing::Mark mark;
    std::size_t floor;
  };

  // A box that reads a wire of the part under way; its partner reads the same port of the image.
  bool choose_reader() {
    const auto& nodes = p_.paired_nodes();
    for (std::size_t i = nodes.size(); i-- > floor_;)
      for (Port reader : left_.consumers(nodes[i])) {
        if (reader.box == boundary || p_.paired(reader.box)) continue;
        std::vector<BoxId> partners;
        for (Port p : right_.consumers(p_.image().nodes[nodes[i].id]))
          if (p.box != boundary && p.index == reader.index && !p_.taken(p.box)) partners.push_back(p.box);
        choices_.push_back({false, reader.box, std::move(partners), 0, p_.mark(), floor_});
        return true;
      }
    floor_ = nodes.size();
    return false;
  }

  // The first box of the next part.
  bool choose_first() {
    choices_.clear();
    for (; class_ < classes_.size(); ++class_, position_ = 0) {
      const std::vector<BoxId>& left = classes_[class_].left;
      while (position_ < left.size() && p_.paired(left[position_])) ++position_;
      if (position_ == left.size()) continue;
      choices_.push_back({true, left[position_], {}, 0, p_.mark(), floor_});
      return true;
    }
    return false;
  }

  // The next partner in the last choice that fits.
  bool advance() {
    Choice& c = choices_.back();
    // The partners of the first box of a part are tried from its own position on: copies of one part are then paired
    // in order.
    const std::vector<BoxId>& partners = c.first ? classes_[class_].right : c.readers;
    const std::size_t from = c.first ? position_ : 0;
    while (c.tried < partners.size()) {
      p_.undo(c.mark);
      floor_ = c.floor;
      const BoxId partner = partners[(from + c.tried++) % partners.size()];
      if (p_.taken(partner)) continue;
      if (limit_ == 0) return !(gave_up_ = true);
      --limit_;
      if (p_.pair_and_spread(c.box, partner)) return true;
    }
    p_.undo(c.mark);
    return false;
  }

  const OpenDiagram &left_, &right_;
  Pairing& p_;
  const std::vector<ColourClass>& classes_;
  std::size_t limit_, floor_;  // wires that were paired before the floor belong to parts that are done
  std::size_t class_ = 0, position_ = 0;
  std::vector<Choice> choices_;  // of the part under way
  bool gave_up_ = false;
};

}  // namespace

IsomorphismSearch search_isomorphism(const OpenDiagram& left, const OpenDiagram& right, std::size_t limit) {
  using Outcome = IsomorphismSearch::Outcome;
  if (&left.signature() != &right.signature() || left.nodes() != right.nodes() || left.boxes() != right.boxes() ||
      left.input_sorts() != right.input_sorts() || left.output_sorts() != right.output_sorts())
    return {};
  for (std::uint32_t g = 0; g < left.signature().generators(); ++g)
    if (left.occurrence_count({g}) != right.occurrence_count({g})) return {};
  Pairing p(left, right);
  if (!p.pair_boundary()) return {};
  bool complete = true;
  for (std::uint32_t b = 0; b < left.box_bound() && complete; ++b) complete = !left.has(BoxId{b}) || p.paired({b});
  if (!complete) {
    const auto classes = colour_classes(left, right, p);
    if (!classes) return {};
    // Every box is tried at least once before giving up.
    if (const Outcome o = Branching(left, right, p, *classes, limit + left.boxes()).run(); o != Outcome::found)
      return {o, {}};
  }
  if (const std::string why = no_isomorphism(left, right, p.image()); !why.empty())
    throw std::logic_error("the search for an isomorphism found none: " + why);
  return {Outcome::found, p.image()};
}

std::optional<Isomorphism> find_isomorphism(const OpenDiagram& left, const OpenDiagram& right) {
  IsomorphismSearch s = search_isomorphism(left, right);
  if (s.outcome == IsomorphismSearch::Outcome::gave_up)
    throw std::runtime_error("gave up comparing two diagrams: too many symmetries of parts that no output depends on.");
  if (s.outcome == IsomorphismSearch::Outcome::none) return std::nullopt;
  return std::move(s.isomorphism);
}

}  // namespace skein::monoidal
