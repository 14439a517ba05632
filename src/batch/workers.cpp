#include "batch/workers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace skein {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int not_started = 127;
constexpr std::size_t largest_answer = 256u << 20, largest_complaint = 4096;

// What a killed worker may leave behind (a solver in the middle of a question) ends by itself.
void limit_resources(const Work& work) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const auto cpu = static_cast<rlim_t>(std::min(4 * work.seconds + 30, 1e9));
  const rlimit time{cpu, cpu};
  setrlimit(RLIMIT_CPU, &time);
#ifndef __SANITIZE_ADDRESS__  // which reserves more address space than any limit
  if (work.megabytes > 0) {
    const rlim_t bytes = static_cast<rlim_t>(work.megabytes) << 20;
    const rlimit memory{bytes, bytes};
    setrlimit(RLIMIT_AS, &memory);
  }
#endif
}

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("a worker cannot be started: there is no pipe");
    read = ends[0], write = ends[1];
    fcntl(read, F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    close(read);
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_write() {
    if (write >= 0) close(write);
    write = -1;
  }
};

}  // namespace

struct Workers::Worker {
  std::size_t ticket;
  pid_t pid = -1;
  Pipe out, err;
  bool out_open = true, err_open = true;
  Clock::time_point started = Clock::now(), deadline;
  Ended ended;

  Worker(std::size_t t, const Work& work)
      : ticket(t),
        deadline(started + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(work.seconds))) {
    std::vector<char*> argv;
    for (const std::string& a : work.arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    const pid_t parent = getpid();
    pid = fork();
    if (pid < 0) throw std::runtime_error(fmt::format("a worker cannot be started: {}", std::strerror(errno)));
    if (pid == 0) {
      setpgid(0, 0);
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(not_started);
      limit_resources(work);
      signal(SIGPIPE, SIG_DFL);
      const int nothing = open("/dev/null", O_RDONLY);
      dup2(nothing, 0), dup2(out.write, 1), dup2(err.write, 2);
      execv(argv[0], argv.data());
      _exit(not_started);
    }
    setpgid(pid, pid);
    out.close_write(), err.close_write();
  }
  ~Worker() {
    if (pid <= 0) return;
    kill_all();
    waitpid(pid, nullptr, 0);
  }

  void kill_all() {
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
  }

  static void drain(int fd, bool& open, std::string& into, std::size_t keep) {
    char bytes[65536];
    while (open) {
      const ssize_t n = read(fd, bytes, sizeof bytes);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) break;
      if (n == 0) open = false;
      into.append(bytes, static_cast<std::size_t>(n));
      if (into.size() > keep) into.erase(0, into.size() - keep);
    }
  }

  // Whether it has ended; then `ended` is complete.
  bool step() {
    drain(out.read, out_open, ended.out, largest_answer);
    drain(err.read, err_open, ended.err, largest_complaint);
    if (Clock::now() >= deadline && !ended.out_of_time) {
      ended.out_of_time = true;
      kill_all();
    }
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) != pid) return false;
    kill(-pid, SIGKILL);  // whatever is left of its group
    pid = -1;
    drain(out.read, out_open, ended.out, largest_answer);
    drain(err.read, err_open, ended.err, largest_complaint);
    ended.ticket = ticket;
    if (WIFEXITED(status)) ended.exit = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
    ended.seconds = std::chrono::duration<double>(Clock::now() - started).count();
    return true;
  }
};

Workers::Workers() = default;
Workers::~Workers() = default;

std::size_t Workers::running() const { return workers_.size(); }

std::vector<std::size_t> Workers::tickets() const {
  std::vector<std::size_t> out;
  for (const auto& w : workers_) out.push_back(w->ticket);
  return out;
}

void Workers::start(std::size_t ticket, const Work& work) {
  workers_.push_back(std::make_unique<Worker>(ticket, work));
}

std::vector<Ended> Workers::wait(std::chrono::milliseconds longest) {
  const Clock::time_point until = Clock::now() + longest;
  std::vector<Ended> out;
  while (!workers_.empty()) {
    for (auto it = workers_.begin(); it != workers_.end();) {
      if ((*it)->step()) {
        out.push_back(std::move((*it)->ended));
        it = workers_.erase(it);
      } else {
        ++it;
      }
    }
    if (!out.empty() || Clock::now() >= until || workers_.empty()) break;
    std::vector<pollfd> ready;
    int pause = 100;
    for (const auto& w : workers_) {
      if (w->out_open)
        ready.push_back({w->out.read, POLLIN, 0});
      else
        pause = 2;  // it is about to end, and nothing will announce it
      if (w->err_open) ready.push_back({w->err.read, POLLIN, 0});
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    poll(ready.data(), ready.size(), static_cast<int>(std::clamp<long>(left, 0, pause)));
  }
  return out;
}

}  // namespace skein
