#pragma once
// Signature: what the string diagrams of a theory are drawn from: sorts (generating objects), generators (boxes with
// typed ports on both sides) and the structure of the category that they generate freely. The structure decides which
// hypergraphs are diagrams (valid.hpp), which matches are legal (match.hpp) and which moves need no rule (move.hpp).
//
// Where other structures will join:
//  - braided and planar ones (2-categories) need regions: two more sorts on each Node of a diagram (left and right of
//    the wire) and a rotation system at each box; a hypergraph forgets crossings, so they are refused until then;
//  - traced ones drop acyclicity from valid.cpp, count bare loops per sort in OpenDiagram, and list in a Placement
//  which
//    of the (then several) complements is meant, as comonoids do now by `exits`;
//  - Frobenius ones let a node have several producers; `exits` then also lists producers.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagram/builder.hpp"
#include "diagram/symbol.hpp"

namespace skein::monoidal {

enum class Structure : std::uint8_t {
  symmetric,  // wires are used exactly once
  comonoid,   // every object carries a cocommutative comonoid, natural for nothing (gs-monoidal, copy-discard)
  markov,     // and discarding is natural for all boxes, copying for the deterministic ones (Fritz 2020)
  cartesian,  // copying and discarding are natural for all boxes
};

std::string_view name_of(Structure s);
// Throws IllTyped: for a structure that is known but not supported, with the reason.
Structure structure_named(std::string_view name);

struct SortId {
  std::uint32_t id = 0;
  friend auto operator<=>(SortId, SortId) = default;
};
struct GeneratorId {
  std::uint32_t id = 0;
  friend auto operator<=>(GeneratorId, GeneratorId) = default;
};

using Word = std::vector<SortId>;  // an object: a tensor product of sorts; the empty word is the unit

struct Generator {
  Symbol name;
  Word inputs, outputs;
  bool deterministic = false;  // copying is natural for it; always true in a cartesian theory
};

// Only grows, so identities stay valid and diagrams can share it.
class Signature {
 public:
  explicit Signature(Structure structure) : structure_(structure) {}

  Structure structure() const { return structure_; }
  // Both throw IllTyped: a name given twice, an unknown sort, `deterministic` where the structure has no use for it.
  SortId add_sort(Symbol name);
  GeneratorId add_generator(Symbol name, Word inputs, Word outputs, bool deterministic = false);

  std::size_t sorts() const { return sorts_.size(); }
  std::size_t generators() const { return generators_.size(); }
  Symbol sort(SortId s) const { return sorts_.at(s.id); }
  const Generator& generator(GeneratorId g) const { return generators_[g.id]; }
  std::optional<SortId> find_sort(Symbol name) const;
  std::optional<GeneratorId> find_generator(Symbol name) const;

  // Whether wires fan out: a node may have any number of consumers, not exactly one.
  bool copies() const { return structure_ != Structure::symmetric; }
  // Whether a box all of whose outputs are discarded is the discarding of its inputs.
  bool discards() const { return structure_ == Structure::markov || structure_ == Structure::cartesian; }
  // Whether two boxes `g` with the same inputs are one.
  bool shares(GeneratorId g) const { return generators_[g.id].deterministic; }

 private:
  Structure structure_;
  std::vector<Symbol> sorts_;
  std::deque<Generator> generators_;
};

using SignaturePtr = std::shared_ptr<const Signature>;

// A * B -> C, for messages.
std::string to_string(const Signature& s, const Word& w);

}  // namespace skein::monoidal
