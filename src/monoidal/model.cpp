#include "monoidal/model.hpp"

#include <algorithm>
#include <stdexcept>

#include "monoidal/valid.hpp"

namespace skein::monoidal {
namespace {

bool modular(Structure s) { return s == Structure::symmetric || s == Structure::comonoid; }

std::size_t times(std::size_t a, std::size_t b) {
  std::size_t n = 0;
  if (__builtin_mul_overflow(a, b, &n)) throw std::length_error("the diagram is too wide to be evaluated.");
  return n;
}

class Modular {
 public:
  Modular(std::uint64_t v = 0) : v_(v) {}
  static Modular from(const mpq_class& q) { return {residue(q).get_num().get_ui()}; }
  mpq_class rational() const { return mpq_class(static_cast<unsigned long>(v_)); }
  bool is_zero() const { return v_ == 0; }
  void add_product(Modular a, Modular b) { v_ = (v_ + a.v_ * b.v_) % model_modulus; }

 private:
  std::uint64_t v_;
};

class Exact {
 public:
  Exact(unsigned long v = 0) : v_(v) {}
  static Exact from(const mpq_class& q) {
    Exact e;
    e.v_ = q;
    return e;
  }
  mpq_class rational() const { return v_; }
  bool is_zero() const { return v_ == 0; }
  void add_product(const Exact& a, const Exact& b) { v_ += a.v_ * b.v_; }

 private:
  mpq_class v_;
};

// Evaluation box by box: a table over the inputs and the wires that are still to be read.
template <class Scalar>
class Evaluation {
 public:
  Evaluation(const OpenDiagram& d, const Model& m, std::size_t limit)
      : d_(d), m_(m), limit_(limit), unread_(d.node_bound(), 0), place_(d.node_bound(), 0) {}

  Matrix run() {
    columns_ = size_of(d_.input_sorts(), m_);
    for (std::uint32_t n = 0; n < d_.node_bound(); ++n)
      if (d_.has(NodeId{n})) unread_[n] = d_.consumer_count({n});
    wires_.assign(d_.inputs().begin(), d_.inputs().end());
    check_size(columns_, columns_);
    table_.assign(columns_ * columns_, Scalar(0));
    for (std::size_t i = 0; i < columns_; ++i) table_[i * columns_ + i] = Scalar(1);
    forget_read();
    for (BoxId b : topological_order(d_)) apply(b);
    return outputs();
  }

 private:
  std::size_t dimension(NodeId n) const { return m_.dimension[d_.sort(n).id]; }
  std::size_t rows(const std::vector<NodeId>& wires) const {
    std::size_t n = 1;
    for (NodeId w : wires) n = times(n, dimension(w));
    return n;
  }
  void check_size(std::size_t rows, std::size_t columns) const {
    if (columns != 0 && rows > limit_ / columns) throw std::length_error("the diagram is too wide to be evaluated.");
  }

  // The basis elements of `wires` in a row; value_ of each.
  void decode(const std::vector<NodeId>& wires, std::size_t row) {
    for (std::size_t i = wires.size(); i-- > 0;) {
      place_[wires[i].id] = row % dimension(wires[i]);
      row /= dimension(wires[i]);
    }
  }
  template <class Nodes>
  std::size_t encode(const Nodes& wires) const {
    std::size_t row = 0;
    for (NodeId w : wires) row = row * dimension(w) + place_[w.id];
    return row;
  }

  void forget_read() {
    std::vector<NodeId> kept;
    for (NodeId w : wires_)
      if (unread_[w.id] > 0) kept.push_back(w);
    if (kept.size() == wires_.size()) return;
    std::vector<Scalar> next(rows(kept) * columns_, Scalar(0));
    for (std::size_t r = 0, all = rows(wires_); r < all; ++r) {
      decode(wires_, r);
      const std::size_t to = encode(kept);
      for (std::size_t c = 0; c < columns_; ++c)
        next[to * columns_ + c].add_product(table_[r * columns_ + c], Scalar(1));
    }
    wires_ = std::move(kept);
    table_ = std::move(next);
  }

  void apply(BoxId b) {
    const Matrix& matrix = m_.boxes.at(d_.generator(b).id);
    for (NodeId n : d_.sources(b)) --unread_[n.id];
    std::vector<NodeId> after;
    for (NodeId w : wires_)
      if (unread_[w.id] > 0) after.push_back(w);
    after.insert(after.end(), d_.targets(b).begin(), d_.targets(b).end());
    check_size(rows(after), columns_);
    std::vector<Scalar> entries;
    for (const mpq_class& q : matrix.entries) entries.push_back(Scalar::from(q));
    std::vector<Scalar> next(rows(after) * columns_, Scalar(0));
    for (std::size_t r = 0, all = rows(wires_); r < all; ++r) {
      decode(wires_, r);
      const std::size_t from = encode(d_.sources(b));
      for (std::size_t to = 0; to < matrix.rows; ++to) {
        const Scalar& weight = entries[to * matrix.columns + from];
        if (weight.is_zero()) continue;
        std::size_t rest = to;
        for (std::size_t i = d_.targets(b).size(); i-- > 0;) {
          place_[d_.targets(b)[i].id] = rest % dimension(d_.targets(b)[i]);
          rest /= dimension(d_.targets(b)[i]);
        }
        const std::size_t row = encode(after);
        for (std::size_t c = 0; c < columns_; ++c)
          next[row * columns_ + c].add_product(table_[r * columns_ + c], weight);
      }
    }
    wires_ = std::move(after);
    table_ = std::move(next);
    forget_read();
  }

