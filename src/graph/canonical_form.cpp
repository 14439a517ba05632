#include "graph/canonical_form.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/spread.hpp"

namespace skein {
namespace {

constexpr std::uint32_t unranked = 0xffffffffu;

// How far the numbering has come. Boxes are numbered from the outputs; the box at `cursor` is being ranked.
struct Numbering {
  std::vector<std::uint32_t> number;  // of each box, or unranked
  CanonicalForm form;
  std::size_t cursor = 0;
  std::vector<std::uint32_t> view_axes;  // axes of the input of the view at the cursor, in the order found so far
};

// Colours, numbers and ranks given so far order the candidates for the next place; of candidates that agree in all of
// these, those that an automorphism exchanges (fixing all that is numbered) give the same text, so one of them will do.
// Only candidates that look alike without being alike make the numbering branch; then the least text wins.
class Canoniser {
 public:
  explicit Canoniser(const Diagram& d, std::size_t alternatives = SIZE_MAX)
      : d_(d), colours_(refine_colours(d)), alternatives_(alternatives) {}

  CanonicalForm run() {
    const std::size_t n = d_.boxes().size();
    Numbering s;
    s.number.assign(n, unranked);
    s.form.rank.resize(n);
    s.form.inputs.resize(n);
    for (const OutputPort& o : d_.outputs()) {
      std::vector<std::uint32_t> axes = iota(o.map.size());
      std::sort(axes.begin(), axes.end(), [&](auto a, auto b) { return o.map[a] < o.map[b]; });
      give_number(s, o.wire, axes);
    }
    return finish(std::move(s));
  }

 private:
  enum class Place : std::uint8_t { bound, view_axis, input };
  using Key = std::vector<std::uint64_t>;

  static std::vector<std::uint32_t> iota(std::size_t n) {
    std::vector<std::uint32_t> v(n);
    for (std::uint32_t i = 0; i < n; ++i) v[i] = i;
    return v;
  }

  // `axes`: the axes of w in canonical order.
  void give_number(Numbering& s, WireId w, const std::vector<std::uint32_t>& axes) const {
    if (s.number[w.id] != unranked) return;
    s.number[w.id] = static_cast<std::uint32_t>(s.form.order.size());
    s.form.order.push_back(w);
    const Box& box = d_.box(w);
    std::vector<std::uint32_t>& rank = s.form.rank[w.id];
    rank.assign(box.degree.size() + box.bound.size(), unranked);
    if (box.op == Op::input) {  // the axes of an array have their places by position
      rank = iota(box.degree.size());
      return;
    }
    for (std::uint32_t k = 0; k < axes.size(); ++k) rank[axes[k]] = k;
  }

  void give_number(Numbering& s, const Port& p, const std::vector<std::uint32_t>& rank) const {
    std::vector<std::uint32_t> axes = iota(p.map.size());
    std::sort(axes.begin(), axes.end(), [&](auto a, auto b) { return rank[p.map[a].id] < rank[p.map[b].id]; });
    give_number(s, p.wire, axes);
  }

  IndexExpression ranked(const IndexExpression& e, const std::vector<std::uint32_t>& rank) const {
    return substitute(e, [&](Index i) { return index_variable(Index{rank[i.id]}); });
  }

  // Where input p of the box at the cursor reads: its wire's colour and number, then the ranks along its axes.
  Key input_key(const Numbering& s, const Port& p, const std::vector<std::uint32_t>& rank) const {
    Key key{colours_.wire[p.wire.id], s.number[p.wire.id]};
    const bool numbered = s.number[p.wire.id] != unranked;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> reads;
    for (std::size_t a = 0; a < p.map.size(); ++a)
      reads.emplace_back(numbered ? s.form.rank[p.wire.id][a] : colours_.local[p.wire.id][a], rank[p.map[a].id]);
    std::sort(reads.begin(), reads.end());
    for (const auto& [axis, at] : reads) key.insert(key.end(), {axis, at});
    return key;
  }

  // The candidates with the least key, in any order.
  template <class K>
  static std::vector<std::uint32_t> least(const std::vector<std::pair<K, std::uint32_t>>& keyed) {
    const auto best = std::min_element(keyed.begin(), keyed.end(), [](auto& a, auto& b) { return a.first < b.first; });
    std::vector<std::uint32_t> out;
    for (const auto& [key, c] : keyed)
      if (!(best->first < key)) out.push_back(c);
    return out;
  }

