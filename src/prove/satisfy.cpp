#include "prove/satisfy.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "theory/numbers.hpp"
#include "verify/recurrence.hpp"

namespace skein {
namespace {

constexpr int attempts = 400, styles = 13, bits = 9;
constexpr std::size_t parts = 8;  // of a row that adds up to 1

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) { return n == 0 ? 0 : random() % n; }

std::vector<std::size_t> permutation(Random& random, std::size_t n) {
  std::vector<std::size_t> out(n);
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::shuffle(out.begin(), out.end(), random);
  return out;
}

// Rows of length n in an array, along its first axis or its last: where each begins, and the stride.
template <class F>
void for_rows(Array& a, bool last, F&& f) {
  if (a.shape.empty()) return;
  const std::size_t n = last ? a.shape.back() : a.shape.front(), rows = n == 0 ? 0 : a.data.size() / n;
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<double*> row;
    for (std::size_t k = 0; k < n; ++k) row.push_back(&a.data[last ? r * n + k : k * rows + r]);
    f(row);
  }
}

// The matrices of the last two axes: as many ones, with signs, as rows or columns allow; of four rows and columns of a
// square one, where `halves`, a Hadamard matrix over 2.
void orthogonal(Array& a, bool halves, Random& random) {
  if (a.shape.size() < 2) return;
  const std::size_t rows = a.shape[a.shape.size() - 2], columns = a.shape.back(), size = rows * columns;
  std::fill(a.data.begin(), a.data.end(), 0.0);
  for (std::size_t from = 0; size > 0 && from < a.data.size(); from += size) {
    const auto row = permutation(random, rows), column = permutation(random, columns);
    std::size_t k = 0;
    if (halves && rows == columns && rows >= 4)
      for (; k < 4; ++k)
        for (std::size_t c = 0; c < 4; ++c)
          a.data[from + row[k] * columns + column[c]] = __builtin_parityll(k & c) ? -0.5 : 0.5;
    for (; k < std::min(rows, columns); ++k) a.data[from + row[k] * columns + column[k]] = random() % 2 ? 1 : -1;
  }
}

void fill(Array& a, int style, Random& random) {
  auto quarters = [&] { return static_cast<double>(below(random, 33)) / 4 - 4; };
  auto each = [&](auto&& value) { std::generate(a.data.begin(), a.data.end(), value); };
  switch (style) {
    case 0: return orthogonal(a, true, random);
    case 1: return orthogonal(a, false, random);
    case 2:
    case 3:
      return for_rows(a, style == 2, [&](const std::vector<double*>& row) {
        for (double* x : row) *x = 0;
        for (std::size_t k = 0; k < parts; ++k) *row[below(random, row.size())] += 1.0 / parts;
      });
    case 4:
    case 5:
      return for_rows(a, style == 4, [&](const std::vector<double*>& row) {
        for (double* x : row) *x = 0;
        *row[below(random, row.size())] = 1;
      });
    case 6:
    case 7:
      return for_rows(a, style == 6, [&](const std::vector<double*>& row) {
        double sum = 0;
        for (double* x : row) sum += * x = quarters();
        if (!row.empty()) *row.back() -= sum;
      });
    case 8: return each([&] { return static_cast<double>(below(random, 3)) - 1; });
    case bits: return each([&] { return static_cast<double>(below(random, 2)); });
    case 10: return each([] { return 1.0; });
    case 11: return each([] { return 0.0; });
    default: return each(quarters);
  }
}

// The input that a diagram is, at all its axes.
const Box* is_input(const Diagram& d) {
  const OutputPort& out = d.outputs().front();
  const Box& x = d.box(out.wire);
  for (std::uint32_t s = 0; s < out.map.size(); ++s)
    if (out.map[s] != s) return nullptr;
  return x.op == Op::input && out.map.size() == x.degree.size() ? &x : nullptr;
}

}  // namespace

bool equations_hold(const Statement& s, const Environment& e) {
  try {
    for (std::size_t n : hypotheses(s)) {
      const Given& g = s.given[n];
      const RationalArray l = evaluate_exact(g.left, e).front(), r = evaluate_exact(g.right, e).front();
      if (l.data != r.data || l.neg_inf != r.neg_inf) return false;
    }
  } catch (const NotExact&) {
    return false;
  }
  return true;
}

bool satisfy(const Statement& s, const std::set<Symbol>& kept, Environment& e, Random& random) {
  std::vector<Given> given;
  for (std::size_t n : hypotheses(s)) given.push_back(s.given[n]);
  if (given.empty()) return true;
  std::map<Symbol, DType> read;
  for (const Given& g : given)
    for (const Diagram* d : {&g.left, &g.right})
      for (const Box& x : d->boxes())
        if (x.op == Op::input && !kept.count(x.name)) read.emplace(x.name, x.dtype);
  for (int k = 0; k < attempts; ++k) {
    for (const auto& [name, dtype] : read)
      fill(e.inputs.at(name), dtype == DType::boolean ? bits : static_cast<int>(below(random, styles)), random);
    if (k % 2 == 1)
      for (const Given& g : given)
        for (const auto& [defined, by] : {std::pair(&g.left, &g.right), std::pair(&g.right, &g.left)})
          if (const Box* x = is_input(*defined); x && read.count(x->name)) {
            e.inputs.at(x->name) = evaluate(*by, e).front();
            break;
          }
    if (equations_hold(s, e)) return true;
  }
  return false;
}

}  // namespace skein
