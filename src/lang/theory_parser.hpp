#pragma once
// Parser of theories: recursive descent by the grammar of docs/theories.md.
#include "lang/cursor.hpp"
#include "lang/theory_syntax.hpp"

namespace skein {

// The cursor stands at the word `theory`, and afterwards behind the closing brace. Throws SourceError.
TheorySyntax parse_theory(TokenCursor& cursor);

// Its parts: a name in a theory, where words of the language of tensors (mul, add, exp) are names; a small number; and
// a model, from the words `model`, `real model` or `false real model` on (theory_model_parser.cpp).
Token theory_name(TokenCursor& cursor, const std::string& what);
unsigned theory_number(TokenCursor& cursor, const std::string& what);
ModelSyntax parse_model(TokenCursor& cursor);

}  // namespace skein
