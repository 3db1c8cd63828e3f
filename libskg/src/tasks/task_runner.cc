#include "tasks/task_runner.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::tasks {

struct TaskEntry {
  explicit TaskEntry(TaskRecord of)
      : id(of.info.id), pool(of.info.pool), record(std::move(of)) {}

  const uint64_t id;
  const TaskPool pool;

  // Held while the store works, so that rows of one task are written in order.
  // Taken before Runner::mutex_.
  std::mutex save_mutex;

  // Guarded by Runner::mutex_.
  TaskRecord record;
  TaskFunction function;
  // Somebody has taken it out of the queue: to run it or to end it.
  bool claimed = false;
  bool cancel_asked = false;
  bool left = false;  // a shutdown left it to the next process
  absl::Time next_save = absl::InfinitePast();
  std::condition_variable changed;  // ended or left

  Cancellation cancellation;  // thread-safe
};

namespace {

constexpr uint32_t kMaxIdBlock = 1024;

absl::Status CheckPart(std::string_view name, std::string_view text,
                       size_t max_bytes) {
  if (text.size() <= max_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a task's ", av(name),
                                                 " has at most ", max_bytes,
                                                 " bytes, not ", text.size()));
}

absl::Status Clipped(const absl::Status& status) {
  if (status.message().size() <= kMaxErrorBytes) return status;
  return absl::Status(
      status.code(),
      absl::StrCat(status.message().substr(0, kMaxErrorBytes - 3), "..."));
}

// Until `deadline`, or for a while where that is far: callers loop.
void WaitUntil(std::condition_variable& condition,
               std::unique_lock<std::mutex>& lock, absl::Time deadline) {
  const absl::Duration left = deadline - absl::Now();
  condition.wait_for(lock,
                     absl::ToChronoNanoseconds(std::min(left, absl::Hours(1))));
}

}  // namespace

// ---- context and handle ----------------------------------------------------

uint64_t TaskContext::id() const { return entry_->id; }

const Cancellation& TaskContext::cancellation() const {
  return entry_->cancellation;
}

void TaskContext::Progress(uint64_t done, uint64_t total) {
  runner_.Progress(entry_, done, total);
}

absl::Status TaskContext::SaveResume(std::string_view payload) {
  return runner_.SaveResume(entry_, payload);
}

uint64_t TaskHandle::id() const { return entry_->id; }
TaskInfo TaskHandle::Info() const { return runner_->Info(entry_); }
absl::Status TaskHandle::Cancel() const { return runner_->Cancel(entry_); }
absl::StatusOr<TaskInfo> TaskHandle::Wait(absl::Time deadline) const {
  return runner_->Wait(entry_, deadline);
}

// ---- opening ---------------------------------------------------------------

Runner::Runner(TaskStore& store, RunnerOptions options)
    : store_(store), options_(std::move(options)) {
  for (size_t i = 0; i < kTaskPools; ++i) {
    pools_[i] =
        std::make_unique<WorkerPool>(options_.threads[i], options_.max_queued);
  }
}

absl::StatusOr<std::unique_ptr<Runner>> Runner::Open(TaskStore& store,
                                                     RunnerOptions options) {
  std::unique_ptr<Runner> runner(new Runner(store, std::move(options)));
  SKG_RETURN_IF_ERROR(runner->Load());
  return runner;
}

absl::Status Runner::Load() {
  SKG_ASSIGN_OR_RETURN(std::vector<TaskRecord> records, store_.LoadAll());
  std::vector<EntryPtr> unfinished;
  for (TaskRecord& record : records) {
    const auto entry = std::make_shared<TaskEntry>(std::move(record));
    const TaskInfo& info = entry->record.info;
    entries_[info.id] = entry;
    if (!TaskEnded(info.state)) {
      unfinished.push_back(entry);
    } else {
      ended_.emplace(info.finished.value_or(info.created), info.id);
    }
  }
  for (const EntryPtr& entry : unfinished) Restore(entry);
  std::vector<uint64_t> old;
  {
    const std::lock_guard lock(mutex_);
    old = TakeOldLocked();
  }
  EraseRows(old);
  return absl::OkStatus();
}