  // What may take the next place at the cursor; moves on over boxes where nothing is left to rank. Empty at the end.
  std::vector<std::uint32_t> candidates(Numbering& s, Place& place) const {
    for (; s.cursor < s.form.order.size(); ++s.cursor, s.view_axes.clear()) {
      const WireId w = s.form.order[s.cursor];
      const Box& box = d_.box(w);
      const std::vector<std::uint32_t>& rank = s.form.rank[w.id];

      std::vector<std::pair<std::uint64_t, std::uint32_t>> bounds;
      for (auto i = static_cast<std::uint32_t>(box.degree.size()); i < rank.size(); ++i)
        if (rank[i] == unranked) bounds.emplace_back(colours_.local[w.id][i], i);
      place = Place::bound;
      if (!bounds.empty()) return least(bounds);

      if (box.op == Op::view) {
        const WireId in = box.inputs[0].wire;
        if (s.number[in.id] == unranked) {
          std::vector<std::pair<std::pair<std::uint64_t, IndexExpression>, std::uint32_t>> axes;
          for (std::uint32_t a = 0; a < box.index.size(); ++a)
            if (std::find(s.view_axes.begin(), s.view_axes.end(), a) == s.view_axes.end())
              axes.push_back({{colours_.local[in.id][a], ranked(box.index[a], rank)}, a});
          place = Place::view_axis;
          if (!axes.empty()) return least(axes);
          give_number(s, in, s.view_axes);
        }
        s.form.inputs[w.id] = {0};
        continue;
      }

      std::vector<std::uint32_t>& inputs = s.form.inputs[w.id];
      if (!info(box.op).unordered) {
        for (const Port& p : box.inputs) give_number(s, p, rank);
        inputs = iota(box.inputs.size());
        continue;
      }
      std::vector<std::pair<Key, std::uint32_t>> ports;
      for (std::uint32_t p = 0; p < box.inputs.size(); ++p)
        if (std::find(inputs.begin(), inputs.end(), p) == inputs.end())
          ports.emplace_back(input_key(s, box.inputs[p], rank), p);
      place = Place::input;
      if (!ports.empty()) return least(ports);
    }
    return {};
  }

  void take(Numbering& s, Place place, std::uint32_t candidate) const {
    const WireId w = s.form.order[s.cursor];
    std::vector<std::uint32_t>& rank = s.form.rank[w.id];
    switch (place) {
      case Place::bound: {
        const auto taken = std::count_if(rank.begin(), rank.end(), [](auto r) { return r != unranked; });
        rank[candidate] = static_cast<std::uint32_t>(taken);
        break;
      }
      case Place::view_axis: s.view_axes.push_back(candidate); break;
      case Place::input:
        s.form.inputs[w.id].push_back(candidate);
        give_number(s, d_.box(w).inputs[candidate], rank);
        break;
    }
  }

  // Whether an automorphism that fixes all that is numbered sends candidate a to candidate b.
  bool alike(const Numbering& s, Place place, std::uint32_t a, std::uint32_t b) {
    const WireId here = s.form.order[s.cursor];
    if (place == Place::input && d_.box(here).inputs[a] == d_.box(here).inputs[b]) return true;
    Spread search(d_, d_, colours_, colours_);
    for (WireId w : s.form.order) {
      std::vector<Index> axes;
      for (std::uint32_t i = 0; i < d_.box(w).degree.size(); ++i) axes.push_back(Index{i});
      search.pin_wire(w, w, axes);
      const std::vector<std::uint32_t>& rank = s.form.rank[w.id];
      for (auto i = static_cast<std::uint32_t>(axes.size()); i < rank.size(); ++i)
        if (rank[i] != unranked) search.pin_bound(w, Index{i}, Index{i});
      if (info(d_.box(w).op).unordered)
        for (std::uint32_t p : s.form.inputs[w.id]) search.pin_input(w, p, p);
    }
    for (std::uint32_t axis : s.view_axes) search.pin_view_axis(here, Index{axis}, Index{axis});
    switch (place) {
      case Place::bound: search.pin_bound(here, Index{a}, Index{b}); break;
      case Place::view_axis: search.pin_view_axis(here, Index{a}, Index{b}); break;
      case Place::input: search.pin_input(here, a, b); break;
    }
    if (alternatives_ == SIZE_MAX) return search.run();
    steps_ -= std::min(steps_, s.form.order.size());
    return search.run(steps_);
  }

  CanonicalForm finish(Numbering s) {
    for (;;) {
      Place place{};
      const std::vector<std::uint32_t> all = candidates(s, place);
      if (all.empty()) break;
      if (alternatives_ == 0 || steps_ == 0) {
        take(s, place, all.front());
        continue;
      }
      std::vector<std::uint32_t> different;
      for (std::uint32_t c : all)
        if (std::none_of(different.begin(), different.end(), [&](auto o) { return alike(s, place, o, c); }))
          different.push_back(c);
      if (different.size() == 1) {
        take(s, place, different.front());
        continue;
      }
      std::optional<CanonicalForm> best;
      for (std::uint32_t c : different) {
        if (best && (alternatives_ == 0 || steps_ == 0)) break;
        if (alternatives_ > 0 && alternatives_ != SIZE_MAX) --alternatives_;
        Numbering branch = s;
        take(branch, place, c);
        CanonicalForm form = finish(std::move(branch));
        if (!best || form.text < best->text) best = std::move(form);
      }
      return std::move(*best);
    }
    s.form.text = write(s);
    return std::move(s.form);
  }

