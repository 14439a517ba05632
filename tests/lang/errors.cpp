// Every rejection says what is wrong, where, and what to do.
#include "lang/support.hpp"

using namespace skein;
using namespace skein::testing;

namespace {

struct RefusedText {
  const char* text;
  int line, column;
  const char* message;
  const char* help = "";  // in the expectation or the suggestion
};

const RefusedText table[] = {
    // Lexing and grammar.
    {"def f(x) = x $ 2", 1, 14, "the character $ has no meaning"},
    {"def f(x) = 3x", 1, 12, "the number 3 runs into a name"},
    {"def f(x) = 1e999 * x", 1, 12, "out of proportion"},
    {"import \"a.skn", 1, 8, "not closed"},
    {"deff f(x) = x", 1, 1, "unexpected \"deff\"", "did you mean \"def\"?"},
    {"def f(x) = x +", 1, 15, "unexpected the end of the file", "an expression"},
    {"def f(x) = (x + 1", 1, 18, "unexpected the end of the file", "\")\""},
    {"def f(x[n) = x", 1, 10, "unexpected \")\"", "\"]\""},
    {"def f(sum) = 1", 1, 7, "\"sum\" is a word of the language", "`sum`"},
    {"def f(x) {\n  y = x z = x\n  return y\n}", 2, 9, "unexpected \"z\"", "new line"},
    {"def f(x: float) = x", 1, 10, "unexpected \"float\"", "real, ext or bool"},
    {"def f(x) = sum x", 1, 16, "unexpected \"x\"", "indices of the reduction"},
    {"def f(x) = max(x, inf)", 1, 19, "no plus infinity", "-inf"},
    {"def f(x) x", 1, 10, "unexpected \"x\"", "\"=\""},
    // Unsupported parts of the language.
    {"def f(x[..s]) = 1", 1, 9, "not supported yet"},
    {"def f: A -> B = g", 1, 6, "not supported yet"},
    {"def f(x[n]) {\n  fold n from s = 0 { s = s + x[n] }\n  return s\n}", 2, 23, "is the state before the step"},
    {"def f(x[n])[] {\n  fold t:|n|-3 from s = 0 { s' = s + x[t] }\n  return s\n}", 2, 8,
     "-3 + n steps may be a negative number", "where |n| > 2"},
    {"def f(x) = x^2", 1, 13, "\"^\" is not supported yet"},
    // Names.
    {"def f(scale) = scael", 1, 16, "scael is not defined", "did you mean \"scale\"?"},
    {"def f(x[n])[n] = softmxa(x)[n]", 1, 18, "there is no def softmxa", "did you mean \"softmax\"?"},
    {"def f(x) = g(x)\ndef g(x) = x", 1, 12, "there is no def g", "line 2"},
    {"def f(x) = f(x)", 1, 12, "there is no def f", "cannot call itself"},
    {"def f(x) = x\ndef f(x) = x", 2, 5, "declared twice", "line 1"},
    {"def f(x, x) = x", 1, 10, "x is defined already", "line 1"},
    {"def f(x[n]) = x[n]", 1, 17, "the index n is not bound here", "sum[n]"},
    {"def f(x[row]) = sum[rwo] x[row]", 1, 21, "there is no axis rwo", "did you mean \"row\"?"},
    {"def f(x[n])[n] = sum[n] x[n]", 1, 22, "the index n is bound already", "j:n"},
    {"def f(x[n])[n] = mean[n](x[n])", 1, 23, "the index n is bound already", "j:n"},
    {"rule r(x[n]): x[n] == sum[n] x[n]", 1, 27, "free in this claim, and bound here", "j:n"},
    {"def f(x[n]) = softmax", 1, 15, "softmax is a def and needs arguments"},
    // Axes and sizes.
    {"def f(x[n,m])[n] = x[n]", 1, 20, "x has 2 axes, but is read at 1 index"},
    {"def f(x[n])[n] = x", 1, 18, "x has 1 axis, but is read without indices"},
    {"def f(x[n])[n] = x[n-1]", 1, 20, "not proved to be >= 0", "else 0"},
    {"def f(x[n], y[m])[n] = y[n]", 1, 26, "axis 1 of y has size m, and the index n is not proved to be below m"},
    {"def g(x[n], y[n])[n] = x[n] + y[n]\ndef f(x[a], y[b])[a] = g(x, y)[a]", 2, 29,
     "has size b, but the parameter y of g needs a"},
    {"def f(x[a,b])[a,b] = softmax(x)[a]", 1, 30, "needs an array with 1 axis here, but x leaves 2 axes", "X[i]"},
    {"def f(x[n])[n] = softmax(x + 1)[n]", 1, 26, "not a scalar expression", "name the expression first"},
    {"def f(x[n])[n] = softmax(x)", 1, 18, "1 more axis here", "softmax(...)[...]"},
    {"def f(x) = mean(x, x)", 1, 12, "mean has 1 parameter, but 2 arguments are given"},
    {"def f(x[e:32], y[e:64]) = 1", 1, 18, "the axis e has size 64 here, but 32 elsewhere"},
    {"def f(x[a:2*b]) = 1", 1, 13, "there is no axis or size b", "b:axis"},
    {"def f(x[a:b], y[b:a]) = 1", 1, 19, "depends on itself"},
    {"def f(x[n], y[m:n/2]) = 1", 1, 19, "n is not a multiple of 2"},
    {"def f(x[a:0]) = 1", 1, 9, "always empty"},
    {"def g(x[n]) where |n| >= 5 = x[4]\ndef f(y[m]) = g(y)", 2, 15, "the call of g needs m >= 5", "where m >= 5"},
    {"def g(x[n], y[m]) where |m| >= |n| = 1\ndef f(x[a], y[b]) = g(x, y)", 2, 21, "which is not known here"},
    {"def f(x[m])[o] = linear(x)[o]", 1, 18, "linear has weights, which need a name", "use NAME: linear"},
    {"def f(x[m]) {\n  use l: linear\n  return l(x)[0]\n}", 3, 10, "the size |o| of l does not follow",
     "linear[o:SIZE]"},
    {"def f(x) {\n  use l: linear\n  return x\n}", 2, 7, "l is never applied"},
    {"def f(x) where x > 0 = x", 1, 16, "a condition of a def is about sizes"},
    {"def f(x[n])[n] = x[n % m]", 1, 24, "divided by a size only"},
    // Types.
    {"def f(x: ext) = -x", 1, 18, "an ext scalar, which may be -inf, is multiplied", "fin(x)"},
    {"def f(x: ext) = log(x)", 1, 21, "log of an ext scalar", "fin(x)"},
    {"def f(x[n]: ext) = sum[n] x[n]", 1, 27, "sum of ext scalars"},
    {"def f(b[n]: bool) = sum[n] b[n]", 1, 28, "sum of booleans", "all[..]"},
    {"def f(x[n]: ext)[n] = stable_softmax(x)[n]", 1, 38,
     "the parameter x of stable_softmax is real, but the argument is ext"},
    {"def f(b: bool) = b + 1", 1, 18, "add needs real or ext inputs"},
    {"def f(x) = if x then 1 else 2", 1, 15, "condition of where must be boolean"},
    // Statements and claims.
    {"def f(x) {\n  y = x\n}", 1, 5, "returns nothing", "return"},
    {"def f(x) {\n  return x\n  y = x\n}", 3, 3, "a statement after return"},
    {"def f(x) {\n  return x, x\n}", 2, 3, "1 output, but 2 values are returned"},
    {"rule r(x): x = x", 1, 14, "unexpected \"=\"", "\"==\""},
    {"theorem r(x): x == x given x >= 0", 1, 28, "unexpected \"x\"", "before the equation that is given"},
    {"theorem r(x): x == x given: x >= 0", 1, 31, "unexpected \">=\"", "\"==\""},
    {"rule r(x): x == x given: x == 0", 1, 19, "an equation is given to the rule r"},
    {"theorem r(x[n]): x[n] == x[n] given [j]: x[n] == 0", 1, 38, "the index j has no size here"},
    {"theorem r(x[n]): x[n] == x[n] given [n:m]: x[n] == 0", 1, 40, "m"},
    {"theorem r(x[n]): x[n] == x[n] given: sum[n] x[n] == x[n]", 1, 42, "free in this equation, and bound here"},
    {"theorem r(x): x == x given: random[1] u(x) == x", 1, 22, "depends on a random value"},
    {"theorem r: softmax == softmax given: 1 == 1", 1, 31, "an equation of two defs"},
    {"rule r(x[n]): sum[n] x[n] == 1 by { banana }", 1, 37, "there is no hint `banana`", "induction"},
    {"rule r(x[n]): sum[n] x[n] == 1 by { induction z }", 1, 6, "an induction on z, which is no size here"},
    {"theorem t(x[n]): x[n] == x[n] by { invariant m = softmax }", 1, 36, "no fold of this theorem has a state m"},
    {"theorem t(x[n]): x[n] == x[n] by { invariant = softmax }", 1, 46, "unexpected \"=\"", "the name of a state"},
    {"def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }\n return a }\n"
     "theorem t: f == f by { invariant b = f }",
     3, 24, "has a state b", "a"},
    {"def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }\n return a }\n"
     "theorem t: f == f by { invariant a = nothing }",
     3, 38, "there is no def nothing"},
    {"def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }\n return a }\n"
     "theorem t: f == f by { invariant a = f }",
     3, 38, "f has a fold itself"},
    {"def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }\n return a }\n"
     "theorem t: f == f by { invariant a = attention }",
     3, 38, "attention has 3 arrays, but the claim has 1"},
    {"def f(x[n])[] { fold n from a = 0 { a' = a + x[n] }\n return a }\n"
     "def g(x[n,m])[n] = x[n,0]\ntheorem t: f == f by { invariant a = g }",
     4, 38, "x of g is not of the shape of x"},
    {"theorem t: softmax == nothing", 1, 23, "nothing is not defined"},
    {"theorem t: softmax == attention", 1, 23, "attention has 3 parameters, but softmax has 1"},
    {"rule r(x): x == x\nrule r(x): x == x", 2, 6, "declared twice", "line 1"},
    {"rule r(x): x == x when x = 0", 1, 24, "an equation between scalars cannot be a condition"},
    {"import \"nowhere.skn\"", 1, 1, "neither beside this file nor in the search path"},
    {"import preldue", 1, 1, "there is no library preldue", "did you mean \"prelude\"?"},
};

}  // namespace

