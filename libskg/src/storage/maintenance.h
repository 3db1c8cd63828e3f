// Maintenance: folds and merges as background tasks, so that reads stay fast
// and the delta small. A graph asks for them after a commit.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "base/cancellation.h"
#include "tasks/task_runner.h"

namespace skg::storage {

class GraphState;
class RewriteProgress;

// Folds the delta if it has at least `fold_rows` rows, writes clears into rows
// if they want it, then merges while runs want it. `progress` may be null.
// Errors as FoldDelta.
[[nodiscard]] absl::Status Maintain(GraphState& graph, uint64_t fold_rows,
                                    const Cancellation* cancellation,
                                    RewriteProgress* progress = nullptr);
// Everything into one live and one history run.
[[nodiscard]] absl::Status CompactGraph(GraphState& graph,
                                        const Cancellation* cancellation);

// Thread safety: all methods from any thread. The runner must be shut down
// before it ends.
class Maintenance {
 public:
  // `fold_rows`: rows of a delta that make a fold worth it.
  Maintenance(tasks::Runner& runner, uint64_t fold_rows)
      : runner_(runner), fold_rows_(fold_rows) {}

  // How a graph stands after a commit.
  struct Backlog {
    uint64_t delta_rows = 0;
    size_t runs = 0;
    size_t clears = 0;  // that are not in all rows
    bool wants_merge = false;
  };
  // O(1) where nothing is due or it is asked for already. Where far too many
  // runs wait for their merge, or clears to be written, takes a moment that
  // grows with their number: the caller writes faster than the background can
  // follow.
  void CommitDone(GraphState& graph, const Backlog& backlog);
  // Waits until nothing is asked for any more (for tests and benchmarks).
  void WaitIdle();

 private:
  class Request;

  tasks::Runner& runner_;
  const uint64_t fold_rows_;
  std::mutex mutex_;
  std::condition_variable idle_;
  absl::flat_hash_set<uint32_t> wanted_;  // graphs whose task has not begun
  size_t requests_ = 0;                   // tasks that have not ended
};

}  // namespace skg::storage
