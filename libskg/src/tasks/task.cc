#include "tasks/task.h"

#include "absl/strings/str_cat.h"

namespace skg {

std::string_view TaskPoolName(TaskPool pool) {
  switch (pool) {
    case TaskPool::kImport:
      return "import";
    case TaskPool::kIndex:
      return "index";
    case TaskPool::kAnalytics:
      return "analytics";
    case TaskPool::kMaintenance:
      break;
  }
  return "maintenance";
}

std::string_view TaskStateName(TaskState state) {
  switch (state) {
    case TaskState::kQueued:
      return "queued";
    case TaskState::kRunning:
      return "running";
    case TaskState::kSucceeded:
      return "succeeded";
    case TaskState::kFailed:
      return "failed";
    case TaskState::kCancelled:
      return "cancelled";
    case TaskState::kInterrupted:
      break;
  }
  return "interrupted";
}

bool TaskEnded(TaskState state) {
  return state != TaskState::kQueued && state != TaskState::kRunning;
}

namespace tasks {
namespace {

// The last moment that the progress of the last run is known for.
absl::Time EndOfRun(const TaskRecord& record, absl::Time now) {
  const TaskInfo& info = record.info;
  if (info.state == TaskState::kRunning) return now;
  if (info.state == TaskState::kInterrupted || !info.finished) {
    return record.progress_time.value_or(absl::InfinitePast());
  }
  return *info.finished;
}

double RateOf(const TaskRecord& record, absl::Time now) {
  const TaskInfo& info = record.info;
  if (!info.started || info.progress.done <= record.done_at_start) return 0;
  const absl::Duration taken = EndOfRun(record, now) - *info.started;
  if (taken <= absl::ZeroDuration()) return 0;
  return static_cast<double>(info.progress.done - record.done_at_start) /
         absl::ToDoubleSeconds(taken);
}

absl::Duration RemainingOf(const TaskInfo& info, double rate) {
  const TaskProgress& progress = info.progress;
  if (info.state != TaskState::kRunning || progress.total == 0) {
    return absl::InfiniteDuration();
  }
  if (progress.done >= progress.total) return absl::ZeroDuration();
  if (rate <= 0) return absl::InfiniteDuration();
  return absl::Seconds(static_cast<double>(progress.total - progress.done) /
                       rate);
}

}  // namespace

TaskInfo Describe(const TaskRecord& record, absl::Time now) {
  TaskInfo info = record.info;
  info.progress.rate = RateOf(record, now);
  info.progress.remaining = RemainingOf(info, info.progress.rate);
  return info;
}

std::string TaskName(const TaskInfo& info) {
  return absl::StrCat(info.kind, " \"", info.title, "\" (task ", info.id, ")");
}

std::string ProgressText(const TaskProgress& progress) {
  std::string text = absl::StrCat(progress.done);
  if (progress.total > 0) absl::StrAppend(&text, " of ", progress.total);
  if (!progress.unit.empty()) absl::StrAppend(&text, " ", progress.unit);
  return text;
}

}  // namespace tasks
}  // namespace skg
