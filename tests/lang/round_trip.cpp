// Printing and reading back is the identity, on the prelude and on random diagrams.
#include <random>

#include "lang/support.hpp"

using namespace skein;
using namespace skein::testing;

TEST_CASE("every def of the prelude reads back as it was") {
  const Module m = parse("def f(x) = x");
  CHECK(m.def_names().size() > 25);
  for (const std::string& name : m.def_names()) {
    const Definition& d = *m.find_def(name);
    INFO(print_diagram(d.diagram, "f"));
    CHECK(validate(d.diagram) == "");
    CHECK(round_trips(d.diagram));
  }
}

namespace {

// Random terms over five indices, two of which range over one axis, with views, guards, reductions and shared wires.
class RandomDiagram {
 public:
  explicit RandomDiagram(unsigned seed) : random_(seed) {}

  Diagram make() {
    const Size n = size_variable(Symbol("n")), m = size_variable(Symbol("m"));
    const std::vector<Size> sizes{n, n, m, size_constant(2) * n, size_constant(3)};
    for (std::size_t k = 0; k < sizes.size(); ++k) indices_.push_back(b_.fresh({sizes[k], Symbol(k % 2 ? "" : "ax")}));
    add_input("x", {0}, DType::real);
    add_input("y", {0, 2}, DType::real);
    add_input("z", {0, 1}, DType::real);
    add_input("odd name", {3}, DType::real);
    add_input("n", {}, DType::real);
    add_input("sum", {4}, DType::real);
    const int steps = 4 + pick(16);
    for (int k = 0; k < steps; ++k) step();
    std::vector<Output> outputs;
    const int count = 1 + pick(2);
    for (int k = 0; k < count; ++k) {
      const Ref r = pool_[pool_.size() - 1 - static_cast<std::size_t>(k)];
      std::vector<Index> axes = r.at;
      std::reverse(axes.begin(), axes.end());
      if (pick(2) && std::find(axes.begin(), axes.end(), indices_[2]) == axes.end()) axes.push_back(indices_[2]);
      outputs.push_back({Symbol(count == 1 && pick(2) ? "out" : "r" + std::to_string(k)), axes, r});
    }
    SizeContext context;
    if (pick(2)) context.lower[Symbol("m")] = 0;
    if (pick(2)) context.hypotheses.push_back(n - m);
    return freeze(b_, Symbol("f"), context, ports_, outputs);
  }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  const Ref& any() { return pool_[static_cast<std::size_t>(pick(static_cast<int>(pool_.size())))]; }
  Index any_index() { return indices_[static_cast<std::size_t>(pick(5))]; }

  void add_input(const char* name, std::vector<int> axes, DType type) {
    InputPort p{Symbol(name), {}, type, pick(3) ? Role::input : Role::weight};
    for (int a : axes) p.axes.push_back({b_.axis(indices_[static_cast<std::size_t>(a)]).size, Symbol("")});
    Ref r = b_.input(p.name, p.axes, type);
    std::map<Index, Index> map;
    for (std::size_t k = 0; k < axes.size(); ++k) map[r.at[k]] = indices_[static_cast<std::size_t>(axes[k])];
    pool_.push_back(b_.rename(r, map));
    ports_.push_back(p);
  }

  IndexExpression expression() {
    const IndexExpression i = index_variable(any_index()), j = index_variable(any_index());
    const Size n = size_variable(Symbol("n"));
    switch (pick(8)) {
      case 0: return i;
      case 1: return i + index_constant(pick(5) - 2);
      case 2: return index_constant(2) * i + j - index_constant(1);
      case 3: return floor_divide(i + j, n);
      case 4: return modulo(i, size_constant(2));
      case 5: return index_size(n) - index_constant(1) - i;
      case 6: return i * index_size(n) + j;
      default: return index_constant(pick(3));
    }
  }

