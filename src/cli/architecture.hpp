#pragma once
// Architectures as the command line names them: FILE.skn:NAME, FILE.skn with a single def, FILE.onnx, prelude:NAME or
// the NAME of a def of the prelude; and statements: two architectures, or the claim FILE.skn:NAME.
#include <string>
#include <vector>

#include "lang/module.hpp"
#include "prove/statement.hpp"

namespace skein::cli {

// A .skn file; throws CommandError or SourceError.
Module read_module(const std::string& file);
Architecture read_architecture(const std::string& argument);

// What is claimed, with its text; the conditions of a claim become those of the statement.
Pairing to_pairing(const Claim& claim);
// One argument names a claim, two name architectures.
Pairing read_pairing(const std::vector<std::string>& arguments);

// The statement with its folds unrolled at these sizes; bad input if a number of steps is not among them. `where` is
// named in the message.
Statement at_steps(const Statement& s, const std::map<Symbol, Integer>& sizes, const std::string& where);
// An architecture without folds; bad input otherwise, for a command that does not take them.
Architecture read_without_folds(const std::string& argument, const std::string& command);

// "n=3,m=4"; anything else is a usage error.
std::map<Symbol, Integer> parse_sizes(const std::string& text);

// A name for the files that a statement leaves: letters, digits, _, - and '.'.
std::string file_stem(const std::string& argument);

}  // namespace skein::cli
