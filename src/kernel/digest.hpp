#pragma once
// SHA-256 (FIPS 180-4) of a text, in hexadecimal: names certificates and leaves by content. Never a proof of anything.
#include <string>
#include <string_view>

namespace skein {
std::string digest(std::string_view text);
}
