// What all handles of one open graph share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/dictionary.h"
#include "storage/graph_log.h"
#include "storage/history.h"
#include "storage/kv.h"
#include "storage/rows.h"
#include "storage/run.h"
#include "storage/store.h"

namespace skg::storage {

class CommitMemory;
class CommitParticipant;
class CommitQueue;
class GroupSync;
class Maintenance;

// One consistent state of a graph, as of its last commit or an earlier one.
// Immutable; released before the store.
class Snapshot {
 public:
  Snapshot(std::shared_ptr<GraphState> graph, std::unique_ptr<KvSnapshot> kv,
           const Head& head, Manifest manifest,
           std::vector<std::shared_ptr<const Run>> runs)
      : graph_(std::move(graph)),
        kv_(std::move(kv)),
        head_(head),
        manifest_(std::move(manifest)),
        commit_(head.last_commit),
        time_micros_(head.last_time_micros),
        runs_(std::move(runs)) {}
  // The state after an earlier commit, read from the same rows.
  Snapshot(std::shared_ptr<const Snapshot> present, uint64_t commit,
           int64_t time_micros)
      : graph_(present->graph_),
        head_(present->head_),
        manifest_(present->manifest_),
        commit_(commit),
        time_micros_(time_micros),
        runs_(present->runs_),
        present_(std::move(present)) {}
  // What `base` would show after commits that never were, one for each of
  // `drafts`. Like an as-of state it has no counts of its own.
  Snapshot(std::shared_ptr<const Snapshot> base,
           const std::vector<std::shared_ptr<const Run>>& drafts)
      : Snapshot(base, base->commit() + drafts.size(), base->time_micros()) {
    runs_.insert(runs_.end(), drafts.begin(), drafts.end());
    for (const auto& draft : drafts) manifest_.runs.push_back(draft->info());
    head_.last_commit = commit_ + 1;
  }

  [[nodiscard]] GraphState& graph() const { return *graph_; }
  [[nodiscard]] const KvSnapshot* kv() const {
    return present_ != nullptr ? present_->kv() : kv_.get();
  }
  // The commit it is read at, and when that was: rows of later commits are not
  // seen.
  [[nodiscard]] uint64_t commit() const { return commit_; }
  [[nodiscard]] int64_t time_micros() const { return time_micros_; }
  // It is read at an earlier commit than its head's: the head's counts, and
  // all others that the store keeps, are not its own.
  [[nodiscard]] bool as_of() const { return commit_ < head_.last_commit; }
  // Of the rows below; see as_of().
  [[nodiscard]] const Head& head() const { return head_; }
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
  uint64_t commit_;
  int64_t time_micros_;
  std::vector<std::shared_ptr<const Run>> runs_;
  std::shared_ptr<const Snapshot>
      present_;  // whose rows these are; may be null
};

// Thread safety: all methods from any thread.
class GraphState : public std::enable_shared_from_this<GraphState> {
 public:
  // `maintenance` may be null: nothing is folded then but on demand. `holds`
  // may be null: nothing holds the past. `quota` may be null: no limits.
  // `run_memory` may be null: nobody counts it. `commit_memory` may be null:
  // commits take what they need. `participant` may be null.
  GraphState(GraphDescription description, KvStore& kv, Dictionary& dictionary,
             BlockCache& blocks, GroupSync& sync, size_t run_rows,
             Maintenance* maintenance = nullptr, HoldCheck* holds = nullptr,
             QuotaCheck* quota = nullptr, RunMemory* run_memory = nullptr,
             CommitMemory* commit_memory = nullptr,
             CommitParticipant* participant = nullptr);
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

  // The state after a past commit; the last one's is Latest(). kOutOfRange:
  // before the horizon, or after the last commit (the message says which).
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotAt(
      uint64_t commit);
  // The last commit at a time; a time to come means the present. kOutOfRange:
  // before the horizon, or before the first commit.
  [[nodiscard]] absl::StatusOr<uint64_t> CommitAt(absl::Time time);

  [[nodiscard]] absl::StatusOr<History> ReadHistory() const;
  // Forgets the states before this commit; durable. Only ever forward: an
  // earlier one is kInvalidArgument, one after the last kOutOfRange, a hold
  // kFailedPrecondition.
  [[nodiscard]] absl::Status SetHorizon(uint64_t commit);
  // How long superseded states are kept; unset: as the store says.
  [[nodiscard]] absl::Status SetHistoryKept(
      std::optional<absl::Duration> kept_for);
  // Moves the horizon to what `kept_for`, or the graph's own setting, asks for
  // at this time. A hold is no error: the horizon stays.
  [[nodiscard]] absl::Status AdvanceHorizon(absl::Duration kept_for,
                                            absl::Time now);

