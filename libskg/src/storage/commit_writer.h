// CommitWriter: the graph's present as its writer knows it, visible rows and
// those still on their way, and the one place where commits become rows.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/kv.h"
#include "storage/prepared_commit.h"
#include "storage/rows.h"
#include "storage/run_publication.h"
#include "storage/term_reservation.h"

namespace skg::storage {

// How long the result of a commit is kept under its idempotency key.
inline constexpr absl::Duration kIdempotencyLifetime = absl::Hours(24);

// Commits that will be written together.
struct CommitBatch {
  uint64_t number = 0;
  std::unique_ptr<KvBatch> rows;
  // Kept apart until the batch is sealed: then they go, sorted, into the delta
  // or, if they are many, into a run.
  std::vector<RunRow> statements;
  std::shared_ptr<const Run> run;  // that run
  uint64_t begin_commit = 0;       // the last commit before this batch
  uint64_t last_commit = 0;
  uint64_t delta_rows = 0;  // in the delta once this is written
  size_t runs = 0;          // live ones, likewise
  size_t clears = 0;        // that are not in all rows, likewise
  bool manifest_changed = false;
  bool head_changed = false;  // though there is no row yet
  bool wants_merge = false;
  absl::flat_hash_set<TermId> predicates;  // whose counts changed
  absl::flat_hash_set<TermId> named_graphs;

  [[nodiscard]] bool empty() const {
    return rows->empty() && !manifest_changed && !head_changed;
  }
  [[nodiscard]] size_t size_bytes() const {
    return rows->size_bytes() + statements.size() * 3 * kDeltaKeyBytes;
  }
};

// Not thread-safe: one thread at a time, the leader's.
class CommitWriter {
 public:
  // A batch of at least `run_rows` statement rows becomes a run.
  CommitWriter(GraphState& graph, size_t run_rows)
      : graph_(graph), run_rows_(run_rows) {}

  [[nodiscard]] absl::StatusOr<CommitBatch> Begin();
  // Decides each operation against the present that includes all commits
  // before it, numbers its terms and adds its rows. On an error nothing has
  // changed. A replayed idempotency key adds no commit.
  [[nodiscard]] absl::Status Apply(PreparedCommit& commit, CommitBatch& batch);
  // Adds the rows that a batch has once: statements, head, counts, manifest.
  // On an error the writer must be Reset and the batch dropped.
  [[nodiscard]] absl::Status Seal(CommitBatch& batch);
  // The store shows the batch with this number: its terms may be cached.
  void Visible(const CommitBatch& batch);
  // A write failed: what was on its way never happened.
  void Reset();
  // Nobody waits: lets go of iterators and of what the store shows anyway.
  void Rest();

  // What edits of the queue (CommitQueue::Edit) may do. On an error nothing has
  // changed.

  // Replaces the manifest; see CommitQueue::EditManifest.
  using ManifestEdit = std::function<absl::Status(Manifest&, Head&, KvBatch&)>;
  [[nodiscard]] absl::Status EditManifest(const ManifestEdit& edit,
                                          CommitBatch& batch);
  // Sets numbers aside for the terms of `reservation`; who needs one of them
  // meanwhile is given its number. Ends with another call (null: with none).
  [[nodiscard]] absl::Status ReserveTerms(
      std::shared_ptr<TermReservation> reservation, CommitBatch& batch);
  [[nodiscard]] bool has_reservation() const { return reserved_ != nullptr; }
  // What PublishRun would say of the key and the reads of `commit`: true, it is
  // replayed.
  [[nodiscard]] absl::StatusOr<bool> CheckRequest(PreparedCommit& commit);
  // Adds a run as a commit, with the key and under the reads of `commit`, which
  // brings no operations; its outcome is told there. kAborted: a commit since
  // the snapshot touches what it touches, or (commit.conflict) what was read.
  // kResourceExhausted: a quota. A replayed key adds no commit.
  [[nodiscard]] absl::Status PublishRun(const RunPublication& publication,
                                        PreparedCommit& commit,
                                        CommitBatch& batch);

 private:
  struct Edge {
    uint32_t edge = 0;
    uint64_t commit = 0;
    float weight = 1.0f;
    bool has_record = false;
    std::shared_ptr<const Record> record;  // if it was read or written here
  };
  using Edges = absl::InlinedVector<Edge, 1>;  // live ones, by edge number
  struct Triple {
    Edges edges;
    uint64_t touched = 0;  // the commit that `before` belongs to
    Edges before;          // as of the beginning of that commit
  };
  struct Recent {
    uint64_t commit = 0;
    bool everything = false;  // or so it is taken: too much to list
    std::vector<ClearScope> clears;
    std::vector<StatementKey> keys;
  };

  [[nodiscard]] absl::Status LoadHead();
  [[nodiscard]] absl::Status CheckUntouched(const RunPublication& publication);
  [[nodiscard]] absl::Status AddRecords(const RunPublication& publication,
                                        CommitBatch& batch) const;

  // What a commit clears (commit_clear.cc).
  struct ClearedPart {
    ClearScope scope;
    Counts all;                                         // what is in it
    std::vector<std::pair<TermId, Counts>> predicates;  // unless all go
  };
  struct Cleared {
    std::vector<ClearedPart> parts;  // that hold something, none of it twice
    uint64_t statements = 0;
    bool every_statement = false;
    [[nodiscard]] bool Covers(TermId named_graph) const;
    [[nodiscard]] std::vector<ClearScope> scopes() const;
  };
  // First phase, then second.
  [[nodiscard]] absl::Status CountCleared(const PreparedCommit& commit,
                                          Cleared& cleared);
  [[nodiscard]] absl::StatusOr<Counts> CountScope(const ClearScope& scope);
  [[nodiscard]] absl::Status CountPredicates(ClearedPart& part);
  void Clear(const Cleared& cleared, CommitBatch& batch);
  void TakeFromCounts(const Cleared& cleared, CommitBatch& batch);

