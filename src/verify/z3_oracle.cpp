#include "verify/z3_oracle.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <z3++.h>

#include <sstream>

namespace skein {
namespace {

// A line "name numeral" for each constant of a model; nothing if one of them is no rational number.
std::string rational_point(const z3::model& m) {
  std::string out;
  for (unsigned i = 0; i < m.num_consts(); ++i) {
    const z3::func_decl c = m.get_const_decl(i);
    const z3::expr value = m.get_const_interp(c);
    if (!value.is_numeral() || value.is_algebraic()) return "";
    out += c.name().str() + " " + Z3_get_numeral_string(value.ctx(), value) + "\n";
  }
  return out;
}

// What a busy machine may take for the processor time that is granted.
int wall_milliseconds(const Z3Limits& limits) { return 4 * limits.milliseconds; }

[[noreturn]] void child(const std::string& smtlib, const Z3Limits& limits, int out, bool wants_point) {
#ifndef __SANITIZE_ADDRESS__  // which reserves more address space than any limit allows
  const rlim_t bytes = static_cast<rlim_t>(limits.megabytes) << 20;
  const rlimit memory{bytes, bytes};
  setrlimit(RLIMIT_AS, &memory);
#endif
  itimerval processor_time{};
  processor_time.it_value = {limits.milliseconds / 1000, limits.milliseconds % 1000 * 1000};
  setitimer(ITIMER_PROF, &processor_time, nullptr);
  std::string answer = "?";
  try {
    z3::context context;
    z3::solver solver = wants_point ? z3::solver(context, "QF_NRA") : z3::solver(context);
    z3::params p(context);
    p.set("timeout", static_cast<unsigned>(wall_milliseconds(limits)));
    solver.set(p);
    solver.from_string(smtlib.c_str());
    const z3::check_result result = solver.check();
    if (result == z3::unsat) answer = "u";
    if (result == z3::sat && wants_point) answer = "s" + rational_point(solver.get_model());
  } catch (...) {
    answer = "!";
  }
  for (std::size_t at = 0; at < answer.size();) {
    const ssize_t n = write(out, answer.data() + at, answer.size() - at);
    if (n <= 0) _exit(2);
    at += static_cast<std::size_t>(n);
  }
  _exit(0);
}

// What the child says; empty if it could not be started or was too slow.
std::string ask(const std::string& smtlib, const Z3Limits& limits, bool wants_point) {
  // from_string would run (check-sat) itself; the solver is asked once, by check().
  std::string text = smtlib;
  if (auto at = text.rfind("(check-sat)"); at != std::string::npos) text.resize(at);
  int fd[2];
  if (pipe(fd) != 0) return "";
  const pid_t pid = fork();
  if (pid < 0) {
    close(fd[0]), close(fd[1]);
    return "";
  }
  if (pid == 0) child(text, limits, fd[1], wants_point);
  close(fd[1]);
  std::string answer;
  char bytes[4096];
  pollfd ready{fd[0], POLLIN, 0};
  // The first word may take its time, the rest follows at once.
  while (poll(&ready, 1, wall_milliseconds(limits) + 500) > 0) {
    const ssize_t n = read(fd[0], bytes, sizeof bytes);
    if (n <= 0) break;
    answer.append(bytes, static_cast<std::size_t>(n));
  }
  close(fd[0]);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return answer;
}

}  // namespace

bool Z3Oracle::unsatisfiable(const std::string& smtlib) {
  if (auto it = answers_.find(smtlib); it != answers_.end()) return it->second;
  return answers_[smtlib] = ask(smtlib, limits_, false) == "u";
}

Z3Oracle::Answer Z3Oracle::solve(const std::string& smtlib) const {
  const std::string said = ask(smtlib, limits_, true);
  Answer out;
  out.none = said == "u";
  if (said.size() < 2 || said[0] != 's') return out;
  std::istringstream lines(said.substr(1));
  std::map<std::string, Rational> point;
  for (std::string name, value; lines >> name >> value;) {
    Rational q;
    if (q.set_str(value, 10) != 0 || q.get_den() == 0) return out;
    q.canonicalize();
    point.emplace(name, q);
  }
  out.point = std::move(point);
  return out;
}

}  // namespace skein
