// All shortest paths between two vertices as one graph.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "analytics/kernel_run.h"
#include "skg/paths.h"

namespace skg::analytics {

// Vertices that lie on a shortest path, called by their places: the source has
// place 0, who is farther from it a higher place, the target the last. Every
// walk from place 0 along successors is a shortest path.
struct ShortestPathGraph {
  std::vector<Vertex> vertices;      // by place
  std::vector<uint64_t> offsets;     // vertices + 1
  std::vector<uint32_t> successors;  // places, ascending by their vertices
  uint32_t length = 0;               // of each path, in edges
};

// Unset: there is no path of options.max_length or less. Source and target are
// vertices of the view, and different.
[[nodiscard]] absl::StatusOr<std::optional<ShortestPathGraph>>
FindShortestPathGraph(const GraphView& view, Vertex source, Vertex target,
                      const AllShortestPathsOptions& options, KernelRun& run);

}  // namespace skg::analytics
