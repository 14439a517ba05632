// libFuzzer: the parser and the elaborator of .skn, theories included. Whatever is not a file of the language ends in a
// SourceError with a place; what is one prints and reads back.
#include <cstdint>

#include "lang/module.hpp"
#include "lang/theory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skein;
  const std::string text(reinterpret_cast<const char*>(data), size);
  ModuleOptions options;
  options.use_prelude = false;
  try {
    parse_module(text, "fuzz.skn", options);
  } catch (const SourceError&) {
  }
  try {
    parse_theories(text, "fuzz.skn");
  } catch (const SourceError&) {
  }
  return 0;
}
