// Who comes before whom on shortest paths, once distances are known.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "analytics/edge_length.h"
#include "analytics/kernel_run.h"

namespace skg::analytics {

// See SingleSourceShortestPathsResult::parent. `reverse`: the edges turned
// round; faster with them than without.
[[nodiscard]] absl::StatusOr<std::vector<Vertex>> ShortestPathTree(
    const Adjacency& edges, const std::optional<Adjacency>& reverse,
    EdgeLength length, Vertex source, const std::vector<double>& distance,
    KernelRun& run);

}  // namespace skg::analytics
