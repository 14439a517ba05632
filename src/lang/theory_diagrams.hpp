#pragma once
// Elaboration of objects and diagrams of theories: types are checked operator by operator, so that an error names the
// operator, the type before it and the type behind it.
#include "lang/theory_syntax.hpp"
#include "monoidal/algebra.hpp"

namespace skein {

// Both throw SourceError.
monoidal::Word elaborate(const SourceText& source, const monoidal::Signature& s, const ObjectSyntax& o);
monoidal::OpenDiagram elaborate(const SourceText& source, const monoidal::SignaturePtr& s, const DiagramSyntax& d);
// A diagram expression that is an object, as in A = B * C.
std::optional<ObjectSyntax> as_object(const DiagramSyntax& d);

}  // namespace skein
