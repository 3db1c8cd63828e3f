// Runner: runs tasks on the pools of their kinds of work, and remembers them.
//
//            Submit                a thread is free             returns
//   (none) ----------> queued ---------------------> running ----------> ended
//                        ^                              |
//                        |   the process ended, and     |
//                        +--- the kind is resumable ----+
//
// A persistent task has a row in the TaskStore from before it is queued, and
// its end is stored before it is seen. A transient one is in memory only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "tasks/task.h"
#include "tasks/task_store.h"
#include "tasks/worker_pool.h"

namespace skg::tasks {

class Runner;
struct TaskEntry;

// What a task function has at hand. Thread safety: all methods from any thread,
// until the function returns.
class TaskContext {
 public:
  [[nodiscard]] uint64_t id() const;
  // To be polled in loops and handed to what the task calls. Cancelled by
  // whoever cancels the task, and by the shutdown of the runner: the function
  // then returns the status of Check() soon.
  [[nodiscard]] const Cancellation& cancellation() const;
  // What has been done; `total` 0: not known. Cheap enough for each batch: it
  // is stored about once a second. Never fails: a store that does not take it
  // shows in TaskInfo::storage.
  void Progress(uint64_t done, uint64_t total);

  // What the task needs to go on in another process, from here; empty at first,
  // but for a task that was submitted with a payload. Durable when it returns.
  // Errors: kInvalidArgument (over kMaxResumeBytes), kFailedPrecondition (of a
  // kind that is not resumable), those of the store.
  [[nodiscard]] absl::Status SaveResume(std::string_view payload);
  [[nodiscard]] const std::string& resume() const { return resume_; }

 private:
  friend class Runner;
  TaskContext(Runner& runner, const std::shared_ptr<TaskEntry>& entry,
              std::string resume)
      : runner_(runner), entry_(entry), resume_(std::move(resume)) {}

  Runner& runner_;
  const std::shared_ptr<TaskEntry>& entry_;
  const std::string resume_;  // of when it was started
};

// Gives the result as JSON text (or nothing), of at most kMaxResultBytes. What
// it throws becomes a kInternal error of the task.
using TaskFunction = std::function<absl::StatusOr<std::string>(TaskContext&)>;

struct TaskSpec {
  std::string kind;
  TaskPool pool = TaskPool::kMaintenance;
  std::string title;
  std::string graph = {};  // see TaskInfo
  std::string unit;        // of its progress
  // False: no row, not even at its end; listed while it is alive.
  bool persistent = true;
  // The first TaskContext::resume(), for kinds that are registered.
  std::string resume;
};

struct RunnerOptions {
  // By PoolIndex. Threads are made when they are needed first.
  std::array<size_t, kTaskPools> threads = {2, 2, 2, 2};
  // Tasks that may wait in one pool.
  size_t max_queued = 10'000;
  // Ended tasks are kept up to this number and this age, the newest longest.
  size_t keep_ended = 1000;
  absl::Duration keep_ended_for = absl::Hours(30 * 24);
  absl::Duration save_interval = absl::Seconds(1);  // of progress
  // A task is not resumed once that many runs took the process with them.
  uint32_t max_crashes = 3;
  // False: resumable tasks that an earlier process left stay queued, for a
  // later one; nothing runs but what is submitted.
  bool resume = true;
  // The resumable kinds and what runs them: a new task and one that goes on
  // differ in TaskContext::resume() only.
  std::map<std::string, TaskFunction> kinds;
  // The present; null: the clock. Called from any thread.
  std::function<absl::Time()> clock = nullptr;
  // Told, from any thread and in a line, what nobody else may notice: a task
  // that failed, a row that could not be written.
  std::function<void(std::string_view line)> log = nullptr;
};

// One submitted task, also after it has left the list. A handle; copies are the
// same task. Thread-safe. Must be destroyed before the Runner.
class TaskHandle {
 public:
  [[nodiscard]] uint64_t id() const;
  [[nodiscard]] TaskInfo Info() const;
  // As Runner::Cancel and Runner::Wait.
  [[nodiscard]] absl::Status Cancel() const;
  [[nodiscard]] absl::StatusOr<TaskInfo> Wait(
      absl::Time deadline = absl::InfiniteFuture()) const;

 private:
  friend class Runner;
  TaskHandle(Runner* runner, std::shared_ptr<TaskEntry> entry)
      : runner_(runner), entry_(std::move(entry)) {}

