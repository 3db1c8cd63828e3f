// ThreadTeam: the threads of one kernel, and loops that they share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace skg::analytics {

// Threads start with the first Run that wants them and end with the team.
// Thread safety: Run and For from the thread that made it only.
class ThreadTeam {
 public:
  // As KernelOptions::threads. Fewer come where the process has enough of them
  // already: what a kernel gives must not depend on how many there are.
  explicit ThreadTeam(size_t threads);
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam();

  // Numbers of threads, the caller's 0 among them, are below that.
  [[nodiscard]] size_t most() const { return most_; }

  // Calls work(thread) once on each thread, and returns when all are done. It
  // must not throw.
  void Run(absl::FunctionRef<void(size_t thread)> work);

  // Calls work(begin, end, thread) for all of [0, count) in pieces of `grain`
  // (the last may be smaller): begin is always a multiple of grain, whatever
  // the number of threads. One piece or a team of one: on the calling thread
  // alone, in sequence.
  void For(uint64_t count, uint64_t grain,
           absl::FunctionRef<void(uint64_t begin, uint64_t end, size_t thread)>
               work);

 private:
  void Start();
  void Work(size_t thread);

  const size_t most_;
  bool started_ = false;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const absl::FunctionRef<void(size_t)>* work_ = nullptr;
  bool ending_ = false;
  // How many Runs there were; threads wait, at first awake, for the next.
  std::atomic<uint64_t> round_{0};
  std::atomic<size_t> busy_{0};
};

}  // namespace skg::analytics
