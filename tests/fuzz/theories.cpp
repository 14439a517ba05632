// Any text as a file of theories: it is refused with a place, or elaborated; small ones are proved too, and what is
// proved must hold in models, which the book checks itself.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "tactics/theory_book.hpp"
#include "token_mutator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skein;
  if (size > 8192) return 0;
  try {
    const TheoryFile file = parse_theories(std::string(reinterpret_cast<const char*>(data), size), "fuzz.skn");
    monoidal::BookOptions options;
    options.seconds = 0.2;
    options.depth = 1;
    monoidal::TheoryBook book(options);
    for (const TheoryPtr& t : file.own)
      if (t->claims.size() < 40) book.add(t);
  } catch (const SourceError&) {
  }
  return 0;
}