// Decides what becomes of a task that an earlier process did not end.
void Runner::Restore(const EntryPtr& entry) {
  TaskRecord& record = entry->record;
  const bool crashed = record.info.state == TaskState::kRunning;
  if (record.resumable && !options_.resume) {
    // Its row stays as it is, for a process that resumes.
    record.info.state = TaskState::kQueued;
    return;
  }
  if (crashed) ++record.crashes;
  const auto kind = options_.kinds.find(record.info.kind);
  std::string reason;
  if (!record.resumable) {
    reason = "it cannot be resumed; start it again";
  } else if (kind == options_.kinds.end()) {
    reason = "this program cannot resume its kind; start it again";
  } else if (record.crashes >= options_.max_crashes) {
    reason = absl::StrCat("it did so ", record.crashes,
                          " times without progress, so it is not resumed");
  } else {
    record.info.state = TaskState::kQueued;
    entry->function = kind->second;
    to_resume_.push_back(entry);
    Save(entry, /*durable=*/false).IgnoreError();  // told there
    return;
  }
  entry->claimed = true;
  const std::string done = record.progress_time
                               ? ", after " + ProgressText(record.info.progress)
                               : std::string();
  Finish(entry, TaskState::kInterrupted,
         absl::AbortedError(absl::StrCat("the process ended ",
                                         crashed ? "while" : "before",
                                         " the task ran", done, "; ", reason)),
         {})
      .IgnoreError();  // told there
}

void Runner::Start() {
  std::vector<EntryPtr> entries;
  {
    const std::lock_guard lock(mutex_);
    entries.swap(to_resume_);
  }
  for (const EntryPtr& entry : entries) {
    if (const absl::Status posted = Enqueue(entry); !posted.ok()) {
      Log(absl::StrCat(TaskName(Info(entry)),
                       " waits for the next start: ", posted.message()));
    }
  }
}

// ---- submitting ------------------------------------------------------------

absl::Status Runner::CheckSpec(const TaskSpec& spec) const {
  if (spec.kind.empty()) {
    return absl::InvalidArgumentError("a task needs the name of its kind");
  }
  SKG_RETURN_IF_ERROR(CheckPart("kind", spec.kind, kMaxKindBytes));
  SKG_RETURN_IF_ERROR(CheckPart("title", spec.title, kMaxTitleBytes));
  SKG_RETURN_IF_ERROR(CheckPart("unit", spec.unit, kMaxUnitBytes));
  return CheckPart("resume payload", spec.resume, kMaxResumeBytes);
}

// Ids come in blocks that grow with their use: a program that runs one task
// takes one number, one that folds many small graphs writes a row in a while.
absl::StatusOr<uint64_t> Runner::NextId() {
  const std::lock_guard lock(id_mutex_);
  if (next_id_ == end_id_) {
    const uint32_t block = std::clamp(2 * id_block_, 1U, kMaxIdBlock);
    SKG_ASSIGN_OR_RETURN(next_id_, store_.AllocateIds(block));
    id_block_ = block;
    end_id_ = next_id_ + block;
  }
  return next_id_++;
}

absl::StatusOr<TaskHandle> Runner::Submit(TaskSpec spec,
                                          TaskFunction function) {
  SKG_RETURN_IF_ERROR(CheckSpec(spec));
  const auto kind = options_.kinds.find(spec.kind);
  if (!function && kind != options_.kinds.end()) function = kind->second;
  if (!function) {
    return absl::InvalidArgumentError(
        absl::StrCat("no function runs tasks of kind \"", spec.kind, "\""));
  }
  TaskRecord record;
  SKG_ASSIGN_OR_RETURN(record.info.id, NextId());
  record.info.kind = std::move(spec.kind);
  record.info.pool = spec.pool;
  record.info.title = std::move(spec.title);
  record.info.graph = std::move(spec.graph);
  record.info.persistent = spec.persistent;
  record.info.created = Now();
  record.info.progress.unit = std::move(spec.unit);
  record.resumable = spec.persistent && kind != options_.kinds.end();
  record.resume = std::move(spec.resume);

  const auto entry = std::make_shared<TaskEntry>(std::move(record));
  entry->function = std::move(function);
  SKG_RETURN_IF_ERROR(Save(entry, /*durable=*/true));
  if (absl::Status queued = Add(entry); !queued.ok()) {
    if (spec.persistent) EraseRows({entry->id});
    return queued;
  }
  return TaskHandle(this, entry);
}

