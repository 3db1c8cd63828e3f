// A bulk load as a task of the engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/graph_impl.h"
#include "skg/load.h"
#include "storage/bulk_load.h"
#include "tasks/task_runner.h"

namespace skg::engine {

// What the task's function has at hand, on the task's thread.
class BulkTask {
 public:
  using Load = std::function<absl::StatusOr<LoadResult>(const BulkTask&)>;

  [[nodiscard]] const storage::BulkLoadOptions& options() const {
    return options_;
  }
  // How far it is; false: the load shall end.
  bool Progress(uint64_t bytes, uint64_t statements) const;

 private:
  friend absl::StatusOr<LoadResult> RunBulkTask(
      GraphImpl& graph, const std::string& what,
      const std::function<bool(uint64_t bytes, uint64_t statements)>& progress,
      const Load& load);

  // Of the last report, for the thread that waits.
  struct Shared {
    std::atomic<uint64_t> bytes{0}, statements{0};
  };
  // On the task's thread.
  static absl::StatusOr<LoadResult> Run(EngineImpl& engine,
                                        tasks::TaskContext& context,
                                        Shared& shared, const Load& load);
  BulkTask(tasks::TaskContext& context, storage::BulkLoadOptions options,
           Shared& shared)
      : context_(context), options_(std::move(options)), shared_(shared) {}

  tasks::TaskContext& context_;
  const storage::BulkLoadOptions options_;
  Shared& shared_;
};

// Runs `load` as a task of kind "load", `what` in its title, and waits for it.
// `progress` (may be null) is called on this thread now and then until it ends;
// false cancels. Errors: those of `load`; kCancelled also where somebody else
// cancelled the task.
[[nodiscard]] absl::StatusOr<LoadResult> RunBulkTask(
    GraphImpl& graph, const std::string& what,
    const std::function<bool(uint64_t bytes, uint64_t statements)>& progress,
    const BulkTask::Load& load);

}  // namespace skg::engine
