#include "kernel/solver.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace skein {

SolverProcess::SolverProcess(std::string command, int seconds, int megabytes)
    : command_(std::move(command)), seconds_(seconds), megabytes_(megabytes) {
  signal(SIGPIPE, SIG_IGN);  // a solver that died shows as a failed write
}

SolverProcess::~SolverProcess() { stop(); }

bool SolverProcess::start() {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0) return false;
  if (pipe2(out, O_CLOEXEC) != 0) {
    close(in[0]), close(in[1]);
    return false;
  }
  child_ = fork();
  if (child_ == 0) {
    setpgid(0, 0);  // so that the shell and the solver are killed together
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(open("/dev/null", O_WRONLY), 2);
    rlimit memory{static_cast<rlim_t>(megabytes_) << 20, static_cast<rlim_t>(megabytes_) << 20};
    setrlimit(RLIMIT_AS, &memory);
    execl("/bin/sh", "sh", "-c", command_.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(in[0]), close(out[1]);
  to_ = in[1], from_ = out[0];
  return child_ > 0;
}

void SolverProcess::stop() {
  if (to_ >= 0) close(to_);
  if (from_ >= 0) close(from_);
  if (child_ > 0) {
    kill(-child_, SIGKILL);
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  child_ = -1, to_ = from_ = -1;
}

SolverAnswer SolverProcess::ask(const std::string& smtlib) {
  ++asked_;
  // One process for each question: no state of one leaf can reach another, and solvers that read to the end of the
  // input work as well.
  if (!start()) return SolverAnswer::failed;
  std::string answer;
  std::size_t written = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds_);
  fcntl(to_, F_SETFL, O_NONBLOCK);
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) break;
    pollfd fds[2] = {{from_, POLLIN, 0}, {to_, static_cast<short>(to_ >= 0 ? POLLOUT : 0), 0}};
    if (poll(fds, to_ >= 0 ? 2 : 1, static_cast<int>(left)) <= 0) break;
    if (to_ >= 0 && (fds[1].revents & (POLLOUT | POLLERR | POLLHUP))) {
      const ssize_t n = write(to_, smtlib.data() + written, smtlib.size() - written);
      if (n > 0) written += static_cast<std::size_t>(n);
      if (n < 0 || written == smtlib.size()) close(to_), to_ = -1;
    }
    if (fds[0].revents & (POLLIN | POLLHUP)) {
      char buffer[4096];
      const ssize_t n = ::read(from_, buffer, sizeof buffer);
      if (n <= 0) break;
      answer.append(buffer, static_cast<std::size_t>(n));
      if (answer.size() > 65536) break;
    }
  }
  stop();
  // Exactly one word counts: anything else, an error message beside it included, is a failure.
  while (!answer.empty() && (answer.back() == '\n' || answer.back() == '\r' || answer.back() == ' ')) answer.pop_back();
  if (answer == "unsat") return SolverAnswer::unsat;
  if (answer == "sat") return SolverAnswer::sat;
  if (answer == "unknown") return SolverAnswer::unknown;
  return SolverAnswer::failed;
}

}  // namespace skein
