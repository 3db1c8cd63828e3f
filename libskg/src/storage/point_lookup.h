// One statement of a snapshot, asked for by its key.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "storage/graph_state.h"
#include "storage/statement_row.h"

namespace skg::storage {

// The live row of exactly this statement (graph, terms and edge), if any. Cost:
// a filter for each run, which excludes nearly all that do not hold it; one
// block, mostly a cached one, for each that does; a seek for each epoch where
// the delta is not empty. Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<std::optional<StatementRow>> FindLive(
    const Snapshot& snapshot, const StatementKey& key);

}  // namespace skg::storage
