// What texts denote: each surface form against the boxes it stands for, or against a longer spelling.
#include "lang/support.hpp"

using namespace skein;
using namespace skein::testing;

TEST_CASE("derived operators are the primitive ones") {
  CHECK(same_def("def f(x, y) = x - y", "def f(x, y) = x + -1 * y"));
  CHECK(same_def("def f(x, y) = x / y", "def f(x, y) = x * inv(y)"));
  CHECK(same_def("def f(x) = -x", "def f(x) = (-1) * x"));
  CHECK(same_def("def f(x) = x - 1/3", "def f(x) = x + -1/3"));
  CHECK(same_def("def f(x) = 1e-5 * x", "def f(x) = 0.00001 * x"));
  CHECK(same_def("def f(x) = tanh(x)", "def f(x) = 1 - 2 * inv(exp(2 * x) + 1)"));
  CHECK(same_def("def f(x) = sigmoid(x)", "def f(x) = inv(1 + exp(-x))"));
  CHECK(same_def("def f(x) = relu(x)", "def f(x) = max(x, 0)"));
  CHECK(same_def("def f(x) = abs(x)", "def f(x) = max(x, -x)"));
  CHECK_FALSE(same_def("def f(x, y) = x - y", "def f(x, y) = y - x"));
  CHECK_FALSE(same_def("def f(x) = 1e-5 * x", "def f(x) = 1e-6 * x"));
}

TEST_CASE("chains are one box, parentheses make another") {
  CHECK(def("def f(x, y, z) = x + y + z").boxes().size() == 4);
  CHECK(def("def f(x, y, z) = x + (y + z)").boxes().size() == 5);
  CHECK(def("def f(x, y, z) = x * y * z").boxes().size() == 4);
}

TEST_CASE("a reduction reaches to the end of its product") {
  CHECK(same_def("def f(x[n], y[n]) = sum[n] x[n] * y[n]", "def f(x[n], y[n]) = sum[n] (x[n] * y[n])"));
  CHECK(same_def("def f(x[n], y) = sum[n] x[n] + y", "def f(x[n], y) = (sum[n] x[n]) + y"));
  CHECK(same_def("def f(x[n], y) = y * sum[n] x[n] * y", "def f(x[n], y) = y * (sum[n] (x[n] * y))"));
  CHECK_FALSE(same_def("def f(x[n], y) = sum[n] x[n] + y", "def f(x[n], y) = sum[n] (x[n] + y)"));
}

TEST_CASE("two indices over one axis") {
  CHECK(same_def("def f(x[n])[n] = x[n] - max[j:n] x[j]", "def f(x[n])[a:n] = x[a] - max[n] x[n]"));
  CHECK(same_def("def f(z[n,n])[i:n, j:n] = z[j,i]", "def f(w[p,p])[i:p, j:p] = w[j,i]") == false);
  CHECK(same_def("def f(z[n,n])[i:n, j:n] = z[j,i]", "def f(z[n,n])[n, m:n] = z[m,n]"));
}

TEST_CASE("lifting puts the result at the bound index") {
  CHECK(same_def("def f(A[q,k])[q,k] = softmax[k](A[q,k])", "def f(A[q,k])[q,k] = exp(A[q,k]) / sum[j:k] exp(A[q,j])"));
  CHECK(same_def("def f(A[q,k])[q,k] = softmax[q](A[q,k])", "def f(A[q,k])[q,k] = exp(A[q,k]) / sum[j:q] exp(A[j,k])"));
  CHECK(same_def("def f(A[q,k])[q,j:k] = softmax[k -> j](A[q,k])", "def f(A[q,k])[q,k] = softmax[k](A[q,k])"));
  CHECK(same_def("def f(A[q,k])[q,k] = softmax(A[q])[k]", "def f(A[q,k])[q,k] = softmax[k](A[q,k])"));
  CHECK(same_def("def f(A[q,k])[q] = mean[k](A[q,k])", "def f(A[q,k])[q] = (sum[k] A[q,k]) / |k|"));
}

TEST_CASE("attention is its formula") {
  CHECK(same_def("def f(Q[q,d], K[k,d], V[k,v])[q,v] = attention(Q, K, V)[q,v]",
                 "def f(Q[q,d], K[k,d], V[k,v])[q,v] {\n"
                 "  E[q,k] = exp(sum[d] Q[q,d] * K[k,d] * inv(sqrt(|d|)))\n"
                 "  return sum[k] (E[q,k] * inv(sum[j:k] E[q,j])) * V[k,v]\n}"));
}

