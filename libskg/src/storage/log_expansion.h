// The changes of a commit that its log entry gives by reference.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "storage/graph_log.h"
#include "storage/graph_state.h"

namespace skg::storage {

// Visits the rows with this commit number in the runs of `snapshot`, each run's
// in the order of their statements. Gives how many there were: fewer than the
// commit had where its past was forgotten. Cost: reads every run that may hold
// one.
[[nodiscard]] absl::StatusOr<uint64_t> VisitRowsOfCommit(
    const Snapshot& snapshot, uint64_t commit, const ChangeVisitor& visit);

// Visits, as removes, what clears took from `before`, the state that they were
// applied to. Gives how many statements these were. Cost: reads them.
[[nodiscard]] absl::StatusOr<uint64_t> VisitCleared(
    std::shared_ptr<const Snapshot> before,
    const std::vector<ClearScope>& clears, const ChangeVisitor& visit);

}  // namespace skg::storage
