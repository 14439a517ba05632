#pragma once
// Workers: programs run side by side in processes of their own, each under a wall-clock limit and a memory limit. They
// end with the process that started them, however that ends, so that a killed batch leaves nothing running.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace skein {

struct Work {
  std::vector<std::string> arguments;  // the program and what it is given
  double seconds = 60;                 // then it is killed
  int megabytes = 0;                   // of address space; 0: no limit
};

struct Ended {
  std::size_t ticket = 0;  // what start() was given
  std::string out, err;    // of err only the end
  int exit = -1;           // exit code; -1 if it was ended by a signal
  int signal = 0;
  bool out_of_time = false;
  double seconds = 0;
};

class Workers {
 public:
  Workers();
  ~Workers();  // ends those that run
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void start(std::size_t ticket, const Work& work);  // throws std::runtime_error if there is no process to be had
  std::size_t running() const;
  std::vector<std::size_t> tickets() const;
  // Those that ended; waits for the first, but not longer than this.
  std::vector<Ended> wait(std::chrono::milliseconds longest);

 private:
  struct Worker;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace skein
