#pragma once
// Nodes: an operator applied to classes at slots. In the e-graph a node is a run of 32-bit words
//   operator, header, classes of the arguments, and if it has slots:
//   its own slots, their types, types of the bound slots, the slots of each argument in turn
// so that a node without slots, the common case elsewhere, is as small as in an e-graph without them. NodeSpec is the
// open form of the same.
#include <vector>

#include "rewrite/egraph/language.hpp"
#include "rewrite/egraph/slots.hpp"

namespace skein::egraph {

using Id = std::uint32_t;  // of a node; a class is named by one of its nodes, its leader
inline constexpr Id no_id = 0xffffffff;
using Words = std::vector<std::uint32_t>;

// A class at slots: argument k is the name of the leader's slot k.
struct Applied {
  Id id = no_id;
  Slots args = {};
  friend bool operator==(const Applied&, const Applied&) = default;
};

struct NodeSpec {
  OperatorId op = 0;
  std::vector<Applied> children = {};
  Slots direct = {};  // slots that the operator itself reads: those of an index expression
  std::vector<TypeId> direct_types = {};
  std::vector<TypeId> bound = {};
};

// The header word.
inline constexpr std::uint32_t slotted_bit = 1u << 31;
constexpr std::uint32_t header(std::size_t children, std::size_t direct, std::size_t bound, bool slotted) {
  return static_cast<std::uint32_t>(children | direct << 16 | bound << 22) | (slotted ? slotted_bit : 0);
}
constexpr std::uint32_t child_count(std::uint32_t header) { return header & 0xffff; }
constexpr std::uint32_t direct_count(std::uint32_t header) { return header >> 16 & 0x3f; }
constexpr std::uint32_t bound_count(std::uint32_t header) { return header >> 22 & 0x3f; }

}  // namespace skein::egraph
