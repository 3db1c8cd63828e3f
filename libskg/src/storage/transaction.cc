#include <utility>

#include "base/status.h"
#include "storage/commit_queue.h"
#include "storage/commit_writer.h"
#include "storage/graph_state.h"
#include "storage/overlay.h"
#include "storage/prepared_commit.h"
#include "storage/store.h"

namespace skg::storage {

class TransactionState {
 public:
  TransactionState(GraphState& graph, std::shared_ptr<const Snapshot> at)
      : graph_(graph),
        snapshot_(std::move(at)),
        hold_(graph.log().Hold(snapshot_->commit())),
        view_(snapshot_, &overlay_) {}

  GraphState& graph() { return graph_; }
  const Snapshot& snapshot() const { return *snapshot_; }
  Overlay& overlay() { return overlay_; }
  const ReadView& view() const { return view_; }

 private:
  GraphState& graph_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::unique_ptr<LogHold> hold_;  // what its commit is checked against
  Overlay overlay_;
  ReadView view_;
};

namespace {

// What a transaction asks for; it has no changes any more.
CommitRequest RequestOf(TransactionState& state,
                        const CommitRequest& settings) {
  Overlay& overlay = state.overlay();
  CommitRequest request;
  request.durability = settings.durability;
  request.idempotency_key = settings.idempotency_key;
  request.request_hash = settings.request_hash;
  request.want_outcomes = settings.want_outcomes;
  request.new_terms = overlay.terms();
  request.operations = std::move(overlay.operations);
  request.records = std::move(overlay.records);
  return request;
}

}  // namespace

Transaction::Transaction(std::unique_ptr<TransactionState> state)
    : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

const ReadView& Transaction::view() const { return state_->view(); }

size_t BytesOfTerms(Transaction& transaction) {
  return transaction.state().overlay().term_bytes();
}

absl::StatusOr<TermId> Transaction::Intern(const rdf::Term& term) {
  return state_->view().Lookup(term);
}

absl::Status Transaction::Add(const StatementKey& key, float weight,
                              const Record* record, bool if_absent) {
  Overlay& overlay = state_->overlay();
  WriteOperation operation;
  operation.kind = if_absent ? WriteOperation::Kind::kAddIfAbsent
                             : WriteOperation::Kind::kAdd;
  operation.key = key;
  operation.weight = weight;
  StatementRow present;
  const Overlay::Verdict verdict = overlay.Ask(key, &present);
  bool stays = if_absent && verdict == Overlay::Verdict::kWritten;
  if (if_absent && verdict == Overlay::Verdict::kUntouched) {
    // A blind look: the commit decides again, so this is no read to check.
    const ReadView plain(state_->view().snapshot());
    SKG_ASSIGN_OR_RETURN(const auto stored, plain.Find(key));
    stays = stored.has_value();
  }
  if (record != nullptr) {
    overlay.records.push_back(*record);
    operation.record = static_cast<uint32_t>(overlay.records.size());
  }
  overlay.operations.push_back(operation);
  if (!stays) overlay.Put(key, weight, operation.record);
  return absl::OkStatus();
}

void Transaction::RemoveTriple(const StatementKey& key) {
  WriteOperation operation;
  operation.kind = WriteOperation::Kind::kRemoveTriple;
  operation.key = key;
  state_->overlay().operations.push_back(operation);
  state_->overlay().RemoveTriple(key);
}

size_t Transaction::size() const { return state_->overlay().operations.size(); }

absl::StatusOr<Transaction> GraphStore::Begin() {
  if (read_only()) return OpenedForReading();
  SKG_ASSIGN_OR_RETURN(auto snapshot, state_->Latest());
  return Transaction(
      std::make_unique<TransactionState>(*state_, std::move(snapshot)));
}

absl::StatusOr<CommitOutcome> GraphStore::Commit(
    Transaction& transaction, const CommitRequest& settings) {
  TransactionState& state = transaction.state();
  Overlay& overlay = state.overlay();
  if (&state.graph() != state_.get()) {
    return absl::InvalidArgumentError(
        "the transaction belongs to another graph");
  }
  CommitRequest request = RequestOf(state, settings);
  request.reads = &overlay.reads;
  request.snapshot_commit = state.snapshot().commit();
  return Commit(request);
}

absl::StatusOr<CommitOutcome> GraphStore::Run(const TransactionWork& work,
                                              const CommitRequest& settings) {
  for (int i = 0; i < kTransactionTries; ++i) {
    SKG_ASSIGN_OR_RETURN(Transaction transaction, Begin());
    SKG_RETURN_IF_ERROR(work(transaction));
    auto outcome = Commit(transaction, settings);
    if (!absl::IsAborted(outcome.status())) return outcome;
  }
  return RunAlone(work, settings);
}

absl::StatusOr<CommitOutcome> GraphStore::RunAlone(
    const TransactionWork& work, const CommitRequest& settings) {
  CommitOutcome outcome;
  const CommitQueue::WriterEdit run = [&](CommitWriter& writer,
                                          CommitBatch& batch) -> absl::Status {
    SKG_ASSIGN_OR_RETURN(auto snapshot, state_->TakeSnapshot());
    Transaction transaction(
        std::make_unique<TransactionState>(*state_, std::move(snapshot)));
    SKG_RETURN_IF_ERROR(work(transaction));
    // Nothing came between: no reads to check.
    const CommitRequest request = RequestOf(transaction.state(), settings);
    PreparedCommit commit(request);
    SKG_RETURN_IF_ERROR(Prepare(*state_, commit));
    SKG_RETURN_IF_ERROR(writer.Apply(commit, batch));
    outcome = std::move(commit.outcome);
    return absl::OkStatus();
  };
  SKG_RETURN_IF_ERROR(
      state_->queue().Edit(run, settings.durability, /*alone=*/true));
  return outcome;
}

}  // namespace skg::storage