TEST_CASE("weights are named as in a state_dict, in order of declaration") {
  const Diagram d = parse("def f(x) = x").instantiate_def("mha");
  std::vector<std::string> names;
  for (const InputPort& p : d.inputs()) names.push_back(p.name.text() + (p.role == Role::weight ? "!" : ""));
  CHECK(names == std::vector<std::string>{"X", "q.W!", "k.W!", "v.W!", "Wo!"});
  CHECK(d.find_input(Symbol("q.W"))->axes.size() == 3);
}

TEST_CASE("sizes given at use, and uses of uses") {
  const Diagram d =
      def("def mlp[h:axis](X[t,m])[t,m] {\n  use up: linear[o:h]\n  use down: linear[o:m]\n"
          "  H[t,h] = relu(up(X[t])[h])\n  return down(H[t])[m]\n}\n"
          "def f(X[t,m])[t,m] {\n  use a, b: mlp[h:4*m]\n  Y[t,m] = a(X)[t,m]\n  return b(Y)[t,m]\n}");
  std::vector<std::string> names;
  for (const InputPort& p : d.inputs()) names.push_back(p.name.text());
  CHECK(names == std::vector<std::string>{"X", "a.up.weight", "a.up.bias", "a.down.weight", "a.down.bias",
                                          "b.up.weight", "b.up.bias", "b.down.weight", "b.down.bias"});
  CHECK(to_string(d.find_input(Symbol("b.up.weight"))->axes[0].size) == "4*m");
}

TEST_CASE("a strided convolution, its reads in bounds by its conditions") {
  const std::string header = "def f[s:nat](X[c,x], W[o,c,w])[o,y] where s >= 1, |x| >= |w|, |y| = (|x|-|w|)/s + 1\n";
  const Diagram d = def(header + "  = sum[c,w] W[o,c,w] * X[c, s*y+w]");
  CHECK(d.sizes().lower_bound(Symbol("s")) == 1);
  CHECK(d.sizes().hypotheses.size() == 3);
  const Diagram padded = def("def f[p:nat](X[c,x], W[o,c,w])[o,x] = sum[c,w] W[o,c,w] * X[c, x+w-p] else 0");
  CHECK(round_trips(d));
  CHECK(round_trips(padded));
  const Diagram called =
      def("def conv[s:nat](X[c,x], W[o,c,w])[o,y] where s >= 1, |x| >= |w|, |y| = (|x|-|w|)/s + 1\n"
          "  = sum[c,w] W[o,c,w] * X[c, s*y+w]\n"
          "def f(X[c,e:10], W[o,c,w:3])[o,y:4] = conv[s:2](X, W)[o,y]");
  CHECK(to_string(called.outputs()[0].axes[1].size) == "4");
}

TEST_CASE("an exact size equation solves its variable") {
  const Diagram d = def("def f(x[n], w[k])[y] where |y| = |n| - |k| + 1 = sum[k] w[k] * x[y + k]");
  CHECK(to_string(d.outputs()[0].axes[0].size) ==
        to_string(size_variable(Symbol("n")) - size_variable(Symbol("k")) + size_constant(1)));
  CHECK(d.sizes().hypotheses.size() == 1);
}

TEST_CASE("merged axes split and merge") {
  CHECK(same_def("def f(x[(g,r)])[g,r] = x[(g,r)]", "def f(x[(g,r)])[g,r] = x[g*|r| + r]"));
  CHECK(same_def("def f(x[g,r])[(g,r)] = x[g,r]", "def f(x[g,r])[i:g*r] = x[i / |r|, i % |r|]"));
  CHECK(to_string(def("def f(x[(g,r)])[g,r] = x[(g,r)]").inputs()[0].axes[0].size) == "g*r");
  CHECK(same_def("def f(x[(g,r)])[(g,r)] = x[(g,r)]", "def f(x[(g,r)])[i:g*r] = x[i]"));
}

TEST_CASE("axes of known sizes") {
  const Diagram d = def("def f(x[3, n], y[e:32, m:2*n])[m, e] = y[e, m] + x[2, 0]");
  CHECK(to_string(d.inputs()[0].axes[0].size) == "3");
  CHECK(to_string(d.outputs()[0].axes[0].size) == "2*n");
  CHECK(to_string(d.outputs()[0].axes[1].size) == "32");
}