  // Called by the writer once a batch is visible.
  void Publish(uint64_t commit);
  [[nodiscard]] uint64_t published() const {
    return published_.load(std::memory_order_acquire);
  }
  [[nodiscard]] bool WaitForCommit(uint64_t commit, absl::Time deadline);

  // Somebody reads or writes it; see OpenGraphs::Sweep.
  void MarkUsed() {
    if (!used_.load(std::memory_order_relaxed))
      used_.store(true, std::memory_order_relaxed);
  }
  [[nodiscard]] bool TakeUsed() { return used_.exchange(false); }
  // Gives back what can be read again.
  void ReleaseMemory();
  // Of the fences and filters of its runs, gives back those that nobody has
  // used since the last call; who has a view keeps what that view has loaded.
  void ReleaseUnusedRuns();

  // Whether the next upkeep may find something to forget; told by the last one.
  // Only one thread at a time.
  [[nodiscard]] bool UpkeepDue(absl::Time now) const {
    return upkeep_commit_ != published() ||
           absl::ToUnixMicros(now) >= upkeep_due_.load();
  }
  void UpkeepDone(uint64_t commit, absl::Time due) {
    upkeep_commit_ = commit;
    upkeep_due_ = absl::ToUnixMicros(due);
  }

  // Of a read-only store: the present state, which becomes the published one.
  // Nothing is shared: a snapshot that is kept would hold back the next.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Snapshot>> Follow();
  // The first commit whose log entry is kept.
  [[nodiscard]] uint64_t FirstLogged() const;

  void MarkDropped();
  [[nodiscard]] bool dropped() const {
    return dropped_.load(std::memory_order_acquire);
  }
  [[nodiscard]] absl::Status DroppedStatus() const;

  // As GraphLog::TimeOf.
  [[nodiscard]] absl::StatusOr<absl::Time> TimeOfCommit(
      uint64_t commit, const KvSnapshot* at = nullptr);

  // Visits the changes of a commit. Of an entry by reference none, or those in
  // the runs: kOutOfRange where the history that has them was forgotten.
  enum class LogExpansion { kNone, kFull };
  [[nodiscard]] absl::StatusOr<LogHeader> ReadLog(uint64_t commit,
                                                  LogExpansion expansion,
                                                  const ChangeVisitor& visit);
  // Held by who loads in bulk: one at a time.
  [[nodiscard]] std::mutex& loading() { return loading_; }

  const GraphDescription description;
  KvStore& kv;
  Dictionary& dictionary;
  BlockCache& blocks;
  [[nodiscard]] GraphLog& log() { return log_; }
  [[nodiscard]] CommitQueue& queue() { return *queue_; }
  // Held by who folds or merges: one at a time.
  [[nodiscard]] std::mutex& rewriting() { return rewriting_; }
  [[nodiscard]] Maintenance* maintenance() const { return maintenance_; }
  [[nodiscard]] QuotaCheck* quota() const { return quota_; }
  [[nodiscard]] CommitMemory* commit_memory() const { return commit_memory_; }
  [[nodiscard]] CommitParticipant* participant() const { return participant_; }

 private:
  [[nodiscard]] std::string Name() const;
  [[nodiscard]] absl::Status MissingChanges(uint64_t commit, uint64_t found,
                                            uint64_t expected) const;
  [[nodiscard]] bool PollForCommit(uint64_t commit, absl::Time deadline);
  [[nodiscard]] absl::Status WriteHistory(const History& history);
  [[nodiscard]] absl::Status MoveHorizon(History history, uint64_t commit);

  HoldCheck* const holds_;
  QuotaCheck* const quota_;
  RunMemory* const run_memory_;
  CommitMemory* const commit_memory_;
  CommitParticipant* const participant_;
  GraphLog log_;

  // A snapshot that may outlive the state only with `self` (else null).
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Snapshot>> MakeSnapshot(
      std::shared_ptr<GraphState> self);

  std::atomic<bool> used_{true};
  uint64_t upkeep_commit_ = UINT64_MAX;
  std::atomic<int64_t> upkeep_due_{INT64_MIN};

  std::atomic<uint64_t> published_{0};
  std::atomic<bool> dropped_{false};

  std::mutex loading_;
  std::mutex rewriting_;
  Maintenance* const maintenance_;

  std::mutex mutex_;
  std::unique_ptr<std::condition_variable> advanced_;  // made by who waits
  size_t waiting_ = 0;
  // Does not hold this state, which would never end.
  std::shared_ptr<const Snapshot> latest_;
  uint64_t publications_ = 0;
  std::unique_ptr<const Manifest> manifest_;  // the newest that was read
  absl::flat_hash_map<uint32_t, std::weak_ptr<const Run>> runs_;
  uint64_t live_runs_of_ = 0;  // the manifest that `live_runs_` belongs to
  std::vector<std::shared_ptr<const Run>> live_runs_;

  std::unique_ptr<CommitQueue> queue_;
};

}  // namespace skg::storage
