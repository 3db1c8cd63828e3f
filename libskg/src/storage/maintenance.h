// Maintenance: folds and merges in the background, so that reads stay fast and
// the delta small. One thread a store; a graph asks for it after a commit.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "base/cancellation.h"

namespace skg::storage {

class GraphState;

// Folds the delta if it has at least `fold_rows` rows, then merges while runs
// want it. Errors as FoldDelta.
[[nodiscard]] absl::Status Maintain(GraphState& graph, uint64_t fold_rows,
                                    const Cancellation* cancellation);
// Everything into one live and one history run.
[[nodiscard]] absl::Status CompactGraph(GraphState& graph,
                                        const Cancellation* cancellation);

// Thread safety: all methods from any thread.
class Maintenance {
 public:
  struct Options {
    uint64_t fold_rows = 0;  // of the delta that make a fold worth it
    std::function<void(std::string_view)> log;
  };
  explicit Maintenance(Options options);
  // Cancels what runs and waits for it.
  ~Maintenance();

  // How a graph stands after a commit.
  struct Backlog {
    uint64_t delta_rows = 0;
    size_t runs = 0;
    bool wants_merge = false;
  };
  // O(1) where nothing is due or it is asked for already. Where far too many
  // runs wait for their merge, takes a moment that grows with their number: the
  // caller writes faster than the background can follow.
  void CommitDone(GraphState& graph, const Backlog& backlog);
  // Waits until nothing is asked for any more (for tests and benchmarks).
  void WaitIdle();

 private:
  void Run();

  const Options options_;
  Cancellation cancellation_;
  std::mutex mutex_;
  std::condition_variable work_, idle_;
  std::deque<std::pair<uint32_t, std::weak_ptr<GraphState>>> waiting_;
  absl::flat_hash_set<uint32_t> wanted_;  // the numbers of those
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace skg::storage
