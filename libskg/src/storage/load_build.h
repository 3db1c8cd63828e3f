// LoadBuilder: what the statements of a load change in a snapshot, as one run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/external_sorter.h"
#include "storage/graph_state.h"
#include "storage/load_rows.h"
#include "storage/run.h"
#include "storage/run_publication.h"

namespace skg::storage {

struct LoadBuildOptions {
  std::string directory;  // for temporary files
  size_t memory_bytes = size_t{128} << 20;
  const Cancellation* cancellation = nullptr;
};

// Decides the operations of `rows` against the snapshot, in the order of gspo,
// and builds run `number` from what they change, and the rows of the id index
// for the statements that are new. `records`: what FullRow::record counts. The
// run's blocks are in the store then; on an error some may be (DeleteRun).
// Memory: as given, the changed records, a count a predicate and named graph.
[[nodiscard]] absl::StatusOr<RunPublication> BuildLoadedRun(
    std::shared_ptr<const Snapshot> snapshot, const LoadRows& rows,
    const std::vector<Record>& records, uint32_t number,
    const LoadBuildOptions& options);

}  // namespace skg::storage
