// Folds: what is proved of states after any number of steps, what is not, and what the kernel makes of forged
// inductions.
#include "verify/folds.hpp"

#include <catch2/catch.hpp>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "kernel/mutator.hpp"
#include "verify/rulebook.hpp"
#include "verify/z3_oracle.hpp"

using namespace skein;

namespace {

const std::filesystem::path root = SKEIN_SOURCE_DIR;

LeafOracle solver() {
  static Z3Oracle z3;
  return z3.oracle();
}

Claim claim_of(const std::string& text) {
  ModuleOptions options;
  options.prelude = root / "rules/prelude";
  return parse_module(text, "test.skn", options).claims().back();
}

RuleReport verify(const std::string& text, const std::set<std::string>& without = {}) {
  RuleBook book(solver(), root / "proofs/ledger");
  DeriveOptions options;
  options.without_accumulators = without;
  return book.derive_statement(Symbol("t"), to_statement(claim_of(text)), options);
}
bool verified(const std::string& text, const std::set<std::string>& without = {}) {
  const RuleReport r = verify(text, without);
  INFO(r.reason);
  return r.status == RuleStatus::verified;
}

const std::string flash = R"(
def flash(q[d], K[(b,s),d], V[(b,s)])[] {
  fold b from m: ext = -inf, l = 0, o = 0 {
    S[s] = sum[d] q[d] * K[(b,s),d]
    m' = max(m, max[s] S[s])
    c = exp(m - fin(m'))
    l' = c * l + sum[s] exp(S[s] - fin(m'))
    o' = c * o + sum[s] exp(S[s] - fin(m')) * V[(b,s)]
  }
  return o / l
}
def whole(q[d], K[k,d], V[k])[] = (sum[k] exp(sum[d] q[d] * K[k,d]) * V[k]) / sum[k] exp(sum[d] q[d] * K[k,d])
theorem t[b,s](q[d], K[(b,s),d], V[(b,s)]): flash(q, K, V) == whole(q, K, V)
)";

// A fold with this body over x[n], from a = START, and what it is claimed to be.
std::string fold_claim(const std::string& start, const std::string& body, const std::string& value,
                       const std::string& axis = "n") {
  return "def f(x[" + axis + "])[] { fold n from a = " + start + " { a' = " + body + " }\n return a }\n" +
         "theorem t(x[" + axis + "]): f(x) == " + value;
}

}  // namespace

TEST_CASE("states of each accumulator have their closed form", "[folds]") {
  CHECK(verified(fold_claim("0", "a + x[n]", "sum[n] x[n]")));
  CHECK(verified(fold_claim("3", "a + x[n]", "3 + sum[n] x[n]")));
  CHECK(verified(fold_claim("1", "a * x[n]", "prod[n] x[n]")));
  CHECK(verified(fold_claim("0", "max(a, x[n])", "max(0, max[n] x[n])")));
  CHECK(verified(fold_claim("0", "min(x[n], a)", "min(0, min[n] x[n])")));
  CHECK(verified(fold_claim("0", "1/2 * a + x[n]", "sum[n] x[n] * prod[j:n] if j > n then 1/2 else 1")));
  CHECK(verified(fold_claim("2", "a", "2 + 0 * sum[n] x[n]")));
  CHECK(verified(flash));
}

TEST_CASE("twins of the accumulators are not proved", "[folds]") {
  CHECK_FALSE(verified(fold_claim("0", "a + x[n]", "2 * sum[n] x[n]")));
  CHECK_FALSE(verified(fold_claim("1", "a + x[n]", "sum[n] x[n]")));
  CHECK_FALSE(verified(fold_claim("0", "max(a, x[n])", "max[n] x[n]")));
  CHECK_FALSE(verified(fold_claim("0", "x[n]", "sum[n] x[n]")));
  CHECK_FALSE(verified(fold_claim("0", "1/2 * a + x[n]", "sum[n] x[n] * prod[j:n] if j >= n then 1/2 else 1")));
}

TEST_CASE("no steps leave the first value", "[folds]") {
  CHECK(verified(fold_claim("1", "a + x[n]", "1 + sum[n] x[n]", "n?")));
  CHECK_FALSE(verified(fold_claim("1", "a + x[n]", "sum[n] x[n]", "n?")));
}

