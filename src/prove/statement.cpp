#include "prove/statement.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lang/printer.hpp"
#include "prove/pool.hpp"
#include "prove/unify.hpp"
#include "verify/recurrence.hpp"

namespace skein {

namespace {

const char* describe(DType t) { return t == DType::ext ? "ext" : t == DType::boolean ? "bool" : "real"; }
const char* describe(Role r) { return r == Role::weight ? "weight" : "input"; }

constexpr std::ptrdiff_t shown_names = 8;

bool carries_numbers(const Architecture& a) {
  return std::all_of(a.diagram.inputs().begin(), a.diagram.inputs().end(),
                     [&](const InputPort& p) { return p.role != Role::weight || a.weights.count(p.name); });
}

std::vector<InputPort> ports(const Diagram& d, Role role) {
  std::vector<InputPort> out;
  for (const InputPort& p : d.inputs())
    if (p.role == role) out.push_back(p);
  return out;
}

std::vector<Symbol> sorted_names(const std::vector<InputPort>& list) {
  std::vector<Symbol> names;
  for (const InputPort& p : list) names.push_back(p.name);
  std::sort(names.begin(), names.end());
  return names;
}

class Pairer {
 public:
  Pairer(const Architecture& left, const Architecture& right)
      : left_(left), right_(right), sizes_(left.diagram, right.diagram) {}

  Pairing run() {
    pair_inputs();
    pair_weights();
    pair_outputs();
    sizes_.finish();
    for (const std::string& n : sizes_.notes()) pairing_.notes.push_back(n);
    boundary();
    states(Side::left);
    states(Side::right);
    pairing_.statement.left = side(Side::left);
    pairing_.statement.right = side(Side::right);
    for (Side s : {Side::left, Side::right})
      for (const Given& g : of(s).given) pairing_.statement.given.push_back({image(g.left, s), image(g.right, s)});
    check_types();
    pairing_.text = text();
    return std::move(pairing_);
  }

 private:
  const Architecture& of(Side s) const { return s == Side::left ? left_ : right_; }
  const std::map<Symbol, Size>& images(Side s) const { return s == Side::left ? sizes_.left() : sizes_.right(); }

  void pair_inputs();
  void pair_weights();
  void pair_outputs();
  void pair_ports(const InputPort& l, const InputPort& r);
  void equate(const std::vector<Axis>& l, const std::vector<Axis>& r, const std::string& what);
  void fix_sizes(Side s);
  void boundary();
  std::vector<Axis> substituted(const std::vector<Axis>& axes, Side s) const;
  void states(Side s);
  DiagramBuilder::Substitution substitution(DiagramBuilder& b, Side s);
  Diagram side(Side s);
  Diagram image(const Diagram& d, Side s);
  DiagramBuilder::Substitution::Array renamed(DiagramBuilder& b, const InputPort& from, Side s, Symbol to) const;
  DiagramBuilder::Substitution::Array placed(DiagramBuilder& b, const InputPort& weight, Side s);
  void check_types() const;
  std::string text() const;

