// Speed of checking a whole file of theories: rules/theories/hopf.skn and what it imports, read, proved, refuted and
// written as certificates (chyp needs 0.5 to 0.8 s for its file on Hopf algebras).
#include <benchmark/benchmark.h>

#include "kernel/monoidal_certificate.hpp"
#include "tactics/theory_book.hpp"

namespace {

void hopf_file(benchmark::State& state) {
  std::size_t theorems = 0;
  for (auto _ : state) {
    const skein::TheoryFile file = skein::load_theories("rules/theories/hopf.skn");
    skein::monoidal::TheoryBook book({});
    theorems = 0;
    for (const auto* part : {&file.imported, &file.own})
      for (const skein::TheoryPtr& t : *part) {
        const auto& proved = book.add(t);
        for (const auto& r : proved.reports)
          if (!r.expected()) state.SkipWithError("a theorem is not as expected");
        theorems += proved.reports.size();
        benchmark::DoNotOptimize(write_certificate(proved.kernel));
      }
  }
  state.counters["theorems"] = static_cast<double>(theorems);
}
BENCHMARK(hopf_file)->Unit(benchmark::kMillisecond);

}  // namespace
