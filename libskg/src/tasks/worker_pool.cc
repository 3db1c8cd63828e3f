#include "tasks/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::tasks {

WorkerPool::WorkerPool(size_t max_threads, size_t max_waiting)
    : max_threads_(std::max<size_t>(max_threads, 1)),
      max_waiting_(max_waiting) {}

absl::Status WorkerPool::Post(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stop_) return absl::UnavailableError("the workers have been stopped");
  if (waiting_.size() >= max_waiting_) {
    return absl::ResourceExhaustedError(
        absl::StrCat(max_waiting_, " tasks wait already; try again later"));
  }
  waiting_.push_back(std::move(job));
  // An idle thread that was told of a job is idle until it has taken it.
  const bool wanted = waiting_.size() > idle_ && threads_.size() < max_threads_;
  if (wanted && !AddThread() && threads_.empty()) {
    waiting_.pop_back();
    return absl::ResourceExhaustedError(
        "the system gives no thread for background work; end other programs or "
        "raise the limit of processes");
  }
  work_.notify_one();
  return absl::OkStatus();
}

bool WorkerPool::AddThread() {
  try {
    threads_.emplace_back([this] { Work(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    --idle_;
    if (stop_) return;
    std::function<void()> job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds goes without the lock
    lock.lock();
  }
}

void WorkerPool::Stop() {
  std::deque<std::function<void()>> dropped;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    dropped.swap(waiting_);
    threads.swap(threads_);
    work_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace skg::tasks
