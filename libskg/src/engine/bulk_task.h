// A bulk load as a task of the engine.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
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
  // How far it is; false: the load shall end. Waits until the caller has heard
  // of it.
  bool Progress(uint64_t bytes, uint64_t statements) const;

 private:
  friend absl::StatusOr<LoadResult> RunBulkTask(
      GraphImpl& graph, const std::string& what,
      const std::function<bool(uint64_t bytes, uint64_t statements)>& progress,
      const Load& load);

  // Between the task's thread and the one that waits for it.
  struct Shared {
    explicit Shared(bool with_listener) : listener(with_listener) {}
    const bool listener;  // somebody wants to hear of progress
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t bytes = 0, statements = 0;  // of the last report
    bool told = true;                    // the listener knows it
    bool ended = false;
  };
  // On the task's thread.
  static absl::StatusOr<LoadResult> Run(EngineImpl& engine,
                                        tasks::TaskContext& context,
                                        Shared& shared, const Load& load);
  // Until the task ends.
  static void Listen(
      const tasks::TaskHandle& task, Shared& shared,
      const std::function<bool(uint64_t bytes, uint64_t statements)>& progress);
  BulkTask(tasks::TaskContext& context, storage::BulkLoadOptions options,
           Shared& shared)
      : context_(context), options_(std::move(options)), shared_(shared) {}

  tasks::TaskContext& context_;
  const storage::BulkLoadOptions options_;
  Shared& shared_;
};

// Runs `load` as a task of kind "load", `what` in its title, and waits for it.
// `progress` (may be null) is called on this thread with every report of the
// load, and now and then between them until it ends; false cancels: a load
// whose last report was answered so does not commit. Errors: those of `load`;
// kCancelled also where somebody else cancelled the task.
[[nodiscard]] absl::StatusOr<LoadResult> RunBulkTask(
    GraphImpl& graph, const std::string& what,
    const std::function<bool(uint64_t bytes, uint64_t statements)>& progress,
    const BulkTask::Load& load);

}  // namespace skg::engine
