// The e-graph: what it must find equal, what it must keep apart, and that it can say why.
#include "rewrite/egraph/saturate.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "rewrite/explanation_checker.hpp"

using namespace skein::egraph;

namespace {

struct World {
  Language language;
  EGraph g;
  std::vector<Rule> rules;
  std::map<std::uint32_t, std::pair<std::string, std::string>> given;  // as written

  World() : g(language, true) {
    language.op("sum", {.unordered_binders = true, .binders = 1});
    language.op("sum2", {.unordered_binders = true, .binders = 2});
    language.op("lam", {.binders = 1});
    language.op("mul", {.unordered = true});
    language.op("add", {.unordered = true});
    language.type("N");
    language.type("E", true);  // may be empty
  }

  // Slots of one name are one slot in all terms of a call.
  std::vector<Applied> terms(std::initializer_list<const char*> texts) {
    PatternNames names;
    std::vector<Applied> out;
    std::vector<Pattern> read;
    for (const char* t : texts) read.push_back(read_pattern(language, names, t));
    for (const Pattern& p : read) out.push_back(add_term(g, p, names));
    return out;
  }
  Applied term(const char* text) { return terms({text})[0]; }
  bool equal(const char* a, const char* b) {
    const auto t = terms({a, b});
    return g.equal(t[0], t[1]);
  }
  bool merge(const char* a, const char* b) {
    const auto t = terms({a, b});
    const bool news = g.merge(t[0], t[1], {ReasonKind::given, static_cast<std::uint32_t>(given.size())});
    given[static_cast<std::uint32_t>(given.size())] = {a, b};
    g.rebuild();
    return news;
  }
  void rule(const char* l, const char* r) { rules.push_back(Rule::read(language, std::to_string(rules.size()), l, r)); }
  // Whether the two are equal and why they are holds up.
  std::string why(const char* a, const char* b) {
    const auto t = terms({a, b});
    if (!g.equal(t[0], t[1])) return "they are not equal";
    const auto x = explain(g, rules, t[0], t[1]);
    if (!x) return "no explanation";
    // What was given is looked up by number alone: the terms of it are the ones that were merged.
    return ExplanationChecker(
               language, rules,
               [&](std::uint32_t n, const std::string&, const std::string&) { return given.count(n) > 0; })
        .check(*x);
  }
};

}  // namespace

TEST_CASE("nodes are one up to the names of slots") {
  World w;
  CHECK(w.term("(x $i $j)").id == w.term("(x $a $b)").id);
  CHECK(w.equal("(lam $i (f (x $i $k)))", "(lam $j (f (x $j $k)))"));
  CHECK_FALSE(w.equal("(lam $i (f (x $i $k)))", "(lam $i (f (x $k $i)))"));
  CHECK_FALSE(w.equal("(x $i $j)", "(x $j $i)"));
  CHECK_FALSE(w.equal("(f (x $i $i2))", "(f (x $i2 $i))"));
  // One class, at other names.
  const auto t = w.terms({"(f (x $i $j))", "(f (x $j $i))"});
  CHECK(t[0].id == t[1].id);
  CHECK(t[0].args != t[1].args);
}

TEST_CASE("types of slots count") {
  World w;
  CHECK_FALSE(w.equal("(lam $i:N c)", "(lam $j c)"));
  CHECK(w.equal("(lam $i:N (f c))", "(lam $j:N (f c))"));
  CHECK(w.equal("(sum2 $i:N $j (x $i $j))", "(sum2 $j $i:N (x $i $j))"));
}

TEST_CASE("what is bound together has no order") {
  World w;
  CHECK(w.equal("(sum2 $i $j (x $i $j))", "(sum2 $j $i (x $i $j))"));
  CHECK(w.equal("(sum2 $i $j (x $i $j))", "(sum2 $i $j (x $j $i))"));
  CHECK_FALSE(w.equal("(sum $i (x $i $k))", "(sum $i (x $k $i))"));
}