  std::vector<IndexExpression> guard() {
    std::vector<IndexExpression> g;
    const IndexExpression e = expression() - expression();
    if (pick(4) == 0) return {e, -e};
    g.push_back(e);
    if (pick(2)) g.push_back(index_size(size_variable(Symbol("n"))) - index_constant(1) - expression());
    return g;
  }

  void step() {
    switch (pick(13)) {
      case 0: pool_.push_back(b_.add(Op::add, {any(), any(), any()})); break;
      case 1: pool_.push_back(b_.add(Op::mul, {any(), any()})); break;
      case 2: pool_.push_back(b_.add(pick(2) ? Op::max : Op::min, {any(), any()})); break;
      case 3: {
        const Op ops[] = {Op::inv, Op::exp, Op::log, Op::sqrt, Op::erf, Op::sin, Op::cos, Op::fin};
        pool_.push_back(b_.add(ops[pick(8)], {any()}));
        break;
      }
      case 4: {
        const Ref c = b_.add(pick(2) ? Op::less : pick(2) ? Op::less_equal : Op::equal, {any(), any()});
        const Ref d =
            b_.add(Op::negate, {b_.add(pick(2) ? Op::conj : Op::disj, {c, b_.add(Op::less, {any(), any()})})});
        pool_.push_back(b_.add(Op::where, {pick(2) ? c : d, any(), any()}));
        break;
      }
      case 5: pool_.push_back(b_.cases(guard(), any(), any())); break;
      case 6: pool_.push_back(b_.read(any(), {{any_index(), expression()}, {any_index(), expression()}})); break;
      case 7: {
        const Ref r = any();
        if (!r.at.empty()) pool_.push_back(b_.cases(guard(), b_.read(r, {{r.at[0], expression()}}), any()));
        break;
      }
      case 8:
      case 9: {
        const Op folds[] = {Op::add, Op::max, Op::mul, Op::min};
        const Index i = any_index(), j = any_index();
        std::vector<Index> bound{i};
        if (pick(2) && j != i) bound.push_back(j);
        pool_.push_back(b_.reduce(folds[pick(4)], bound, any()));
        break;
      }
      case 10: {
        const Rational values[] = {Rational(-1), Rational(3), Rational(-2, 3), Rational(1, 3), Rational(0)};
        const Ref l = b_.literal(values[pick(5)]);
        pool_.push_back(
            b_.add(pick(2) ? Op::mul : Op::add, {l, pick(2) ? any() : b_.add(Op::inv, {b_.literal(values[pick(5)])})}));
        break;
      }
      case 11:
        pool_.push_back(pick(2) ? b_.index_value(expression())
                                : b_.size_value(size_constant(2) * size_variable(Symbol("n"))));
        break;
      default: {
        const Ref minus = b_.literal(-1);
        std::vector<Ref> product{minus, any()};
        if (pick(2)) product.push_back(b_.add(Op::inv, {any()}));
        pool_.push_back(b_.add(Op::add, {any(), b_.add(Op::mul, product)}));
      }
    }
  }

  std::mt19937 random_;
  DiagramBuilder b_;
  std::vector<Index> indices_;
  std::vector<Ref> pool_;
  std::vector<InputPort> ports_;
};

}  // namespace

TEST_CASE("random diagrams read back as they were printed") {
  std::size_t boxes = 0, identical = 0;
  constexpr unsigned diagrams = 1500;
  for (unsigned seed = 0; seed < diagrams; ++seed) {
    const Diagram d = RandomDiagram(seed).make();
    boxes += d.boxes().size();
    INFO("seed " << seed);
    REQUIRE(validate(d) == "");
    const std::string text = print_diagram(d, "f");
    INFO(text);
    const Diagram back = def(text);
    const bool equal = same(d, back);
    identical += equal;
    // A view or guard that is symmetric in two indices leaves their order open.
    if (!equal) REQUIRE(find_isomorphism(d, back).has_value());
    REQUIRE(back.sizes() == d.sizes());
  }
  CHECK(boxes > 10000);
  CHECK(identical > diagrams * 95 / 100);
}