  Matrix outputs() {
    Matrix out{size_of(d_.output_sorts(), m_), columns_, {}};
    check_size(out.rows, columns_);
    out.entries.assign(out.rows * columns_, mpq_class(0));
    for (std::size_t r = 0, all = rows(wires_); r < all; ++r) {
      decode(wires_, r);
      const std::size_t to = encode(d_.outputs());
      for (std::size_t c = 0; c < columns_; ++c) out.entries[to * columns_ + c] = table_[r * columns_ + c].rational();
    }
    return out;
  }

  const OpenDiagram& d_;
  const Model& m_;
  const std::size_t limit_;
  std::vector<std::uint32_t> unread_;  // consumers to come, by wire
  std::vector<std::size_t> place_;     // the basis element looked at, by wire
  std::size_t columns_ = 1;
  std::vector<NodeId> wires_;  // the factors of a row
  std::vector<Scalar> table_;
};

}  // namespace

std::size_t size_of(const Word& w, const Model& m) {
  std::size_t n = 1;
  for (SortId s : w) {
    if (m.dimension.at(s.id) == 0) throw IllTyped("an object of the model has no basis element.");
    n = times(n, m.dimension[s.id]);
  }
  return n;
}

mpq_class residue(const mpq_class& q) {
  const mpz_class p = model_modulus;
  mpz_class inverse, r;
  if (mpz_invert(inverse.get_mpz_t(), q.get_den_mpz_t(), p.get_mpz_t()) == 0)
    throw IllTyped("the entry " + q.get_str() + " has no residue modulo " + p.get_str() + ".");
  mpz_fdiv_r(r.get_mpz_t(), mpz_class(q.get_num() * inverse).get_mpz_t(), p.get_mpz_t());
  return mpq_class(r);
}

Matrix evaluate(const OpenDiagram& d, const Model& m, std::size_t limit) {
  const Signature& s = d.signature();
  if (m.dimension.size() != s.sorts() || m.boxes.size() != s.generators())
    throw IllTyped("the model does not interpret every object and generator of the theory.");
  for (std::uint32_t g = 0; g < s.generators(); ++g) {
    const Generator& box = s.generator({g});
    const Matrix& matrix = m.boxes[g];
    if (matrix.rows != size_of(box.outputs, m) || matrix.columns != size_of(box.inputs, m) ||
        matrix.entries.size() != times(matrix.rows, matrix.columns))
      throw IllTyped("the model's matrix of '" + box.name.text() + "' does not have the size of its type.");
  }
  return modular(s.structure()) ? Evaluation<Modular>(d, m, limit).run() : Evaluation<Exact>(d, m, limit).run();
}

bool holds(const Rule& r, const Model& m, std::size_t limit) {
  return evaluate(r.left(), m, limit) == evaluate(r.right(), m, limit);
}

Model random_model(const Signature& s, std::mt19937_64& random, Flavour flavour, std::size_t largest) {
  const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
  Model m;
  for (std::size_t i = 0; i < s.sorts(); ++i) m.dimension.push_back(1 + below(largest));
  for (std::uint32_t g = 0; g < s.generators(); ++g) {
    const Generator& box = s.generator({g});
    Matrix matrix{size_of(box.outputs, m), size_of(box.inputs, m), {}};
    if (times(matrix.rows, matrix.columns) > largest_matrix)
      throw std::length_error("the matrix of " + box.name.text() + " is too large.");
    matrix.entries.assign(matrix.rows * matrix.columns, mpq_class(0));
    const bool function = flavour == Flavour::functions || box.deterministic;
    for (std::size_t c = 0; c < matrix.columns; ++c) {
      const auto entry = [&](std::size_t r) -> mpq_class& { return matrix.entries[r * matrix.columns + c]; };
      if (function) {
        entry(below(matrix.rows)) = 1;
      } else if (modular(s.structure())) {
        for (std::size_t r = 0; r < matrix.rows; ++r) {
          const std::size_t values[] = {0, 1, model_modulus - 1};
          entry(r) = static_cast<unsigned long>(flavour == Flavour::small ? values[below(3)] : below(model_modulus));
        }
      } else {
        // Weights, at least one of them positive, divided by their sum.
        unsigned long sum = 0;
        std::vector<unsigned long> weights;
        for (std::size_t r = 0; r < matrix.rows; ++r) weights.push_back(below(flavour == Flavour::small ? 2 : 12));
        weights[below(matrix.rows)] += 1;
        for (unsigned long w : weights) sum += w;
        for (std::size_t r = 0; r < matrix.rows; ++r) {
          entry(r) = mpq_class(weights[r], sum);
          entry(r).canonicalize();
        }
      }
    }
    m.boxes.push_back(std::move(matrix));
  }
  return m;
}

std::string to_string(const Signature& s, const Model& m) {
  std::string out;
  for (std::uint32_t i = 0; i < s.sorts(); ++i)
    out += "dim " + s.sort({i}).text() + " = " + std::to_string(m.dimension[i]) + "\n";
  for (std::uint32_t g = 0; g < s.generators(); ++g) {
    out += s.generator({g}).name.text() + " =";
    for (std::size_t r = 0; r < m.boxes[g].rows; ++r) {
      out += r ? " ;" : " [";
      for (std::size_t c = 0; c < m.boxes[g].columns; ++c) out += " " + m.boxes[g].at(r, c).get_str();
    }
    out += " ]\n";
  }
  return out;
}

}  // namespace skein::monoidal