TEST_CASE("a Gram matrix is symmetric, a product of two arrays is not") {
  World w;
  const Applied gram = w.term("(mul (x $t) (x $s))");
  CHECK(w.g.symmetries(w.g.find(gram).id).size() == 1);
  CHECK(w.equal("(mul (x $t) (x $s))", "(mul (x $s) (x $t))"));
  CHECK(w.equal("(f (mul (x $t) (x $s)))", "(f (mul (x $s) (x $t)))"));
  CHECK(w.equal("(sum $k (mul (x $t $k) (x $s $k)))", "(sum $j (mul (x $s $j) (x $t $j)))"));
  CHECK_FALSE(w.equal("(mul (x $t) (y $s))", "(mul (x $s) (y $t))"));
  CHECK_FALSE(w.equal("(h (x $t) (x $s))", "(h (x $s) (x $t))"));
  CHECK(w.why("(f (mul (x $t) (x $s)))", "(f (mul (x $s) (x $t)))").empty());
}

TEST_CASE("a symmetry that is learned later reaches what was built before") {
  World w;
  const char *a = "(lam $i (f (x $i $j)))", *b = "(lam $i (f (x $j $i)))";
  CHECK_FALSE(w.equal(a, b));
  CHECK(w.merge("(x $i $j)", "(x $j $i)"));
  CHECK(w.equal(a, b));
  CHECK(w.why(a, b) == "");
  CHECK_FALSE(w.merge("(x $p $q)", "(x $q $p)"));  // nothing new
  // Three slots: an exchange and a rotation generate all six orders.
  w.merge("(y $i $j $k)", "(y $j $i $k)");
  CHECK_FALSE(w.equal("(y $i $j $k)", "(y $i $k $j)"));
  w.merge("(y $i $j $k)", "(y $j $k $i)");
  CHECK(w.g.symmetries(w.g.find(w.term("(y $i $j $k)")).id).size() == 5);
  CHECK(w.why("(f (y $i $j $k))", "(f (y $k $j $i))") == "");
}

TEST_CASE("a slot that some term of the class does not read is redundant") {
  World w;
  CHECK_FALSE(w.equal("(f (u $x $y))", "(f (u $x $z))"));
  CHECK(w.merge("(u $x:N $y:N)", "(v $x:N)"));
  CHECK(w.why("(f (u $x:N $y:N))", "(f (v $x:N))") == "");
  CHECK(w.why("(f (u $x:N $y:N))", "(f (u $x:N $z:N))") == "");
  CHECK(w.why("(g2 (u $x:N $y:N) (u $y:N $x:N))", "(g2 (u $x:N $z:N) (u $y:N $z:N))") == "");
  CHECK_FALSE(w.equal("(f (u $x:N $y:N))", "(f (u $z:N $y:N))"));
  CHECK(w.g.refused() == 0);
}

TEST_CASE("a slot over a possibly empty axis is not dropped") {
  World w;
  CHECK_FALSE(w.merge("(u $x:N $y:E)", "(v $x:N)"));
  CHECK(w.g.refused() == 1);
  CHECK_FALSE(w.equal("(u $x:N $y:E)", "(v $x:N)"));
  CHECK_FALSE(w.equal("(u $x:N $y:E)", "(u $x:N $z:E)"));
  // So two terms that are constant over an empty axis do not become one.
  w.merge("(u $x:N $y:E)", "(w2 $x:N)");
  CHECK_FALSE(w.equal("(v $x:N)", "(w2 $x:N)"));
  // A slot that both sides have stays, empty or not.
  CHECK(w.merge("(p $x:E)", "(q $x:E)"));
  CHECK(w.equal("(f (p $x:E))", "(f (q $x:E))"));
}

TEST_CASE("an equation of two slots that nobody shares is refused") {
  World w;
  CHECK_FALSE(w.merge("(u $x)", "(v $y)"));
  CHECK_FALSE(w.merge("(u $x)", "(u $y)"));
  CHECK(w.g.refused() == 2);
  CHECK_FALSE(w.equal("(u $x)", "(v $x)"));
}

