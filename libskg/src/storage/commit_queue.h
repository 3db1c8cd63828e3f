// CommitQueue: where the writers of one graph meet. One of them leads: it turns
// the waiting commits into one batch (group commit) and writes it, while the
// next leader already prepares the next batch.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/commit_writer.h"
#include "storage/group_sync.h"
#include "storage/prepared_commit.h"

namespace skg::storage {

// Thread safety: all methods from any thread.
class CommitQueue {
 public:
  CommitQueue(GraphState& graph, GroupSync& sync, size_t run_rows)
      : graph_(graph), sync_(sync), run_rows_(run_rows) {}

  // Returns once the commit is as durable as it asks for, or has failed.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(
      const CommitRequest& request);
  // The same for less memory: the request's terms go once they are encoded.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(CommitRequest&& request);

  // Replaces the manifest between two commits: `edit` changes the copy it gets
  // (its number is given after), may correct the head's delta_rows, and adds
  // rows; on an error of `edit`, which must then have added none, nothing
  // happens. It runs on the leader's thread and must not wait. Returns once the
  // new manifest is visible.
  using ManifestEdit = CommitWriter::ManifestEdit;
  [[nodiscard]] absl::Status EditManifest(const ManifestEdit& edit);

  // Runs `edit` on the leader's thread, between commits; what it adds to the
  // batch is written as durably as asked for. With `alone` nothing is on its
  // way meanwhile: what the store shows is all there is, and writers wait until
  // it ends. On an error of `edit` nothing happens.
  using WriterEdit = std::function<absl::Status(CommitWriter&, CommitBatch&)>;
  [[nodiscard]] absl::Status Edit(const WriterEdit& edit, Durability durability,
                                  bool alone = false);

  // Fails everything that waits or comes later, and returns once nothing is
  // being written any more.
  void Close(const absl::Status& reason);
  // Takes commits again.
  void Reopen();

  // Forgets what the writer knows, if nobody writes: the next commit reads it.
  void ReleaseMemory();

 private:
  using Members = std::vector<PreparedCommit*>;

  // `consumed`: the same request where its terms may go, else null.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(
      const CommitRequest& request, CommitRequest* consumed);
  // Queues and returns once it is written or has failed.
  [[nodiscard]] absl::Status Wait(PreparedCommit& commit);
  void Lead();
  // Whether the first who waits must wait on.
  [[nodiscard]] bool MustWait(const CommitBatch& batch) const;
  // Makes a commit as durable as it asks for, once it is written.
  [[nodiscard]] absl::Status Settle(Durability durability);
  // Moves waiting commits into the batch; without the lock while it works.
  // Commits that fail alone go to `failed`.
  void Gather(std::unique_lock<std::mutex>& lock, CommitBatch& batch,
              Members& members, Members& failed);
  // Ends the batch without writing it.
  void Abandon(std::unique_lock<std::mutex>& lock, const Members& members,
               const absl::Status& status);
  void WriteBatch(std::unique_lock<std::mutex>& lock, CommitBatch batch,
                  const Members& members);
  // Hands the lead to the first who waits, if any.
  void PassLead();
  void TellWriter();
  // The leader's, or under the lock where there is none.
  [[nodiscard]] CommitWriter& writer();
  // Without the lock: the owners run on at once.
  static void Finish(const Members& members, const absl::Status& status);

  GraphState& graph_;
  GroupSync& sync_;
  const size_t run_rows_;

  std::mutex mutex_;
  std::vector<PreparedCommit*> waiting_;  // in the order they came
  bool leading_ = false;  // somebody prepares a batch (and owns writer_)
  bool writing_ = false;  // somebody writes a batch
  // For the leader (many wait, or the writing ended) and for Close.
  std::condition_variable turn_;
  std::vector<CommitBatch> visible_;  // written, not yet told to the writer
  absl::Status broken_;  // a write failed since the last batch was begun
  absl::Status closed_;

  std::unique_ptr<CommitWriter> writer_;  // made when it is needed
};

}  // namespace skg::storage
