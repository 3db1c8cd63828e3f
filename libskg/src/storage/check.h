// The invariants of a graph's rows, verified on one snapshot.
#pragma once

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"
#include "storage/store.h"

namespace skg::storage {

// Adds what it finds to `summary` (at most kMaxProblems in all). An error
// status only where reading itself is impossible. Memory: bounded but for the
// distinct predicates and named graphs. Cost: reads every row once; `deep` also
// decodes every term, record and log entry.
inline constexpr size_t kMaxProblems = 1000;
[[nodiscard]] absl::Status CheckGraph(
    GraphState& graph, bool deep, CheckSummary* summary,
    const Cancellation* cancellation = nullptr);

}  // namespace skg::storage
