#pragma once
// The two uses of `skein run`: an architecture on arrays, and a witness on both sides of a statement.
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace skein::cli {

struct RunArguments {
  std::vector<std::string> subjects;  // an architecture; or a witness and what it refutes
  std::vector<std::string> inputs;
  std::string sizes, out;
  bool float32 = false;
};

int run_architecture(const RunArguments& args, const CommonOptions& common);
int run_witness(const RunArguments& args, const CommonOptions& common);

}  // namespace skein::cli
