#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/term_id.h"
#include "storage/commit_memory.h"
#include "storage/commit_queue.h"
#include "storage/commit_writer.h"
#include "storage/graph_state.h"
#include "storage/overlay.h"
#include "storage/prepared_commit.h"
#include "storage/spilled_changes.h"
#include "storage/store.h"

namespace skg::storage {

namespace {

// How often the budget is asked for what a transaction holds in memory.
constexpr size_t kReserveBytes = size_t{1} << 20;

}  // namespace

class TransactionState {
 public:
  TransactionState(GraphStore graph, const SpillOptions& options,
                   std::shared_ptr<const Snapshot> at)
      : graph_(std::move(graph)),
        options_(options),
        snapshot_(std::move(at)),
        hold_(graph_.state().log().Hold(snapshot_->commit())),
        view_(snapshot_, &overlay_) {
    overlay_.last_commit = snapshot_->commit();
  }

  GraphState& graph() { return graph_.state(); }
  const Snapshot& snapshot() const { return *snapshot_; }
  Overlay& overlay() { return overlay_; }
  SpilledChanges* spilled() { return spilled_.get(); }
  uint64_t size() const {
    return overlay_.clears.size() + overlay_.operations.size() +
           (spilled_ == nullptr ? 0 : spilled_->size());
  }

  // Of the state that the last call of ShowAll left.
  const ReadView& view() const { return view_; }
  // Changes are only collected: nothing is known of what they change.
  bool blind() const { return spilled_ != nullptr && spilled_->undrafted(); }

  const ReadView& ShowAll() {
    if (blind() && overlay_.broken.ok()) overlay_.broken = MakeDraft();
    return view_;
  }
  absl::Status Changed() {
    if (IsLarge()) overlay_.broken = Spill();
    return overlay_.broken;
  }
  // The commit takes over what the overlay has. True: it would not fit into
  // memory so.
  bool TooLargeFor(const CommitRequest& request) {
    memory_ = MemoryReservation();
    return options_.memory != nullptr && !request.want_outcomes &&
           CommitBytes(request) > options_.memory->free_bytes();
  }
  absl::Status Spill() {
    // What it held is room for what comes.
    memory_ = MemoryReservation();
    if (spilled_ == nullptr) {
      SKG_ASSIGN_OR_RETURN(spilled_,
                           SpilledChanges::Begin(graph_, options_, snapshot_));
      for (ClearScope& scope : overlay_.clears)
        SKG_RETURN_IF_ERROR(spilled_->Clear(scope, overlay_));
    }
    return spilled_->Take(overlay_);
  }
  absl::Status Clear(ClearScope scope) {
    overlay_.TakeBack(scope);
    if (spilled_ != nullptr) {
      // Before the last spill the graph may have had another id.
      SKG_RETURN_IF_ERROR(spilled_->Clear(scope, overlay_));
      overlay_.TakeBack(scope);
    }
    AddClear(scope, overlay_.clears);
    return Changed();
  }

 private:
  bool IsLarge() {
    const size_t bytes = overlay_.memory_bytes();
    if (overlay_.operations.size() >= options_.changes ||
        bytes >= options_.bytes) {
      return true;
    }
    if (options_.memory == nullptr || bytes < memory_.bytes() + kReserveBytes)
      return false;
    // Others need some, and so does a spill.
    if (bytes > options_.memory->free_bytes()) return true;
    if (memory_.bytes() > 0) return !memory_.Resize(bytes).ok();
    auto reserved = options_.memory->Reserve("transactions", bytes);
    if (!reserved.ok()) return true;
    memory_ = *std::move(reserved);
    return false;
  }

  absl::Status MakeDraft() {
    SKG_RETURN_IF_ERROR(Spill());
    SKG_ASSIGN_OR_RETURN(auto drafted, spilled_->Draft(overlay_));
    view_ = ReadView(std::move(drafted), &overlay_);
    return absl::OkStatus();
  }