TEST_CASE("without its accumulator a fold is unknown, and the reason names the state", "[folds]") {
  for (const Accumulator& a : accumulators()) {
    INFO(a.name);
    const bool needed = a.name == "online softmax" || a.name == "extremum";
    CHECK(verified(flash, {a.name}) != needed);
  }
  CHECK_THAT(verify(flash, {"online softmax"}).reason, Catch::Contains("no accumulator gives what l@b is"));
}

// As `verify`, with the invariants of the claim.
bool verified_by(const std::string& text) {
  const Claim c = claim_of(text);
  RuleBook book(solver(), root / "proofs/ledger");
  DeriveOptions options;
  options.invariants = c.invariants;
  const RuleReport r = book.derive_statement(Symbol("t"), to_statement(c), options);
  INFO(r.reason);
  return r.status == RuleStatus::verified;
}

TEST_CASE("a stated invariant is proved, not believed", "[folds]") {
  const std::string running_mean = R"(
def mean(x[t])[] {
  fold t from m = 0 { m' = m + (x[t] - m) / (t + 1) }
  return m
}
def average(x[t])[] = (sum[t] x[t]) / |t|
def total(x[t])[] = sum[t] x[t]
def rows(x[t])[t] = x[t]
theorem t: mean == )";
  CHECK_FALSE(verified(running_mean + "average"));
  CHECK(verified_by(running_mean + "average by { invariant m = average }"));
  CHECK_FALSE(verified_by(running_mean + "total by { invariant m = total }"));
  CHECK_FALSE(verified_by(running_mean + "average by { invariant m = total }"));
  CHECK_FALSE(verified_by(running_mean + "average by { invariant m = rows }"));
  // Where a stated one fails, the library is asked as without it.
  CHECK(verified_by(R"(
def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }
 return a }
def wrong(x[n])[] = 2 * sum[n] x[n]
def right(x[n])[] = sum[n] x[n]
theorem t: f == right by { invariant a = wrong })"));
}

TEST_CASE("an invariant may be stated for any number of steps", "[folds]") {
  const std::string triangular = R"(
def numbers(x[t])[t] {
  scan t from s = 0 { s' = s + 2 * t }
  return s'[t]
}
def after(x[t])[k:|t|+1] = k * (k - 1)
def after_too_many(x[t])[k:|t|+1] = k * (k + 1)
theorem t(x[t]): numbers(x)[t] == t * (t + 1) by { invariant s = )";
  CHECK(verified_by(triangular + "after }"));
  CHECK_FALSE(verified_by(triangular + "after_too_many }"));
}

TEST_CASE("a fold of a known length is unrolled", "[folds]") {
  const std::string horner = R"(
def horner(x, c[t:3])[] {
  fold t:3 from a = 0 { a' = a * x + c[t] }
  return a
}
theorem t(x, c[t:3]): horner(x, c) == )";
  CHECK(verified(horner + "(c[0] * x + c[1]) * x + c[2]"));
  CHECK_FALSE(verified(horner + "(c[2] * x + c[1]) * x + c[0]"));
  CHECK_FALSE(verified(horner + "((c[0] * x + c[1]) * x + c[2]) * x"));
  // Two states that read each other, one of them after the step.
  const std::string two = R"(
def f(x)[] {
  fold t:2 from a = x, b = 1 {
    a' = a + b
    b' = a' * b
  }
  return b
}
theorem t(x): f(x) == )";
  CHECK(verified(two + "(x + 1) * (x + 1 + (x + 1))"));
  CHECK_FALSE(verified(two + "(x + 1) * (x + 2)"));
  CHECK(verified("def f(x)[] { fold t:0 from a = x { a' = a + 1 }\n return a }\ntheorem t(x): f(x) == x"));
  CHECK_THAT(verify("def f(x)[] { fold t:1000 from a = x { a' = exp(a) }\n return a }\ntheorem t(x): f(x) == x").reason,
             Catch::Contains("too many to be unrolled"));
}

