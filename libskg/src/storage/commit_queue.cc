#include "storage/commit_queue.h"

#include <utility>

#include "base/status.h"
#include "storage/commit_memory.h"
#include "storage/graph_state.h"
#include "storage/maintenance.h"

namespace skg::storage {

namespace {

// A batch takes no further commit past this; one larger commit goes alone.
constexpr size_t kFullBatchBytes = 8 << 20;
// While a batch is being written, the leader of the next one is woken for this
// many commits: one wake-up for each would cost more than it gains.
constexpr size_t kGatherEarly = 8;

}  // namespace

absl::StatusOr<CommitOutcome> CommitQueue::Commit(
    const CommitRequest& request) {
  return Commit(request, nullptr);
}

absl::StatusOr<CommitOutcome> CommitQueue::Commit(CommitRequest&& request) {
  return Commit(request, &request);
}

absl::StatusOr<CommitOutcome> CommitQueue::Commit(const CommitRequest& request,
                                                  CommitRequest* consumed) {
  CommitMemory::Share memory;
  if (CommitMemory* const budget = graph_.commit_memory(); budget != nullptr) {
    SKG_ASSIGN_OR_RETURN(memory, budget->Reserve(request));
  }
  PreparedCommit commit(request);
  SKG_RETURN_IF_ERROR(Prepare(graph_, commit));
  if (consumed != nullptr) consumed->new_terms = {};
  // What it takes is counted in the store.
  commit.alone = !request.clears.empty();
  SKG_RETURN_IF_ERROR(Wait(commit));
  SKG_RETURN_IF_ERROR(Settle(request.durability));
  return std::move(commit.outcome);
}

absl::Status CommitQueue::Settle(Durability durability) {
  if (durability == Durability::kGroup) return sync_.Wait();
  if (durability == Durability::kNone) sync_.MarkDirty();
  return absl::OkStatus();
}

absl::Status CommitQueue::EditManifest(const ManifestEdit& edit) {
  // Nothing is lost with it: what it replaces is still there.
  const WriterEdit on_writer = [&](CommitWriter& writer, CommitBatch& batch) {
    return writer.EditManifest(edit, batch);
  };
  CommitRequest none;
  none.durability = Durability::kNone;
  PreparedCommit commit(none);
  commit.edit = &on_writer;
  return Wait(commit);
}

absl::Status CommitQueue::Edit(const WriterEdit& edit, Durability durability,
                               bool alone) {
  CommitRequest none;
  none.durability = durability;
  PreparedCommit commit(none);
  commit.edit = &edit;
  commit.alone = alone;
  SKG_RETURN_IF_ERROR(Wait(commit));
  return Settle(durability);
}

bool CommitQueue::MustWait(const CommitBatch& batch) const {
  return waiting_.front()->alone && (writing_ || !batch.empty());
}

absl::Status CommitQueue::Wait(PreparedCommit& commit) {
  bool lead = false;
  graph_.MarkUsed();
  {
    const std::lock_guard lock(mutex_);
    if (!closed_.ok()) return closed_;
    waiting_.push_back(&commit);
    lead = !std::exchange(leading_, true);
    if (!lead && waiting_.size() == kGatherEarly) turn_.notify_all();
  }
  if (!lead) {
    commit.turn.wait(PreparedCommit::kWaiting, std::memory_order_acquire);
    lead = commit.turn.load(std::memory_order_acquire) == PreparedCommit::kLead;
  }
  if (lead) Lead();
  return commit.status;
}

void CommitQueue::Lead() {
  std::unique_lock lock(mutex_);
  TellWriter();
  absl::StatusOr<CommitBatch> batch = closed_.ok() ? writer().Begin() : closed_;
  if (!batch.ok()) {
    const Members members(waiting_.begin(), waiting_.end());
    waiting_.clear();
    return Abandon(lock, members, batch.status());
  }
  // While the batch before is being written, everybody who comes joins.
  Members members, failed;
  for (;;) {
    Gather(lock, *batch, members, failed);
    if (!writing_) break;
    turn_.wait(lock, [&] {
      return !writing_ ||
             (waiting_.size() >= kGatherEarly &&
              batch->size_bytes() < kFullBatchBytes && !MustWait(*batch));
    });
  }
  if (!broken_.ok()) {
    // What this batch was prepared on was never written.
    writer().Reset();
    visible_.clear();
    Abandon(lock, members, std::exchange(broken_, absl::OkStatus()));
  } else if (batch->empty()) {  // replays and failures only
    Abandon(lock, members, absl::OkStatus());
  } else {
    // Packing takes its time; who comes meanwhile queues up.
    lock.unlock();
    const absl::Status sealed = writer().Seal(*batch);
    lock.lock();
    if (sealed.ok()) {
      writing_ = true;
      PassLead();
      WriteBatch(lock, *std::move(batch), members);
    } else {
      writer().Reset();
      visible_.clear();
      Abandon(lock, members, sealed);
    }
  }
  for (PreparedCommit* commit : failed) Finish({commit}, commit->status);
}

void CommitQueue::Gather(std::unique_lock<std::mutex>& lock, CommitBatch& batch,
                         Members& members, Members& failed) {
  while (!waiting_.empty() && batch.size_bytes() < kFullBatchBytes &&
         !MustWait(batch)) {
    TellWriter();
    const Members taken = std::exchange(waiting_, {});
    lock.unlock();
    auto next = taken.begin();
    while (next != taken.end() && batch.size_bytes() < kFullBatchBytes) {
      // The first one has nothing on its way before it; another one has.
      if ((*next)->alone && next != taken.begin()) break;
      PreparedCommit* commit = *next++;
      commit->status = writer().Apply(*commit, batch);
      (commit->status.ok() ? members : failed).push_back(commit);
    }
    lock.lock();
    waiting_.insert(waiting_.begin(), next, taken.end());
  }
}

void CommitQueue::Abandon(std::unique_lock<std::mutex>& lock,
                          const Members& members, const absl::Status& status) {
  PassLead();
  lock.unlock();
  Finish(members, status);
}

void CommitQueue::WriteBatch(std::unique_lock<std::mutex>& lock,
                             CommitBatch batch, const Members& members) {
  WriteMode mode = WriteMode::kBuffered;
  for (const PreparedCommit* commit : members) {
    if (commit->request.durability == Durability::kSync)
      mode = WriteMode::kSync;
  }
  lock.unlock();
  const absl::Status status = graph_.kv.Write(*batch.rows, mode);
  if (status.ok()) {
    graph_.Publish(batch.last_commit);
    if (graph_.maintenance() != nullptr)
      graph_.maintenance()->CommitDone(graph_,
                                       {.delta_rows = batch.delta_rows,
                                        .runs = batch.runs,
                                        .clears = batch.clears,
                                        .wants_merge = batch.wants_merge});
    for (const PreparedCommit* commit : members) {
      for (const auto& part : commit->parts) part->Written();
    }
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
    writer().Reset();
  }
  if (leading_) {
    turn_.notify_all();
  } else {
    TellWriter();
    writer().Rest();
  }
  turn_.notify_all();
  lock.unlock();
  Finish(members, status);
}

void CommitQueue::PassLead() {
  if (waiting_.empty()) {
    leading_ = false;
    turn_.notify_all();
    return;
  }
  // The lead stays taken: who comes meanwhile queues behind.
  std::atomic<uint32_t>& turn = waiting_.front()->turn;
  turn.store(PreparedCommit::kLead, std::memory_order_release);
  turn.notify_one();
}

void CommitQueue::TellWriter() {
  for (const CommitBatch& batch : visible_) writer().Visible(batch);
  visible_.clear();
}

CommitWriter& CommitQueue::writer() {
  if (writer_ == nullptr)
    writer_ = std::make_unique<CommitWriter>(graph_, run_rows_);
  return *writer_;
}

void CommitQueue::ReleaseMemory() {
  const std::lock_guard lock(mutex_);
  if (leading_ || writing_ || !visible_.empty()) return;
  // What a load relies on is nowhere else.
  if (writer_ != nullptr && writer_->has_reservation()) return;
  writer_.reset();
  waiting_.shrink_to_fit();
  visible_.shrink_to_fit();
}

void CommitQueue::Finish(const Members& members, const absl::Status& status) {
  for (PreparedCommit* commit : members) {
    commit->status = status;
    // The owner may return and end the object as soon as it sees kDone; the
    // wake-up only uses its address.
    std::atomic<uint32_t>& turn = commit->turn;
    turn.store(PreparedCommit::kDone, std::memory_order_release);
    turn.notify_one();
  }
}

void CommitQueue::Close(const absl::Status& reason) {
  std::unique_lock lock(mutex_);
  closed_ = reason;
  turn_.wait(lock, [&] { return !leading_ && !writing_; });
}

void CommitQueue::Reopen() {
  const std::lock_guard lock(mutex_);
  closed_ = absl::OkStatus();
}

}  // namespace skg::storage