  Runner* runner_;
  std::shared_ptr<TaskEntry> entry_;
};

// Thread safety: all methods from any thread, but Shutdown and the destructor
// not from a task function. A task must not wait for another one of its pool:
// there may be no thread for both.
class Runner {
 public:
  // Reads what the store remembers. `store` must outlive the runner. What an
  // earlier process left queued or running waits for Start where its kind is
  // resumable, else it is interrupted. Errors: those of TaskStore::LoadAll.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Runner>> Open(
      TaskStore& store, RunnerOptions options);
  ~Runner() { Shutdown(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Resumes the tasks that wait since Open; once, when all that they use is
  // there.
  void Start();

  // Queues a task. A null `function` is that of the registered kind. Errors:
  // kInvalidArgument (an empty or too long part; no function),
  // kResourceExhausted (too many wait), kUnavailable (shut down), those of the
  // store; nothing runs then.
  [[nodiscard]] absl::StatusOr<TaskHandle> Submit(
      TaskSpec spec, TaskFunction function = nullptr);

  // By id. Cost: a copy of all.
  [[nodiscard]] std::vector<TaskInfo> List() const;
  // kNotFound: never given, transient and ended, or forgotten.
  [[nodiscard]] absl::StatusOr<TaskInfo> Info(uint64_t id) const;

  // A queued task is cancelled when this returns; a running one is asked to end
  // and is cancelled unless it ends otherwise first. Errors: kNotFound,
  // kFailedPrecondition (it has ended), and those of the store, where the task
  // is cancelled but only for this process.
  [[nodiscard]] absl::Status Cancel(uint64_t id);

  // The task once it has ended. Errors: kNotFound, kDeadlineExceeded (the
  // message tells its progress), kUnavailable (a shutdown left it to the next
  // process).
  [[nodiscard]] absl::StatusOr<TaskInfo> Wait(uint64_t id, absl::Time deadline);

  // Forgets tasks that ended before `before`; gives their number.
  [[nodiscard]] absl::StatusOr<uint64_t> Prune(absl::Time before);

  // Cancels what runs and waits for it. A resumable task that this ended stays
  // queued in the store, for the next Open; what else had not ended is
  // interrupted. Nothing can be submitted any more.
  void Shutdown();

 private:
  friend class TaskContext;
  friend class TaskHandle;
  using EntryPtr = std::shared_ptr<TaskEntry>;

  Runner(TaskStore& store, RunnerOptions options);
  absl::Status Load();
  void Restore(const EntryPtr& entry);

  absl::Status CheckSpec(const TaskSpec& spec) const;
  absl::StatusOr<uint64_t> NextId();
  absl::Status Add(const EntryPtr& entry);
  absl::Status Enqueue(const EntryPtr& entry);

  void Run(const EntryPtr& entry);
  bool Begin(const EntryPtr& entry);
  absl::StatusOr<std::string> Call(const EntryPtr& entry);
  void End(const EntryPtr& entry, absl::StatusOr<std::string> result);
  // Stores the end, then shows it. Only by whoever claimed the entry.
  absl::Status Finish(const EntryPtr& entry, TaskState state,
                      const absl::Status& error, std::string result);
  void Leave(const EntryPtr& entry);

  // Stores the record as it is now, unless the task is transient. A failure
  // also goes to the log and to TaskInfo::storage.
  absl::Status Save(const EntryPtr& entry, bool durable);
  // The row alone; a failure goes to the log.
  absl::Status Write(const TaskRecord& record, bool durable);
  // Of what is over the limits, out of the list; their rows are to be erased.
  std::vector<uint64_t> TakeOldLocked();
  void EraseRows(const std::vector<uint64_t>& ids);

  void Progress(const EntryPtr& entry, uint64_t done, uint64_t total);
  absl::Status SaveResume(const EntryPtr& entry, std::string_view payload);
  absl::StatusOr<EntryPtr> Find(uint64_t id) const;
  absl::Status Cancel(const EntryPtr& entry);
  absl::StatusOr<TaskInfo> Wait(const EntryPtr& entry, absl::Time deadline);
  TaskInfo Info(const EntryPtr& entry) const;

  [[nodiscard]] absl::Time Now() const;
  void Log(std::string_view line) const;

  TaskStore& store_;
  const RunnerOptions options_;

  std::mutex id_mutex_;
  uint64_t next_id_ = 0, end_id_ = 0;  // of the block at hand
  uint32_t id_block_ = 0;              // its size

  // Never held while the store works.
  mutable std::mutex mutex_;
  std::map<uint64_t, EntryPtr> entries_;
  std::set<std::pair<absl::Time, uint64_t>> ended_;  // persistent ones
  std::vector<EntryPtr> to_resume_;                  // until Start
  bool stopping_ = false;

  std::array<std::unique_ptr<WorkerPool>, kTaskPools> pools_;
};

}  // namespace skg::tasks
