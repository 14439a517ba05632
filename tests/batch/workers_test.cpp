// Limits hold whatever the worker does, and no worker outlives its parent.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "batch/support.hpp"
#include "batch/workers.hpp"

using namespace skein;
using skein::testing::Scratch;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> shell(const std::string& command) { return {"/bin/sh", "-c", command}; }

Ended run(const Work& work) {
  Workers workers;
  workers.start(7, work);
  std::vector<Ended> ended;
  while (ended.empty()) ended = workers.wait(10s);
  CHECK(ended.size() == 1);
  CHECK(ended[0].ticket == 7);
  CHECK(workers.running() == 0);
  return ended[0];
}

bool alive(pid_t pid) { return kill(pid, 0) == 0; }

}  // namespace

TEST_CASE("A worker's output and its end are told") {
  const Ended e = run({shell("echo out; echo err >&2; exit 3")});
  CHECK(e.out == "out\n");
  CHECK(e.err == "err\n");
  CHECK(e.exit == 3);
  CHECK(run({shell("kill -SEGV $$")}).signal == SIGSEGV);
  CHECK(run({shell("head -c 3000000 /dev/zero")}).out.size() == 3000000);
  CHECK(run({{"/no/such/program"}}).exit == 127);
}

TEST_CASE("The end of a worker is seen even while a grandchild holds its pipe") {
  const Ended e = run({shell("sleep 30 & echo out"), 20});
  CHECK(e.out == "out\n");
  CHECK(e.seconds < 10);
}

TEST_CASE("Time is a hard limit, for the worker and for what it started") {
  const Scratch s;
  const Ended e =
      run({shell("trap '' TERM; sleep 60 & echo $! >" + (s / "pid").string() + "; while :; do :; done"), 0.5});
  CHECK(e.out_of_time);
  CHECK(e.signal == SIGKILL);
  CHECK(e.seconds < 5);
  const pid_t grandchild = std::stoi(skein::testing::read_all(s / "pid"));
  for (int k = 0; k < 50 && alive(grandchild); ++k) std::this_thread::sleep_for(20ms);
  // A container's first process may leave the dead unburied.
  const std::string status = skein::testing::read_all("/proc/" + std::to_string(grandchild) + "/status");
  CHECK((status.empty() || status.find("State:\tZ") != std::string::npos));
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("Memory is a hard limit") {
  const auto greedy = shell("x=$(head -c 300000000 /dev/zero | tr '\\0' a); echo ${#x}");
  CHECK(run({greedy, 60, 100}).out != "300000000\n");
}
#endif

TEST_CASE("Workers end with the process that started them, even if it is killed") {
  const Scratch s;
  const pid_t parent = fork();
  REQUIRE(parent >= 0);
  if (parent == 0) {
    Workers workers;
    workers.start(0, {shell("echo $$ >" + (s / "part").string() + "; mv " + (s / "part").string() + " " +
                            (s / "pid").string() + "; while :; do sleep 0.05; done")});
    for (;;) workers.wait(1s);
  }
  for (int k = 0; k < 500 && !fs::exists(s / "pid"); ++k) std::this_thread::sleep_for(20ms);
  const pid_t worker = std::stoi(skein::testing::read_all(s / "pid"));
  CHECK(alive(worker));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  bool gone = false;
  for (int k = 0; k < 250 && !gone; ++k) {
    std::this_thread::sleep_for(20ms);
    const std::string status = skein::testing::read_all("/proc/" + std::to_string(worker) + "/status");
    gone = status.empty() || status.find("State:\tZ") != std::string::npos;
  }
  CHECK(gone);
}
