#include "verify/z3_oracle.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <z3++.h>

namespace skein {
namespace {

[[noreturn]] void child(const std::string& smtlib, const Z3Limits& limits, int out) {
#ifndef __SANITIZE_ADDRESS__  // which reserves more address space than any limit allows
  const rlim_t bytes = static_cast<rlim_t>(limits.megabytes) << 20;
  const rlimit memory{bytes, bytes};
  setrlimit(RLIMIT_AS, &memory);
#endif
  char answer = '?';
  try {
    z3::context context;
    z3::solver solver(context);
    z3::params p(context);
    p.set("timeout", static_cast<unsigned>(limits.milliseconds));
    solver.set(p);
    solver.from_string(smtlib.c_str());
    answer = solver.check() == z3::unsat ? 'u' : '?';
  } catch (...) {
    answer = '!';
  }
  if (write(out, &answer, 1) != 1) _exit(2);
  _exit(0);
}

}  // namespace

bool Z3Oracle::unsatisfiable(const std::string& smtlib) {
  if (auto it = answers_.find(smtlib); it != answers_.end()) return it->second;
  // from_string would run (check-sat) itself; the solver is asked once, by check().
  std::string text = smtlib;
  if (auto at = text.rfind("(check-sat)"); at != std::string::npos) text.resize(at);
  int fd[2];
  if (pipe(fd) != 0) return false;
  const pid_t pid = fork();
  if (pid < 0) {
    close(fd[0]), close(fd[1]);
    return false;
  }
  if (pid == 0) child(text, limits_, fd[1]);
  close(fd[1]);
  pollfd ready{fd[0], POLLIN, 0};
  char answer = '?';
  if (poll(&ready, 1, limits_.milliseconds + 500) > 0 && read(fd[0], &answer, 1) != 1) answer = '?';
  close(fd[0]);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return answers_[smtlib] = answer == 'u';
}

}  // namespace skein
