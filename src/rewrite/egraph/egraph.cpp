#include "rewrite/egraph/egraph.hpp"

#include <algorithm>

namespace skein::egraph {
namespace {

constexpr std::size_t first_memo = 4096;
constexpr std::uint8_t duplicate = 1, pruned = 2;

std::uint32_t mix(const std::uint32_t* words, std::size_t n) {
  std::uint64_t h = n;
  for (std::size_t k = 0; k < n; ++k) h = ((h << 5 | h >> 59) ^ words[k]) * 0x517cc1b727220a95u;
  return static_cast<std::uint32_t>(h >> 32);
}

}  // namespace

std::size_t EGraph::WordsHash::operator()(const Words& w) const { return mix(w.data(), w.size()); }

EGraph::EGraph(Language& language, bool proofs)
    : language_(language), proofs_(proofs), slotted_(1), memo_hash_(first_memo), memo_(first_memo, no_id) {}

std::size_t EGraph::bytes() const {
  // A node is listed once in its class and at most once by each of its arguments; lists double.
  const std::size_t lists = 2 * words_.size() * sizeof(Id);
  return lists + (words_.capacity() + origins_.capacity() + records_.capacity()) * sizeof(std::uint32_t) +
         parent_.capacity() * (5 * sizeof(Id) + 2 + sizeof(Lists)) + slotted_.capacity() * sizeof(Slotted) +
         edges_.capacity() * sizeof(Edge) + edge_slots_.capacity() * sizeof(Slots) + memo_.capacity() * 2 * sizeof(Id) +
         slotted_memo_.size() * (sizeof(Named) + 64) + proof_parent_.capacity() * 2 * sizeof(Id);
}

// --- the memo of nodes without slots: open addressing; entries of nodes that have changed since are passed over

std::uint32_t EGraph::hash(const std::uint32_t* words) const { return mix(words, 2 + child_count(words[1])); }

bool EGraph::same(Id node, const std::uint32_t* words) const {
  return std::equal(words, words + 2 + child_count(words[1]), words_.data() + start_[node]);
}

Id* EGraph::slot_in_memo(std::uint32_t h, const std::uint32_t* words) {
  const std::size_t mask = memo_.size() - 1;
  std::size_t k = h & mask;
  while (memo_[k] != no_id && !(memo_hash_[k] == h && same(memo_[k], words))) k = (k + 1) & mask;
  memo_hash_[k] = h;
  return &memo_[k];
}

void EGraph::grow_memo() {
  if (memo_used_ * 2 < memo_.size()) return;
  std::vector<Id> old(memo_.size() * 2, no_id);
  std::vector<std::uint32_t> hashes(memo_.size() * 2);
  old.swap(memo_), hashes.swap(memo_hash_);
  memo_used_ = 0;
  const std::size_t mask = memo_.size() - 1;
  for (std::size_t k = 0; k < old.size(); ++k) {
    if (old[k] == no_id || hash(words_.data() + start_[old[k]]) != hashes[k]) continue;
    std::size_t j = hashes[k] & mask;
    while (memo_[j] != no_id) j = (j + 1) & mask;
    memo_[j] = old[k], memo_hash_[j] = hashes[k];
    ++memo_used_;
  }
}

// --- adding

Id EGraph::add_plain(OperatorId op, std::span<const Id> children) {
  std::uint32_t small[16];
  Words large;
  std::uint32_t* words = small;
  if (children.size() > 14) large.resize(children.size() + 2), words = large.data();
  words[0] = op, words[1] = header(children.size(), 0, 0, false);
  for (std::size_t k = 0; k < children.size(); ++k) words[2 + k] = find(children[k]);
  if (language_[op].unordered) std::sort(words + 2, words + 2 + children.size());
  grow_memo();
  const std::uint32_t h = hash(words);
  Id* place = slot_in_memo(h, words);
  if (*place != no_id) return *place;
  *place = static_cast<Id>(parent_.size());
  ++memo_used_;
  return found(words, 2 + children.size(), 0);
}

Id EGraph::found(const std::uint32_t* words, std::size_t n, std::size_t arity) {
  const Id id = static_cast<Id>(parent_.size());
  start_.push_back(static_cast<std::uint32_t>(words_.size()));
  words_.insert(words_.end(), words, words + n);
  parent_.push_back(id);
  size_.push_back(1);
  arity_.push_back(static_cast<std::uint8_t>(arity));
  dead_.push_back(0);
  slotted_index_.push_back(0);
  lists_.emplace_back();
  lists_.back().nodes.push_back(id);
  if (words[0] >= by_op_.size()) by_op_.resize(words[0] + 1);
  by_op_[words[0]].push_back(id);
  ++live_, ++classes_count_;
  if (proofs_) {
    origin_start_.push_back(static_cast<std::uint32_t>(origins_.size()));
    origins_.insert(origins_.end(), words, words + n);
    proof_parent_.push_back(no_id);
    proof_edge_.push_back(0);
  }
  if (arity == 0 && !(words[1] & slotted_bit)) {
    link_parents(id);
    for (Analysis* a : analyses_)
      if (a->grow(*this, id)) modify_pending_.push_back(id);
  }
  return id;
}

void EGraph::link_parents(Id node) {
  const std::span<const Id> in = children(node);
  for (std::size_t k = 0; k < in.size(); ++k)
    if (std::find(in.begin(), in.begin() + static_cast<long>(k), in[k]) == in.begin() + static_cast<long>(k))
      lists_[in[k]].parents.push_back(node);
}

// --- equality

bool EGraph::merge(Id a, Id b, const Reason& why) {
  if (arity_[a] || arity_[b])
    return merge(Applied{a, Slots::identity(arity_[a])}, Applied{b, Slots::identity(arity_[b])}, why);
  const Id x = find(a), y = find(b);
  if (x == y) return false;
  if (proofs_) link_proofs(a, b, note_edge(a, b, nullptr, why));
  if (lists_[x].parents.size() >= lists_[y].parents.size())
    unite(x, y);
  else
    unite(y, x);
  return true;
}

void EGraph::unite(Id winner, Id loser) {
  Lists &w = lists_[winner], &l = lists_[loser];
  for (Analysis* a : analyses_) {
    const Analysis::Joined j = a->join(*this, winner, loser);
    if (j.changed) analysis_pending_.insert(analysis_pending_.end(), w.parents.begin(), w.parents.end());
    if (j.changed || j.differs) modify_pending_.push_back(winner);
    if (j.differs) analysis_pending_.insert(analysis_pending_.end(), l.parents.begin(), l.parents.end());
  }
  pending_.insert(pending_.end(), l.parents.begin(), l.parents.end());
  w.parents.append(l.parents);
  w.nodes.append(l.nodes);
  l = {};
  parent_[loser] = winner;
  size_[winner] += size_[loser];
  dirty_.push_back(winner);
  --classes_count_;
}

void EGraph::repair(Id node) {
  if (dead_[node] == duplicate) return;
  std::uint32_t* words = words_.data() + start_[node];
  if (words[1] & slotted_bit) return repair_slotted(node);
  const std::uint32_t n = child_count(words[1]);
  bool changed = false;
  for (std::uint32_t k = 0; k < n; ++k) {
    const Id c = find(words[2 + k]);
    changed = changed || c != words[2 + k];
    words[2 + k] = c;
  }
  if (!changed) return;
  if (language_[words[0]].unordered) std::sort(words + 2, words + 2 + n);
  grow_memo();
  Id* place = slot_in_memo(hash(words), words);
  if (*place == no_id) {
    *place = node;
    ++memo_used_;
  } else if (const Id other = *place; other != node) {
    retire(node);
    merge(node, other, {.kind = ReasonKind::congruence});
  }
}

void EGraph::retire(Id node) {
  if (!dead_[node]) --live_;
  dead_[node] = duplicate;
  dirty_.push_back(node);
}

void EGraph::prune(Id leader) {
  for (Id n : lists_[leader].nodes)
    if (!dead_[n] && child_count(header_of(n)) > 0) dead_[n] = pruned, --live_;
  dirty_.push_back(leader);
}

void EGraph::rebuild() {
  std::vector<Id> todo;
  while (!pending_.empty() || !analysis_pending_.empty() || !modify_pending_.empty()) {
    while (!pending_.empty()) {
      todo.swap(pending_);
      for (Id n : todo) repair(n);
      todo.clear();
    }
    todo.swap(analysis_pending_);
    for (Id n : todo)
      for (Analysis* a : analyses_)
        if (a->update(*this, n)) {
          const Id leader = find(n);
          const IdList& up = lists_[leader].parents;
          analysis_pending_.insert(analysis_pending_.end(), up.begin(), up.end());
          modify_pending_.push_back(leader);
        }
    todo.clear();
    todo.swap(modify_pending_);
    for (Id n : todo)
      for (Analysis* a : analyses_) a->modify(*this, find(n));
    todo.clear();
  }
  for (Id& n : dirty_) n = find(n);
  std::sort(dirty_.begin(), dirty_.end());
  dirty_.erase(std::unique(dirty_.begin(), dirty_.end()), dirty_.end());
  for (Id leader : dirty_) {
    IdList& l = lists_[leader].nodes;
    l.truncate(std::remove_if(l.begin(), l.end(), [&](Id n) { return dead_[n] != 0; }));
    std::sort(l.begin(), l.end(), [&](Id a, Id b) { return std::pair(op(a), a) < std::pair(op(b), b); });
  }
  dirty_.clear();
  for (std::vector<Id>& list : by_op_) std::erase_if(list, [&](Id n) { return dead_[n] != 0; });
}

const std::vector<Id>& EGraph::nodes_of(OperatorId op) {
  if (op >= by_op_.size()) by_op_.resize(op + 1);
  return by_op_[op];
}

// --- proofs

std::uint32_t EGraph::note_edge(Id u, Id v, const Slots* to, const Reason& why) {
  Edge e{u,
         v,
         why.kind,
         why.number,
         static_cast<std::uint32_t>(records_.size()),
         static_cast<std::uint32_t>(why.record.size()),
         0};
  records_.insert(records_.end(), why.record.begin(), why.record.end());
  if (to) {
    e.to = static_cast<std::uint32_t>(edge_slots_.size());
    edge_slots_.push_back(*to);
  }
  edges_.push_back(e);
  return static_cast<std::uint32_t>(edges_.size() - 1);
}

// Hangs the tree of the smaller class under a node of the other.
void EGraph::link_proofs(Id u, Id v, std::uint32_t edge) {
  if (size_[find(u)] > size_[find(v)]) std::swap(u, v);
  Id below = v, n = u;
  std::uint32_t through = edge;
  while (n != no_id) {
    const Id up = proof_parent_[n];
    proof_parent_[n] = below;
    std::swap(proof_edge_[n], through);
    below = n, n = up;
  }
}

}  // namespace skein::egraph
