#pragma once
// Parser: recursive descent over the tokens of a .skn text, by the grammar of docs/language.md.
#include "lang/source.hpp"
#include "lang/syntax.hpp"

namespace skein {

FileSyntax parse_syntax(const SourceText& source);

}  // namespace skein