  // --- text

  static std::string sizes(const std::vector<Axis>& axes) {
    std::string out;
    for (const Axis& a : axes) out += (out.empty() ? "" : ", ") + to_string(a.size);
    return "[" + out + "]";
  }
  // A name is written with its length, so that no name can imitate the text around it.
  static std::string quoted(Symbol name) { return fmt::format("{}'{}'", name.text().size(), name.text()); }

  static const char* type_name(DType t) { return t == DType::real ? "real" : t == DType::ext ? "ext" : "boolean"; }

  std::string write(const Numbering& s) const {
    std::map<Symbol, std::string> place;
    std::vector<std::string> arrays;
    std::size_t position = 0;
    for (const InputPort& p : d_.inputs()) {
      place[p.name] = p.role == Role::input ? fmt::format("input {}", position++) : "weight " + quoted(p.name);
      arrays.push_back(fmt::format("{}: {} {}\n", place[p.name], type_name(p.dtype), sizes(p.axes)));
    }
    // Inputs stay in their order, weights are sorted by name: the map's order of "weight" lines would depend on the
    // ports.
    std::stable_sort(arrays.begin(), arrays.end(), [](const std::string& a, const std::string& b) {
      const bool wa = a.front() == 'w', wb = b.front() == 'w';
      return wa != wb ? wb : wa && a < b;
    });
    std::string text;
    for (const std::string& a : arrays) text += a;
    std::map<std::uint32_t, std::size_t> noise;
    for (WireId w : s.form.order) text += write_box(s, w, place, noise);
    for (const OutputPort& o : d_.outputs()) {
      std::vector<std::uint32_t> map(o.map.size());
      for (std::size_t a = 0; a < map.size(); ++a) map[s.form.rank[o.wire.id][a]] = o.map[a];
      text += fmt::format("output {} = %{}[{}]\n", sizes(o.axes), s.number[o.wire.id], fmt::join(map, ","));
    }
    return text;
  }

  std::string write_box(const Numbering& s, WireId w, const std::map<Symbol, std::string>& place,
                        std::map<std::uint32_t, std::size_t>& noise) const {
    const Box& box = d_.box(w);
    const std::vector<std::uint32_t>& rank = s.form.rank[w.id];
    std::vector<Axis> degree(box.degree.size()), bound(box.bound.size());
    for (std::uint32_t i = 0; i < rank.size(); ++i)
      (rank[i] < degree.size() ? degree[rank[i]] : bound[rank[i] - degree.size()]) = box.local(Index{i});
    std::string text =
        fmt::format("%{}{} = {} {}", s.number[w.id], sizes(degree), type_name(box.dtype), info(box.op).name);
    if (box.op == Op::reduce) text += fmt::format(" {}{}", info(box.fold).name, sizes(bound));
    if (box.op == Op::input) text += " " + place.at(box.name);
    if (box.op == Op::literal) text += " " + box.value.get_str();
    if (box.op == Op::size_value) text += " " + to_string(box.size);
    if (box.op == Op::opaque) text += " " + quoted(box.name);
    if (!box.deterministic) text += fmt::format(" noise {}", noise.emplace(box.noise, noise.size()).first->second);

    std::vector<std::string> index;
    for (const IndexExpression& e : box.index)
      index.push_back(to_string(ranked(e, rank), [](Index i) { return std::to_string(i.id) + "."; }));
    if (box.op == Op::view) {
      std::vector<std::string> by_axis(index.size());
      for (std::size_t a = 0; a < index.size(); ++a) by_axis[s.form.rank[box.inputs[0].wire.id][a]] = index[a];
      index = std::move(by_axis);
    } else {
      std::sort(index.begin(), index.end());
    }
    if (!index.empty()) text += fmt::format(" <{}>", fmt::join(index, "; "));
    for (std::uint32_t p : s.form.inputs[w.id]) {
      const Port& in = box.inputs[p];
      std::vector<std::uint32_t> map(in.map.size());
      for (std::size_t a = 0; a < map.size(); ++a) map[s.form.rank[in.wire.id][a]] = rank[in.map[a].id];
      text += fmt::format(" %{}[{}]", s.number[in.wire.id], fmt::join(map, ","));
    }
    return text + "\n";
  }

  const Diagram& d_;
  const Colours colours_;
  std::size_t alternatives_;    // still to be tried
  std::size_t steps_ = 300000;  // still to be made in looking for automorphisms, where alternatives are counted
};

}  // namespace

CanonicalForm canonical_form(const Diagram& d) { return Canoniser(d).run(); }

CanonicalForm numbered_form(const Diagram& d, std::size_t alternatives) { return Canoniser(d, alternatives).run(); }

}  // namespace skein
