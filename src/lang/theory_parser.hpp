#pragma once
// Parser of theories: recursive descent by the grammar of docs/theories.md.
#include "lang/cursor.hpp"
#include "lang/theory_syntax.hpp"

namespace skein {

// The cursor stands at the word `theory`, and afterwards behind the closing brace. Throws SourceError.
TheorySyntax parse_theory(TokenCursor& cursor);

}  // namespace skein