TEST_CASE("an unordered operator is one node of many arguments") {
  World w;
  CHECK(w.equal("(add a b c d)", "(add d c b a)"));
  CHECK(w.equal("(add a a b)", "(add a b a)"));
  CHECK_FALSE(w.equal("(add a a b)", "(add a b b)"));
  CHECK_FALSE(w.equal("(add a b)", "(add a b b)"));
  w.merge("a", "b");
  CHECK(w.why("(add a a b)", "(add a b b)") == "");
  CHECK(w.equal("(add (x $i) (x $j) (y $i))", "(add (y $i) (x $j) (x $i))"));
  CHECK_FALSE(w.equal("(add (x $i) (x $j) (y $i))", "(add (x $i) (x $j) (y $j))"));
}

TEST_CASE("congruence holds after a rebuild") {
  World w;
  const char *a = "(lam $i (f (x $i) (g2 a)))", *b = "(lam $i (f (y $i) (g2 b)))";
  w.terms({a, b});
  CHECK_FALSE(w.equal(a, b));
  w.merge("(x $i)", "(y $i)");
  CHECK_FALSE(w.equal(a, b));
  w.merge("a", "b");
  CHECK(w.why(a, b) == "");
  CHECK_FALSE(w.equal(a, "(lam $i (f (y $j) (g2 b)))"));
}

TEST_CASE("rules with binders: a variable does not mention what it is not applied to") {
  World w;
  w.rule("(sum $i:?n (mul ?a ?f[$i]))", "(mul ?a (sum $i:?n ?f[$i]))");
  const char *inner = "(sum $i (mul (c $k) (x $i $k)))", *outer = "(mul (c $k) (sum $j (x $j $k)))";
  w.terms({inner, outer, "(sum $i (mul (x $i) (y $i)))"});
  saturate(w.g, w.rules, {});
  CHECK(w.why(inner, outer) == "");
  // Where both factors read the index nothing leaves the sum.
  CHECK_FALSE(w.equal("(sum $i (mul (x $i) (y $i)))", "(mul (x $k) (sum $i (y $i)))"));
  CHECK(w.g.nodes(w.g.find(w.term("(sum $i (mul (x $i) (y $i)))")).id).size() == 1);
}

TEST_CASE("maps fuse and sums change places") {
  World w;
  w.language.op("map", {.binders = 1});
  w.rule("(map $i:?n ?f[$i] (map $j:?n ?g[$j] ?a))", "(map $j:?n (let1 ?f[$j] ?g[$j]) ?a)");
  w.rule("(sum $i:?n (sum $j:?m ?f[$i,$j]))", "(sum $j:?m (sum $i:?n ?f[$i,$j]))");
  const char *a = "(sum $i:N (sum $j (sum $k:N (x $i $j $k))))", *b = "(sum $p (sum $q:N (sum $r:N (x $r $p $q))))";
  w.terms({a, b});
  saturate(w.g, w.rules, {});
  CHECK(w.why(a, b) == "");
  CHECK_FALSE(w.equal(a, "(sum $i:N (sum $j (sum $k:N (x $i $j $i))))"));
  const char *two = "(map $i (f (x $i)) (map $j (h (y $j)) a))", *one = "(map $k (let1 (f (x $k)) (h (y $k))) a)";
  w.terms({two, one});
  saturate(w.g, w.rules, {});
  CHECK(w.why(two, one) == "");
}

TEST_CASE("a match may rest on a symmetry") {
  World w;
  w.rule("(f (x $i $j) (y $i))", "(win $i $j)");
  w.merge("(x $i $j)", "(x $j $i)");
  const char *a = "(f (x $p $q) (y $q))", *b = "(win $q $p)";
  w.terms({a, b});
  saturate(w.g, w.rules, {});
  CHECK(w.why(a, b) == "");
  CHECK_FALSE(w.equal(a, "(win $p $q)"));
}

