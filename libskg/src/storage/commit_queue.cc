#include "storage/commit_queue.h"

#include <utility>

#include "base/status.h"
#include "storage/graph_state.h"

namespace skg::storage {

namespace {

// A batch takes no further commit past this; one larger commit goes alone.
constexpr size_t kFullBatchBytes = 8 << 20;

}  // namespace

absl::StatusOr<CommitOutcome> CommitQueue::Commit(const CommitRequest& request) {
  PreparedCommit commit(request);
  SKG_RETURN_IF_ERROR(Prepare(graph_, commit));

  std::unique_lock lock(mutex_);
  if (!closed_.ok()) return closed_;
  waiting_.push_back(&commit);
  if (leading_) turn_.notify_one();
  commit.wake.wait(lock, [&] {
    return commit.done || (!leading_ && !waiting_.empty() && waiting_.front() == &commit);
  });
  if (!commit.done) Lead(lock);
  lock.unlock();

  SKG_RETURN_IF_ERROR(commit.status);
  if (request.durability == Durability::kGroup) {
    SKG_RETURN_IF_ERROR(sync_.Wait());
  } else if (request.durability == Durability::kNone) {
    sync_.MarkDirty();
  }
  return std::move(commit.outcome);
}

void CommitQueue::Lead(std::unique_lock<std::mutex>& lock) {
  leading_ = true;
  for (CommitBatch& batch : std::exchange(visible_, {})) writer_.Visible(batch);
  absl::StatusOr<CommitBatch> batch = closed_.ok() ? writer_.Begin() : closed_;
  Members members;
  if (!batch.ok()) {
    members.assign(waiting_.begin(), waiting_.end());
    waiting_.clear();
    FinishAll(members, batch.status());
    StopLeading();
    return;
  }
  // While the batch before is being written, everybody who comes joins.
  for (;;) {
    Gather(lock, *batch, members);
    if (!writing_) break;
    turn_.wait(lock, [&] {
      return !writing_ || (!waiting_.empty() && batch->size_bytes() < kFullBatchBytes);
    });
  }
  if (!broken_.ok()) {
    // What this batch was prepared on was never written.
    writer_.Reset();
    visible_.clear();
    FinishAll(members, std::exchange(broken_, absl::OkStatus()));
    StopLeading();
    return;
  }
  if (batch->rows->empty()) {  // replays and failures only
    FinishAll(members, absl::OkStatus());
    StopLeading();
    return;
  }
  writer_.Seal(*batch);
  writing_ = true;
  StopLeading();
  WriteBatch(lock, *std::move(batch), members);
}

void CommitQueue::Gather(std::unique_lock<std::mutex>& lock, CommitBatch& batch,
                         Members& members) {
  while (!waiting_.empty() && batch.size_bytes() < kFullBatchBytes) {
    for (CommitBatch& done : std::exchange(visible_, {})) writer_.Visible(done);
    std::deque<PreparedCommit*> taken = std::exchange(waiting_, {});
    lock.unlock();
    Members failed;
    while (!taken.empty() && batch.size_bytes() < kFullBatchBytes) {
      PreparedCommit* commit = taken.front();
      taken.pop_front();
      commit->status = writer_.Apply(*commit, batch);
      (commit->status.ok() ? members : failed).push_back(commit);
    }
    lock.lock();
    waiting_.insert(waiting_.begin(), taken.begin(), taken.end());
    for (PreparedCommit* commit : failed) Finish(*commit, commit->status);
  }
}

void CommitQueue::WriteBatch(std::unique_lock<std::mutex>& lock, CommitBatch batch,
                             const Members& members) {
  WriteMode mode = WriteMode::kBuffered;
  for (const PreparedCommit* commit : members) {
    if (commit->request.durability == Durability::kSync) mode = WriteMode::kSync;
  }
  lock.unlock();
  const absl::Status status = graph_.kv.Write(*batch.rows, mode);
  if (status.ok()) {
    graph_.Publish(batch.last_commit);
    sync_.commits.fetch_add(members.size(), std::memory_order_relaxed);
  }
  batch.rows.reset();
  lock.lock();
  writing_ = false;
  if (status.ok()) {
    visible_.push_back(std::move(batch));
  } else if (leading_) {
    broken_ = status;
  } else {
    visible_.clear();
    writer_.Reset();
  }
  if (leading_) {
    turn_.notify_one();
  } else if (status.ok() && waiting_.empty()) {
    for (CommitBatch& done : std::exchange(visible_, {})) writer_.Visible(done);
    writer_.Rest();
  }
  FinishAll(members, status);
  idle_.notify_all();
}

void CommitQueue::Finish(PreparedCommit& commit, absl::Status status) {
  commit.status = std::move(status);
  commit.done = true;
  commit.wake.notify_one();
}

void CommitQueue::FinishAll(const Members& members, const absl::Status& status) {
  for (PreparedCommit* commit : members) Finish(*commit, status);
}

void CommitQueue::StopLeading() {
  leading_ = false;
  if (!waiting_.empty()) waiting_.front()->wake.notify_one();
  idle_.notify_all();
}

void CommitQueue::Close(const absl::Status& reason) {
  std::unique_lock lock(mutex_);
  closed_ = reason;
  FinishAll({waiting_.begin(), waiting_.end()}, reason);
  waiting_.clear();
  idle_.wait(lock, [&] { return !leading_ && !writing_; });
}

void CommitQueue::Reopen() {
  const std::lock_guard lock(mutex_);
  closed_ = absl::OkStatus();
}

}  // namespace skg::storage
