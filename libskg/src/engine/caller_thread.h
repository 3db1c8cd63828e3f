// CallerThread: work that runs as a task, on a thread of its pool, for a caller
// that waits. What the caller gave (sinks, sources, progress) is called on the
// caller's own thread, as if there were no other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/backup.h"
#include "tasks/task_runner.h"

namespace skg::engine {

// Thread safety: Call and Reached from the task, one at a time.
class CallerThread {
 public:
  // `progress` may be null; else it must outlive the object. Where it wants no
  // more, the task is cancelled.
  explicit CallerThread(const BackupProgressFunction& progress)
      : progress_(progress) {}

  // Runs `call` on the caller's thread; returns when it has. What it throws is
  // thrown here.
  void Call(const std::function<void()>& call);
  // Notes what the caller's function is told: the first, at least every
  // kAskEvery, and the last. It is also asked while the task has nothing to
  // tell.
  void Reached(const BackupProgress& progress);

  // Runs `work` as a task and waits for its end; gives the error that it ended
  // with. Errors also: those of Runner::Submit.
  using Work =
      std::function<absl::StatusOr<std::string>(tasks::TaskContext& task)>;
  [[nodiscard]] absl::Status Run(tasks::Runner& runner, tasks::TaskSpec spec,
                                 Work work);

 private:
  class End;
  static constexpr std::chrono::milliseconds kAskEvery{100};
  void Serve(const tasks::TaskHandle& task);
  void AskProgress(const tasks::TaskHandle& task);

  const BackupProgressFunction& progress_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* call_ = nullptr;
  std::exception_ptr thrown_;
  bool ended_ = false;
  BackupProgress reached_;
  bool cancelled_ = false;  // of the caller's thread only
  // Of the task only: when to wait for the caller's word again.
  std::chrono::steady_clock::time_point ask_at_;
};

}  // namespace skg::engine
