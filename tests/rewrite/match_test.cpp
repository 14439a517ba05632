// Matching: every match is an instance that the kernel made, and the places where there is none are left alone.
#include "rewrite/match.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

RuleBook& book() {
  static Z3Oracle z3;
  static RuleBook b(z3.oracle(), std::filesystem::path(SKEIN_SOURCE_DIR) / "proofs/ledger");
  return b;
}

constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

struct Host {
  Kernel k;
  Matcher m;
  Ref root;

  explicit Host(const std::string& text) : Host(parse_module(text, "host.skn").defs().back()->diagram) {}
  explicit Host(const Diagram& d)
      : k(d.sizes(), book().oracle()), m(k, no_deadline), root(thaw(k.arena(), d).front().value) {
    book().equip(k);
  }
  std::vector<Rewrite> at(const Ref& place, const char* rule, Direction d = Direction::forward) {
    REQUIRE(book().admit(k, Symbol(rule)));
    return m.rewrites(place, *k.find_theorem(Symbol(rule)), d);
  }
  std::size_t anywhere(const char* rule, Direction d = Direction::forward) {
    std::size_t n = 0;
    for (WireId w : wires_below(k.arena(), {root.wire})) n += at(k.arena().at_fresh(w), rule, d).size();
    return n;
  }
};

}  // namespace

TEST_CASE("a usable side of a rule matches itself and gives the other side") {
  int tried = 0;
  for (Symbol name : book().names()) {
    const TheoremPtr t = book().ledger().find(name);
    for (Direction d : {Direction::forward, Direction::backward}) {
      if (!Matcher::usable(t->statement(), d) || !t->statement().when.empty()) continue;
      const Statement& s = t->statement();
      Host h(d == Direction::forward ? s.left : s.right);
      const Output other = thaw(h.k.arena(), d == Direction::forward ? s.right : s.left).front();
      INFO(name.text() << (d == Direction::forward ? " forward" : " backward"));
      const auto found = h.at(h.root, name.text().c_str(), d);
      CHECK(std::any_of(found.begin(), found.end(),
                        [&](const Rewrite& r) { return r.to.wire == other.value.wire && r.from == h.root; }));
      ++tried;
    }
  }
  CHECK(tried >= 40);
}

TEST_CASE("the inputs of a sum may be grouped, and the rest of a product stays") {
  CHECK(Host("def f(x, y, z) = exp(x + y + z)").anywhere("exp_add") == 3);
  CHECK(Host("def f(x, y, z) = z * exp(x) * exp(y)").anywhere("exp_add", Direction::backward) == 1);
  CHECK(Host("def f(x, y, z) = z * exp(x) * y").anywhere("exp_add", Direction::backward) == 0);
}

TEST_CASE("a shift that depends on the axis of the softmax is none") {
  CHECK(Host("def f(x[n], c)[n] = softmax[n](x[n] + c)").anywhere("softmax_shift") > 0);
  CHECK(Host("def f(x[q,n], c[q])[q,n] = softmax[n](x[q,n] + c[q])").anywhere("softmax_shift") > 0);
  CHECK(Host("def f(x[n], c[n])[n] = softmax[n](x[n] + c[n])").anywhere("softmax_shift") == 0);
  CHECK(Host("def f(x[q,n], c[n])[q,n] = softmax[n](x[q,n] + c[n])").anywhere("softmax_shift") == 0);
}

TEST_CASE("one array stands for one term: numerator and denominator must agree") {
  CHECK(Host("def f(x[n], y[n], c)[n] = exp(x[n] + c) / sum[j:n] exp(y[j] + c)").anywhere("softmax_shift") == 0);
  CHECK(Host("def f(x[n,n2:|n|], c)[n] = exp(x[n,n] + c) / sum[j:n] exp(x[j,0] + c)").anywhere("softmax_shift") == 0);
}

TEST_CASE("conditions on signs are derived or there is no match") {
  CHECK(Host("def f(a, x) = relu(a * x)").anywhere("relu_scale") == 0);
  CHECK(Host("def f(a, x) = relu(exp(a) * x)").anywhere("relu_scale") > 0);
  CHECK(Host("def f(a) = a * inv(a)").anywhere("mul_inv") == 0);
  CHECK(Host("def f(a) = exp(a) * inv(exp(a))").anywhere("mul_inv") > 0);
}

TEST_CASE("a random draw is no array of a theorem") {
  CHECK(Host("def f(x) { r = x\n return max(r, 1) + min(r, 1) }").anywhere("max_plus_min") == 1);
  CHECK(Host("def f(x) { r = random g(x)\n return max(r, 1) + min(r, 1) }").anywhere("max_plus_min") == 0);
}

TEST_CASE("sides that do not determine the other are not used") {
  const auto usable = [](const char* name, Direction d) {
    return Matcher::usable(book().ledger().find(Symbol(name))->statement(), d);
  };
  CHECK(usable("softmax_shift", Direction::forward));
  CHECK_FALSE(usable("softmax_shift", Direction::backward));  // which shift?
  CHECK_FALSE(usable("mul_inv", Direction::backward));        // 1 is everywhere
  CHECK_FALSE(usable("concat_first", Direction::forward));    // guards are not matched
}
