#include "check/layouts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "lang/lexer.hpp"

namespace skein {

namespace {

constexpr std::size_t most_axes = 5;
constexpr std::size_t most_pieces = 8;

// An axis of the stored array: the diagram's axes that it merges, and the piece of it that they are.
struct Group {
  std::vector<std::size_t> axes;
  std::size_t extent = 1, pieces = 1;
};

// Cuts of the permuted axes into one run for each axis of the stored array.
void cut(const std::vector<std::size_t>& order, const std::vector<std::size_t>& shape,
         const std::vector<std::size_t>& stored, std::size_t from, std::vector<Group>& groups, bool packed,
         std::vector<std::vector<Group>>& out) {
  if (groups.size() == stored.size()) {
    if (from == order.size()) out.push_back(groups);
    return;
  }
  const std::size_t extent = stored[groups.size()];
  Group g;
  for (std::size_t to = from; to <= order.size(); ++to) {
    if (to > from) g.axes.push_back(order[to - 1]), g.extent *= shape[order[to - 1]];
    if (g.extent > extent) break;
    if (extent % g.extent != 0 || (to == from && extent != 1)) continue;
    g.pieces = extent / g.extent;
    if (g.pieces > 1 && (packed || g.pieces > most_pieces)) continue;
    groups.push_back(g);
    cut(order, shape, stored, to, groups, packed || g.pieces > 1, out);
    groups.pop_back();
  }
}

Layout layout(const std::vector<Group>& groups, std::size_t piece, const std::vector<std::size_t>& shape,
              const std::vector<std::size_t>& stored, const std::vector<std::string>& names) {
  Layout out{{}, "", piece};
  std::vector<std::size_t> strides(shape.size(), 0);
  std::size_t offset = 0, stride = 1;
  std::vector<std::string> texts(groups.size());
  for (std::size_t g = groups.size(); g-- > 0;) {
    const Group& group = groups[g];
    std::size_t inner = stride;
    for (std::size_t k = group.axes.size(); k-- > 0;) strides[group.axes[k]] = inner, inner *= shape[group.axes[k]];
    const std::size_t first = group.pieces > 1 ? piece * group.extent : 0;
    offset += first * stride;
    std::vector<std::string> merged;
    for (std::size_t a : group.axes) merged.push_back(names[a]);
    std::string text = merged.empty() ? "0" : fmt::format("{}", fmt::join(merged, ","));
    if (merged.size() > 1) text = "(" + text + ")";
    texts[g] = group.pieces > 1 ? fmt::format("{} + {}", first, text) : text;
    stride *= stored[g];
  }
  const std::size_t count = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  for (std::size_t n = 0; n < count; ++n) {
    std::size_t rest = n, position = offset;
    for (std::size_t k = shape.size(); k-- > 0;) position += rest % shape[k] * strides[k], rest /= shape[k];
    out.positions.push_back(position);
  }
  if (!texts.empty()) out.right = fmt::format("[{}]", fmt::join(texts, ", "));
  return out;
}

}  // namespace

std::vector<std::string> index_names(const InputPort& port) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < port.axes.size(); ++k) {
    const std::string& own = port.axes[k].name.text();
    const bool usable = !own.empty() && std::count_if(port.axes.begin(), port.axes.end(),
                                                      [&](const Axis& a) { return a.name == port.axes[k].name; }) == 1;
    names.push_back(usable ? quote_name(own) : fmt::format("i{}", k));
  }
  return names;
}

std::string left_side(const InputPort& port, const std::vector<std::size_t>& shape) {
  std::vector<std::string> axes = index_names(port);
  for (std::size_t k = 0; k < axes.size(); ++k)
    if (axes[k] != quote_name(port.axes[k].name.text())) axes[k] += fmt::format(":{}", shape[k]);
  return quote_name(port.name.text()) + (axes.empty() ? "" : fmt::format("[{}]", fmt::join(axes, ",")));
}

std::vector<Layout> layouts(const InputPort& port, const std::vector<std::size_t>& shape,
                            const std::vector<std::size_t>& stored) {
  std::vector<Layout> out;
  if (shape.size() > most_axes) return out;
  const std::vector<std::string> names = index_names(port);
  std::set<std::vector<std::size_t>> seen;
  std::vector<std::size_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::vector<std::vector<Group>> cuts;
    std::vector<Group> groups;
    cut(order, shape, stored, 0, groups, false, cuts);
    for (const std::vector<Group>& c : cuts) {
      std::size_t pieces = 1;
      for (const Group& g : c) pieces = std::max(pieces, g.pieces);
      for (std::size_t piece = 0; piece < pieces; ++piece) {
        Layout l = layout(c, piece, shape, stored, names);
        if (seen.insert(l.positions).second) out.push_back(std::move(l));
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return out;
}

}  // namespace skein
