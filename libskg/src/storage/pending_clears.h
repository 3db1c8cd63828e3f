// Clears that the manifest remembers: which rows do not have them yet, and how
// that ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"
#include "storage/rows.h"

namespace skg::storage {

// Writers of a graph with more clears than this are slowed down.
inline constexpr size_t kSlowedClears = 64;

// The clears up to commit `upto` that a run's rows do not have. Each came after
// every row of the run: a run is made of rows up to the commit at which it is
// built, and is built with the clears up to there.
[[nodiscard]] std::vector<ClearMark> PendingClears(const Manifest& manifest,
                                                   const RunInfo& run,
                                                   uint64_t upto = UINT64_MAX);
// The first of these that takes all rows of the run; UINT64_MAX: none does.
[[nodiscard]] uint64_t EndOfRun(ClearMarks pending, const RunInfo& run);

// Runs that a clear took whole become runs of the past, with no row rewritten.
void EndClearedRuns(Manifest& manifest);
// Forgets the clears that all rows have. Only by who folds or merges
// (GraphState::rewriting()): what that builds may be older than a clear.
void DropWrittenClears(Manifest& manifest, uint64_t delta_rows);

// Reads pay for the clears that are left: it is time to write them.
[[nodiscard]] bool WantsClearsWritten(const Manifest& manifest,
                                      uint64_t delta_rows);
// Writes them all: folds the delta and rewrites the runs that hold rows which
// they took. Holding GraphState::rewriting(). Errors as FoldDelta.
[[nodiscard]] absl::Status WriteClears(GraphState& graph,
                                       const Cancellation* cancellation);

}  // namespace skg::storage