TEST_CASE("a forged explanation is found out") {
  World w;
  w.rule("(sum $i:?n (mul ?a ?f[$i]))", "(mul ?a (sum $i:?n ?f[$i]))");
  const auto t = w.terms({"(lam $k (sum $i (mul (c $k) (x $i $k))))", "(lam $k (mul (c $k) (sum $j (x $j $k))))"});
  saturate(w.g, w.rules, {});
  const auto honest = explain(w.g, w.rules, t[0], t[1]);
  REQUIRE(honest);
  ExplanationChecker checker(w.language, w.rules);
  REQUIRE(checker.check(*honest) == "");
  int forged = 0;
  auto refused = [&](Explanation x) {
    CHECK(checker.check(x) != "");
    ++forged;
  };
  for (std::size_t n = 0; n < honest->equations.size(); ++n) {
    Explanation x = *honest;
    if (x.equations[n].left == x.equations[n].right) continue;
    x.equations[n].right = x.equations[n].left,
    x.equations[n].right_at = Slots::identity(x.terms[x.equations[n].left].slot_types.size());
    refused(x);
    x = *honest, x.equations[n].why = ChainStep{};
    refused(x);
    x = *honest, x.equations[n].why = GivenStep{0};
    refused(x);
    x = *honest;
    if (auto* r = std::get_if<RuleStep>(&x.equations[n].why)) {
      std::swap(r->variables[0], r->variables[1]);
      refused(x);
    }
    if (auto* c = std::get_if<CongruenceStep>(&x.equations[n].why); c && c->arguments.size() == 2) {
      std::swap(c->arguments[0], c->arguments[1]);
      refused(x);
    }
  }
  CHECK(forged > 5);
}

namespace {

// Congruence closure by brute force on ground terms of unary and binary operators.
class BruteForce {
 public:
  explicit BruteForce(std::vector<std::vector<int>> terms) : terms_(std::move(terms)), class_(terms_.size()) {
    for (std::size_t k = 0; k < class_.size(); ++k) class_[k] = static_cast<int>(k);
  }
  void unite(int a, int b) {
    const int from = class_[static_cast<std::size_t>(a)], to = class_[static_cast<std::size_t>(b)];
    for (int& c : class_)
      if (c == from) c = to;
  }
  void close() {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t a = 0; a < terms_.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
          if (class_[a] == class_[b] || terms_[a].size() != terms_[b].size() || terms_[a][0] != terms_[b][0]) continue;
          std::vector<int> x, y;
          for (std::size_t k = 1; k < terms_[a].size(); ++k) {
            x.push_back(class_[static_cast<std::size_t>(terms_[a][k])]);
            y.push_back(class_[static_cast<std::size_t>(terms_[b][k])]);
          }
          if (terms_[a][0] == unordered) std::sort(x.begin(), x.end()), std::sort(y.begin(), y.end());
          if (x == y) unite(static_cast<int>(a), static_cast<int>(b)), changed = true;
        }
    }
  }
  bool same(int a, int b) const { return class_[static_cast<std::size_t>(a)] == class_[static_cast<std::size_t>(b)]; }
  static constexpr int unordered = 7;

 private:
  std::vector<std::vector<int>> terms_;
  std::vector<int> class_;
};

}  // namespace

