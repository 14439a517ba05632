#include "draw/layout.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

namespace skein {

namespace {

bool one_array(Glyph g) {
  return g != Glyph::source && g != Glyph::contraction && g != Glyph::operation && g != Glyph::discard;
}

class Arranger {
 public:
  explicit Arranger(const Sketch& s) : s_(s), count_(static_cast<int>(s.nodes.size())) {}

  Layout run() {
    assign_columns();
    l_.readers.resize(count_);
    l_.operands.resize(count_ + s_.outputs.size());
    visited_.resize(count_);
    for (std::size_t k = 0; k < s_.outputs.size(); ++k)
      add_strand(s_.outputs[k].value.node, count_ + static_cast<int>(k), 0);
    for (int n = 0; n < count_; ++n)
      if (s_.nodes[n].glyph == Glyph::discard) add_strand(s_.nodes[n].inputs[0].node, n, 0);
    order_rows();
    make_states();
    make_tracks();
    separate();
    settle();
    return std::move(l_);
  }

 private:
  void assign_columns() {
    l_.column.resize(count_);
    for (int n = 0; n < count_; ++n) {
      int c = s_.nodes[n].inputs.empty() ? 0 : 1;
      for (const SketchPort& p : s_.nodes[n].inputs) c = std::max(c, l_.column[p.node] + 1);
      l_.column[n] = c;
      l_.last_column = std::max(l_.last_column, c);
    }
    ++l_.last_column;
  }

  // The walk: a strand comes before those that its producer is made from, and these before the strand's next sibling.
  void add_strand(int producer, int consumer, int port) {
    const int id = static_cast<int>(l_.strands.size());
    l_.strands.push_back(
        {producer, consumer, port, l_.column[producer], consumer < count_ ? l_.column[consumer] : l_.last_column, 0});
    l_.readers[producer].push_back(id);
    l_.operands[consumer].push_back(id);
    if (visited_[producer]) return;
    visited_[producer] = true;
    const auto& inputs = s_.nodes[producer].inputs;
    for (std::size_t k = 0; k < inputs.size(); ++k) add_strand(inputs[k].node, producer, static_cast<int>(k));
  }

  void order_rows() {
    l_.rows.resize(count_);
    for (int n = 0; n < count_; ++n) {
      const SketchNode& node = s_.nodes[n];
      std::vector<int>& rows = l_.rows[n];
      const auto add = [&](int local) {
        if (local < node.degree && std::find(rows.begin(), rows.end(), local) == rows.end()) rows.push_back(local);
      };
      for (std::size_t k = 0; k < node.inputs.size(); ++k)
        for (const int row : rows_at_glyph(s_, l_, n, static_cast<int>(k))) {
          const int local = node.inputs[k].map[l_.rows[node.inputs[k].node][row]];
          if (one_array(node.glyph) && node.target[local] && node.glyph != Glyph::along) continue;
          add(local);
        }
      const auto fresh = static_cast<std::ptrdiff_t>(rows.size());
      for (int local = 0; local < node.degree; ++local) add(local);
      if (node.glyph == Glyph::source && !told_apart(node.local)) continue;
      std::stable_sort(rows.begin() + fresh, rows.end(),
                       [&](int a, int b) { return rank_at_reader(n, a) < rank_at_reader(n, b); });
    }
  }

  // New axes lie where their reader wants them: what passes by above what it acts on, and a second operand's bound axes
  // towards the first.
  int rank_at_reader(int n, int local) const {
    const Strand& s = l_.strands[l_.readers[n][0]];
    if (s.consumer >= count_) return s_.outputs[s.consumer - count_].value.map[local];
    const SketchNode& reader = s_.nodes[s.consumer];
    const int at = reader.inputs[s.port].map[local];
    if (reader.glyph != Glyph::contraction) return reader.target[at];
    if (s.port == 0) return at >= reader.degree;
    const auto& first = reader.inputs[0].map;
    const bool shared = std::find(first.begin(), first.end(), at) != first.end();
    return at >= reader.degree ? 1 : shared ? 0 : 2;
  }

  // The axes of an array of the boundary are in their order unless their names tell them apart anyway.
  static bool told_apart(const std::vector<Axis>& axes) {
    std::set<Symbol> names;
    for (const Axis& a : axes)
      if (a.name.empty() || !names.insert(a.name).second) return false;
    return true;
  }

