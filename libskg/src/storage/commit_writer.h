// CommitWriter: the graph's present as its writer knows it, visible rows and
// those still on their way, and the one place where commits become rows.
#pragma once

#include <cstdint>
#include <deque>
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

namespace skg::storage {

// How long the result of a commit is kept under its idempotency key.
inline constexpr absl::Duration kIdempotencyLifetime = absl::Hours(24);

// One row of the delta, kept apart until its batch is sealed.
struct DeltaRow {
  DeltaKey key;
  std::array<char, 6> value;  // an open row with plain signs has at most this
  uint8_t value_size;
};

// Commits that will be written together.
struct CommitBatch {
  uint64_t number = 0;
  std::unique_ptr<KvBatch> rows;
  // Sorted before they are written: a memtable takes neighbours much faster.
  std::vector<DeltaRow> delta;
  uint64_t last_commit = 0;
  std::vector<std::pair<TermId, DictionaryTerm>> new_terms;
  absl::flat_hash_set<TermId> predicates;  // whose counts changed
  absl::flat_hash_set<TermId> named_graphs;

  [[nodiscard]] size_t size_bytes() const {
    return rows->size_bytes() + delta.size() * sizeof(DeltaRow);
  }
};

// Not thread-safe: one thread at a time, the leader's.
class CommitWriter {
 public:
  explicit CommitWriter(GraphState& graph) : graph_(graph) {}

  [[nodiscard]] absl::StatusOr<CommitBatch> Begin();
  // Decides each operation against the present that includes all commits
  // before it, numbers its terms and adds its rows. On an error nothing has
  // changed. A replayed idempotency key adds no commit.
  [[nodiscard]] absl::Status Apply(PreparedCommit& commit, CommitBatch& batch);
  // Adds the rows that a batch has once: head and counts.
  void Seal(CommitBatch& batch);
  // The store shows the batch with this number: its terms may be cached.
  void Visible(const CommitBatch& batch);
  // A write failed: what was on its way never happened.
  void Reset();
  // Nobody waits: lets go of iterators and of what the store shows anyway.
  void Rest();

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
    std::vector<StatementKey> keys;
  };

  [[nodiscard]] absl::Status LoadHead();

  // First phase: everything that may fail.
  [[nodiscard]] absl::StatusOr<bool> Replay(PreparedCommit& commit);
  [[nodiscard]] absl::Status FindTerms(PreparedCommit& commit);
  [[nodiscard]] absl::StatusOr<TermId> FindTerm(const PreparedCommit& commit,
                                                PendingTerm& pending);
  [[nodiscard]] absl::Status CheckConflicts(const PreparedCommit& commit);
  [[nodiscard]] absl::Status LoadStates(const PreparedCommit& commit,
                                        uint64_t first_new_term);
  [[nodiscard]] absl::StatusOr<Triple*> LoadTriple(const StatementKey& triple,
                                                   uint64_t first_new_term);
  [[nodiscard]] absl::Status Probe(const StatementKey& triple, Edges& edges);
  [[nodiscard]] absl::Status LoadRecord(const StatementKey& key, Edge& edge);
  [[nodiscard]] absl::Status LoadCounts(
      absl::flat_hash_map<TermId, Counts>& cache, TermId id,
      std::string (*key)(uint32_t, TermId));

  void NumberTerms(PreparedCommit& commit);
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
  void AppendLog(absl::Time time, const std::vector<LoggedChange>& changes,
                 CommitBatch& batch);
  void StoreIdempotency(PreparedCommit& commit, CommitBatch& batch);

  GraphState& graph_;
  bool loaded_ = false;
  Head head_;
  Manifest manifest_;
  uint64_t batch_number_ = 0;
  uint64_t visible_commit_ = 0;

  // Writer's knowledge beyond what the store shows; all of it true.
  absl::flat_hash_map<StatementKey, Triple> triples_;  // by triple (edge 0)
  absl::flat_hash_map<TermId, Counts> predicate_counts_;
  absl::flat_hash_map<TermId, Counts> graph_counts_;
  absl::flat_hash_map<std::string, TermId>
      numbered_;  // tag + bytes, not yet visible
  absl::flat_hash_map<std::string, StoredResult>
      results_;  // idempotency, not yet visible
  std::deque<Recent> recent_;
  size_t recent_keys_ = 0;
  std::vector<std::unique_ptr<KvIterator>> probes_;  // one an epoch
};

}  // namespace skg::storage