  const Architecture& left_;
  const Architecture& right_;
  SizeUnifier sizes_;
  std::vector<std::pair<InputPort, InputPort>> pairs_;  // paired by position or name
  bool all_paired_ = false;
  std::optional<WeightPool> pool_;
  std::vector<InputPort> inputs_;  // of the statement
  std::map<Symbol, Symbol> state_names_[2];
  std::vector<std::string> weight_lines_;
  Pairing pairing_;
};

void Pairer::equate(const std::vector<Axis>& l, const std::vector<Axis>& r, const std::string& what) {
  if (l.size() != r.size())
    throw Unpaired(fmt::format("{} has {} axes on the left and {} on the right", what, l.size(), r.size()));
  for (std::size_t k = 0; k < l.size(); ++k)
    if (!sizes_.equate(l[k].size, r[k].size, fmt::format("axis {} of {}", k, what)))
      throw Unpaired(fmt::format("axis {} of {} has size {} on the left and {} on the right", k, what,
                                 to_string(l[k].size), to_string(r[k].size)));
}

void Pairer::pair_ports(const InputPort& l, const InputPort& r) {
  const std::string names = l.name == r.name ? l.name.text() : l.name.text() + " / " + r.name.text();
  const std::string what = fmt::format("the {} {}", describe(l.role), names);
  if (l.dtype != r.dtype)
    throw Unpaired(fmt::format("{} is {} on the left and {} on the right", what, describe(l.dtype), describe(r.dtype)));
  equate(l.axes, r.axes, what);
  pairs_.emplace_back(l, r);
}

std::string list_names(const std::vector<InputPort>& list) {
  std::vector<std::string> names;
  for (const InputPort& p : list) names.push_back(p.name.text());
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

void Pairer::pair_inputs() {
  const std::vector<InputPort> l = ports(left_.diagram, Role::input), r = ports(right_.diagram, Role::input);
  const auto &all_left = left_.diagram.inputs(), &all_right = right_.diagram.inputs();
  // One side may write as a parameter what is a weight of the other.
  if (l.size() != r.size() && all_left.size() == all_right.size() && left_.weights.empty() && right_.weights.empty()) {
    pairing_.notes.push_back("the sides have different weights; parameters and weights pair by position");
    for (std::size_t k = 0; k < all_left.size(); ++k) pair_ports(all_left[k], all_right[k]);
    all_paired_ = true;
    return;
  }
  if (l.size() != r.size())
    throw Unpaired(fmt::format("the left side has {} inputs ({}) and the right side {} ({})", l.size(), list_names(l),
                               r.size(), list_names(r)));
  for (std::size_t k = 0; k < l.size(); ++k) pair_ports(l[k], r[k]);
  if (sorted_names(l) == sorted_names(r))
    for (std::size_t k = 0; k < l.size(); ++k)
      if (l[k].name != r[k].name) {
        pairing_.notes.push_back("the inputs have the same names in different orders; they pair by position");
        break;
      }
}

void Pairer::pair_weights() {
  const std::vector<InputPort> l = ports(left_.diagram, Role::weight), r = ports(right_.diagram, Role::weight);
  if ((l.empty() && r.empty()) || all_paired_) return;
  if (carries_numbers(left_) && carries_numbers(right_)) {
    fix_sizes(Side::left);
    fix_sizes(Side::right);
    std::vector<Symbol> taken;
    for (const auto& [a, b] : pairs_) taken.push_back(a.name);
    pool_.emplace(left_.weights, l, right_.weights, r, std::move(taken));
    return;
  }
  if (sorted_names(l) == sorted_names(r)) {
    for (const InputPort& p : l) pair_ports(p, *right_.diagram.find_input(p.name));
    return;
  }
  if (l.size() != r.size())
    throw Unpaired(
        fmt::format("the left side has {} weights ({}) and the right side {} ({}), and not both have numbers", l.size(),
                    list_names(l), r.size(), list_names(r)));
  for (std::size_t k = 0; k < l.size(); ++k) pair_ports(l[k], r[k]);
}

// Numbers fix the sizes of the axes they have.
void Pairer::fix_sizes(Side s) {
  for (const InputPort& p : ports(of(s).diagram, Role::weight)) {
    const WeightArray& w = of(s).weights.at(p.name);
    if (w.shape.size() != p.axes.size())
      throw Unpaired(fmt::format("the weight {} has {} axes, but its numbers have {}", p.name.text(), p.axes.size(),
                                 w.shape.size()));
    for (std::size_t k = 0; k < p.axes.size(); ++k) {
      const Size extent = size_constant(static_cast<long>(w.shape[k]));
      const std::string what = fmt::format("axis {} of the weight {}", k, p.name.text());
      if (!(s == Side::left ? sizes_.equate(p.axes[k].size, extent, what)
                            : sizes_.equate(extent, p.axes[k].size, what)))
        throw Unpaired(
            fmt::format("{} has size {}, but its numbers have {}", what, to_string(p.axes[k].size), w.shape[k]));
    }
  }
}

void Pairer::pair_outputs() {
  const auto &l = left_.diagram.outputs(), &r = right_.diagram.outputs();
  if (l.size() != r.size())
    throw Unpaired(fmt::format("the left side has {} outputs and the right side {}", l.size(), r.size()));
  for (std::size_t k = 0; k < l.size(); ++k) {
    const bool same = l[k].name == r[k].name;
    equate(l[k].axes, r[k].axes,
           fmt::format("the output {}", same ? l[k].name.text() : l[k].name.text() + " / " + r[k].name.text()));
  }
}

std::vector<Axis> Pairer::substituted(const std::vector<Axis>& axes, Side s) const {
  std::vector<Axis> out = axes;
  for (Axis& a : out) a.size = substitute(a.size, images(s));
  return out;
}

// The inputs of the statement: the left side's, then the pool. Numbers of weights that are paired become the pool's.
void Pairer::boundary() {
  for (const auto& [l, r] : pairs_) {
    inputs_.push_back({l.name, substituted(l.axes, Side::left), l.dtype, l.role});
    if (auto it = left_.weights.find(l.name); it != left_.weights.end())
      pairing_.pool[l.name] = it->second;
    else if (auto of_right = right_.weights.find(r.name); of_right != right_.weights.end())
      pairing_.pool[l.name] = of_right->second;
  }
  if (!pool_) return;
  std::vector<std::string> alone[2];
  for (std::size_t k : pool_->inputs()) {
    const WeightPool::Entry& e = pool_->entry(k);
    InputPort port{e.name, {}, e.dtype, Role::weight};
    for (std::size_t a = 0; a < e.numbers.shape.size(); ++a)
      port.axes.push_back({size_constant(static_cast<long>(e.numbers.shape[a])), e.axis_names[a]});
    inputs_.push_back(std::move(port));
    pairing_.pool[e.name] = e.numbers;
    if (e.readers == 1) alone[e.owner == Side::left ? 0 : 1].push_back(e.owner_name.text());
  }
  for (int k : {0, 1})
    if (!alone[k].empty())
      pairing_.notes.push_back(fmt::format(
          "{} {} no equal numbers on the other side: {}{}", k == 0 ? "left" : "right",
          alone[k].size() == 1 ? "weight that has" : "weights that have",
          fmt::join(alone[k].begin(), alone[k].begin() + std::min<std::ptrdiff_t>(shown_names, std::ssize(alone[k])),
                    ", "),
          std::ssize(alone[k]) > shown_names ? fmt::format(" and {} more", std::ssize(alone[k]) - shown_names) : ""));
}

DiagramBuilder::Substitution::Array Pairer::renamed(DiagramBuilder& b, const InputPort& from, Side s, Symbol to) const {
  const Ref r = b.input(to, substituted(from.axes, s), from.dtype);
  return {r.at, r};
}

DiagramBuilder::Substitution::Array Pairer::placed(DiagramBuilder& b, const InputPort& weight, Side s) {
  const WeightPool::Place& place = pool_->place(s, weight.name);
  DiagramBuilder::Substitution::Array array;
  for (const Axis& a : substituted(weight.axes, s)) array.formals.push_back(b.fresh(a));
  const char* side_name = s == Side::left ? "left" : "right";
  if (place.constant) {
    array.body = b.literal(Rational(*place.constant));
    pairing_.notes.push_back(
        fmt::format("the weight {} of the {} side is {} everywhere, and is this number in the statement",
                    weight.name.text(), side_name, *place.constant));
    return array;
  }
  const WeightPool::Entry& e = pool_->entry(place.entry);
  const auto port = std::find_if(inputs_.begin(), inputs_.end(), [&](const InputPort& p) { return p.name == e.name; });
  const Ref pool = b.input(e.name, port->axes, e.dtype);
  const IndexRanges ranges(sizes_.context(), b.size_of());
  const auto where = view_expressions(place.view, e.numbers.shape, array.formals, ranges);
  IndexMap map;
  for (std::size_t k = 0; k < where.size(); ++k) map[pool.at[k]] = where[k];
  array.body = b.read(pool, map);

  std::vector<std::string> indices, reads;
  auto index_name = [&](Index i) {
    const auto position = std::find(array.formals.begin(), array.formals.end(), i) - array.formals.begin();
    return fmt::format("i{}", position);
  };
  for (Index i : array.formals) indices.push_back(index_name(i));
  for (const IndexExpression& x : where) reads.push_back(to_string(x, index_name));
  weight_lines_.push_back(indices == reads && e.numbers.shape.size() == indices.size()
                              ? fmt::format("{} {} is {}", side_name, weight.name.text(), e.name.text())
                              : fmt::format("{} {}[{}] is {}[{}]", side_name, weight.name.text(),
                                            fmt::join(indices, ", "), e.name.text(), fmt::join(reads, ", ")));
  return array;
}

// The sides of a claim have the states of both: a side needs those that it reads or defines.
bool needs(const Architecture& a, Symbol state) {
  const auto& boxes = a.diagram.boxes();
  return !a.given.empty() ||
         std::any_of(boxes.begin(), boxes.end(), [&](const Box& x) { return x.op == Op::input && x.name == state; });
}

// States belong to their side: those of the right one get other names where the left one has theirs.
void Pairer::states(Side s) {
  for (const InputPort& p : ports(of(s).diagram, Role::state)) {
    if (!needs(of(s), p.name)) continue;
    InputPort own{p.name, substituted(p.axes, s), p.dtype, Role::state};
    auto taken = [&] {
      return std::any_of(inputs_.begin(), inputs_.end(), [&](const InputPort& q) { return q.name == own.name; });
    };
    for (int n = 2; taken(); ++n) own.name = Symbol(fmt::format("{}.{}", p.name.text(), n));
    state_names_[s == Side::left ? 0 : 1][p.name] = own.name;
    inputs_.push_back(std::move(own));
  }
}

DiagramBuilder::Substitution Pairer::substitution(DiagramBuilder& b, Side s) {
  DiagramBuilder::Substitution out;
  out.sizes = images(s);
  for (const auto& [l, r] : pairs_) {
    const InputPort& own = s == Side::left ? l : r;
    out.inputs.emplace(own.name, renamed(b, own, s, l.name));
  }
  const auto& names = state_names_[s == Side::left ? 0 : 1];
  for (const InputPort& p : ports(of(s).diagram, Role::state))
    if (const auto it = names.find(p.name); it != names.end()) out.inputs.emplace(p.name, renamed(b, p, s, it->second));
  return out;
}

Diagram Pairer::image(const Diagram& d, Side s) {
  DiagramBuilder b;
  return freeze(b, d.name, sizes_.context(), inputs_, thaw(b, d, substitution(b, s)));
}

Diagram Pairer::side(Side s) {
  const Diagram& d = of(s).diagram;
  DiagramBuilder b;
  DiagramBuilder::Substitution own = substitution(b, s);
  if (pool_)
    for (const InputPort& p : ports(d, Role::weight)) own.inputs.emplace(p.name, placed(b, p, s));
  std::vector<Output> outputs = thaw(b, d, own);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    outputs[k].name = left_.diagram.outputs()[k].name;
    // Axes with the left side's names.
    std::map<Index, Index> map;
    for (std::size_t a = 0; a < outputs[k].axes.size(); ++a) {
      const Index named = b.fresh({b.axis(outputs[k].axes[a]).size, left_.diagram.outputs()[k].axes[a].name});
      map[outputs[k].axes[a]] = named;
      outputs[k].axes[a] = named;
    }
    outputs[k].value = b.rename(outputs[k].value, map);
  }
  return freeze(b, d.name, sizes_.context(), inputs_, outputs);
}

void Pairer::check_types() const {
  const Diagram &l = pairing_.statement.left, &r = pairing_.statement.right;
  for (std::size_t k = 0; k < l.outputs().size(); ++k) {
    const DType a = l.box(l.outputs()[k].wire).dtype, c = r.box(r.outputs()[k].wire).dtype;
    if (a != c)
      throw Unpaired(fmt::format("the output {} is {} on the left and {} on the right", l.outputs()[k].name.text(),
                                 describe(a), describe(c)));
  }
}

std::string Pairer::text() const {
  const Diagram &l = pairing_.statement.left, &r = pairing_.statement.right;
  std::string out = fmt::format("# left:  {}\n# right: {}\n#\n", left_.source, right_.source);
  for (const auto& [a, c] : pairs_)
    out += a.name == c.name
               ? fmt::format("# {} {}: the same on both sides\n", describe(a.role), a.name.text())
               : fmt::format("# {} {}: the right side's {}\n", describe(a.role), a.name.text(), c.name.text());
  for (const std::string& line : weight_lines_) out += "# weight: " + line + "\n";
  for (std::size_t k = 0; k < l.outputs().size(); ++k) {
    const std::string &a = left_.diagram.outputs()[k].name.text(), &c = right_.diagram.outputs()[k].name.text();
    out += a == c ? fmt::format("# output {}\n", a) : fmt::format("# output {}: the right side's {}\n", a, c);
  }
  std::set<Symbol> variables = size_variables(l);
  variables.merge(size_variables(r));
  std::vector<std::string> bounds;
  for (Symbol v : variables) bounds.push_back(fmt::format("{} >= {}", v.text(), sizes_.context().lower_bound(v)));
  out += bounds.empty() ? "# sizes: all fixed\n" : fmt::format("# for all sizes {}\n", fmt::join(bounds, ", "));
  for (const Size& h : sizes_.context().hypotheses) out += fmt::format("# where {} >= 0\n", to_string(h));
  for (const std::string& n : pairing_.notes) out += fmt::format("# note: {}\n", n);
  out += "\n" + print_diagram(l, "left") + "\n" + print_diagram(r, "right");
  return out + "\n" + recurrences_text(pairing_.statement) + "theorem statement: left == right\n";
}

}  // namespace

std::string recurrences_text(const Statement& s) {
  std::string out;
  for (const Recurrence& r : recurrences(s)) {
    const std::string name = r.state.text().substr(0, r.state.text().find('@'));
    out += fmt::format("# the state {}: its first value, and its value after a step\n{}\n{}\n", r.state.text(),
                       print_diagram(s.given[r.first].right, name + "_first"),
                       print_diagram(s.given[r.next].right, name + "_next"));
  }
  return out;
}

Pairing pair(const Architecture& left, const Architecture& right) { return Pairer(left, right).run(); }

Diagram only_output(const Diagram& d, std::size_t n) {
  DiagramBuilder b;
  std::vector<Output> outputs = thaw(b, d);
  outputs[n].name = Symbol("out");
  return freeze(b, d.name, d.sizes(), d.inputs(), {outputs[n]});
}

Diagram with_outputs(const Diagram& d, const std::vector<WireId>& wires) {
  std::vector<bool> needed(d.boxes().size(), false);
  for (WireId w : wires) needed[w.id] = true;
  for (std::size_t w = d.boxes().size(); w-- > 0;)
    if (needed[w])
      for (const Port& p : d.boxes()[w].inputs) needed[p.wire.id] = true;
  std::vector<WireId> renumbered(d.boxes().size());
  std::vector<Box> boxes;
  for (std::size_t w = 0; w < d.boxes().size(); ++w) {
    if (!needed[w]) continue;
    renumbered[w] = {static_cast<std::uint32_t>(boxes.size())};
    boxes.push_back(d.boxes()[w]);
    for (Port& p : boxes.back().inputs) p.wire = renumbered[p.wire.id];
  }
  std::vector<OutputPort> outputs;
  for (WireId w : wires) {
    OutputPort port{Symbol("wire_" + std::to_string(w.id)), d.box(w).degree, renumbered[w.id], {}};
    for (std::uint32_t k = 0; k < port.axes.size(); ++k) port.map.push_back(k);
    outputs.push_back(std::move(port));
  }
  return Diagram::from_arrays(d.name, d.sizes(), d.inputs(), std::move(outputs), std::move(boxes));
}

}  // namespace skein
