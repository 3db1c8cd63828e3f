// Who comes before whom on shortest paths, once distances are known.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "analytics/edge_length.h"
#include "analytics/kernel_run.h"

namespace skg::analytics {

// See SingleSourceShortestPathsResult::parent.
[[nodiscard]] absl::StatusOr<std::vector<Vertex>> ShortestPathTree(
    const Adjacency& edges, const LengthOf& length_of, Vertex source,
    const std::vector<double>& distance, KernelRun& run);

}  // namespace skg::analytics
