#include "draw/sketch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "draw/idioms.hpp"
#include "draw/labels.hpp"

namespace skein {

namespace {

// A node read at issued indices.
struct Use {
  int node = -1;
  std::vector<Index> at;
};

// The size without its bars where it is one name or number.
std::string print(const Size& s) { return to_string(s); }

constexpr std::size_t longest_view = 40;  // bytes; what is longer says less than a word

class Sketcher {
 public:
  explicit Sketcher(const Diagram& d) : diagram_(d), idioms_(b_) {
    for (std::size_t k = 0; k < d.inputs().size(); ++k) boundary_[d.inputs()[k].name] = static_cast<int>(k);
  }

  Sketch run() {
    for (const InputPort& p : diagram_.inputs())
      if (p.role == Role::input) sketch_.inputs.push_back(source_of(b_.input(p.name, p.axes, p.dtype).wire));
    std::vector<Output> outputs = thaw(b_, diagram_);
    for (const Output& o : outputs) {
      SketchOutput out{o.name.text(), {}, {}};
      out.axes = diagram_.outputs()[sketch_.outputs.size()].axes;
      const Use u = use(o.value);
      out.value.node = u.node;
      for (const Index i : u.at)
        out.value.map.push_back(static_cast<int>(std::find(o.axes.begin(), o.axes.end(), i) - o.axes.begin()));
      sketch_.outputs.push_back(std::move(out));
    }
    prune();
    discard_unread();
    return std::move(sketch_);
  }

 private:
  // Without the nodes that no output needs: those that were made for a part of what became one glyph.
  void prune() {
    std::vector<int> place(sketch_.nodes.size(), -1);
    for (const SketchOutput& o : sketch_.outputs) place[o.value.node] = 0;
    for (const int n : sketch_.inputs) place[n] = 0;
    for (std::size_t n = place.size(); n-- > 0;)
      if (place[n] == 0)
        for (const SketchPort& p : sketch_.nodes[n].inputs) place[p.node] = 0;
    std::vector<SketchNode> live;
    for (std::size_t n = 0; n < place.size(); ++n) {
      if (place[n] < 0) continue;
      place[n] = static_cast<int>(live.size());
      for (SketchPort& p : sketch_.nodes[n].inputs) p.node = place[p.node];
      live.push_back(std::move(sketch_.nodes[n]));
    }
    sketch_.nodes = std::move(live);
    for (SketchOutput& o : sketch_.outputs) o.value.node = place[o.value.node];
    for (int& n : sketch_.inputs) n = place[n];
  }

  // --- constants: scalars that depend on no array, and learned scalars; their text, and how tightly it binds
  struct Text {
    std::string text;
    bool tight = true;
  };

  std::optional<Text> constant(const Ref& r) {
    if (!r.at.empty()) return std::nullopt;
    const Box& box = b_.box(r.wire);
    switch (box.op) {
      case Op::literal:
        return Text{label(box.value), box.value >= 0 && label(box.value).find('/') == std::string::npos};
      case Op::neg_inf: return Text{"−∞"};
      case Op::size_value: return Text{print(box.size), box.size.terms().size() <= 1};
      case Op::input:
        if (const InputPort* p = diagram_.find_input(box.name); p && p->role == Role::weight)
          return Text{box.name.text()};
        return std::nullopt;
      case Op::inv:
      case Op::sqrt:
      case Op::exp:
      case Op::log:
      case Op::mul:
      case Op::add: break;
      default: return std::nullopt;
    }
    std::vector<Text> parts;
    const Op op = box.op;
    for (const Ref& i : b_.open(r).inputs) {
      auto t = constant(i);
      if (!t) return std::nullopt;
      parts.push_back(std::move(*t));
    }
    const auto bracketed = [](const Text& t) { return t.tight ? t.text : "(" + t.text + ")"; };
    if (op == Op::inv) return Text{"1/" + bracketed(parts[0]), false};
    if (op == Op::sqrt) return Text{"√" + bracketed(parts[0])};
    if (op == Op::exp || op == Op::log) return Text{fmt::format("{}({})", info(op).name, parts[0].text)};
    std::string text;
    for (const Text& t : parts) text += (text.empty() ? "" : op == Op::mul ? "·" : " + ") + bracketed(t);
    return Text{text, false};
  }

  std::optional<Ref> weight(const Ref& r) {
    const Box& box = b_.box(r.wire);
    if (box.op != Op::input || r.at.empty()) return std::nullopt;
    const InputPort* p = diagram_.find_input(box.name);
    return p && p->role == Role::weight ? std::optional(r) : std::nullopt;
  }

