#pragma once
// Failures: how a command that gives no verdict ends. Every error becomes one clear message, a kind that scripts can
// rely on, a place where there is one, and an exit code; bad input, wrong usage, spent budgets and defects of skein are
// never one another.
#include <exception>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>

namespace skein::cli {

enum ExitCode : int { all_hold = 0, some_fail = 1, not_decided = 2, wrong_usage = 64, bad_data = 65, defect = 70 };

struct Failure {
  int exit = defect;
  std::string kind;  // syntax, import, unpaired, input, usage, budget, internal
  std::string message;
  std::string file;
  int line = 0, column = 0;  // 0: no place
  std::string shown;         // for people: the message, with the line and a caret where there is a place
};

class CommandError : public std::runtime_error {
 public:
  explicit CommandError(Failure f) : std::runtime_error(f.message), failure(std::move(f)) {}
  Failure failure;
};

// Something is wrong with what the user gave; `file` is the file that it is about.
[[noreturn]] void bad_input(const std::string& message, const std::string& file = "");
[[noreturn]] void usage_error(const std::string& message);

Failure describe(const std::exception_ptr& error);
nlohmann::json to_json(const Failure& f);  // the value of "error"
Failure failure_from_json(const nlohmann::json& j);

// One object for stdout; text that is not UTF-8 is shown as well as it can be.
std::string to_text(const nlohmann::json& j);
void print_json(const nlohmann::json& j);

}  // namespace skein::cli