TEST_CASE("rejections") {
  for (const RefusedText& r : table) {
    const SourceError e = error_of(r.text);
    INFO(e.render());
    CHECK_THAT(e.message, Catch::Contains(r.message));
    CHECK_THAT(e.expectation + " " + e.suggestion, Catch::Contains(r.help));
    CHECK(e.line == r.line);
    CHECK(e.column == r.column);
    CHECK(e.file == "test.skn");
  }
}

TEST_CASE("an error shows its line with a caret") {
  CHECK(error_of("# scale\ndef f(scale) = 2 * scael").render() ==
        "test.skn:2:20: error: scael is not defined\n"
        "  def f(scale) = 2 * scael\n"
        "                     ^\n"
        "  did you mean \"scale\"?\n");
  CHECK(error_of("def f(\xC3\xA9) = 1").column == 7);
}

TEST_CASE("hostile nesting is refused, not followed") {
  const std::string deep(100000, '(');
  CHECK_THAT(error_of("def f(x) = " + deep).message, Catch::Contains("nested too deeply"));
  std::string minus = "def f(x) = ";
  for (int k = 0; k < 100000; ++k) minus += "- ";
  CHECK_THAT(error_of(minus + "x").message, Catch::Contains("nested too deeply"));
}

TEST_CASE("conditions that are not asked for, or cannot be met, are errors") {
  const std::string concat = "def concat(x[a,n], y[b,n])[i:|a|+|b|,n] = if i < |a| then x[i,n] else y[i-|a|,n]\n";
  CHECK_THAT(error_of(concat + "rule r(x[a,n], y[b,m]): concat(x, y) == concat(x, y)").message,
             Catch::Contains("axis 2 of the argument has size m"));
  CHECK_THAT(error_of(concat + "rule r(x[a,3], y[b,4]): concat(x, y) == concat(x, y) when ?").message,
             Catch::Contains("axis 2 of the argument has size 4"));
  CHECK_THAT(error_of("rule r(x[n], y[m]): x == y").message,
             Catch::Contains("axis 1 of the right side has size m, but that of the left side has n"));
  CHECK_THAT(error_of("rule r(x[n,m], y[n]): x == y").message,
             Catch::Contains("the left side has 2 axes, but the right side has 1"));
  CHECK_THAT(error_of("rule r(x[n?], y[n]): x == y and sum[j:n] x[j] == 1").message, Catch::Contains("may be empty"));
}