absl::Status Runner::Add(const EntryPtr& entry) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      return absl::UnavailableError("the data directory is being closed");
    }
    entries_[entry->id] = entry;
  }
  absl::Status queued = Enqueue(entry);
  if (queued.ok()) return queued;
  const std::lock_guard lock(mutex_);
  // A shutdown may have taken it meanwhile: then it has ended in order.
  if (entry->claimed) return absl::OkStatus();
  entry->claimed = true;
  entries_.erase(entry->id);
  return queued;
}

absl::Status Runner::Enqueue(const EntryPtr& entry) {
  return pools_[PoolIndex(entry->pool)]->Post([this, entry] { Run(entry); });
}

// ---- running ---------------------------------------------------------------

void Runner::Run(const EntryPtr& entry) {
  if (Begin(entry)) End(entry, Call(entry));
}

bool Runner::Begin(const EntryPtr& entry) {
  {
    const std::lock_guard lock(mutex_);
    if (entry->claimed || stopping_) return false;
    entry->claimed = true;
    TaskRecord& record = entry->record;
    record.info.state = TaskState::kRunning;
    record.info.started = Now();
    ++record.info.attempts;
    record.done_at_start = record.info.progress.done;
    entry->next_save = *record.info.started + options_.save_interval;
  }
  Save(entry, /*durable=*/false).IgnoreError();  // told there
  return true;
}

absl::StatusOr<std::string> Runner::Call(const EntryPtr& entry) {
  TaskContext context(*this, entry, [&] {
    const std::lock_guard lock(mutex_);
    return entry->record.resume;
  }());
  try {
    return entry->function(context);
  } catch (const std::exception& error) {
    return absl::InternalError(
        absl::StrCat("the task threw an exception: ", error.what()));
  } catch (...) {
    return absl::InternalError("the task threw something unknown");
  }
}

void Runner::End(const EntryPtr& entry, absl::StatusOr<std::string> result) {
  if (result.ok() && result->size() > kMaxResultBytes) {
    result = absl::ResourceExhaustedError(absl::StrCat(
        "the task did its work, but its result has ", result->size(),
        " bytes; a result has at most ", kMaxResultBytes));
  }
  if (result.ok()) {
    Finish(entry, TaskState::kSucceeded, absl::OkStatus(), *std::move(result))
        .IgnoreError();  // told there
    return;
  }
  bool asked = false;
  bool stopping = false;
  bool resumable = false;
  {
    const std::lock_guard lock(mutex_);
    asked = entry->cancel_asked;
    stopping = stopping_;
    resumable = entry->record.resumable;
  }
  TaskState state = TaskState::kFailed;
  absl::Status error = result.status();
  if (absl::IsCancelled(error) && asked) {
    state = TaskState::kCancelled;
  } else if (absl::IsCancelled(error) && stopping) {
    if (resumable) {
      Leave(entry);
      return;
    }
    state = TaskState::kInterrupted;
    error = absl::AbortedError(
        "the data directory was closed while the task ran; start it again");
  }
  Finish(entry, state, error, {}).IgnoreError();  // told there
}

absl::Status Runner::Finish(const EntryPtr& entry, TaskState state,
                            const absl::Status& error, std::string result) {
  const std::lock_guard saving(entry->save_mutex);
  TaskRecord record;
  {
    const std::lock_guard lock(mutex_);
    record = entry->record;
  }
  record.info.state = state;
  record.info.error = Clipped(error);
  record.info.result = std::move(result);
  record.info.finished = Now();
  record.resume.clear();
  if (state == TaskState::kFailed) {
    Log(absl::StrCat(TaskName(record.info),
                     " failed: ", record.info.error.message()));
  }
  // An interruption that is lost is found again by the next Open.
  absl::Status stored =
      Write(record, /*durable=*/state != TaskState::kInterrupted);
  std::vector<uint64_t> old;
  TaskFunction function;  // what it holds goes without the lock
  {
    const std::lock_guard lock(mutex_);
    const TaskInfo& info = record.info;
    if (info.persistent) {
      ended_.emplace(*info.finished, info.id);
    } else {
      entries_.erase(info.id);
    }
    record.info.storage = stored;
    entry->record = std::move(record);
    function.swap(entry->function);
    entry->changed.notify_all();
    old = TakeOldLocked();
  }
  EraseRows(old);
  return stored;
}

