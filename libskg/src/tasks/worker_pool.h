// A bounded number of threads, made when there is something for them to do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace skg::tasks {

// Jobs begin in the order in which they were posted. Thread safety: all methods
// from any thread, but Stop and the destructor not from a job.
class WorkerPool {
 public:
  // At least one thread.
  WorkerPool(size_t max_threads, size_t max_waiting);
  ~WorkerPool() { Stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // `job` must not throw. Errors: kResourceExhausted (max_waiting jobs wait, or
  // there can be no thread), kUnavailable (stopped).
  [[nodiscard]] absl::Status Post(std::function<void()> job);

  // Drops the jobs that wait; returns once those that run have ended.
  void Stop();

 private:
  void Work();
  // Makes a thread; false: the system gives none.
  bool AddThread();

  const size_t max_threads_;
  const size_t max_waiting_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stop_ = false;
};

}  // namespace skg::tasks
