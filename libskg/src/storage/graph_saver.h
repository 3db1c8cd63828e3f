// GraphSaver: one graph with its history, as of one of its commits, becomes a
// graph file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/graph_file.h"
#include "storage/graph_state.h"
#include "storage/row_source.h"

namespace skg::storage {

class IndexSaver;

struct SaveWork {
  const Cancellation* cancellation = nullptr;
  std::function<void(uint64_t bytes)> progress = nullptr;
  IndexSaver* indexes = nullptr;  // null: indexes are not saved
};

struct SaveSummary {
  uint64_t commit = 0;
  uint64_t bytes = 0;
  GraphFileTotals totals;
};

// Writes what the graph was right after the snapshot's commit: every version up
// to it, as a fold of all of them would leave them, their records, the terms
// they use, the log entries that are kept, the times of all commits, and what
// `work.indexes` gives. Of
// later commits nothing is written. Memory: some blocks; a term at a time.
// Errors: those of the sink, kCancelled, kDeadlineExceeded, kDataLoss.
[[nodiscard]] absl::StatusOr<SaveSummary> SaveGraph(
    const Snapshot& snapshot, const GraphFileWriter::Sink& sink,
    const SaveWork& work);

}  // namespace skg::storage
