#include "verify/audit.hpp"

#include <algorithm>
#include <tuple>

#include "rewrite/match.hpp"
#include "verify/rulebook.hpp"

namespace skein {
namespace {

bool computes(const Box& x) {
  return x.op != Op::input && x.op != Op::literal && x.op != Op::size_value && x.op != Op::neg_inf;
}

// --- sameness

// A statement whose arrays and sizes have names by their positions, interned: the wires of its sides, where the second
// one reads the axes of the first, and the wires of its conditions.
struct Key {
  WireId left, right;
  std::vector<std::uint32_t> right_at;
  std::set<std::pair<Sign, WireId>> when;
  friend auto operator<=>(const Key&, const Key&) = default;
};

// The output axes are numbered as they are read, those of `first` before those of `second`.
std::vector<std::uint32_t> axes_read(const Ref& first, const Ref& second) {
  std::map<Index, std::uint32_t> number;
  std::vector<std::uint32_t> at;
  for (Index i : first.at) number.emplace(i, static_cast<std::uint32_t>(number.size()));
  for (Index i : second.at) {
    number.emplace(i, static_cast<std::uint32_t>(number.size()));
    at.push_back(number.at(i));
  }
  return at;
}

// The substitution that names the inputs, in the order given, and the sizes as they come.
DiagramBuilder::Substitution anonymous(DiagramBuilder& b, const std::vector<InputPort>& ports,
                                       const std::vector<std::size_t>& order, bool backward) {
  DiagramBuilder::Substitution s;
  auto name_sizes = [&](const Size& size) {
    for (const auto& [monomial, coefficient] : size.terms()) {
      auto symbols = monomial;
      if (backward) std::reverse(symbols.begin(), symbols.end());
      for (Symbol v : symbols) s.sizes.emplace(v, size_variable(Symbol("n" + std::to_string(s.sizes.size()))));
    }
  };
  for (std::size_t k : order)
    for (const Axis& a : ports[k].axes) name_sizes(a.size);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const InputPort& p = ports[order[k]];
    std::vector<Axis> axes;
    for (const Axis& a : p.axes) axes.push_back({substitute(a.size, s.sizes), a.name});
    const Ref input = b.input(Symbol("x" + std::to_string(k)), axes, p.dtype);
    s.inputs[p.name] = {input.at, input};
  }
  return s;
}

// The least key over all orders of the inputs, sizes and sides: one for each class of statements that are the same.
Key canonical_key(DiagramBuilder& b, const Statement& s) {
  constexpr std::size_t most_permuted = 7;
  const std::vector<InputPort>& ports = s.left.inputs();
  auto kind = [&](std::size_t k) { return std::pair(ports[k].axes.size(), ports[k].dtype); };
  std::vector<std::size_t> order(ports.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::vector<std::pair<std::size_t, DType>> kinds;
  for (std::size_t k : order) kinds.push_back(kind(k));
  std::sort(kinds.begin(), kinds.end());
  if (order.size() > most_permuted)
    std::stable_sort(order.begin(), order.end(), [&](auto x, auto y) { return kind(x) < kind(y); });
  std::optional<Key> least;
  do {
    const auto fits = [&] {
      for (std::size_t k = 0; k < order.size(); ++k)
        if (kind(order[k]) != kinds[k]) return false;
      return true;
    };
    if (!fits()) continue;
    for (bool backward : {false, true}) {
      const auto names = anonymous(b, ports, order, backward);
      const auto [l, r, axes] = sides(b, s.left, s.right, names);
      Key key{l.wire, r.wire, axes_read(l, r), {}};
      if (std::pair(r.wire, axes_read(r, l)) < std::pair(l.wire, key.right_at))
        key = {r.wire, l.wire, axes_read(r, l), {}};
      for (const Condition& c : s.when) key.when.emplace(c.sign, thaw(b, c.value, names).front().value.wire);
      if (!least || key < *least) least = std::move(key);
    }
  } while (order.size() <= most_permuted && std::next_permutation(order.begin(), order.end()));
  return *least;
}

// --- one step

Op root(const Diagram& d) { return d.box(d.outputs().front().wire).op; }

// A side of a theorem to be matched, and what it needs of a host.
struct Pattern {
  std::size_t theorem;
  Direction direction;
  Op root;
  OperatorSet operators;
};

}  // namespace

std::size_t operator_count(const Diagram& side) {
  return static_cast<std::size_t>(std::count_if(side.boxes().begin(), side.boxes().end(), computes));
}

std::vector<std::pair<std::size_t, std::size_t>> same_statements(const std::vector<Statement>& statements) {
  DiagramBuilder b;
  std::map<Key, std::vector<std::size_t>> classes;
  for (std::size_t k = 0; k < statements.size(); ++k) classes[canonical_key(b, statements[k])].push_back(k);
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (const auto& [key, members] : classes)
    for (std::size_t k = 1; k < members.size(); ++k) out.emplace_back(members[0], members[k]);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<OneStep> one_step_instances(const std::vector<TheoremPtr>& theorems) {
  constexpr auto longest = std::chrono::seconds(2);  // for all patterns at one statement
  std::vector<Pattern> patterns;
  for (std::size_t n = 0; n < theorems.size(); ++n)
    for (Direction d : {Direction::forward, Direction::backward})
      if (theorems[n] && Matcher::usable(theorems[n]->statement(), d)) {
        const Statement& s = theorems[n]->statement();
        const Diagram& side = d == Direction::forward ? s.left : s.right;
        patterns.push_back({n, d, root(side), Matcher::operators(s, d)});
      }
  std::vector<OneStep> out;
  for (std::size_t n = 0; n < theorems.size(); ++n) {
    if (!theorems[n]) continue;
    const Statement& s = theorems[n]->statement();
    Kernel k(s.left.sizes());
    assume_conditions(k, s);
    const auto [l, r, axes] = sides(k.arena(), s.left, s.right);
    Matcher matcher(k, std::chrono::steady_clock::now() + longest);
    const OperatorSet in_left = Matcher::operators(s, Direction::forward),
                      in_right = Matcher::operators(s, Direction::backward);
    for (const Pattern& p : patterns) {
      if (p.theorem == n) continue;
      for (const auto& [host, target, found] : {std::tuple(l, r, &in_left), std::tuple(r, l, &in_right)}) {
        if (k.arena().box(host.wire).op != p.root || (p.operators & ~*found).any()) continue;
        if (!k.find_theorem(theorems[p.theorem]->name())) k.admit(theorems[p.theorem]);
        for (const Rewrite& step : matcher.rewrites(host, *theorems[p.theorem], p.direction))
          if (step.to == target) out.push_back({n, p.theorem});
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace skein