  const GraphStore graph_;
  const SpillOptions options_;
  const std::shared_ptr<const Snapshot> snapshot_;
  std::unique_ptr<LogHold> hold_;  // what its commit is checked against
  Overlay overlay_;
  MemoryReservation memory_;  // of the overlay
  std::unique_ptr<SpilledChanges> spilled_;
  ReadView view_;
};

namespace {

// Work that runs again, perhaps within the writer, keeps its ids until the end
// and bounds its own memory.
SpillOptions NeverSpill() {
  return {.changes = SIZE_MAX, .bytes = SIZE_MAX, .directory = {}};
}

// How a transaction is committed, without its changes.
CommitRequest SettingsOf(const CommitRequest& settings) {
  CommitRequest request;
  request.durability = settings.durability;
  request.idempotency_key = settings.idempotency_key;
  request.request_hash = settings.request_hash;
  return request;
}

// The whole transaction by way of files.
absl::StatusOr<CommitOutcome> CommitSpilled(TransactionState& state,
                                            const CommitRequest& settings) {
  SKG_RETURN_IF_ERROR(state.Spill());
  CommitRequest request = SettingsOf(settings);
  request.snapshot_commit = state.snapshot().commit();
  const ReadSet reads = state.overlay().ReadsFor(&request.new_terms);
  request.reads = &reads;
  return state.spilled()->Commit(request);
}

// What a transaction asks for; it has no changes any more.
CommitRequest RequestOf(TransactionState& state,
                        const CommitRequest& settings) {
  Overlay& overlay = state.overlay();
  CommitRequest request = SettingsOf(settings);
  request.want_outcomes = settings.want_outcomes;
  request.new_terms = overlay.terms();
  request.clears = std::move(overlay.clears);
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

const ReadView& Transaction::view() const { return state_->ShowAll(); }

size_t BytesOfTerms(Transaction& transaction) {
  return transaction.state().overlay().term_bytes();
}

absl::StatusOr<TermId> Transaction::Intern(const rdf::Term& term) {
  if (!state_->blind()) return state_->view().Lookup(term);
  // Whether it is known turns out with all the others.
  if (const auto id = rdf::InlineId(term)) return *id;
  return state_->overlay().Intern(term);
}

absl::Status Transaction::CheckKey(const StatementKey& key) const {
  const Overlay& overlay = state_->overlay();
  SKG_RETURN_IF_ERROR(overlay.broken);
  for (const TermId id : {key.graph, key.subject, key.predicate, key.object})
    SKG_RETURN_IF_ERROR(CheckId(id));
  return absl::OkStatus();
}

absl::Status Transaction::CheckId(TermId id) const {
  if (!id.in_arena() || state_->overlay().Knows(id)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("term ", id.payload(),
                   " is none of this transaction (any more); intern it after "
                   "the last change"));
}

absl::Status Transaction::Add(const StatementKey& key, float weight,
                              const Record* record, bool if_absent) {
  SKG_RETURN_IF_ERROR(CheckKey(key));
  Overlay& overlay = state_->overlay();
  WriteOperation operation;
  operation.kind = if_absent ? WriteOperation::Kind::kAddIfAbsent
                             : WriteOperation::Kind::kAdd;
  operation.key = key;
  operation.weight = weight;
  bool stays = false;
  if (if_absent && !state_->blind()) {
    StatementRow present;
    const Overlay::Verdict verdict = overlay.Ask(key, &present);
    stays = verdict == Overlay::Verdict::kWritten;
    if (verdict == Overlay::Verdict::kUntouched) {
      // A blind look: the commit decides again, so this is no read to check.
      const ReadView plain(state_->view().snapshot());
      SKG_ASSIGN_OR_RETURN(const auto stored, plain.Find(key));
      stays = stored.has_value() && !overlay.Hides(*stored);
    }
  }
  if (record != nullptr) operation.record = overlay.AddRecord(*record);
  overlay.operations.push_back(operation);
  if (!stays && !state_->blind()) overlay.Put(key, weight, operation.record);
  return state_->Changed();
}

absl::Status Transaction::RemoveTriple(const StatementKey& key) {
  SKG_RETURN_IF_ERROR(CheckKey(key));
  Overlay& overlay = state_->overlay();
  WriteOperation operation;
  operation.kind = WriteOperation::Kind::kRemoveTriple;
  operation.key = key;
  overlay.operations.push_back(operation);
  if (!state_->blind()) overlay.RemoveTriple(key);
  return state_->Changed();
}

bool Transaction::CanClear(const ClearScope& scope) const {
  std::vector<ClearScope> clears = state_->overlay().clears;
  AddClear(scope, clears);
  return clears.size() <= kMostClears;
}

absl::Status Transaction::Clear(const ClearScope& scope) {
  Overlay& overlay = state_->overlay();
  SKG_RETURN_IF_ERROR(overlay.broken);
  SKG_RETURN_IF_ERROR(CheckId(scope.graph));
  if (scope.scope == GraphScope::kOne && !scope.graph.bound())
    return absl::InvalidArgumentError("a clear of one graph names none");
  if (!CanClear(scope)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the transaction has cleared ", kMostClears,
                     " graphs; clear all named graphs, or the others in "
                     "another transaction"));
  }
  return state_->Clear(scope);
}

uint64_t Transaction::size() const { return state_->size(); }

absl::StatusOr<Transaction> GraphStore::Begin() {
  if (read_only()) return OpenedForReading();
  SKG_ASSIGN_OR_RETURN(auto snapshot, state_->Latest());
  return Transaction(std::make_unique<TransactionState>(*this, options_->spill,
                                                        std::move(snapshot)));
}

absl::StatusOr<CommitOutcome> GraphStore::Commit(
    Transaction& transaction, const CommitRequest& settings) {
  TransactionState& state = transaction.state();
  Overlay& overlay = state.overlay();
  if (&state.graph() != state_.get()) {
    return absl::InvalidArgumentError(
        "the transaction belongs to another graph");
  }
  SKG_RETURN_IF_ERROR(overlay.broken);
  if (state.spilled() != nullptr) return CommitSpilled(state, settings);
  CommitRequest request = RequestOf(state, settings);
  request.snapshot_commit = state.snapshot().commit();
  if (state.TooLargeFor(request)) {
    overlay.clears = std::move(request.clears);
    overlay.operations = std::move(request.operations);
    overlay.records = std::move(request.records);
    return CommitSpilled(state, settings);
  }
  request.reads = &overlay.reads;
  return Commit(std::move(request));
}

absl::StatusOr<CommitOutcome> GraphStore::Run(const TransactionWork& work,
                                              const CommitRequest& settings) {
  if (read_only()) return OpenedForReading();
  for (int i = 0; i < kTransactionTries; ++i) {
    SKG_ASSIGN_OR_RETURN(auto snapshot, state_->Latest());
    Transaction transaction(std::make_unique<TransactionState>(
        *this, NeverSpill(), std::move(snapshot)));
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
    Transaction transaction(std::make_unique<TransactionState>(
        *this, NeverSpill(), std::move(snapshot)));
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
