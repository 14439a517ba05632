#pragma once
// What the tests of string diagrams share: a term language for writing diagrams, random diagrams, and definitions by
// brute force that are independent of the implementation.
#include <functional>
#include <random>

#include "monoidal/algebra.hpp"
#include "monoidal/isomorphism_search.hpp"
#include "monoidal/matcher.hpp"
#include "monoidal/normal_form.hpp"
#include "monoidal/valid.hpp"

namespace skein::monoidal::testing {

using Random = std::mt19937_64;
inline std::size_t below(Random& r, std::size_t n) { return static_cast<std::size_t>(r() % n); }

// A theory of one object A with generators given by name and arities.
struct Box {
  const char* name;
  std::size_t inputs, outputs;
  bool deterministic = false;
};

class Language {
 public:
  Language(Structure structure, std::initializer_list<Box> boxes) : signature_(std::make_shared<Signature>(structure)) {
    a_ = signature_->add_sort(Symbol("A"));
    for (const Box& b : boxes)
      signature_->add_generator(Symbol(b.name), Word(b.inputs, a_), Word(b.outputs, a_), b.deterministic);
  }
  const std::shared_ptr<Signature>& signature() const { return signature_; }
  OpenDiagram operator()(const char* name) const {
    return generator(signature_, *signature_->find_generator(Symbol(name)));
  }
  OpenDiagram id(std::size_t n = 1) const { return identity(signature_, Word(n, a_)); }
  OpenDiagram swap() const { return monoidal::swap(signature_, {a_}, {a_}); }
  OpenDiagram copy() const { return monoidal::copy(signature_, {a_}); }
  OpenDiagram drop() const { return discard(signature_, {a_}); }
  SortId object() const { return a_; }

 private:
  std::shared_ptr<Signature> signature_;
  SortId a_;
};

inline OpenDiagram operator*(const OpenDiagram& a, const OpenDiagram& b) { return tensor(a, b); }
inline OpenDiagram operator>>(const OpenDiagram& a, const OpenDiagram& b) { return compose(a, b); }

inline bool isomorphic(const OpenDiagram& a, const OpenDiagram& b) { return find_isomorphism(a, b).has_value(); }
// Equal in the free category of the structure.
inline bool equal(OpenDiagram a, OpenDiagram b) {
  normalise(a);
  normalise(b);
  return isomorphic(a, b);
}

inline std::vector<Redex> redexes(const OpenDiagram& host, const Rule& r, Direction d = Direction::forward) {
  std::vector<Redex> all;
  Matcher(r, d).each(host, [&](const Redex& x) {
    all.push_back(x);
    return true;
  });
  return all;
}

// A diagram of the language with `boxes` random boxes; boundary wires as they come out.
inline OpenDiagram random_diagram(Random& random, const Language& l, std::size_t boxes, std::size_t inputs) {
  const bool copies = l.signature()->copies();
  OpenDiagram d(l.signature());
  std::vector<NodeId> in, open;  // wires that can be read
  for (std::size_t i = 0; i < inputs; ++i) in.push_back(d.add_node(l.object()));
  open = in;
  const auto take = [&] {
    const std::size_t i = below(random, open.size());
    const NodeId n = open[i];
    if (!copies || below(random, 3) == 0) open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
    return n;
  };
  for (std::size_t b = 0; b < boxes; ++b) {
    const GeneratorId g{static_cast<std::uint32_t>(below(random, l.signature()->generators()))};
    const Generator& box = l.signature()->generator(g);
    if (copies ? open.empty() && !box.inputs.empty() : open.size() < box.inputs.size()) continue;
    std::vector<NodeId> sources, targets;
    bool enough = true;
    for (std::size_t i = 0; i < box.inputs.size() && enough; ++i) {
      enough = !open.empty();
      if (enough) sources.push_back(take());
    }
    if (!enough) continue;
    for (std::size_t i = 0; i < box.outputs.size(); ++i) targets.push_back(d.add_node(l.object()));
    d.add_box(g, sources, targets);
    open.insert(open.end(), targets.begin(), targets.end());
  }
  std::shuffle(open.begin(), open.end(), random);
  if (copies && !open.empty()) {
    open.resize(1 + below(random, open.size()));
    if (below(random, 2) == 0) open.push_back(open[below(random, open.size())]);
  }
  d.set_inputs(in);
  d.set_outputs(open);
  return d;
}

// The same diagram with everything numbered anew.
inline OpenDiagram shuffled(Random& random, const OpenDiagram& d) {
  OpenDiagram out(d.shared_signature());
  std::vector<NodeId> order, node(d.node_bound(), no_node);
  for (std::uint32_t n = 0; n < d.node_bound(); ++n)
    if (d.has(NodeId{n})) order.push_back({n});
  std::shuffle(order.begin(), order.end(), random);
  for (NodeId n : order) node[n.id] = out.add_node(d.sort(n));
  const auto renamed = [&](std::span<const NodeId> nodes) {
    std::vector<NodeId> result;
    for (NodeId n : nodes) result.push_back(node[n.id]);
    return result;
  };
  std::vector<BoxId> boxes;
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b})) boxes.push_back({b});
  std::shuffle(boxes.begin(), boxes.end(), random);
  for (BoxId b : boxes) out.add_box(d.generator(b), renamed(d.sources(b)), renamed(d.targets(b)));
  out.set_inputs(renamed(d.inputs()));
  out.set_outputs(renamed(d.outputs()));
  return out;
}

}  // namespace skein::monoidal::testing