TEST_CASE("random ground theories: the closure is that of brute force, and every equality is explained") {
  std::mt19937 random(20240);
  int merged = 0, apart = 0;
  for (int trial = 0; trial < 150; ++trial) {
    Language language;
    EGraph g(language, true);
    const std::vector<Rule> no_rules;
    std::vector<std::vector<int>> terms;
    std::vector<Id> ids;
    auto pick = [&](std::size_t n) { return static_cast<int>(random() % n); };
    for (int k = 0; k < 4; ++k) {
      terms.push_back({100 + k});
      ids.push_back(g.add(language.op("c" + std::to_string(k)), {}));
    }
    const OperatorId f = language.op("f"), h = language.op("h"), u = language.op("u", {.unordered = true});
    for (int k = 0; k < 30; ++k) {
      const int op = pick(3);
      std::vector<int> t{op == 0 ? 5 : op == 1 ? 6 : BruteForce::unordered};
      std::vector<Id> in;
      for (int a = op == 0 ? 1 : 2; a > 0; --a)
        t.push_back(pick(terms.size())), in.push_back(ids[static_cast<std::size_t>(t.back())]);
      ids.push_back(g.add(op == 0 ? f : op == 1 ? h : u, in));
      terms.push_back(t);
    }
    BruteForce brute(terms);
    brute.close();
    std::vector<std::pair<int, int>> given;
    const int equations = 1 + pick(6);
    for (int e = 0; e < equations; ++e) {
      const int a = pick(terms.size()), b = pick(terms.size());
      g.merge(ids[static_cast<std::size_t>(a)], ids[static_cast<std::size_t>(b)],
              {ReasonKind::given, static_cast<std::uint32_t>(given.size())});
      given.emplace_back(a, b);
      if (pick(2)) g.rebuild();
      brute.unite(a, b);
    }
    g.rebuild();
    brute.close();
    ExplanationChecker checker(
        language, no_rules, [&](std::uint32_t n, const std::string&, const std::string&) { return n < given.size(); });
    for (std::size_t a = 0; a < terms.size(); ++a)
      for (std::size_t b = 0; b < a; ++b) {
        const bool same = g.find(ids[a]) == g.find(ids[b]);
        REQUIRE(same == brute.same(static_cast<int>(a), static_cast<int>(b)));
        (same ? merged : apart) += 1;
        if (!same || ids[a] == ids[b]) continue;
        const auto x = explain(g, no_rules, {ids[a], {}}, {ids[b], {}});
        REQUIRE(x);
        REQUIRE(checker.check(*x) == "");
      }
  }
  CHECK(merged > 1000);
  CHECK(apart > 1000);
}

namespace {

// A random term over the slots 0, 1, 2: as text for the e-graph, and as an operator, slots and earlier terms.
struct RandomTerm {
  std::string text;
  std::string op;
  std::vector<int> slots, children;
};

// All instances of slotted terms and equations over a few names, as a ground theory: what follows there, for all names,
// is what may follow in the e-graph.
class Instances {
 public:
  static constexpr int names = 5;
  using Assignment = std::array<int, 3>;

  explicit Instances(const std::vector<RandomTerm>& terms) : terms_(terms) {
    for (std::size_t t = 0; t < terms.size(); ++t)
      for (const Assignment& a : assignments()) number(static_cast<int>(t), a);
  }
  void equate(int s, int t) {
    for (const Assignment& a : assignments()) unite(number(s, a), number(t, a));
  }
  void close() {
    for (bool changed = true; changed;) {
      changed = false;
      std::map<std::vector<int>, int> seen;
      for (const auto& [key, n] : numbers_) {
        const auto& [t, a] = key;
        const RandomTerm& term = terms_[static_cast<std::size_t>(t)];
        std::vector<int> shape{term.op[0]}, in;
        for (int s : term.slots) shape.push_back(a[static_cast<std::size_t>(s)]);
        for (int c : term.children) in.push_back(find(numbers_.at({c, a})));
        if (term.op == "mul") std::sort(in.begin(), in.end());
        shape.insert(shape.end(), in.begin(), in.end());
        const auto [it, fresh] = seen.emplace(shape, n);
        if (!fresh && find(it->second) != find(n)) unite(it->second, n), changed = true;
      }
    }
  }
  bool equal(int s, const Assignment& a, int t, const Assignment& b) {
    return find(numbers_.at({s, a})) == find(numbers_.at({t, b}));
  }
  static const std::vector<Assignment>& assignments() {
    static const std::vector<Assignment> all = [] {
      std::vector<Assignment> out;
      for (int i = 0; i < names; ++i)
        for (int j = 0; j < names; ++j)
          for (int k = 0; k < names; ++k) out.push_back({i, j, k});
      return out;
    }();
    return all;
  }

 private:
  int number(int t, const Assignment& a) {
    const auto [it, fresh] = numbers_.emplace(std::pair(t, a), static_cast<int>(parent_.size()));
    if (fresh) parent_.push_back(it->second);
    return it->second;
  }
  int find(int n) {
    while (parent_[static_cast<std::size_t>(n)] != n) n = parent_[static_cast<std::size_t>(n)];
    return n;
  }
  void unite(int a, int b) { parent_[static_cast<std::size_t>(find(a))] = find(b); }