  void make_states() {
    l_.states.resize(l_.last_column);
    for (std::size_t k = 0; k < l_.strands.size(); ++k)
      for (int c = l_.strands[k].from; c < l_.strands[k].to; ++c) l_.states[c].push_back(static_cast<int>(k));
  }

  // Tracks: a strand and what a glyph on one array makes of it are at one height, as are an input and its first reader.
  void make_tracks() {
    int tracks = 0;
    std::vector<int> fixed(l_.strands.size(), -1);
    std::vector<int> by_column(count_);
    std::iota(by_column.begin(), by_column.end(), 0);
    for (const int n : by_column) {
      const auto& readers = l_.readers[n];
      for (std::size_t k = 0; k < readers.size(); ++k) {
        Strand& s = l_.strands[readers[k]];
        const bool continues = k == 0 && one_array(s_.nodes[n].glyph) && l_.operands[n].size() == 1;
        s.track = continues ? l_.strands[l_.operands[n][0]].track : tracks++;
      }
    }
    // Sources have a track of their own, which the first reader is drawn towards.
    source_track_.assign(count_, -1);
    for (int n = 0; n < count_; ++n)
      if (s_.nodes[n].glyph == Glyph::source && !l_.readers[n].empty()) source_track_[n] = tracks++;
    rows_.assign(tracks, 1), head_.assign(tracks, 0);
    for (const Strand& s : l_.strands) {
      rows_[s.track] = std::max(rows_[s.track], rows_of(s.producer));
      const bool hovers = (s.consumer < count_ && s_.nodes[s.consumer].glyph == Glyph::pointwise);
      if (hovers) head_[s.track] = l_.metrics.headroom;
    }
    for (int n = 0; n < count_; ++n)
      if (source_track_[n] >= 0) rows_[source_track_[n]] = std::max<int>(1, static_cast<int>(l_.rows[n].size()));
  }

  double distance(int above, int below) const {
    return (rows_[above] - 1) * l_.metrics.pitch + l_.metrics.gap + head_[below];
  }

  void above(int a, int b) {
    if (a != b) constraints_.insert({a, b});
  }

  // What must lie above what: neighbours in a state, and what goes in and comes out of neighbours in a column.
  void separate() {
    for (const auto& state : l_.states)
      for (std::size_t k = 1; k < state.size(); ++k) above(l_.strands[state[k - 1]].track, l_.strands[state[k]].track);
    for (int c = 1; c < l_.last_column; ++c) {
      std::vector<std::vector<int>> items;  // tracks, by glyph or passing strand, from top to bottom
      std::map<int, std::size_t> item_of;
      for (const int id : l_.states[c - 1]) {
        const Strand& s = l_.strands[id];
        if (s.to > c) {
          items.push_back({s.track});
          continue;
        }
        const auto [it, fresh] = item_of.try_emplace(s.consumer, items.size());
        if (fresh) {
          items.emplace_back();
          if (!l_.readers[s.consumer].empty()) items.back().push_back(l_.strands[l_.readers[s.consumer][0]].track);
        }
        items[it->second].push_back(s.track);
      }
      for (std::size_t k = 1; k < items.size(); ++k)
        for (const int a : items[k - 1])
          for (const int b : items[k]) above(a, b);
    }
    const std::vector<int> order = source_order();
    for (std::size_t k = 1; k < order.size(); ++k) above(source_track_[order[k - 1]], source_track_[order[k]]);
  }

  // Parameters in their order; the others where they are read first.
  std::vector<int> source_order() const {
    std::vector<int> order;
    for (const int n : s_.inputs)
      if (source_track_[n] >= 0) order.push_back(n);
    for (int n = 0; n < count_; ++n) {
      if (source_track_[n] < 0 || std::find(order.begin(), order.end(), n) != order.end()) continue;
      const auto later = [&](int m) { return l_.readers[m][0] > l_.readers[n][0]; };
      order.insert(std::find_if(order.begin(), order.end(), later), n);
    }
    return order;
  }

  struct Pull {
    int other;
    double offset, weight;  // wants to be at other + offset
  };