  // --- nodes
  Use node(Glyph glyph, std::string label, const std::vector<Index>& out, const std::vector<Index>& bound,
           const std::vector<Use>& inputs, const std::vector<Index>& targets = {}) {
    SketchNode n;
    n.glyph = glyph, n.label = std::move(label), n.degree = static_cast<int>(out.size());
    std::vector<Index> local = out;
    local.insert(local.end(), bound.begin(), bound.end());
    const auto position = [&](Index i) {
      return static_cast<int>(std::find(local.begin(), local.end(), i) - local.begin());
    };
    for (const Index i : local) n.local.push_back(b_.axis(i));
    n.target.resize(local.size());
    for (const Index i : targets) n.target[position(i)] = true;
    for (const Use& u : inputs) {
      SketchPort p{u.node, {}};
      for (const Index i : u.at) p.map.push_back(position(i));
      n.inputs.push_back(std::move(p));
    }
    std::set<int> sources;
    for (const Use& u : inputs) sources.insert(sources_[u.node].begin(), sources_[u.node].end());
    sketch_.nodes.push_back(std::move(n));
    sources_.emplace_back(sources.begin(), sources.end());
    return {static_cast<int>(sketch_.nodes.size()) - 1, out};
  }

  int source_of(WireId w) {
    if (const auto it = nodes_.find(w); it != nodes_.end()) return it->second;
    const Ref r = b_.at_fresh(w);
    const Box& box = b_.box(w);
    const Use u = node(Glyph::source, box.name.text(), r.at, {}, {});
    SketchNode& n = sketch_.nodes[u.node];
    const InputPort* p = diagram_.find_input(box.name);
    n.learned = p && p->role == Role::weight;
    if (const auto at = boundary_.find(box.name); at != boundary_.end()) sources_[u.node] = {at->second};
    return nodes_[w] = u.node;
  }

  Use use(const Ref& r) {
    if (const auto it = nodes_.find(r.wire); it != nodes_.end()) return {it->second, r.at};
    const Ref own = b_.at_fresh(r.wire);
    Use u = build(own);
    if (u.at != own.at) u = node(Glyph::reindex, "", own.at, {}, {u});  // axes that no factor mentions
    nodes_[r.wire] = u.node;
    return {u.node, r.at};
  }

  // The node of a term, at the term's own indices.
  Use build(const Ref& r) {
    const Box box = b_.box(r.wire);
    if (box.op == Op::input) return {source_of(r.wire), r.at};
    if (const auto t = constant(r)) return node(Glyph::source, t->text, r.at, {}, {});
    if (const auto found = recognised(r)) return idiom(*found, r);
    switch (box.op) {
      case Op::index_value:
      case Op::opaque:
      default: break;
      case Op::mul: return product(b_.open(r).inputs, r.at, {});
      case Op::add: return sum(b_.open(r).inputs, r.at);
      case Op::reduce: return reduction(box, r);
      case Op::view: return reindexed(box, r);
      case Op::cases: return guarded(r);
    }
    if (box.op == Op::index_value) return node(Glyph::source, label(b_.open(r).index.at(0), name_of()), r.at, {}, {});
    return operation(box.op == Op::opaque ? box.name.text() : label(box.op), b_.open(r).inputs, r.at,
                     info(box.op).unordered);
  }

  // A small number that is itself an input of the diagram has to be seen: no idiom hides it.
  std::optional<Idiom> recognised(const Ref& r) {
    const auto [it, fresh] = idiom_cache_.try_emplace(r);
    if (!fresh) return it->second;
    auto found = idioms_.find(r);
    if (found && (constant(found->argument) || (found->epsilon && !constant(*found->epsilon)))) found.reset();
    return idiom_cache_[r] = found;
  }

  Use idiom(const Idiom& f, const Ref& r) {
    const Use x = use(f.argument);
    std::vector<Index> out = x.at, bound;
    Glyph glyph = Glyph::pointwise;
    if (f.along) {
      glyph = f.folds ? Glyph::fold : Glyph::along;
      if (f.folds) std::erase(out, *f.along), bound = {*f.along};
    }
    std::vector<Index> targets;
    if (f.along) targets = {*f.along};
    if (f.left_over.empty() && same_set(out, r.at)) out = r.at;
    Use u = node(glyph, f.label, out, bound, {x}, targets);
    if (f.left_over.empty()) return u;
    return b_.box(r.wire).op == Op::mul ? product(f.left_over, r.at, {}, &u) : sum(f.left_over, r.at, &u);
  }

