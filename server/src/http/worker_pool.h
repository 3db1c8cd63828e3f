// Threads that take pieces of work and handle them: as few as keep the
// processors busy, as many as wait.
//
// More running threads than processors only cost switches (a point query takes
// some 20 microseconds), but a write waits for the disk and an upload for its
// client. So the pool keeps `base` workers that run or are ready to; one that
// is about to wait says so (WillWait), one that does not come back within two
// milliseconds is found by a monitor, and each is stood in for by another, up
// to `max`. Workers that are too many park, and go after some seconds.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "absl/status/status.h"

namespace skg::server {

// Thread safety: all methods.
class WorkerPool {
 public:
  // Waits for a piece of work; null: only look whether to end.
  using Take = std::function<void*()>;
  // Must not throw.
  using Handle = std::function<void(void*)>;

  // `max` bounds the threads, also below `base`.
  WorkerPool(size_t base, size_t max, Take take, Handle handle);
  // After Stop, or if Start failed.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Errors: kResourceExhausted (no more threads).
  [[nodiscard]] absl::Status Start();

  // From within `handle`: this thread is about to wait for something other
  // than a processor. Elsewhere it does nothing.
  static void WillWait();

  // No more work is taken; waits for what is being handled. From now on `take`
  // must return null at once, also for those who already wait in it.
  void Stop();

  [[nodiscard]] size_t size() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Worker {
    WorkerPool* pool = nullptr;
    std::thread thread;
    // When its present work began; 0: none.
    std::atomic<Clock::rep> busy_since{0};
    bool blocked = false;  // stood in for; under mutex_
  };
  using Workers = std::list<Worker>;

  void Run(Workers::iterator self);
  void Return(Worker& self);
  bool ParkIfTooMany(Workers::iterator self);
  void Watch();
  bool FindBlocked();
  void Block(Worker& worker);
  void StandIn();
  [[nodiscard]] bool AnyBusy() const;
  void JoinGone();

  const size_t base_;
  const size_t max_;
  const Take take_;
  const Handle handle_;

  mutable std::mutex mutex_;
  Workers workers_;
  Workers gone_;  // ended, to be joined
  size_t parked_ = 0;
  size_t called_ = 0;  // parked ones that shall come back
  size_t blocked_ = 0;
  std::condition_variable call_;
  std::atomic<bool> stopping_{false};

  std::thread monitor_;
  std::condition_variable wake_monitor_;
  std::atomic<bool> monitor_sleeps_{false};
};

}  // namespace skg::server
