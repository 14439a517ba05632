// libFuzzer: the kernel's readers of certificates, of tensors and of theories. Whatever does not hold is Rejected.
// Leaves are agreed to, so that the steps after them are reached.
#include <cstdint>

#include "kernel/certificate.hpp"
#include "kernel/monoidal_certificate.hpp"
#include "token_mutator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skein;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    if (monoidal::is_monoidal_certificate(text))
      monoidal::replay_monoidal(text);
    else
      replay_certificate(text, {}, [](const std::string&) { return true; });
  } catch (const Rejected&) {
  } catch (const IllTyped&) {
  }
  return 0;
}