  static bool same_set(std::vector<Index> a, std::vector<Index> b) {
    std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
    return a == b;
  }
  static bool subset(const std::vector<Index>& a, const std::vector<Index>& b) {
    return std::all_of(a.begin(), a.end(), [&](Index i) { return std::find(b.begin(), b.end(), i) != b.end(); });
  }

  // In the order of the boundary, as far as their inputs tell: that is how they are read.
  void in_order(std::vector<Use>& uses) {
    std::stable_sort(uses.begin(), uses.end(),
                     [&](const Use& a, const Use& b) { return sources_[a.node] < sources_[b.node]; });
  }

  std::vector<Index> indices_of(const std::vector<Use>& uses, const std::vector<Index>& order) {
    std::vector<Index> out;
    for (const Index i : order)
      if (std::any_of(uses.begin(), uses.end(), [&](const Use& u) { return subset({i}, u.at); })) out.push_back(i);
    return out;
  }

  // The node u has the weight w inside.
  void learn(const Use& u, const Ref& w) {
    sketch_.nodes[u.node].learned = true;
    auto& below = sources_[u.node];
    below.push_back(boundary_.at(b_.box(w.wire).name));
    std::sort(below.begin(), below.end());
  }

  // A function along the axes of a learned array: its factor or summand.
  Use with_learned(Use u, const std::vector<Ref>& learned, const char* sign, const std::vector<Index>& out) {
    for (const Ref& w : learned) {
      const std::vector<Index> at = &w == &learned.back() && same_set(out, u.at) ? out : u.at;
      u = node(Glyph::along, fmt::format("{} {}", sign, b_.box(w.wire).name.text()), at, {}, {u}, w.at);
      learn(u, w);
    }
    return u;
  }

  // The product of the factors and of `given`, summed over the bound indices.
  Use product(const std::vector<Ref>& factors, const std::vector<Index>& out, const std::vector<Index>& bound,
              const Use* given = nullptr) {
    std::vector<Use> above, below;
    std::vector<Ref> learned;
    std::string scale;
    const auto times = [&](const char* sign, const std::string& t) {
      scale += (scale.empty() ? "" : " ") + std::string(sign) + " " + t;
    };
    if (given) above.push_back(*given);
    for (const Ref& f : factors) {
      if (const auto c = constant(f)) {
        const bool quotient = b_.box(f.wire).op == Op::inv;
        times(quotient ? "÷" : "×", quotient ? c->text.substr(2) : c->text);
      } else if (weight(f)) {
        learned.push_back(f);
      } else if (b_.box(f.wire).op == Op::inv && bound.empty() && !nodes_.count(f.wire) && !recognised(f)) {
        below.push_back(use(b_.open(f).inputs.at(0)));
      } else {
        above.push_back(use(f));
      }
    }
    in_order(above), in_order(below);
    Use u = multiplied(above, below, learned, out, bound);
    if (scale.empty()) return u;
    return node(Glyph::pointwise, scale, same_set(u.at, out) ? out : u.at, {}, {u});
  }

  Use multiplied(std::vector<Use> above, const std::vector<Use>& below, std::vector<Ref> learned,
                 const std::vector<Index>& out, const std::vector<Index>& bound) {
    std::vector<Index> all = out;
    all.insert(all.end(), bound.begin(), bound.end());
    if (!bound.empty()) {
      if (above.size() == 1 && learned.size() == 1) return linear(above[0], learned[0], out, bound);
      for (const Ref& w : learned) above.push_back(use(w));
      if (above.size() == 1) return node(Glyph::fold, "Σ", indices_of(above, out), bound, above, bound);
      return node(Glyph::contraction, "", indices_of(above, out), bound, above, bound);
    }
    // A learned array that only scales along axes that are there is no operand of its own.
    const std::vector<Index> there = indices_of(above, out);
    std::vector<Ref> scaling;
    for (const Ref& w : learned) {
      if (subset(w.at, there))
        scaling.push_back(w);
      else
        above.push_back(use(w));
    }
    Use u{-1, {}};
    if (above.size() == 1)
      u = above[0];
    else if (above.size() > 1)
      u = node(Glyph::operation, "×", indices_of(above, out), {}, above);
    if (!below.empty()) {
      if (u.node < 0) u = node(Glyph::source, "1", {}, {}, {});
      std::vector<Use> operands{u};
      operands.insert(operands.end(), below.begin(), below.end());
      u = node(Glyph::operation, "÷", indices_of(operands, out), {}, operands);
    }
    return with_learned(u, scaling, "×", out);
  }

