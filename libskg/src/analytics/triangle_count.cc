#include <vector>

#include "analytics/triangle_edges.h"
#include "skg/structure.h"

namespace skg {

absl::StatusOr<TriangleCountResult> TriangleCount(
    const GraphView& view, const TriangleCountOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  SKG_ASSIGN_OR_RETURN(const analytics::ForwardGraph graph,
                       analytics::MakeForwardGraph(both, run));
  struct alignas(64) OfThread {
    uint64_t triangles = 0;
  };
  std::vector<OfThread> of_thread(run.team().most());
  SKG_RETURN_IF_ERROR(analytics::ForEachTriangleEdge(
      graph, run,
      [&](size_t thread, Vertex, Vertex v, const analytics::Marks& marks) {
        uint64_t found = 0;
        for (const Vertex w : graph.List(v)) found += marks.Has(w);
        of_thread[thread].triangles += found;
      }));
  TriangleCountResult result;
  for (const OfThread& found : of_thread) result.triangles += found.triangles;
  return result;
}

}  // namespace skg
