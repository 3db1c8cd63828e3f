#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "analytics/shortest_path_graph.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg {
namespace analytics {
namespace {

using Visitor = std::function<bool(std::span<const Vertex>)>;

// How many paths lead from the source to the target, or 2^64 - 1.
uint64_t CountPaths(const ShortestPathGraph& graph) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  std::vector<uint64_t> paths(graph.vertices.size(), 0);
  paths.back() = 1;
  for (size_t place = graph.vertices.size() - 1; place-- > 0;) {
    for (uint64_t i = graph.offsets[place]; i < graph.offsets[place + 1]; ++i) {
      const uint64_t more = paths[graph.successors[i]];
      paths[place] = paths[place] > kMost - more ? kMost : paths[place] + more;
    }
  }
  return paths.front();
}

// Walks all paths in lexicographic order. Gives how many were visited.
absl::StatusOr<uint64_t> VisitPaths(const ShortestPathGraph& graph,
                                    uint64_t limit, const Visitor& visit,
                                    KernelRun& run) {
  Pace pace;
  std::vector<Vertex> path(size_t{graph.length} + 1);
  std::vector<uint64_t> next(size_t{graph.length} + 1);  // successor to take
  path[0] = graph.vertices[0];
  next[0] = graph.offsets[0];
  std::vector<uint32_t> places(size_t{graph.length} + 1, 0);
  uint64_t visited = 0;
  for (size_t depth = 0; visited < limit;) {
    if (pace.Due(1)) SKG_RETURN_IF_ERROR(run.Check(0.9));
    if (depth == graph.length) {
      ++visited;
      if (!visit(path) || depth == 0) break;
      --depth;
      continue;
    }
    if (next[depth] == graph.offsets[places[depth] + 1]) {
      if (depth == 0) break;
      --depth;
      continue;
    }
    const uint32_t place = graph.successors[next[depth]++];
    ++depth;
    places[depth] = place;
    path[depth] = graph.vertices[place];
    next[depth] = graph.offsets[place];
  }
  return visited;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<AllShortestPathsResult> VisitShortestPaths(
    const GraphView& view, Vertex source, Vertex target,
    const std::function<bool(std::span<const Vertex>)>& visit,
    const AllShortestPathsOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, source, "source"));
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, target, "target"));
  if (!visit) {
    return absl::InvalidArgumentError("visit is empty; give it a callback");
  }
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  std::optional<analytics::ShortestPathGraph> graph;
  if (source == target) {
    graph = analytics::ShortestPathGraph{{source}, {0, 0}, {}, 0};
  } else {
    SKG_ASSIGN_OR_RETURN(graph, analytics::FindShortestPathGraph(
                                    view, source, target, options, run));
  }
  AllShortestPathsResult result;
  if (!graph) return result;
  SKG_RETURN_IF_ERROR(run.Take(sizeof(uint64_t) * graph->vertices.size()));
  result.length = graph->length;
  result.count = analytics::CountPaths(*graph);
  SKG_ASSIGN_OR_RETURN(
      const uint64_t visited,
      analytics::VisitPaths(*graph, options.limit, visit, run));
  result.more = visited < result.count;
  return result;
}

absl::StatusOr<AllShortestPathsResult> AllShortestPaths(
    const GraphView& view, Vertex source, Vertex target,
    const AllShortestPathsOptions& options) {
  std::vector<std::vector<Vertex>> paths;
  SKG_ASSIGN_OR_RETURN(AllShortestPathsResult result,
                       VisitShortestPaths(
                           view, source, target,
                           [&paths](std::span<const Vertex> path) {
                             paths.emplace_back(path.begin(), path.end());
                             return true;
                           },
                           options));
  result.paths = std::move(paths);
  return result;
}

}  // namespace skg
