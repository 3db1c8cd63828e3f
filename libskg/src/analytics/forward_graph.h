// A graph without directions and loops, made ready for finding triangles.
#pragma once

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Vertices are called by their rank: by falling degree, of equal degrees by
// vertex. Each edge is kept at its end of the higher rank. So lists are short,
// sqrt(2 edges) at most, and what many of them hold are small numbers.
struct ForwardGraph {
  Array<Vertex> vertex;      // of each rank
  Array<uint32_t> degree;    // of each vertex (not rank), loops left out
  Array<uint64_t> offsets;   // of each rank's list; ranks + 1
  Array<Vertex> neighbours;  // of lower ranks, ascending in each list

  [[nodiscard]] Vertex size() const {
    return static_cast<Vertex>(vertex.size());
  }
  [[nodiscard]] std::span<const Vertex> List(Vertex rank) const {
    return neighbours.span().subspan(offsets[rank],
                                     offsets[rank + 1] - offsets[rank]);
  }
};

// Memory (taken from the run): 24 bytes a vertex and 4 for each neighbour.
[[nodiscard]] absl::StatusOr<ForwardGraph> MakeForwardGraph(
    const Adjacency& both, KernelRun& run);

}  // namespace skg::analytics
