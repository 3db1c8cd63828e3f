// Folds and merges: the delta's epochs become runs, runs become fewer runs.
// Neither changes a statement: no commit number, no log entry. Readers and
// writers go on; the new state is published by one row.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"

namespace skg::storage {

// How many runs of about the same size are merged into one.
inline constexpr size_t kMergeFanIn = 8;

// Closes the epoch that takes rows and packs all closed ones into a live and a
// history run. Nothing happens where the delta is empty. Not concurrently with
// itself or MergeRuns on the same graph (GraphState::rewriting()).
// Errors: kCancelled, kDeadlineExceeded, kNotFound (dropped), kDataLoss, what
// the store gives; the graph is then as it was.
[[nodiscard]] absl::Status FoldDelta(GraphState& graph,
                                     const Cancellation* cancellation);

// Makes one live and one history run out of these. Here as in FoldDelta, rows
// that ended at or before the graph's horizon are left out, and their records
// deleted.
[[nodiscard]] absl::Status MergeRuns(GraphState& graph,
                                     const std::vector<uint32_t>& runs,
                                     const Cancellation* cancellation);

// Which runs to merge next: neighbours in time, kMergeFanIn or more of one size
// tier and smaller ones among them, all live or all history. Empty: none.
[[nodiscard]] std::vector<uint32_t> ChooseMerge(const Manifest& manifest);

// Runs of a past that no view shows any more: a merge of them alone leaves
// nothing.
[[nodiscard]] std::vector<uint32_t> ForgottenRuns(const Manifest& manifest,
                                                  uint64_t horizon);

}  // namespace skg::storage
