// ChangeSet: the changes of one operation of an update, collected before any of
// them is made, so that what the operation reads stays as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/strings.h"
#include "query/exec/batch.h"
#include "query/exec/memory_account.h"
#include "query/exec/record_edits.h"
#include "query/exec/update.h"
#include "query/values/term_space.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/store.h"

namespace skg::query::exec {

// The blank nodes of one document, template or set of solutions: a local label
// means the same node until Clear. Not thread-safe.
class BlankNodeScope {
 public:
  explicit BlankNodeScope(const BlankNodeLabels& labels) : labels_(labels) {}
  [[nodiscard]] bool HasLocal(const rdf::Term& term) const;
  // The term with local labels, also inside triple terms, replaced.
  [[nodiscard]] rdf::Term Resolve(const rdf::Term& term);
  void Clear() { names_.clear(); }
  [[nodiscard]] size_t size() const { return names_.size(); }

 private:
  const BlankNodeLabels& labels_;
  absl::flat_hash_map<std::string, std::string, StringHash, StringEqual> names_;
};

// What all operations of one update share.
struct UpdateState {
  UpdateState(storage::Transaction& of, const UpdateExecution& how)
      : transaction(of),
        execution(how),
        memory(how.memory_bytes / 2),
        request_nodes(how.labels) {}

  storage::Transaction& transaction;
  const UpdateExecution& execution;
  MemoryAccount memory;
  BlankNodeScope request_nodes;  // of INSERT DATA
  absl::Time now;
  uint32_t ticks = 0;
  size_t term_bytes = 0;  // that are charged

  // What the transaction has taken for terms since the last call, for good.
  [[nodiscard]] absl::Status ChargeTerms();

  [[nodiscard]] absl::Status Check() const {
    return execution.cancellation == nullptr ? absl::OkStatus()
                                             : execution.cancellation->Check();
  }
  // For loops over rows.
  [[nodiscard]] absl::Status Tick() {
    constexpr uint32_t kTicksPerCheck = 256;
    return ++ticks % kTicksPerCheck == 0 ? Check() : absl::OkStatus();
  }
};

struct UuidHash {
  size_t operator()(const Uuid& id) const { return absl::HashOf(id.view()); }
};

// Its own ids are those of the graph where a term has one, else places in its
// own table: ids that a transaction gives end with its next change.
// Not thread-safe.
class ChangeSet {
 public:
  explicit ChangeSet(UpdateState& state) : state_(state) {}
  ChangeSet(const ChangeSet&) = delete;
  ChangeSet& operator=(const ChangeSet&) = delete;
  ~ChangeSet() { state_.memory.Release(temporary_bytes_); }

  // Errors: kResourceExhausted, kDataLoss.
  [[nodiscard]] absl::StatusOr<rdf::TermId> IdOf(const rdf::Term& term);
  // Turns the ids of a query over the transaction's view into own ones; blank
  // nodes that the query has made are named in `nodes`.
  [[nodiscard]] absl::Status Import(const TermSpace& terms,
                                    BlankNodeScope& nodes, Batch& batch);
  // The same of rows that were scanned.
  [[nodiscard]] absl::Status Import(storage::StatementKey& key);
  [[nodiscard]] absl::StatusOr<rdf::Term> TermOf(rdf::TermId id) const;
  [[nodiscard]] rdf::TermKind KindOf(rdf::TermId id) const;

  // By triple: the edge number is not looked at.
  [[nodiscard]] absl::Status Insert(const storage::StatementKey& key);
  [[nodiscard]] absl::Status Remove(const storage::StatementKey& key);
  // With weight and record; a statement that is there gets them if `replace`.
  [[nodiscard]] absl::Status Copy(const storage::StatementRow& row,
                                  storage::Record record, bool replace);

  // What is written into the records of a triple's statements, or of the one
  // with this id; lasts until the next call. Null: there is none of that id,
  // which is kNotFound unless `unset`. Errors: kFailedPrecondition (the graph
  // keeps no ids), kResourceExhausted, kDataLoss.
  [[nodiscard]] absl::StatusOr<RecordEdits*> EditRecord(
      const storage::StatementKey& triple);
  [[nodiscard]] absl::StatusOr<RecordEdits*> EditRecord(const Uuid& id,
                                                        bool unset);
  // A value that edits keep.
  [[nodiscard]] absl::Status ChargeEdit(const rdf::Term& value);

  // Makes the changes: removals first. What is removed and inserted stays as it
  // is, but for what is written into its record. Errors: also kNotFound (a
  // record of a statement that is neither there nor inserted), those of
  // RecordEdits::Apply.
  [[nodiscard]] absl::Status Apply();

 private:
  struct Copied {
    storage::StatementRow row;
    uint32_t record = 0;  // place in `records_` plus one; 0: none
    bool replace = false;
  };
  [[nodiscard]] absl::StatusOr<rdf::TermId> Keep(const rdf::Term& term);
  [[nodiscard]] absl::Status Import(const TermSpace* terms,
                                    BlankNodeScope* nodes,
                                    std::vector<rdf::TermId>& ids);
  // Until the changes are made, and for good.
  [[nodiscard]] absl::Status ChargeForNow(size_t bytes);
  [[nodiscard]] absl::Status ChargeChange();
  [[nodiscard]] absl::StatusOr<storage::StatementKey> Real(
      storage::StatementKey key);
  [[nodiscard]] absl::Status Remove();
  // The statements that are edited, as they will be, before anything changes.
  [[nodiscard]] absl::Status EditAll(std::vector<StatementState>* out);
  [[nodiscard]] absl::Status EditTriple(const storage::StatementKey& triple,
                                        const RecordEdits& edits,
                                        std::vector<StatementState>* out);
  [[nodiscard]] absl::Status EditOne(const storage::StatementRow& row,
                                     const RecordEdits& edits,
                                     std::vector<StatementState>* out);
  // Also a statement that an earlier operation has written.
  [[nodiscard]] absl::StatusOr<std::optional<storage::StatementRow>> FindById(
      const Uuid& id);
  [[nodiscard]] absl::Status ReadOwnStatements();
  // In ids of the transaction's view; unset: it does not know all of the terms.
  [[nodiscard]] absl::StatusOr<std::optional<storage::StatementKey>> InView(
      storage::StatementKey key) const;

  UpdateState& state_;
  absl::flat_hash_set<storage::StatementKey> inserts_, removes_;
  std::vector<Copied> copies_;
  std::vector<storage::Record> records_;
  // By triple, and by statement.
  absl::flat_hash_map<storage::StatementKey, RecordEdits> triple_edits_;
  absl::flat_hash_map<Uuid, RecordEdits, UuidHash> statement_edits_;
  // By id, those that the transaction has written; unset until one is sought.
  std::optional<absl::flat_hash_map<Uuid, storage::StatementKey, UuidHash>>
      own_statements_;
  // Where a statement is among those that EditAll gives.
  absl::flat_hash_map<storage::StatementKey, size_t> edited_at_;
  std::vector<rdf::Term> terms_;
  absl::flat_hash_map<std::string, rdf::TermId, StringHash, StringEqual>
      places_;  // by N-Triples form
  // Arena ids of what is read, that were met.
  absl::flat_hash_map<rdf::TermId, rdf::TermId> imported_;
  size_t temporary_bytes_ = 0;
};

}  // namespace skg::query::exec