  const std::vector<RandomTerm>& terms_;
  std::map<std::pair<int, Assignment>, int> numbers_;
  std::vector<int> parent_;
};

}  // namespace

TEST_CASE("random theories with slots: what is equal is so in every instance, and is explained") {
  std::mt19937 random(7);
  int equal = 0, apart = 0, unexplained = 0, symmetric = 0, lost = 0;
  for (int trial = 0; trial < 60; ++trial) {
    World w;
    auto pick = [&](std::size_t n) { return static_cast<int>(random() % n); };
    std::vector<RandomTerm> terms;
    for (int k = 0; k < 14; ++k) {
      RandomTerm t;
      const int kind = k < 5 ? 0 : 1 + pick(3);
      if (kind == 0) {
        std::vector<int> slots{0, 1, 2};
        std::shuffle(slots.begin(), slots.end(), random);
        slots.resize(1 + static_cast<std::size_t>(pick(2)));
        t.op = slots.size() == 1 ? "y" : "x", t.slots = slots;
      } else {
        t.op = kind == 1 ? "f" : kind == 2 ? "g" : "mul";
        for (int c = kind == 1 ? 1 : 2; c > 0; --c) t.children.push_back(pick(terms.size()));
      }
      t.text = "(" + t.op;
      for (int s : t.slots) t.text += " $" + std::to_string(s);
      for (int c : t.children) t.text += " " + terms[static_cast<std::size_t>(c)].text;
      t.text += ")";
      terms.push_back(t);
    }
    // The names of slots are those of the text in every term.
    PatternNames names;
    std::vector<Applied> at;
    for (const RandomTerm& t : terms) {
      for (const char* s : {"$0", "$1", "$2"}) names.slots.emplace(s, static_cast<std::uint32_t>(s[1] - '0'));
      names.slot_types.resize(3);
      at.push_back(add_term(w.g, read_pattern(w.language, names, t.text), names));
    }
    Instances instances(terms);
    for (int e = 1 + pick(4); e > 0; --e) {
      const int s = pick(terms.size()), t = pick(terms.size());
      w.g.merge(at[static_cast<std::size_t>(s)], at[static_cast<std::size_t>(t)], {ReasonKind::given, 0});
      if (pick(2)) w.g.rebuild();
      instances.equate(s, t);
    }
    w.g.rebuild();
    instances.close();
    ExplanationChecker checker(w.language, w.rules,
                               [](std::uint32_t, const std::string&, const std::string&) { return true; });
    for (std::size_t s = 0; s < terms.size(); ++s)
      for (std::size_t t = 0; t <= s; ++t)
        for (const std::array<int, 3>& other :
             {std::array{0, 1, 2}, {1, 0, 2}, {0, 2, 1}, {2, 0, 1}, {0, 1, 3}, {3, 4, 2}}) {
          Applied b = at[t];
          for (Slot& x : b.args) x = static_cast<Slot>(other[x]);
          if (!w.g.equal(at[s], b)) {
            ++apart;
            continue;
          }
          ++equal;
          REQUIRE(instances.equal(static_cast<int>(s), {0, 1, 2}, static_cast<int>(t), other));
          const auto x = explain(w.g, w.rules, at[s], b);
          if (x)
            REQUIRE(checker.check(*x) == "");
          else
            ++unexplained;
        }
    for (Id id = 0; id < w.g.id_count(); ++id) {
      symmetric += w.g.is_leader(id) && !w.g.symmetries(id).empty();
      lost += w.g.arity(id) > w.g.arity(w.g.find(id));
    }
  }
  CHECK(equal > 1000);
  CHECK(apart > 1000);
  CHECK(symmetric > 5);
  CHECK(lost > 20);
  CHECK(unexplained * 500 < equal);  // explain() looks for arrangements of redundant slots up to a point
}
