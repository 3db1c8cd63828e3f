#include <utility>
#include <vector>

#include "analytics/triangle_edges.h"
#include "skg/structure.h"

namespace skg {
namespace analytics {
namespace {

// What one thread has found.
struct alignas(64) Found {
  std::vector<uint64_t> triangles;  // at each rank
  std::vector<Vertex> third;        // corners of one edge's triangles
};

// Triangles at each rank, by thread.
absl::StatusOr<std::vector<Found>> CountAtRanks(const ForwardGraph& graph,
                                                KernelRun& run) {
  std::vector<Found> of_thread(run.team().most());
  SKG_RETURN_IF_ERROR(
      run.Take(of_thread.size() * sizeof(uint64_t) * graph.size()));
  SKG_RETURN_IF_ERROR(ForEachTriangleEdge(
      graph, run, [&](size_t thread, Vertex u, Vertex v, const Marks& marks) {
        auto& [triangles, third] = of_thread[thread];
        if (triangles.empty()) triangles.resize(graph.size());
        const auto list = graph.List(v);
        if (third.size() < list.size()) third.resize(2 * list.size());
        // Written down first, since a branch on each would be guessed wrong
        // too often.
        size_t found = 0;
        for (const Vertex w : list) {
          third[found] = w;
          found += marks.Has(w);
        }
        for (size_t i = 0; i < found; ++i) ++triangles[third[i]];
        triangles[u] += found;
        triangles[v] += found;
      }));
  return of_thread;
}

double PairsOf(uint64_t neighbours) {
  const auto count = static_cast<double>(neighbours);
  return count * (count - 1) / 2;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<ClusteringResult> Clustering(const GraphView& view,
                                            const ClusteringOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  SKG_ASSIGN_OR_RETURN(const analytics::ForwardGraph graph,
                       analytics::MakeForwardGraph(both, run));
  SKG_ASSIGN_OR_RETURN(const std::vector<analytics::Found> of_thread,
                       analytics::CountAtRanks(graph, run));
  ClusteringResult result;
  result.triangles.resize(graph.size());
  result.coefficient.resize(graph.size());
  uint64_t corners = 0;
  for (Vertex rank = 0; rank < graph.size(); ++rank) {
    uint64_t& triangles = result.triangles[graph.vertex[rank]];
    for (const analytics::Found& found : of_thread) {
      if (!found.triangles.empty()) triangles += found.triangles[rank];
    }
    corners += triangles;
  }
  double pairs = 0, sum = 0;
  for (Vertex v = 0; v < graph.size(); ++v) {
    if (graph.degree[v] < 2) continue;
    const double own_pairs = analytics::PairsOf(graph.degree[v]);
    result.coefficient[v] =
        static_cast<double>(result.triangles[v]) / own_pairs;
    pairs += own_pairs;
    sum += result.coefficient[v];
  }
  result.triangle_count = corners / 3;
  if (graph.size() > 0) result.average = sum / graph.size();
  if (pairs > 0) result.transitivity = static_cast<double>(corners) / pairs;
  return result;
}

}  // namespace skg
