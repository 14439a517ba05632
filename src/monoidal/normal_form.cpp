#include "monoidal/normal_form.hpp"

#include <algorithm>
#include <unordered_map>

#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

void drop_unread(OpenDiagram& d, std::vector<Move>& moves) {
  const auto unread = [&](BoxId b) {
    return std::ranges::all_of(d.targets(b), [&](NodeId n) { return d.consumer_count(n) == 0; });
  };
  std::vector<BoxId> dead;
  for (std::uint32_t b = 0; b < d.box_bound(); ++b)
    if (d.has(BoxId{b}) && unread({b})) dead.push_back({b});
  for (std::size_t i = 0; i < dead.size(); ++i) {
    if (!d.has(dead[i])) continue;
    const std::vector<NodeId> sources(d.sources(dead[i]).begin(), d.sources(dead[i]).end());
    moves.push_back({.kind = Move::Kind::drop, .box = dead[i]});
    apply(d, moves.back());
    for (NodeId n : sources)
      if (const BoxId from = d.producer(n).box; from != boundary && unread(from)) dead.push_back(from);
  }
}

std::uint64_t hash_of(const OpenDiagram& d, BoxId b) {
  std::uint64_t h = d.generator(b).id + 1;
  for (NodeId n : d.sources(b)) h = (h ^ n.id) * 0x9e3779b97f4a7c15ULL, h ^= h >> 31;
  return h;
}

void share_equal(OpenDiagram& d, std::vector<Move>& moves) {
  std::unordered_multimap<std::uint64_t, BoxId> known;
  for (BoxId b : topological_order(d)) {
    if (!d.signature().shares(d.generator(b))) continue;
    const std::uint64_t h = hash_of(d, b);
    const auto [first, last] = known.equal_range(h);
    const auto same = std::find_if(first, last, [&](const auto& entry) {
      return d.generator(entry.second) == d.generator(b) && std::ranges::equal(d.sources(entry.second), d.sources(b));
    });
    if (same == last) {
      known.emplace(h, b);
      continue;
    }
    moves.push_back({.kind = Move::Kind::share, .box = same->second, .other = b});
    apply(d, moves.back());
  }
}

}  // namespace

std::vector<Move> normalise(OpenDiagram& d) {
  std::vector<Move> moves;
  if (!d.signature().discards()) return moves;
  drop_unread(d, moves);
  share_equal(d, moves);
  return moves;
}

}  // namespace skein::monoidal
