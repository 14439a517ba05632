// libFuzzer: the parser and the elaborator of .skn. Whatever is not a file of the language ends in a SourceError with a
// place.
#include <cstdint>

#include "lang/module.hpp"
#include "token_mutator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skein;
  const std::string text(reinterpret_cast<const char*>(data), size);
  ModuleOptions options;
  options.use_prelude = false;
  try {
    parse_module(text, "fuzz.skn", options);
  } catch (const SourceError&) {
  }
  return 0;
}
