#include "rewrite/egraph/constants.hpp"

namespace skein::egraph {

std::uint32_t Constants::number_of(const Rational& r) {
  const auto [it, fresh] = index_.emplace(r, static_cast<std::uint32_t>(values_.size()));
  if (fresh) values_.push_back(r);
  return it->second;
}

std::uint32_t Constants::evaluate(EGraph& g, Id node) {
  const OperatorId op = g.op(node);
  const std::span<const Id> in = g.children(node);
  if (in.empty()) {
    if (op >= literal_.size()) literal_.resize(op + 1, -1);
    if (literal_[op] < 0) {
      const auto r = meaning_.literal(op);
      literal_[op] = r ? number_of(*r) : 0;
    }
    return static_cast<std::uint32_t>(literal_[op]);
  }
  // With the number of arguments, without which f(a) of one operator has the key of g(f, a) for operator 0.
  std::uint64_t key = std::uint64_t{op} << 1 | (in.size() - 1);
  std::vector<Rational> arguments;
  for (Id c : in)
    if (number(g.find(c)) == 0) return 0;
  for (Id c : in) key = key << 24 | number(g.find(c));
  const bool short_key = in.size() <= 2 && op < (1u << 15) && values_.size() < (1u << 24);
  if (short_key)
    if (auto it = folded_.find(key); it != folded_.end()) return it->second;
  for (Id c : in) arguments.push_back(values_[number(g.find(c))]);
  const auto r = meaning_.fold(op, arguments);
  const std::uint32_t n = r ? number_of(*r) : 0;
  if (short_key) folded_.emplace(key, n);
  return n;
}

void Constants::set(Id leader, std::uint32_t value, Id source) {
  if (leader >= known_.size()) known_.resize(2 * leader + 16), source_.resize(2 * leader + 16);
  known_[leader] = value, source_[leader] = source;
}

bool Constants::grow(EGraph& g, Id node) {
  const std::uint32_t n = evaluate(g, node);
  if (n) set(node, n, node);
  return n != 0;
}

bool Constants::update(EGraph& g, Id node) {
  const std::uint32_t n = evaluate(g, node);
  const Id leader = g.find(node);
  if (n == 0 || n == number(leader)) return false;
  if (const std::uint32_t known = number(leader)) {
    conflicts_.push_back({source_[leader], node, values_[known], values_[n]});
    return false;
  }
  set(leader, n, node);
  return true;
}

Analysis::Joined Constants::join(EGraph&, Id into, Id from) {
  const std::uint32_t a = number(into), b = number(from);
  if (a && b && a != b) conflicts_.push_back({source_[into], source_[from], values_[a], values_[b]});
  if (!a && b) set(into, b, source_[from]);
  return {!a && b, a && !b};
}

void Constants::modify(EGraph& g, Id leader) {
  const std::uint32_t n = number(leader);
  if (!n) return;
  const Id source = source_[leader];
  const Id literal = g.add(meaning_.operator_of(values_[n]), {});
  if (literal != source && g.find(literal) != leader) {
    Words arguments;
    const std::vector<Id> in(g.children(source).begin(), g.children(source).end());
    for (Id c : in)
      if (const std::uint32_t k = number(g.find(c))) arguments.push_back(g.add(meaning_.operator_of(values_[k]), {}));
    g.merge(Applied{source, Slots::identity(g.arity(source))}, Applied{literal, {}},
            {ReasonKind::analysis, 0, arguments});
  }
  if (prune_) g.prune(g.find(leader));
}

}  // namespace skein::egraph
