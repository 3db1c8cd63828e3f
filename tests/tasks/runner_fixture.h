// A task store in memory that can fail, a clock that stands still, and gates
// for threads to meet at.
#pragma once

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/test_support.h"
#include "tasks/task_runner.h"
#include "tasks/task_store.h"

namespace skg::tasks::test {

// Thread-safe. Outlives the runners over it, as a disk would.
class MemoryTaskStore final : public TaskStore {
 public:
  absl::StatusOr<uint64_t> AllocateIds(uint32_t count) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    ++allocations_;
    const uint64_t first = next_;
    next_ += count;
    return first;
  }
  absl::Status Save(const TaskRecord& record, bool durable) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    rows_[record.info.id] = record;
    saved_.emplace_back(record.info.state, durable);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<TaskRecord>> LoadAll() const override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    std::vector<TaskRecord> records;
    for (const auto& [id, record] : rows_) records.push_back(record);
    return records;
  }
  absl::Status Erase(std::span<const uint64_t> ids) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    for (const uint64_t id : ids) rows_.erase(id);
    return absl::OkStatus();
  }

  // What everything answers from now on; OK: nothing fails any more.
  void Fail(absl::Status failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  [[nodiscard]] std::map<uint64_t, TaskRecord> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  void Put(const TaskRecord& record) {
    const std::lock_guard lock(mutex_);
    rows_[record.info.id] = record;
    next_ = std::max(next_, record.info.id + 1);
  }
  // Each Save so far: the state, and whether it was durable.
  [[nodiscard]] std::vector<std::pair<TaskState, bool>> saved() const {
    const std::lock_guard lock(mutex_);
    return saved_;
  }
  [[nodiscard]] int allocations() const {
    const std::lock_guard lock(mutex_);
    return allocations_;
  }

 private:
  mutable std::mutex mutex_;
  absl::Status failure_;
  std::map<uint64_t, TaskRecord> rows_;
  std::vector<std::pair<TaskState, bool>> saved_;
  uint64_t next_ = 1;
  int allocations_ = 0;
};

// Threads stop at it until it is open; others wait until some have come.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void AwaitArrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

// Thread-safe.
class Clock {
 public:
  [[nodiscard]] absl::Time Now() const {
    return absl::FromUnixSeconds(1'800'000'000) +
           absl::Seconds(seconds_.load());
  }
  void Advance(int seconds) { seconds_ += seconds; }
  [[nodiscard]] std::function<absl::Time()> Function() {
    return [this] { return Now(); };
  }

 private:
  std::atomic<int> seconds_{0};
};

// Lines of a log. Thread-safe.
class Lines {
 public:
  [[nodiscard]] std::function<void(std::string_view)> Function() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    };
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline std::unique_ptr<Runner> OpenRunner(TaskStore& store,
                                          RunnerOptions options = {}) {
  auto runner = Runner::Open(store, std::move(options));
  REQUIRE_OK(runner);
  (*runner)->Start();
  return *std::move(runner);
}

inline TaskSpec Spec(std::string kind = "work",
                     TaskPool pool = TaskPool::kMaintenance) {
  TaskSpec spec;
  spec.kind = std::move(kind);
  spec.pool = pool;
  spec.title = "public/main";
  spec.unit = "statements";
  return spec;
}

inline TaskHandle MustSubmit(Runner& runner, TaskSpec spec,
                             TaskFunction function = nullptr) {
  auto handle = runner.Submit(std::move(spec), std::move(function));
  REQUIRE_OK(handle);
  return *std::move(handle);
}

inline TaskInfo MustWait(const TaskHandle& handle) {
  auto info = handle.Wait();
  REQUIRE_OK(info);
  return *std::move(info);
}

// Ends when it is cancelled, and tells when it has begun.
inline TaskFunction UntilCancelled(Gate& begun) {
  return [&begun](TaskContext& context) -> absl::StatusOr<std::string> {
    begun.Open();
    // A poll as the loops of real work do it.
    while (context.cancellation().Check().ok()) std::this_thread::yield();
    return context.cancellation().Check();
  };
}

inline std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}
inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace skg::tasks::test
