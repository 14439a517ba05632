#pragma once
// Supervision: work in a child process under a wall-clock limit and a memory limit that hold whatever the work does.
// The child reports in messages; when it ends, or is ended, those it sent before are not lost.
#include <functional>
#include <string>
#include <string_view>

namespace skein::cli {

struct Budget {
  double seconds = 60;
  int megabytes = 0;         // 0: no limit
  double grace = 0;          // seconds beyond the limit for work that watches the clock itself; then it is killed
  bool per_message = false;  // whether the clock starts again with each message
};

enum class Ending { finished, out_of_time, out_of_memory };

using Emit = std::function<void(std::string_view message)>;

// Throws CommandError with the child's error if the work threw one, or if the child crashed. `activity` is shown on a
// terminal once the work takes longer than a second.
Ending supervise(const Budget& budget, const std::string& activity, const std::function<void(const Emit&)>& work,
                 const std::function<void(std::string_view)>& receive);

// The limit that was reached, in a sentence.
std::string describe(Ending ending, const Budget& budget);
// The same for work whose answer is its messages alone: throws CommandError, of the kind "budget", unless it finished.
void supervise_to_end(const Budget& budget, const std::string& activity, const std::function<void(const Emit&)>& work,
                      const std::function<void(std::string_view)>& receive);

}  // namespace skein::cli