  void settle() {
    const int n = static_cast<int>(rows_.size());
    std::vector<std::vector<int>> up(n), down(n);
    for (const auto& [a, b] : constraints_) up[b].push_back(a), down[a].push_back(b);
    std::vector<double> y(n, 0);
    std::vector<int> waiting(n), ready, order;
    for (int t = 0; t < n; ++t) {
      waiting[t] = static_cast<int>(up[t].size());
      if (!waiting[t]) ready.push_back(t);
    }
    while (!ready.empty()) {
      const int t = ready.back();
      ready.pop_back(), order.push_back(t);
      for (const int d : down[t]) {
        y[d] = std::max(y[d], y[t] + distance(t, d));
        if (--waiting[d] == 0) ready.push_back(d);
      }
    }
    if (static_cast<int>(order.size()) < n)
      throw std::logic_error("the wires of the picture have no order from top to bottom");
    std::vector<std::vector<Pull>> pulls(n);
    const auto pull = [&](int a, int b, double offset, double weight) {
      if (a == b) return;
      pulls[a].push_back({b, offset, weight}), pulls[b].push_back({a, -offset, weight});
    };
    for (int m = 0; m < count_; ++m) {
      if (l_.readers[m].empty()) continue;
      const int out = l_.strands[l_.readers[m][0]].track;
      if (source_track_[m] >= 0) pull(out, source_track_[m], 0, 4);
      for (std::size_t k = 1; k < l_.readers[m].size(); ++k) pull(l_.strands[l_.readers[m][k]].track, out, 0, 0.3);
      const double centre = (rows_of(m) - 1) * l_.metrics.pitch / 2;
      const bool contracts = s_.nodes[m].glyph == Glyph::contraction;
      for (std::size_t k = 0; k < l_.operands[m].size(); ++k) {  // the first operand's wires run on straight
        const Strand& s = l_.strands[l_.operands[m][k]];
        if (contracts && k > 0) continue;
        pull(out, s.track, contracts ? 0 : (rows_of(s.producer) - 1) * l_.metrics.pitch / 2 - centre, 1);
      }
    }
    for (int sweep = 0; sweep < 300; ++sweep) {
      for (int k = 0; k < n; ++k) {
        const int t = sweep % 2 ? order[n - 1 - k] : order[k];
        double sum = 0, weight = 0;
        for (const Pull& p : pulls[t]) sum += p.weight * (y[p.other] + p.offset), weight += p.weight;
        if (weight == 0) continue;
        double low = -1e9, high = 1e9;
        for (const int u : up[t]) low = std::max(low, y[u] + distance(u, t));
        for (const int d : down[t]) high = std::min(high, y[d] - distance(t, d));
        y[t] = std::max(low, std::min(high, sum / weight));
      }
    }
    const double top = *std::min_element(y.begin(), y.end());
    for (double& v : y) v -= top;
    l_.track_y = y, l_.track_head = head_;
    l_.source_y.assign(count_, 0);
    for (int m = 0; m < count_; ++m)
      if (source_track_[m] >= 0) l_.source_y[m] = y[source_track_[m]];
  }

  int rows_of(int node) const { return std::max<int>(1, static_cast<int>(l_.rows[node].size())); }

  const Sketch& s_;
  int count_;
  Layout l_;
  std::vector<bool> visited_;
  std::vector<int> source_track_, rows_;
  std::vector<double> head_;
  std::set<std::pair<int, int>> constraints_;
};

}  // namespace

int Layout::height(int strand) const {
  return std::max<int>(1, static_cast<int>(rows[strands[strand].producer].size()));
}

std::vector<int> rows_at_glyph(const Sketch& s, const Layout& l, int node, int port) {
  const SketchNode& n = s.nodes[node];
  const std::vector<int>& rows = l.rows[n.inputs[port].node];
  const auto local = [&](int row) { return n.inputs[port].map[rows[row]]; };
  std::vector<int> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  if (one_array(n.glyph)) {
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return n.target[local(a)] < n.target[local(b)]; });
  } else if (n.glyph == Glyph::contraction && n.inputs.size() == 2) {
    // Kept above, bound below for the first operand; for the second shared, bound in mirrored order, kept.
    const auto rank = [&](int row) {
      const int i = local(row);
      const bool bound = i >= n.degree;
      if (port == 0) return bound ? 1000 + i : 0;
      const auto& first = n.inputs[0].map;
      const bool shared = std::find(first.begin(), first.end(), i) != first.end();
      return bound ? 1000 - i : shared ? 0 : 2000;
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return rank(a) < rank(b); });
  }
  return order;
}

Layout lay_out(const Sketch& s) { return Arranger(s).run(); }

}  // namespace skein
