// What all handles of one open graph share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/dictionary.h"
#include "storage/kv.h"
#include "storage/rows.h"
#include "storage/run.h"
#include "storage/store.h"

namespace skg::storage {

class CommitQueue;
class GroupSync;
class Maintenance;

// One consistent state of a graph. Immutable; released before the store.
class Snapshot {
 public:
  Snapshot(std::shared_ptr<GraphState> graph, std::unique_ptr<KvSnapshot> kv,
           const Head& head, Manifest manifest,
           std::vector<std::shared_ptr<const Run>> runs)
      : graph_(std::move(graph)),
        kv_(std::move(kv)),
        head_(head),
        manifest_(std::move(manifest)),
        runs_(std::move(runs)) {}

  [[nodiscard]] GraphState& graph() const { return *graph_; }
  [[nodiscard]] const KvSnapshot* kv() const { return kv_.get(); }
  [[nodiscard]] const Head& head() const { return head_; }
  // The commit that it is read at.
  [[nodiscard]] uint64_t commit() const { return head_.last_commit; }
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  // Those of the manifest, in its sequence.
  [[nodiscard]] const std::vector<std::shared_ptr<const Run>>& runs() const {
    return runs_;
  }

 private:
  std::shared_ptr<GraphState> graph_;
  std::unique_ptr<KvSnapshot> kv_;
  Head head_;
  Manifest manifest_;
  std::vector<std::shared_ptr<const Run>> runs_;
};

// Thread safety: all methods from any thread.
class GraphState : public std::enable_shared_from_this<GraphState> {
 public:
  // `maintenance` may be null: nothing is folded then but on demand.
  GraphState(GraphDescription description, KvStore& kv, Dictionary& dictionary,
             GroupSync& sync, size_t run_rows,
             Maintenance* maintenance = nullptr);
  ~GraphState();

  // Reads where the graph stands and proves that head, manifest and the last
  // log entry agree. Errors: kDataLoss.
  [[nodiscard]] absl::Status Load();

  // The present state; shared by all who ask between two commits.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Snapshot>> Latest();
  // A snapshot of its own, not shared and not kept.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Snapshot>> TakeSnapshot();

  // The runs of a manifest; what was loaded of them is shared.
  [[nodiscard]] std::vector<std::shared_ptr<const Run>> RunsOf(
      const Manifest& manifest);

  // A run that its builder has loaded: snapshots share it.
  void Adopt(const std::shared_ptr<const Run>& run);

  // Called by the writer once a batch is visible.
  void Publish(uint64_t commit);
  [[nodiscard]] uint64_t published() const {
    return published_.load(std::memory_order_acquire);
  }
  [[nodiscard]] bool WaitForCommit(uint64_t commit, absl::Time deadline);

  // Lets go of the shared snapshot, which holds this state in turn.
  void ForgetLatest();

  void MarkDropped();
  [[nodiscard]] bool dropped() const {
    return dropped_.load(std::memory_order_acquire);
  }
  [[nodiscard]] absl::Status DroppedStatus() const;

  [[nodiscard]] absl::StatusOr<absl::Time> TimeOfCommit(uint64_t commit);
  [[nodiscard]] absl::StatusOr<LogEntry> ReadLog(uint64_t commit) const;

  const GraphDescription description;
  KvStore& kv;
  Dictionary& dictionary;
  [[nodiscard]] CommitQueue& queue() { return *queue_; }
  // Held by who folds or merges: one at a time.
  [[nodiscard]] std::mutex& rewriting() { return rewriting_; }
  [[nodiscard]] Maintenance* maintenance() const { return maintenance_; }

 private:
  std::atomic<uint64_t> published_{0};
  std::atomic<bool> dropped_{false};

  std::mutex rewriting_;
  Maintenance* const maintenance_;

  std::mutex mutex_;
  std::condition_variable advanced_;
  size_t waiting_ = 0;
  std::shared_ptr<const Snapshot> latest_;
  Manifest manifest_{0, {}, {}, 0};  // the newest that was read; 0: none
  absl::flat_hash_map<uint32_t, std::weak_ptr<const Run>> runs_;
  uint64_t live_runs_of_ = 0;  // the manifest that `live_runs_` belongs to
  std::vector<std::shared_ptr<const Run>> live_runs_;
  absl::flat_hash_map<uint64_t, absl::Time> commit_times_;

  std::unique_ptr<CommitQueue> queue_;
};

}  // namespace skg::storage
