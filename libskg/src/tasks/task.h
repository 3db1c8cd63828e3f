// What a task is at rest, and the limits of its parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "skg/task.h"

namespace skg::tasks {

inline constexpr size_t kTaskPools = 4;
[[nodiscard]] inline size_t PoolIndex(TaskPool pool) {
  return static_cast<size_t>(pool) - 1;
}

inline constexpr size_t kMaxKindBytes = 64;
inline constexpr size_t kMaxUnitBytes = 64;
inline constexpr size_t kMaxTitleBytes = 4 << 10;
inline constexpr size_t kMaxErrorBytes = 4 << 10;  // longer ones are cut
inline constexpr size_t kMaxResultBytes = 64 << 10;
inline constexpr size_t kMaxResumeBytes = 256 << 10;

// `info.progress.rate` and `.remaining` and `info.storage` are not kept: see
// Describe.
struct TaskRecord {
  TaskInfo info;
  // Its kind can go on from `resume` in another process.
  bool resumable = false;
  std::string resume;
  // Runs that ended with the process and not by a shutdown.
  uint32_t crashes = 0;
  uint64_t done_at_start = 0;               // progress when it was last started
  std::optional<absl::Time> progress_time;  // of the last report
};

// The record as the world sees it at `now`: the one place where rate and
// remaining time are computed. Both are over the whole of the last run.
[[nodiscard]] TaskInfo Describe(const TaskRecord& record, absl::Time now);

// "load \"people.ttl\" (task 7)", for messages.
[[nodiscard]] std::string TaskName(const TaskInfo& info);
// "5 of 10 statements".
[[nodiscard]] std::string ProgressText(const TaskProgress& progress);

}  // namespace skg::tasks
