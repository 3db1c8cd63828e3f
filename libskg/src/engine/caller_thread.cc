#include "engine/caller_thread.h"

#include <memory>
#include <utility>

#include "base/status.h"

namespace skg::engine {

// Goes with the task's function: also where that never ran.
class CallerThread::End {
 public:
  explicit End(CallerThread& caller) : caller_(caller) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  ~End() {
    const std::lock_guard lock(caller_.mutex_);
    caller_.ended_ = true;
    caller_.changed_.notify_all();
  }

 private:
  CallerThread& caller_;
};

void CallerThread::Call(const std::function<void()>& call) {
  std::unique_lock lock(mutex_);
  call_ = &call;
  changed_.notify_all();
  changed_.wait(lock, [&] { return call_ == nullptr; });
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void CallerThread::Reached(const BackupProgress& progress) {
  if (!progress_) return;
  {
    const std::lock_guard lock(mutex_);
    reached_ = progress;
  }
  // Two switches of threads cost more than much of the work between them.
  const auto now = std::chrono::steady_clock::now();
  if (now < ask_at_) return;
  ask_at_ = now + kAskEvery;
  Call([] {});
}

// The task may have ended otherwise by now, or the note not be stored.
void CallerThread::AskProgress(const tasks::TaskHandle& task) {
  if (cancelled_ || !progress_) return;
  BackupProgress reached;
  {
    const std::lock_guard lock(mutex_);
    reached = reached_;
  }
  if (progress_(reached)) return;
  cancelled_ = true;
  task.Cancel().IgnoreError();
}

void CallerThread::Serve(const tasks::TaskHandle& task) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait_for(lock, kAskEvery,
                      [&] { return ended_ || call_ != nullptr; });
    if (ended_) return;
    const std::function<void()>* const call = call_;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      if (call != nullptr) (*call)();
      AskProgress(task);
    } catch (...) {  // the task ends with it
      thrown = std::current_exception();
      cancelled_ = true;
      if (call == nullptr) task.Cancel().IgnoreError();
    }
    lock.lock();
    if (call == nullptr) continue;
    thrown_ = thrown;
    call_ = nullptr;
    changed_.notify_all();
  }
}

absl::Status CallerThread::Run(tasks::Runner& runner, tasks::TaskSpec spec,
                               Work work) {
  // Nobody but the task keeps it: it tells when that has ended.
  auto end = std::make_shared<End>(*this);
  SKG_ASSIGN_OR_RETURN(
      const tasks::TaskHandle task,
      runner.Submit(std::move(spec),
                    [this, end = std::move(end),
                     work = std::move(work)](tasks::TaskContext& context) {
                      absl::StatusOr<std::string> result = work(context);
                      if (result.ok() && progress_)
                        Call([] {});  // what came last
                      return result;
                    }));
  Serve(task);
  SKG_ASSIGN_OR_RETURN(const TaskInfo ended, task.Wait());
  return ended.error;
}

}  // namespace skg::engine