TEST_CASE("each accumulator is needed for something", "[folds]") {
  const std::string two =
      "def f(x[n])[] { fold n from a = 1 { a' = exp(a * x[n]) }\n return a }\n"
      "def g(x[n])[] { fold n from c = 1 { c' = exp(x[n] * c) }\n return c }\n"
      "theorem t(x[n]): f(x) == g(x)";
  const std::string apart =
      "def f(x[n])[] { fold n from a = 1, c = 2 { d = sin(a * x[n])\n a' = a + d\n c' = c + d }\n"
      " return c - a }\ntheorem t(x[n]): f(x) == 1 + 0 * sum[n] x[n]";
  const std::string mean =
      "def f(x[n])[] { fold n from w = 0, a = 0 { w' = w + exp(x[n])\n"
      " a' = (w * a * 1 + exp(x[n]) * x[n]) / w' }\n return a }\n"
      "theorem t(x[n]): f(x) == (sum[n] exp(x[n]) * x[n]) / sum[n] exp(x[n])";
  const std::map<std::string, std::string> needs{
      {"equal states", two},
      {"difference", apart},
      {"total", fold_claim("0", "a + x[n]", "sum[n] x[n]")},
      {"product", fold_claim("1", "a * x[n]", "prod[n] x[n]")},
      {"decay", fold_claim("0", "1/2 * a + x[n]", "sum[n] x[n] * prod[j:n] if j > n then 1/2 else 1")}};
  for (const auto& [name, text] : needs) {
    INFO(name);
    CHECK(verified(text));
    CHECK_FALSE(verified(text, {name}));
  }
}

TEST_CASE("inductions with a wrong base, step or exit are refused", "[folds]") {
  const RuleReport r = verify(flash);
  REQUIRE(r.status == RuleStatus::verified);
  RuleBook book(solver(), root / "proofs/ledger");
  auto refused = [&](const std::string& text) {
    try {
      replay_certificate(text, book.ledger().source(), solver());
    } catch (const Rejected&) {
      return true;
    }
    return false;
  };
  REQUIRE_FALSE(refused(r.certificate));
  // The line of the induction for the state o: its premises are the three bases, then the three steps.
  const std::size_t line = r.certificate.rfind(" induction t="), at = r.certificate.rfind(" induction ");
  const std::size_t induction = line == std::string::npos ? at : line;
  const std::size_t from = r.certificate.find(" e=", induction) + 3, to = r.certificate.find(' ', from);
  const auto premises = text::split(std::string_view(r.certificate).substr(from, to - from), ',');
  REQUIRE(premises.size() == 6);
  for (std::size_t i = 0; i < premises.size(); ++i)
    for (std::size_t j = 0; j < premises.size(); ++j) {
      if (i == j) continue;
      std::string changed;
      for (std::size_t k = 0; k < premises.size(); ++k)
        changed += (k ? "," : "") + std::string(premises[k == i ? j : k]);
      CHECK(refused(r.certificate.substr(0, from) + changed + r.certificate.substr(to)));
    }
  // Another goal of the same induction for the one that is used.
  const std::size_t n = r.certificate.find(" n=", induction) + 3;
  std::string exit = r.certificate;
  const std::size_t comma = exit.find(',', n);
  exit[comma + 1] = exit[comma + 1] == '0' ? '1' : '0';
  CHECK(refused(exit));
}

TEST_CASE("a changed certificate of a fold is refused, or what it says is true", "[folds]") {
  const RuleReport r = verify(flash);
  REQUIRE(r.status == RuleStatus::verified);
  RuleBook book(solver(), root / "proofs/ledger");
  Mutator mutate(11);
  int accepted = 0, tried = 0;
  for (int k = 0; k < 150; ++k) {
    const std::string mutant = mutate(r.certificate);
    if (mutant == r.certificate) continue;
    ++tried;
    TheoremPtr t;
    try {
      t = replay_certificate(mutant, book.ledger().source(), solver()).theorem;
    } catch (const std::exception&) {
      continue;
    }
    ++accepted;
    const Statement& s = t->statement();
    if (2 * recurrences(s).size() != s.given.size()) continue;  // another kind of condition: no instances at hand
    for (const auto& steps : step_samples(s)) {
      const Statement u = unrolled(s, steps);
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SampleOptions options;
        options.sizes = sample_sizes({&u.left, &u.right}, seed);
        const Environment e = sample(u.left, seed, options);
        const double left = evaluate(u.left, e).at(0).data.at(0), right = evaluate(u.right, e).at(0).data.at(0);
        CHECK(left == Approx(right).margin(1e-9));
      }
    }
  }
  CHECK(tried > 100);
  CHECK(accepted < tried / 2);
}

TEST_CASE("unrolling leaves each point of a stochastic box its own draw", "[folds]") {
  const Statement s = to_statement(
      claim_of("def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }\n return a }\n"
               "def noise(y[m])[m] = random[1] g(y[m])\n"
               "theorem t(x[n], y[3]): f(x) + noise(y)[1] == f(x) + sum[i:3] if i == 1 then noise(y)[i] else 0"));
  const Statement u = unrolled(s, {{Symbol("n"), 2}});
  Environment e;
  e.inputs[Symbol("x")] = {{2}, {5, 7}};
  e.inputs[Symbol("y")] = {{3}, {0.25, 0.5, 0.75}};
  CHECK(evaluate(u.left, e).at(0).data == evaluate(u.right, e).at(0).data);
}

