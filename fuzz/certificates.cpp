// Any text as a certificate of a monoidal theory: it is rejected with a reason, or its theorems hold in models.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kernel/monoidal_certificate.hpp"
#include "monoidal/model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skein::monoidal;
  if (size > 8192) return 0;
  try {
    const MonoidalReplay r = replay_monoidal({reinterpret_cast<const char*>(data), size});
    const Theory& theory = r.kernel.theory();
    std::mt19937_64 random(1);
    for (int i = 0; i < 8; ++i) {
      try {
        const Model m = random_model(*theory.signature, random, static_cast<Flavour>(i % 3), 2);
        bool rules = true;
        for (const RulePtr& rule : theory.rules) rules = rules && holds(*rule, m, 4096);
        if (!rules) continue;
        for (const TheoremPtr& t : r.kernel.theorems())
          if (!holds(*t->statement(), m, 4096)) std::abort();  // something false was accepted
      } catch (const std::length_error&) {
      } catch (const std::bad_alloc&) {
      }
    }
  } catch (const skein::Rejected&) {
  }
  return 0;
}
