#include "cli/supervise.hpp"

#include <fmt/format.h>
#include <gmp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>

#include "cli/report.hpp"

namespace skein::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int memory_exit = 12;
enum Tag : char { message = 'm', error = 'e', done = 'd' };

// --- the child

[[noreturn]] void no_memory() { _exit(memory_exit); }

// GMP aborts when it gets no memory, so it is given functions that end the child with the reason.
void* allocate(std::size_t n) {
  if (void* p = std::malloc(n)) return p;
  no_memory();
}
void* reallocate(void* old, std::size_t, std::size_t n) {
  if (void* p = std::realloc(old, n)) return p;
  no_memory();
}
void release(void* p, std::size_t) { std::free(p); }

void limit_memory(int megabytes) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::set_new_handler(no_memory);
  mp_set_memory_functions(allocate, reallocate, release);
  if (megabytes <= 0) return;
#ifndef __SANITIZE_ADDRESS__  // which reserves more address space than any limit
  const rlim_t bytes = static_cast<rlim_t>(megabytes) << 20;
  const rlimit memory{bytes, bytes};
  setrlimit(RLIMIT_AS, &memory);
#endif
}

void send(int fd, Tag tag, std::string_view payload) {
  const std::uint64_t length = payload.size();
  std::string frame(1, tag);
  frame.append(reinterpret_cast<const char*>(&length), sizeof length);
  frame += payload;
  for (std::size_t at = 0; at < frame.size();) {
    const ssize_t n = write(fd, frame.data() + at, frame.size() - at);
    if (n <= 0 && errno != EINTR) _exit(defect);
    if (n > 0) at += static_cast<std::size_t>(n);
  }
}

[[noreturn]] void child(const Budget& budget, pid_t parent, int fd, const std::function<void(const Emit&)>& work) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(defect);
  limit_memory(budget.megabytes);
  try {
    work([fd](std::string_view m) { send(fd, message, m); });
    send(fd, done, "");
  } catch (const std::bad_alloc&) {
    no_memory();
  } catch (...) {
    send(fd, error, to_text(to_json(describe(std::current_exception()))));
  }
  _exit(0);
}

// --- the parent

// One line on a terminal for whatever takes longer than a second; nothing anywhere else.
class ProgressLine {
 public:
  explicit ProgressLine(const std::string& activity) : activity_(activity), shown_(isatty(2) && !activity.empty()) {}
  ~ProgressLine() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
  }
  void draw() {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start_).count();
    if (!shown_ || seconds < 1) return;
    fmt::print(stderr, "\r\033[K{} ... {} s", activity_, seconds);
    std::fflush(stderr);
    drawn_ = true;
  }
  void clear() {
    if (drawn_) fmt::print(stderr, "\r\033[K"), std::fflush(stderr);
    drawn_ = false;
  }

 private:
  std::string activity_;
  bool shown_, drawn_ = false;
  Clock::time_point start_ = Clock::now();
};

class Child {
 public:
  Child(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    close(fd_);
    end();
  }
  int fd() const { return fd_; }
  // Ends it and all that it started; the status is that of its own end if it had ended.
  int end() {
    if (pid_ <= 0) return status_;
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT | WNOHANG);
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
    pid_ = -1;
    return status_;
  }
  int wait() {
    if (pid_ > 0) waitpid(pid_, &status_, 0);
    kill(-pid_, SIGKILL);
    pid_ = -1;
    return status_;
  }

 private:
  pid_t pid_;
  int fd_;
  int status_ = 0;
};

[[noreturn]] void crashed(const std::string& how) {
  Failure f;
  f.kind = "internal";
  f.message = f.shown = "internal error: the work " + how;
  throw CommandError(f);
}

}  // namespace

Ending supervise(const Budget& budget, const std::string& activity, const std::function<void(const Emit&)>& work,
                 const std::function<void(std::string_view)>& receive) {
  std::fflush(nullptr);
  int fd[2];
  if (pipe(fd) != 0) crashed("could not be started: there is no pipe");
  const pid_t parent = getpid(), pid = fork();
  if (pid < 0) crashed("could not be started: there is no process");
  if (pid == 0) {
    close(fd[0]);
    child(budget, parent, fd[1], work);
  }
  close(fd[1]);
  Child process(pid, fd[0]);
  ProgressLine progress(activity);
  const auto allowance =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(budget.seconds + budget.grace));
  Clock::time_point deadline = Clock::now() + allowance;
  std::string buffer;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      process.end();
      return Ending::out_of_time;
    }
    pollfd ready{process.fd(), POLLIN, 0};
    const int n = poll(&ready, 1, static_cast<int>(std::min<long>(left, 500)));
    progress.draw();
    if (n <= 0) continue;
    char bytes[65536];
    const ssize_t got = read(process.fd(), bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    buffer.append(bytes, static_cast<std::size_t>(got));
    std::size_t at = 0;
    std::uint64_t length = 0;
    while (buffer.size() - at > sizeof length) {
      std::memcpy(&length, buffer.data() + at + 1, sizeof length);
      if (buffer.size() - at - 1 - sizeof length < length) break;
      const char tag = buffer[at];
      const std::string payload = buffer.substr(at + 1 + sizeof length, length);
      at += 1 + sizeof length + length;
      progress.clear();
      if (tag == done) {
        process.wait();
        return Ending::finished;
      }
      if (tag == error) throw CommandError(failure_from_json(nlohmann::json::parse(payload)));
      receive(payload);
      if (budget.per_message) deadline = Clock::now() + allowance;
    }
    buffer.erase(0, at);
  }
  const int status = process.wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == memory_exit) return Ending::out_of_memory;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
    return Ending::out_of_memory;  // by the system: it had none left
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) {  // whoever read the output has seen enough of it
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
  }
  if (WIFSIGNALED(status))
    crashed(fmt::format("was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status))));
  crashed("ended without an answer");
}

std::string describe(Ending ending, const Budget& budget) {
  if (ending == Ending::finished) return "";
  if (ending == Ending::out_of_time)
    return fmt::format("the time limit of {:.3g} s was reached; --timeout sets it", budget.seconds);
  if (budget.megabytes <= 0) return "there was not enough memory";
  return fmt::format("the memory limit of {} MB was reached; --memory sets it", budget.megabytes);
}

void supervise_to_end(const Budget& budget, const std::string& activity, const std::function<void(const Emit&)>& work,
                      const std::function<void(std::string_view)>& receive) {
  const Ending ending = supervise(budget, activity, work, receive);
  if (ending == Ending::finished) return;
  Failure f;
  f.exit = not_decided, f.kind = "budget", f.message = f.shown = activity + ": " + describe(ending, budget);
  throw CommandError(f);
}

}  // namespace skein::cli