TEST_CASE("conditions over indices are guards, over scalars they select") {
  CHECK(def("def f(x[n])[n] = if n >= 3 then x[n] else 0").boxes().back().op == Op::cases);
  CHECK(def("def f(x[n])[n] = if x[n] >= 3 then x[n] else 0").boxes().back().op == Op::where);
  CHECK(same_def("def f(x[n])[n, j:n] = if n == j then 1 else 0", "def f(x[n])[n, j:n] = delta(n, j)"));
  CHECK(same_def("def f(x[n])[n] = if not n < 3 then 1 else 2", "def f(x[n])[n] = if n < 3 then 2 else 1"));
  CHECK(
      same_def("def f(x[n])[n] = if 1 <= n < 3 then 1 else 2", "def f(x[n])[n] = if n >= 1 and n <= 2 then 1 else 2"));
  CHECK(same_def("def f(x[n])[n] = if n != 3 then 1 else 2", "def f(x[n])[n] = if n == 3 then 2 else 1"));
  CHECK(same_def("def f(x[n])[n] = x[n - 1] else 7", "def f(x[n])[n] = if n - 1 >= 0 then x[n - 1] else 7"));
}

TEST_CASE("a guard proves the reads under it") {
  CHECK_NOTHROW(def("def f(x[n])[n] = if n >= 1 then x[n - 1] else 0"));
  CHECK_NOTHROW(def("def f(x[n], y[m])[i:n+m] = if i < |n| then x[i] else y[i - |n|]"));
  CHECK(error_of("def f(x[n])[n] = if n >= 1 then x[n - 2] else 0").column == 35);
}

TEST_CASE("possibly empty axes and types") {
  const Diagram d = def("def f(x[n?]: ext, b[n]: bool)[n] = if b[n] then x[n] else -inf");
  CHECK(d.sizes().lower_bound(Symbol("n")) == 0);
  CHECK(d.inputs()[0].dtype == DType::ext);
  CHECK(d.inputs()[1].dtype == DType::boolean);
  CHECK(d.boxes().back().dtype == DType::ext);
  CHECK_NOTHROW(def("def f(x[n])[n] = softmax(x)[n]"));
  CHECK_NOTHROW(def("def f(b[n]: bool, c[n]: bool) = all[n] (b[n] and not c[n] or n <= 2)"));
}

TEST_CASE("several outputs") {
  const Diagram d = def("def f(x[n]) -> y[n], total {\n  return x[n] + 1, sum[n] x[n]\n}");
  REQUIRE(d.outputs().size() == 2);
  CHECK(d.outputs()[1].name.text() == "total");
  CHECK(round_trips(d));
}

TEST_CASE("claims over parameters") {
  const Module m = parse(
      "# A positive factor leaves a maximum.\n"
      "rule max_scale(a, x[n]): max[n] a*x[n] == a * max[n] x[n] when a >= 0 by { induction n; induction n }\n"
      "false rule max_scale_any(a, x[n]): max[n] a*x[n] == a * max[n] x[n]\n"
      "axiom exp_add(x, y): exp(x + y) => exp(x) * exp(y)\n"
      "law transpose(A[i,k], B[k,j]): sum[k] A[i,k] * B[k,j] == sum[k] B[k,j] * A[i,k]\n"
      "rule mean_of_one(x[n]): sum[n] x[n] == x[0] when |n| <= 1, x[n] != 0\n");
  REQUIRE(m.claims().size() == 5);
  const Claim& scale = m.claims()[0];
  CHECK(scale.kind == ClaimKind::rule);
  CHECK(scale.description == "A positive factor leaves a maximum.");
  CHECK(scale.line == 2);
  CHECK(scale.hints == std::vector<std::string>{"induction n", "induction n"});
  REQUIRE(scale.when.size() == 1);
  CHECK(scale.when[0].kind == SignCondition::nonnegative);
  CHECK(scale.when[0].value.inputs().size() == 2);
  CHECK(scale.left.outputs()[0].axes.empty());
  CHECK(m.claims()[1].negated);
  CHECK(m.claims()[2].oriented);
  CHECK(m.claims()[2].kind == ClaimKind::axiom);
  const Claim& transpose = m.claims()[3];
  CHECK(transpose.kind == ClaimKind::law);
  REQUIRE(transpose.left.outputs()[0].axes.size() == 2);
  CHECK(transpose.left.outputs()[0].axes[1].name.text() == "j");
  CHECK(same(transpose.left, transpose.right));
  const Claim& one = m.claims()[4];
  CHECK(one.left.sizes().hypotheses.size() == 1);
  REQUIRE(one.when.size() == 1);
  CHECK(one.when[0].kind == SignCondition::nonzero);
  CHECK(one.when[0].value.outputs()[0].axes.size() == 1);
}

