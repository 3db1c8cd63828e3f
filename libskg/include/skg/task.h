// Tasks: work that outlives the call that began it, the same from every door.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "skg/export.h"

namespace skg {

// Each pool has threads of its own, so that no kind of work starves another.
// The numbers are stored: never renumber.
enum class TaskPool : uint8_t {
  kImport = 1,
  kIndex = 2,
  kAnalytics = 3,
  kMaintenance = 4,
};

// The numbers are stored: never renumber.
enum class TaskState : uint8_t {
  kQueued = 1,       // waits for a thread of its pool
  kRunning = 2,      // has one
  kSucceeded = 3,    // ended; `result` holds what it gave
  kFailed = 4,       // ended; `error` says why
  kCancelled = 5,    // ended because somebody cancelled it
  kInterrupted = 6,  // the process ended first, and it cannot be resumed
};

// "import", "running": lower case, as in JSON.
[[nodiscard]] SKG_EXPORT std::string_view TaskPoolName(TaskPool pool);
[[nodiscard]] SKG_EXPORT std::string_view TaskStateName(TaskState state);
// Whether a task of this state will never run again.
[[nodiscard]] SKG_EXPORT bool TaskEnded(TaskState state);

struct TaskProgress {
  uint64_t done = 0;
  uint64_t total = 0;  // 0: not known
  std::string unit;    // what is counted: "statements", "bytes"
  // Units a second since it was last started; 0: not known.
  double rate = 0;
  // How long it still takes at that rate; infinite: not known.
  absl::Duration remaining = absl::InfiniteDuration();
};

// A task at one moment.
struct TaskInfo {
  uint64_t id = 0;   // never given again in this data directory
  std::string kind;  // what it does: "fold", "load"
  TaskPool pool = TaskPool::kMaintenance;
  std::string title;  // on what: "acme/main", "people.ttl into acme/main"
  // The graph that it works on, as "acme/main"; empty: not on one graph.
  std::string graph;
  TaskState state = TaskState::kQueued;
  // Whether it is stored. Short maintenance work is not: such a task is listed
  // while it is alive and leaves nothing behind.
  bool persistent = true;
  absl::Time created;
  std::optional<absl::Time> started;  // the last time it was
  // Of an interrupted task: when that was found.
  std::optional<absl::Time> finished;
  uint32_t attempts = 0;  // how often it was started
  TaskProgress progress;
  std::string result;  // JSON text; empty: none
  absl::Status error;  // not OK: failed, cancelled or interrupted, and why
  // Not OK: this state could not be stored; it will not outlast the process.
  absl::Status storage;
};

// One line of JSON: id, kind, pool, title, graph, state, persistent, created,
// started, finished (ISO 8601 in UTC, or null), attempts, progress {done,
// total, unit, rate, remaining_seconds; null where not known}, result (any
// JSON, or null), error and storage_error ({code, message}, or null).
[[nodiscard]] SKG_EXPORT std::string TaskJson(const TaskInfo& task);

}  // namespace skg
