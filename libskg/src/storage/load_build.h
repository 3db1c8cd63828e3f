// LoadBuilder: what the statements of a load change in a snapshot, as one run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"
#include "storage/load_clears.h"
#include "storage/load_rows.h"
#include "storage/record_spill.h"
#include "storage/run.h"
#include "storage/run_publication.h"

namespace skg::storage {

struct LoadBuildOptions {
  std::string directory;  // for temporary files
  size_t memory_bytes = size_t{128} << 20;
  const Cancellation* cancellation = nullptr;
  // Only to be read by who makes it: the id index gets no rows.
  bool draft = false;
  // Rows of the snapshot with a later commit are of drafts.
  uint64_t last_commit = UINT64_MAX;
  // What the load has cleared.
  std::vector<RowClear> clears = {};
  // The record of a row of the snapshot; null: as a ReadView says.
  std::function<absl::StatusOr<Record>(const StatementRow&)> read_record =
      nullptr;
};

// Decides the operations of `rows` against the snapshot, in the order of gspo,
// and builds run `number` from what they change, and the rows of the id index
// for the statements that are new. `records`: what FullRow::record refers to.
// The run's blocks are in the store then; on an error some may be (DeleteRun).
// Memory: as given, the edges of one triple, a count a predicate and named
// graph.
[[nodiscard]] absl::StatusOr<RunPublication> BuildLoadedRun(
    std::shared_ptr<const Snapshot> snapshot, LoadRows::Reader rows,
    const RecordSpill& records, uint32_t number,
    const LoadBuildOptions& options);

}  // namespace skg::storage