TEST_CASE("a theorem about two defs matches parameters and sizes by position, weights by name") {
  const Module m = parse(
      "def f(a[p,q])[p] {\n  weight W[q], U[q]\n  return sum[q] a[p,q] * W[q] + U[0]\n}\n"
      "def g(b[n,k])[n] {\n  weight U[k], W[k]\n  return U[0] + sum[k] W[k] * b[n,k]\n}\n"
      "theorem same: f == g\n");
  const Claim& c = m.claims().at(0);
  CHECK(c.kind == ClaimKind::theorem);
  CHECK(same(c.left, c.right));
  CHECK(c.right.inputs()[0].name.text() == "a");
  CHECK(c.right.inputs()[1].name.text() == "W");
}

TEST_CASE("a file sees its imports; its own defs come before the prelude's") {
  const Module m = parse("import prelude\ndef softmax(x[n])[n] = x[n]\ndef f(x[n])[n] = softmax(x)[n]");
  CHECK(m.instantiate_def("f").boxes().size() == 1);
  CHECK(m.defs().size() == 2);
  CHECK(m.find_def("layer_norm")->prelude);
  CHECK(m.find_def("layer_norm")->description.empty());
  CHECK(m.find_def("mha")->description == "Multi-head self-attention.");
  CHECK_THROWS_WITH(m.instantiate_def("layer_nrom"), Catch::Contains("did you mean \"layer_norm\"?"));
}

TEST_CASE("a claim about arrays is the claim at all their indices") {
  const Module m = parse(
      "rule whole(A[i,k], B[k,j]): matmul(A, B) == matmul(A, B)\n"
      "rule indexed(A[i,k], B[k,j]): matmul(A, B)[i,j] == matmul(A, B)[i,j]\n"
      "rule named(x[n], y[n]): x == y\n");
  CHECK(same(m.claims()[0].left, m.claims()[1].left));
  CHECK(m.claims()[0].same_calls);
  CHECK(m.claims()[2].left.outputs()[0].axes.size() == 1);
}

TEST_CASE("several equations are one, chosen by a first axis; axes of one size are shared") {
  const Module m = parse("rule both(x[n], y[m], z[n]): x == z and sum[m] y[m] == 1 and z == x");
  const Diagram& left = m.claims()[0].left;
  REQUIRE(left.outputs()[0].axes.size() == 2);
  CHECK(left.outputs()[0].axes[0].size == size_constant(3));
  CHECK(same(left, parse("rule r(w[which:3], x[n], y[m], z[n]): "
                         "(if which <= 0 then x[n] else if which <= 1 then sum[k:m] y[k] else z[n]) == w[which] * z[n]")
                       .claims()[0]
                       .left));
}

TEST_CASE("when ? finds the sizes for which the sides have a type") {
  const std::string concat = "def concat(x[a,n], y[b,n])[i:|a|+|b|,n] = if i < |a| then x[i,n] else y[i-|a|,n]\n";
  const Claim c = parse(concat + "rule r(x[a,n], y[b,m]): concat(x, y) == concat(x, y) when ?").claims()[0];
  REQUIRE(c.inferred.size() == 1);
  CHECK(to_string(c.inferred[0]) == "n == m");
  CHECK(same(c.left, parse(concat + "rule r(x[a,m], y[b,m]): concat(x, y) == concat(x, y)").claims()[0].left));

  // What is common to both sides of an equation does not matter, nor do factors.
  const Claim sums = parse(concat +
                           "rule r(x[a,n], y[b,n], z[c,n], w[d,n]): concat(x, y) == concat(z, y) and "
                           "concat(concat(x, x), y) == concat(concat(z, z), y) when ?")
                         .claims()[0];
  REQUIRE(sums.inferred.size() == 1);
  CHECK(to_string(sums.inferred[0]) == "a == c");
  CHECK(parse(concat + "rule r(x[a,n], y[b,n]): concat(x, y) == concat(y, x) when ?").claims()[0].inferred.empty());
}

TEST_CASE("when ? finds that a size divides another") {
  const Claim c = parse(
                      "def halves(x[k:2*|r|])[r] = x[r] + x[|r|+r]\n"
                      "rule r(x[n]): halves(x) == halves(x) when ?")
                      .claims()[0];
  REQUIRE(c.inferred.size() == 1);
  CHECK(to_string(c.inferred[0]) == "2*r == n");
  CHECK(c.left.inputs()[0].axes[0].size == size_constant(2) * size_variable(Symbol("r")));
}

TEST_CASE("an equation of sizes is solved for a variable that occurs alone") {
  const Claim c =
      parse("rule r(x[a], y[b], z[c], w[d]): sum[a] x[a] == sum[b] y[b] when |a| + |b| == |c| + |d|").claims()[0];
  CHECK(c.left.inputs()[3].axes[0].size ==
        size_variable(Symbol("a")) + size_variable(Symbol("b")) - size_variable(Symbol("c")));
  CHECK(c.left.sizes().hypotheses.size() == 1);  // that axis is not empty
}