// Back to the queue, in the store: the next process goes on.
void Runner::Leave(const EntryPtr& entry) {
  {
    const std::lock_guard lock(mutex_);
    entry->record.info.state = TaskState::kQueued;
    entry->claimed = false;
  }
  Save(entry, /*durable=*/true).IgnoreError();  // told there
}

void Runner::Progress(const EntryPtr& entry, uint64_t done, uint64_t total) {
  {
    const std::lock_guard lock(mutex_);
    TaskRecord& record = entry->record;
    if (record.info.state != TaskState::kRunning) return;
    const absl::Time now = Now();
    record.info.progress.done = done;
    record.info.progress.total = total;
    record.progress_time = now;
    // A resumed task may have begun before the last point that was stored.
    record.done_at_start = std::min(record.done_at_start, done);
    if (!record.info.persistent || now < entry->next_save) return;
    entry->next_save = now + options_.save_interval;
  }
  Save(entry, /*durable=*/false).IgnoreError();  // told there
}

absl::Status Runner::SaveResume(const EntryPtr& entry,
                                std::string_view payload) {
  SKG_RETURN_IF_ERROR(CheckPart("resume payload", payload, kMaxResumeBytes));
  {
    const std::lock_guard lock(mutex_);
    TaskRecord& record = entry->record;
    if (!record.resumable) {
      return absl::FailedPreconditionError(absl::StrCat(
          TaskName(record.info), " cannot be resumed: no kind \"",
          record.info.kind, "\" is registered, or the task is transient"));
    }
    // To go on from a new point is no repetition of a crash.
    if (record.resume != payload) record.crashes = 0;
    record.resume = std::string(payload);
  }
  return Save(entry, /*durable=*/true);
}

// ---- storing ---------------------------------------------------------------

absl::Status Runner::Save(const EntryPtr& entry, bool durable) {
  const std::lock_guard saving(entry->save_mutex);
  TaskRecord record;
  {
    const std::lock_guard lock(mutex_);
    if (!entry->record.info.persistent) return absl::OkStatus();
    record = entry->record;
  }
  absl::Status stored = Write(record, durable);
  const std::lock_guard lock(mutex_);
  entry->record.info.storage = stored;
  return stored;
}

absl::Status Runner::Write(const TaskRecord& record, bool durable) {
  if (!record.info.persistent) return absl::OkStatus();
  absl::Status stored = store_.Save(record, durable);
  if (!stored.ok()) {
    Log(absl::StrCat(TaskName(record.info),
                     ": its row could not be written: ", stored.message()));
  }
  return stored;
}

std::vector<uint64_t> Runner::TakeOldLocked() {
  const absl::Time horizon = Now() - options_.keep_ended_for;
  std::vector<uint64_t> old;
  while (!ended_.empty() && (ended_.size() > options_.keep_ended ||
                             ended_.begin()->first < horizon)) {
    old.push_back(ended_.begin()->second);
    entries_.erase(old.back());
    ended_.erase(ended_.begin());
  }
  return old;
}

void Runner::EraseRows(const std::vector<uint64_t>& ids) {
  if (ids.empty()) return;
  if (const absl::Status erased = store_.Erase(ids); !erased.ok()) {
    Log(absl::StrCat(ids.size(), " old tasks stay until the next start: ",
                     erased.message()));
  }
}

