#include "kernel/monoidal.hpp"

#include <algorithm>

namespace skein::monoidal {
namespace {

template <class F>
void guarded(const F& f) {
  try {
    f();
  } catch (const IllTyped& e) {
    throw Rejected(e.what());
  }
}

}  // namespace

Kernel::Kernel(Theory theory) : theory_(std::move(theory)) {
  const std::vector<RulePtr> rules = std::exchange(theory_.rules, {});
  for (const RulePtr& r : rules) add_rule(r);
}

void Kernel::require_unknown(const RulePtr& claim) const {
  if (!claim || &claim->left().signature() != theory_.signature.get())
    throw Rejected("a claim must be stated in the signature of the theory " + theory_.name.text() + ".");
  if (known_.count(claim->name())) throw Rejected("there is already a rule or theorem '" + claim->name().text() + "'.");
}

void Kernel::learn(const RulePtr& claim, bool tainted) {
  require_unknown(claim);
  known_[claim->name()] = {claim, tainted};
}

void Kernel::add_rule(RulePtr rule) {
  learn(rule, false);
  theory_.rules.push_back(std::move(rule));
}

void Kernel::import(const Kernel& other, std::string digest) {
  const auto require = [](bool condition, const std::string& what) {
    if (!condition) throw Rejected("the imported theorems are about another theory: " + what);
  };
  const Signature &theirs = *other.theory_.signature, &ours = *theory_.signature;
  require(theirs.structure() == ours.structure(), "the structure differs.");
  for (std::uint32_t i = 0; i < theirs.sorts(); ++i)
    require(ours.find_sort(theirs.sort({i})).has_value(), "there is no object " + theirs.sort({i}).text() + " here.");
  for (std::uint32_t i = 0; i < theirs.generators(); ++i) {
    const Generator& g = theirs.generator({i});
    const auto here = ours.find_generator(g.name);
    require(here && write(ours, ours.generator(*here)) == write(theirs, g),
            "there is no generator " + g.name.text() + " of that type here.");
  }
  for (const RulePtr& r : other.theory_.rules)
    require(std::ranges::any_of(theory_.rules, [&](const RulePtr& own) { return write(*own) == write(*r); }),
            "the rule " + r->name().text() + " is not one of this theory.");
  Import record{std::move(digest), {}};
  for (const TheoremPtr& t : other.theorems_) {
    if (t->tainted()) continue;
    const Rule& r = *t->statement();
    learn(std::make_shared<Rule>(r.name(), read_diagram(theory_.signature, write(r.left())),
                                 read_diagram(theory_.signature, write(r.right())), r.two_way()),
          false);
    record.names.push_back(r.name());
  }
  imports_.push_back(std::move(record));
}

RulePtr Kernel::find(Symbol name) const {
  const auto at = known_.find(name);
  return at == known_.end() ? nullptr : at->second.rule;
}

void Kernel::open(RulePtr claim) {
  require_unknown(claim);
  if (open_) throw Rejected("the claim '" + open_->claim->name().text() + "' is still open.");
  open_ = Open{claim, claim->left(), claim->right(), {}, false};
}

const OpenDiagram& Kernel::side(Side s) const {
  if (!open_) throw Rejected("no claim is open.");
  return s == Side::left ? open_->left : open_->right;
}

OpenDiagram& Kernel::host(Side s) {
  side(s);  // a claim is open
  return s == Side::left ? open_->left : open_->right;
}

Trace Kernel::rewrite(Side s, Symbol rule, Direction d, Placement placement) {
  OpenDiagram& diagram = host(s);
  const auto at = known_.find(rule);
  if (at == known_.end()) throw Rejected("there is no rule or earlier theorem '" + rule.text() + "'.");
  const Known& known = at->second;
  if (s == Side::right && !open_->claim->two_way() && !known.rule->two_way())
    throw Rejected("the one-way rule '" + rule.text() + "' cannot be used on the right side of a one-way claim.");
  if (!known.rule->two_way() && open_->claim->two_way())
    throw Rejected("the one-way rule '" + rule.text() + "' cannot prove an equation; state the claim with =>.");
  std::string why;
  const auto match = Match::make(diagram, *known.rule, d, std::move(placement), &why);
  if (!match) throw Rejected("the rule '" + rule.text() + "' does not match there: " + why);
  Trace trace = monoidal::rewrite(diagram, *match);
  open_->steps.emplace_back(s, RuleStep{rule, d, match->placement()});
  open_->tainted |= known.tainted;
  return trace;
}

void Kernel::move(Side s, const Move& m) {
  OpenDiagram& diagram = host(s);
  guarded([&] { apply(diagram, m); });
  open_->steps.emplace_back(s, m);
}

void Kernel::step(Side s, const Step& step) {
  if (const auto* rule = std::get_if<RuleStep>(&step))
    rewrite(s, rule->rule, rule->direction, rule->placement);
  else
    move(s, std::get<Move>(step));
}

TheoremPtr Kernel::conclude(const Isomorphism& i) {
  if (const std::string why = no_isomorphism(side(Side::left), side(Side::right), i); !why.empty())
    throw Rejected("the sides of '" + open_->claim->name().text() + "' are not yet the same: " + why);
  std::shared_ptr<Theorem> t(new Theorem);
  t->statement_ = open_->claim;
  t->steps_ = std::move(open_->steps);
  const OpenDiagram& left = side(Side::left);
  for (std::uint32_t n = 0; n < left.node_bound(); ++n)
    if (left.has(NodeId{n})) t->isomorphism_.nodes.push_back(i.nodes[n]);
  for (std::uint32_t b = 0; b < left.box_bound(); ++b)
    if (left.has(BoxId{b})) t->isomorphism_.boxes.push_back(i.boxes[b]);
  t->tainted_ = open_->tainted;
  known_[t->name()] = {t->statement_, t->tainted_};
  theorems_.push_back(t);
  open_.reset();
  return t;
}

}  // namespace skein::monoidal
