#include "kernel/monoidal_text.hpp"

#include <algorithm>

#include "kernel/text.hpp"

namespace skein::monoidal {
namespace {

using Tokens = std::vector<std::string_view>;

template <class Id>
std::string numbers(std::span<const Id> ids) {
  std::string out;
  for (Id i : ids) out += (out.empty() ? "" : " ") + std::to_string(i.id);
  return out;
}

std::string write(Port p) {
  return (p.box == boundary ? "out" : std::to_string(p.box.id)) + "." + std::to_string(p.index);
}

Port read_port(std::string_view t) {
  const std::size_t dot = t.find('.');
  if (dot == std::string_view::npos) throw Rejected("malformed consumer '" + std::string(t.substr(0, 60)) + "'.");
  const BoxId b = t.substr(0, dot) == "out" ? boundary : BoxId{text::read_number(t.substr(0, dot))};
  return {b, text::read_number(t.substr(dot + 1))};
}

// The runs of tokens between the separators.
std::vector<Tokens> parts(const Tokens& tokens, std::string_view separator) {
  std::vector<Tokens> out(1);
  for (std::string_view t : tokens) {
    if (t == separator)
      out.emplace_back();
    else
      out.back().push_back(t);
  }
  return out;
}

template <class Id>
std::vector<Id> ids(std::span<const std::string_view> tokens) {
  std::vector<Id> out;
  for (std::string_view t : tokens) out.push_back(Id{text::read_number(t)});
  return out;
}

GeneratorId read_generator(const Signature& s, std::string_view t) {
  const auto g = s.find_generator(text::read_name(t));
  if (!g) throw Rejected("there is no generator '" + std::string(t.substr(0, 60)) + "'.");
  return *g;
}

void require(bool condition, const char* otherwise) {
  if (!condition) throw Rejected(otherwise);
}

RuleStep read_rule_step(const Tokens& tokens) {
  require(tokens.size() >= 3 && (tokens[2] == "forward" || tokens[2] == "backward"),
          "a step by a rule says which rule and direction, as in: left assoc forward 0 1 | 2 |.");
  RuleStep step{text::read_name(tokens[1]), tokens[2] == "forward" ? Direction::forward : Direction::backward, {}};
  const auto lists = parts({tokens.begin() + 3, tokens.end()}, "|");
  require(lists.size() == 3, "a step by a rule has three lists: wires, boxes and exits.");
  step.placement.nodes = ids<NodeId>(lists[0]);
  step.placement.boxes = ids<BoxId>(lists[1]);
  for (std::string_view t : lists[2]) {
    const std::size_t colon = t.find(':');
    require(colon != std::string_view::npos, "an exit is a consumer and a leg, as in 3.0:1.");
    const std::string_view leg = t.substr(colon + 1);
    step.placement.exits.push_back({read_port(t.substr(0, colon)), leg == "-" ? stays : text::read_number(leg)});
  }
  return step;
}

std::optional<Move> read_move(const Signature& s, const Tokens& tokens) {
  const auto box = [&](std::size_t i) { return BoxId{text::read_number(tokens.at(i))}; };
  const std::string_view kind = tokens[1];
  // Rule steps have a direction and bars, so no move is mistaken for one, whatever the rule is called.
  if (std::ranges::find(tokens, "|") != tokens.end()) return std::nullopt;
  if (kind == "drop" && tokens.size() == 3) return Move{.kind = Move::Kind::drop, .box = box(2)};
  if (kind == "share" && tokens.size() == 4) return Move{.kind = Move::Kind::share, .box = box(2), .other = box(3)};
  if (kind == "insert" && tokens.size() >= 3)
    return Move{.kind = Move::Kind::insert,
                .generator = read_generator(s, tokens[2]),
                .sources = ids<NodeId>(std::span(tokens).subspan(3))};
  if (kind == "split" && tokens.size() >= 3) {
    Move m{.kind = Move::Kind::split, .box = box(2)};
    for (std::size_t i = 3; i < tokens.size(); ++i) m.consumers.push_back(read_port(tokens[i]));
    return m;
  }
  throw Rejected("a move is one of: drop B, insert G wires, share B B, split B consumers.");
}

std::string write(const Signature& s, const Move& m) {
  switch (m.kind) {
    case Move::Kind::drop: return "drop " + std::to_string(m.box.id);
    case Move::Kind::share: return "share " + std::to_string(m.box.id) + " " + std::to_string(m.other.id);
    case Move::Kind::insert: {
      std::string out = "insert " + text::write(s.generator(m.generator).name);
      for (NodeId n : m.sources) out += " " + std::to_string(n.id);
      return out;
    }
    case Move::Kind::split: {
      std::string out = "split " + std::to_string(m.box.id);
      for (Port p : m.consumers) out += " " + write(p);
      return out;
    }
  }
  return "";
}

}  // namespace

Tokens tokens_of(std::string_view line) { return text::split(line, ' '); }

std::string write(const OpenDiagram& d) {
  std::string out;
  const auto add = [&](const std::string& token) { out += (out.empty() ? "" : " ") + token; };
  const auto arrow = [&](std::span<const NodeId> from, std::span<const NodeId> to) {
    for (NodeId n : from) add(std::to_string(n.id));
    add(">");
    for (NodeId n : to) add(std::to_string(n.id));
  };
  for (std::uint32_t n = 0; n < d.node_bound(); ++n) add(text::write(d.signature().sort(d.sort({n}))));
  for (std::uint32_t b = 0; b < d.box_bound(); ++b) {
    add("|");
    add(text::write(d.signature().generator(d.generator({b})).name));
    arrow(d.sources({b}), d.targets({b}));
  }
  add("|");
  arrow(d.inputs(), d.outputs());
  return out;
}

std::string write(const Signature& s, const Generator& g) {
  const bool flagged = g.deterministic && s.structure() != Structure::cartesian;
  std::string out = (flagged ? "deterministic " : "generator ") + text::write(g.name);
  for (SortId sort : g.inputs) out += " " + text::write(s.sort(sort));
  out += " >";
  for (SortId sort : g.outputs) out += " " + text::write(s.sort(sort));
  return out;
}

std::string write(const Rule& r) {
  return text::write(r.name()) + (r.two_way() ? " ==\n" : " =>\n") + write(r.left()) + "\n" + write(r.right()) + "\n";
}

std::string write(const Signature& s, Side side, const Step& step) {
  std::string out = side == Side::left ? "left " : "right ";
  if (const auto* m = std::get_if<Move>(&step)) return out + write(s, *m);
  const RuleStep& r = std::get<RuleStep>(step);
  out += text::write(r.rule) + (r.direction == Direction::forward ? " forward" : " backward");
  for (NodeId n : r.placement.nodes) out += " " + std::to_string(n.id);
  out += " |";
  for (BoxId b : r.placement.boxes) out += " " + std::to_string(b.id);
  out += " |";
  for (const Exit& e : r.placement.exits)
    out += " " + write(e.consumer) + ":" + (e.leg == stays ? "-" : std::to_string(e.leg));
  return out;
}

std::string write(const Isomorphism& i) {
  std::string out = numbers<NodeId>(i.nodes);
  out += out.empty() ? "|" : " |";
  return i.boxes.empty() ? out : out + " " + numbers<BoxId>(i.boxes);
}

OpenDiagram read_diagram(const SignaturePtr& s, std::string_view line) {
  const auto lists = parts(tokens_of(line), "|");
  require(lists.size() >= 2, "a diagram has its wires and its boundary, as in: A A | 0 1 > 1 0.");
  OpenDiagram d(s);
  for (std::string_view t : lists[0]) {
    const auto sort = s->find_sort(text::read_name(t));
    if (!sort) throw Rejected("there is no object '" + std::string(t.substr(0, 60)) + "'.");
    d.add_node(*sort);
  }
  for (std::size_t i = 1; i < lists.size(); ++i) {
    const bool last = i + 1 == lists.size();
    const std::size_t from = last ? 0 : 1;
    require(lists[i].size() > from, "a box has a generator and its wires, as in: f 0 1 > 2.");
    const auto sides = parts({lists[i].begin() + static_cast<std::ptrdiff_t>(from), lists[i].end()}, ">");
    require(sides.size() == 2, "the wires of a box or of the boundary are two lists, as in: 0 1 > 2.");
    const auto sources = ids<NodeId>(sides[0]), targets = ids<NodeId>(sides[1]);
    if (last) {
      d.set_inputs(sources);
      d.set_outputs(targets);
    } else {
      d.add_box(read_generator(*s, lists[i][0]), sources, targets);
    }
  }
  return d;
}

std::pair<Side, Step> read_step(const Signature& s, std::string_view line) {
  const Tokens tokens = tokens_of(line);
  require(tokens.size() >= 2 && (tokens[0] == "left" || tokens[0] == "right"), "a step begins with its side.");
  const Side side = tokens[0] == "left" ? Side::left : Side::right;
  if (auto move = read_move(s, tokens)) return {side, std::move(*move)};
  return {side, read_rule_step(tokens)};
}

Isomorphism read_isomorphism(std::string_view line) {
  const auto lists = parts(tokens_of(line), "|");
  require(lists.size() == 2, "a pairing is two lists, of wires and of boxes.");
  return {ids<NodeId>(lists[0]), ids<BoxId>(lists[1])};
}

}  // namespace skein::monoidal
