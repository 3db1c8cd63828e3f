// Where a random walker is, and how often it goes from where to where.
#pragma once

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "skg/communities.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Of a vertex, or of several together; shares of all steps.
struct VertexFlow {
  double visits = 0;
  double leaves = 0;     // steps along edges to other vertices
  double enters = 0;     // steps along edges from other vertices
  double teleports = 0;  // coded steps to any vertex
  double vertices = 0;   // how many of all it is, where such steps are coded

  // Coded steps to other vertices.
  [[nodiscard]] double AllLeaves() const {
    return leaves + teleports * (1 - vertices);
  }
};

struct Flow {
  // An edge's weight times `scale` is the share of steps along it, both ways
  // together.
  AnyRows rows;
  double scale = 0;
  Array<double> weights;  // of rows, where they are not the view's
  Array<VertexFlow> vertices;
  double entropy = 0;  // of the visits, in bits
  // Whether all is entered as often as it is left.
  bool balanced = true;
};

// kInvalidArgument: an option out of its range.
[[nodiscard]] absl::Status CheckFlowOptions(const FlowOptions& options);

// Without edges that weigh, nothing flows. Ends within the view's life.
// Errors: of views and runs.
[[nodiscard]] absl::StatusOr<Flow> FlowOf(KernelRun& run, const GraphView& view,
                                          const FlowOptions& options);

// The flow of communities 0 to sums.size() - 1 of vertices with `flows`: what
// flows within them is neither left nor entered.
[[nodiscard]] absl::Status SumFlows(KernelRun& run, const AnyRows& rows,
                                    double scale,
                                    std::span<const VertexFlow> flows,
                                    std::span<const Vertex> community,
                                    double done, std::span<VertexFlow> sums);

}  // namespace skg::analytics
