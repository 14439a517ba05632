// The axioms of the kernel at random points, -inf included.
#include <limits>

#include "backend/evaluate.hpp"
#include "backend/sample.hpp"
#include "kernel/support.hpp"

using namespace skein;

TEST_CASE("the axioms hold at random points", "[axioms]") {
  const std::vector<TheoremPtr> axioms = kernel_axioms();
  REQUIRE(axioms.size() == 4);
  for (const TheoremPtr& t : axioms) {
    const Statement& st = t->statement();
    int points = 0;
    double spread = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      SampleOptions options;
      options.scale = seed % 2 ? 1 : 5;
      Environment e = sample(st.left, seed, options);
      if (seed % 5 == 0)
        for (const InputPort& p : st.left.inputs())
          if (p.dtype == DType::ext) e.inputs.at(p.name).data[0] = -std::numeric_limits<double>::infinity();
      bool holds = true;
      for (const Condition& c : st.when) {
        REQUIRE(c.sign == Sign::positive);
        const std::vector<Array> value = evaluate(c.value, e);
        holds = holds && value[0].data[0] > 0;
      }
      if (!holds) continue;
      ++points;
      const std::vector<Array> l = evaluate(st.left, e), r = evaluate(st.right, e);
      INFO(t->name().text());
      CHECK(l[0].data[0] == Approx(r[0].data[0]).epsilon(1e-9).margin(1e-12));
      spread = std::max(spread, std::abs(l[0].data[0]));
    }
    CHECK(points > 500);
    CHECK(spread > 0.5);
  }
}