  Use linear(const Use& x, const Ref& w, const std::vector<Index>& out, const std::vector<Index>& bound) {
    std::vector<Index> targets = bound;
    for (const Index i : w.at)
      if (!subset({i}, bound) && !subset({i}, x.at)) targets.push_back(i);
    for (const Index i : bound)  // a bound axis of only one factor would not end at the map
      if (!subset({i}, x.at) || !subset({i}, w.at))
        return node(Glyph::contraction, "", indices_of({x, {0, w.at}}, out), bound, {x, use(w)}, bound);
    const Use u = node(Glyph::linear, b_.box(w.wire).name.text(), indices_of({x, {0, w.at}}, out), bound, {x}, targets);
    learn(u, w);
    return u;
  }

  // y where the term is -1 * y, else none.
  std::optional<Ref> negated(const Ref& r) {
    if (b_.box(r.wire).op != Op::mul || nodes_.count(r.wire)) return std::nullopt;
    const auto factors = b_.open(r).inputs;
    if (factors.size() != 2) return std::nullopt;
    for (int k = 0; k < 2; ++k)
      if (const Box& c = b_.box(factors[k].wire); c.op == Op::literal && c.value == -1) return factors[1 - k];
    return std::nullopt;
  }

  Use sum(const std::vector<Ref>& summands, const std::vector<Index>& out, const Use* given = nullptr) {
    std::vector<Use> plus, minus;
    std::vector<Ref> learned;
    std::string shift;
    if (given) plus.push_back(*given);
    for (const Ref& s : summands) {
      if (const auto c = constant(s))
        shift += (shift.empty() ? "+ " : " + ") + c->text;
      else if (weight(s))
        learned.push_back(s);
      else if (const auto y = negated(s))
        minus.push_back(use(*y));
      else
        plus.push_back(use(s));
    }
    in_order(plus), in_order(minus);
    std::vector<Index> there = indices_of(plus, out);
    for (const Index i : indices_of(minus, out))
      if (!subset({i}, there)) there.push_back(i);
    std::vector<Ref> shifting;
    for (const Ref& w : learned) {
      if (subset(w.at, there))
        shifting.push_back(w);
      else
        plus.push_back(use(w));
    }
    if (plus.empty() || minus.size() > 1) {
      for (const Use& y : minus) plus.push_back(node(Glyph::pointwise, "× −1", y.at, {}, {y}));
      minus.clear();
    }
    Use u = plus[0];
    if (plus.size() > 1) u = node(Glyph::operation, "+", indices_of(plus, out), {}, plus);
    if (!minus.empty()) u = node(Glyph::operation, "−", indices_of({u, minus[0]}, out), {}, {u, minus[0]});
    u = with_learned(u, shifting, "+", out);
    if (!shift.empty()) u = node(Glyph::pointwise, shift, u.at, {}, {u});
    return u;
  }

  Use reduction(const Box& box, const Ref& r) {
    const auto opened = b_.open(r);
    const Ref body = opened.inputs.at(0);
    if (box.fold == Op::add && b_.box(body.wire).op == Op::mul && !recognised(body) && !constant(body))
      return product(b_.open(body).inputs, r.at, opened.bound);
    const Use x = use(body);
    return node(Glyph::fold, fold_label(box.fold), indices_of({x}, r.at), opened.bound, {x}, opened.bound);
  }

  // Several arguments; constants among them are written into the label.
  Use operation(const std::string& name, const std::vector<Ref>& arguments, const std::vector<Index>& out,
                bool unordered) {
    std::vector<Use> inputs;
    std::string list;
    bool constants = false;
    for (const Ref& a : arguments) {
      const auto c = constant(a);
      if (c)
        constants = true;
      else
        inputs.push_back(use(a));
      list += (list.empty() ? "" : ", ") + (c ? c->text : std::string("·"));
    }
    const bool infix = arguments.size() == 2 && !name.empty() && !std::isalpha(static_cast<unsigned char>(name[0]));
    std::string label = name;
    if (constants && !infix) label = fmt::format("{}({})", name, list);
    if (constants && infix) {
      const auto left = constant(arguments[0]), right = constant(arguments[1]);
      label = fmt::format("{} {} {}", left ? left->text : "·", name, right ? right->text : "·");
    }
    if (unordered) in_order(inputs);
    const Glyph glyph = inputs.empty() ? Glyph::source : inputs.size() == 1 ? Glyph::pointwise : Glyph::operation;
    return node(glyph, label, inputs.empty() ? out : indices_of(inputs, out), {}, inputs);
  }