  // First phase: everything that may fail.
  [[nodiscard]] absl::StatusOr<bool> Replay(PreparedCommit& commit);
  [[nodiscard]] absl::Status FindTerms(PreparedCommit& commit);
  [[nodiscard]] absl::StatusOr<TermId> FindTerm(const PreparedCommit& commit,
                                                PendingTerm& pending);
  [[nodiscard]] absl::Status CheckConflicts(PreparedCommit& commit);
  // All of that, with the request's terms numbered. What it cleared is only
  // counted yet.
  [[nodiscard]] absl::Status Decidable(PreparedCommit& commit,
                                       uint64_t first_new_term,
                                       Cleared& cleared);
  [[nodiscard]] absl::Status LoadStates(const PreparedCommit& commit,
                                        uint64_t first_new_term,
                                        const Cleared& cleared);
  // `cleared`: it has no edges (any more).
  [[nodiscard]] absl::StatusOr<Triple*> LoadTriple(const StatementKey& triple,
                                                   uint64_t first_new_term,
                                                   bool cleared);
  [[nodiscard]] absl::Status Probe(const StatementKey& triple, Edges& edges);
  [[nodiscard]] absl::Status ProbeDelta(const StatementKey& triple,
                                        Edges& newest);
  static void KeepNewest(uint32_t edge, uint64_t commit, const RowValue& value,
                         Edges& newest);
  [[nodiscard]] absl::Status ProbeRuns(const StatementKey& triple,
                                       Edges& newest);
  [[nodiscard]] absl::Status LoadRecord(const StatementKey& key, Edge& edge);
  [[nodiscard]] absl::Status CheckQuota(const PreparedCommit& commit,
                                        const Cleared& cleared) const;
  [[nodiscard]] absl::Status CheckQuota(const RunPublication& publication,
                                        const Cleared& cleared) const;
  [[nodiscard]] int64_t Growth(const PreparedCommit& commit) const;
  [[nodiscard]] absl::Status LoadCounts(
      absl::flat_hash_map<TermId, Counts>& cache, TermId id,
      std::string (*key)(uint32_t, TermId));

  void NumberTerms(PreparedCommit& commit);
  // What was numbered up to this batch is in the store.
  void RememberTerms(uint64_t batch);
  void UndoTerms(const PreparedCommit& commit, uint64_t first_new_term);

  // Second phase: nothing may fail.
  void AppendTerms(const PreparedCommit& commit, uint64_t first_new_term,
                   CommitBatch& batch);
  [[nodiscard]] Outcome Decide(const WriteOperation& operation,
                               const PreparedCommit& commit,
                               const StatementKey& key, Triple& triple,
                               uint64_t number);
  void EmitTriple(const StatementKey& key, const Triple& triple,
                  CommitBatch& batch, std::vector<LoggedChange>& changes);
  void EmitRow(const StatementKey& key, const RowValue& value,
               const Record* record, CommitBatch& batch);
  void PutIntoDelta(CommitBatch& batch);
  [[nodiscard]] absl::Status PackRun(CommitBatch& batch);
  void AppendLog(absl::Time time, const std::vector<LoggedChange>& changes,
                 const Cleared& cleared, CommitBatch& batch);
  void StoreIdempotency(PreparedCommit& commit, CommitBatch& batch);
  // Of the commit that is the head's last one.
  void AppendParts(const PreparedCommit& commit, CommitBatch& batch) const;

  GraphState& graph_;
  const size_t run_rows_;
  bool loaded_ = false;
  Head head_;
  Manifest manifest_;
  // The manifest's, but for those that are still on their way: what is in them
  // is in `triples_`.
  std::vector<std::shared_ptr<const Run>> runs_;
  absl::flat_hash_set<uint32_t> runs_on_their_way_;
  uint64_t batch_number_ = 0;
  uint64_t visible_commit_ = 0;
  uint64_t visible_batch_ = 0;
  std::shared_ptr<TermReservation> reserved_;
  uint64_t reserved_in_ = 0;  // the batch

  // Writer's knowledge beyond what the store shows; all of it true.
  absl::flat_hash_map<StatementKey, Triple> triples_;  // by triple (edge 0)
  absl::flat_hash_map<TermId, Counts> predicate_counts_;
  absl::flat_hash_map<TermId, Counts> graph_counts_;
  // The batches in which the rows of all these counts were deleted: until they
  // are visible, what is not known here is 0.
  uint64_t predicates_cleared_in_ = 0, graphs_cleared_in_ = 0;
  struct Numbered {
    TermId id;
    uint64_t batch = 0;
  };
  // By tag + bytes; not yet visible.
  absl::flat_hash_map<std::string, Numbered> numbered_;
  absl::flat_hash_map<std::string, StoredResult>
      results_;  // idempotency, not yet visible
  std::deque<Recent> recent_;
  size_t recent_keys_ = 0;
  std::vector<std::unique_ptr<KvIterator>> probes_;  // one an epoch
};

}  // namespace skg::storage
