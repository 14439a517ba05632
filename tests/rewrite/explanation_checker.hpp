#pragma once
// A checker of explanations that shares nothing with the e-graph: it reads terms as text, in which bound slots are
// named by their depth, and the rules as patterns.
#include <set>

#include "diagram/size.hpp"
#include "rewrite/egraph/explain.hpp"

namespace skein::egraph {

class ExplanationChecker {
 public:
  using Given = std::function<bool(std::uint32_t number, const std::string& left, const std::string& right)>;

  ExplanationChecker(const Language& l, const std::vector<Rule>& rules, Given given = {})
      : language_(l), rules_(rules), given_(std::move(given)) {}

  // Empty, or what is wrong.
  std::string check(const Explanation& x) {
    x_ = &x;
    try {
      for (EquationNumber n = 0; n < x.equations.size(); ++n) equation(n);
      const auto [from, to] = sides(x.use, static_cast<EquationNumber>(x.equations.size()));
      require(from == x.from && to == x.to, "it proves something else");
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }

  std::string text(const Explanation& x, const TermAt& t) {
    x_ = &x;
    return show(t, {}, 0);
  }

 private:
  using Names = std::map<Slot, std::string>;

  static void require(bool holds, const std::string& otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
  }
  std::size_t context(const ExplainedEquation& e) const {
    return x_->terms.at(e.left).slot_types.size() + e.extra.size();
  }

  std::pair<TermAt, TermAt> sides(const EquationUse& u, EquationNumber user) const {
    require(u.equation < user, "an equation is used before it is proved");
    const ExplainedEquation& e = x_->equations[u.equation];
    require(u.at.size() == context(e), "a use has another number of names than its context");
    TermAt l{e.left, {}}, r{e.right, {}};
    for (std::size_t k = 0; k < x_->terms[e.left].slot_types.size(); ++k) l.args.push_back(u.at[k]);
    for (Slot s : e.right_at) r.args.push_back(u.at[s]);
    // An equation holds for all values of its context, so two of its slots may be one; but terms name theirs apart.
    for (const TermAt& t : {l, r})
      require(std::set<Slot>(t.args.begin(), t.args.end()).size() == t.args.size(), "a term names two slots alike");
    return u.reversed ? std::pair(r, l) : std::pair(l, r);
  }

  void equation(EquationNumber n) {
    const ExplainedEquation& e = x_->equations[n];
    const TermAt left{e.left, Slots::identity(x_->terms.at(e.left).slot_types.size())}, right{e.right, e.right_at};
    require(right.args.size() == x_->terms.at(e.right).slot_types.size(), "a side has other slots than its term");
    for (std::size_t k = 0; k < right.args.size(); ++k) {
      require(right.args[k] < context(e), "a slot outside of the context");
      const std::size_t own = left.args.size(), s = right.args[k];
      require(x_->terms[e.right].slot_types[k] == (s < own ? x_->terms[e.left].slot_types[s] : e.extra[s - own]),
              "a slot of two types");
    }
    if (const auto* chain = std::get_if<ChainStep>(&e.why)) {
      TermAt at = left;
      for (const EquationUse& u : chain->uses) {
        const auto [from, to] = sides(u, n);
        require(from == at, "a chain is broken");
        at = to;
      }
      require(at == right, "a chain ends elsewhere");
    } else if (const auto* c = std::get_if<CongruenceStep>(&e.why)) {
      congruence(n, left, right, *c);
    } else if (const auto* r = std::get_if<RuleStep>(&e.why)) {
      rule(left, right, *r);
    } else if (const auto* g = std::get_if<GivenStep>(&e.why)) {
      require(given_ && given_(g->number, show(left, {}, 0), show(right, {}, 0)), "it was not given");
    } else if (std::holds_alternative<FoldStep>(e.why)) {
      const Term &l = x_->terms[e.left], &r = x_->terms[e.right];
      require(l.children.size() == 2, "a fold of other than two numbers");
      const Rational a(language_[x_->terms[l.children[0].term].op].name),
          b(language_[x_->terms[l.children[1].term].op].name), v(language_[r.op].name);
      const std::string& op = language_[l.op].name;
      require((op == "+" && a + b == v) || (op == "-" && a - b == v) || (op == "*" && a * b == v) ||
                  (op == "/" && b != 0 && a / b == v),
              "a wrong fold");
    } else {
      throw std::runtime_error("a reason that is not expected here");
    }
  }

  void congruence(EquationNumber n, const TermAt& left, const TermAt& right, const CongruenceStep& c) {
    const Term &l = x_->terms[left.term], &r = x_->terms[right.term];
    require(l.op == r.op && l.children.size() == r.children.size() && l.bound.size() == r.bound.size() &&
                l.direct.size() == r.direct.size(),
            "a congruence of two operators");
    const Operator& traits = language_[l.op];
    require(
        c.to.size() == l.children.size() && c.bound.size() == l.bound.size() && c.arguments.size() == l.children.size(),
        "a congruence of other length");
    for (std::size_t k = 0; k < l.direct.size(); ++k)
      require(left.args[l.direct[k]] == right.args[r.direct[k]], "an operator reads another slot");
    for (std::size_t k = 0; k < c.bound.size(); ++k) {
      require(traits.unordered_binders || c.bound[k] == k, "bound slots exchanged");
      require(l.bound[k] == r.bound.at(c.bound[k]), "a bound slot of another type");
    }
    require(std::set<Slot>(c.bound.begin(), c.bound.end()).size() == c.bound.size(), "a bound slot twice");
    require(std::set<std::uint32_t>(c.to.begin(), c.to.end()).size() == c.to.size(), "an argument twice");
    for (std::size_t k = 0; k < l.children.size(); ++k) {
      require(traits.unordered || c.to[k] == k, "arguments exchanged");
      TermAt from = l.children[k], to = r.children.at(c.to[k]);
      for (Slot& s : from.args)
        if (!is_bound(s)) s = left.args[s];
      for (Slot& s : to.args)
        s = is_bound(s) ? static_cast<Slot>(first_bound + c.bound.find(s - first_bound)) : right.args[s];
      require(sides(c.arguments[k], n) == std::pair(from, to), "an argument becomes something else");
    }
  }

  void rule(const TermAt& left, const TermAt& right, const RuleStep& step) {
    const Rule& r = rules_.at(step.rule);
    for (std::size_t v = 0; v < step.variables.size(); ++v)
      for (Slot name : step.variables[v].args)
        if (const std::size_t s = step.slots.find(name); s < step.slots.size())
          require(r.program().formals(v).contains(static_cast<Slot>(s)), "a variable mentions a slot that it must not");
    require(show(left, {}, 0) == instance(r, r.program().pattern(), step), "not the left side of its rule");
    require(show(right, {}, 0) == instance(r, r.right(), step), "not the right side of its rule");
  }

  std::string name(Slot s, const Names& bound) const {
    const auto it = bound.find(s);
    return it == bound.end() ? "$" + std::to_string(s) : it->second;
  }
  static std::string bound_name(int depth, std::size_t k) {
    return "!" + std::to_string(depth) + "." + std::to_string(k);
  }

  // Arguments of unordered operators are sorted: two terms with one text are equal.
  std::string close(OperatorId op, std::string head, std::vector<std::string> arguments) const {
    if (language_[op].unordered) std::sort(arguments.begin(), arguments.end());
    for (const std::string& a : arguments) head += " " + a;
    return "(" + head + ")";
  }

  std::string show(const TermAt& t, const Names& bound, int depth) const {
    const Term& x = x_->terms.at(t.term);
    std::string head = language_[x.op].name;
    Names own;
    for (std::size_t k = 0; k < t.args.size(); ++k) own[static_cast<Slot>(k)] = name(t.args[k], bound);
    for (std::size_t k = 0; k < x.bound.size(); ++k) {
      own[static_cast<Slot>(first_bound + k)] = bound_name(depth, k);
      head += " :" + std::to_string(x.bound[k]);
    }
    for (Slot s : x.direct) head += " " + own.at(s);
    std::vector<std::string> arguments;
    for (const TermAt& c : x.children) arguments.push_back(show(c, own, depth + 1));
    return close(x.op, head, arguments);
  }

  std::string instance(const Rule& r, const Pattern& p, const RuleStep& step) const {
    Names bound;
    return instance(r, p, static_cast<std::uint32_t>(p.nodes.size() - 1), step, bound, 0);
  }
  std::string instance(const Rule& r, const Pattern& p, std::uint32_t n, const RuleStep& step, Names bound,
                       int depth) const {
    const PatternNode& x = p.nodes[n];
    if (x.variable) {
      TermAt t = step.variables.at(x.number);
      const Slots& formals = r.program().formals(x.number);
      Names names = bound;
      for (std::size_t k = 0; k < formals.size(); ++k)
        names[step.slots[formals[k]]] = name(step.slots[x.slots[k]], bound);
      return show(t, names, depth);
    }
    auto type = [&](PatternType t) { return t.variable ? step.types.at(t.number) : t.number; };
    std::string head = language_[x.number].name;
    for (std::size_t k = 0; k < x.bound.size(); ++k) {
      bound[step.slots[x.bound[k]]] = bound_name(depth, k);
      head += " :" + std::to_string(type(x.bound_types[k]));
    }
    for (Slot s : x.slots) head += " " + name(step.slots[s], bound);
    std::vector<std::string> arguments;
    for (std::uint32_t c : x.children) arguments.push_back(instance(r, p, c, step, bound, depth + 1));
    return close(x.number, head, arguments);
  }

  const Language& language_;
  const std::vector<Rule>& rules_;
  Given given_;
  const Explanation* x_ = nullptr;
};

}  // namespace skein::egraph