  IndexNames name_of() {
    return [this](Index i) {
      const std::string& n = b_.axis(i).name.text();
      return n.empty() ? "i" : n;
    };
  }

  // if guard then x else y; the guard acts along the axes that it mentions.
  Use guarded(const Ref& r) {
    const auto opened = b_.open(r);
    std::string guard;
    std::vector<Index> mentioned;
    for (const IndexExpression& e : opened.index) {
      guard += (guard.empty() ? "" : ", ") + guard_label(e, name_of());
      for (const Index i : free_indices(e))
        if (!subset({i}, mentioned)) mentioned.push_back(i);
    }
    const auto then = constant(opened.inputs[0]), otherwise = constant(opened.inputs[1]);
    const auto part = [](const std::optional<Text>& t) { return t ? t->text : std::string("·"); };
    if (then && otherwise)
      return node(Glyph::source, fmt::format("if {}: {}, else {}", guard, part(then), part(otherwise)), r.at, {}, {});
    const std::string label = then        ? fmt::format("if {}: {}", guard, part(then))
                              : otherwise ? fmt::format("{}, else {}", guard, part(otherwise))
                                          : "if " + guard;
    std::vector<Use> inputs;
    if (!then) inputs.push_back(use(opened.inputs[0]));
    if (!otherwise) inputs.push_back(use(opened.inputs[1]));
    if (inputs.size() == 1 && subset(mentioned, inputs[0].at))
      return node(Glyph::along, label, same_set(inputs[0].at, r.at) ? r.at : inputs[0].at, {}, inputs, mentioned);
    return node(Glyph::operation, label, r.at, {}, inputs);
  }

  // A view: axes that are read at a plain index pass by, the others end, and what they are read at starts.
  Use reindexed(const Box& box, const Ref& r) {
    const auto opened = b_.open(r);
    std::map<Index, int> times;
    for (const IndexExpression& e : opened.index)
      for (const Index i : free_indices(e)) ++times[i];
    Use x = use(b_.at_fresh(box.inputs.at(0).wire));
    std::vector<Index> bound, targets;
    std::string label;
    for (std::size_t s = 0; s < opened.index.size(); ++s) {
      const IndexExpression& e = opened.index[s];
      const IndexAtom* atom = e.as_atom();
      const bool whole = atom && atom->index() && b_.axis(*atom->index()).size == b_.axis(x.at[s]).size;
      if (whole && times[*atom->index()] == 1) {
        x.at[s] = *atom->index();
        continue;
      }
      bound.push_back(x.at[s]);
      label += (label.empty() ? "" : ", ") + skein::label(e, name_of());
    }
    for (const Index i : r.at) {
      if (std::find(x.at.begin(), x.at.end(), i) == x.at.end()) targets.push_back(i);
    }
    targets.insert(targets.end(), bound.begin(), bound.end());
    if (label.size() > longest_view) label = "view";
    return node(Glyph::reindex, label, r.at, bound, {x}, targets);
  }

  void discard_unread() {
    std::vector<bool> read(sketch_.nodes.size());
    for (const SketchNode& n : sketch_.nodes)
      for (const SketchPort& p : n.inputs) read[p.node] = true;
    for (const SketchOutput& o : sketch_.outputs) read[o.value.node] = true;
    for (const int n : sketch_.inputs) {
      if (read[n]) continue;
      SketchNode end;
      end.glyph = Glyph::discard, end.local = sketch_.nodes[n].local, end.target.resize(end.local.size());
      SketchPort p{n, {}};
      for (std::size_t k = 0; k < end.local.size(); ++k) p.map.push_back(static_cast<int>(k));
      end.inputs.push_back(std::move(p));
      sketch_.nodes.push_back(std::move(end));
    }
  }

  const Diagram& diagram_;
  DiagramBuilder b_;
  Idioms idioms_;
  Sketch sketch_;
  std::map<WireId, int> nodes_;
  std::map<Ref, std::optional<Idiom>> idiom_cache_;
  std::map<Symbol, int> boundary_;
  std::vector<std::vector<int>> sources_;  // by node: the boundary inputs below it
};

}  // namespace

Sketch sketch(const Diagram& d) { return Sketcher(d).run(); }

}  // namespace skein
