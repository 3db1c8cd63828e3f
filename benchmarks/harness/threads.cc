#include "harness/threads.h"

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

#include "harness/stopwatch.h"

namespace skg::bench {

absl::StatusOr<ThreadTimes> TimeThreads(
    int threads, const std::function<absl::Status(int)>& work) {
  std::barrier start(threads + 1);
  std::vector<absl::Status> statuses(static_cast<size_t>(threads));
  std::vector<std::thread> running;
  running.reserve(statuses.size());
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      start.arrive_and_wait();
      statuses[static_cast<size_t>(thread)] = work(thread);
    });
  }
  const Stopwatch watch;
  start.arrive_and_wait();
  for (std::thread& thread : running) thread.join();
  const ThreadTimes times = {.seconds = watch.Seconds(),
                             .cpu_seconds = watch.CpuSeconds()};
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return times;
}

}  // namespace skg::bench
