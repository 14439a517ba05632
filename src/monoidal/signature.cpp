#include "monoidal/signature.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace skein::monoidal {
namespace {

constexpr std::array<std::string_view, 4> names = {"symmetric", "comonoid", "markov", "cartesian"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> unsupported = {{
    {"planar", "diagrams here are hypergraphs, which forget how wires cross"},
    {"monoidal", "diagrams here are hypergraphs, which forget how wires cross"},
    {"braided", "a hypergraph forgets crossings, so that braid ; braid == id would hold"},
    {"2-category", "the regions between wires are not represented"},
    {"traced", "cycles and bare loops are not represented"},
    {"compact", "cycles and bare loops are not represented; declare cups and caps as generators with their rules"},
    {"frobenius", "wires that merge are not represented; declare the Frobenius algebra as generators with its rules"},
}};

}  // namespace

std::string_view name_of(Structure s) { return names[static_cast<std::size_t>(s)]; }

Structure structure_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Structure>(i);
  for (const auto& [known, reason] : unsupported)
    if (known == name)
      throw IllTyped("the structure '" + std::string(name) + "' is not supported: " + std::string(reason) + ".");
  throw IllTyped("there is no structure '" + std::string(name) +
                 "'; a theory is symmetric, comonoid, markov or cartesian.");
}

SortId Signature::add_sort(Symbol name) {
  if (find_sort(name)) throw IllTyped("the object '" + name.text() + "' is declared twice.");
  sorts_.push_back(name);
  return {static_cast<std::uint32_t>(sorts_.size() - 1)};
}

GeneratorId Signature::add_generator(Symbol name, Word inputs, Word outputs, bool deterministic) {
  if (find_generator(name)) throw IllTyped("the generator '" + name.text() + "' is declared twice.");
  for (const Word* w : {&inputs, &outputs})
    for (SortId s : *w)
      if (s.id >= sorts_.size()) throw IllTyped("a port of '" + name.text() + "' has an object that is not declared.");
  if (deterministic && !discards())
    throw IllTyped("'" + name.text() + "' cannot be deterministic in a " + std::string(name_of(structure_)) +
                   " theory; only markov and cartesian theories copy through boxes, elsewhere state it as a rule.");
  generators_.push_back(
      {name, std::move(inputs), std::move(outputs), deterministic || structure_ == Structure::cartesian});
  return {static_cast<std::uint32_t>(generators_.size() - 1)};
}

std::optional<SortId> Signature::find_sort(Symbol name) const {
  const auto at = std::find(sorts_.begin(), sorts_.end(), name);
  if (at == sorts_.end()) return std::nullopt;
  return SortId{static_cast<std::uint32_t>(at - sorts_.begin())};
}

std::optional<GeneratorId> Signature::find_generator(Symbol name) const {
  const auto at =
      std::find_if(generators_.begin(), generators_.end(), [&](const Generator& g) { return g.name == name; });
  if (at == generators_.end()) return std::nullopt;
  return GeneratorId{static_cast<std::uint32_t>(at - generators_.begin())};
}

std::string to_string(const Signature& s, const Word& w) {
  if (w.empty()) return "()";
  std::string out;
  for (SortId sort : w) out += (out.empty() ? "" : " * ") + s.sort(sort).text();
  return out;
}

}  // namespace skein::monoidal
