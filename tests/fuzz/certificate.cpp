// libFuzzer: the kernel's readers of certificates, of tensors and of theories. Whatever does not hold is Rejected.
#include <cstdint>

#include "kernel/certificate.hpp"
#include "kernel/monoidal_certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skein;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    if (is_monoidal_certificate(text))
      replay_monoidal(text);
    else
      replay_certificate(text, {}, {});
  } catch (const Rejected&) {
  } catch (const IllTyped&) {
  }
  return 0;
}
