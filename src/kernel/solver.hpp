#pragma once
// SolverProcess: asks a solver program for leaves over a pipe, in SMT-LIB. The program is not linked: any that reads
// SMT-LIB from its standard input and prints sat, unsat or unknown will do. Each question has a wall-clock limit after
// which the program is killed; it is started again for the next one.
#include <sys/types.h>
#include <string>

#include "kernel/kernel.hpp"

namespace skein {

enum class SolverAnswer { sat, unsat, unknown, failed };

class SolverProcess {
 public:
  // The command is run by the shell: "z3 -in", "cvc5 --lang smt2 -".
  explicit SolverProcess(std::string command, int seconds = 20, int megabytes = 2048);
  ~SolverProcess();
  SolverProcess(const SolverProcess&) = delete;
  SolverProcess& operator=(const SolverProcess&) = delete;

  SolverAnswer ask(const std::string& smtlib);
  std::size_t asked() const { return asked_; }
  LeafOracle oracle() {
    return [this](const std::string& text) { return ask(text) == SolverAnswer::unsat; };
  }

 private:
  bool start();
  void stop();

  std::string command_;
  int seconds_, megabytes_;
  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::size_t asked_ = 0;
};

}  // namespace skein
