// Costs of diagrams, as formulas.
#include "search/cost.hpp"

#include <catch2/catch.hpp>

#include "lang/module.hpp"

using namespace skein;

namespace {

Cost cost_of(const std::string& def, const std::set<Symbol>& constants = {}) {
  const Module m = parse_module(def, "cost.skn");
  DiagramBuilder b;
  std::vector<Ref> outputs;
  for (const Output& o : thaw(b, m.defs().back()->diagram)) outputs.push_back(o.value);
  return cost(b, outputs, constants);
}
std::string operations(const std::string& def) { return formula(cost_of(def), Measure::operations); }
std::string bytes(const std::string& def) { return formula(cost_of(def), Measure::bytes); }
std::string peak(const std::string& def) { return formula(cost_of(def), Measure::peak); }

const std::string attention = "def f(Q[q,d], K[k,d], V[k,v])[q,v] = sum[k] softmax[k](sum[d] Q[q,d] * K[k,d]) * V[k,v]";
const std::string three = "def f(A[i,j], B[j,k], C[k,l])[i,l] = matmul(matmul(A, B), C)[i,l]";

}  // namespace

TEST_CASE("a product of matrices takes 2ijk operations and stores nothing") {
  const std::string product = "def f(A[i,k], B[k,j])[i,j] = matmul(A, B)[i,j]";
  CHECK(operations(product) == "2*i*j*k");
  CHECK(bytes(product) == "0");
}
TEST_CASE("a product of three stores the first product") {
  CHECK(operations(three) == "2*i*j*k + 2*i*k*l");
  CHECK(bytes(three) == "4*i*k");
  CHECK(peak(three) == "4*i*k");
}
TEST_CASE("what one box reads entry by entry is not stored") {
  CHECK(bytes("def f(x[n], y[n])[n] = exp(x[n] + y[n]) * 3") == "0");
  CHECK(bytes("def f(x[n]) = sum[n] exp(x[n])") == "0");
  CHECK(operations("def f(x[n]) = sum[n] exp(x[n])") == "5*n");
}
TEST_CASE("what two boxes read is stored once") {
  CHECK(bytes("def f(x[n])[n] { e[n] = exp(x[n])\n return e[n] * (sum[j:n] e[j]) }") == "4 + 4*n");
}
TEST_CASE("attention stores scores, their exponentials' sums, and nothing else") {
  CHECK(operations(attention) == "2*d*k*q + 6*k*q + 2*k*q*v + q");
  CHECK(bytes(attention) == "8*k*q + 4*q");
}
TEST_CASE("views, guards and constants are free") {
  CHECK(operations("def f(x[n])[i:n] = if i < 3 then x[i] else 0") == "0");
  CHECK(operations("def f(x[n])[n] = x[n] * (2 / sqrt(|n|))") == "n");
}
TEST_CASE("what depends on constants alone costs nothing") {
  const std::string merged = "def f(x[t,m], A[m,r], B[r,o])[t,o] = matmul(x, matmul(A, B))[t,o]";
  CHECK(formula(cost_of(merged), Measure::operations) == "2*m*o*r + 2*m*o*t");
  CHECK(formula(cost_of(merged, {Symbol("A"), Symbol("B")}), Measure::operations) == "2*m*o*t");
  CHECK(formula(cost_of(merged, {Symbol("A")}), Measure::operations) == "2*m*o*r + 2*m*o*t");
}
TEST_CASE("arrays that are not alive together do not add up in the peak") {
  const std::string four =
      "def f(A[a,b], B[b,c], C[c,d], D[d,e], E[e,f])[a,f] = "
      "matmul(matmul(matmul(matmul(A, B), C), D), E)[a,f]";
  CHECK(bytes(four) == "4*a*c + 4*a*d + 4*a*e");
  CHECK(peak(four) == "max(4*a*c + 4*a*d, 4*a*d + 4*a*e)");
}
TEST_CASE("an intermediate array that is an output is not counted twice") {
  CHECK(cost_of(three).bytes == cost_of(three).peak.front());
}
TEST_CASE("a formula is evaluated at all of its sizes") {
  const std::map<Symbol, Integer> sizes{{Symbol("i"), 2}, {Symbol("j"), 3}, {Symbol("k"), 5}, {Symbol("l"), 7}};
  const CostValue v = evaluate(cost_of(three), sizes);
  CHECK(v.operations == 2 * 2 * 3 * 5 + 2 * 2 * 5 * 7);
  CHECK(v.peak == 4 * 2 * 5);
  CHECK_THROWS_AS(evaluate(cost_of(three), {}), std::invalid_argument);
}