absl::StatusOr<uint64_t> Runner::Prune(absl::Time before) {
  std::vector<std::pair<absl::Time, uint64_t>> old;
  std::vector<uint64_t> ids;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& ended : ended_) {
      if (ended.first >= before) break;
      old.push_back(ended);
      ids.push_back(ended.second);
    }
  }
  if (ids.empty()) return uint64_t{0};
  SKG_RETURN_IF_ERROR(store_.Erase(ids));
  const std::lock_guard lock(mutex_);
  for (const auto& ended : old) {
    ended_.erase(ended);
    entries_.erase(ended.second);
  }
  return uint64_t{ids.size()};
}

// ---- asking ----------------------------------------------------------------

absl::Time Runner::Now() const {
  return options_.clock ? options_.clock() : absl::Now();
}

void Runner::Log(std::string_view line) const {
  if (options_.log) options_.log(line);
}

TaskInfo Runner::Info(const EntryPtr& entry) const {
  const std::lock_guard lock(mutex_);
  return Describe(entry->record, Now());
}

std::vector<TaskInfo> Runner::List() const {
  const std::lock_guard lock(mutex_);
  const absl::Time now = Now();
  std::vector<TaskInfo> infos;
  infos.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) {
    infos.push_back(Describe(entry->record, now));
  }
  return infos;
}

absl::StatusOr<Runner::EntryPtr> Runner::Find(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(id);
  if (it != entries_.end()) return it->second;
  return absl::NotFoundError(absl::StrCat(
      "there is no task ", id, "; tasks that ended long ago are forgotten"));
}

absl::StatusOr<TaskInfo> Runner::Info(uint64_t id) const {
  SKG_ASSIGN_OR_RETURN(const EntryPtr entry, Find(id));
  return Info(entry);
}

absl::Status Runner::Cancel(uint64_t id) {
  SKG_ASSIGN_OR_RETURN(const EntryPtr entry, Find(id));
  return Cancel(entry);
}

absl::Status Runner::Cancel(const EntryPtr& entry) {
  {
    const std::lock_guard lock(mutex_);
    const TaskInfo& info = entry->record.info;
    if (TaskEnded(info.state)) {
      return absl::FailedPreconditionError(absl::StrCat(
          TaskName(info), " has ended: ", av(TaskStateName(info.state))));
    }
    entry->cancel_asked = true;
    entry->cancellation.Cancel();
    if (entry->claimed) return absl::OkStatus();
    entry->claimed = true;
  }
  return Finish(entry, TaskState::kCancelled,
                absl::CancelledError("cancelled before it ran"), {});
}

absl::StatusOr<TaskInfo> Runner::Wait(uint64_t id, absl::Time deadline) {
  SKG_ASSIGN_OR_RETURN(const EntryPtr entry, Find(id));
  return Wait(entry, deadline);
}

absl::StatusOr<TaskInfo> Runner::Wait(const EntryPtr& entry,
                                      absl::Time deadline) {
  std::unique_lock lock(mutex_);
  const TaskInfo& info = entry->record.info;
  while (!TaskEnded(info.state)) {
    if (entry->left) {
      return absl::UnavailableError(
          absl::StrCat(TaskName(info),
                       " did not end: the data directory was closed; the next "
                       "process that opens it resumes the task"));
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          TaskName(info), " is ", av(TaskStateName(info.state)), ": ",
          ProgressText(info.progress), "; allow more time or cancel it"));
    }
    WaitUntil(entry->changed, lock, deadline);
  }
  return Describe(entry->record, Now());
}

// ---- the end ---------------------------------------------------------------

void Runner::Shutdown() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [id, entry] : entries_) {
      if (entry->claimed) entry->cancellation.Cancel();
    }
  }
  for (const auto& pool : pools_) pool->Stop();
  std::vector<EntryPtr> waiting;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      // What is claimed by now ends in a thread that cancels it.
      if (entry->claimed || TaskEnded(entry->record.info.state)) continue;
      if (entry->record.resumable) {
        entry->left = true;
        entry->changed.notify_all();
      } else {
        entry->claimed = true;
        waiting.push_back(entry);
      }
    }
  }
  for (const EntryPtr& entry : waiting) {
    Finish(entry, TaskState::kInterrupted,
           absl::AbortedError("the data directory was closed before the task "
                              "ran; start it again"),
           {})
        .IgnoreError();  // told there
  }
}

}  // namespace skg::tasks
