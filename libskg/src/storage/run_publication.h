// RunPublication: a run that was built outside of the writer, on its way into
// the manifest as one commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "skg/statement.h"
#include "storage/record_spill.h"
#include "storage/rows.h"
#include "storage/statement_row.h"

namespace skg::storage {

// What rows add to numbers of statements and triples.
struct CountChange {
  int64_t statements = 0, triples = 0;
};

struct RunPublication {
  // The state that its operations were decided against.
  uint64_t snapshot_commit = 0;
  // Commits up to this one touch nothing that `touches`.
  uint64_t checked_commit = 0;
  // Whether what was asked for says anything about edges of this triple.
  std::function<absl::StatusOr<bool>(const StatementKey& triple)> touches;

  RunInfo run;  // without commit number; no rows: there is no run
  CountChange all, default_graph;
  absl::flat_hash_map<TermId, CountChange> predicates, named_graphs;
  // Of rows of the run; a created commit of 0 is this commit's. Never null.
  std::shared_ptr<const StatementRecords> records;
  // More of them do not go into the batch of the commit (run_records.h).
  size_t batch_record_bytes = 0;
  CommitResult result;  // without commit and time
};

}  // namespace skg::storage
