#pragma once
// Models of theories as the language writes them: a dimension for each object, and for each generator a matrix or a
// function of basis elements, given by integer formulas modulo the dimensions of its outputs.
#include "lang/theory.hpp"
#include "lang/theory_syntax.hpp"

namespace skein {

// Throws SourceError: something is missing, has another size, is not what the structure demands, or a rule of the
// theory does not hold in it.
monoidal::Model elaborate(const SourceText& source, const TheoryDeclaration& theory, const ModelSyntax& m);

// The same for `real model`, but for the rules, which are not looked at.
RealModel elaborate_real(const SourceText& source, const TheoryDeclaration& theory, const ModelSyntax& m);

// Why the matrices are no model of the structure of `s` (stochastic where it is markov, functions where it is cartesian
// and at deterministic generators), in one sentence; empty if they are one.
std::string nonconformity(const monoidal::Signature& s, const monoidal::Model& m);
// Gives generators that a def defines the value of the body.
void complete_definitions(const TheoryDeclaration& theory, monoidal::Model& m);
// As the language writes it.
std::string print_model(const TheoryDeclaration& theory, const monoidal::Model& m, const std::string& name);

}  // namespace skein
