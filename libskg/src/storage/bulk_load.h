// BulkLoad: more statements than a commit holds in memory, as one commit: terms
// and statements are sorted outside of the store, become dictionary rows and
// one run in sorted files, and are published by one row of the manifest
// (architecture page, Storage: Dictionary, Manifest).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/uuid.h"
#include "skg/statement.h"
#include "storage/commit.h"
#include "storage/record_spill.h"
#include "storage/store.h"

namespace skg::storage {

class Run;

// Statements with their terms, as one reader made them out. Ids of rows are
// inline ids or arena ids: places in `terms`.
struct LoadBlock {
  struct Term {
    rdf::TermTag tag = rdf::TermTag::kUnbound;
    uint32_t offset = 0, size = 0;  // of its encoding, in `text`
    uint64_t hash = 0;              // LocalTermHash
  };
  // In the default graph, edge 0, weight 1, without record; to be added if it
  // is absent. Only for graphs that keep no id index.
  struct Plain {
    TermId subject, predicate, object;
  };
  struct Full {
    StatementKey key;
    float weight = 1.0f;
    uint32_t record = 0;  // place in `records` plus one; 0: none
    WriteOperation::Kind kind = WriteOperation::Kind::kAdd;
    Uuid id;  // of an add, where the graph keeps an id index
  };

  // The encoding of a triple term is the ids of its parts (EncodeTripleParts),
  // which stand before it.
  std::vector<Term> terms;
  std::string text;
  std::vector<Plain> plain;
  std::vector<Full> full;
  std::vector<Record> records;
  // Removes that cannot find anything, and so bring no statement.
  uint64_t absent = 0;

  void Clear();
  [[nodiscard]] uint64_t statements() const {
    return plain.size() + full.size();
  }
};

struct BulkLoadOptions {
  // Where temporary files go; empty: where the system keeps them.
  std::string directory;
  // For terms and for sorting.
  size_t memory_bytes = size_t{256} << 20;
  // More records of statements that change are written while writers wait.
  size_t batch_record_bytes = size_t{4} << 20;
  Durability durability = Durability::kSync;
  const Cancellation* cancellation = nullptr;
};

// What the changes that were added so far, or since another draft, make of a
// snapshot: a run that no manifest lists.
struct LoadDraft {
  std::shared_ptr<const Run> run;                   // null: they change nothing
  std::shared_ptr<const StatementRecords> records;  // of its rows
};

// What is added is visible once Finish has returned, all or nothing; until then
// the graph is as it was. Not thread-safe. Ends before its Store.
class BulkLoad {
 public:
  BulkLoad(const GraphStore& graph, BulkLoadOptions options);
  ~BulkLoad();
  BulkLoad(const BulkLoad&) = delete;
  BulkLoad& operator=(const BulkLoad&) = delete;

  // Errors: kResourceExhausted (disk full; records beyond the memory),
  // kInvalidArgument (ids that are no places), kCancelled.
  [[nodiscard]] absl::Status Add(const LoadBlock& block);

  // Takes back what was added to a part of the graph, and clears that part when
  // it commits. `graph`: the term of a scope of one graph whose id is an
  // arena's; else null. Errors: kResourceExhausted (too many of them),
  // kFailedPrecondition (plain statements were added).
  [[nodiscard]] absl::Status Clear(const ClearScope& scope,
                                   const rdf::Term* graph);

  // Changes are applied in the sequence they came, of one block first the plain
  // statements and of several such blocks together all of these first: of equal
  // statements the last one counts; of those that are only added if absent,
  // none changes what is there. Concurrent commits and loads are as if they
  // came before or after. `request`: durability, idempotency key, and what was
  // read, since when; it brings no operations and clears and wants no outcomes.
  // Errors: as GraphStore::Commit, and those of Add; the graph is then as it
  // was, but for term numbers that nothing uses.
  // Cost: sorts everything, reads of the graph what lies between.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Finish(
      const CommitRequest& request = {});

  // What the changes make of a snapshot: those since the last draft of kNew, or
  // all (the first draft after a Clear must be that). Rows of the snapshot with
  // a later commit than `last_commit` are of earlier drafts, their records as
  // `read_record` says. The run's only commit is the one after the snapshot's.
  // Its terms have numbers and dictionary rows afterwards, whatever becomes of
  // the load. More may be added then. The caller ends the run with DropDraft;
  // the next open does so else. Errors: those of Finish. Waits for loads that
  // number their terms.
  enum class DraftOf : uint8_t { kNew, kAll };
  [[nodiscard]] absl::StatusOr<LoadDraft> Draft(
      DraftOf changes, std::shared_ptr<const Snapshot> snapshot,
      uint64_t last_commit,
      const std::function<absl::StatusOr<Record>(const StatementRow&)>&
          read_record);
  void DropDraft(const LoadDraft& draft);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skg::storage