TEST_CASE("unrolling gives the values of the steps", "[folds]") {
  const Statement s = to_statement(claim_of(fold_claim("2", "a * x[n] + 1", "sum[n] x[n]")));
  const Statement u = unrolled(s, {{Symbol("n"), 3}});
  CHECK(u.given.empty());
  Environment e;
  e.inputs[Symbol("x")] = {{3}, {5, 7, 11}};
  CHECK(evaluate(u.left, e).at(0).data.at(0) == ((2 * 5 + 1) * 7 + 1) * 11 + 1);
  CHECK_THROWS_WITH(unrolled(s, {}), Catch::Contains("|n| has no value"));
  CHECK_THROWS_WITH(unrolled(s, {{Symbol("n"), 100000}}), Catch::Contains("too large"));
}

// The left side of the claim at these steps, on the numbers 0, 1, 2, ..
std::vector<double> unrolled_on_counting(const std::string& text, const std::map<Symbol, Integer>& sizes) {
  const Statement u = unrolled(to_statement(claim_of(text)), sizes);
  Environment e{sizes, {}};
  for (const InputPort& p : u.left.inputs()) {
    Array a{shape_of(p.axes, sizes), {}};
    std::size_t count = 1;
    for (std::size_t n : a.shape) count *= n;
    for (std::size_t k = 0; k < count; ++k) a.data.push_back(static_cast<double>(k));
    e.inputs.emplace(p.name, a);
  }
  return evaluate(u.left, e).at(0).data;
}

std::string square_claim(const std::string& steps, const std::string& step) {
  return "def f[n:axis](X[i:n,j:n])[i:n,j:n] { fold t:" + steps + " from m[i:n,j:n] = X[i,j] { m'[i:n,j:n] = " + step +
         " }\n return m[i,j] }\ndef g[n:axis](X[i:n,j:n])[i:n,j:n] = X[i,j]\ntheorem t: f == g";
}

TEST_CASE("unrolling tells the axes of a state apart", "[folds]") {
  const std::map<Symbol, Integer> two{{Symbol("n"), 2}}, three{{Symbol("n"), 3}};
  // Quarter turns of [[0, 1], [2, 3]]: m'[i, j] = m[j, 1 - i].
  const std::string turn = "m[j, |n| - 1 - i]";
  CHECK(unrolled_on_counting(square_claim("1", turn), two) == std::vector<double>{1, 3, 0, 2});
  CHECK(unrolled_on_counting(square_claim("2", turn), two) == std::vector<double>{3, 2, 1, 0});
  CHECK(unrolled_on_counting(square_claim("4", turn), two) == std::vector<double>{0, 1, 2, 3});
  const std::string both = "m[j, (i + 1) % |n|]";
  CHECK(unrolled_on_counting(square_claim("1", both), three) == std::vector<double>{1, 4, 7, 2, 5, 8, 0, 3, 6});
  CHECK(unrolled_on_counting(square_claim("2", both), three) == std::vector<double>{4, 5, 3, 7, 8, 6, 1, 2, 0});
  CHECK(unrolled_on_counting(square_claim("6", both), three) == std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(unrolled_on_counting(square_claim("3", "m[j, i] + m[i, i]"), two) == std::vector<double>{0, 8, 16, 24});
}

TEST_CASE("induction uses conditions on signs", "[folds]") {
  auto rule = [](const std::string& text) {
    RuleBook book(solver(), root / "proofs/ledger");
    return book.verify(claim_of(text)).status == RuleStatus::verified;
  };
  CHECK(rule("rule r(a, x[n]): max[n] a * x[n] == a * max[n] x[n] when a >= 0 by { induction n }"));
  CHECK_FALSE(rule("rule r(a, x[n]): max[n] a * x[n] == a * max[n] x[n] by { induction n }"));
  CHECK_FALSE(rule("rule r(a, x[n]): max[n] a * x[n] == a * max[n] x[n] when a != 0 by { induction n }"));
  CHECK(rule("rule r(x[n]): prod[n] sqrt(x[n]) * sqrt(x[n]) == prod[n] x[n] when x[n] >= 0 by { induction n }"));
}
